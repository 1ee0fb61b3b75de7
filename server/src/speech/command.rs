//! A program that speaks: started without a shell, given the text by a file or by standard input,
//! and ended with everything it started when it takes too long or writes too much.

use super::Wanted;
use super::places::{fill, speeds};
use crate::config::speech::RATE;
use media::sound::LONGEST_FILE;
use net::program::{Group, confine};
use std::env;
use std::fs::DirBuilder;
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command};

const TEXT: &str = "{text_file}";
const OUT: &str = "{out}";
/// How much of what a program complains about is kept.
const COMPLAINT: usize = 4_096;
/// How much of it is told.
const TOLD: usize = 200;
/// The longest file that a program may write, whatever for: some make large ones in memory for sound
/// cards that they do not use.
const LONGEST_WRITTEN: u64 = 256 << 20;
/// Where programs are looked for when the server was not told.
const USUAL_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// Has the program speak, with `work` as its folder, which is gone afterwards.
pub(super) async fn ask(
    arguments: &[String],
    work: &Path,
    wanted: &Wanted<'_>,
) -> Result<Vec<u8>, String> {
    let folder = Folder::make(work).map_err(|error| format!("no folder for it: {error}"))?;
    let text = work.join("text.txt");
    let out = work.join("out.wav");
    let by_file = arguments.iter().any(|it| it.contains(TEXT));
    let into_file = arguments.iter().any(|it| it.contains(OUT));
    if by_file {
        write(&text, wanted.text).map_err(|error| format!("no file for it: {error}"))?;
    }
    let filled = filled(arguments, (&text, &out), wanted);
    let (program, rest) = filled.split_first().ok_or("it has no program")?;
    let mut command = Command::new(program);
    command
        .args(rest)
        .env_clear()
        .env("PATH", path())
        .env("HOME", work)
        .env("LANG", "C.UTF-8")
        .current_dir(work)
        .stdin(if by_file {
            Stdio::null()
        } else {
            Stdio::piped()
        })
        .stdout(if into_file {
            Stdio::null()
        } else {
            Stdio::piped()
        })
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    confine(command.as_std_mut(), LONGEST_WRITTEN);
    let mut child = command
        .spawn()
        .map_err(|error| format!("{program} cannot be started: {error}"))?;
    let group = child.id().map(Group::of);
    let mut audio = run(&mut child, (!by_file).then_some(wanted.text), wanted.secret).await?;
    drop(group);
    if into_file {
        let file = tokio::fs::File::open(&out).await;
        let file = file.map_err(|_| format!("{program} wrote no file"))?;
        audio = read(Some(file), LONGEST_FILE as u64 + 1).await;
    }
    if audio.len() > LONGEST_FILE {
        return Err(format!("it wrote more than {LONGEST_FILE} bytes"));
    }
    drop(folder);
    Ok(audio)
}

/// What a program that succeeds writes to standard output.
async fn run(child: &mut Child, text: Option<&str>, secret: bool) -> Result<Vec<u8>, String> {
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let give = async {
        if let (Some(mut stdin), Some(text)) = (stdin, text) {
            // A program that ends without reading has its own reasons, which it tells.
            let _ = stdin.write_all(text.as_bytes()).await;
            let _ = stdin.shutdown().await;
        }
    };
    let take = read(stdout, LONGEST_FILE as u64 + 1);
    let hear = hear(stderr);
    let ((), audio, complaint) = tokio::join!(give, take, hear);
    if audio.len() > LONGEST_FILE {
        return Err(format!("it wrote more than {LONGEST_FILE} bytes"));
    }
    let status = child.wait().await.map_err(|error| error.to_string())?;
    if status.success() {
        return Ok(audio);
    }
    let complaint = String::from_utf8_lossy(&complaint);
    let complaint: String = complaint.trim().chars().take(TOLD).collect();
    // A program may repeat what it was to speak.
    if secret || complaint.is_empty() {
        return Err(format!("it ended with {status}"));
    }
    Err(format!("it ended with {status}: {complaint}"))
}

/// What is read to the end, `most` bytes of it. Behind those the pipe is closed.
async fn read(pipe: Option<impl AsyncRead + Unpin>, most: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(pipe) = pipe {
        // A pipe that breaks ends what is read; the program's status tells the rest.
        let _ = pipe.take(most).read_to_end(&mut bytes).await;
    }
    bytes
}

/// What is complained about: all is read, so that nobody waits, and its head is kept.
async fn hear(pipe: Option<impl AsyncRead + Unpin>) -> Vec<u8> {
    let mut head = Vec::new();
    let Some(mut pipe) = pipe else { return head };
    let mut piece = [0; COMPLAINT];
    while let Ok(read @ 1..) = pipe.read(&mut piece).await {
        let room = COMPLAINT - head.len();
        head.extend_from_slice(&piece[..read.min(room)]);
    }
    head
}

fn filled(arguments: &[String], (text, out): (&Path, &Path), wanted: &Wanted<'_>) -> Vec<String> {
    let (text, out) = (text.display().to_string(), out.display().to_string());
    let rate = RATE.to_string();
    let speeds = speeds(wanted.speed_percent);
    let mut values = vec![
        ("text_file", text.as_str()),
        ("out", &out),
        ("voice", wanted.voice),
        ("locale", wanted.locale),
        ("rate", &rate),
    ];
    values.extend(speeds.iter().map(|(name, value)| (*name, value.as_str())));
    arguments.iter().map(|it| fill(it, &values)).collect()
}

/// The program, if it is nowhere.
pub(super) fn missing(arguments: &[String]) -> Option<String> {
    let program = arguments.first()?;
    if program.contains('/') {
        return (!Path::new(program).is_file()).then(|| format!("{program} is not there"));
    }
    let path = path();
    let found = env::split_paths(&path).any(|folder| folder.join(program).is_file());
    (!found).then(|| format!("the program {program} is not installed"))
}

fn path() -> String {
    env::var("PATH").unwrap_or_else(|_| USUAL_PATH.to_owned())
}

/// A folder that nobody else looks into.
struct Folder(PathBuf);

impl Folder {
    fn make(path: &Path) -> io::Result<Self> {
        DirBuilder::new().mode(0o700).recursive(true).create(path)?;
        Ok(Self(path.to_owned()))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::warn!(%error, "the folder of a speech engine stays");
        }
    }
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    let mut file = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests;
