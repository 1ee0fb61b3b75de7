//! The walk through a flow: what happens goes in, what the flow wants comes out and is done.

use super::{Call, Stage};
use crate::FlowEntry;
use crate::exchange::Exchange;
use crate::limits::FLOW_TURNS;
use ivr::{Action, Clip, Happening, Inputs, Step, TransferOutcome};
use model::{CallFact, EndReason, FlowId};
use std::sync::Arc;
use std::time::Duration;

impl Call {
    /// Enters the live version of a flow.
    pub(crate) fn enter_flow(&mut self, now: Duration, flow: FlowId, exchange: &mut Exchange) {
        let directory = Arc::clone(&exchange.directory);
        let Some(entry) = directory.flow(flow) else {
            self.end_with_tone(now, EndReason::UnknownNumber, exchange);
            return;
        };
        self.walk_into(now, entry, exchange);
    }

    /// Enters a version of a flow, or a draft.
    pub(super) fn walk_into(&mut self, now: Duration, entry: &FlowEntry, exchange: &mut Exchange) {
        let inputs = Inputs {
            caller: self.origin.caller.as_str().to_owned(),
            called: self.origin.called.as_str().to_owned(),
            trunk_number: self.origin.trunk_number.as_str().to_owned(),
            ..Inputs::default()
        };
        self.stage = Stage::Flow;
        self.entered = Some((entry.id, entry.version));
        let fact = CallFact::FlowEntered {
            flow: entry.id,
            version: entry.version.0,
        };
        self.note(now, fact, exchange);
        let (flow, beside) = (Arc::clone(&entry.flow), Arc::clone(&entry.beside));
        self.walk = Some(ivr::Session::start(now, flow, beside, inputs));
        self.follow_flow(now, exchange);
    }

    /// Tells the flow what happened and does what it wants.
    pub(crate) fn tell_flow(
        &mut self,
        now: Duration,
        happening: Happening,
        exchange: &mut Exchange,
    ) {
        exchange.touched.insert(self.origin.id);
        if let Some(walk) = &mut self.walk {
            walk.handle(now, happening);
            self.follow_flow(now, exchange);
        }
    }

    pub(crate) fn flow_timeout(&mut self, now: Duration, exchange: &mut Exchange) {
        if let Some(walk) = &mut self.walk {
            walk.handle_timeout(now);
            self.follow_flow(now, exchange);
        }
    }

    /// A transfer came to nothing: back into the flow, or the end where there is none.
    pub(crate) fn transfer_failed(
        &mut self,
        now: Duration,
        outcome: TransferOutcome,
        exchange: &mut Exchange,
    ) {
        if matches!(self.stage, Stage::Transferring(_)) {
            self.transfer_refused(now, status_of(outcome), exchange);
            return;
        }
        if self.walk.is_none() {
            self.end_with_tone(now, reason_of(outcome), exchange);
            return;
        }
        self.stage = Stage::Flow;
        self.tell_flow(now, Happening::TransferEnded(outcome), exchange);
    }

    /// Does what the flow wants until it waits for something.
    pub(crate) fn follow_flow(&mut self, now: Duration, exchange: &mut Exchange) {
        self.walk_on(now, exchange);
        self.hush_for_flow(now, exchange);
    }

    fn walk_on(&mut self, now: Duration, exchange: &mut Exchange) {
        for _ in 0..FLOW_TURNS {
            if self.is_over() {
                return;
            }
            let Some(action) = self.walk.as_mut().and_then(ivr::Session::poll_action) else {
                return;
            };
            if let Some(happening) = self.act(now, action, exchange)
                && let Some(walk) = &mut self.walk
            {
                walk.handle(now, happening);
            }
        }
        self.end_by_system(now, EndReason::InternalError, exchange);
    }

