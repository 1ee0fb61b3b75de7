//! Engines that speak for flows: what was spoken before comes from the cache, what several want at
//! once is spoken once, and no call waits longer than its engine's deadline.

mod cache;
mod command;
mod held;
mod places;
mod remote;
mod renderings;

use crate::client::Client;
use crate::config::speech::{Driver, Engine, Format, Speech as Settings};
use anyhow::Context as _;
use cache::{Cache, Key};
use held::Held;
use ivr::{EngineVoice, Utterance};
use media::{Prompt, sound};
use net::tls::File;
use remote::Remote;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{Semaphore, watch};

pub(crate) use renderings::Renderings;

/// What is spoken at this moment or waits for it; more is refused.
const UNDER_WAY: usize = 256;
/// The folder of the cache, below the data folder.
const FOLDER: &str = "speech";

/// What came of an utterance: its audio, or why there is none. The reason holds nothing of the text.
pub(crate) type Outcome = Result<Arc<Prompt>, String>;

/// All engines with the cache before them.
pub(crate) struct Speech {
    engines: BTreeMap<String, Speaker>,
    cache: Arc<Cache>,
    held: Mutex<Held>,
    /// What is being spoken, so that it is spoken once.
    flights: Mutex<HashMap<Key, watch::Receiver<Option<Outcome>>>>,
}

/// An engine at work.
struct Speaker {
    settings: Engine,
    known: ivr::Engine,
    asked: Way,
    room: Semaphore,
    /// Why it did not speak the last time.
    fault: Mutex<Option<String>>,
}

enum Way {
    Command(Vec<String>, PathBuf, AtomicU64),
    Remote(Remote),
}

/// What a driver is asked for.
pub(crate) struct Wanted<'a> {
    pub(crate) text: &'a str,
    pub(crate) voice: &'a str,
    pub(crate) locale: &'static str,
    pub(crate) speed_percent: u16,
    /// Whether nothing of the text may be told.
    pub(crate) secret: bool,
}

impl Speech {
    /// No utterances yet. Engines may be at hosts of `named_hosts`, beside their own.
    ///
    /// # Errors
    /// A cache that cannot be opened, roots that cannot be read.
    pub(crate) fn new(
        settings: &Settings,
        data_dir: &Path,
        (named_hosts, roots): (&[String], Option<&File>),
    ) -> anyhow::Result<Arc<Self>> {
        let folder = data_dir.join(FOLDER);
        let cache = Cache::open(&folder, settings.cache_bytes)
            .with_context(|| folder.display().to_string())?;
        let speaker = |name: &str, engine: &Engine| -> anyhow::Result<Speaker> {
            let asked = match &engine.driver {
                Driver::Command(arguments) => {
                    let work = cache.work().join(name);
                    Way::Command(arguments.clone(), work, AtomicU64::default())
                }
                Driver::Remote(request) => {
                    let mut named = named_hosts.to_vec();
                    named.extend(remote::host(&request.url));
                    Way::Remote(Remote::new(request, Client::new(named, roots)?))
                }
            };
            Ok(Speaker {
                settings: engine.clone(),
                known: ivr::Engine {
                    voices: engine.voices.clone(),
                    fault: None,
                },
                asked,
                room: Semaphore::new(engine.at_a_time),
                fault: Mutex::default(),
            })
        };
        let engines = settings.engines.iter();
        let engines = engines.map(|(name, engine)| Ok((name.clone(), speaker(name, engine)?)));
        Ok(Arc::new(Self {
            engines: engines.collect::<anyhow::Result<_>>()?,
            cache: Arc::new(cache),
            held: Mutex::default(),
            flights: Mutex::default(),
        }))
    }

    /// The engines by their names: how each is asked, its voices, why it cannot be asked or did not
    /// speak the last time.
    pub(crate) fn engines(&self) -> Vec<api::SpeechEngine> {
        let engine = |(name, speaker): (&String, &Speaker)| api::SpeechEngine {
            name: name.clone(),
            driver: speaker.driver(),
            voices: speaker.settings.voices.clone(),
            missing: speaker.missing(),
            fault: locked(&speaker.fault).clone(),
        };
        self.engines.iter().map(engine).collect()
    }

    /// Has an utterance spoken for a call, which waits no longer than the engine's deadline.
    pub(crate) async fn speak_now(self: &Arc<Self>, utterance: &Utterance) -> Outcome {
        let Some(speaker) = self.engines.get(&utterance.engine) else {
            return Err("there is no engine of this name".to_owned());
        };
        let deadline = speaker.settings.deadline;
        tokio::time::timeout(deadline, self.speak(utterance))
            .await
            .unwrap_or_else(|_| {
                count(&utterance.engine, "late");
                Err(format!(
                    "it did not speak within {} ms",
                    deadline.as_millis()
                ))
            })
    }

    /// Has an utterance spoken, from the cache where it may be kept and was spoken before.
    pub(crate) async fn speak(self: &Arc<Self>, utterance: &Utterance) -> Outcome {
        let (speaker, voice) = self.speaker(utterance)?;
        if !utterance.kept {
            return self.ask(utterance, &voice.name, speaker).await;
        }
        let key = Key::of(utterance, &voice.name, &speaker.settings.digest);
        let mut flight = self.join(key, utterance, voice.name.clone())?;
        let landed = flight.wait_for(Option::is_some).await;
        let landed = landed.ok().and_then(|outcome| outcome.clone());
        landed.unwrap_or_else(|| Err("the server stops".to_owned()))
    }

