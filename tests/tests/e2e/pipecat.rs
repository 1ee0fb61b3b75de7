//! A bot that is Pipecat's: its own serializer for Twilio reads our messages and writes its own.

use crate::bots::{self, NUMBER, TOKEN};
use crate::{CALLER, SHORTLY};
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use tests::patience::{eventually, until};
use tests::process::Process;
use tests::sipp::Sipp;
use tests::voice::Voice;

/// The release that judges.
const PACKAGE: &str = "pipecat-ai==1.14.0";
/// How long its modules take to load on a busy machine.
const LOADING: Duration = Duration::from_mins(1);

/// Python with Pipecat, installed once below the target folder.
fn python() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pipecat");
    let python = folder.join("bin").join("python");
    let marker = folder.join(PACKAGE);
    if !marker.exists() {
        let made = Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&folder)
            .status();
        assert!(made.unwrap().success(), "no virtual environment");
        let installed = Command::new(&python)
            .args(["-m", "pip", "install", "--quiet", PACKAGE])
            .status();
        assert!(installed.unwrap().success(), "{PACKAGE} is not installed");
        fs::write(marker, "").unwrap();
    }
    python
}

/// What the bot printed, a line each.
fn told(log: &Path) -> Vec<String> {
    let text = fs::read_to_string(log).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

#[test]
fn the_serializer_of_pipecat_understands_every_message_and_hangs_up() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pipecat-bot");
    fs::create_dir_all(&folder).unwrap();
    let log = folder.join("bot.log");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("bots/pipecat_echo.py");
    let mut command = Command::new(python());
    command.arg(script).arg(TOKEN);
    let _bot = Process::start(&mut command, &log);
    let port = eventually("the port of the bot", LOADING, || {
        told(&log)
            .iter()
            .find_map(|line| line.strip_prefix("port ")?.parse::<u16>().ok())
    });
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let server = bots::server("bot-pipecat", address);
    let voice = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, NUMBER, voice.port());

    voice.hears_tone(CALLER, Duration::from_secs(1), SHORTLY);
    voice.press("5");
    until("the key", SHORTLY, || {
        told(&log).iter().any(|it| it == "key 5")
    });
    voice.press("*");
    until("the next key", SHORTLY, || {
        told(&log).iter().any(|it| it == "key *")
    });
    voice.press("#");
    caller.succeeds();
    until("the end", SHORTLY, || {
        told(&log).iter().any(|it| it == "end")
    });
    let text = fs::read_to_string(&log).unwrap();
    assert!(!text.contains("Failed"), "{text}");
    server.comes_to_rest();
}