    /// Does one thing; gives what happened where that is known at once.
    fn act(&mut self, now: Duration, action: Action, exchange: &mut Exchange) -> Option<Happening> {
        match action {
            Action::Say { clips, repeat } => return self.say(now, &clips, repeat, exchange),
            Action::StopSaying => exchange.order(media::Order::StopPlay {
                leg: self.customer.media,
            }),
            Action::ToQueue { queue, priority } => {
                return self.flow_to_queue(now, &queue, priority, exchange);
            }
            Action::ToAgent { extension } => return self.flow_to_agent(now, &extension, exchange),
            Action::ToNumber { number, recorded } => {
                return self.dial(now, &number, recorded, exchange);
            }
            Action::RecordMessage { max, end_keys } => {
                self.start_message(now, max, end_keys, exchange);
            }
            Action::StopMessage => self.finish_message(now, exchange),
            Action::Stream {
                url,
                protocol,
                parameters,
            } => return self.start_stream((url, protocol, parameters), exchange),
            Action::StopStream => self.stop_stream(exchange),
            Action::Ask(request) => self.ask(*request, exchange),
            Action::Render(wanted) => {
                self.render(wanted, exchange);
                self.spoken_ahead(now);
            }
            Action::LookAtQueue { queue } => {
                return Some(self.look_at_queue(now, &queue, exchange));
            }
            Action::HangUp => self.end_by_system(now, EndReason::FlowEnded, exchange),
            Action::Step(step) => self.note(now, fact_of(step), exchange),
        }
        None
    }

    fn say(
        &mut self,
        now: Duration,
        clips: &[Clip],
        repeat: bool,
        exchange: &mut Exchange,
    ) -> Option<Happening> {
        let enterprise = self.origin.enterprise;
        let directory = &exchange.directory;
        let own = |clip: &Clip| match clip {
            Clip::Sound { name } => directory.sound(enterprise, name),
            Clip::Spoken(spoken) => {
                let audio = self.rendering.audio(spoken);
                audio.or_else(|| directory.speech(spoken))
            }
            Clip::Pause(_) | Clip::Unit { .. } => None,
        };
        let (segments, missing) = exchange.library.segments(clips, own);
        if missing > 0 {
            let reason = format!("{missing} clips or sounds are missing");
            let node = String::new();
            self.note(now, CallFact::Unreadable { node, reason }, exchange);
        }
        if segments.is_empty() {
            return Some(Happening::PlayEnded);
        }
        self.play(segments, repeat, exchange);
        None
    }
}

fn fact_of(step: Step) -> CallFact {
    match step {
        Step::NodeEntered { node } => CallFact::NodeEntered { node },
        Step::NodeLeft { node, exit, keys } => CallFact::NodeLeft { node, exit, keys },
        Step::SurveyOffered { node } => CallFact::SurveyOffered { node },
        Step::Rated { node, rating } => CallFact::Rated { node, rating },
        Step::Unreadable {
            node,
            reason,
            value,
        } => CallFact::Unreadable {
            node,
            reason: format!("{reason}: {value}"),
        },
    }
}

/// What the agent who asked for the transfer is told.
fn status_of(outcome: TransferOutcome) -> u16 {
    match outcome {
        TransferOutcome::Busy => 486,
        TransferOutcome::Completed | TransferOutcome::Talked => 200,
        TransferOutcome::NoAnswer | TransferOutcome::TimedOut => 408,
        TransferOutcome::Refused => 603,
        TransferOutcome::Full | TransferOutcome::NoAgent | TransferOutcome::Unavailable => 480,
    }
}

fn reason_of(outcome: TransferOutcome) -> EndReason {
    match outcome {
        TransferOutcome::Busy => EndReason::Busy,
        TransferOutcome::Completed | TransferOutcome::Talked => EndReason::HungUp,
        TransferOutcome::Full => EndReason::QueueFull,
        TransferOutcome::NoAgent => EndReason::NoAgent,
        TransferOutcome::NoAnswer => EndReason::NoAnswer,
        TransferOutcome::Refused => EndReason::Refused,
        TransferOutcome::TimedOut => EndReason::QueueTimeout,
        TransferOutcome::Unavailable => EndReason::Refused,
    }
}
