//! The simulated world: the server, callers, agents' phones and an outside trunk on one clock.
//!
//! Nothing here waits: an hour of calls takes seconds. Everything that is random comes from the
//! world's seed, so a failure is replayed by its seed.

use crate::center::{Center, Kill};
use crate::demo::{Audio, Demo, PASSWORD, agent_id};
use crate::digest::Hash;
use crate::ladder::Ladder;
use crate::network::{Datagram, Network};
use crate::phone::{Account, Habit, Offer, Phone, Talk};
use call::{Command, LiveAgent};
use model::{AnswerMode, LoginStatus, StatusActor, WorkState};
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// When every story begins: in January 2027.
pub const START: Duration = Duration::from_hours(500_000);
/// The server's SIP address.
pub const SERVER: SocketAddr = SocketAddr::new(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 5060);
/// How long a killed server is away.
pub const AWAY: Duration = Duration::from_millis(60);

/// See the module.
#[derive(Debug)]
pub struct World {
    /// The clock.
    pub now: Duration,
    /// What replays this world.
    pub seed: u64,
    /// The server.
    pub center: Center,
    /// The network.
    pub network: Network,
    /// Every phone.
    pub phones: Vec<Phone>,
    /// What happened.
    pub ladder: Ladder,
    /// The audio of the flows.
    pub audio: Audio,
    names: HashMap<String, usize>,
    addresses: HashMap<IpAddr, usize>,
    restart_at: Option<Duration>,
    /// Datagrams that wait in the sockets while the server is away.
    waiting: Vec<Datagram>,
}

impl World {
    /// A world with so many agents, who are registered and signed in.
    pub fn new(seed: u64, agents: usize) -> Self {
        Self::with(seed, agents, |_| ())
    }

    /// The same with a demo enterprise that differs.
    pub fn with(seed: u64, agents: usize, change: impl FnOnce(&mut Demo)) -> Self {
        let outside = SocketAddr::from(([127, 0, 3, 1], 5060));
        let mut demo = Demo::new(agents, SERVER, outside);
        change(&mut demo);
        let audio = Audio::shared();
        let mut world = Self {
            now: START,
            seed,
            center: Center::new(START, &demo, &audio, seed),
            network: Network::new(seed),
            phones: Vec::new(),
            ladder: Ladder::default(),
            audio,
            names: HashMap::new(),
            addresses: HashMap::new(),
            restart_at: None,
            waiting: Vec::new(),
        };
        world.add_phone("outside", "2000", outside.ip());
        for (nth, name) in demo.agents.iter().enumerate() {
            world.add_phone(name, name, IpAddr::from([127, 0, 2, nth as u8 + 1]));
            let phone = world.phone_mut(name);
            phone.hz = 1_000.0 + 100.0 * nth as f64;
            let hash = if nth % 2 == 0 {
                Hash::Sha256
            } else {
                Hash::Md5
            };
            world.register(name, hash);
        }
        world.run_for(Duration::from_secs(1));
        for name in &demo.agents {
            world.sign_in(name).unwrap();
        }
        world.run_for(Duration::from_secs(1));
        world.ladder.clear();
        world
    }

    fn add_phone(&mut self, name: &str, user: &str, ip: IpAddr) {
        self.names.insert(name.to_owned(), self.phones.len());
        self.addresses.insert(ip, self.phones.len());
        self.phones.push(Phone::new(name, user, ip, SERVER));
    }

    /// Adds a caller with this number.
    pub fn add_caller(&mut self, name: &str, number: &str) {
        let nth = self.phones.len() as u32;
        let ip = IpAddr::from([127, 1, (nth >> 8) as u8, nth as u8]);
        self.add_phone(name, number, ip);
    }

    /// Adds a phone at which another trunk ends.
    pub fn add_gateway(&mut self, name: &str, ip: IpAddr) {
        self.add_phone(name, name, ip);
    }

    /// Adds another device of an agent and registers it.
    pub fn add_device(&mut self, name: &str, agent: &str) {
        let ip = IpAddr::from([127, 0, 4, self.phones.len() as u8]);
        self.add_phone(name, agent, ip);
        self.register(name, Hash::Sha256);
        self.run_for(Duration::from_secs(1));
    }

    /// Registers an agent's phone.
    pub fn register(&mut self, name: &str, hash: Hash) {
        let password = PASSWORD.to_owned();
        let now = self.now;
        self.phone_mut(name)
            .register(now, Account { password, hash });
        self.flush();
    }

    /// Signs an agent in.
    pub fn sign_in(&mut self, name: &str) -> Result<(), call::CommandError> {
        self.ask(Command::SignIn {
            agent: agent_id(name),
            answer_mode: AnswerMode::Sip,
            status: LoginStatus::Online,
            actor: StatusActor::Agent,
        })
    }

    /// Signs an agent out.
    pub fn sign_out(&mut self, name: &str) -> Result<(), call::CommandError> {
        self.ask(Command::SignOut {
            agent: agent_id(name),
            actor: StatusActor::Agent,
        })
    }

