//! A random day at the center, made of nothing but its seed.

use crate::audit;
use crate::center::Kill;
use crate::demo::agent_id;
use crate::digest::Hash;
use crate::network::Faults;
use crate::phone::{Habit, Offer, Phone, Stage, Talk, Way};
use crate::story::{seconds, settle};
use crate::tone::Law;
use crate::world::World;
use call::Command;
use model::{BreakKind, CallFact, LoginStatus, StatusActor};
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::time::Duration;

/// What callers ring; the queue more often than the rest.
const NUMBERS: [&str; 12] = [
    "4008110510",
    "4008110511",
    "4008110511",
    "4008110511",
    "4008110511",
    "4008110512",
    "4008110513",
    "4008110514",
    "4008110515",
    "4008110516",
    "4008110517",
    "4009999999",
];
const KEYS: &[u8; 12] = b"0123456789*#";

/// A day in progress.
#[derive(Debug)]
struct Day {
    world: World,
    random: ChaCha12Rng,
    agents: Vec<String>,
    callers: Vec<String>,
}

/// What happened in a day, to see that days are not idle.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sum {
    /// Calls that came.
    pub calls: usize,
    /// Conversations.
    pub bridges: usize,
    /// Recordings.
    pub recordings: usize,
    /// Messages.
    pub messages: usize,
    /// Holds.
    pub holds: usize,
    /// Kills.
    pub kills: usize,
    /// Calls that went on in a new process.
    pub resumed: usize,
}

impl Sum {
    fn of(world: &World) -> Self {
        let mut sum = Self {
            kills: world.center.killed as usize,
            ..Self::default()
        };
        for (_, fact) in world.center.journal.calls().into_values().flatten() {
            match fact {
                CallFact::Arrived { .. } => sum.calls += 1,
                CallFact::Bridged { .. } => sum.bridges += 1,
                CallFact::RecordingEnded { .. } => sum.recordings += 1,
                CallFact::VoicemailStarted => sum.messages += 1,
                CallFact::HoldChanged { .. } => sum.holds += 1,
                CallFact::Resumed => sum.resumed += 1,
                _ => (),
            }
        }
        sum
    }

    /// Both days together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            calls: self.calls + other.calls,
            bridges: self.bridges + other.bridges,
            recordings: self.recordings + other.recordings,
            messages: self.messages + other.messages,
            holds: self.holds + other.holds,
            kills: self.kills + other.kills,
            resumed: self.resumed + other.resumed,
        }
    }
}

/// Lives through the day of a seed, holds it to every invariant and sums it up.
///
/// # Panics
/// With the seed and the ladder, naming the invariant.
pub fn live_through(seed: u64) -> Sum {
    let mut random = ChaCha12Rng::seed_from_u64(seed);
    let agents = 1 + random.next_u32() as usize % 5;
    let tight = random.next_u32() % 3 == 0;
    let world = World::with(seed, agents, |demo| {
        if tight {
            demo.sales.max_length = 2;
            demo.sales.max_wait = seconds(25);
            demo.sales.ring_timeout = seconds(4);
        }
    });
    let mut day = Day {
        world,
        random,
        agents: (1..=agents).map(|nth| (1_000 + nth).to_string()).collect(),
        callers: Vec::new(),
    };
    day.begin();
    let events = 20 + day.below(40);
    for _ in 0..events {
        day.event();
        let pause = Duration::from_millis(day.below(3_000).into());
        day.world.run_for(pause);
        audit::at_any_time(&day.world);
    }
    day.world.network.faults = Faults::NONE;
    settle(&mut day.world);
    Sum::of(&day.world)
}

impl Day {
    fn below(&mut self, bound: u32) -> u32 {
        self.random.next_u32() % bound
    }

    fn pick(&mut self, names: &[String]) -> String {
        names[self.below(names.len() as u32) as usize].clone()
    }

