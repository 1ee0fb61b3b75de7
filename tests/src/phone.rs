//! A small SIP phone of its own: messages by `rsip`, RTP by `rtp-rs`, timers of RFC 3261 §17.
//!
//! Callers, agents and the outside trunk are phones with different habits.

mod incoming;
mod outgoing;
mod referring;
mod registration;
pub mod talk;
pub mod voice;
pub mod wire;

use crate::network::Datagram;
use crate::tone::Law;
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
pub use registration::Account;
use registration::Registration;
use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
pub use talk::{Ender, Offer, Stage, Talk};
pub use voice::{Voice, Way};

/// RFC 3261 Table 4.
const T1: Duration = Duration::from_millis(500);
const T2: Duration = Duration::from_secs(4);
const GIVE_UP: Duration = Duration::from_secs(32);

/// What a phone does when it is rung.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Habit {
    /// Rings until somebody acts.
    Ring,
    /// Answers after a while.
    Answer {
        /// How long it rings.
        after: Duration,
    },
    /// Plays something at once, and answers after a while.
    Early {
        /// How long it plays.
        after: Duration,
    },
    /// Refuses after a while.
    Decline {
        /// How long it rings.
        after: Duration,
        /// With what.
        status: u16,
    },
    /// Plays something at once, and refuses after a while.
    Explain {
        /// How long it plays.
        after: Duration,
        /// With what.
        status: u16,
    },
    /// Says nothing at all, as if it were unplugged.
    Silent,
}

#[derive(Debug, Clone)]
enum Deed {
    Answer(String),
    Decline(String, u16),
    HangUp(String),
    Press(String, String),
}

/// A request that is sent until it is answered.
#[derive(Debug)]
struct Pending {
    branch: String,
    method: &'static str,
    call_id: String,
    bytes: Vec<u8>,
    due: Duration,
    interval: Duration,
    until: Duration,
    /// An INVITE that has got a provisional response is not sent again.
    quiet: bool,
}

/// A final response to an INVITE that is sent until it is acknowledged.
#[derive(Debug)]
struct Answer {
    call_id: String,
    sequence: u32,
    bytes: Vec<u8>,
    due: Duration,
    interval: Duration,
    until: Duration,
}

/// See the module.
#[derive(Debug)]
pub struct Phone {
    /// What the ladder calls it.
    pub name: String,
    /// The user of its URI.
    pub user: String,
    /// Where it takes SIP.
    pub address: SocketAddr,
    /// What it does when it is rung.
    pub habit: Habit,
    /// After how long a conversation it hangs up by itself.
    pub hang_up_after: Option<Duration>,
    /// What it says.
    pub hz: f64,
    /// What it says in place of that, over and over; nothing for the tone.
    pub says: Vec<i16>,
    /// What it likes best.
    pub law: Law,
    /// Whether its keys are tones in the audio, and not events.
    pub plays_keys: bool,
    /// The address that its descriptions name, where that is not its own: it is behind NAT.
    pub inside: Option<IpAddr>,
    /// The Reason header of its BYE.
    pub says_why: Option<String>,
    /// Header lines that its INVITE carries besides.
    pub claims: Vec<String>,
    /// Messages that came.
    pub letters: Vec<String>,
    /// Bodies of the INFO that came.
    pub infos: Vec<String>,
    /// Its calls, oldest first.
    pub talks: Vec<Talk>,
    /// What should never happen.
    pub complaints: Vec<String>,
    /// How often it was rung while it rang or talked.
    pub overlaps: usize,
    server: SocketAddr,
    registration: Option<Registration>,
    random: ChaCha12Rng,
    pending: Vec<Pending>,
    answers: Vec<Answer>,
    /// The last response to each transaction that the server began.
    served: HashMap<(String, String), Vec<u8>>,
    seen: HashSet<(String, String, Option<u16>)>,
    deeds: Vec<(Duration, Deed)>,
    /// What was written last.
    letter: String,
    outbox: Vec<Datagram>,
    rungs: Vec<String>,
}

