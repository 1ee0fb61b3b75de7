//! baresip as a telephone: registers with digest, answers by itself, speaks a tone from a file and
//! keeps what it hears in another.

use crate::patience::{eventually, until};
use crate::process::Process;
use crate::server::{PASSWORD, Server};
use crate::sound::{self, Wav};
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

const MODULES: &str = "/usr/lib/baresip/modules";
/// Ports that a telephone uses.
const PORTS: u16 = 14;
/// Longer than any story.
const TONE_SECONDS: usize = 100;
/// From the start to the registration.
const START: Duration = Duration::from_secs(10);

/// How a telephone behaves.
#[derive(Debug, Clone, Copy)]
pub struct Manner {
    /// The account: a work number.
    pub user: &'static str,
    /// What it speaks.
    pub hz: f64,
    /// Whether it answers by itself.
    pub answers: bool,
    /// `udp`, `tcp` or `tls`.
    pub transport: &'static str,
    /// The password it knows.
    pub password: &'static str,
    /// Seconds between its registrations, none where it does not register.
    pub interval: u32,
    /// Where it finds the server, if not where that takes UDP and TCP.
    pub server: Option<SocketAddr>,
    /// How it encrypts media: `srtp`, `srtp-mand`; in the clear if none.
    pub encryption: Option<&'static str>,
    /// What it offers and answers.
    pub speech: Speech,
}

/// The codecs of a telephone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speech {
    /// G.711 in both laws.
    G711,
    /// G.722 alone.
    G722,
    /// Opus alone.
    Opus,
}

impl Speech {
    fn codecs(self) -> &'static str {
        match self {
            Self::G711 => "PCMU/8000/1,PCMA/8000/1",
            Self::G722 => "G722/16000/1",
            Self::Opus => "opus/48000/2",
        }
    }

    fn module(self) -> &'static str {
        match self {
            Self::G711 => "g711.so",
            Self::G722 => "g722.so",
            Self::Opus => "opus.so",
        }
    }

    /// What sox makes of the tone that it speaks: the program plays only what fits its codec.
    fn sound(self) -> [&'static str; 4] {
        match self {
            Self::G711 => ["-r", "8000", "-c", "1"],
            Self::G722 => ["-r", "16000", "-c", "1"],
            Self::Opus => ["-r", "48000", "-c", "2"],
        }
    }
}

impl Manner {
    /// A telephone that answers by itself.
    pub fn answering(user: &'static str, hz: f64) -> Self {
        Self {
            user,
            hz,
            answers: true,
            transport: "udp",
            password: PASSWORD,
            interval: 60,
            server: None,
            encryption: None,
            speech: Speech::G711,
        }
    }

    /// A telephone that answers by itself and speaks one wide-band codec only.
    pub fn wide(user: &'static str, hz: f64, speech: Speech) -> Self {
        Self {
            speech,
            ..Self::answering(user, hz)
        }
    }

    /// A telephone of somebody outside, which does not register.
    pub fn trunk(user: &'static str, hz: f64) -> Self {
        Self {
            interval: 0,
            ..Self::answering(user, hz)
        }
    }

    /// A telephone over TLS that answers by itself and comes back as often as it may.
    pub fn over_tls(user: &'static str, hz: f64, server: SocketAddr) -> Self {
        Self {
            transport: "tls",
            interval: 30,
            server: Some(server),
            ..Self::answering(user, hz)
        }
    }

    /// A telephone that rings until somebody answers.
    pub fn ringing(user: &'static str, hz: f64) -> Self {
        Self {
            answers: false,
            ..Self::answering(user, hz)
        }
    }
}

/// A running telephone.
#[derive(Debug)]
pub struct Baresip {
    #[expect(dead_code, reason = "ends the program when the telephone is dropped")]
    process: Process,
    folder: PathBuf,
    control: SocketAddr,
}

impl Baresip {
    /// Starts a telephone.
    pub fn start(server: &mut Server, manner: Manner) -> Self {
        let folder = server.folder().join(format!("phone-{}", manner.user));
        fs::create_dir_all(folder.join("heard")).unwrap();
        let samples = sound::tone(manner.hz, 0, TONE_SECONDS * sound::RATE);
        sound::write_wav(&folder.join("narrow.wav"), &samples);
        convert(&folder, "narrow.wav", manner.speech.sound(), "tone.wav");
        let ports = server.take_ports(PORTS).start;
        let control = SocketAddr::from(([127, 0, 0, 1], ports + 2));
        let at = manner.server.unwrap_or(server.sip);
        let configuration = configuration(&folder, (at, control), ports, manner.speech);
        fs::write(folder.join("config"), configuration).unwrap();
        fs::write(folder.join("accounts"), account(at, manner)).unwrap();
        let mut command = Command::new("baresip");
        command.arg("-f").arg(&folder).args(["-s", "-v"]);
        Self {
            process: Process::start(&mut command, &folder.join("log")),
            folder,
            control,
        }
    }

