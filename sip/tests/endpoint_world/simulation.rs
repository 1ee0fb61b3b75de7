//! Random calls between two endpoints over a network that loses, copies, delays and reorders, with
//! peers that vanish, restart or lose their connections: every transaction ends, each INVITE gets
//! one final answer, nothing is told after the end, and nothing is left.
//!
//! `TRUNKLINE_SIM_SCENARIOS` says how many scenarios each test plays; `TRUNKLINE_SIM_SEED` plays
//! the one that a failure names.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bytes::Bytes;
use sip::{Event, Invite, Progress, ReferTo, Refusal, Reliability, SessionId, Target, Transport};

use crate::network::{ANSWER, Faults, OFFER, World, address, trunk_at};
use crate::witness;

mod settings;

/// Most calls of one scenario.
const CALLS: u64 = 3;
/// How often the owners look at what they are told, in milliseconds.
const GLANCE: u64 = 500;

/// What a person or an accident does.
#[derive(Debug, Clone, Copy)]
enum Deed {
    Call(usize),
    Ring(usize),
    Progress(usize),
    Answer(usize),
    Refuse(usize),
    HangUp(usize, Side),
    SendInfo(usize, Side),
    Offer(usize, Side),
    AskForOffer(usize, Side),
    Transfer(usize, Side),
    AnswerOffer(usize, SessionId),
    RefuseOffer(usize, SessionId),
    Acknowledge(usize, SessionId),
    AcceptTransfer(usize, sip::TransferId),
    RefuseTransfer(usize, sip::TransferId),
    ReportTransfer(usize, sip::TransferId, u16),
    Restart(usize),
    Unplug(usize),
    PlugIn(usize),
}

/// One side of a call.
#[derive(Debug, Clone, Copy)]
enum Side {
    Caller,
    Callee,
}

/// A call with the party that makes it.
struct Call {
    from: usize,
    caller: Option<SessionId>,
    has_offer: bool,
}

/// What is special about the scenarios of a test.
#[derive(Debug, Clone, Copy)]
struct Setting {
    faults: Faults,
    transport: Transport,
    restarts: bool,
    vanishing: bool,
    /// The session interval, and when everybody hangs up, in seconds.
    refresh: (u64, u64),
}

/// One scenario.
struct Scenario {
    world: World,
    setting: Setting,
    calls: Vec<Call>,
    deeds: BTreeMap<(u64, u64), Deed>,
    planned: u64,
    /// How many events of each party were looked at.
    looked: [usize; 2],
    /// The sessions that each party ended itself.
    left: [BTreeSet<SessionId>; 2],
    /// The sessions whose peer was asked for an offer.
    asked: BTreeSet<SessionId>,
}

impl Scenario {
    fn new(seed: u64, setting: Setting) -> Self {
        let mut world = World::new(seed);
        world.timers.expires = Duration::from_secs(setting.refresh.0);
        world.add("a", 1);
        world.add("b", 2);
        world.faults = setting.faults;
        world.testimony = Some(Vec::new());
        let mut scenario = Self {
            world,
            setting,
            calls: Vec::new(),
            deeds: BTreeMap::new(),
            planned: 0,
            looked: [0; 2],
            left: Default::default(),
            asked: BTreeSet::new(),
        };
        let calls = 1 + scenario.below(CALLS);
        for call in 0..calls {
            scenario.plan_call(usize::try_from(call).unwrap());
        }
        if setting.restarts {
            for party in 0..2 {
                let at = scenario.below(15_000);
                scenario.plan(at, Deed::Restart(party));
            }
        }
        if setting.vanishing {
            let party = usize::from(scenario.below(2) == 1);
            let at = scenario.below(12_000);
            scenario.plan(at, Deed::Unplug(party));
            if scenario.below(2) == 0 {
                let back = at + scenario.below(20_000);
                scenario.plan(back, Deed::PlugIn(party));
            }
        }
        scenario
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.world.random_below(bound)
    }

    fn plan(&mut self, at: u64, deed: Deed) {
        self.planned += 1;
        self.deeds.insert((at, self.planned), deed);
    }

    fn plan_call(&mut self, call: usize) {
        let from = usize::from(self.below(2) == 1);
        let has_offer = self.below(6) > 0;
        self.calls.push(Call {
            from,
            caller: None,
            has_offer,
        });
        let begin = self.below(2_000);
        self.plan(begin, Deed::Call(call));
        let rung = begin + self.below(4_000);
        self.plan(rung, Deed::Ring(call));
        let verdict = begin + self.below(8_000);
        let refused = self.below(4) == 0;
        self.plan(
            verdict,
            if refused {
                Deed::Refuse(call)
            } else {
                Deed::Answer(call)
            },
        );
        for _ in 0..self.below(6) {
            let side = self.side();
            let at = begin + self.below(16_000);
            let deed = match self.below(6) {
                0 => Deed::SendInfo(call, side),
                1 => Deed::Transfer(call, side),
                2 => Deed::AskForOffer(call, side),
                3 => Deed::Progress(call),
                _ => Deed::Offer(call, side),
            };
            self.plan(at, deed);
        }
        let side = self.side();
        let longest = if self.setting.refresh.0 < 1_800 {
            600_000
        } else {
            20_000
        };
        let end = begin + self.below(longest);
        self.plan(end, Deed::HangUp(call, side));
    }