    /// Asks the server for something.
    pub fn ask(&mut self, command: Command) -> Result<(), call::CommandError> {
        let answer = self.center.command(self.now, command);
        self.flush();
        answer
    }

    /// A phone.
    pub fn phone(&self, name: &str) -> &Phone {
        &self.phones[self.names[name]]
    }

    /// A phone, to be changed; what it sends leaves with the next run.
    pub fn phone_mut(&mut self, name: &str) -> &mut Phone {
        &mut self.phones[self.names[name]]
    }

    /// What a phone has as its present or last call.
    pub fn talk(&self, name: &str) -> &Talk {
        self.phone(name).talk()
    }

    /// Lets a phone do something at this instant.
    pub fn at(&mut self, name: &str, deed: impl FnOnce(&mut Phone, Duration)) {
        let now = self.now;
        deed(self.phone_mut(name), now);
        self.flush();
    }

    /// Adds a caller who rings a number.
    pub fn ring(&mut self, name: &str, number: &str) {
        self.add_caller(name, "13800138000");
        self.at(name, |phone, now| phone.dial(now, number, Offer::Early));
    }

    /// What a phone is to do when it is rung.
    pub fn habit(&mut self, name: &str, habit: Habit) {
        self.phone_mut(name).habit = habit;
    }

    /// An agent as the console shows it.
    pub fn agent(&self, name: &str) -> LiveAgent {
        let live = self.center.live(self.now);
        let found = live.agents.iter().find(|it| it.id == agent_id(name));
        found.cloned().expect("the agent exists")
    }

    /// What an agent does.
    pub fn work(&self, name: &str) -> WorkState {
        self.agent(name).work
    }

    /// Kills the server at a journal write.
    pub fn kill_at(&mut self, kill: Kill) {
        self.center.kill = Some(kill);
    }

    /// Kills the server now.
    pub fn kill(&mut self) {
        self.center.die();
        self.notice_death();
    }

    /// Runs the clock.
    pub fn run_for(&mut self, span: Duration) {
        let end = self.now + span;
        self.flush();
        while let Some(next) = self.next_at().filter(|at| *at <= end) {
            self.now = self.now.max(next);
            self.turn();
        }
        self.now = end;
    }

    /// Runs the clock until something holds, for a limited time.
    pub fn run_until(&mut self, limit: Duration, holds: impl Fn(&Self) -> bool) {
        let end = self.now + limit;
        self.flush();
        while !holds(self) {
            match self.next_at().filter(|at| *at <= end) {
                Some(next) => self.now = self.now.max(next),
                None => panic!(
                    "seed {}: did not happen within {limit:?}\n{}",
                    self.seed, self.ladder
                ),
            }
            self.turn();
        }
    }

    fn next_at(&self) -> Option<Duration> {
        let phones = self.phones.iter().filter_map(Phone::poll_timeout);
        phones
            .chain(self.network.next_at())
            .chain(self.center.poll_timeout())
            .chain(self.restart_at)
            .min()
    }

    fn turn(&mut self) {
        let now = self.now;
        if self.restart_at.is_some_and(|at| at <= now) {
            self.restart();
        }
        while let Some(datagram) = self.network.take(now) {
            self.deliver(datagram);
        }
        self.center.handle_timeout(now);
        for phone in &mut self.phones {
            if phone.poll_timeout().is_some_and(|at| at <= now) {
                phone.handle_timeout(now);
            }
        }
        self.flush();
    }

    fn deliver(&mut self, datagram: Datagram) {
        if datagram.to.ip() == SERVER.ip() {
            if self.center.is_alive() {
                self.center.receive(self.now, datagram);
                self.notice_death();
            } else {
                self.waiting.push(datagram);
            }
        } else if let Some(phone) = self.addresses.get(&datagram.to.ip()) {
            self.phones[*phone].receive(self.now, &datagram);
        }
    }

    fn notice_death(&mut self) {
        if !self.center.is_alive() && self.restart_at.is_none() {
            self.restart_at = Some(self.now + AWAY);
            self.ladder
                .add(self.now.saturating_sub(START), "server killed".to_owned());
        }
    }

    fn restart(&mut self) {
        self.restart_at = None;
        self.center.start(self.now);
        for datagram in std::mem::take(&mut self.waiting) {
            self.deliver(datagram);
        }
    }

    /// Puts on the wire what everybody wants to send, and into the ladder what they tell.
    fn flush(&mut self) {
        self.notice_death();
        let now = self.now;
        for datagram in self.center.take_sent() {
            self.network.send(now, datagram);
        }
        for phone in &mut self.phones {
            for datagram in phone.take_outbox() {
                self.network.send(now, datagram);
            }
            for rung in phone.take_rungs() {
                self.ladder.add(now.saturating_sub(START), rung);
            }
        }
    }
}
