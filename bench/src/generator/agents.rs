//! Whoever is rung answers at once.

use super::streams::{Side, StreamId, Streams};
use crate::message::{Message, description};
use crate::socket::Socket;
use std::collections::HashMap;
use std::io;

/// See the module.
pub(super) struct Agents {
    socket: Socket,
    contact: String,
    calls: HashMap<String, Answered>,
    media: bool,
}

struct Answered {
    response: String,
    stream: Option<StreamId>,
}

impl Agents {
    pub(super) fn new(socket: Socket, media: bool) -> io::Result<Self> {
        Ok(Self {
            contact: format!("sip:agent@127.0.0.1:{}", socket.port()?),
            socket,
            calls: HashMap::new(),
            media,
        })
    }

    pub(super) fn socket(&self) -> &Socket {
        &self.socket
    }

    pub(super) fn receive(&mut self, streams: &mut Streams) {
        let mut answers = Vec::new();
        let Self {
            socket,
            contact,
            calls,
            media,
        } = self;
        socket.receive(|arrival| {
            let Some(message) = Message::read(arrival.bytes) else {
                return;
            };
            let answer = match message.method() {
                Some("INVITE") => {
                    let media = media.then_some(&mut *streams);
                    Some(invited(message, contact, calls, media))
                }
                Some("BYE" | "CANCEL") => {
                    let call = calls.remove(message.call_id());
                    if let Some(stream) = call.and_then(|call| call.stream) {
                        streams.close(stream);
                    }
                    Some(message.respond("200 OK", "", contact, None))
                }
                Some("ACK") | None => None,
                Some(_) => Some(message.respond("200 OK", "", contact, None)),
            };
            answers.extend(answer.map(|answer| (answer, arrival.from)));
        });
        for (answer, to) in answers {
            self.socket.send(answer.as_bytes(), to);
        }
    }
}

/// The answer to an INVITE; the same one when it comes again.
fn invited(
    message: Message<'_>,
    contact: &str,
    calls: &mut HashMap<String, Answered>,
    media: Option<&mut Streams>,
) -> String {
    if let Some(call) = calls.get(message.call_id()) {
        return call.response.clone();
    }
    let port = media.as_ref().map_or(9, |media| media.port(Side::Agent));
    let tag = format!("agent{}", calls.len());
    let response = message.respond("200 OK", &tag, contact, Some(&description(port)));
    let stream = media
        .zip(message.media())
        .map(|(streams, peer)| streams.open(Side::Agent, peer, None));
    let call = Answered {
        response: response.clone(),
        stream,
    };
    calls.insert(message.call_id().to_owned(), call);
    response
}
