//! The server of the simulated world: one switchboard, two media engines, a journal and a disk.
//!
//! A step is journalled before anything of it leaves. Killed, it loses everything but the journal
//! and the disk.

use crate::demo::{Audio, Demo};
use crate::ledger::{Disk, Journal};
use crate::network::Datagram;
use call::{Answer, Command, CommandError, Config, Directory, Gauges, Input, Output, Switchboard};
use media::{Engine, LegId, Order, Outbox};
use sip::{Flow, Transport};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

/// RTP ports of the server.
pub const PORTS: Range<u16> = 20_000..20_400;
/// Media engines, each of which would have a thread.
const WORKERS: usize = 2;
/// How often they tick.
const TICK: Duration = Duration::from_millis(5);
/// How often the journal is told that the server lives while there are calls.
const HEARTBEAT: Duration = Duration::from_millis(100);
/// Rounds in which a step may cause inputs that cause outputs again.
const ROUNDS: usize = 32;

/// When the process dies, counted in journal writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kill {
    /// The write that is the last.
    pub write: u64,
    /// Whether what the step sends still leaves.
    pub after_sending: bool,
}

/// What dies with the process.
#[derive(Debug)]
struct Process {
    switchboard: Switchboard,
    engines: Vec<Engine>,
    /// In which engine each leg is.
    places: HashMap<LegId, usize>,
    outbox: Outbox,
    next_tick: Option<Duration>,
    next_heartbeat: Duration,
}

impl Process {
    fn open_legs(&self) -> usize {
        self.engines.iter().map(Engine::open_legs).sum()
    }
}

/// See the module.
#[derive(Debug)]
pub struct Center {
    /// Where it takes SIP.
    pub address: SocketAddr,
    /// The journal.
    pub journal: Journal,
    /// The recordings.
    pub disk: Disk,
    /// When it is to be killed.
    pub kill: Option<Kill>,
    /// How often it was killed.
    pub killed: u32,
    /// What restoring complained of.
    pub lost: Vec<String>,
    process: Option<Process>,
    config: Config,
    audio: Audio,
    directory: Arc<Directory>,
    seed: u64,
    replies: Vec<Result<Answer, CommandError>>,
    sent: Vec<Datagram>,
}

impl Center {
    /// A server that serves the demo enterprise.
    pub fn new(now: Duration, demo: &Demo, audio: &Audio, seed: u64) -> Self {
        let config = Config {
            sip: sip::Config {
                advertise: sip::Advertise {
                    udp: demo.local.into(),
                    ..sip::Advertise::default()
                },
                ..sip::Config::new(crate::demo::REALM, "Trunkline")
            },
            media_ports: PORTS,
            media_workers: WORKERS,
            media_advertise: Vec::new(),
            media_certificate: None,
            phone_srtp: model::SrtpPolicy::default(),
            supervisors_answer: true,
            max_calls: 1_000,
        };
        let mut center = Self {
            address: demo.local,
            journal: Journal::default(),
            disk: Disk::default(),
            kill: None,
            killed: 0,
            lost: Vec::new(),
            process: None,
            config,
            audio: audio.clone(),
            directory: Arc::new(demo.directory(&audio.voices)),
            seed,
            replies: Vec::new(),
            sent: Vec::new(),
        };
        center.start(now);
        center
    }

    /// Changes how many calls are taken; effective with the next start.
    pub fn limit_calls(&mut self, now: Duration, calls: usize) {
        self.config.max_calls = calls;
        self.process = None;
        self.start(now);
    }

    /// Starts the process anew, which asks no phone of a supervisor to answer by itself.
    pub fn leave_answering_to_supervisors(&mut self, now: Duration) {
        self.config.supervisors_answer = false;
        self.process = None;
        self.start(now);
    }

    /// Starts the process anew with another longest life of calls.
    pub fn shorten_calls(&mut self, now: Duration, life: Duration) {
        self.config.sip.session_timers.longest_life = Some(life);
        self.process = None;
        self.start(now);
    }

