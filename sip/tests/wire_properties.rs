//! What holds for any input: parsing never panics, printing changes nothing, no text breaks out of
//! its header, and the bounds cut off work rather than finish it.
//!
//! `TRUNKLINE_FUZZ_SECONDS` makes the mutation test run about that long; `TRUNKLINE_FUZZ_SEED` repeats a run.

use bytes::{Bytes, BytesMut};
use rand_chacha::{
    ChaCha12Rng,
    rand_core::{Rng, SeedableRng},
};
use sip::{
    auth::{Challenge, Credentials},
    framing::{Frame, StreamFramer},
    limits,
    message::{
        ContentType, Fault, Framing, HeaderValue, Message, Method, Name, RequestBuilder,
        RequestHead, ResponseBuilder, Status, quote,
    },
    uri::{Uri, escape_user, unescape},
};

const INPUTS: u32 = 20_000;

const SEEDS: [&str; 4] = [
    "INVITE sip:+8610;ext=12@[2001:db8::1]:5070;user=phone SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKabc;rport, SIP/2.0/TCP h;received=2001:db8::9\r\nv: SIP / 2.0 / TLS host ; branch = q\r\nMax-Forwards: 70\r\nFrom: \"A <x> \\\" B, C\" <sip:a@example.com>;tag=ft1\r\nTo: <tel:+8613800138000;phone-context=+86>\r\nCall-ID: cid1@h\r\nCSeq: 1 INVITE\r\nContact: <sip:a@h?Replaces=x%40y>;+sip.instance=\"<urn:uuid:0>\", sip:b@h;q=0.5\r\nSupported: 100rel,\r\n timer\r\nReason: Q.850;cause=16;text=\"x\"\r\nContent-Type: application/sdp;a=b\r\nContent-Length: 5\r\n\r\nv=0\r\n",
    "SIP/2.0 401 Unauthorized\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKabc;received=192.0.2.9;rport=5061\r\nFrom: sip:a@example.com;tag=ft1\r\nTo: sip:a@example.com;tag=tt1\r\nCall-ID: cid1@h\r\nCSeq: 2147483647 REGISTER\r\nWWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth,auth-int\", algorithm=SHA-256, stale=true\r\nMin-Expires: 60;x=y\r\nContent-Length: 0\r\n\r\n",
    "REGISTER sip:example.com SIP/2.0\nv: SIP/2.0/UDP 192.0.2.1\nf: sip:a@example.com;tag=1\nt: sip:a@example.com\ni: 1\nCSeq: 4294967296 REGISTER\nm: *\nExpires: 4294967296\nAuthorization: Digest username=\"a\", realm=\"r\", nonce=\"n\", uri=\"sip:h\", response=\"0\", qop=auth, nc=0000000a, cnonce=\"c\"\nl: 18446744073709551615\n\n",
    "\r\n\r\nACK sip:a@h SIP/2.0\r\nVia: SIP/2.0/UDP h\r\nFrom: A B <sip:a@h>;tag=1\r\nTo: \"\u{5f20}\" <sips:b@h:5061;lr>;tag=2\r\nCall-ID: 1\r\nCSeq: 1 ACK\r\nRoute: <sip:p1;lr>,<sip:p2;lr>\r\n\r\n",
];

const TOKENS: &[&[u8]] = &[
    b"\r\n",
    b"\n",
    b"\r",
    b"\0",
    b" ",
    b"\t",
    b":",
    b";",
    b",",
    b"=",
    b"\"",
    b"\\",
    b"<",
    b">",
    b"@",
    b"[",
    b"]",
    b"%",
    b"%00",
    b"?",
    b"/",
    b"*",
    b"\xff",
    b"\xd5\xc5",
    b"\r\n ",
    b"\r\n\r\n",
    b"SIP/2.0",
    b"SIP/3.0",
    b"INVITE",
    b"Via: ",
    b"v:",
    b"Content-Length: 0",
    b"l: 65537",
    b"Content-Length: -1",
    b"CSeq: 2147483648 BYE",
    b"From: <>",
    b"To: \"",
    b"tag=",
    b"branch=",
    b"rport",
    b"received=::1",
    b"sip:",
    b"tel:",
    b"[::1]",
    b"65536",
    b"4294967296",
    b"18446744073709551615",
    b"99999999999999999999999999999999",
];

struct Random(ChaCha12Rng);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound.max(1)).unwrap_or(u64::MAX);
        usize::try_from(self.0.next_u64() % bound).unwrap_or_default()
    }

    fn token(&mut self) -> &'static [u8] {
        TOKENS[self.below(TOKENS.len())]
    }

    fn mutate(&mut self, input: &mut Vec<u8>) {
        for _ in 0..=self.below(6) {
            let at = self.below(input.len() + 1);
            let end = (at + self.below(24)).min(input.len());
            match self.below(7) {
                0 => drop(input.splice(at..at, self.token().iter().copied())),
                1 => drop(input.splice(at..end, self.token().iter().copied())),
                2 => drop(input.drain(at..end)),
                3 => {
                    let piece = input[at..end].to_vec();
                    let target = self.below(input.len() + 1);
                    drop(input.splice(target..target, piece));
                }
                4 => input.truncate(at.max(1)),
                5 => {
                    let piece = self.token().repeat(self.below(200));
                    drop(input.splice(at..at, piece));
                }
                _ => {
                    if let Some(byte) = input.get_mut(at) {
                        *byte = u8::try_from(self.below(256)).unwrap_or_default();
                    }
                }
            }
        }
    }
}

