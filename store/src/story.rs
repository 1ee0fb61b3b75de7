//! Seeded stories of calls for tests: what happens to them, in the order of the journal.

use model::{
    AgentId, AnswerMode, CallFact, CallId, CallType, ConferenceSide, Direction, EndReason,
    EndStage, EndedBy, Ending, EnterpriseId, Event, Fact, FactId, FlowId, OfferOutcome,
    PhoneNumber, QueueExit, QueueId, Rating, RatingScale, RecordingId, Timestamp, TrunkId,
};
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::collections::BTreeMap;

/// When every story begins.
pub(crate) const BEGINNING: i64 = 1_700_000_000_000;

/// A source of calls; the same seed tells the same story.
pub(crate) struct Story {
    rng: ChaCha12Rng,
    pub(crate) enterprise: EnterpriseId,
    pub(crate) agents: Vec<AgentId>,
    pub(crate) queues: Vec<QueueId>,
    pub(crate) flows: Vec<FlowId>,
    pub(crate) numbers: Vec<PhoneNumber>,
}

impl Story {
    pub(crate) fn new(seed: u64) -> Self {
        let mut rng = ChaCha12Rng::seed_from_u64(seed);
        let at = Timestamp::from_millis(BEGINNING);
        Self {
            enterprise: EnterpriseId::new(at, random(&mut rng)),
            agents: (0..3).map(|_| AgentId::new(at, random(&mut rng))).collect(),
            queues: (0..2).map(|_| QueueId::new(at, random(&mut rng))).collect(),
            flows: (0..2).map(|_| FlowId::new(at, random(&mut rng))).collect(),
            numbers: ["4008110510", "4008110511", "13800138000", "1001"]
                .into_iter()
                .map(|number| PhoneNumber::parse(number).unwrap())
                .collect(),
            rng,
        }
    }

