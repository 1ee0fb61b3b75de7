//! What holds for any text: none breaks out of its header, and the bounds cut off work rather than
//! finish it. What holds for any bytes is in `fuzz`.

#[path = "../../fuzz/tokens.rs"]
mod tokens;

use bytes::Bytes;
use rand_chacha::{
    ChaCha12Rng,
    rand_core::{Rng, SeedableRng},
};
use sip::{
    framing::{Frame, StreamFramer},
    limits,
    message::{
        Fault, Framing, HeaderValue, Message, Method, Name, RequestBuilder, RequestHead,
        ResponseBuilder, Status, quote,
    },
    uri::{Uri, escape_user, unescape},
};
use tokens::TOKENS;

struct Random(ChaCha12Rng);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound.max(1)).unwrap_or(u64::MAX);
        usize::try_from(self.0.next_u64() % bound).unwrap_or_default()
    }

    fn token(&mut self) -> &'static [u8] {
        TOKENS[self.below(TOKENS.len())]
    }
}

#[test]
fn no_text_adds_a_header_to_a_built_message() {
    let mut random = Random(ChaCha12Rng::seed_from_u64(2));
    for _ in 0..2_000 {
        let bytes: Vec<u8> = (0..random.below(6))
            .flat_map(|_| random.token().to_vec())
            .collect();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let has_line_end = text.contains(['\r', '\n', '\0']);
        assert_eq!(HeaderValue::new(&text).is_err(), has_line_end, "{text:?}");
        let value = HeaderValue::new(&text).unwrap_or(HeaderValue::from_static("refused"));
        let from = format!("{} <sip:a@h>;tag=1", quote(&text));
        let uri = format!("sip:{}@h", escape_user(&text).replace(';', "%3B"));
        let uri = Uri::parse(&uri).unwrap_or_else(|_| Uri::parse("sip:h").unwrap());
        let request = RequestBuilder::new(&RequestHead {
            method: Method::Invite,
            uri,
            via: HeaderValue::from_static("SIP/2.0/UDP h;branch=z9hG4bK1"),
            from: HeaderValue::new(&from).unwrap_or(HeaderValue::from_static("<sip:a@h>;tag=1")),
            to: HeaderValue::from_static("<sip:b@h>"),
            call_id: HeaderValue::from_static("1"),
            sequence: 1,
            max_forwards: 70,
        })
        .header(Name::Subject, value)
        .extension("X-Text", value)
        .extension(&text, value)
        .build();
        let is_name = !text.is_empty() && text.bytes().all(is_token);
        let request = Message::parse(request, Framing::Stream).unwrap();
        assert_eq!(request.iter().len(), 9 + usize::from(is_name), "{text:?}");
        let response = ResponseBuilder::to(&request, Status::OK)
            .reason(&text)
            .to_tag(&text)
            .build();
        let lines = response.windows(2).filter(|pair| pair == b"\r\n").count();
        assert_eq!(lines, 8, "{text:?}");
    }
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-.!%*_+`'~".contains(&byte)
}

#[test]
fn any_text_survives_as_an_escaped_user() {
    let mut random = Random(ChaCha12Rng::seed_from_u64(3));
    for _ in 0..2_000 {
        let bytes = random.token().repeat(1 + random.below(3));
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let uri = format!("sip:{}@h", escape_user(&text));
        let uri = Uri::parse(&uri).unwrap();
        assert_eq!(unescape(uri.user().unwrap().as_bytes()), text.as_bytes());
    }
}

fn headers(lines: &str) -> Result<Message, Fault> {
    let text = format!(
        "OPTIONS sip:h SIP/2.0\r\nVia: SIP/2.0/UDP h\r\nFrom: <sip:a@h>;tag=1\r\nTo: <sip:b@h>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n{lines}\r\n"
    );
    Message::parse(text.into(), Framing::Datagram).map_err(|error| error.fault())
}

#[test]
fn each_bound_holds_exactly() {
    assert!(headers(&"a:\r\n".repeat(limits::HEADERS - 5)).is_ok());
    let many = headers(&"a:\r\n".repeat(limits::HEADERS - 4));
    assert_eq!(many.err(), Some(Fault::TooManyHeaders));

    let line = |length: usize| format!("a:{}\r\n", "b".repeat(length - 3));
    assert!(headers(&line(limits::LINE_BYTES)).is_ok());
    assert_eq!(
        headers(&line(limits::LINE_BYTES + 1)).err(),
        Some(Fault::LineTooLong)
    );

    let via = |count: usize| format!("Via: {}\r\n", vec!["SIP/2.0/UDP h"; count].join(","));
    assert!(headers(&via(limits::VIAS - 1)).is_ok());
    assert_eq!(headers(&via(limits::VIAS)).err(), Some(Fault::TooManyVias));

    let long = Bytes::from(vec![b'a'; limits::MESSAGE_BYTES + 1]);
    let error = Message::parse(long, Framing::Datagram).err();
    assert_eq!(error.map(|error| error.fault()), Some(Fault::TooLong));
}

#[test]
fn a_flood_of_headers_is_cut_off_and_still_answered() {
    let error = Message::parse(
        format!(
            "OPTIONS sip:h SIP/2.0\r\nv:SIP/2.0/UDP h\r\nf:<sip:a@h>;tag=1\r\nt:<sip:b@h>\r\ni:1\r\nCSeq:1 OPTIONS\r\n{}\r\n",
            "a:\r\n".repeat(16_000)
        )
        .into(),
        Framing::Datagram,
    )
    .err();
    let error = error.filter(|error| error.fault() == Fault::TooManyHeaders);
    assert!(error.is_some_and(|error| error.is_answerable()));
}

#[test]
fn waiting_for_the_rest_of_a_stream_does_not_grow_the_work() {
    let mut framer = StreamFramer::default();
    framer.push(b"BYE sip:b@h SIP/2.0\r\n");
    for _ in 0..1_000 {
        framer.push(b"a: b\r\n");
        assert_eq!(framer.next_frame(), Ok(None));
    }
    framer.push(b"l: 0\r\n\r\n");
    assert!(matches!(framer.next_frame(), Ok(Some(Frame::Message(_)))));
}
