//! Random calls over a network that loses, copies and reorders: whatever happens, both sides end
//! up agreeing and nothing is left behind.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bytes::Bytes;
use sip::{Event, Progress, Refusal, Reliability, SessionId, SessionTimers};

use crate::network::{ANSWER, Faults, OFFER, World, address, invite_to};
use crate::witness;

const CALLS: u64 = 3;

/// A third of all datagrams each are lost, doubled, overtaken.
pub(crate) const ROUGH: Faults = Faults {
    loss: 300,
    copies: 300,
    overtaking: 300,
};

/// What a side knows of one call.
#[derive(Debug, Default, Clone)]
struct View {
    answered: bool,
    ended: bool,
}

/// What the two people on the phone do, at which second.
#[derive(Debug, Clone, Copy)]
enum Step {
    Call,
    Ring,
    Progress,
    Answer,
    Refuse,
    CallerOffers,
    CalleeOffers,
    CallerAsks,
    CallerReplies,
    CalleeReplies,
    CallerHangsUp,
    CalleeHangsUp,
}

/// A random story of one world.
pub(crate) struct Story {
    pub(crate) world: World,
    steps: BTreeMap<(u64, u64), Step>,
    callers: BTreeMap<u64, SessionId>,
    /// How many offers each side has made that the endpoint took.
    offers: BTreeMap<(usize, SessionId), usize>,
    /// The sessions that their owners ended.
    left: BTreeSet<(usize, SessionId)>,
}

impl Story {
    pub(crate) fn new(seed: u64, faults: Faults) -> Self {
        let mut world = World::new(seed);
        if seed.is_multiple_of(3) {
            world.timers = SessionTimers {
                expires: Duration::from_secs(90),
                ..SessionTimers::default()
            };
        }
        world.add("a", 1);
        world.add("b", 2);
        world.faults = faults;
        world.testimony = Some(Vec::new());
        let mut steps = BTreeMap::new();
        for call in 0..CALLS {
            let mut at = |from: u64, most: u64| from + world.random_below(most);
            let begin = at(0, 2000);
            steps.insert((begin, call), Step::Call);
            let first = [Step::Ring, Step::Progress][usize::from(at(0, 2) == 1)];
            steps.insert((at(begin + 1, 4000), call), first);
            let verdict = if at(0, 4) == 0 {
                Step::Refuse
            } else {
                Step::Answer
            };
            steps.insert((at(begin + 10, 8000), call), verdict);
            for step in [Step::CallerOffers, Step::CalleeOffers, Step::CallerAsks] {
                steps.insert((at(begin + 30, 12_000), call), step);
            }
            for _ in 0..8 {
                let step = [Step::CallerReplies, Step::CalleeReplies][usize::from(at(0, 2) == 1)];
                steps.insert((at(begin + 40, 16_000), call), step);
            }
            let leaver = if at(0, 2) == 0 {
                Step::CallerHangsUp
            } else {
                Step::CalleeHangsUp
            };
            steps.insert((at(begin + 20, 24_000), call), leaver);
        }
        Self {
            world,
            steps,
            callers: BTreeMap::new(),
            offers: BTreeMap::new(),
            left: BTreeSet::new(),
        }
    }

    /// Plays the story; `meddle` may do harm before each step.
    pub(crate) fn play(&mut self, mut meddle: impl FnMut(&mut World)) {
        let mut passed = 0;
        for ((at, call), step) in self.steps.clone() {
            meddle(&mut self.world);
            self.world.run_for(at - passed);
            passed = at;
            self.perform(call, step);
        }
        meddle(&mut self.world);
        for _ in 0..3 {
            for call in 0..CALLS {
                self.perform(call, Step::CallerReplies);
                self.perform(call, Step::CalleeReplies);
            }
            self.world.run_for(40_000);
        }
        self.assert_every_offer_has_its_result();
        self.hang_everything_up();
        meddle(&mut self.world);
        self.world.run_until_idle();
    }

    fn perform(&mut self, call: u64, step: Step) {
        let caller = self.callers.get(&call).copied();
        let callee = self.callee(call);
        let refusal = Refusal::plain(486);
        let world = &mut self.world;
        match (step, caller, callee) {
            (Step::Call, ..) => {
                let mut invite = invite_to(address(2));
                invite.headers = vec![("X-Call".to_owned(), call.to_string())];
                let id = world.act(0, |a, now| a.invite(now, invite).unwrap());
                self.callers.insert(call, id);
            }
            (Step::Ring, _, Some(id)) => {
                let _ = world.act(1, |b, now| b.ring(now, id));
            }
            (Step::Progress, _, Some(id)) => {
                let progress = Progress {
                    status: 183,
                    sdp: Some(Bytes::from_static(ANSWER)),
                    reliable: Reliability::IfSupported,
                };
                let _ = world.act(1, |b, now| b.progress(now, id, progress));
            }
            (Step::CallerOffers, Some(id), _) => self.offer(0, id, OFFER),
            (Step::CalleeOffers, _, Some(id)) => self.offer(1, id, OFFER),
            (Step::CallerAsks, Some(id), _) => self.offer(0, id, b""),
            (Step::CallerReplies, Some(id), _) => reply(world, 0, id),
            (Step::CalleeReplies, _, Some(id)) => reply(world, 1, id),
            (Step::Answer, _, Some(id)) => {
                let _ = world.act(1, |b, now| b.answer(now, id, Bytes::from_static(ANSWER)));
            }
            (Step::Refuse, _, Some(id)) => {
                let _ = world.act(1, |b, now| b.refuse(now, id, &refusal));
                self.left.insert((1, id));
            }
            (Step::CallerHangsUp, Some(id), _) => {
                let _ = world.act(0, |a, now| a.hang_up(now, id, None));
                self.left.insert((0, id));
            }
            (Step::CalleeHangsUp, _, Some(id)) => {
                let _ = world.act(1, |b, now| b.hang_up(now, id, None));
                self.left.insert((1, id));
            }
            (_, _, None) | (_, None, _) => (),
        }
    }

