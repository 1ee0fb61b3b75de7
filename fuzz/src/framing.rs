//! A byte stream from the network: wherever it is cut, the same messages come out.

use bytes::Bytes;
use sip::framing::{Frame, FramingError, StreamFramer};
use sip::message::{Fault, Framing, Message, Name};

/// Cuts the bytes into messages at once, in two pieces and in small ones.
pub fn run(data: &[u8]) {
    let whole = frames([data]);
    let middle = data.len() / 2;
    assert_eq!(frames([&data[..middle], &data[middle..]]), whole);
    assert_eq!(frames(data.chunks(7)), whole);
    for frame in whole {
        if let Ok(Frame::Message(bytes)) = frame {
            agrees_with_the_parser(bytes);
        }
    }
}

fn frames<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<Result<Frame, FramingError>> {
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
}

/// Where the framer saw the end of a message, the parser must see it as well: two readings of one
/// length are how requests are smuggled.
fn agrees_with_the_parser(bytes: Bytes) {
    let length = bytes.len();
    match Message::parse(bytes, Framing::Stream) {
        Ok(message) => assert!(message.body().len() <= length),
        Err(error) => {
            let is_about_length = matches!(
                error.fault(),
                Fault::UnfinishedBody
                    | Fault::UnfinishedHeaders
                    | Fault::Missing(Name::ContentLength)
            );
            assert!(!is_about_length, "framer and parser differ: {error}");
        }
    }
}
