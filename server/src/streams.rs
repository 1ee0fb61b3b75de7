//! Voice bots: one task for each stream, between a bot and a media thread. The engine thread opens
//! and closes them and waits for none.

mod address;
mod audiosocket;
mod connection;
mod conversation;
mod dialect;
mod jambonz;
mod linear;
mod playback;
mod twilio;

use crate::media::Task;
use call::{Input, StreamEnd, StreamRequest};
use conversation::Ends;
use media::StreamKey;
use net::Waker;
use net::media::Orders;
use net::tls::Client;
use std::collections::HashMap;
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

/// Keys that may wait for one bot.
const KEYS: usize = 64;
/// Ends of streams that may wait for the engine.
const ENDED: usize = 1_024;

/// Which bots may be called, and how.
#[derive(Debug)]
pub(crate) struct Settings {
    /// Hosts, with or without a port, that may be in private networks and without TLS.
    pub(crate) allowed_hosts: Vec<String>,
    /// What handshakes are signed with.
    pub(crate) token: Option<String>,
    /// Whom to believe inside TLS.
    pub(crate) tls: Arc<Client>,
}

/// The engine's side of all streams.
pub(crate) struct Streams {
    runtime: Handle,
    settings: Arc<Settings>,
    waker: Waker,
    open: HashMap<StreamKey, Open>,
    ended: mpsc::Receiver<Ended>,
    tell_ended: mpsc::Sender<Ended>,
}

struct Open {
    keys: mpsc::Sender<char>,
    /// The conversation ends when this is dropped.
    _stop: oneshot::Sender<()>,
}

struct Ended {
    request: Box<StreamRequest>,
    end: StreamEnd,
}

impl Streams {
    /// No streams; called within the runtime.
    pub(crate) fn new(settings: Settings, waker: Waker) -> Self {
        let (tell_ended, ended) = mpsc::channel(ENDED);
        Self {
            runtime: Handle::current(),
            settings: Arc::new(settings),
            waker,
            open: HashMap::new(),
            ended,
            tell_ended,
        }
    }

    /// Begins to connect a bot to the media thread of its leg.
    pub(crate) fn open(&mut self, request: Box<StreamRequest>, media: Orders<Task>) {
        let (keys, pressed) = mpsc::channel(KEYS);
        let (stop, stopped) = oneshot::channel();
        let open = Open { keys, _stop: stop };
        self.open.insert(request.stream, open);
        metrics::counter!("trunkline_bot_streams_total").increment(1);
        let (settings, waker) = (Arc::clone(&self.settings), self.waker.clone());
        let tell_ended = self.tell_ended.clone();
        self.runtime.spawn(async move {
            let ends = Ends {
                media,
                keys: pressed,
                stop: stopped,
            };
            let end = conversation::hold(&request, &settings, ends).await;
            let Some(end) = end else {
                return;
            };
            // An engine that is gone needs no news.
            if tell_ended.send(Ended { request, end }).await.is_ok() {
                waker.wake();
            }
        });
    }

    /// Passes a key on.
    pub(crate) fn tell(&self, stream: StreamKey, key: char) {
        let open = self.open.get(&stream);
        if open.is_some_and(|open| open.keys.try_send(key).is_err()) {
            metrics::counter!("trunkline_bot_keys_lost_total").increment(1);
        }
    }

    /// Ends a stream.
    pub(crate) fn close(&mut self, stream: StreamKey) {
        self.open.remove(&stream);
    }

    /// The next stream that a bot ended.
    pub(crate) fn ended(&mut self) -> Option<Input> {
        let Ended { request, end } = self.ended.try_recv().ok()?;
        self.open.remove(&request.stream);
        Some(Input::StreamEnded {
            call: request.call,
            stream: request.stream,
            end,
        })
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.open.len()
    }
}
