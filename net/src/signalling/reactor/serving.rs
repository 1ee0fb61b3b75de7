//! A connection that has something for us, or room for what waits.

use super::Reactor;
use crate::{
    signalling::{
        ACCEPTED, CloseReason, Event, Protection,
        stream::{Heard, Layer, State, Stream},
    },
    syscall::{poll::Ready, time},
};
use std::time::Duration;

impl Reactor {
    pub(super) fn serve(&mut self, now: Duration, ready: Ready, events: &mut Vec<Event>) {
        if let Err(reason) = self.try_serve(now, ready, events) {
            self.close_token(ready.token, reason);
        }
    }

    fn try_serve(
        &mut self,
        now: Duration,
        ready: Ready,
        events: &mut Vec<Event>,
    ) -> Result<(), CloseReason> {
        let handshake = now + self.limits.handshake;
        let Some(stream) = self.connections.stream(ready.token) else {
            return Ok(());
        };
        if ready.writable && matches!(stream.state, State::Connecting { .. }) {
            if !matches!(stream.socket.take_error(), Ok(None)) {
                return Err(CloseReason::Refused);
            }
            let _ = stream.socket.set_nodelay(true);
            if let Layer::Tls(_) = stream.layer {
                stream.state = State::Handshaking { until: handshake };
            } else {
                stream.state = State::Open { last_active: now };
                events.push(opened(stream)?);
            }
        }
        match stream.state {
            State::Connecting { .. } => {}
            State::Handshaking { .. } if self.handshakes_left == 0 => return Ok(()),
            State::Handshaking { .. } => {
                self.handshakes_left -= 1;
                self.shake_hands(now, ready.token, events)?;
            }
            State::Open { .. } => {
                if ready.writable {
                    stream.flush()?;
                }
                if ready.readable {
                    stream.state = State::Open { last_active: now };
                    let heard = stream.read(&mut self.buffer)?;
                    tell(stream.id, heard, events)?;
                }
            }
        }
        self.watch(ready.token)
    }

    fn shake_hands(
        &mut self,
        now: Duration,
        token: u64,
        events: &mut Vec<Event>,
    ) -> Result<(), CloseReason> {
        let Some(stream) = self.connections.stream(token) else {
            return Ok(());
        };
        stream.flush()?;
        let heard = stream.read(&mut self.buffer)?;
        let Layer::Tls(session) = &stream.layer else {
            return Ok(());
        };
        if session.is_handshaking() {
            let ended = heard.ended.then_some(CloseReason::Handshake);
            return ended.map_or(Ok(()), Err);
        }
        events.push(opened(stream)?);
        stream.state = State::Open { last_active: now };
        let id = stream.id;
        if id >= ACCEPTED {
            self.handshakes -= 1;
        }
        tell(id, heard, events)
    }
}

/// The news that a connection is open.
fn opened(stream: &Stream) -> Result<Event, CloseReason> {
    let local = stream.socket.local_addr();
    let local = local.map_err(|_| CloseReason::Refused)?;
    let protection = match &stream.layer {
        Layer::Plain(_) => Protection::None,
        Layer::Tls(session) => Protection::Tls {
            names: session.peer_names(),
        },
    };
    let (connection, remote) = (stream.id, stream.remote);
    Ok(if connection >= ACCEPTED {
        Event::Accepted {
            connection,
            local,
            remote,
            protection,
        }
    } else {
        Event::Connected {
            connection,
            local,
            remote,
            protection,
        }
    })
}

fn tell(connection: u64, heard: Heard, events: &mut Vec<Event>) -> Result<(), CloseReason> {
    if !heard.data.is_empty() {
        let waited = heard
            .arrived
            .map_or(Duration::ZERO, |at| time::wall().saturating_sub(at));
        events.push(Event::Data {
            connection,
            data: heard.data,
            waited,
        });
    }
    let ended = heard.ended.then_some(CloseReason::Peer);
    ended.map_or(Ok(()), Err)
}
