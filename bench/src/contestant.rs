//! The programs that are measured: the product's release build, and the reference.

mod preparation;

use crate::arguments::Plan;
use crate::process::{family, stay_on};
use crate::scenario::Form;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::io::{self, Read as _};
use std::net::{Ipv4Addr, SocketAddrV4, TcpListener, UdpSocket};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The processor of the contestant, and that of the load.
const PROCESSORS: (usize, usize) = (0, 1);
/// Where Debian has them.
const SIPP: &str = "/usr/bin/sipp";
const KAMAILIO: &str = "/usr/sbin/kamailio";
/// How long a contestant may take to answer its first request.
const PATIENCE: Duration = Duration::from_mins(1);
const SETTLING: Duration = Duration::from_secs(1);
/// How long a contestant may take to end, and how often is looked.
const ENDING: Duration = Duration::from_secs(2);
const LOOK: Duration = Duration::from_millis(20);
/// How long ports may take to be free, and how many others may hold for good.
const RETURN: Duration = Duration::from_secs(30);
const HELD_PORTS: usize = 100;
const PRODUCT: &str = "trunkline";
const SETTINGS: &str = "trunkline.toml";

/// Who is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The server, with the demo enterprise and one media thread.
    Product,
    /// A bare loop over sockets.
    Stub,
    /// sipp with its own scenario of a called party.
    Sipp,
    /// Kamailio with one worker, answering calls by transactions.
    Kamailio,
    /// Kamailio with one worker, passing calls on by transactions and staying in their way; the
    /// load answers them.
    KamailioProxy,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Product => "product",
            Self::Stub => "stub",
            Self::Sipp => "sipp",
            Self::Kamailio => "kamailio",
            Self::KamailioProxy => "kamailio, passing on",
        }
    }

    /// Whether the system has it; what is built beside this program is always there.
    pub(crate) fn is_installed(self) -> bool {
        match self {
            Self::Product | Self::Stub => true,
            Self::Sipp => Path::new(SIPP).is_file(),
            Self::Kamailio | Self::KamailioProxy => Path::new(KAMAILIO).is_file(),
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
    fn range(self) -> RangeInclusive<u16> {
        match self {
            Self::Usual => 10_000..=29_999,
            Self::Most => 10_000..=48_499,
        }
    }

    /// Waits until the process that was measured before has given its ports back. The server does
    /// without ports that somebody holds, so that a run would measure their lack.
    fn wait_until_free(self) -> io::Result<()> {
        let deadline = Instant::now() + RETURN;
        loop {
            let evens = self.range().step_by(2);
            let held = evens.filter(|port| UdpSocket::bind((Ipv4Addr::LOCALHOST, *port)).is_err());
            let held = held.count();
            if held <= HELD_PORTS {
                return Ok(());
            }
            if Instant::now() > deadline {
                let text = format!("{held} of the ports {:?} are in use", self.range());
                return Err(io::Error::other(text));
            }
            std::thread::sleep(LOOK);
        }
    }
}

/// A running contestant; it ends when this is dropped.
pub(crate) struct Contestant {
    child: Child,
    server: SocketAddrV4,
    folder: TempDir,
}

impl Contestant {
    /// Starts `kind` on its processor, with agents at `peer`, and waits until it answers.
    ///
    /// # Errors
    /// A program that is not there, or does not answer.
    pub(crate) fn start(kind: Kind, ports: Ports, peer: u16, plan: &Plan) -> io::Result<Self> {
        let temporary = match &plan.folder {
            Some(folder) => TempDir::with_prefix_in("trunkline-bench-", folder)?,
            None => TempDir::with_prefix("trunkline-bench-")?,
        };
        let server = SocketAddrV4::new(Ipv4Addr::LOCALHOST, free_udp_port()?);
        let mut command = match kind {
            Kind::Product => {
                ports.wait_until_free()?;
                settings(temporary.path(), server, (peer, ports))?;
                serving(&program(plan)?, &temporary.path().join(SETTINGS))
            }
            Kind::Stub => stub(temporary.path(), server.port(), peer)?,
            Kind::Sipp => sipp(temporary.path(), server),
            Kind::Kamailio => kamailio(temporary.path(), server, &answering(server))?,
            Kind::KamailioProxy => kamailio(temporary.path(), server, &relaying(peer))?,
        };
        quiet(&mut command);
        let mut contestant = Self {
            child: spawn(&mut command)?,
            server,
            folder: temporary,
        };
        if kind == Kind::Sipp {
            // It answers nothing but calls.
            std::thread::sleep(SETTLING);
        } else {
            contestant.wait_until_ready()?;
        }
        Ok(contestant)
    }

    /// Gives the product what a form asks of the demo enterprise, with a bot at `bot`, and starts
    /// it again.
    ///
    /// # Errors
    /// A demo enterprise that is not as expected, or a product that does not start again.
    pub(crate) fn prepare(&mut self, form: Form, (bot, plan): (u16, &Plan)) -> io::Result<()> {
        let Some(statement) = preparation::statement(form, bot) else {
            return Ok(());
        };
        self.end();
        preparation::write(self.folder.path(), &statement)?;
        let mut command = serving(&program(plan)?, &self.folder.path().join(SETTINGS));
        quiet(&mut command);
        self.child = spawn(&mut command)?;
        self.wait_until_ready()
    }

    /// Where it takes calls.
    pub(crate) fn server(&self) -> SocketAddrV4 {
        self.server
    }

    /// Its processes.
    pub(crate) fn processes(&self) -> Vec<u32> {
        family(self.child.id())
    }

    fn end(&mut self) {
        // The product's worker dies with its parent; Kamailio's children have to be told by it.
        let id = i32::try_from(self.child.id()).map(Pid::from_raw);
        if let Ok(id) = id {
            let _ = kill(id, Signal::SIGTERM);
            let deadline = Instant::now() + ENDING;
            while matches!(self.child.try_wait(), Ok(None)) && Instant::now() < deadline {
                std::thread::sleep(LOOK);
            }
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
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
                Err(_) => std::thread::sleep(LOOK),
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
        self.end();
    }
}

fn settings(folder: &Path, server: SocketAddrV4, (peer, ports): (u16, Ports)) -> io::Result<()> {
    let http = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
    let settings = format!(
        "data_dir = \"{folder}\"\nhttp.listen = \"{http}\"\nsip.udp = \"{server}\"\n\
         sip.tcp = \"\"\nmedia.listen = \"127.0.0.1\"\nmedia.ports = \"{first}-{last}\"\n\
         media.workers = \"1\"\nlimits.calls = 20000\ndemo.password = \"{password}\"\n\
         demo.outbound_peer = \"127.0.0.1:{peer}\"\nlog.filter = \"error\"\n\
         bots.allowed_hosts = \"127.0.0.1\"\nbots.auth_token = \"{password}\"\n",
        folder = folder.display(),
        first = ports.range().start(),
        last = ports.range().end(),
        password = password()?,
    );
    std::fs::write(folder.join(SETTINGS), settings)
}

/// The product's program.
fn program(plan: &Plan) -> io::Result<PathBuf> {
    match &plan.program {
        Some(program) => Ok(program.clone()),
        None => beside(PRODUCT),
    }
}

fn serving(program: &Path, settings: &Path) -> Command {
    let mut command = Command::new(program);
    command.args(["serve", "--demo", "--config"]).arg(settings);
    command
}

fn quiet(command: &mut Command) {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .env("TERM", "dumb");
}

/// Starts a contestant on its processor, and leaves this thread on that of the load.
fn spawn(command: &mut Command) -> io::Result<Child> {
    stay_on(PROCESSORS.0)?;
    let child = command.spawn();
    stay_on(PROCESSORS.1)?;
    child
}

fn stub(folder: &Path, sip: u16, peer: u16) -> io::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    let (sip, peer) = (sip.to_string(), peer.to_string());
    command
        .args(["stub", "--ports", &sip, &peer])
        .current_dir(folder);
    Ok(command)
}

fn sipp(folder: &Path, server: SocketAddrV4) -> Command {
    let mut command = Command::new(SIPP);
    command
        .args(["-sn", "uas", "-nostdin", "-i"])
        .arg(server.ip().to_string())
        .args(["-p", &server.port().to_string()])
        .current_dir(folder);
    command
}

/// Answers calls and keeps nothing of them but their transactions.
fn answering(server: SocketAddrV4) -> String {
    format!(
        r#"
    if (is_method("ACK")) exit;
    t_newtran();
    if (is_method("INVITE")) {{
        append_to_reply("Contact: <sip:{server}>\r\n");
        t_reply("180", "Ringing");
        append_to_reply("Contact: <sip:{server}>\r\n");
    }}
    t_reply("200", "OK");
"#
    )
}

/// Passes calls on to `peer` and stays in the way of what follows.
fn relaying(peer: u16) -> String {
    format!(
        r#"
    if (has_totag()) {{
        if (loose_route()) t_relay();
        exit;
    }}
    record_route();
    $du = "sip:127.0.0.1:{peer}";
    t_relay();
"#
    )
}

/// Its default memory manager checks each piece for debugging and doubles what a call costs, hence
/// `fm`; a transaction stays for five seconds after its end, hence the memory.
fn kamailio(folder: &Path, server: SocketAddrV4, route: &str) -> io::Result<Command> {
    let file = folder.join("kamailio.cfg");
    let modules: String = ["tm", "sl", "rr", "pv", "textops", "siputils"]
        .map(|module| format!("loadmodule \"{module}.so\"\n"))
        .concat();
    let text = format!(
        r#"#!KAMAILIO
debug=0
log_stderror=yes
children=1
disable_tcp=yes
auto_aliases=no
listen=udp:{server}
{modules}
request_route {{
    if (is_method("OPTIONS")) {{ sl_send_reply("200", "OK"); exit; }}
{route}
}}
"#
    );
    std::fs::write(&file, text)?;
    let mut command = Command::new(KAMAILIO);
    command
        .args([
            "-DD", "-E", "-x", "fm", "-X", "fm", "-m", "2048", "-M", "32", "-f",
        ])
        .arg(&file)
        .args(["-w".as_ref(), folder.as_os_str()])
        .args(["-Y".as_ref(), folder.as_os_str()])
        .args(["-P".as_ref(), folder.join("pid").as_os_str()])
        .stderr(Stdio::null());
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