impl Phone {
    /// A phone at `ip` that talks to the server at `server`.
    pub fn new(name: &str, user: &str, ip: IpAddr, server: SocketAddr) -> Self {
        let address = SocketAddr::new(ip, 5060);
        let seed = name.bytes().fold(u64::from(address.port()), |seed, byte| {
            seed.wrapping_mul(131).wrapping_add(u64::from(byte))
        });
        Self {
            name: name.to_owned(),
            user: user.to_owned(),
            address,
            habit: Habit::Ring,
            hang_up_after: None,
            hz: 500.0,
            says: Vec::new(),
            law: Law::A,
            plays_keys: false,
            inside: None,
            says_why: None,
            claims: Vec::new(),
            letters: Vec::new(),
            infos: Vec::new(),
            talks: Vec::new(),
            complaints: Vec::new(),
            overlaps: 0,
            server,
            registration: None,
            random: ChaCha12Rng::seed_from_u64(seed),
            pending: Vec::new(),
            answers: Vec::new(),
            served: HashMap::new(),
            seen: HashSet::new(),
            deeds: Vec::new(),
            letter: String::new(),
            outbox: Vec::new(),
            rungs: Vec::new(),
        }
    }

    /// The call that is not over, or the last one.
    pub fn talk(&self) -> &Talk {
        let live = self.talks.iter().find(|talk| talk.is_live());
        live.or(self.talks.last())
            .unwrap_or_else(|| panic!("{} has had no call", self.name))
    }

    /// Whether a call is not over.
    pub fn is_busy(&self) -> bool {
        self.talks.iter().any(Talk::is_live)
    }

    /// Presses keys in the present call.
    pub fn press(&mut self, keys: &str) {
        if let Some(talk) = self.talks.iter_mut().find(|talk| talk.stage == Stage::Up) {
            talk.voice.press(keys);
        }
    }

    /// Presses keys and hangs up later, of its own accord.
    pub fn plan(&mut self, keys: &[(Duration, String)], hang_up_at: Option<Duration>) {
        let Some(call_id) = self.talks.last().map(|talk| talk.call_id.clone()) else {
            return;
        };
        for (at, keys) in keys {
            let press = Deed::Press(call_id.clone(), keys.clone());
            self.deeds.push((*at, press));
        }
        if let Some(at) = hang_up_at {
            self.deeds.push((at, Deed::HangUp(call_id)));
        }
    }

    /// Takes what is to be sent.
    pub fn take_outbox(&mut self) -> Vec<Datagram> {
        std::mem::take(&mut self.outbox)
    }

    /// Takes what is to be told.
    pub fn take_rungs(&mut self) -> Vec<String> {
        std::mem::take(&mut self.rungs)
    }

    /// Takes a datagram of the server.
    pub fn receive(&mut self, now: Duration, datagram: &Datagram) {
        if datagram.to != self.address {
            let voice = self.talks.iter_mut().map(|talk| &mut talk.voice);
            if let Some(voice) = voice.into_iter().find(|it| it.address == datagram.to) {
                voice.receive(now, &datagram.bytes);
            }
            return;
        }
        let heard = wire::read(&datagram.bytes);
        let key = (heard.branch.clone(), heard.method.clone(), heard.status);
        if self.seen.insert(key) {
            let what = match heard.status {
                Some(status) => format!("{status} {}", heard.method),
                None => heard.method.clone(),
            };
            self.rungs.push(format!("{} ◀ {what}", self.name));
        }
        match heard.status {
            Some(status) => self.response(now, status, &heard),
            None => self.request(now, &heard),
        }
    }

    /// When [`handle_timeout`](Self::handle_timeout) has something to do.
    pub fn poll_timeout(&self) -> Option<Duration> {
        let pending = self
            .pending
            .iter()
            .map(|it| if it.quiet { it.until } else { it.due });
        let answers = self.answers.iter().map(|it| it.due.min(it.until));
        let deeds = self.deeds.iter().map(|(at, _)| *at);
        let voices = self.talks.iter().filter_map(|talk| talk.voice.next_at());
        let refresh = self.registration.as_ref().and_then(|it| it.refresh_at);
        pending
            .chain(answers)
            .chain(deeds)
            .chain(voices)
            .chain(refresh)
            .min()
    }

