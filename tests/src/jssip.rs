//! JsSIP as a telephone: tabs of one Chromium, driven by `web/e2e/telephone.mjs`.

use crate::patience::{eventually, until};
use crate::process::Process;
use crate::server::{PASSWORD, Server};
use crate::sound;
use serde_json::{Value, json};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command};
use std::time::Duration;

/// From the start to a Chromium that takes orders.
const START: Duration = Duration::from_mins(1);
/// From the last order to the end of the program.
const END: Duration = Duration::from_secs(15);
/// From an order to what comes of it.
const EVENT: Duration = Duration::from_secs(30);
/// Whole periods of any tone, because the file begins again at its end.
const TONE_SECONDS: usize = 10;

/// A running Chromium.
#[derive(Debug)]
pub struct Browser {
    orders: Option<ChildStdin>,
    process: Process,
    log: PathBuf,
}

impl Browser {
    /// Starts a Chromium whose telephones use this server.
    pub fn start(server: &Server) -> Self {
        Self::begin(server, None)
    }

    /// Starts a Chromium whose telephones speak a tone.
    pub fn speaking(server: &Server, hz: f64) -> Self {
        Self::begin(server, Some(hz))
    }

    fn begin(server: &Server, hz: Option<f64>) -> Self {
        let web = web();
        let log = server.folder().join("telephones.log");
        let mut command = Command::new("node");
        command
            .arg("e2e/telephone.mjs")
            .current_dir(&web)
            .env("TRUNKLINE_URL", server.url());
        if let Some(hz) = hz {
            let tone = server.folder().join("spoken.wav");
            sound::write_wav(&tone, &sound::tone(hz, 0, TONE_SECONDS * sound::RATE));
            command.env("TRUNKLINE_TONE", tone);
        }
        let (process, orders) = Process::start_with_input(&mut command, &log);
        let browser = Self {
            orders: Some(orders),
            process,
            log,
        };
        until("a browser", START, || browser.log().contains("ready\n"));
        browser
    }

    /// Opens a tab with a telephone of this account.
    pub fn open(&mut self, phone: &'static str, user: &str) -> Telephone {
        self.open_with(phone, user, PASSWORD)
    }

    /// The same with another password.
    pub fn open_with(&mut self, phone: &'static str, user: &str, password: &str) -> Telephone {
        let mut telephone = Telephone {
            name: phone,
            log: self.log.clone(),
            read: 0,
        };
        self.order(
            &telephone,
            "open",
            json!({"user": user, "password": password}),
        );
        telephone.says(self, "connected");
        telephone
    }

    /// Opens a tab and registers.
    pub fn registered(&mut self, phone: &'static str, user: &str) -> Telephone {
        let mut telephone = self.open(phone, user);
        self.order(&telephone, "register", json!({}));
        telephone.says(self, "registered");
        telephone
    }

    /// Gives an order to a telephone.
    pub fn order(&mut self, phone: &Telephone, what: &str, mut details: Value) {
        details["phone"] = json!(phone.name);
        details["do"] = json!(what);
        let orders = self.orders.as_mut().expect("open until the end");
        writeln!(orders, "{details}").unwrap();
    }

    fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the telephones said:\n{}", self.log());
        }
        // The end of the orders lets the program close its Chromium.
        drop(self.orders.take());
        let deadline = std::time::Instant::now() + END;
        while self.process.ended().is_none() && std::time::Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// One tab.
#[derive(Debug)]
pub struct Telephone {
    name: &'static str,
    log: PathBuf,
    /// Lines of the log that were waited for already.
    read: usize,
}

impl Telephone {
    /// Waits until it says something that begins so, after what was waited for last; gives the
    /// whole line.
    pub fn says(&mut self, _browser: &Browser, start: &str) -> String {
        let wanted = format!("{} {start}", self.name);
        let (line, read) = eventually(&wanted, EVENT, || {
            let log = fs::read_to_string(&self.log).unwrap_or_default();
            let lines = log.lines().enumerate().skip(self.read);
            let mut found = lines.filter(|(_, line)| line.starts_with(&wanted));
            found.next().map(|(at, line)| (line.to_owned(), at + 1))
        });
        self.read = read;
        line
    }
}

fn web() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../web")
}
