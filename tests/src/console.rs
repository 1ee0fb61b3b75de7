//! The console in a Chromium, which tells a story of `web/e2e` and waits where the test looks too.

use crate::patience::until;
use crate::process::Process;
use crate::server::{PASSWORD, Server};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command};
use std::time::Duration;

/// From one place of a story to the next: a browser starts in it.
const STEP: Duration = Duration::from_mins(1);
/// From the last place of a story to its end.
const STORY: Duration = Duration::from_mins(3);
/// From the end of the orders to the end of the program.
const END: Duration = Duration::from_secs(15);

/// A story that is being told.
#[derive(Debug)]
pub struct Console {
    process: Process,
    input: Option<ChildStdin>,
    log: PathBuf,
}

impl Console {
    /// Begins the story `web/e2e/<story>.mjs` as this person.
    ///
    /// # Panics
    /// If the console is not built.
    pub fn begin(server: &Server, story: &str, user: &str) -> Self {
        let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web");
        assert!(
            web.join("dist/index.html").exists(),
            "run `cargo xtask web`"
        );
        if !web.join("node_modules").exists() {
            let installed = Command::new("npm").arg("ci").current_dir(&web).status();
            assert!(installed.unwrap().success());
        }
        let log = server.folder().join("console.log");
        let mut command = Command::new("node");
        command
            .arg(format!("e2e/{story}.mjs"))
            .current_dir(&web)
            .env("TRUNKLINE_URL", server.url())
            .env("TRUNKLINE_PASSWORD", PASSWORD)
            .env("TRUNKLINE_EMAIL", format!("{user}@demo.example"))
            .env("TRUNKLINE_SHOTS", server.folder().join("shots"));
        let (process, input) = Process::start_with_input(&mut command, &log);
        Self {
            process,
            input: Some(input),
            log,
        }
    }

    /// Waits until the story has come to a place, where it waits for [`Console::goes_on`].
    pub fn comes_to(&mut self, place: &str) {
        let line = format!("{place}\n");
        until(place, STEP, || {
            let told = self.told();
            if told.contains(&line) {
                return true;
            }
            assert!(self.process.ended().is_none(), "{told}");
            false
        });
    }

    /// Lets the story go on.
    pub fn goes_on(&mut self) {
        let input = self.input.as_mut().expect("open until the end");
        writeln!(input, "on").unwrap();
    }

    /// Waits until it is told to its end.
    pub fn succeeds(mut self) {
        let ended = self.process.wait(STORY);
        assert!(ended.success(), "{}", self.told());
    }

    fn told(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the console said:\n{}", self.told());
        }
        // A story that nobody lets go on closes its Chromium.
        drop(self.input.take());
        let deadline = std::time::Instant::now() + END;
        while self.process.ended().is_none() && std::time::Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}