    /// Asks the engine to speak a few words that are not kept: whether it can.
    pub(crate) async fn probe(self: &Arc<Self>, speaker: &Utterance) -> Result<(), String> {
        let text = match speaker.locale {
            ivr::Locale::ZhCn => "一二三",
            ivr::Locale::EnUs | ivr::Locale::EnGb => "one two three",
        };
        let probe = Utterance {
            text: text.to_owned(),
            kept: false,
            ..speaker.clone()
        };
        self.speak(&probe).await.map(drop)
    }

    fn speaker(&self, utterance: &Utterance) -> Result<(&Speaker, &EngineVoice), String> {
        let speaker = self.engines.get(&utterance.engine);
        let speaker = speaker.ok_or("there is no engine of this name")?;
        let voice = utterance.voice.as_deref();
        let voice = speaker.known.voice(voice, utterance.locale);
        Ok((speaker, voice.ok_or("it has no such voice")?))
    }

    /// The flight of an utterance, begun if it is not under way. It goes on whoever stops waiting.
    fn join(
        self: &Arc<Self>,
        key: Key,
        utterance: &Utterance,
        voice: String,
    ) -> Result<watch::Receiver<Option<Outcome>>, String> {
        let mut flights = locked(&self.flights);
        if let Some(flight) = flights.get(&key) {
            return Ok(flight.clone());
        }
        if flights.len() >= UNDER_WAY {
            return Err("too much is to be spoken at this moment".to_owned());
        }
        let (land, flight) = watch::channel(None);
        flights.insert(key, flight.clone());
        let (ours, utterance) = (Arc::clone(self), utterance.clone());
        tokio::spawn(async move {
            let outcome = ours.fly(key, &utterance, &voice).await;
            locked(&ours.flights).remove(&key);
            land.send_replace(Some(outcome));
        });
        Ok(flight)
    }

    async fn fly(&self, key: Key, utterance: &Utterance, voice: &str) -> Outcome {
        let speaker = self.engines.get(&utterance.engine);
        let speaker = speaker.ok_or("there is no engine of this name")?;
        let cache = Arc::clone(&self.cache);
        // Within the flight: the one before it may have landed a moment ago.
        if let Some(mulaw) = off_thread(move || cache.get(key)).await? {
            count(&utterance.engine, "cached");
            return Ok(Arc::new(Prompt::from_mulaw(mulaw.into())));
        }
        let prompt = self.ask(utterance, voice, speaker).await?;
        let (cache, kept) = (Arc::clone(&self.cache), Arc::clone(&prompt));
        let about = cache::About {
            engine: utterance.engine.clone(),
            voice: voice.to_owned(),
            locale: utterance.locale,
            speed_percent: utterance.speed_percent,
        };
        let put = move || cache.put(key, about, kept.bytes(media::Law::Mu));
        if let Err(error) = off_thread(put).await? {
            tracing::error!(%error, "what an engine spoke cannot be kept");
        }
        Ok(prompt)
    }

    /// Asks the engine.
    async fn ask(&self, utterance: &Utterance, voice: &str, speaker: &Speaker) -> Outcome {
        let wanted = Wanted {
            text: &utterance.text,
            voice,
            locale: utterance.locale.as_str(),
            speed_percent: utterance.speed_percent,
            secret: !utterance.kept,
        };
        let outcome = speaker.ask(&wanted).await;
        let fault = outcome.as_ref().err();
        if let Some(fault) = fault {
            tracing::warn!(
                engine = utterance.engine,
                voice,
                fault,
                "an engine did not speak"
            );
        }
        *locked(&speaker.fault) = fault.cloned();
        count(
            &utterance.engine,
            if fault.is_some() { "failed" } else { "spoken" },
        );
        outcome
    }
}

impl Speaker {
    async fn ask(&self, wanted: &Wanted<'_>) -> Outcome {
        let timeout = self.settings.timeout;
        let late = |_| format!("it did not speak within {} s", timeout.as_secs());
        let room = tokio::time::timeout(timeout, self.room.acquire()).await;
        let _room = room.map_err(|_| "it has too much to speak".to_owned())?;
        let audio = match &self.asked {
            Way::Command(arguments, work, made) => {
                let work = work.join(made.fetch_add(1, Ordering::Relaxed).to_string());
                let asked = command::ask(arguments, &work, wanted);
                tokio::time::timeout(timeout, asked).await.map_err(late)??
            }
            Way::Remote(remote) => {
                let asked = remote.ask(wanted);
                tokio::time::timeout(timeout, asked).await.map_err(late)??
            }
        };
        let format = self.settings.format;
        let read = off_thread(move || match format {
            Format::File => sound::read(&audio),
            Format::Raw(raw, rate) => sound::read_raw(raw, rate, &audio),
        });
        let mulaw = read.await?.map_err(|error| error.to_string())?;
        Ok(Arc::new(Prompt::from_mulaw(mulaw.into())))
    }

    fn driver(&self) -> &'static str {
        match &self.asked {
            Way::Command(..) => "command",
            Way::Remote(_) => "http",
        }
    }

    /// The program that is not there.
    fn missing(&self) -> Option<String> {
        let Way::Command(arguments, ..) = &self.asked else {
            return None;
        };
        command::missing(arguments)
    }
}

/// Does what may block elsewhere.
async fn off_thread<T: Send + 'static>(
    act: impl FnOnce() -> T + Send + 'static,
) -> Result<T, String> {
    let done = tokio::task::spawn_blocking(act).await;
    done.map_err(|_| "it could not be finished".to_owned())
}

fn count(engine: &str, outcome: &'static str) {
    let labels = [
        ("engine", engine.to_owned()),
        ("outcome", outcome.to_owned()),
    ];
    metrics::counter!("trunkline_speech_total", &labels).increment(1);
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