    /// Starts the process anew from the journal and the disk.
    pub fn start(&mut self, now: Duration) {
        self.seed += 1;
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&self.seed.to_le_bytes());
        let library = Arc::clone(&self.audio.library);
        let mut switchboard = Switchboard::new(&self.config, library, seed);
        switchboard.handle(now, Input::Directory(Arc::clone(&self.directory)));
        let lost = switchboard
            .restore(now, &self.journal.saved, self.journal.last_at)
            .closed;
        self.lost.extend(lost.iter().map(ToString::to_string));
        let legs = media::Config {
            first_leg: LegId(u32::from(PORTS.start)),
            legs: PORTS.len(),
        };
        self.process = Some(Process {
            switchboard,
            engines: (0..WORKERS).map(|_| Engine::new(legs)).collect(),
            places: HashMap::new(),
            outbox: Outbox::with_capacity(64),
            next_tick: None,
            next_heartbeat: now + HEARTBEAT,
        });
        self.step(now);
    }

    /// Whether the process runs.
    pub fn is_alive(&self) -> bool {
        self.process.is_some()
    }

    /// Ends the process as `kill -9` does.
    pub fn die(&mut self) {
        self.process = None;
        self.killed += 1;
        self.kill = None;
        self.disk.forget_open();
    }

    /// How full it is.
    pub fn gauges(&self) -> Gauges {
        let process = self.process.as_ref();
        process.map_or(Gauges::default(), |it| it.switchboard.gauges())
    }

    /// Open legs of the media engines.
    pub fn open_legs(&self) -> usize {
        self.process.as_ref().map_or(0, Process::open_legs)
    }

    /// How many legs are in another engine than the one to which their ports belong.
    pub fn moved_legs(&self) -> usize {
        let places = self.process.iter().flat_map(|it| &it.places);
        let half = PORTS.start + PORTS.len() as u16 / 2;
        places
            .filter(|(leg, place)| (leg.0 >= u32::from(half)) != (**place == 1))
            .count()
    }

    /// The states that a new journal segment would begin with.
    pub fn snapshot_keys(&self) -> Vec<Vec<u8>> {
        let process = self.process.as_ref();
        let switchboard = process.map(|it| &it.switchboard);
        let states = switchboard.into_iter().flat_map(|switchboard| {
            let living = switchboard.living();
            let states = living.iter().filter_map(|it| switchboard.state(it));
            states.map(|(key, _)| key.to_bytes()).collect::<Vec<_>>()
        });
        states.collect()
    }

    /// What goes on.
    pub fn live(&self, now: Duration) -> call::LiveView {
        let process = self.process.as_ref().expect("the server runs");
        process.switchboard.live(now)
    }

    /// Asks for something. A server that is killed over it gives no answer; nobody is told so.
    pub fn command(&mut self, now: Duration, command: Command) -> Result<(), CommandError> {
        self.ask(now, command).map(|_| ())
    }

    /// Asks for something that has an answer.
    pub fn ask(&mut self, now: Duration, command: Command) -> Result<Answer, CommandError> {
        self.input(now, Input::Command { id: 1, command });
        self.replies.pop().unwrap_or(Ok(Answer::Done))
    }

    /// Takes a datagram from the network.
    pub fn receive(&mut self, now: Duration, datagram: Datagram) {
        if datagram.to == self.address {
            let flow = Flow {
                transport: Transport::Udp,
                local: self.address,
                remote: datagram.from,
                connection: None,
            };
            let data = datagram.bytes.into();
            self.input(now, Input::Datagram { flow, data });
            return;
        }
        let leg = LegId(u32::from(datagram.to.port()));
        let mut bytes = datagram.bytes;
        if let Some(process) = &mut self.process {
            let outbox = &mut process.outbox;
            if let Some(place) = process.places.get(&leg) {
                let engine = &mut process.engines[*place];
                engine.handle_packet(now, leg, datagram.from, &mut bytes, outbox);
            }
        }
        self.finish_media(now);
    }

    /// When [`handle_timeout`](Self::handle_timeout) has something to do.
    pub fn poll_timeout(&self) -> Option<Duration> {
        let process = self.process.as_ref()?;
        let heartbeat = (process.switchboard.gauges().calls > 0).then_some(process.next_heartbeat);
        let timeout = process.switchboard.poll_timeout();
        [process.next_tick, heartbeat, timeout]
            .into_iter()
            .flatten()
            .min()
    }

    /// Does what is due.
    pub fn handle_timeout(&mut self, now: Duration) {
        let Some(process) = &mut self.process else {
            return;
        };
        if process.next_heartbeat <= now {
            process.next_heartbeat = now + HEARTBEAT;
            self.journal.last_at = now;
        }
        let ticks = process.next_tick.is_some_and(|at| at <= now);
        if ticks {
            for engine in &mut process.engines {
                engine.handle_tick(now, &mut process.outbox);
            }
            self.finish_media(now);
        }
        let Some(process) = &mut self.process else {
            return;
        };
        if process
            .switchboard
            .poll_timeout()
            .is_some_and(|at| at <= now)
        {
            process.switchboard.handle_timeout(now);
            let next = process.switchboard.poll_timeout();
            assert!(
                next.is_none_or(|at| at > now),
                "a deadline of {next:?} stays due at {now:?}"
            );
            self.step(now);
        }
        if let Some(process) = &mut self.process {
            let sounding = process.open_legs() > 0;
            process.next_tick = sounding.then(|| match process.next_tick {
                Some(at) if at > now => at,
                _ => now + TICK,
            });
        }
    }

    /// Takes what is to be sent.
    pub fn take_sent(&mut self) -> Vec<Datagram> {
        std::mem::take(&mut self.sent)
    }

    fn input(&mut self, now: Duration, input: Input) {
        if let Some(process) = &mut self.process {
            process.switchboard.handle(now, input);
            self.step(now);
        }
    }

    /// Seals the step, journals it, carries it out.
    fn step(&mut self, now: Duration) {
        for _ in 0..ROUNDS {
            let Some(process) = &mut self.process else {
                return;
            };
            process.switchboard.seal();
            let outputs: Vec<Output> =
                std::iter::from_fn(|| process.switchboard.poll_output()).collect();
            if outputs.is_empty() {
                return;
            }
            let wrote = self.journal.write(now, &outputs);
            let kill = self
                .kill
                .filter(|kill| wrote && kill.write <= self.journal.writes);
            if kill.is_some_and(|kill| !kill.after_sending) {
                self.die();
                return;
            }
            let mut inputs = Vec::new();
            for output in outputs {
                self.carry(now, output, &mut inputs);
            }
            if kill.is_some() {
                self.die();
                return;
            }
            let Some(process) = &mut self.process else {
                return;
            };
            for input in inputs {
                process.switchboard.handle(now, input);
            }
        }
        panic!("a step does not come to an end");
    }

    fn carry(&mut self, now: Duration, output: Output, inputs: &mut Vec<Input>) {
        match output {
            Output::Transmit(transmit) => self.sent.push(Datagram {
                from: self.address,
                to: transmit.flow.remote,
                bytes: transmit.data.to_vec(),
            }),
            Output::Media { worker, order } => self.order(now, (worker, order), inputs),
            Output::OpenRecording {
                recording,
                path,
                codec,
                resume,
            } => self.disk.open(recording, &path, codec, resume),
            Output::CloseRecording { recording, samples } => {
                let size_bytes = self.disk.close(recording, samples);
                inputs.push(Input::RecordingKept {
                    recording,
                    samples,
                    size_bytes,
                    sha256: None,
                    fault: None,
                });
            }
            Output::RecoverRecording {
                recording,
                path,
                samples,
            } => {
                let kept = self.disk.recover(&path, samples);
                let (samples, size_bytes) = kept.unwrap_or_default();
                inputs.push(Input::RecordingKept {
                    recording,
                    samples,
                    size_bytes,
                    sha256: None,
                    fault: kept.is_none().then(|| "the file was lost".to_owned()),
                });
            }
            // No bot can be reached in this world.
            Output::OpenStream(request) => inputs.push(Input::StreamEnded {
                call: request.call,
                stream: request.stream,
                end: call::StreamEnd::Failed,
            }),
            // Nor any other system.
            Output::Ask(ask) => inputs.push(Input::Answered {
                call: ask.call,
                number: ask.request.number,
                answer: ivr::node::Answer::Failed("not in this world".to_owned()),
            }),
            // Nor does any engine speak in it.
            Output::Render(asked) => inputs.push(Input::Rendered {
                call: asked.call,
                number: asked.number,
                spoken: vec![Err("not in this world".to_owned()); asked.utterances.len()],
            }),
            Output::TellStream { .. } | Output::CloseStream(_) => (),
            Output::Reply { result, .. } => self.replies.push(result),
            Output::Fact(_) | Output::Save { .. } | Output::Forget(_) => (),
            _ => panic!("this world has no streams"),
        }
    }

    fn order(&mut self, now: Duration, (worker, order): (usize, Order), inputs: &mut Vec<Input>) {
        let Some(process) = &mut self.process else {
            return;
        };
        match order {
            Order::Open { leg, .. } | Order::Resume { leg, .. } => {
                process.places.insert(leg, worker);
            }
            Order::Close { leg } => drop(process.places.remove(&leg)),
            _ => (),
        }
        process.engines[worker].handle_order(now, order, &mut process.outbox);
        for departure in process.outbox.drain_departures() {
            process.places.insert(departure.leg(), departure.to());
            process.engines[departure.to()].arrive(departure);
        }
        process.next_tick.get_or_insert(now + TICK);
        self.empty_outbox(inputs);
    }

    /// Carries what the engine wants done and tells the switchboard what happened.
    fn finish_media(&mut self, now: Duration) {
        let mut inputs = Vec::new();
        self.empty_outbox(&mut inputs);
        if inputs.is_empty() {
            return;
        }
        if let Some(process) = &mut self.process {
            for input in inputs {
                process.switchboard.handle(now, input);
            }
        }
        self.step(now);
    }

    fn empty_outbox(&mut self, inputs: &mut Vec<Input>) {
        let Some(process) = &mut self.process else {
            return;
        };
        for (leg, to, bytes, _) in process.outbox.packets() {
            self.sent.push(Datagram {
                from: SocketAddr::new(self.address.ip(), leg.0 as u16),
                to,
                bytes: bytes.to_vec(),
            });
        }
        for block in process.outbox.blocks() {
            self.disk.write(block);
        }
        inputs.extend(process.outbox.drain_events().map(Input::Media));
        process.outbox.clear();
    }
}
