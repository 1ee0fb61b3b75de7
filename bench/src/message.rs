//! As much SIP text as a load needs. The contestants' peers are this program, so nothing here has
//! to survive what a stranger sends.

use std::fmt::Write as _;
use std::net::{Ipv4Addr, SocketAddrV4};

/// A message that has arrived.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Message<'a>(pub(crate) &'a str);

impl<'a> Message<'a> {
    pub(crate) fn read(bytes: &'a [u8]) -> Option<Self> {
        std::str::from_utf8(bytes).ok().map(Self)
    }

    /// The method of a request.
    pub(crate) fn method(self) -> Option<&'a str> {
        let word = self.0.split(' ').next()?;
        (word != "SIP/2.0").then_some(word)
    }

    /// The status of a response.
    pub(crate) fn status(self) -> Option<u16> {
        self.0.strip_prefix("SIP/2.0 ")?.get(..3)?.parse().ok()
    }

    /// The user part of a request's URI.
    pub(crate) fn user(self) -> &'a str {
        self.0.split([':', '@']).nth(1).unwrap_or_default()
    }

    pub(crate) fn headers(self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let lines = self.0.split("\r\n").skip(1);
        let fields = lines.take_while(|line| !line.is_empty());
        fields
            .filter_map(|line| line.split_once(':'))
            .filter(move |(field, _)| field.trim_end().eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
    }

    pub(crate) fn header(self, name: &'a str) -> &'a str {
        self.headers(name).next().unwrap_or_default()
    }

    pub(crate) fn call_id(self) -> &'a str {
        self.header("Call-ID")
    }

    /// Where the sender wants requests within the dialog.
    pub(crate) fn contact(self) -> &'a str {
        let contact = self.header("Contact");
        let inner = contact
            .split_once('<')
            .and_then(|(_, rest)| rest.split_once('>'));
        inner.map_or(contact, |(uri, _)| uri)
    }

    /// Where the sender wants media.
    pub(crate) fn media(self) -> Option<SocketAddrV4> {
        let (_, body) = self.0.split_once("\r\n\r\n")?;
        let value = |start| body.lines().find_map(|line| line.strip_prefix(start));
        let address: Ipv4Addr = value("c=IN IP4 ")?.trim().parse().ok()?;
        let port = value("m=audio ")?.split(' ').next()?.parse().ok()?;
        Some(SocketAddrV4::new(address, port))
    }

    /// A response to this request. Without a tag in it, `To` is given `tag`.
    pub(crate) fn respond(
        self,
        status: &str,
        tag: &str,
        contact: &str,
        body: Option<&str>,
    ) -> String {
        let mut text = format!("SIP/2.0 {status}\r\n");
        for name in ["Via", "Record-Route"] {
            for value in self.headers(name) {
                let _ = write!(text, "{name}: {value}\r\n");
            }
        }
        let to = self.header("To");
        let tag = if to.contains(";tag=") || tag.is_empty() {
            String::new()
        } else {
            format!(";tag={tag}")
        };
        let _ = write!(
            text,
            "From: {}\r\nTo: {to}{tag}\r\nCall-ID: {}\r\nCSeq: {}\r\nContact: <{contact}>\r\n",
            self.header("From"),
            self.call_id(),
            self.header("CSeq"),
        );
        finish(&mut text, body);
        text
    }
}

/// Ends the headers and appends the body.
pub(crate) fn finish(text: &mut String, body: Option<&str>) {
    let _ = match body {
        Some(body) => write!(
            text,
            "Content-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        ),
        None => write!(text, "Content-Length: 0\r\n\r\n"),
    };
}

/// A description of one G.711 µ-law stream to `port`.
pub(crate) fn description(port: u16) -> String {
    format!(
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
         m=audio {port} RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\n\
         a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const INVITE: &str = "INVITE sip:4008110513@127.0.0.1:5060 SIP/2.0\r\nVia: one\r\nvia: two\r\n\
        From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\n\
        Contact: <sip:a@127.0.0.1:7>\r\n\r\nv=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 4000 RTP/AVP 0\r\n";

    #[test]
    fn a_request_is_read_and_answered() {
        let invite = Message::read(INVITE.as_bytes()).unwrap();
        assert_eq!((invite.method(), invite.status()), (Some("INVITE"), None));
        assert_eq!(invite.user(), "4008110513");
        assert_eq!(invite.contact(), "sip:a@127.0.0.1:7");
        assert_eq!(invite.media(), Some("127.0.0.1:4000".parse().unwrap()));
        let text = invite.respond("200 OK", "t", "sip:me", None);
        let response = Message(&text);
        assert_eq!((response.method(), response.status()), (None, Some(200)));
        assert_eq!(response.headers("Via").collect::<Vec<_>>(), ["one", "two"]);
        assert_eq!(response.header("To"), "<sip:c@d>;tag=t");
    }
}
