//! What phones and trunks of the field send: 36 messages and what is read from each.

use bytes::{Bytes, BytesMut};
use sip::message::{Contact, Fault, Framing, Message, Method, Name, NameAddr, Via};

/// A message made from a plain INVITE by replacing, removing and adding lines.
#[derive(Clone)]
struct Draft {
    method: &'static str,
    uri: &'static str,
    lines: Vec<(&'static str, String)>,
    body: Vec<u8>,
    line_end: &'static str,
    has_length: bool,
}

fn invite() -> Draft {
    let lines = [
        ("Via", "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKabc;rport"),
        ("Max-Forwards", "70"),
        ("From", "<sip:a@example.com>;tag=ft1"),
        ("To", "<sip:b@example.com>"),
        ("Call-ID", "cid1@h"),
        ("CSeq", "1 INVITE"),
        ("Contact", "<sip:a@192.0.2.1:5060>"),
    ];
    Draft {
        method: "INVITE",
        uri: "sip:b@example.com",
        lines: lines
            .map(|(name, value)| (name, format!("{name}: {value}")))
            .into(),
        body: Vec::new(),
        line_end: "\r\n",
        has_length: true,
    }
}

impl Draft {
    /// Writes the line of a header differently, name and all.
    fn line(mut self, name: &str, line: &str) -> Self {
        for (found, text) in &mut self.lines {
            if *found == name {
                line.clone_into(text);
            }
        }
        self
    }

    fn with(mut self, line: &str) -> Self {
        self.lines.push(("", line.to_owned()));
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.lines.retain(|(found, _)| *found != name);
        self
    }

    fn method(self, method: &'static str) -> Self {
        let sequence = format!("CSeq: 1 {method}");
        Self { method, ..self }.line("CSeq", &sequence)
    }

    fn uri(self, uri: &'static str) -> Self {
        Self { uri, ..self }
    }

    fn body(self, body: &[u8]) -> Self {
        Self {
            body: body.to_vec(),
            ..self
        }
    }

    fn without_length(self) -> Self {
        Self {
            has_length: false,
            ..self
        }
    }

