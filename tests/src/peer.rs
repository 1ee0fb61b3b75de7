//! A peer without manners: it sends over UDP what the test writes, and tells what comes back.

use std::net::{SocketAddr, UdpSocket};
use std::time::Duration;

/// A peer that sends what it likes.
#[derive(Debug)]
pub struct Peer {
    socket: UdpSocket,
    server: SocketAddr,
    sent: std::cell::Cell<u32>,
}

impl Peer {
    /// A peer at a port of its own.
    pub fn new(server: SocketAddr) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket
            .set_read_timeout(Some(Duration::from_secs(5)))
            .unwrap();
        Self {
            socket,
            server,
            sent: std::cell::Cell::new(0),
        }
    }

    /// Sends a datagram.
    pub fn send(&self, data: &[u8]) {
        self.socket.send_to(data, self.server).unwrap();
    }

    /// An INVITE to `number` whose description has these media lines.
    pub fn invite(&self, number: &str, media: &str) -> String {
        let sdp = format!(
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n{media}"
        );
        self.request("INVITE", number, &sdp)
    }

    /// A request to `number`, each with a Call-ID and a branch of its own.
    pub fn request(&self, method: &str, number: &str, body: &str) -> String {
        let n = self.sent.get();
        self.sent.set(n + 1);
        let (us, server) = (self.socket.local_addr().unwrap(), self.server);
        format!(
            "{method} sip:{number}@{server} SIP/2.0\r\n\
             Via: SIP/2.0/UDP {us};branch=z9hG4bKhostile{n}\r\n\
             From: <sip:13900139000@{us}>;tag=h{n}\r\nTo: <sip:{number}@{server}>\r\n\
             Call-ID: hostile-{n}@{us}\r\nCSeq: 1 {method}\r\nContact: <sip:h@{us}>\r\n\
             Max-Forwards: 70\r\nContent-Type: application/sdp\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
    }

    /// Sends a request and gives the final answer; one to an INVITE is acknowledged.
    pub fn ask(&self, request: &str) -> String {
        self.send(request.as_bytes());
        let mut answer = [0; 4_096];
        loop {
            let length = self.socket.recv(&mut answer).unwrap();
            let answer = String::from_utf8_lossy(&answer[..length]).into_owned();
            let branch = line(request, "Via: ").and_then(|via| via.split("branch=").nth(1));
            let ours = branch.is_some_and(|branch| answer.contains(branch));
            if ours && !answer.starts_with("SIP/2.0 1") {
                self.acknowledge(request, &answer);
                return answer;
            }
        }
    }

    fn acknowledge(&self, request: &str, answer: &str) {
        let Some(target) = request.strip_prefix("INVITE ") else {
            return;
        };
        let uri = target.split(' ').next().unwrap();
        let kept = |text, name| line(text, name).unwrap_or_default();
        let ack = format!(
            "ACK {uri} SIP/2.0\r\nVia: {}\r\nFrom: {}\r\nTo: {}\r\nCall-ID: {}\r\n\
             CSeq: 1 ACK\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n",
            kept(request, "Via: "),
            kept(request, "From: "),
            kept(answer, "To: "),
            kept(request, "Call-ID: "),
        );
        self.send(ack.as_bytes());
    }
}

fn line<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find_map(|line| line.strip_prefix(name))
}