    /// A number below `bound`.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.rng.next_u64() % bound as u64).unwrap()
    }

    /// The facts of `calls` calls as one journal holds them: numbered, interleaved, in time order.
    pub(crate) fn journal(&mut self, calls: usize) -> Vec<(u64, Fact)> {
        let mut all: Vec<Fact> = (0..calls).flat_map(|_| self.call()).collect();
        all.sort_by_key(|fact| fact.at);
        (1..).zip(all).collect()
    }

    fn call(&mut self) -> Vec<Fact> {
        let mut at = BEGINNING + i64::try_from(self.below(600_000)).unwrap();
        let call = CallId::new(Timestamp::from_millis(at), random(&mut self.rng));
        let mut facts = Vec::new();
        for fact in self.plot(call) {
            facts.push(Fact {
                id: FactId::new(Timestamp::from_millis(at), random(&mut self.rng)),
                at: Timestamp::from_millis(at),
                enterprise: self.enterprise,
                event: Event::Call { call, fact },
            });
            at += 1 + i64::try_from(self.below(20_000)).unwrap();
        }
        facts
    }

    fn plot(&mut self, call: CallId) -> Vec<CallFact> {
        let mut plot = vec![self.arrived(call)];
        if self.below(8) == 0 {
            plot.push(CallFact::Ended(self.ending(EndStage::PreIvr)));
            return plot;
        }
        plot.push(CallFact::Answered);
        if self.below(3) > 0 {
            self.walk(&mut plot);
        }
        let mut answered = None;
        if self.below(3) > 0 {
            answered = self.wait_in_queue(&mut plot);
        }
        if let Some(agent) = answered {
            self.talk(&mut plot, agent);
        }
        if self.below(6) > 0 {
            plot.push(CallFact::Ended(self.ending(EndStage::Talking)));
        }
        plot
    }

    fn arrived(&mut self, call: CallId) -> CallFact {
        let call_type = [
            (Direction::Inbound, CallType::Inbound),
            (Direction::Outbound, CallType::ClickToDial),
        ][self.below(2)];
        CallFact::Arrived {
            direction: call_type.0,
            call_type: call_type.1,
            trunk: TrunkId::new(Timestamp::default(), [1; 10]),
            trunk_number: self.number(),
            caller: self.number(),
            called: self.number(),
            sip_call_id: format!("{call}@peer"),
        }
    }

    /// A walk through a flow, or through one after the other, with nodes within nodes.
    fn walk(&mut self, plot: &mut Vec<CallFact>) {
        for _ in 0..=self.below(2) {
            let at = self.below(self.flows.len());
            let flow = self.flows[at];
            let version = 1 + u32::try_from(self.below(2)).unwrap();
            plot.push(CallFact::FlowEntered { flow, version });
            for _ in 0..self.below(6) {
                let node = ["ask", "order", "order/ask"][self.below(3)].to_owned();
                let entered = node.clone();
                plot.push(CallFact::NodeEntered { node: entered });
                if self.below(4) > 0 {
                    let exit = ["ok", "1", "timeout"][self.below(3)].to_owned();
                    let keys = String::new();
                    plot.push(CallFact::NodeLeft { node, exit, keys });
                }
            }
        }
    }

    fn wait_in_queue(&mut self, plot: &mut Vec<CallFact>) -> Option<AgentId> {
        let at = self.below(self.queues.len());
        let queue = self.queues[at];
        plot.push(CallFact::Queued { queue });
        for _ in 0..self.below(4) {
            let at = self.below(self.agents.len());
            let agent = self.agents[at];
            let answer_mode =
                [AnswerMode::Sip, AnswerMode::Softphone, AnswerMode::Phone][self.below(3)];
            plot.push(CallFact::Offered {
                agent,
                queue: Some(queue),
                answer_mode,
            });
            let outcome = [
                OfferOutcome::Answered,
                OfferOutcome::NoAnswer,
                OfferOutcome::Rejected,
            ][self.below(3)];
            plot.push(CallFact::OfferEnded { agent, outcome });
            if outcome == OfferOutcome::Answered {
                let exit = QueueExit::Answered;
                plot.push(CallFact::Dequeued { queue, exit });
                return Some(agent);
            }
        }
        if self.below(2) == 0 {
            let exit = QueueExit::TimedOut;
            plot.push(CallFact::Dequeued { queue, exit });
        }
        None
    }

    fn talk(&mut self, plot: &mut Vec<CallFact>, agent: AgentId) {
        let recording = RecordingId::new(Timestamp::default(), random(&mut self.rng));
        let recorded = self.below(2) == 0;
        if recorded {
            let path = format!("recordings/{recording}.wav");
            plot.push(CallFact::RecordingStarted { recording, path });
        }
        plot.push(CallFact::Bridged { agent: Some(agent) });
        if self.below(3) == 0 {
            plot.push(CallFact::Resumed);
        }
        self.bring_in(plot, agent);
        if self.below(2) == 0 {
            plot.push(CallFact::Unbridged { agent: Some(agent) });
            self.survey(plot);
        }
        if recorded && self.below(4) > 0 {
            plot.push(CallFact::RecordingEnded {
                recording,
                duration_ms: i64::try_from(self.below(90_000)).unwrap(),
                size_bytes: i64::try_from(self.below(900_000)).unwrap(),
                fault: (self.below(4) == 0).then(|| "the disk was full".to_owned()),
                sha256: (self.below(8) > 0).then(|| "5e".repeat(32)),
            });
            self.look_after(plot, recording);
        }
    }

    fn survey(&mut self, plot: &mut Vec<CallFact>) {
        for node in ["rate", "rate_again"].into_iter().take(self.below(3)) {
            let node = node.to_owned();
            plot.push(CallFact::SurveyOffered { node: node.clone() });
            if self.below(3) > 0 {
                let score = 1 + u8::try_from(self.below(5)).unwrap();
                let scale = [RatingScale::Stars, RatingScale::Points][self.below(2)];
                let rating = Rating { score, scale };
                plot.push(CallFact::Rated { node, rating });
            }
        }
    }

    /// The agent asks somebody else, brings them in, hands the customer on, or tries to.
    fn bring_in(&mut self, plot: &mut Vec<CallFact>, agent: AgentId) {
        for _ in 0..self.below(3) {
            plot.push(CallFact::Consulted {
                agent,
                to: self.number(),
                call: CallId::new(Timestamp::default(), random(&mut self.rng)),
            });
        }
        for _ in 0..self.below(3) {
            plot.push(CallFact::ConferenceBegun {
                agent,
                guest: None,
                number: Some(self.number()),
            });
            let side = ConferenceSide::Guest;
            plot.push(CallFact::ConferenceLeft { side });
        }
        for _ in 0..self.below(3) {
            plot.push(CallFact::Transferred {
                agent,
                to: self.number(),
                status: [200, 202, 403, 486, 603][self.below(5)],
            });
        }
    }

    /// What becomes of a recording after its call.
    fn look_after(&mut self, plot: &mut Vec<CallFact>, recording: RecordingId) {
        if self.below(2) == 0 {
            plot.push(CallFact::RecordingCompressed {
                recording,
                path: format!("recordings/{recording}.opus"),
                size_bytes: i64::try_from(self.below(90_000)).unwrap(),
                sha256: "c0".repeat(32),
            });
        }
        if self.below(4) == 0 {
            plot.push(CallFact::RecordingMoved {
                recording,
                bucket: "archive".to_owned(),
                key: format!("calls/{recording}"),
            });
        }
    }

    fn ending(&mut self, stage: EndStage) -> Ending {
        let by = [EndedBy::Customer, EndedBy::Agent, EndedBy::System][self.below(3)];
        let reason = [EndReason::HungUp, EndReason::FlowEnded][self.below(2)];
        let coded = self.below(2) == 0;
        Ending {
            by,
            stage,
            reason,
            sip_code: coded.then_some(487),
            q850: coded.then_some(16),
        }
    }

    fn number(&mut self) -> PhoneNumber {
        let at = self.below(self.numbers.len());
        self.numbers[at].clone()
    }
}

fn random(rng: &mut ChaCha12Rng) -> [u8; 10] {
    let mut bytes = [0; 10];
    rng.fill_bytes(&mut bytes);
    bytes
}

/// The facts of each call, in order.
pub(crate) fn by_call(journal: &[(u64, Fact)]) -> BTreeMap<CallId, Vec<(Timestamp, CallFact)>> {
    let mut calls: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (_, fact) in journal {
        if let Event::Call { call, fact: body } = &fact.event {
            calls
                .entry(*call)
                .or_default()
                .push((fact.at, body.clone()));
        }
    }
    calls
}
