//! The media engine as a machine of a media thread: a thin layer without copies.
//!
//! A leg that leaves for another thread is closed here before the news of it goes out, so that its
//! socket is never open twice.

use ::media::security::Progress;
use ::media::{
    Codec, Config, Departure, Engine, Event, LegId, Line, Order, Outbox, Quality, RtcpPath,
    Standing, StreamFrame, StreamKey, Terms, wav,
};
use net::disk::{self, FileKey};
use net::media::{Machine, Path, Queued, Sink};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// Packets whose slots are fetched from memory together.
const READ_AHEAD: usize = 16;
/// Packets that one turn of the thread sends without having to grow its buffers.
const PACKETS_A_TURN: usize = 4_096;

/// How long the checkpoint of the process before this one is kept for legs that have not gone on.
const AWAITED: Duration = Duration::from_secs(5);

/// Where each open leg was, for the process that follows.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Checkpoint(Vec<(LegId, Known)>);

/// When a leg was seen last, and where it stood then.
pub(crate) type Known = (Duration, Standing);

impl Checkpoint {
    /// Where each leg was that the processes' checkpoints name, and when. A leg that had gone from
    /// one thread to another may be in two of them.
    pub(crate) fn merge(checkpoints: impl Iterator<Item = Vec<u8>>) -> HashMap<LegId, Known> {
        let mut merged = HashMap::new();
        let read = checkpoints.filter_map(|bytes| postcard::from_bytes::<Self>(&bytes).ok());
        for (leg, known) in read.flat_map(|checkpoint| checkpoint.0) {
            let entry = merged.entry(leg).or_insert(known);
            if entry.0 < known.0 {
                *entry = known;
            }
        }
        merged
    }
}

/// What a thread is told.
#[derive(Debug)]
pub(crate) enum Task {
    /// What calls want.
    Order(Order),
    /// A leg comes from another thread.
    Arrive(Departure),
    /// A bot hears a leg and is heard by it.
    Stream {
        leg: LegId,
        stream: StreamKey,
        /// Where the frames go that it hears.
        frames: mpsc::Sender<StreamFrame>,
    },
    /// The bot leaves.
    EndStream { leg: LegId, stream: StreamKey },
}

/// What a thread tells.
#[derive(Debug)]
pub(crate) enum News {
    /// What happened.
    Event(Event),
    /// A leg left for another thread, which is seldom and large.
    Departed(Box<Departure>),
}

/// One thread's engine.
pub(crate) struct Threaded {
    engine: Engine,
    outbox: Outbox,
    slots: Slots,
    disk: disk::Orders,
    changes: Vec<(u32, Change)>,
    /// Bots that hear legs.
    streams: HashMap<StreamKey, mpsc::Sender<StreamFrame>>,
    /// Legs of the process before this one, as they were.
    before: Arc<HashMap<LegId, Known>>,
    /// Until when legs of the process before this one may still be on their way here.
    awaited_until: Option<Duration>,
    /// Whether protected legs went on whose counts are in no checkpoint of this process.
    resumed: bool,
}

/// Which socket of the thread belongs to which leg. Ports that another program held when the server
/// started are missing among the sockets.
struct Slots {
    first: u32,
    by_port: Vec<u32>,
    ports: Vec<u16>,
}

impl Slots {
    fn new(ports: &[u16]) -> Self {
        let first = ports.first().copied().unwrap_or(0);
        let last = ports.last().copied().unwrap_or(0);
        let mut by_port = vec![u32::MAX; usize::from(last - first) + 1];
        for (slot, port) in (0..).zip(ports) {
            by_port[usize::from(port - first)] = slot;
        }
        Self {
            first: u32::from(first),
            by_port,
            ports: ports.to_vec(),
        }
    }

    /// The socket of a leg; a number that no socket has where the leg is not of this thread.
    fn of(&self, leg: LegId) -> u32 {
        let at = leg.0.wrapping_sub(self.first) as usize;
        self.by_port.get(at).copied().unwrap_or(u32::MAX)
    }

    fn leg(&self, slot: u32) -> Option<LegId> {
        let port = self.ports.get(slot as usize)?;
        Some(LegId(u32::from(*port)))
    }
}