    /// Starts a telephone and waits until it is registered.
    pub fn registered(server: &mut Server, manner: Manner) -> Self {
        let phone = Self::start(server, manner);
        until("a registered telephone", START, || {
            phone.log().contains("200 OK (") || phone.log().contains("registered successfully")
        });
        phone
    }

    /// What it has printed, with every SIP message.
    pub fn log(&self) -> String {
        fs::read(self.folder.join("log"))
            .map(|log| String::from_utf8_lossy(&log).into_owned())
            .unwrap_or_default()
    }

    /// Waits until it has printed `text`.
    pub fn says(&self, text: &str, most: Duration) {
        until(&format!("baresip says {text:?}"), most, || {
            self.log().contains(text)
        });
    }

    /// Waits until it is in a call.
    pub fn is_in_a_call(&self) {
        self.says("Call established", Duration::from_secs(15));
    }

    /// Waits until its call is over and what it heard is written.
    pub fn is_left(&self) {
        self.says("audio: destroyed", START);
    }

    /// Does what is done with keys and buttons: `accept`, `hangup`, `dial`, `sndcode`.
    pub fn command(&self, command: &str, parameters: &str) {
        let body = format!(r#"{{"command":"{command}","params":"{parameters}"}}"#);
        let mut control = eventually("the telephone's control", START, || {
            TcpStream::connect(self.control).ok()
        });
        control
            .write_all(format!("{}:{body},", body.len()).as_bytes())
            .unwrap();
        control
            .set_read_timeout(Some(Duration::from_secs(5)))
            .unwrap();
        // Events of the telephone come over the same connection.
        let mut said = String::new();
        while !said.contains(r#""response":true"#) {
            let mut piece = [0; 512];
            let length = control.read(&mut piece).unwrap();
            assert!(length > 0, "{command}: {said}");
            said.push_str(&String::from_utf8_lossy(&piece[..length]));
        }
        assert!(said.contains(r#""ok":true"#), "{command}: {said}");
    }

    /// What it heard in its only call, so far where that goes on.
    pub fn heard(&self) -> Vec<i16> {
        let file = eventually("what the telephone heard", START, || {
            fs::read_dir(self.folder.join("heard"))
                .unwrap()
                .filter_map(|entry| entry.ok().map(|entry| entry.path()))
                .find(|path| path.to_string_lossy().ends_with("dec.wav"))
        });
        let file = file.to_string_lossy();
        convert(&self.folder, &file, Speech::G711.sound(), "heard.wav");
        let narrow = fs::read(self.folder.join("heard.wav")).unwrap();
        Wav::read(&narrow).channels.remove(0)
    }
}

/// Lets sox write a file at another rate.
fn convert(folder: &Path, from: &str, sound: [&str; 4], to: &str) {
    let mut sox = Command::new("sox");
    // The head of a file that is still written does not know its length.
    sox.current_dir(folder)
        .args(["--ignore-length", from, "-b", "16", "-e", "signed"]);
    let done = sox.args(sound).arg(to).status().unwrap();
    assert!(done.success(), "sox converts {from}");
}

fn account(server: SocketAddr, manner: Manner) -> String {
    let Manner {
        user,
        transport,
        password,
        interval,
        speech,
        encryption,
        ..
    } = manner;
    let codecs = speech.codecs();
    let encryption = encryption.map_or(String::new(), |it| format!(";mediaenc={it}"));
    let answers = if manner.answers { "auto" } else { "manual" };
    format!(
        "<sip:{user}@{server};transport={transport}>;auth_user={user};auth_pass={password};\
         answermode={answers};regint={interval};audio_codecs={codecs}{encryption}\n"
    )
}

/// `ports` is the first of the telephone's ports: SIP, SIP over TLS right behind it, control, RTP.
fn configuration(
    folder: &Path,
    (server, control): (SocketAddr, SocketAddr),
    ports: u16,
    speech: Speech,
) -> String {
    let codec = speech.module();
    // A telephone that speaks IPv6 does so on the loopback of that family.
    let own = server.ip();
    let listen = SocketAddr::new(own, ports);
    let folder = folder.display();
    let (first, last) = (ports + 4, ports + PORTS);
    format!(
        "poll_method epoll\n\
         sip_listen {listen}\n\
         net_interface {own}\n\
         call_local_timeout 120\n\
         call_max_calls 4\n\
         audio_source aufile,{folder}/tone.wav\n\
         audio_player aubridge,nobody\n\
         audio_alert aubridge,nobody\n\
         audio_buffer 20-160\n\
         rtp_ports {first}-{last}\n\
         module_path {MODULES}\n\
         module {codec}\n\
         module srtp.so\n\
         module aufile.so\n\
         module aubridge.so\n\
         module sndfile.so\n\
         module_tmp account.so\n\
         module_app menu.so\n\
         module_app ctrl_tcp.so\n\
         ctrl_tcp_listen {control}\n\
         snd_path {folder}/heard\n"
    )
}
