//! The real binary on loopback ports of its own, with the demo enterprise in a folder of its own.

use crate::api::{Api, client};
use crate::patience::{eventually, until};
use crate::process::{self, Process};
use std::fs;
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::time::Duration;

/// The password of every demo account.
pub const PASSWORD: &str = "open-sesame-7";
/// From the start to the first call that could be taken.
const START: Duration = Duration::from_secs(30);
/// How often another set of ports is tried.
const STARTS: usize = 5;
/// Ports of a test: those for the server's RTP, which rest for some seconds after a call, and those
/// for its peers.
const PORTS: u16 = 400;
const MEDIA_PORTS: u16 = 300;
/// Where blocks of ports begin, and how many there are.
const FIRST_PORT: u16 = 10_000;
const BLOCKS: usize = 130;
/// Those below the ports that the system gives out by itself.
const QUIET_BLOCKS: usize = 56;
/// Lines of the log that a failure shows.
const LOG_LINES: usize = 60;

/// A running server.
#[derive(Debug)]
pub struct Server {
    process: Process,
    folder: PathBuf,
    environment: Vec<(&'static str, String)>,
    /// Where it takes SIP over UDP and TCP.
    pub sip: SocketAddr,
    /// Where the console and the API are.
    pub http: SocketAddr,
    /// Where its outbound trunk leads.
    pub outbound_peer: SocketAddr,
    media_ports: Range<u16>,
    spare_ports: Range<u16>,
}

impl Server {
    /// Starts a server for the story of this name and waits until it is ready.
    pub fn start(story: &str) -> Self {
        Self::start_with(story, &[])
    }

