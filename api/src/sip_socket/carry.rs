//! One socket until its end.

use super::{LONGEST_MESSAGE, SipDoor, SocketEvent, SocketId};
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, close_code};
use bytes::Bytes;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval, timeout};

/// How often the peer is asked whether it lives; shorter than what middle boxes forget after.
const PING_INTERVAL: Duration = Duration::from_secs(25);
/// A peer that says nothing for so long, not even that it lives, is gone.
const SILENCE: Duration = Duration::from_mins(1);
/// How long a peer may take for one message; after it the socket is closed.
const SEND_PATIENCE: Duration = Duration::from_secs(5);

/// Why a socket ends.
enum End {
    /// The peer closed it, or is gone.
    Peer,
    /// The engine lets it go, or is gone itself.
    Ours,
    /// The peer broke the rules.
    Fault(u16, &'static str),
}

/// Carries messages both ways.
pub(super) async fn carry(
    mut socket: WebSocket,
    id: SocketId,
    mut waiting: mpsc::Receiver<Bytes>,
    door: &SipDoor,
) {
    let mut pings = interval(PING_INTERVAL);
    pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut last_heard = Instant::now();
    let end = loop {
        let step = tokio::select! {
            heard = socket.recv() => {
                last_heard = Instant::now();
                take(heard, id, door).await
            }
            data = waiting.recv() => match data {
                Some(data) => send(&mut socket, message_of(data)).await,
                None => Err(End::Ours),
            },
            _ = pings.tick() => {
                if last_heard.elapsed() > SILENCE {
                    Err(End::Peer)
                } else {
                    send(&mut socket, Message::Ping(Bytes::new())).await
                }
            }
        };
        if let Err(end) = step {
            break end;
        }
    };
    let (code, reason) = match end {
        End::Peer => return,
        End::Ours => (close_code::AWAY, ""),
        End::Fault(code, reason) => (code, reason),
    };
    let close = Message::Close(Some(CloseFrame {
        code,
        reason: Utf8Bytes::from_static(reason),
    }));
    let _ = send(&mut socket, close).await;
}

async fn take(
    heard: Option<Result<Message, axum::Error>>,
    id: SocketId,
    door: &SipDoor,
) -> Result<(), End> {
    let data = match heard {
        None | Some(Err(_) | Ok(Message::Close(_))) => return Err(End::Peer),
        Some(Ok(Message::Ping(_) | Message::Pong(_))) => return Ok(()),
        Some(Ok(Message::Text(text))) => Bytes::from(text),
        Some(Ok(Message::Binary(data))) => data,
    };
    if data.len() > LONGEST_MESSAGE {
        return Err(End::Fault(close_code::SIZE, "message too long"));
    }
    let at = Instant::now();
    let message = SocketEvent::Message { id, data, at };
    door.tell(message).await.map_err(|_| End::Ours)
}

async fn send(socket: &mut WebSocket, message: Message) -> Result<(), End> {
    match timeout(SEND_PATIENCE, socket.send(message)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(End::Peer),
    }
}

/// A text frame where the message is text, as scripts in browsers expect it (RFC 7118 §4.2).
fn message_of(data: Bytes) -> Message {
    match Utf8Bytes::try_from(data.clone()) {
        Ok(text) => Message::Text(text),
        Err(_) => Message::Binary(data),
    }
}
