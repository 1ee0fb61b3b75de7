//! A message from the network: reading never panics, and printing what was read changes nothing.

use std::net::SocketAddr;

use bytes::{Bytes, BytesMut};
use sip::auth::{Challenge, Credentials};
use sip::message::{ContentType, Framing, Message, Name, ResponseBuilder, Status};
use sip::uri::Uri;

/// Reads the bytes as a datagram and as a message of a stream.
pub fn run(data: &[u8]) {
    for framing in [Framing::Datagram, Framing::Stream] {
        match Message::parse(Bytes::copy_from_slice(data), framing) {
            Ok(message) => {
                read_everything(&message);
                print_and_read_again(&message, framing);
                if message.is_request() {
                    answer(&message);
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
}

fn read_everything(message: &Message) {
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
            let name = header.name_text().to_owned();
            (name, header.unfolded().into_owned())
        })
        .collect();
    (start, headers, message.body().to_vec())
}

fn print_and_read_again(message: &Message, framing: Framing) {
    let mut printed = BytesMut::new();
    message.print(&mut printed);
    let again = Message::parse(printed.freeze(), framing)
        .unwrap_or_else(|error| panic!("printed again it is refused: {error}"));
    assert_eq!(contents(&again), contents(message));
}

/// Whatever the request holds, its answer is one message that belongs to it.
fn answer(request: &Message) {
    let source = SocketAddr::from(([203, 0, 113, 9], 7000));
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
    let vias = |message: &Message| message.headers(Name::Via).count();
    assert_eq!(vias(&answer), vias(request));
}
