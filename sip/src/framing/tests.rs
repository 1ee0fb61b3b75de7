//! Streams cut in every possible way.

use bytes::Bytes;

use super::{Frame, FramingError, StreamFramer};
use crate::limits;

const INVITE: &[u8] =
    b"INVITE sip:b@h SIP/2.0\r\nSubject: a\r\n\tContent-Length: 9\r\nl : 4\r\n\r\nbody";
const BYE: &[u8] = b"BYE sip:b@h SIP/2.0\nContent-Length: 0\n\n";

fn drain(framer: &mut StreamFramer) -> Vec<Frame> {
    let mut found = Vec::new();
    while let Some(frame) = framer.next_frame().unwrap() {
        found.push(frame);
    }
    found
}

fn message(bytes: &'static [u8]) -> Frame {
    Frame::Message(Bytes::from_static(bytes))
}

#[test]
fn messages_come_out_whole_wherever_the_stream_is_cut() {
    let stream = [INVITE, b"\r\n", BYE, b"\r\n\r\n", INVITE].concat();
    let expected = [message(INVITE), message(BYE), Frame::Ping, message(INVITE)];
    for cut in 0..stream.len() {
        let mut framer = StreamFramer::default();
        let mut found = Vec::new();
        for piece in [&stream[..cut], &stream[cut..]] {
            framer.push(piece);
            found.extend(drain(&mut framer));
        }
        assert_eq!(found, expected, "cut at {cut}");
    }
}

#[test]
fn messages_come_out_whole_byte_by_byte() {
    let mut framer = StreamFramer::default();
    let mut found = Vec::new();
    for byte in [b"\r\n\r\n", INVITE, BYE].concat() {
        framer.push(&[byte]);
        found.extend(drain(&mut framer));
    }
    assert_eq!(found, [Frame::Ping, message(INVITE), message(BYE)]);
}

#[test]
fn a_message_whose_end_is_unknown_ends_the_stream() {
    let verdicts: [(&[u8], FramingError); 5] = [
        (
            b"BYE sip:b@h SIP/2.0\r\nTo: x\r\n\r\n",
            FramingError::MissingLength,
        ),
        (
            b"BYE sip:b@h SIP/2.0\r\nl: -1\r\n\r\n",
            FramingError::MalformedLength,
        ),
        (
            b"BYE sip:b@h SIP/2.0\r\nl: 18446744073709551615\r\n\r\n",
            FramingError::MalformedLength,
        ),
        (
            b"BYE sip:b@h SIP/2.0\r\nl: 1\r\nContent-Length: 2\r\n\r\n",
            FramingError::MalformedLength,
        ),
        (
            b"BYE sip:b@h SIP/2.0\r\nl: 65530\r\n\r\n",
            FramingError::TooLong,
        ),
    ];
    for (stream, error) in verdicts {
        let mut framer = StreamFramer::default();
        framer.push(stream);
        assert_eq!(framer.next_frame(), Err(error));
        assert_eq!(framer.next_frame(), Err(error));
    }
}

#[test]
fn headers_without_end_are_cut_off_at_the_limit() {
    let mut framer = StreamFramer::default();
    let mut pushed = 0;
    let outcome = loop {
        framer.push(b"X: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n");
        pushed += 64;
        match framer.next_frame() {
            Ok(frame) => assert_eq!(frame, None),
            Err(error) => break error,
        }
    };
    assert_eq!(outcome, FramingError::TooLong);
    assert!(pushed <= limits::MESSAGE_BYTES + 128);
}
