//! The engines that speak for flows. Which programs are run is said here and nowhere else: nobody
//! who only administers an enterprise can have a program started.

mod presets;

use super::Fault;
use super::keys::ENGINE_KEYS;
use super::sources::{ENGINES, Given};
use ivr::EngineVoice;
use media::sound::Raw;
use presets::Preset;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// The longest time that an engine may take.
const LONGEST_TIMEOUT: u64 = 300;
/// The longest time that a call may wait for an engine: what the flow waits at most.
const LONGEST_DEADLINE: u64 = 25_000;
/// The most that one engine speaks at a time.
const MOST_AT_A_TIME: usize = 64;
/// The longest key that is read from a file.
const LONGEST_KEY: u64 = 4_096;
/// What the audio is made to.
pub(crate) const RATE: u32 = 8_000;

/// Engines, and room for what they have spoken.
#[derive(Debug, Clone, Default)]
pub(crate) struct Speech {
    /// By their names.
    pub(crate) engines: BTreeMap<String, Engine>,
    /// The most bytes of audio that are kept for later.
    pub(crate) cache_bytes: u64,
}

/// One engine.
#[derive(Debug, Clone)]
pub(crate) struct Engine {
    /// How it is asked.
    pub(crate) driver: Driver,
    /// What it answers with.
    pub(crate) format: Format,
    /// Its voices.
    pub(crate) voices: Vec<EngineVoice>,
    /// The longest time it may take.
    pub(crate) timeout: Duration,
    /// The longest time that a call waits for it.
    pub(crate) deadline: Duration,
    /// How much it speaks at a time.
    pub(crate) at_a_time: usize,
    /// Tells audio apart that was made with other settings.
    pub(crate) digest: String,
}

/// How an engine is asked.
#[derive(Debug, Clone)]
pub(crate) enum Driver {
    /// A program with its arguments.
    Command(Vec<String>),
    /// Another system over HTTP.
    Remote(Box<Remote>),
}

/// A request, with places for what is spoken and how.
#[derive(Clone)]
pub(crate) struct Remote {
    pub(crate) url: String,
    pub(crate) model: String,
    pub(crate) key: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
    pub(crate) escape: Escape,
    /// The name of the audio's format.
    pub(crate) format: String,
    /// Where in a JSON answer the audio stands, in Base64 (a pointer of RFC 6901); empty where the
    /// answer is the audio.
    pub(crate) answer: String,
}

impl fmt::Debug for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Remote({})", self.url)
    }
}

/// How a value is written in a body, so that it stays one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Escape {
    Form,
    Json,
    Xml,
}

/// How an engine's audio lies in what it gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// A file of its own: WAV or MP3.
    File,
    /// Samples of this rate.
    Raw(Raw, u32),
}

impl Speech {
    pub(super) fn new(engines: BTreeMap<String, Engine>, cache_mib: usize) -> Self {
        Self {
            engines,
            cache_bytes: (cache_mib as u64).saturating_mul(1 << 20),
        }
    }
}

/// Reads all engines; those with a fault are left out.
pub(super) fn engines(given: &Given, faults: &mut Vec<Fault>) -> BTreeMap<String, Engine> {
    let mut engines = BTreeMap::new();
    for name in given.engines() {
        match (Reader { given, name }).engine() {
            Ok(engine) => {
                engines.insert(name.to_owned(), engine);
            }
            Err(fault) => faults.push(fault),
        }
    }
    engines
}

struct Reader<'a> {
    given: &'a Given,
    name: &'a str,
}

impl<'a> Reader<'a> {
    fn value(&self, key: &str) -> (&'a str, &'a str) {
        let key = ENGINE_KEYS.iter().find(|known| known.name == key);
        self.given
            .engine(self.name, key.expect("only keys of the table are read"))
    }

