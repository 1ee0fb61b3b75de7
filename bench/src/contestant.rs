//! The programs that are measured: the product's release build, and the reference.

use crate::process::{family, stay_on};
use std::io::{self, Read as _};
use std::net::{Ipv4Addr, SocketAddrV4, TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The processor of the contestant, and that of the load.
const PROCESSORS: (usize, usize) = (0, 1);
/// How long a contestant may take to answer its first request.
const PATIENCE: Duration = Duration::from_mins(1);
const PRODUCT: &str = "trunkline";

/// Who is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The server, with the demo enterprise and one media thread.
    Product,
    /// A bare loop over sockets.
    Stub,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Product => "product",
            Self::Stub => "stub",
        }
    }
}

/// Where media ports come from: even ones are used, and each is a descriptor of the process.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Ports {
    /// Enough for calls of ten seconds.
    Usual,
    /// As many as the usual limit of 20,000 descriptors leaves.
    Most,
}

impl Ports {
    fn range(self) -> &'static str {
        match self {
            Self::Usual => "10000-29999",
            Self::Most => "10000-48499",
        }
    }
}

/// A running contestant; it ends when this is dropped.
pub(crate) struct Contestant {
    child: Child,
    server: SocketAddrV4,
    _folder: TempDir,
}

impl Contestant {
    /// Starts `kind` on its processor, with agents at `peer`, and waits until it answers.
    ///
    /// # Errors
    /// A program that is not there, or does not answer.
    pub(crate) fn start(
        kind: Kind,
        ports: Ports,
        peer: u16,
        folder: Option<&Path>,
    ) -> io::Result<Self> {
        let temporary = match folder {
            Some(folder) => TempDir::with_prefix_in("trunkline-bench-", folder)?,
            None => TempDir::with_prefix("trunkline-bench-")?,
        };
        let server = SocketAddrV4::new(Ipv4Addr::LOCALHOST, free_udp_port()?);
        let mut command = match kind {
            Kind::Product => product(temporary.path(), server, (peer, ports))?,
            Kind::Stub => stub(temporary.path(), server.port(), peer)?,
        };
        command.stdin(Stdio::null()).stdout(Stdio::null());
        stay_on(PROCESSORS.0)?;
        let child = command.spawn();
        stay_on(PROCESSORS.1)?;
        let mut contestant = Self {
            child: child?,
            server,
            _folder: temporary,
        };
        contestant.wait_until_ready()?;
        Ok(contestant)
    }

    /// Where it takes calls.
    pub(crate) fn server(&self) -> SocketAddrV4 {
        self.server
    }

    /// Its processes.
    pub(crate) fn processes(&self) -> Vec<u32> {
        family(self.child.id())
    }

    fn wait_until_ready(&mut self) -> io::Result<()> {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        socket.set_read_timeout(Some(Duration::from_millis(100)))?;
        let (port, server) = (socket.local_addr()?.port(), self.server);
        let deadline = Instant::now() + PATIENCE;
        let mut number = 0;
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait()? {
                return Err(io::Error::other(format!("the contestant ended: {status}")));
            }
            number += 1;
            let options = format!(
                "OPTIONS sip:{server} SIP/2.0\r\n\
                 Via: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bKready{number}\r\n\
                 Max-Forwards: 70\r\nFrom: <sip:load@127.0.0.1:{port}>;tag=ready\r\n\
                 To: <sip:{server}>\r\nCall-ID: ready{number}@load\r\nCSeq: 1 OPTIONS\r\n\
                 Content-Length: 0\r\n\r\n"
            );
            // A refusal means that nobody listens yet.
            let _ = socket.send_to(options.as_bytes(), server);
            match socket.recv(&mut [0; 2_048]) {
                Ok(_) => return Ok(()),
                Err(_) => std::thread::sleep(Duration::from_millis(20)),
            }
        }
        Err(io::Error::new(
            io::ErrorKind::TimedOut,
            "the contestant does not answer",
        ))
    }
}

impl Drop for Contestant {
    fn drop(&mut self) {
        // The worker dies with its parent.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn product(
    folder: &Path,
    server: SocketAddrV4,
    (peer, ports): (u16, Ports),
) -> io::Result<Command> {
    let program = beside(PRODUCT)?;
    let file = folder.join("trunkline.toml");
    let http = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
    let settings = format!(
        "data_dir = \"{folder}\"\nhttp.listen = \"{http}\"\nsip.udp = \"{server}\"\n\
         sip.tcp = \"\"\nmedia.listen = \"127.0.0.1\"\nmedia.ports = \"{ports}\"\n\
         media.workers = \"1\"\nlimits.calls = 20000\ndemo.password = \"{password}\"\n\
         demo.outbound_peer = \"127.0.0.1:{peer}\"\nlog.filter = \"error\"\n",
        folder = folder.display(),
        ports = ports.range(),
        password = password()?,
    );
    std::fs::write(&file, settings)?;
    let mut command = Command::new(program);
    command.args(["serve", "--demo", "--config"]).arg(&file);
    Ok(command)
}

fn stub(folder: &Path, sip: u16, peer: u16) -> io::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    let (sip, peer) = (sip.to_string(), peer.to_string());
    command
        .args(["stub", "--ports", &sip, &peer])
        .current_dir(folder);
    Ok(command)
}

/// A program that was built into the same folder as this one.
fn beside(name: &str) -> io::Result<PathBuf> {
    let program = std::env::current_exe()?.with_file_name(name);
    if program.is_file() {
        Ok(program)
    } else {
        let text = format!("{} is not built", program.display());
        Err(io::Error::new(io::ErrorKind::NotFound, text))
    }
}

fn free_udp_port() -> io::Result<u16> {
    Ok(UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?
        .local_addr()?
        .port())
}

fn password() -> io::Result<String> {
    let mut random = [0; 16];
    std::fs::File::open("/dev/urandom")?.read_exact(&mut random)?;
    Ok(u128::from_ne_bytes(random).to_string())
}