    fn begin(&mut self) {
        self.world.network.faults = match self.below(3) {
            0 => Faults::NONE,
            1 => Faults::POOR,
            _ => Faults {
                loss: self.below(60),
                copies: self.below(60),
                overtaken: self.below(200),
                delay: Duration::from_millis(self.below(80).into()),
            },
        };
        for agent in self.agents.clone() {
            self.change_habit(&agent);
        }
        self.change_habit("outside");
    }

    fn event(&mut self) {
        match self.below(26) {
            0..=5 => self.somebody_rings(),
            6 => self.somebody_hangs_up(),
            7 | 8 => {
                let agent = self.pick(&self.agents.clone());
                self.change_habit(&agent);
            }
            9 => self.change_habit("outside"),
            10 | 11 => self.change_status(),
            12 => self.change_phone(),
            13..=15 => self.hold_or_resume(),
            16 | 17 => self.kill(),
            18 => self.operator_hangs_up(),
            19 | 20 => self.agent_dials(),
            21 | 22 => self.agent_hands_on(),
            23 => self.customer_changes(),
            24 => self.agents_calls_are_joined(),
            _ => self.press(),
        }
    }

    fn somebody_rings(&mut self) {
        let name = format!("caller{}", self.callers.len() + 1);
        let number = NUMBERS[self.below(NUMBERS.len() as u32) as usize];
        let offer = match self.below(10) {
            0 => Offer::Late,
            1 => Offer::Foreign,
            _ => Offer::Early,
        };
        let keys: Vec<_> = (0..self.below(4))
            .map(|_| {
                let at = self.world.now + Duration::from_millis(self.below(8_000).into());
                let key = KEYS[self.below(12) as usize];
                (at, char::from(key).to_string())
            })
            .collect();
        let patience = Duration::from_millis(u64::from(self.below(40_000)));
        let hang_up_at = (self.below(3) > 0).then(|| self.world.now + patience);
        self.world.add_caller(&name, "13800138000");
        self.world.at(&name, |phone, now| {
            phone.dial(now, number, offer);
            phone.plan(&keys, hang_up_at);
        });
        self.callers.push(name);
    }

    fn somebody_hangs_up(&mut self) {
        let busy: Vec<String> = self
            .world
            .phones
            .iter()
            .filter(|phone| phone.is_busy())
            .map(|phone| phone.name.clone())
            .collect();
        if !busy.is_empty() {
            let name = self.pick(&busy);
            self.world.at(&name, |phone, now| phone.hang_up(now));
        }
    }

    fn operator_hangs_up(&mut self) {
        if !self.world.center.is_alive() {
            return;
        }
        let calls = self.world.center.live(self.world.now).calls;
        if let Some(call) = calls.first() {
            let hang_up = Command::HangUp { call: call.id };
            self.world.ask(hang_up).expect("the call is live");
        }
    }

    fn change_habit(&mut self, name: &str) {
        let after = Duration::from_millis(self.below(4_000).into());
        let habit = match self.below(12) {
            0 => Habit::Ring,
            1 => Habit::Decline { after, status: 486 },
            2 => Habit::Decline { after, status: 480 },
            3 if self.below(2) == 0 => Habit::Silent,
            _ => Habit::Answer { after },
        };
        let talks = Duration::from_millis(u64::from(self.below(20_000)));
        let hangs_up = self.below(2) == 0;
        let phone = self.world.phone_mut(name);
        phone.habit = habit;
        phone.hang_up_after = hangs_up.then_some(talks);
    }

    fn change_status(&mut self) {
        if !self.world.center.is_alive() {
            return;
        }
        let name = self.pick(&self.agents.clone());
        let (agent, actor) = (agent_id(&name), StatusActor::Agent);
        let status = match self.below(4) {
            0 => LoginStatus::DoNotDisturb,
            1 => LoginStatus::Break(BreakKind::new(11).expect("11 is a break")),
            _ => LoginStatus::Online,
        };
        // An agent on a call may not sign out, one who is not signed in may not take a break.
        let _ = match self.below(8) {
            0 => self.world.sign_out(&name),
            1..=4 => self.world.sign_in(&name),
            5 | 6 => self.world.ask(Command::EndWrapUp { agent }),
            _ => self.world.ask(Command::SetStatus {
                agent,
                status,
                actor,
            }),
        };
    }