    fn side(&mut self) -> Side {
        if self.below(2) == 0 {
            Side::Caller
        } else {
            Side::Callee
        }
    }

    fn play(&mut self) {
        let mut passed = 0;
        let closing_time = self.setting.refresh.1 * 1_000;
        while passed < closing_time {
            let next = self
                .deeds
                .first_key_value()
                .map_or(closing_time, |((at, _), _)| *at);
            let until = next.clamp(passed, passed + GLANCE).min(closing_time);
            self.world.run_for(until - passed);
            passed = until;
            while let Some(entry) = self.deeds.first_entry()
                && entry.key().0 <= passed
            {
                let deed = entry.remove();
                self.perform(deed);
            }
            self.look(passed);
        }
        for call in 0..self.calls.len() {
            self.perform(Deed::HangUp(call, Side::Caller));
            self.perform(Deed::HangUp(call, Side::Callee));
        }
        self.world.run_until_idle();
    }

    /// The owners look at what they were told, and some of it makes them do something later.
    fn look(&mut self, now: u64) {
        for party in 0..2 {
            let events: Vec<Event> = self.world.parties[party]
                .events
                .iter()
                .skip(self.looked[party])
                .cloned()
                .collect();
            self.looked[party] += events.len();
            for event in events {
                let later = now + self.below(3_000);
                self.respond(party, &event, later);
            }
        }
    }

    fn respond(&mut self, party: usize, event: &Event, later: u64) {
        let mood = self.below(10);
        match event {
            Event::Offer { session, .. } if mood < 7 => {
                self.plan(later, Deed::AnswerOffer(party, *session));
            }
            Event::Offer { session, .. } if mood < 9 => {
                self.plan(later, Deed::RefuseOffer(party, *session));
            }
            Event::Answered { session, .. } | Event::OfferAnswered { session, .. }
                if self.wants_acknowledgement(*session) =>
            {
                self.plan(later, Deed::Acknowledge(party, *session));
            }
            Event::Referred { transfer, .. } if mood < 6 => {
                self.plan(later, Deed::AcceptTransfer(party, *transfer));
                let ringing = later + self.below(3_000);
                self.plan(ringing, Deed::ReportTransfer(party, *transfer, 180));
                if mood < 5 {
                    let done = ringing + self.below(3_000);
                    self.plan(done, Deed::ReportTransfer(party, *transfer, 200));
                }
            }
            Event::Referred { transfer, .. } if mood < 9 => {
                self.plan(later, Deed::RefuseTransfer(party, *transfer));
            }
            _ => (),
        }
    }

    /// Whether the answer to a call or an offer of ours may be an offer that waits for our answer.
    fn wants_acknowledgement(&self, session: SessionId) -> bool {
        let mut calls = self.calls.iter();
        self.asked.contains(&session)
            || calls.any(|call| call.caller == Some(session) && !call.has_offer)
    }

    /// What cannot be done at that moment is refused by the endpoint, which is as good.
    fn perform(&mut self, deed: Deed) {
        let answer = || Bytes::from_static(ANSWER);
        match deed {
            Deed::Call(call) => self.call(call),
            Deed::Ring(call) => self.as_callee(call, |b, now, id| drop(b.ring(now, id))),
            Deed::Progress(call) => self.progress(call),
            Deed::Offer(call, side) => self.as_side(call, side, |it, now, id| {
                drop(it.offer(now, id, Bytes::from_static(OFFER)));
            }),
            Deed::AskForOffer(call, side) => {
                self.asked.extend(self.end(call, side).map(|(_, id)| id));
                self.as_side(call, side, |it, now, id| {
                    drop(it.offer(now, id, Bytes::new()));
                });
            }
            Deed::Answer(call) => {
                self.as_callee(call, |b, now, id| drop(b.answer(now, id, answer())));
            }
            Deed::Refuse(call) => self.refuse(call),
            Deed::HangUp(call, side) => self.hang_up(call, side),
            Deed::SendInfo(call, side) => self.as_side(call, side, |it, now, id| {
                drop(it.info(
                    now,
                    id,
                    "application/dtmf-relay",
                    Bytes::from_static(b"Signal=1\r\n"),
                ));
            }),
            Deed::Transfer(call, side) => self.as_side(call, side, |it, now, id| {
                let _ = it.transfer(now, id, &elsewhere(), None);
            }),
            Deed::AnswerOffer(party, id) => {
                let _ = self
                    .world
                    .act(party, |it, now| it.answer_offer(now, id, answer()));
            }
            Deed::RefuseOffer(party, id) => {
                let _ = self.world.act(party, |it, now| {
                    it.refuse_offer(now, id, &Refusal::plain(488))
                });
            }
            Deed::Acknowledge(party, id) => {
                let _ = self
                    .world
                    .act(party, |it, now| it.acknowledge(now, id, answer()));
            }
            Deed::AcceptTransfer(party, id) => {
                let _ = self.world.act(party, |it, now| it.accept_transfer(now, id));
            }
            Deed::RefuseTransfer(party, id) => {
                let _ = self
                    .world
                    .act(party, |it, now| it.refuse_transfer(now, id, 603));
            }
            Deed::ReportTransfer(party, id, status) => {
                let _ = self
                    .world
                    .act(party, |it, now| it.report_transfer(now, id, status, ""));
            }
            Deed::Restart(party) => self.world.restart(party),
            Deed::Unplug(party) => {
                self.world
                    .unplugged
                    .insert(self.world.parties[party].address);
            }
            Deed::PlugIn(party) => {
                self.world
                    .unplugged
                    .remove(&self.world.parties[party].address);
            }
        }
    }