    /// The same with more keys of the configuration, as environment variables.
    pub fn start_with(story: &str, more: &[(&'static str, String)]) -> Self {
        let folder = target_folder().join("e2e").join(story);
        for attempt in 0..STARTS {
            // What an earlier run or attempt left.
            let _ = fs::remove_dir_all(&folder);
            fs::create_dir_all(&folder).unwrap();
            if let Some(server) = Self::attempt(&folder, attempt, more) {
                return server;
            }
        }
        panic!("no server started on free ports");
    }

    fn attempt(folder: &Path, attempt: usize, more: &[(&'static str, String)]) -> Option<Self> {
        let sip = free_address();
        let http = free_address();
        let outbound_peer = free_address();
        let first = block_of_ports(attempt);
        let peers = first + MEDIA_PORTS;
        let mut environment = vec![
            (
                "TRUNKLINE__DATA_DIR",
                folder.join("data").display().to_string(),
            ),
            ("TRUNKLINE__HTTP__LISTEN", http.to_string()),
            ("TRUNKLINE__SIP__UDP", sip.to_string()),
            ("TRUNKLINE__SIP__TCP", sip.to_string()),
            ("TRUNKLINE__MEDIA__LISTEN", "127.0.0.1".to_owned()),
            ("TRUNKLINE__MEDIA__PORTS", format!("{first}-{}", peers - 1)),
            ("TRUNKLINE__MEDIA__WORKERS", "2".to_owned()),
            ("TRUNKLINE__DEMO__PASSWORD", PASSWORD.to_owned()),
            ("TRUNKLINE__DEMO__OUTBOUND_PEER", outbound_peer.to_string()),
            ("TRUNKLINE__LOG__FILTER", "info".to_owned()),
        ];
        environment.extend_from_slice(more);
        let mut server = Self {
            process: launch(folder, &environment, "server.log"),
            folder: folder.to_owned(),
            environment,
            sip,
            http,
            outbound_peer,
            media_ports: first..peers,
            spare_ports: peers..first + PORTS,
        };
        let ready = server.becomes_ready();
        if !ready {
            eprintln!("tried in vain:\n{}", log_tail(&folder.join("server.log")));
        }
        ready.then_some(server)
    }

    /// Whether it becomes ready; if not, it has ended.
    fn becomes_ready(&mut self) -> bool {
        eventually("a server that is ready or has ended", START, || {
            if self.process.ended().is_some() {
                return Some(false);
            }
            self.is_ready().then_some(true)
        })
    }

    /// Kills all of it, as somebody who ends a process group would, and starts it again.
    pub fn kill_everything(&mut self) {
        self.kill_everything_and(|| ());
    }

    /// The same; `meanwhile` happens while nothing of it runs.
    pub fn kill_everything_and<T>(&mut self, meanwhile: impl FnOnce() -> T) -> T {
        process::kill(self.process.id());
        self.process.wait(START);
        // The worker dies with its parent, and its sockets one by one.
        let ports = self.media_ports.clone();
        until("ports that are free again", START, || {
            ports.clone().all(is_free) && is_free(self.sip.port()) && is_free(self.http.port())
        });
        let happened = meanwhile();
        self.start_again();
        happened
    }

    /// Starts it again on the same ports and data.
    pub fn start_again(&mut self) {
        self.process = launch(&self.folder, &self.environment, "server-again.log");
        assert!(self.becomes_ready(), "the server starts again");
    }

    /// Asks it to stop and waits until it has.
    pub fn stop(&mut self) -> ExitStatus {
        process::terminate(self.process.id());
        self.process.wait(START)
    }

    /// Whether it says that it can take calls.
    pub fn is_ready(&self) -> bool {
        let page = client(true).get(format!("{}/readyz", self.url()));
        page.call().is_ok()
    }

    /// What is wrong with a part of it, as its readiness says.
    pub fn fault_of(&self, part: &str) -> Option<String> {
        let page = client(false).get(format!("{}/readyz", self.url()));
        let text = page.call().unwrap().body_mut().read_to_string().unwrap();
        let page: serde_json::Value = serde_json::from_str(&text).unwrap();
        let mut parts = page["checks"].as_array().into_iter().flatten();
        let found = parts.find(|it| it["name"] == part);
        let found = found.unwrap_or_else(|| panic!("no part {part}: {page:#}"));
        found["fault"].as_str().map(str::to_owned)
    }

    /// Where browsers find it: `http` and its address, or `https` where that is inside TLS.
    pub fn url(&self) -> String {
        let mut keys = self.environment.iter();
        let secure = keys.any(|(key, _)| *key == "TRUNKLINE__HTTP__TLS_CERT");
        let scheme = if secure { "https" } else { "http" };
        format!("{scheme}://{}", self.http)
    }

    /// A folder for what peers write.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Ports that nobody else uses.
    pub fn take_ports(&mut self, count: u16) -> Range<u16> {
        let first = self.spare_ports.start;
        assert!(first + count <= self.spare_ports.end, "too many peers");
        self.spare_ports.start += count;
        first..first + count
    }

    /// The process that serves, the only child of the one that was started.
    pub fn worker(&self) -> Option<u32> {
        process::children(self.process.id()).first().copied()
    }

    /// Kills the process that serves and waits until another one does.
    pub fn kill_worker(&self) {
        let killed = eventually("a worker", START, || self.worker());
        process::kill(killed);
        until("another worker", START, || {
            self.worker().is_some_and(|worker| worker != killed) && self.is_ready()
        });
    }

    /// The API as the person with this work number, or `admin`, uses it.
    pub fn api(&self, person: &str) -> Api {
        Api::sign_in(&self.url(), &format!("{person}@demo.example"), PASSWORD)
    }

    /// A figure of `/metrics`: the sum over its labels.
    pub fn metric(&self, name: &str) -> f64 {
        let page = client(true).get(format!("{}/metrics", self.url()));
        let page = page.call().unwrap().body_mut().read_to_string().unwrap();
        let value = |line: &str| {
            line.rsplit(' ')
                .next()
                .and_then(|it| it.parse::<f64>().ok())
        };
        page.lines()
            .filter(|line| {
                line.strip_prefix(name)
                    .is_some_and(|rest| rest.starts_with([' ', '{']))
            })
            .filter_map(value)
            .sum()
    }

    /// The process that was started.
    pub fn process_id(&self) -> u32 {
        self.process.id()
    }

    /// Its log so far.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.join("server.log")).unwrap_or_default()
    }

    /// Sends it a signal as an administrator does.
    pub fn hang_up(&self) {
        process::hang_up(self.process.id());
    }

    /// Waits until nothing is left of any call.
    pub fn comes_to_rest(&self) {
        until(
            "no call, leg or recording left",
            Duration::from_secs(10),
            || {
                let left = |name: &str| self.metric(name) > 0.5;
                !left("trunkline_calls_active")
                    && !left("trunkline_media_legs")
                    && !left("trunkline_recordings_open")
            },
        );
    }

    /// Runs `trunkline verify` and gives what it says.
    pub fn verify(&self) -> String {
        let mut command = Command::new(binary());
        let output = command
            .arg("verify")
            .current_dir(&self.folder)
            .envs(self.environment.iter().cloned())
            .output()
            .unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

fn launch(folder: &Path, environment: &[(&'static str, String)], log: &str) -> Process {
    let mut command = Command::new(binary());
    command
        .args(["serve", "--demo"])
        .current_dir(folder)
        .envs(environment.iter().cloned());
    Process::start(&mut command, &folder.join(log))
}

impl Drop for Server {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = self.folder.join("server.log");
            eprintln!("the end of {}:\n{}", log.display(), log_tail(&log));
        } else if std::env::var_os("TRUNKLINE_KEEP").is_none() {
            // The worker may still be writing while the system ends it.
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

/// The server program: `TRUNKLINE_BINARY`, or the one built beside the tests.
pub fn binary() -> PathBuf {
    if let Some(path) = std::env::var_os("TRUNKLINE_BINARY") {
        return path.into();
    }
    let path = profile_folder().join("trunkline");
    assert!(
        path.exists(),
        "{} is missing: cargo build -p trunkline-server",
        path.display()
    );
    path
}

/// Tests are in `target/<profile>/deps`.
fn profile_folder() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.ancestors().nth(2).unwrap().to_owned()
}

fn target_folder() -> PathBuf {
    profile_folder().parent().unwrap().to_owned()
}

/// An address that is free for UDP and TCP.
pub fn free_address() -> SocketAddr {
    eventually("a free port", START, || {
        let listener = TcpListener::bind("127.0.0.1:0").ok()?;
        let address = listener.local_addr().ok()?;
        UdpSocket::bind(address).ok().map(|_| address)
    })
}

/// The first of a block of ports that are all free. Tests run in processes of their own, whose ids
/// keep them apart; ports that the system gives out by itself come last.
fn block_of_ports(attempt: usize) -> u16 {
    let begin = std::process::id() as usize * 7 + attempt * 37;
    let quiet = (0..QUIET_BLOCKS).map(|n| (begin + n) % QUIET_BLOCKS);
    quiet
        .chain(QUIET_BLOCKS..BLOCKS)
        .map(|block| FIRST_PORT + u16::try_from(block).unwrap() * PORTS)
        .find(|first| (*first..first + PORTS).all(is_free))
        .expect("a free block of ports")
}

fn is_free(port: u16) -> bool {
    let address = ("127.0.0.1", port);
    UdpSocket::bind(address).is_ok() && TcpListener::bind(address).is_ok()
}

fn log_tail(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(LOG_LINES)..].join("\n")
}