    fn bytes(&self) -> Vec<u8> {
        let end = self.line_end;
        let mut text = format!("{} {} SIP/2.0{end}", self.method, self.uri);
        for (_, line) in &self.lines {
            text.push_str(line);
            text.push_str(end);
        }
        if self.has_length {
            text.extend(["Content-Length: ", &self.body.len().to_string(), end]);
        }
        text.push_str(end);
        let mut bytes = text.into_bytes();
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

type Check = fn(&Message) -> bool;
type Read = (&'static str, Vec<u8>, Check);

fn parse(bytes: Vec<u8>) -> Result<Message, Fault> {
    Message::parse(Bytes::from(bytes), Framing::Datagram).map_err(|error| error.fault())
}

fn has_core(message: &Message) -> bool {
    message.top_via().branch() == Some("z9hG4bKabc")
        && message.from_tag() == Some("ft1")
        && message.to_tag().is_none()
        && message.call_id() == "cid1@h"
        && message.sequence().number == 1
}

fn contact(message: &Message) -> Option<NameAddr<'_>> {
    match message.contacts().next()? {
        Ok(Contact::Address(address)) => Some(address),
        Ok(Contact::All) | Err(_) => None,
    }
}

const BINARY: &[u8] = &[0, 1, 0xff, 0xfe, b'\r', b'\n', 0x80];

#[expect(clippy::too_many_lines, reason = "a table of messages")]
fn spelling_cases() -> Vec<Read> {
    vec![
        ("baseline", invite().bytes(), |message| message.body().is_empty()),
        (
            "folded Via and From",
            invite()
                .line(
                    "Via",
                    "Via: SIP/2.0/UDP 192.0.2.1:5060\r\n ;branch=z9hG4bKabc;rport",
                )
                .line("From", "From: <sip:a@example.com>\r\n\t;tag=ft1")
                .bytes(),
            |message| message.top_via().port() == Some(5060),
        ),
        (
            "compact names",
            invite()
                .line("Via", "v: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKabc;rport")
                .line("From", "f: <sip:a@example.com>;tag=ft1")
                .line("To", "t: <sip:b@example.com>")
                .line("Call-ID", "i: cid1@h")
                .line("Contact", "m: <sip:a@192.0.2.1>")
                .bytes(),
            |message| contact(message).is_some(),
        ),
        (
            "space before the colon",
            invite()
                .line("From", "From : <sip:a@example.com>;tag=ft1")
                .bytes(),
            |_| true,
        ),
        (
            "spaces round semicolon and equals sign",
            invite()
                .line(
                    "Via",
                    "Via: SIP/2.0/UDP 192.0.2.1:5060 ; branch = z9hG4bKabc ; rport",
                )
                .line("From", "From: <sip:a@example.com> ; tag = ft1")
                .bytes(),
            |message| message.top_via().rport().is_some(),
        ),
        (
            "two Via on one line",
            invite()
                .line(
                    "Via",
                    "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKabc, SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKdef",
                )
                .bytes(),
            |message| {
                let branches = message
                    .list(Name::Via)
                    .map(|value| Via::parse(value).ok().and_then(|via| via.branch()));
                branches.eq([Some("z9hG4bKabc"), Some("z9hG4bKdef")])
            },
        ),
        (
            "angle brackets in a quoted display name",
            invite()
                .line("From", "From: \"A <x> B\" <sip:a@example.com>;tag=ft1")
                .bytes(),
            |message| message.from().display_name().as_ref() == b"A <x> B",
        ),
        (
            "comma and semicolon in quoted display names",
            invite()
                .line("From", "From: \"Smith, J; x\" <sip:a@example.com>;tag=ft1")
                .line("Contact", "Contact: \"a, b\" <sip:a@192.0.2.1>")
                .bytes(),
            |message| message.contacts().count() == 1 && contact(message).is_some(),
        ),
        (
            "UTF-8 display name",
            invite()
                .line("From", "From: \"张三\" <sip:a@example.com>;tag=ft1")
                .bytes(),
            |message| message.from().display_lossy() == "张三",
        ),
        (
            "GBK display name and a body",
            gbk(),
            |message| {
                message.from().display_name().as_ref() == b"\xd5\xc5\xc8\xfd"
                    && message.body() == b"v=0\r\n"
            },
        ),
        (
            "address without angle brackets",
            invite()
                .line("From", "From: sip:a@example.com;tag=ft1")
                .line("To", "To: sip:b@example.com")
                .bytes(),
            |message| message.from().uri().as_str() == "sip:a@example.com",
        ),
        (
            "empty values",
            invite().with("Supported: ").with("Subject:").bytes(),
            |message| message.list(Name::Supported).count() == 0,
        ),
        (
            "bare line feeds",
            Draft {
                line_end: "\n",
                ..invite()
            }
            .bytes(),
            |_| true,
        ),
    ]
}

fn gbk() -> Vec<u8> {
    let mut bytes = invite()
        .line("From", "From: \"GBK!\" <sip:a@example.com>;tag=ft1")
        .body(b"v=0\r\n")
        .bytes();
    let at = bytes
        .windows(4)
        .position(|window| window == b"GBK!")
        .unwrap_or_default();
    bytes[at..at + 4].copy_from_slice(b"\xd5\xc5\xc8\xfd");
    bytes
}

#[expect(clippy::too_many_lines, reason = "a table of messages")]
fn address_cases() -> Vec<Read> {
    vec![
        (
            "IPv6 in Request-URI, Via and Contact",
            invite()
                .uri("sip:b@[2001:db8::10]:5070")
                .line(
                    "Via",
                    "Via: SIP/2.0/UDP [2001:db8::9:1]:5060;branch=z9hG4bKabc;received=2001:db8::9:255",
                )
                .line("Contact", "Contact: <sip:a@[2001:db8::9:1]>")
                .bytes(),
            |message| {
                message.request_uri().and_then(|uri| uri.port()) == Some(5070)
                    && message.top_via().received() == "2001:db8::9:255".parse().ok()
                    && message.top_via().host() == "[2001:db8::9:1]"
            },
        ),
        (
            "telephone URIs",
            invite()
                .uri("tel:+8613800138000")
                .line(
                    "From",
                    "From: <tel:02188886666;phone-context=+86>;tag=ft1",
                )
                .line("To", "To: <tel:+8613800138000>")
                .bytes(),
            |message| message.to().uri().user() == Some("+8613800138000"),
        ),
        (
            "contact with an instance",
            invite()
                .line(
                    "Contact",
                    "Contact: <sip:a@192.0.2.1>;+sip.instance=\"<urn:uuid:00000000-0000-1000-8000-AABBCCDDEEFF>\";reg-id=1",
                )
                .bytes(),
            |message| {
                contact(message).is_some_and(|address| {
                    address.parameters().text("+sip.instance")
                        == Some("<urn:uuid:00000000-0000-1000-8000-AABBCCDDEEFF>")
                        && address.parameters().text("reg-id") == Some("1")
                })
            },
        ),
        (
            "URI parameters keep their escapes",
            invite()
                .uri("sip:+8610;ext=12@example.com;user=phone;x=y%20z")
                .bytes(),
            |message| {
                message.request_uri().is_some_and(|uri| {
                    uri.user() == Some("+8610;ext=12") && uri.parameter("x") == Some("y%20z")
                })
            },
        ),
        (
            "headers in a contact's URI are kept",
            invite()
                .line(
                    "Contact",
                    "Contact: <sip:a@192.0.2.1?Replaces=abc%40h%3Bto-tag%3D1%3Bfrom-tag%3D2>",
                )
                .bytes(),
            |message| {
                contact(message).is_some_and(|address| {
                    address
                        .uri()
                        .headers()
                        .eq([("Replaces", Some("abc%40h%3Bto-tag%3D1%3Bfrom-tag%3D2"))])
                })
            },
        ),
        (
            "lr=on and a lower-case transport",
            invite()
                .line("Contact", "Contact: <sip:a@192.0.2.1;transport=tcp;lr=on>")
                .bytes(),
            |message| {
                contact(message).is_some_and(|address| {
                    address.uri().as_str() == "sip:a@192.0.2.1;transport=tcp;lr=on"
                })
            },
        ),
        (
            "user part with semicolon, escape and password",
            invite().uri("sip:alice;day=tue%23:pw@example.com").bytes(),
            |message| {
                message.request_uri().is_some_and(|uri| {
                    uri.user() == Some("alice;day=tue%23") && uri.password() == Some("pw")
                })
            },
        ),
        (
            "IPv6 in received without brackets, quoted Via parameter",
            invite()
                .line(
                    "Via",
                    "Via: SIP/2.0/UDP 192.0.2.1:5060;received=2001:db8::1;x=\"q;1\";branch=z9hG4bKabc",
                )
                .bytes(),
            |message| message.top_via().parameters().text("x") == Some("q;1"),
        ),
    ]
}

fn method_and_list_cases() -> Vec<Read> {
    vec![
        (
            "an unknown method",
            invite().method("FOO").bytes(),
            |message| message.method() == Method::Other && message.method_text() == "FOO",
        ),
        (
            "INFORMATION is not INFO",
            invite().method("INFORMATION").bytes(),
            |message| message.method() == Method::Other,
        ),
        (
            "an unknown Via transport",
            invite()
                .line("Via", "Via: SIP/2.0/UNKNOWN 192.0.2.1;branch=z9hG4bKabc")
                .bytes(),
            |message| message.top_via().transport() == "UNKNOWN",
        ),
        (
            "Contact: *",
            invite()
                .method("REGISTER")
                .line("Contact", "Contact: *")
                .with("Expires: 0")
                .bytes(),
            |message| {
                matches!(message.contacts().next(), Some(Ok(Contact::All)))
                    && message.number(Name::Expires) == Ok(Some(0))
            },
        ),
        (
            "two contacts by comma",
            invite()
                .method("REGISTER")
                .line(
                    "Contact",
                    "Contact: <sip:a@192.0.2.1>;expires=60, \"B\" <sip:b@192.0.2.2>;q=0.5",
                )
                .bytes(),
            |message| message.contacts().flatten().count() == 2,
        ),
    ]
}

fn body_cases() -> Vec<Read> {
    vec![
        (
            "no Content-Length on a datagram",
            invite().body(b"v=0\r\n").without_length().bytes(),
            |message| message.body() == b"v=0\r\n",
        ),
        (
            "bytes behind the body",
            [&invite().body(b"v=0\r\n").bytes()[..], b"JUNK"].concat(),
            |message| message.body() == b"v=0\r\n",
        ),
        (
            "a binary body",
            invite()
                .with("Content-Type: application/isup")
                .body(BINARY)
                .bytes(),
            |message| {
                let mut printed = BytesMut::new();
                message.print(&mut printed);
                message.body() == BINARY && printed.ends_with(BINARY)
            },
        ),
    ]
}

#[test]
fn every_readable_case_is_read_whole() {
    let cases = [
        spelling_cases(),
        address_cases(),
        method_and_list_cases(),
        body_cases(),
    ]
    .concat();
    assert_eq!(cases.len(), 29);
    for (name, bytes, check) in cases {
        let message = parse(bytes).unwrap_or_else(|fault| panic!("{name}: {fault}"));
        assert!(has_core(&message), "{name}: core headers");
        assert!(check(&message), "{name}");
    }
}

#[test]
fn every_unreadable_case_is_refused() {
    let whole = invite().bytes();
    let cases = [
        (
            "no CSeq",
            invite().without("CSeq").bytes(),
            Fault::Missing(Name::CSeq),
        ),
        (
            "CSeq of another method",
            invite().line("CSeq", "CSeq: 1 BYE").bytes(),
            Fault::MethodMismatch,
        ),
        (
            "two Content-Length that differ",
            invite().with("Content-Length: 3").body(b"abcdef").bytes(),
            Fault::Duplicate(Name::ContentLength),
        ),
        (
            "Content-Length 2^64-1",
            invite()
                .with("Content-Length: 18446744073709551615")
                .without_length()
                .bytes(),
            Fault::Malformed(Name::ContentLength),
        ),
        (
            "two From",
            invite().with("From: <sip:evil@x>;tag=zz").bytes(),
            Fault::Duplicate(Name::From),
        ),
        (
            "a line without colon",
            invite().with("garbage line").bytes(),
            Fault::HeaderLine,
        ),
        (
            "headers cut off",
            whole[..whole.len() - 30].to_vec(),
            Fault::UnfinishedHeaders,
        ),
    ];
    for (name, bytes, fault) in cases {
        assert_eq!(parse(bytes).err(), Some(fault), "{name}");
    }
}