    fn call(&mut self, call: usize) {
        let Call {
            from, has_offer, ..
        } = self.calls[call];
        let ends = [address(1), address(2)];
        let target = Target::Trunk {
            trunk: trunk_at(ends[1 - from], self.setting.transport).id,
            user: "4008110513".to_owned(),
        };
        let offer = Bytes::from_static(if has_offer { OFFER } else { b"" });
        let invite = Invite {
            headers: vec![("X-Call".to_owned(), call.to_string())],
            ..Invite::new(target, "13800138000", "4008110513", offer)
        };
        let session = self.world.act(from, |it, now| it.invite(now, invite));
        self.calls[call].caller = session.ok();
    }

    fn progress(&mut self, call: usize) {
        let has_sdp = self.below(2) == 0;
        let is_reliable = self.below(3) > 0;
        let progress = Progress {
            status: 183,
            sdp: has_sdp.then_some(Bytes::from_static(ANSWER)),
            reliable: if is_reliable {
                Reliability::IfSupported
            } else {
                Reliability::Never
            },
        };
        self.as_side(call, Side::Callee, |it, now, id| {
            drop(it.progress(now, id, progress));
        });
    }

    fn refuse(&mut self, call: usize) {
        let Some((party, id)) = self.callee(call) else {
            return;
        };
        let refusal = Refusal::plain(486);
        if self
            .world
            .act(party, |it, now| it.refuse(now, id, &refusal))
            .is_ok()
        {
            self.left[party].insert(id);
        }
    }

    fn hang_up(&mut self, call: usize, side: Side) {
        if let Some((party, id)) = self.end(call, side)
            && self
                .world
                .act(party, |it, now| it.hang_up(now, id, None))
                .is_ok()
        {
            self.left[party].insert(id);
        }
    }

    fn as_callee(
        &mut self,
        call: usize,
        deed: impl FnOnce(&mut sip::Endpoint, Duration, SessionId),
    ) {
        self.as_side(call, Side::Callee, deed);
    }

    fn as_side(
        &mut self,
        call: usize,
        side: Side,
        deed: impl FnOnce(&mut sip::Endpoint, Duration, SessionId),
    ) {
        if let Some((party, id)) = self.end(call, side) {
            self.world.act(party, |it, now| deed(it, now, id));
        }
    }

    fn end(&self, call: usize, side: Side) -> Option<(usize, SessionId)> {
        match side {
            Side::Caller => {
                let Call { from, caller, .. } = self.calls[call];
                caller.map(|id| (from, id))
            }
            Side::Callee => self.callee(call),
        }
    }

    fn callee(&self, call: usize) -> Option<(usize, SessionId)> {
        let party = 1 - self.calls[call].from;
        let number = call.to_string();
        let mut events = self.world.parties[party].events.iter();
        let found = events.find_map(|event| match event {
            Event::Incoming { session, incoming } => {
                let mut headers = incoming.headers.iter();
                let is_it = headers.any(|(_, value)| value == number.as_bytes());
                is_it.then_some(*session)
            }
            _ => None,
        });
        found.map(|session| (party, session))
    }

    fn check(&self) {
        self.world.assert_at_rest("the scenario");
        for (party, left) in self.world.parties.iter().zip(&self.left) {
            witness::check_events(&party.events, left);
            assert!(party.saved.is_empty(), "{} saves what is over", party.name);
        }
        let testimony = self.world.testimony.as_deref().unwrap_or_default();
        witness::check_invites(testimony);
    }
}

fn elsewhere() -> ReferTo {
    ReferTo {
        uri: "sip:1002@192.0.2.9".to_owned(),
        user: "1002".to_owned(),
        replaces: None,
        headers: Vec::new(),
    }
}
