//! A caller and a bot: frames out, audio in, marks between, until one of them ends it.

use super::connection::{Incoming, Link};
use super::dialect::{self, Dialect, Reached, Said, Wire};
use super::playback::Playback;
use super::{Settings, connection};
use crate::media::Task;
use call::{StreamEnd, StreamRequest};
use media::{Order, StreamFrame};
use net::media::{Full, Orders};
use std::time::Duration;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};

/// How long a bot may take to answer the connection.
const PATIENCE: Duration = Duration::from_secs(5);
/// Frames that may wait for a slow bot: 5 s.
const FRAMES: usize = 250;
/// How long a full media thread is left alone.
const REST: Duration = Duration::from_millis(5);

/// The ends of a conversation inside the server.
pub(super) struct Ends {
    pub(super) media: Orders<Task>,
    pub(super) keys: mpsc::Receiver<char>,
    /// Dropped by the call when it parts from the bot.
    pub(super) stop: oneshot::Receiver<()>,
}

struct Conversation<'a> {
    request: &'a StreamRequest,
    dialect: Box<dyn Dialect>,
    link: Link,
    playback: Playback,
    media: Orders<Task>,
}

/// Connects and talks; gives how it ended, unless the call ended it.
pub(super) async fn hold(
    request: &StreamRequest,
    settings: &Settings,
    mut ends: Ends,
) -> Option<StreamEnd> {
    let opening = tokio::time::timeout(PATIENCE, connection::open(request, settings));
    let opened = tokio::select! {
        _ = &mut ends.stop => return None,
        opened = opening => opened,
    };
    let opened = opened.unwrap_or_else(|_| Err("it did not answer in time".to_owned()));
    let link = match opened {
        Ok(link) => link,
        Err(reason) => {
            tracing::warn!(call = %request.call, reason, "a bot could not be reached");
            return Some(StreamEnd::Failed);
        }
    };
    let media = ends.media.clone();
    let (leg, stream) = (request.leg, request.stream);
    let conversation = Conversation {
        request,
        dialect: dialect::of(request),
        link,
        playback: Playback::default(),
        media: media.clone(),
    };
    let end = conversation.run(ends).await;
    tell(&media, Task::EndStream { leg, stream }).await;
    end
}

impl Conversation<'_> {
    async fn run(mut self, mut ends: Ends) -> Option<StreamEnd> {
        let (sender, mut frames) = mpsc::channel(FRAMES);
        let (leg, stream) = (self.request.leg, self.request.stream);
        let frames_to = sender;
        let begin = Task::Stream {
            leg,
            stream,
            frames: frames_to,
        };
        tell(&self.media, begin).await;
        for wire in self.dialect.begin() {
            self.send(wire);
        }
        loop {
            let end = tokio::select! {
                biased;
                _ = &mut ends.stop => {
                    let last = self.dialect.end();
                    if let Some(wire) = last {
                        self.send(wire);
                    }
                    return None;
                }
                Some(frame) = frames.recv() => self.hear(&frame),
                Some(key) = ends.keys.recv() => {
                    let wire = self.dialect.key(key);
                    wire.and_then(|wire| self.send_surely(wire))
                }
                incoming = self.link.incoming.recv(), if !self.playback.is_full() => {
                    self.take(incoming).await
                }
            };
            if end.is_some() {
                return end;
            }
        }
    }

    fn hear(&mut self, frame: &StreamFrame) -> Option<StreamEnd> {
        let wire = self.dialect.hear(&frame.audio);
        self.send(wire);
        while let Some(name) = self.playback.settle(frame.settled) {
            if let Some(end) = self.echo(&name, Reached::Heard) {
                return Some(end);
            }
        }
        None
    }

    /// Does what a bot wants; gives the end where that is one.
    async fn take(&mut self, incoming: Option<Incoming>) -> Option<StreamEnd> {
        let wire = match incoming {
            Some(Incoming::Wire(wire)) => wire,
            Some(Incoming::Closed) => return Some(StreamEnd::Done),
            Some(Incoming::Broken(reason)) => return Some(self.fail(&reason)),
            None => return Some(self.fail("the connection is gone")),
        };
        let said = match self.dialect.read(wire) {
            Ok(said) => said?,
            Err(reason) => {
                tracing::debug!(call = %self.request.call, reason, "a bot's message is passed over");
                metrics::counter!("trunkline_bot_messages_refused_total").increment(1);
                return None;
            }
        };
        let (leg, stream) = (self.request.leg, self.request.stream);
        match said {
            Said::Audio(audio) => {
                self.playback.say(audio.len());
                let order = Order::StreamAudio { leg, stream, audio };
                tell(&self.media, Task::Order(order)).await;
                None
            }
            Said::Clear => {
                let order = Order::ClearStream { leg, stream };
                tell(&self.media, Task::Order(order)).await;
                let marks = self.playback.clear();
                let mut marks = marks.iter();
                marks.find_map(|name| self.echo(name, Reached::Cleared))
            }
            Said::Mark(name) => {
                let name = self.playback.mark(name)?;
                self.echo(&name, Reached::Heard)
            }
            Said::Bye => Some(StreamEnd::Done),
            Said::HandOver(handoff) => Some(StreamEnd::HandedOver(handoff)),
            Said::Failed(reason) => Some(self.fail(&reason)),
        }
    }

    fn echo(&mut self, name: &str, reached: Reached) -> Option<StreamEnd> {
        let wire = self.dialect.mark(name, reached)?;
        self.send_surely(wire)
    }

    /// Sends audio, which a bot that does not read misses.
    fn send(&mut self, wire: Wire) {
        if let Err(TrySendError::Full(_)) = self.link.outgoing.try_send(wire) {
            metrics::counter!("trunkline_bot_frames_lost_total").increment(1);
        }
    }

    /// Sends what must not be missed; a bot that has not read for so long is lost.
    fn send_surely(&mut self, wire: Wire) -> Option<StreamEnd> {
        let sent = self.link.outgoing.try_send(wire);
        sent.is_err().then(|| self.fail("it does not read"))
    }

    fn fail(&self, reason: &str) -> StreamEnd {
        tracing::warn!(call = %self.request.call, reason, "the connection to a bot failed");
        StreamEnd::Failed
    }
}

/// Tells a media thread, which takes it as soon as it has room.
async fn tell(media: &Orders<Task>, mut task: Task) {
    while let Err(Full(refused)) = media.send(task) {
        task = refused;
        tokio::time::sleep(REST).await;
    }
}
