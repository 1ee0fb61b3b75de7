//! Inside the subset of SIP that the `rsip` crate reads, both read the same.

use rand_chacha::{
    ChaCha12Rng,
    rand_core::{Rng, SeedableRng},
};
use rsip::{
    message::HeadersExt,
    prelude::{ToTypedHeader, UntypedHeader},
};
use sip::message::{Contact, Framing, Message};

const MESSAGES: u32 = 500;

struct Generator(ChaCha12Rng);

impl Generator {
    fn pick<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        let length = u64::try_from(choices.len()).unwrap_or(1);
        choices[usize::try_from(self.0.next_u64() % length).unwrap_or_default()]
    }

    fn number(&mut self, bound: u32) -> u32 {
        self.0.next_u32() % bound
    }

    fn word(&mut self) -> String {
        format!("{:x}", self.0.next_u64())
    }

    fn uri(&mut self) -> String {
        let user = self.pick(&["alice", "8001", "+8613800138000", "b.c-d_e"]);
        let host = self.pick(&["example.com", "192.0.2.7", "pbx.example.net"]);
        let port = self.pick(&["", ":5060", ":15060"]);
        format!("sip:{user}@{host}{port}")
    }

    fn message(&mut self) -> String {
        let method = self.pick(&["INVITE", "BYE", "OPTIONS", "REGISTER", "CANCEL", "UPDATE"]);
        let start = match self.number(3) {
            0 => format!(
                "SIP/2.0 {}",
                self.pick(&["180 Ringing", "200 OK", "486 Busy Here"])
            ),
            _ => format!("{method} {} SIP/2.0", self.uri()),
        };
        let display = self.pick(&["", "Alice ", "\"Alice B\" "]);
        let to_tag = match self.number(2) {
            0 => String::new(),
            _ => format!(";tag={}", self.word()),
        };
        format!(
            "{start}\r\nVia: SIP/2.0/{} {}:5060;branch=z9hG4bK{}\r\nMax-Forwards: 70\r\n\
             From: {display}<{}>;tag={}\r\nTo: <{}>{to_tag}\r\nCall-ID: {}@h\r\n\
             CSeq: {} {method}\r\nContact: <{}>\r\nContent-Length: 0\r\n\r\n",
            self.pick(&["UDP", "TCP"]),
            self.pick(&["192.0.2.1", "host.example.com"]),
            self.word(),
            self.uri(),
            self.word(),
            self.uri(),
            self.word(),
            self.number(1 << 31),
            self.uri(),
        )
    }
}

fn contact(message: &Message) -> Option<String> {
    match message.contacts().next()? {
        Ok(Contact::Address(address)) => Some(address.uri().to_string()),
        Ok(Contact::All) | Err(_) => None,
    }
}

#[test]
fn both_read_the_same_core_headers() {
    let seed = 4;
    let mut generator = Generator(ChaCha12Rng::seed_from_u64(seed));
    for _ in 0..MESSAGES {
        let text = generator.message();
        let ours = Message::parse(text.clone().into(), Framing::Stream)
            .unwrap_or_else(|error| panic!("{error}\n{text}"));
        let theirs = rsip::SipMessage::try_from(text.as_str())
            .unwrap_or_else(|error| panic!("{error}\n{text}"));
        let branch = theirs
            .via_header()
            .and_then(ToTypedHeader::typed)
            .ok()
            .and_then(|via| via.branch().map(|branch| branch.value().to_owned()));
        assert_eq!(ours.top_via().branch(), branch.as_deref(), "{text}");
        let from_tag = theirs.from_header().and_then(rsip::headers::From::tag);
        let from_tag = from_tag.unwrap().map(|tag| tag.value().to_owned());
        assert_eq!(ours.from_tag(), from_tag.as_deref(), "{text}");
        let to_tag = theirs.to_header().and_then(rsip::headers::To::tag);
        let to_tag = to_tag.unwrap().map(|tag| tag.value().to_owned());
        assert_eq!(ours.to_tag(), to_tag.as_deref(), "{text}");
        let call_id = theirs.call_id_header().map(|id| id.value().to_owned());
        assert_eq!(ours.call_id(), call_id.unwrap(), "{text}");
        let sequence = theirs.cseq_header().and_then(ToTypedHeader::typed).unwrap();
        assert_eq!(ours.sequence().number, sequence.seq, "{text}");
        assert_eq!(
            ours.method().as_str(),
            sequence.method.to_string(),
            "{text}"
        );
        let theirs_contact = theirs
            .contact_header()
            .and_then(rsip::headers::Contact::uri);
        assert_eq!(
            contact(&ours),
            theirs_contact.ok().map(|uri| uri.to_string())
        );
    }
}