    fn text(&self, key: &str) -> &'a str {
        self.value(key).0.trim()
    }

    fn fault(&self, key: &str, problem: impl Into<String>) -> Fault {
        Fault {
            origin: self.value(key).1.to_owned(),
            key: format!("{ENGINES}{}.{key}", self.name),
            problem: problem.into(),
        }
    }

    fn engine(&self) -> Result<Engine, Fault> {
        let (driver, preset) = match self.text("driver") {
            "command" => self.command()?,
            "openai" => (self.remote(&presets::OPENAI)?, &presets::OPENAI),
            "template" => (self.remote(&presets::TEMPLATE)?, &presets::TEMPLATE),
            other => {
                let problem = format!("must be one of command, openai, template, not {other:?}");
                return Err(self.fault("driver", problem));
            }
        };
        let whole = |key: &str, most: u64| {
            let number: Option<u64> = self.text(key).parse().ok();
            number
                .filter(|number| (1..=most).contains(number))
                .ok_or_else(|| self.fault(key, format!("must be a whole number from 1 to {most}")))
        };
        let at_a_time = whole("at_a_time", MOST_AT_A_TIME as u64)?;
        Ok(Engine {
            format: self.format(preset)?,
            voices: self.voices(preset)?,
            timeout: Duration::from_secs(whole("timeout_seconds", LONGEST_TIMEOUT)?),
            deadline: Duration::from_millis(whole("deadline_ms", LONGEST_DEADLINE)?),
            at_a_time: usize::try_from(at_a_time).unwrap_or(1),
            digest: self.digest(),
            driver,
        })
    }

    fn command(&self) -> Result<(Driver, &'static Preset), Fault> {
        let preset = match self.text("preset") {
            "" => &presets::PROGRAM,
            name => presets::find(name).ok_or_else(|| {
                let problem = format!("must be one of {}, not {name:?}", presets::names());
                self.fault("preset", problem)
            })?,
        };
        let text = match self.text("command") {
            "" => preset.command,
            text => text,
        };
        // One argument a line where there are lines, so that arguments may have spaces.
        let arguments: Vec<String> = if text.contains('\n') {
            let lines = text.lines().map(str::trim);
            lines
                .filter(|it| !it.is_empty())
                .map(str::to_owned)
                .collect()
        } else {
            text.split_whitespace().map(str::to_owned).collect()
        };
        if arguments.is_empty() {
            return Err(self.fault("command", "must be set, or preset"));
        }
        if arguments.iter().any(|argument| argument.contains("{text}")) {
            let problem = "gives the text as an argument, which every user of the machine can see; \
                           use {text_file}, or neither: then it comes by standard input";
            return Err(self.fault("command", problem));
        }
        Ok((Driver::Command(arguments), preset))
    }

    fn remote(&self, preset: &Preset) -> Result<Driver, Fault> {
        let given = self.text("url");
        let rest = given.strip_prefix("https://");
        let rest = rest.or_else(|| given.strip_prefix("http://"));
        let host = rest.and_then(|rest| rest.split('/').next());
        if host.is_none_or(|host| host.is_empty() || host.contains(['{', '@', '?', ' '])) {
            let problem = "must be http:// or https:// with a host";
            return Err(self.fault("url", problem));
        }
        let url = if !preset.path.is_empty() && !given.ends_with(preset.path) {
            let base = given.trim_end_matches('/').trim_end_matches("/v1");
            format!("{base}/v1{}", preset.path)
        } else {
            given.to_owned()
        };
        let key = self.key()?;
        let text = match self.text("headers") {
            "" => preset.headers,
            text => text,
        };
        let mut headers = Vec::new();
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            let Some((name, value)) = line.split_once(':') else {
                let problem = "must be lines of a name, a colon and a value";
                return Err(self.fault("headers", problem));
            };
            let (name, value) = (name.trim(), value.trim());
            // Nobody is asked to let us in with nothing.
            if !(key.is_empty() && value.contains("{key}")) {
                headers.push((name.to_ascii_lowercase(), value.to_owned()));
            }
        }
        let body = match self.value("body").0 {
            "" => preset.body,
            body => body,
        };
        let answer = self.text("answer");
        if !(answer.is_empty() || answer.starts_with('/')) {
            return Err(self.fault("answer", "must be a JSON pointer, such as /data/audio"));
        }
        Ok(Driver::Remote(Box::new(Remote {
            escape: self.escape(&headers, body)?,
            url,
            format: match self.text("format") {
                "" => "wav".to_owned(),
                format => format.to_owned(),
            },
            model: self.text("model").to_owned(),
            key,
            headers,
            body: body.to_owned(),
            answer: answer.to_owned(),
        })))
    }

    fn escape(&self, headers: &[(String, String)], body: &str) -> Result<Escape, Fault> {
        let kind = headers.iter().find(|(name, _)| name == "content-type");
        let kind = kind.map_or("", |(_, value)| value.as_str());
        let known = [
            ("json", Escape::Json),
            ("xml", Escape::Xml),
            ("form-urlencoded", Escape::Form),
        ];
        let found = known.iter().find(|(word, _)| kind.contains(word));
        match found {
            Some((_, escape)) => Ok(*escape),
            None if body.is_empty() => Ok(Escape::Form),
            None => {
                let problem = "must have a Content-Type of JSON, XML or form-urlencoded where there is a body";
                Err(self.fault("headers", problem))
            }
        }
    }

    /// The key itself, or what the file holds that is to be read.
    fn key(&self) -> Result<String, Fault> {
        let (given, path) = (self.text("key"), self.text("key_file"));
        if path.is_empty() {
            return Ok(given.to_owned());
        }
        if !given.is_empty() {
            return Err(self.fault("key_file", "cannot be set beside key"));
        }
        let read = std::fs::metadata(path).and_then(|file| {
            if file.len() > LONGEST_KEY {
                return Err(std::io::ErrorKind::FileTooLarge.into());
            }
            std::fs::read_to_string(path)
        });
        read.map(|text| text.trim().to_owned())
            .map_err(|error| self.fault("key_file", format!("cannot be read: {error}")))
    }

    fn format(&self, preset: &Preset) -> Result<Format, Fault> {
        let raw = match self.text("format") {
            "" | "wav" | "mp3" => return Ok(Format::File),
            "pcm" => Raw::Pcm,
            "mulaw" => Raw::Mulaw,
            "alaw" => Raw::Alaw,
            other => {
                let problem = format!("must be one of wav, mp3, pcm, mulaw, alaw, not {other:?}");
                return Err(self.fault("format", problem));
            }
        };
        let rate = match self.text("rate") {
            "" => Some(preset.raw_rate),
            text => text.parse().ok(),
        };
        rate.filter(|rate| (4_000..=192_000).contains(rate))
            .map(|rate| Format::Raw(raw, rate))
            .ok_or_else(|| self.fault("rate", "must be 4000 to 192000 samples a second"))
    }

    /// Names separated by commas, each with its language behind it where it has one.
    fn voices(&self, preset: &Preset) -> Result<Vec<EngineVoice>, Fault> {
        let text = match self.text("voices") {
            "" => preset.voices,
            text => text,
        };
        let voices: Vec<EngineVoice> = text
            .split([',', '\n'])
            .map(str::trim)
            .filter(|voice| !voice.is_empty())
            .map(|voice| {
                let (name, language) = voice.split_once(char::is_whitespace).unwrap_or((voice, ""));
                let language = match language.trim() {
                    "" => None,
                    tag => Some(
                        tag.parse()
                            .map_err(|error| self.fault("voices", format!("{name}: {error}")))?,
                    ),
                };
                Ok(EngineVoice {
                    name: name.to_owned(),
                    language,
                })
            })
            .collect::<Result<_, Fault>>()?;
        if voices.is_empty() {
            return Err(self.fault("voices", "must name at least one"));
        }
        if let Some(voice) = voices.iter().find(|voice| voice.name.starts_with('-')) {
            let problem = format!("{:?} would be taken for an option", voice.name);
            return Err(self.fault("voices", problem));
        }
        Ok(voices)
    }

    /// What the audio depends on, secrets left out.
    fn digest(&self) -> String {
        let mut digest = Sha256::new();
        for key in [
            "driver", "preset", "command", "url", "model", "body", "format", "rate", "answer",
            "version",
        ] {
            let value = self.value(key).0;
            digest.update((value.len() as u64).to_le_bytes());
            digest.update(value);
        }
        crate::recordings::hexadecimal(&digest.finalize())
    }
}
