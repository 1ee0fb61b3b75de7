//! What is listened for on the legs of trunks, and what follows when it is heard.

use super::ending::Departure;
use super::{Call, Part, Stage};
use crate::exchange::Exchange;
use crate::leg::Farewell;
use ivr::TransferOutcome;
use media::detect::{self, Listening, Outcome};
use media::tone::Plan;
use media::{LegId, Order};
use model::{CallFact, EarlyMedia, EndReason, EndedBy, Ending, Finding, TrunkDetection, TrunkId};
use std::sync::Arc;
use std::time::Duration;

impl Call {
    /// Listens to what a number plays before it answers, for why it will not.
    pub(super) fn listen_early(
        &self,
        (leg, trunk): (LegId, Option<TrunkId>),
        exchange: &mut Exchange,
    ) {
        if detection_of(trunk, exchange).early_media == EarlyMedia::Ignore {
            return;
        }
        let region = exchange.directory.region_of(self.origin.enterprise);
        let wanted = Listening {
            progress: Some(Plan::of(region.as_str())),
            announcements: Some(Arc::clone(exchange.library.announcements())),
            ..Listening::default()
        };
        exchange.order(Order::Listen { leg, wanted });
    }

    /// Listens to who answered a call that went out.
    pub(super) fn listen_answered(
        &self,
        (leg, trunk): (LegId, Option<TrunkId>),
        exchange: &mut Exchange,
    ) {
        let detection = detection_of(trunk, exchange);
        if self.is_over() || trunk.is_none() || detection.is_idle() {
            return;
        }
        let wanted = Listening {
            answerer: detection.answering_machine,
            fax: detection.fax,
            ..Listening::default()
        };
        exchange.order(Order::Listen { leg, wanted });
    }

    /// Listens to who called.
    pub(super) fn listen_caller(&self, exchange: &mut Exchange) {
        let (leg, trunk) = (self.customer.media, self.customer.trunk);
        if detection_of(trunk, exchange).fax {
            let wanted = Listening {
                fax: true,
                ..Listening::default()
            };
            exchange.order(Order::Listen { leg, wanted });
        }
    }

    /// Something was recognised.
    pub(super) fn found(
        &mut self,
        now: Duration,
        part: Part,
        finding: detect::Finding,
        exchange: &mut Exchange,
    ) {
        let finding = named(finding);
        let fact = CallFact::Found {
            customer: part == Part::Customer,
            finding,
        };
        self.note(now, fact, exchange);
        let Some(reason) = finding.unreached().filter(|_| self.is_dialled(part)) else {
            return;
        };
        if let Some(dial) = &mut self.dial {
            dial.heard = Some(reason);
        }
        let trunk = self.leg(part).and_then(|leg| leg.trunk);
        if detection_of(trunk, exchange).early_media == EarlyMedia::End {
            self.dial_unreached(now, reason, exchange);
        }
    }

    /// Whether that leg is of a number that was dialled and did not answer yet.
    fn is_dialled(&self, part: Part) -> bool {
        match part {
            Part::Customer => matches!(self.stage, Stage::Placing),
            Part::Party | Part::Guest | Part::Supervisor(_) => false,
            Part::Rung(at) => self
                .rung
                .get(at)
                .is_some_and(|party| party.who.agent().is_none()),
        }
    }

    /// The network says that the number is not reached, and nobody waits for it to say so in
    /// signalling. Another trunk would not do better.
    fn dial_unreached(&mut self, now: Duration, reason: EndReason, exchange: &mut Exchange) {
        let Some(dial) = self.dial.take() else {
            return;
        };
        self.note(now, dial.failed(reason, None), exchange);
        if matches!(self.stage, Stage::Placing) {
            let ending = Ending {
                by: EndedBy::System,
                stage: self.end_stage(),
                reason,
                sip_code: None,
                q850: None,
            };
            self.end(now, Departure::of(ending), exchange);
            return;
        }
        self.cancel_rung(now, &Farewell::plain(), exchange);
        self.transfer_failed(now, outcome_of(reason), exchange);
    }
}

fn detection_of(trunk: Option<TrunkId>, exchange: &Exchange) -> TrunkDetection {
    let trunk = trunk.and_then(|id| exchange.directory.trunk(id));
    trunk.map(|trunk| trunk.detection).unwrap_or_default()
}

/// What a flow or an agent is told of a number that is not reached.
pub(super) fn outcome_of(reason: EndReason) -> TransferOutcome {
    if reason == EndReason::Busy {
        TransferOutcome::Busy
    } else if reason == EndReason::NoAnswer {
        TransferOutcome::NoAnswer
    } else {
        TransferOutcome::Unavailable
    }
}

fn named(finding: detect::Finding) -> Finding {
    match finding {
        detect::Finding::Beep => Finding::Beep,
        detect::Finding::FaxAnswering => Finding::FaxAnswering,
        detect::Finding::FaxCalling => Finding::FaxCalling,
        detect::Finding::Human => Finding::Human,
        detect::Finding::Machine => Finding::Machine,
        detect::Finding::Ringback => Finding::Ringback,
        detect::Finding::SpecialInformation => Finding::SpecialInformation,
        detect::Finding::Undecided => Finding::Undecided,
        detect::Finding::Unreached(outcome) => match outcome {
            Outcome::Busy => Finding::Busy,
            Outcome::Congestion => Finding::Congestion,
            Outcome::EmptyNumber => Finding::EmptyNumber,
            Outcome::NoAnswer => Finding::NoAnswer,
            Outcome::OutOfService => Finding::OutOfService,
            Outcome::PoweredOff => Finding::PoweredOff,
            Outcome::Unreachable => Finding::Unreachable,
        },
    }
}
