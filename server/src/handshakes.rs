//! The handshakes of browsers (DTLS-SRTP, RFC 5763, RFC 5764), on a thread of their own.
//!
//! A handshake costs milliseconds of elliptic curves, in which neither a media thread may miss a
//! tick nor the engine an INVITE. Media threads pass datagrams on as events, the engine brings them
//! here, and what comes of them goes back as events: datagrams to send, and the keys. The last
//! datagrams travel with the keys, so that the peer hears of the end only once the call is saved
//! with them.

mod identity;
mod table;

pub(crate) use identity::Identity;

use media::{Event, LegId, Order};
use net::Waker;
use std::collections::HashSet;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Instant;
use table::{Table, Work};

/// Works that may wait for the thread. One that finds no room is lost as if the network had lost
/// it, and comes again.
const WORKS: usize = 4_096;
/// Outcomes that may wait for the engine.
const OUTCOMES: usize = 4_096;

/// The engine's end of the handshakes.
pub(crate) struct Handshakes {
    /// Legs that need a handshake or had one. What concerns other legs, which are most, would wake
    /// the thread for nothing.
    legs: HashSet<LegId>,
    works: SyncSender<Work>,
    outcomes: Receiver<Event>,
}

impl Handshakes {
    /// Starts the thread.
    ///
    /// # Errors
    /// The thread cannot be started, or the certificate is of no use.
    pub(crate) fn start(identity: &Identity, waker: Waker) -> anyhow::Result<Self> {
        let mut table = Table::new(identity)?;
        let (works, incoming) = sync_channel(WORKS);
        let (outgoing, outcomes) = sync_channel(OUTCOMES);
        std::thread::Builder::new()
            .name("handshakes".to_owned())
            .spawn(move || run(&mut table, &incoming, &outgoing, &waker))?;
        Ok(Self {
            legs: HashSet::new(),
            works,
            outcomes,
        })
    }

    /// Learns from an order to the media which leg needs a handshake.
    pub(crate) fn heed(&mut self, order: &Order) {
        let work = match order {
            Order::Open { leg, terms, .. }
            | Order::Resume { leg, terms, .. }
            | Order::Retarget { leg, terms } => {
                let security = terms.security.as_ref();
                let wanted = security.filter(|it| it.keys.is_none());
                let Some(handshake) = wanted.and_then(|it| it.handshake) else {
                    return;
                };
                self.legs.insert(*leg);
                Work::Expect(*leg, handshake)
            }
            Order::Close { leg } if self.legs.remove(leg) => Work::Forget(*leg),
            Order::Close { .. }
            | Order::Play { .. }
            | Order::StopPlay { .. }
            | Order::Bridge { .. }
            | Order::Hear { .. }
            | Order::Unhear { .. }
            | Order::Unbridge { .. }
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
            | Order::Move { .. }
            | Order::Secure { .. }
            | Order::SendHandshake { .. } => return,
        };
        self.put(work);
    }

    /// Takes what concerns handshakes out of the media's events; gives back what calls are to know.
    pub(crate) fn hear(&self, event: Event) -> Option<Event> {
        match event {
            Event::Handshake { leg, datagram } => {
                self.put(Work::Datagram(leg, datagram));
                None
            }
            Event::Latched { leg, .. } => {
                if self.legs.contains(&leg) {
                    self.put(Work::Reachable(leg));
                }
                Some(event)
            }
            Event::Digit { .. }
            | Event::HandshakeAnswer { .. }
            | Event::Secured { .. }
            | Event::Unsecured { .. }
            | Event::PlayEnded { .. }
            | Event::Silent { .. }
            | Event::Heard { .. }
            | Event::Found { .. }
            | Event::RecordingStopped { .. }
            | Event::Closed { .. } => Some(event),
        }
    }

    /// What has come of handshakes.
    pub(crate) fn outcomes(&self) -> impl Iterator<Item = Event> {
        self.outcomes.try_iter()
    }

    fn put(&self, work: Work) {
        if self.works.try_send(work).is_err() {
            metrics::counter!("trunkline_handshake_works_lost_total").increment(1);
        }
    }
}

fn run(table: &mut Table, works: &Receiver<Work>, outcomes: &SyncSender<Event>, waker: &Waker) {
    let mut events = Vec::new();
    loop {
        let wait = table.next_due().saturating_duration_since(Instant::now());
        match works.recv_timeout(wait) {
            Ok(work) => table.handle(Instant::now(), work, &mut events),
            Err(RecvTimeoutError::Timeout) => table.handle_timeout(Instant::now(), &mut events),
            Err(RecvTimeoutError::Disconnected) => return,
        }
        let any = !events.is_empty();
        for event in events.drain(..) {
            if outcomes.try_send(event).is_err() {
                metrics::counter!("trunkline_handshake_outcomes_lost_total").increment(1);
            }
        }
        if any {
            waker.wake();
        }
    }
}

/// What a leg's handshake is called in logs.
fn name(leg: LegId) -> u32 {
    leg.0
}