    /// Does what is due.
    pub fn handle_timeout(&mut self, now: Duration) {
        self.send_again(now);
        self.give_up(now);
        self.refresh(now);
        let (due, later) = std::mem::take(&mut self.deeds)
            .into_iter()
            .partition::<Vec<_>, _>(|(at, _)| *at <= now);
        self.deeds = later;
        for (_, deed) in due {
            self.act(now, deed);
        }
        for talk in &mut self.talks {
            let from = talk.voice.address;
            for (to, bytes) in talk.voice.tick(now) {
                self.outbox.push(Datagram { from, to, bytes });
            }
        }
    }

    fn act(&mut self, now: Duration, deed: Deed) {
        match deed {
            Deed::Answer(call) => self.answer_call(now, &call),
            Deed::Decline(call, status) => self.decline_call(now, &call, status),
            Deed::HangUp(call) => self.hang_up_call(now, &call),
            Deed::Press(call, keys) => {
                if let Some(talk) = self.find(&call).filter(|talk| talk.stage == Stage::Up) {
                    talk.voice.press(&keys);
                }
            }
        }
    }

    fn send_again(&mut self, now: Duration) {
        let (from, to) = (self.address, self.server);
        for pending in &mut self.pending {
            if pending.due <= now && !pending.quiet {
                let bytes = pending.bytes.clone();
                self.outbox.push(Datagram { from, to, bytes });
                pending.interval *= 2;
                if pending.method != "INVITE" {
                    pending.interval = pending.interval.min(T2);
                }
                pending.due = now + pending.interval;
            }
        }
        for answer in &mut self.answers {
            if answer.due <= now {
                let bytes = answer.bytes.clone();
                self.outbox.push(Datagram { from, to, bytes });
                answer.interval = (answer.interval * 2).min(T2);
                answer.due = now + answer.interval;
            }
        }
    }

    /// The server has not answered for 32 seconds.
    fn give_up(&mut self, now: Duration) {
        let (dead, live) = std::mem::take(&mut self.pending)
            .into_iter()
            .partition::<Vec<_>, _>(|it| it.until <= now);
        self.pending = live;
        for pending in dead {
            self.complaints.push(format!(
                "nobody answered the {} of {}",
                pending.method, pending.call_id
            ));
            if let Some(talk) = self.find(&pending.call_id) {
                talk.end(now, Ender::Us);
            }
        }
        let (dead, live) = std::mem::take(&mut self.answers)
            .into_iter()
            .partition::<Vec<_>, _>(|it| it.until <= now);
        self.answers = live;
        for answer in dead {
            self.complaints.push(format!(
                "nobody acknowledged an answer of {}",
                answer.call_id
            ));
            self.hang_up_call(now, &answer.call_id);
        }
    }

    fn find(&mut self, call_id: &str) -> Option<&mut Talk> {
        self.talks.iter_mut().find(|talk| talk.call_id == call_id)
    }

    fn token(&mut self) -> String {
        format!("{:016x}", self.random.next_u64())
    }

    fn via(&self, branch: &str) -> String {
        format!("SIP/2.0/UDP {};branch={branch};rport", self.address)
    }

    fn contact(&self) -> String {
        format!("sip:{}@{}", self.user, self.address)
    }

    fn voice(&mut self) -> Voice {
        let port = 40_000 + 2 * (self.talks.len() % 10_000) as u16;
        let address = SocketAddr::new(self.address.ip(), port);
        let ssrc = self.random.next_u32();
        let mut voice = Voice::new(address, self.hz, self.law, ssrc);
        voice.plays_keys = self.plays_keys;
        voice.says.clone_from(&self.says);
        voice.inside = self.inside;
        voice
    }

    fn send(&mut self, bytes: Vec<u8>) {
        self.outbox.push(Datagram {
            from: self.address,
            to: self.server,
            bytes,
        });
    }

    /// Sends a request until it is answered.
    fn send_until_answered(
        &mut self,
        now: Duration,
        (method, branch, call_id): (&'static str, &str, &str),
        bytes: Vec<u8>,
    ) {
        self.send(bytes.clone());
        self.pending.push(Pending {
            branch: branch.to_owned(),
            method,
            call_id: call_id.to_owned(),
            bytes,
            due: now + T1,
            interval: T1,
            until: now + GIVE_UP,
            quiet: false,
        });
    }

    fn tell(&mut self, what: &str) {
        self.rungs.push(format!("{} {what}", self.name));
    }
}