enum Change {
    Open(Queued),
    OpenCompanion,
    Close,
}

impl Threaded {
    /// An engine for legs of these ports, in the order of the threads' sockets. `before` is what the
    /// process before this one left.
    pub(crate) fn new(
        ports: &[u16],
        disk: disk::Orders,
        before: Arc<HashMap<LegId, Known>>,
    ) -> Self {
        let slots = Slots::new(ports);
        let config = Config {
            first_leg: LegId(slots.first),
            legs: slots.by_port.len(),
        };
        Self {
            engine: Engine::new(config),
            outbox: Outbox::with_capacity(PACKETS_A_TURN),
            slots,
            disk,
            changes: Vec::new(),
            streams: HashMap::new(),
            before,
            awaited_until: None,
            resumed: false,
        }
    }

    /// Numbers go on where they were a second ago at most, instead of where they ought to be by
    /// the clock.
    fn refine(
        &mut self,
        (now, leg, codec): (Duration, LegId, Codec),
        (line, quality): (&mut Line, &mut Quality),
    ) -> Option<Progress> {
        let (at, known) = self.before.get(&leg)?;
        *line = known.line.after_gap(now.saturating_sub(*at), codec);
        *quality = known.quality;
        self.resumed |= known.progress.is_some();
        known.progress
    }

    fn open(&mut self, leg: LegId, queued: Queued, terms: &Terms) {
        let slot = self.slots.of(leg);
        self.changes.push((slot, Change::Open(queued)));
        self.report_beside(leg, terms);
    }

    fn report_beside(&mut self, leg: LegId, terms: &Terms) {
        if let RtcpPath::Beside { .. } = terms.rtcp {
            self.changes
                .push((self.slots.of(leg), Change::OpenCompanion));
        }
    }
}

impl Machine for Threaded {
    type Order = Task;
    type Event = News;

    fn handle_order(&mut self, now: Duration, task: Task) {
        let mut order = match task {
            Task::Order(order) => order,
            Task::Arrive(departure) => {
                let slot = self.slots.of(departure.leg());
                let beside = departure.reports_beside();
                if self.engine.arrive(departure) {
                    self.changes.push((slot, Change::Open(Queued::Delivered)));
                    if beside {
                        self.changes.push((slot, Change::OpenCompanion));
                    }
                }
                return;
            }
            Task::Stream {
                leg,
                stream,
                frames,
            } => {
                self.streams.insert(stream, frames);
                Order::Stream { leg, stream }
            }
            Task::EndStream { leg, stream } => {
                self.streams.remove(&stream);
                Order::EndStream { leg, stream }
            }
        };
        match &mut order {
            Order::Open { leg, terms, .. } => self.open(*leg, Queued::Discarded, terms),
            Order::Resume {
                leg,
                terms,
                line,
                before,
                progress,
                ..
            } => {
                *progress = self.refine((now, *leg, terms.codec), (line, before));
                self.open(*leg, Queued::Delivered, terms);
            }
            Order::Retarget { leg, terms } => self.report_beside(*leg, terms),
            Order::Close { leg } | Order::Move { leg, .. } => {
                self.changes.push((self.slots.of(*leg), Change::Close));
            }
            Order::Play { .. }
            | Order::StopPlay { .. }
            | Order::Bridge { .. }
            | Order::Unbridge { .. }
            | Order::Hear { .. }
            | Order::Unhear { .. }
            | Order::SendDigits { .. }
            | Order::Stream { .. }
            | Order::StreamAudio { .. }
            | Order::ClearStream { .. }
            | Order::EndStream { .. }
            | Order::Listen { .. }
            | Order::Record { .. }
            | Order::RecordAgents { .. }
            | Order::PauseRecording { .. }
            | Order::ResumeRecording { .. }
            | Order::StopRecording { .. }
            | Order::Secure { .. }
            | Order::SendHandshake { .. } => (),
        }
        self.engine.handle_order(now, order, &mut self.outbox);
    }

    fn read_ahead(&self, slots: impl Iterator<Item = u32>) {
        let legs = slots.filter_map(|slot| self.slots.leg(slot));
        self.engine.read_ahead(legs);
    }

