//! The caller is with a voice bot: opened, told of keys, closed, whoever ends it.

use super::{Call, Stage};
use crate::Output;
use crate::exchange::Exchange;
use ivr::node::Protocol;
use ivr::{Happening, StreamOutcome};
use media::{LegId, Order, StreamKey};
use model::{CallId, EnterpriseId};
use std::collections::BTreeMap;
use std::time::Duration;

/// A connection to a bot, to be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamRequest {
    /// Its name.
    pub stream: StreamKey,
    /// The call.
    pub call: CallId,
    /// Whose it is.
    pub enterprise: EnterpriseId,
    /// The leg that the bot hears.
    pub leg: LegId,
    /// The media thread that owns the leg.
    pub worker: usize,
    /// Where the bot listens.
    pub url: String,
    /// How it is spoken to.
    pub protocol: Protocol,
    /// What it is told of the call.
    pub parameters: BTreeMap<String, String>,
    /// The calling number.
    pub caller: String,
    /// The called number.
    pub called: String,
}

/// How a connection to a bot ended by the bot's doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StreamEnd {
    /// It closed the connection.
    Done,
    /// It could not be reached, or the connection broke.
    Failed,
    /// It hands the caller over, with something to say about them.
    HandedOver(String),
}

impl Call {
    /// Lets a bot be connected; gives its failure where that is known at once.
    pub(super) fn start_stream(
        &mut self,
        (url, protocol, parameters): (String, Protocol, BTreeMap<String, String>),
        exchange: &mut Exchange,
    ) -> Option<Happening> {
        let leg = self.customer.media;
        let Some(worker) = exchange.worker_of(leg) else {
            return Some(Happening::StreamEnded(StreamOutcome::Failed));
        };
        let (high, low) = (exchange.random_u64(), exchange.random_u64());
        let stream = StreamKey(u128::from(high) << 64 | u128::from(low));
        self.streaming = Some(stream);
        let request = StreamRequest {
            stream,
            call: self.origin.id,
            enterprise: self.origin.enterprise,
            leg,
            worker,
            url,
            protocol,
            parameters,
            caller: self.origin.caller.as_str().to_owned(),
            called: self.origin.called.as_str().to_owned(),
        };
        let open = Output::OpenStream(Box::new(request));
        exchange.outputs.push_back(open);
        None
    }

    /// Parts the caller from the bot, if there is one.
    pub(super) fn stop_stream(&mut self, exchange: &mut Exchange) {
        if let Some(stream) = self.streaming.take() {
            self.silence_stream(stream, exchange);
            exchange.outputs.push_back(Output::CloseStream(stream));
        }
    }

    /// The bot is gone, or hands the caller over.
    pub(crate) fn stream_ended(
        &mut self,
        now: Duration,
        (stream, end): (StreamKey, &StreamEnd),
        exchange: &mut Exchange,
    ) {
        if self.streaming.take_if(|known| *known == stream).is_none() {
            return;
        }
        self.silence_stream(stream, exchange);
        let outcome = match end {
            StreamEnd::Done => StreamOutcome::Done,
            StreamEnd::Failed => StreamOutcome::Failed,
            StreamEnd::HandedOver(handoff) => {
                self.hand_over(now, handoff, exchange);
                return;
            }
        };
        self.tell_flow(now, Happening::StreamEnded(outcome), exchange);
    }

    /// The bot hands the caller over; whether there is a bot.
    pub(crate) fn hand_over(
        &mut self,
        now: Duration,
        handoff: &str,
        exchange: &mut Exchange,
    ) -> bool {
        if !matches!(self.stage, Stage::Flow) {
            return false;
        }
        let walk = self.walk.as_mut();
        let handed = walk.is_some_and(|walk| walk.hand_over(now, handoff));
        if handed {
            exchange.touched.insert(self.origin.id);
            self.follow_flow(now, exchange);
        }
        handed
    }

    /// Passes a key to the bot; whether there is one.
    pub(super) fn tell_stream(&self, key: char, exchange: &mut Exchange) -> bool {
        if let Some(stream) = self.streaming {
            let told = Output::TellStream { stream, key };
            exchange.outputs.push_back(told);
        }
        self.streaming.is_some()
    }

    /// What follows is heard at once, even if the connection is slow to end.
    fn silence_stream(&self, stream: StreamKey, exchange: &mut Exchange) {
        let leg = self.customer.media;
        exchange.order(Order::EndStream { leg, stream });
    }
}