    fn offer(&mut self, party: usize, id: SessionId, sdp: &'static [u8]) {
        let sdp = Bytes::from_static(sdp);
        let offered = self
            .world
            .act(party, |endpoint, now| endpoint.offer(now, id, sdp));
        if offered.is_ok() {
            *self.offers.entry((party, id)).or_default() += 1;
        }
    }

    /// Whoever has offered and is still in the call was told once how that went.
    fn assert_every_offer_has_its_result(&self) {
        for ((party, id), offers) in &self.offers {
            let is_over = self.view(*party, Some(*id)).ended;
            let results = self.world.parties[*party]
                .events
                .iter()
                .filter(|event| match event {
                    Event::OfferAnswered { session, .. } | Event::OfferRefused { session, .. } => {
                        session == id
                    }
                    _ => false,
                });
            let results = results.count();
            let ladder = &self.world.ladder;
            assert!(results <= *offers, "{results} for {offers}: {ladder:#?}");
            if !is_over && !self.left.contains(&(*party, *id)) {
                assert_eq!(results, *offers, "of {party}: {ladder:#?}");
            }
        }
    }

    fn hang_everything_up(&mut self) {
        for id in self.callers.clone().into_values() {
            let _ = self.world.act(0, |a, now| a.hang_up(now, id, None));
        }
        for call in 0..CALLS {
            if let Some(id) = self.callee(call) {
                let _ = self.world.act(1, |b, now| b.hang_up(now, id, None));
            }
        }
    }

    fn callee(&self, call: u64) -> Option<SessionId> {
        let number = call.to_string();
        self.world.parties[1]
            .events
            .iter()
            .find_map(|event| match event {
                Event::Incoming { session, incoming }
                    if incoming
                        .headers
                        .iter()
                        .any(|(_, value)| value == number.as_bytes()) =>
                {
                    Some(*session)
                }
                _ => None,
            })
    }

    fn view(&self, party: usize, id: Option<SessionId>) -> View {
        let mut view = View::default();
        for event in &self.world.parties[party].events {
            match event {
                Event::Answered { session, .. } | Event::Confirmed { session, .. }
                    if Some(*session) == id =>
                {
                    view.answered = true;
                }
                Event::Refused { session, .. } | Event::Ended { session, .. }
                    if Some(*session) == id =>
                {
                    assert!(!view.ended, "told twice that {session:?} ended");
                    view.ended = true;
                }
                _ => (),
            }
        }
        view
    }

    /// Each INVITE has got one final answer, and each final answer its ACK.
    pub(crate) fn assert_lawful(&self) {
        let testimony = self.world.testimony.as_deref().unwrap_or_default();
        witness::check_invites(testimony);
    }

    fn assert_agreement(&self, seed: u64) {
        self.world.assert_at_rest(&format!("seed {seed}"));
        self.assert_lawful();
        for (call, id) in &self.callers {
            let caller = self.view(0, Some(*id));
            let callee = self.view(1, self.callee(*call));
            let story = format!("seed {seed} call {call}: {:#?}", self.world.ladder);
            assert!(
                !callee.answered || caller.answered || !caller.ended,
                "{story}"
            );
        }
    }
}

/// Takes what the peer offers, or answers its offer in our ACK or PRACK.
fn reply(world: &mut World, party: usize, id: SessionId) {
    let answer = Bytes::from_static(ANSWER);
    let taken = world.act(party, |endpoint, now| {
        endpoint.answer_offer(now, id, answer.clone())
    });
    if taken.is_err() {
        let _ = world.act(party, |endpoint, now| endpoint.acknowledge(now, id, answer));
    }
}

#[test]
fn whatever_the_network_does_both_sides_agree_and_nothing_is_left() {
    for seed in 0..seeds() {
        let mut story = Story::new(seed, ROUGH);
        story.play(|_| {});
        story.assert_agreement(seed);
    }
}

/// Twice as many messages get lost: calls fail, but they end.
#[test]
fn a_network_that_loses_most_of_everything_leaves_no_call_hanging() {
    for seed in 0..seeds() / 2 {
        let faults = Faults { loss: 700, ..ROUGH };
        let mut story = Story::new(seed, faults);
        story.play(|_| {});
        story.world.assert_at_rest(&format!("seed {seed}"));
        story.assert_lawful();
    }
}

pub(crate) fn seeds() -> u64 {
    let longer = std::env::var("TRUNKLINE_FUZZ_SECONDS")
        .ok()
        .and_then(|seconds| seconds.parse::<u64>().ok());
    longer.map_or(300, |seconds| seconds * 100)
}
