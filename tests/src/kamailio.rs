//! Kamailio as a proxy between the server and its peers, which stays in the way by Record-Route.

use crate::patience::until;
use crate::process::{self, Process};
use crate::server::{Server, free_address};
use std::fs;
use std::net::{SocketAddr, UdpSocket};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

const PROGRAM: &str = "/usr/sbin/kamailio";
/// From the start to the first message that it passes on.
const START: Duration = Duration::from_secs(10);

/// A running proxy. What comes from the server goes to `peer`, everything else to the server, and
/// requests with a route set, within dialogs or not, go where that says. Telephones that register
/// over it are called over it (Path, RFC 3327).
#[derive(Debug)]
pub struct Kamailio {
    process: Process,
    /// Where it takes SIP.
    pub address: SocketAddr,
    /// Where it sends what comes from the server.
    pub peer: SocketAddr,
}

impl Kamailio {
    /// Starts a proxy where the server's outbound trunk leads.
    pub fn in_front_of(server: &Server) -> Self {
        let address = server.outbound_peer;
        let peer = free_address();
        let folder = server.folder().join("kamailio");
        fs::create_dir_all(&folder).unwrap();
        let file = folder.join("kamailio.cfg");
        fs::write(&file, configuration(address, server.sip, peer)).unwrap();
        let mut command = Command::new(PROGRAM);
        command
            .args(["-DD", "-E", "-m", "32", "-M", "4", "-f"])
            .arg(&file)
            .arg("-w")
            .arg(&folder)
            .arg("-Y")
            .arg(&folder)
            .arg("-P")
            .arg(folder.join("pid"));
        let log = server.folder().join("kamailio.log");
        let proxy = Self {
            process: Process::start(&mut command, &log),
            address,
            peer,
        };
        proxy.becomes_ready(&log);
        proxy
    }

    /// It answers OPTIONS to itself once it listens.
    fn becomes_ready(&self, log: &Path) {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket
            .set_read_timeout(Some(Duration::from_millis(200)))
            .unwrap();
        let (us, it) = (socket.local_addr().unwrap(), self.address);
        let probe = format!(
            "OPTIONS sip:ready@{it} SIP/2.0\r\nVia: SIP/2.0/UDP {us};branch=z9hG4bKready\r\n\
             From: <sip:test@{us}>;tag=ready\r\nTo: <sip:ready@{it}>\r\nCall-ID: ready@{us}\r\n\
             CSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
        );
        let what = format!("a proxy that answers, see {}", log.display());
        until(&what, START, || {
            let _ = socket.send_to(probe.as_bytes(), it);
            socket.recv(&mut [0; 2_048]).is_ok()
        });
    }
}

impl Drop for Kamailio {
    /// A killed proxy would leave the children that it has forked.
    fn drop(&mut self) {
        if self.process.ended().is_none() {
            process::terminate(self.process.id());
            self.process.wait(START);
        }
    }
}

fn configuration(address: SocketAddr, server: SocketAddr, peer: SocketAddr) -> String {
    let server_port = server.port();
    format!(
        r#"#!KAMAILIO
debug=1
log_stderror=yes
fork=yes
children=1
disable_tcp=yes
auto_aliases=no
listen=udp:{address}
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "path.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "textops.so"
loadmodule "siputils.so"
modparam("rr", "enable_full_lr", 1)
request_route {{
    if (!mf_process_maxfwd_header("10")) {{
        sl_send_reply("483", "Too Many Hops");
        exit;
    }}
    if (is_method("OPTIONS") && $rU == "ready") {{
        sl_send_reply("200", "Ready");
        exit;
    }}
    if (is_method("CANCEL")) {{
        if (t_check_trans()) t_relay();
        exit;
    }}
    if (has_totag()) {{
        if (loose_route()) {{
            t_relay();
            exit;
        }}
        if (is_method("ACK")) {{
            if (t_check_trans()) t_relay();
            exit;
        }}
        sl_send_reply("404", "No Route");
        exit;
    }}
    t_check_trans();
    if (is_method("REGISTER")) {{
        add_path();
        $du = "sip:{server}";
        t_relay();
        exit;
    }}
    loose_route();
    record_route();
    if (uri != myself) {{
        t_relay();
        exit;
    }}
    if ($sp == {server_port}) {{
        $du = "sip:{peer}";
    }} else {{
        $du = "sip:{server}";
    }}
    t_relay();
}}
"#
    )
}
