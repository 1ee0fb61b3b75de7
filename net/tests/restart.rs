//! The worker dies in every way there is, and what peers send in the gap is answered.
#![expect(clippy::unwrap_used, reason = "the helpers of a test fail it")]

use std::{
    fs,
    io::Read as _,
    net::{SocketAddr, TcpStream, UdpSocket},
    path::PathBuf,
    process::{Child, Command},
    thread,
    time::{Duration, Instant},
};
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(20);

/// A running `echo` example.
struct Server {
    parent: Child,
    _directory: TempDir,
    datagram: SocketAddr,
    stream: SocketAddr,
    media: SocketAddr,
    socket: UdpSocket,
}

impl Server {
    fn start() -> Self {
        let directory = TempDir::new().unwrap();
        let parent = Command::new(program())
            .arg(directory.path())
            .spawn()
            .unwrap();
        let addresses = directory.path().join("addresses");
        wait_until("the addresses", || addresses.exists());
        let text = fs::read_to_string(addresses).unwrap();
        let mut addresses = text.split(' ').map(|address| address.parse().unwrap());
        Self {
            parent,
            _directory: directory,
            datagram: addresses.next().unwrap(),
            stream: addresses.next().unwrap(),
            media: addresses.next().unwrap(),
            socket: UdpSocket::bind("127.0.0.1:0").unwrap(),
        }
    }

    fn send(&self, word: &str) {
        self.socket.send_to(word.as_bytes(), self.datagram).unwrap();
    }

    fn hear(&self) -> String {
        hear(&self.socket)
    }

    fn worker(&self) -> Option<u32> {
        let parent = self.parent.id();
        let children = fs::read_to_string(format!("/proc/{parent}/task/{parent}/children"));
        children.ok()?.split_whitespace().next()?.parse().ok()
    }

    fn exit_code(&mut self) -> Option<i32> {
        let mut status = None;
        wait_until("the parent's end", || {
            status = self.parent.try_wait().unwrap();
            status.is_some()
        });
        status.unwrap().code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.parent.kill();
        let _ = self.parent.wait();
    }
}

fn signal(process: u32, name: &str) {
    let status = Command::new("kill")
        .args([name, &process.to_string()])
        .status();
    assert!(status.unwrap().success());
}

fn program() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let profile = test.parent().unwrap().parent().unwrap();
    profile.join("examples").join("echo")
}

fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let until = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < until, "{what} did not come");
        thread::sleep(Duration::from_millis(5));
    }
}

fn hear(socket: &UdpSocket) -> String {
    let mut buffer = [0; 64];
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    let length = socket.recv(&mut buffer).unwrap();
    String::from_utf8_lossy(&buffer[..length]).into_owned()
}

#[test]
fn packets_sent_while_no_worker_runs_are_answered_by_the_next() {
    let server = Server::start();
    server.send("hello");
    assert_eq!(server.hear(), "0 hello");
    let phone = UdpSocket::bind("127.0.0.1:0").unwrap();
    phone.send_to(b"before", server.media).unwrap();
    assert_eq!(hear(&phone), "before");

    signal(server.worker().unwrap(), "-KILL");
    for number in 0..100 {
        server.send(&number.to_string());
        phone
            .send_to(format!("voice {number}").as_bytes(), server.media)
            .unwrap();
    }
    let mut stream = TcpStream::connect(server.stream).unwrap();

    for number in 0..100 {
        assert_eq!(server.hear(), format!("1 {number}"));
        assert_eq!(hear(&phone), format!("voice {number}"));
    }
    let mut generation = [0; 2];
    stream.read_exact(&mut generation).unwrap();
    assert_eq!(&generation, b"1\n");
}

#[test]
fn a_worker_that_hangs_is_killed_and_replaced() {
    let server = Server::start();
    server.send("hello");
    assert_eq!(server.hear(), "0 hello");
    let hung_at = Instant::now();
    server.send("hang");
    assert_eq!(server.hear(), "0 hang");
    server.send("are you there");
    assert_eq!(server.hear(), "1 are you there");
    assert!(
        hung_at.elapsed() > Duration::from_secs(1),
        "its last beat counts"
    );
}

#[test]
fn a_stopped_worker_is_killed_and_replaced() {
    let server = Server::start();
    server.send("hello");
    assert_eq!(server.hear(), "0 hello");
    signal(server.worker().unwrap(), "-STOP");
    server.send("are you there");
    assert_eq!(server.hear(), "1 are you there");
}

#[test]
fn a_crash_costs_a_generation_and_an_exit_ends_the_parent() {
    let mut server = Server::start();
    server.send("crash");
    assert_eq!(server.hear(), "0 crash");
    server.send("after");
    assert_eq!(server.hear(), "1 after");
    server.send("leave");
    assert_eq!(server.exit_code(), Some(0));
}

#[test]
fn the_parent_passes_the_request_to_stop_on_and_leaves() {
    let mut server = Server::start();
    server.send("hello");
    server.hear();
    let worker = server.worker().unwrap();
    signal(server.parent.id(), "-HUP");
    server.send("still there");
    assert_eq!(server.hear(), "0 still there");
    signal(server.parent.id(), "-TERM");
    assert_eq!(server.exit_code(), Some(128 + 15));
    assert!(!PathBuf::from(format!("/proc/{worker}")).exists());
}

#[test]
fn no_worker_outlives_its_parent() {
    let mut server = Server::start();
    server.send("hello");
    server.hear();
    let worker = server.worker().unwrap();
    server.parent.kill().unwrap();
    server.parent.wait().unwrap();
    let status = PathBuf::from(format!("/proc/{worker}/stat"));
    wait_until("the worker's end", || {
        // Whoever adopted the worker may not have waited for it yet.
        fs::read_to_string(&status).map_or(true, |stat| stat.contains(") Z "))
    });
}

#[test]
fn a_replaced_worker_hands_its_sockets_to_the_next() {
    let server = Server::start();
    server.send("hello");
    assert_eq!(server.hear(), "0 hello");
    signal(server.parent.id(), "-USR2");
    wait_until("the next worker", || {
        server.send("who");
        server.hear() == "1 who"
    });
}