    fn handle_packet(&mut self, now: Duration, slot: u32, from: SocketAddr, packet: &mut [u8]) {
        let Some(leg) = self.slots.leg(slot) else {
            return;
        };
        self.engine
            .handle_packet(now, leg, from, packet, &mut self.outbox);
    }

    fn handle_companion(&mut self, now: Duration, slot: u32, from: SocketAddr, packet: &mut [u8]) {
        if let Some(leg) = self.slots.leg(slot) {
            self.engine.handle_report(now, leg, from, packet);
        }
    }

    fn handle_tick(&mut self, now: Duration) {
        self.engine.handle_tick(now, &mut self.outbox);
    }

    fn flush(&mut self, sink: &mut impl Sink<News>) {
        for (slot, change) in &self.changes {
            match change {
                Change::Open(queued) => sink.open(*slot, *queued),
                Change::OpenCompanion => sink.open_companion(*slot),
                Change::Close => {}
            }
        }
        send_packets(&self.outbox, &self.slots, sink);
        for (leg, to, bytes) in self.outbox.reports() {
            sink.send_companion(self.slots.of(leg), to, bytes);
        }
        for block in self.outbox.blocks() {
            let order = disk::Order::Write {
                file: FileKey(block.recording.0),
                at: wav::HEADER_SIZE as u64 + block.offset,
                bytes: block.bytes.to_vec(),
            };
            // A refused block is counted by the writer, and its place is filled with silence.
            let _ = self.disk.send(order);
        }
        for frame in self.outbox.stream_frames() {
            let bot = self.streams.get(&frame.stream);
            // A bot that does not keep up misses what the caller says.
            if bot.is_some_and(|bot| bot.try_send(*frame).is_err()) {
                metrics::counter!("trunkline_bot_frames_lost_total").increment(1);
            }
        }
        for event in self.outbox.drain_events() {
            sink.tell(News::Event(event));
        }
        for (slot, change) in self.changes.drain(..) {
            if let Change::Close = change {
                sink.close(slot);
            }
        }
        for departure in self.outbox.drain_departures() {
            sink.tell(News::Departed(Box::new(departure)));
        }
        self.outbox.clear();
    }

    fn is_vital(news: &News) -> bool {
        let News::Event(event) = news else {
            return true;
        };
        match event {
            Event::Digit { .. }
            | Event::Found { .. }
            | Event::PlayEnded { .. }
            | Event::RecordingStopped { .. }
            | Event::Closed { .. }
            | Event::Latched { .. }
            | Event::Secured { .. }
            | Event::HandshakeAnswer { .. }
            | Event::Unsecured { .. } => true,
            Event::Silent { .. } | Event::Heard { .. } | Event::Handshake { .. } => false,
        }
    }

    /// Were the process killed before the next second is over, the one after it would go on from
    /// the same counts a second time.
    fn checkpoint_is_due(&mut self) -> bool {
        std::mem::take(&mut self.resumed)
    }

    fn write_checkpoint(&mut self, now: Duration, buffer: &mut Vec<u8>) {
        let mut legs = Vec::new();
        self.engine
            .checkpoint(&mut |leg, standing| legs.push((leg, (now, standing))));
        let awaited_until = *self.awaited_until.get_or_insert(now + AWAITED);
        if now < awaited_until {
            let open: HashSet<LegId> = legs.iter().map(|(leg, _)| *leg).collect();
            let awaited = self.before.iter().filter(|(leg, _)| !open.contains(leg));
            legs.extend(awaited.map(|(leg, known)| (*leg, *known)));
        }
        if let Ok(bytes) = postcard::to_stdvec(&Checkpoint(legs)) {
            buffer.extend_from_slice(&bytes);
        }
    }
}

/// Sends what the engine wants sent.
fn send_packets(outbox: &Outbox, slots: &Slots, sink: &mut impl Sink<News>) {
    let mut packets = outbox.packets().peekable();
    while packets.peek().is_some() {
        let ahead = packets.clone().take(READ_AHEAD);
        sink.read_ahead(ahead.map(|(leg, ..)| slots.of(leg)));
        for (leg, to, bytes, proven) in packets.by_ref().take(READ_AHEAD) {
            let path = if proven { Path::Proven } else { Path::Assumed };
            sink.send(slots.of(leg), to, bytes, path);
        }
    }
}