    fn change_phone(&mut self) {
        let name = self.pick(&self.agents.clone());
        if self.world.phone(&name).is_registered() {
            self.world.at(&name, |phone, now| phone.unregister(now));
        } else {
            self.world.register(&name, Hash::Sha256);
        }
    }

    fn hold_or_resume(&mut self) {
        let up = |name: &String| {
            let talks = &self.world.phone(name).talks;
            let talk = talks.iter().find(|talk| talk.stage == Stage::Up)?;
            Some((name.clone(), talk.voice.way))
        };
        let Some((name, way)) = self.agents.iter().find_map(up) else {
            return;
        };
        let way = match way {
            Way::SendRecv => Way::SendOnly,
            Way::SendOnly | Way::Inactive => Way::SendRecv,
        };
        self.world.at(&name, |phone, now| phone.turn(now, way));
    }

    fn agent_dials(&mut self) {
        let name = self.pick(&self.agents.clone());
        let to = match self.below(3) {
            0 => self.pick(&self.agents.clone()),
            1 => "4008110511".to_owned(),
            _ => "13912345678".to_owned(),
        };
        let live = |talk: &&Talk| talk.stage != Stage::Over;
        let phone = self.world.phone(&name);
        if phone.is_registered() && phone.talks.iter().filter(live).count() < 2 {
            self.world
                .at(&name, |phone, now| phone.dial(now, &to, Offer::Early));
        }
    }

    /// Somebody whose conversation it is hands the other on: mostly agents, who alone may.
    fn agent_hands_on(&mut self) {
        let to = match self.below(4) {
            0 => self.pick(&self.agents.clone()),
            1 => self.pick(&NUMBERS.map(str::to_owned)),
            2 => "nobody".to_owned(),
            _ => "13912345678".to_owned(),
        };
        if let Some(name) = self.somebody_talking() {
            self.world.at(&name, |phone, now| phone.refer(now, &to));
        }
    }

    fn customer_changes(&mut self) {
        let Some(name) = self.somebody_talking() else {
            return;
        };
        match self.below(3) {
            0 => self.world.at(&name, |phone, now| phone.speak(now, Law::Mu)),
            1 => self
                .world
                .at(&name, |phone, now| phone.turn(now, Way::Inactive)),
            _ => self.world.at(&name, Phone::ask_for_an_offer),
        }
    }

    fn agents_calls_are_joined(&mut self) {
        let two = |name: &&String| {
            let talks = self.world.phone(name).talks.iter();
            talks.filter(|talk| talk.stage == Stage::Up).count() == 2
        };
        if let Some(name) = self.agents.iter().find(two).cloned() {
            self.world.at(&name, Phone::join);
        }
    }

    fn somebody_talking(&mut self) -> Option<String> {
        let talks = |phone: &&Phone| phone.talks.iter().any(|it| it.stage == Stage::Up);
        let names: Vec<String> = self
            .world
            .phones
            .iter()
            .filter(talks)
            .map(|phone| phone.name.clone())
            .collect();
        (!names.is_empty()).then(|| self.pick(&names))
    }

    fn press(&mut self) {
        if !self.callers.is_empty() {
            let name = self.pick(&self.callers.clone());
            let key = char::from(KEYS[self.below(12) as usize]);
            self.world.phone_mut(&name).press(&key.to_string());
        }
    }

    fn kill(&mut self) {
        if !self.world.center.is_alive() {
            return;
        }
        if self.below(2) == 0 {
            self.world.kill();
            return;
        }
        let write = self.world.center.journal.writes + 1 + u64::from(self.below(4));
        let after_sending = self.below(2) == 0;
        self.world.kill_at(Kill {
            write,
            after_sending,
        });
    }
}
