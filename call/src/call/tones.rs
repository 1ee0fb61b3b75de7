//! What the customer hears of us: audio, and the tones of the enterprise's country. A call that
//! cannot be put through after it was answered ends with such a tone.

use super::ending::Departure;
use super::{Call, Part, Stage};
use crate::exchange::Exchange;
use crate::limits::PARTING_TONE;
use media::tone::{Plan, Tone};
use media::{LegId, Order, Segment};
use model::{EndReason, EndedBy, Ending};
use std::time::Duration;

impl Call {
    /// Plays to the customer, replacing what they hear.
    pub(crate) fn play(&mut self, segments: Vec<Segment>, repeat: bool, exchange: &mut Exchange) {
        self.play_to(self.customer.media, segments, repeat, exchange);
    }

    /// Plays to one leg, replacing what it hears.
    pub(crate) fn play_to(
        &mut self,
        leg: LegId,
        segments: Vec<Segment>,
        repeat: bool,
        exchange: &mut Exchange,
    ) {
        self.play += 1;
        exchange.order(Order::Play {
            leg,
            play: self.play,
            segments,
            repeat,
        });
    }

    /// Plays a tone of the enterprise's country to the customer, over and over.
    pub(crate) fn play_tone(&mut self, tone: Tone, exchange: &mut Exchange) {
        let region = exchange.directory.region_of(self.origin.enterprise);
        let plan = Plan::of(region.as_str());
        self.play(plan.segments(tone), true, exchange);
    }

    /// Ends the call because nobody could be reached: a customer whose call was answered hears a
    /// tone before, so that they know that it is not the line.
    pub(crate) fn end_with_tone(
        &mut self,
        now: Duration,
        reason: EndReason,
        exchange: &mut Exchange,
    ) {
        if self.answered_at.is_none() || !self.customer.is_open() {
            self.end_by_system(now, reason, exchange);
            return;
        }
        let ending = Ending {
            by: EndedBy::System,
            stage: self.end_stage(),
            reason,
            sip_code: None,
            q850: None,
        };
        exchange.touched.insert(self.origin.id);
        self.stage = Stage::Parting {
            deadline: now + PARTING_TONE,
            ending,
        };
        self.sound_parting(exchange);
    }

    /// Plays the tone of a call that is over.
    pub(super) fn sound_parting(&mut self, exchange: &mut Exchange) {
        if let Stage::Parting { ending, .. } = &self.stage {
            let tone = tone_of(ending.reason);
            self.play_tone(tone, exchange);
        }
    }

    /// The tone was heard for long enough.
    pub(super) fn part(&mut self, now: Duration, exchange: &mut Exchange) {
        if let Stage::Parting { ending, .. } = &self.stage {
            let departure = Departure::of(ending.clone());
            self.end(now, departure, exchange);
        }
    }

    /// The customer hung up when they heard the tone: the call had ended before.
    pub(super) fn parted(&mut self, now: Duration, exchange: &mut Exchange) {
        if let Stage::Parting { ending, .. } = &self.stage {
            let departure = Departure {
                gone: Some(Part::Customer),
                ..Departure::of(ending.clone())
            };
            self.end(now, departure, exchange);
        }
    }
}

/// What tells why a call ends: somebody who is not to be had sounds busy, whatever else keeps the
/// call from being put through does not.
fn tone_of(reason: EndReason) -> Tone {
    match reason {
        EndReason::Busy
        | EndReason::NoAgent
        | EndReason::NoAnswer
        | EndReason::PoweredOff
        | EndReason::QueueFull
        | EndReason::QueueTimeout
        | EndReason::Refused => Tone::Busy,
        EndReason::Cancelled
        | EndReason::Congestion
        | EndReason::Expired
        | EndReason::FlowEnded
        | EndReason::Forbidden
        | EndReason::HungUp
        | EndReason::InternalError
        | EndReason::MediaTimeout
        | EndReason::NotAcceptable
        | EndReason::Operator
        | EndReason::OutOfService
        | EndReason::Overloaded
        | EndReason::ServerFailure
        | EndReason::Shutdown
        | EndReason::SignallingTimeout
        | EndReason::Transferred
        | EndReason::UnknownNumber
        | EndReason::Unreachable => Tone::Congestion,
    }
}
