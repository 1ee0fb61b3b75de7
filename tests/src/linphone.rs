//! linphonec as a telephone: an independent stack with media of its own, driven by its prompt.

use crate::patience::until;
use crate::server::{PASSWORD, Server};
use crate::sound::{self, Wav};
use std::fs::{self, File};
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;

/// From the start to the registration.
const START: Duration = Duration::from_secs(20);
/// Longer than any story.
const TONE_SECONDS: usize = 60;

/// A running telephone.
#[derive(Debug)]
pub struct Linphone {
    process: Child,
    prompt: ChildStdin,
    folder: PathBuf,
}

impl Linphone {
    /// Starts a telephone that answers by itself and waits until it is registered.
    pub fn registered(server: &mut Server, user: &str, hz: f64) -> Self {
        let way = ("udp", server.sip);
        Self::registered_over(way, server, (user, hz))
    }

    /// The same over `udp`, `tcp` or `tls`, to where the server takes that.
    pub fn registered_over(
        way: (&str, SocketAddr),
        server: &mut Server,
        (user, hz): (&str, f64),
    ) -> Self {
        let folder = server.folder().join(format!("linphone-{user}"));
        fs::create_dir_all(folder.join(".local/share/linphone")).unwrap();
        let samples = sound::tone(hz, 0, TONE_SECONDS * sound::RATE);
        sound::write_wav(&folder.join("tone.wav"), &samples);
        let ports = server.take_ports(4).start;
        fs::write(folder.join("rc"), configuration(way, user, ports)).unwrap();
        let out = File::create(folder.join("out")).unwrap();
        let mut process = Command::new("linphonec")
            .args(["-a", "-c", "rc", "-d", "6", "-l", "log"])
            .current_dir(&folder)
            .env("HOME", &folder)
            .stdin(Stdio::piped())
            .stdout(out.try_clone().unwrap())
            .stderr(out)
            .spawn()
            .unwrap();
        let prompt = process.stdin.take().expect("a piped prompt");
        let mut phone = Self {
            process,
            prompt,
            folder,
        };
        phone.command("soundcard use files");
        until("a registered linphone", START, || {
            phone.command("status register");
            phone.says("registered, identity")
        });
        phone
    }

    /// Types a command.
    pub fn command(&mut self, command: &str) {
        writeln!(self.prompt, "{command}").unwrap();
    }

    /// Calls a number of the server's.
    pub fn call(&mut self, server: &Server, number: &str) {
        self.command(&format!("call sip:{number}@{}", server.sip));
    }

    /// Waits until media flows, begins to speak and to keep what it hears.
    pub fn talks(&mut self) {
        until("a call of linphone", START, || {
            self.says("Media streams established")
        });
        let tone = self.folder.join("tone.wav").display().to_string();
        let heard = self.folder.join("heard.wav").display().to_string();
        self.command(&format!("record {heard}"));
        self.command(&format!("play {tone}"));
    }

    /// Waits until its call is over.
    pub fn is_left(&self) {
        until("the end of linphone's call", START, || {
            self.says(" ended (")
        });
    }

    /// What it heard in its only call, which must be over.
    pub fn heard(&self) -> Vec<i16> {
        let file = fs::read(self.folder.join("heard.wav")).unwrap();
        Wav::read(&file).channels.remove(0)
    }

    fn says(&self, text: &str) -> bool {
        let said = fs::read(self.folder.join("out")).unwrap_or_default();
        String::from_utf8_lossy(&said).contains(text)
    }
}

impl Drop for Linphone {
    fn drop(&mut self) {
        // A program that has ended already cannot be killed.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Without its own look at the network, which takes loopback for none.
fn configuration((transport, sip): (&str, SocketAddr), user: &str, ports: u16) -> String {
    let rtp = ports + 2;
    // None at all where it is 0.
    let port_of = |name| if transport == name { ports + 1 } else { 0 };
    let (tcp, tls) = (port_of("tcp"), port_of("tls"));
    format!(
        "[sip]\nsip_port={ports}\nsip_tcp_port={tcp}\nsip_tls_port={tls}\nverify_server_certs=0\n\
         verify_server_cn=0\ndefault_proxy=0\nguess_hostname=0\n\
         contact=\"{user}\" <sip:{user}@127.0.0.1>\nauto_net_state_mon=0\nuse_ipv6=0\n\
         register_only_when_network_is_up=0\n[rtp]\naudio_rtp_port={rtp}\n\
         [proxy_0]\nreg_proxy=<sip:{sip};transport={transport}>\nreg_identity=sip:{user}@{sip}\nreg_expires=60\n\
         reg_sendregister=1\n[auth_info_0]\nusername={user}\npasswd={PASSWORD}\n\
         realm=\"trunkline\"\n[video]\nenabled=0\n"
    )
}
