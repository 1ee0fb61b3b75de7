//! As much signalling as the load needs, without transactions.

use super::{Call, Recording, SLOTS, Stub};
use crate::message::{Message, description, finish};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};

/// What the demo enterprise does with a number.
struct Service {
    bridged: bool,
    recorded: bool,
    echoed: bool,
}

impl Service {
    fn of(number: &str) -> Self {
        Self {
            bridged: number.ends_with(['6', '7']),
            recorded: number.ends_with(['5', '7']),
            echoed: number.ends_with('2'),
        }
    }
}

impl Stub {
    pub(super) fn receive_signalling(&mut self) -> io::Result<()> {
        let mut buffer = [0; 4_096];
        while let Ok((length, SocketAddr::V4(from))) = self.sip.recv_from(&mut buffer) {
            let Some(message) = Message::read(&buffer[..length]) else {
                continue;
            };
            match (message.method(), message.status()) {
                (Some("INVITE"), _) => self.invited(message, from)?,
                (Some("ACK"), _) => (),
                (Some(method), _) => {
                    self.send(
                        &message.respond("200 OK", "stub", &self.contact(), None),
                        from,
                    );
                    if method == "BYE" {
                        self.left(message.call_id());
                    }
                }
                (None, Some(200)) => self.accepted(message)?,
                (None, _) => (),
            }
        }
        Ok(())
    }

    fn send(&self, text: &str, to: SocketAddrV4) {
        // The load sees what is lost.
        let _ = self.sip.send_to(text.as_bytes(), to);
    }

    fn contact(&self) -> String {
        format!("sip:stub@127.0.0.1:{}", self.ports.sip)
    }

    fn peer(&self) -> SocketAddrV4 {
        SocketAddrV4::new(Ipv4Addr::LOCALHOST, self.ports.peer)
    }

    fn invited(&mut self, message: Message<'_>, from: SocketAddrV4) -> io::Result<()> {
        if self.by_id.contains_key(message.call_id()) {
            return Ok(());
        }
        let service = Service::of(message.user());
        let number = self.free_calls.pop().unwrap_or_else(|| {
            self.calls.push(None);
            self.calls.len() - 1
        });
        let line = self.take_line(number, false)?;
        if let Some(peer) = message.media() {
            self.lines[line].aim(peer)?;
        }
        let recording = if service.recorded {
            self.recordings += 1;
            Some(Recording::create(self.recordings)?)
        } else {
            None
        };
        let agent = if service.bridged {
            Some(self.take_line(number, true)?)
        } else {
            None
        };
        let call = Call {
            id: message.call_id().to_owned(),
            lines: (line, agent),
            invite: message.0.to_owned(),
            from,
            tag: format!("s{number}x{}", self.tick),
            agent: None,
            recording,
            frames_played: (!service.bridged && !service.echoed).then_some(0),
            echoed: service.echoed,
            key_heard: false,
        };
        if let Some(agent) = agent {
            let trying = message.respond("100 Trying", "", &self.contact(), None);
            self.send(&trying, from);
            let body = description(self.lines[agent].port()?);
            self.send(&self.outgoing(&call, "INVITE", 1, Some(&body)), self.peer());
        } else {
            self.slots[(number * 7 + self.tick) % SLOTS].push(number);
            self.answer(&call)?;
        }
        self.by_id.insert(call.id.clone(), number);
        self.calls[number] = Some(call);
        Ok(())
    }

    fn answer(&self, call: &Call) -> io::Result<()> {
        let body = description(self.lines[call.lines.0].port()?);
        let response = Message(&call.invite);
        let response = response.respond("200 OK", &call.tag, &self.contact(), Some(&body));
        self.send(&response, call.from);
        Ok(())
    }

    /// A request of the agent's dialog.
    fn outgoing(&self, call: &Call, method: &str, sequence: u32, body: Option<&str>) -> String {
        let peer = self.peer();
        let nobody = (format!("<sip:agent@{peer}>"), format!("sip:agent@{peer}"));
        let (to, target) = call.agent.as_ref().unwrap_or(&nobody);
        let (port, tag, id) = (self.ports.sip, &call.tag, &call.id);
        let mut text = format!(
            "{method} {target} SIP/2.0\r\n\
             Via: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bKb{tag}{method}\r\n\
             Max-Forwards: 70\r\nFrom: <sip:stub@127.0.0.1:{port}>;tag=b{tag}\r\nTo: {to}\r\n\
             Call-ID: b{id}\r\nCSeq: {sequence} {method}\r\nContact: <{}>\r\n",
            self.contact(),
        );
        finish(&mut text, body);
        text
    }

    fn accepted(&mut self, message: Message<'_>) -> io::Result<()> {
        let is_invite = message.header("CSeq").ends_with("INVITE");
        let id = message.call_id();
        let id = if is_invite {
            id.strip_prefix('b').unwrap_or(id)
        } else {
            id
        };
        let Some(number) = self.by_id.get(id).copied() else {
            return Ok(());
        };
        if !is_invite {
            self.end(number);
            return Ok(());
        }
        let Some(call) = self.calls[number]
            .as_mut()
            .filter(|call| call.agent.is_none())
        else {
            return Ok(());
        };
        call.agent = Some((
            message.header("To").to_owned(),
            message.contact().to_owned(),
        ));
        if let (Some(line), Some(peer)) = (call.lines.1, message.media()) {
            self.lines[line].aim(peer)?;
        }
        if let Some(call) = &self.calls[number] {
            self.send(&self.outgoing(call, "ACK", 1, None), self.peer());
            self.answer(call)?;
        }
        Ok(())
    }

    /// The caller has hung up.
    fn left(&mut self, id: &str) {
        let Some(number) = self.by_id.get(id).copied() else {
            return;
        };
        if let Some(call) = self.calls[number]
            .as_ref()
            .filter(|call| call.agent.is_some())
        {
            self.send(&self.outgoing(call, "BYE", 2, None), self.peer());
        }
        self.end(number);
    }

    /// Ends a call of its own accord.
    pub(super) fn hang_up(&mut self, number: usize) {
        let Some(call) = &self.calls[number] else {
            return;
        };
        let invite = Message(&call.invite);
        let mut text = format!(
            "BYE {} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{};branch=z9hG4bKs{}\r\n\
             Max-Forwards: 70\r\nFrom: {};tag={}\r\nTo: {}\r\nCall-ID: {}\r\nCSeq: 1 BYE\r\n",
            invite.contact(),
            self.ports.sip,
            call.tag,
            invite.header("To"),
            call.tag,
            invite.header("From"),
            call.id,
        );
        finish(&mut text, None);
        self.send(&text, call.from);
    }
}