/// Reads everything that can be read of a message.
fn exercise(message: &Message) {
    let _ = (message.request_uri(), message.from().display_name());
    let _ = (message.to().display_lossy(), message.top_via().received());
    let _ = message.contacts().flatten().count();
    for name in [Name::Route, Name::RecordRoute, Name::PAssertedIdentity] {
        let _ = message.addresses(name).flatten().count();
    }
    let _ = message.number(Name::Expires);
    let _ = message.reasons().filter_map(|reason| reason.cause()).max();
    let _ = message.content_type().map(|kind| kind.is_ok());
    for header in message.iter() {
        let _ = Credentials::parse(header.value());
        let _ = Challenge::parse(header.value()).map(|challenge| challenge.is_stale());
        let _ = ContentType::parse(header.value());
        let _ = Uri::from_bytes(header.value()).map(|uri| uri.is_equivalent(&uri));
    }
    if let Some(uri) = message.request_uri() {
        assert!(uri.is_equivalent(&uri), "{uri} differs from itself");
    }
}

type Contents = (String, Vec<(String, Vec<u8>)>, Vec<u8>);

/// A message as plain values, folds undone.
fn contents(message: &Message) -> Contents {
    let start = format!("{message:?} {:?}", message.reason_phrase());
    let headers = message
        .iter()
        .map(|header| {
            (
                header.name_text().to_owned(),
                header.unfolded().into_owned(),
            )
        })
        .collect();
    (start, headers, message.body().to_vec())
}

fn assert_sound(input: &[u8], framing: Framing) {
    match Message::parse(Bytes::copy_from_slice(input), framing) {
        Ok(message) => {
            exercise(&message);
            let mut printed = BytesMut::new();
            message.print(&mut printed);
            let again = Message::parse(printed.freeze(), framing)
                .unwrap_or_else(|error| panic!("printed again it is refused: {error}"));
            assert_eq!(contents(&again), contents(&message));
            if message.is_request() {
                assert_answer(&message);
            }
        }
        Err(error) => {
            if let Some(answer) = ResponseBuilder::to_malformed(&error) {
                let answer = answer.to_tag("t").build();
                assert!(answer.ends_with(b"\r\nContent-Length: 0\r\n\r\n"));
            }
        }
    }
}

fn assert_answer(request: &Message) {
    let source = std::net::SocketAddr::from(([203, 0, 113, 9], 7000));
    let answer = ResponseBuilder::to(request, Status::BUSY_HERE)
        .source(source)
        .to_tag("t")
        .record_route()
        .build();
    let answer = Message::parse(answer, Framing::Stream)
        .unwrap_or_else(|error| panic!("the answer is refused: {error}"));
    assert_eq!(answer.call_id(), request.call_id());
    assert_eq!(answer.sequence(), request.sequence());
    assert_eq!(answer.from_tag(), request.from_tag());
    assert_eq!(answer.top_via().branch(), request.top_via().branch());
    assert_eq!(answer.top_via().received(), Some(source.ip()));
    assert_eq!(
        answer.headers(Name::Via).count(),
        request.headers(Name::Via).count()
    );
}

#[test]
fn no_mutation_of_a_message_panics_or_changes_when_printed_again() {
    let seed = std::env::var("TRUNKLINE_FUZZ_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or(1);
    let rounds = std::env::var("TRUNKLINE_FUZZ_SECONDS")
        .ok()
        .and_then(|seconds| seconds.parse::<u32>().ok())
        .map_or(1, |seconds| seconds.max(1));
    for round in 0..rounds {
        let seed = seed + u64::from(round);
        let outcome = std::panic::catch_unwind(|| mutate_messages(seed));
        assert!(outcome.is_ok(), "TRUNKLINE_FUZZ_SEED={seed} repeats this");
    }
}

fn mutate_messages(seed: u64) {
    let mut random = Random(ChaCha12Rng::seed_from_u64(seed));
    for _ in 0..INPUTS {
        let mut input = SEEDS[random.below(SEEDS.len())].as_bytes().to_vec();
        random.mutate(&mut input);
        let framing = if random.below(2) == 0 {
            Framing::Datagram
        } else {
            Framing::Stream
        };
        assert_sound(&input, framing);
        assert_framed(&input, random.below(input.len() + 1));
    }
}

/// Wherever a stream is cut, the same frames come out.
fn assert_framed(input: &[u8], cut: usize) {
    let frames = |pieces: &[&[u8]]| {
        let mut framer = StreamFramer::default();
        let mut found = Vec::new();
        for piece in pieces {
            framer.push(piece);
            loop {
                match framer.next_frame() {
                    Ok(Some(frame)) => found.push(Ok(frame)),
                    Ok(None) => break,
                    Err(error) => {
                        found.push(Err(error));
                        return found;
                    }
                }
            }
        }
        found
    };
    let whole = frames(&[input]);
    assert_eq!(frames(&[&input[..cut], &input[cut..]]), whole);
    for frame in whole {
        if let Ok(Frame::Message(bytes)) = frame
            && let Err(error) = Message::parse(bytes, Framing::Stream)
        {
            let is_length_fault = matches!(
                error.fault(),
                Fault::UnfinishedBody
                    | Fault::UnfinishedHeaders
                    | Fault::Missing(Name::ContentLength)
            );
            assert!(!is_length_fault, "framer and parser differ: {error}");
        }
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
