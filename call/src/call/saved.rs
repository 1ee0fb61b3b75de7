//! A call as the journal keeps it, and its way back in a new process.

use super::{Call, Stage};
use crate::Error;
use crate::exchange::Exchange;
use media::Order;
use media::tone::Tone;
use model::{CallFact, EndStage, EnterpriseId};
use queue::Ticket;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;

/// The first byte of a saved call: a process that finds another one closes the call.
const FORMAT: u8 = 7;

/// What can be read of a saved call whatever became of the rest: enough to close it. It lies in
/// front of the state in a form that no change of a type touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Outline {
    pub(crate) enterprise: EnterpriseId,
    pub(crate) stage: EndStage,
}

impl Outline {
    const BYTES: usize = 18;

    fn to_bytes(self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        bytes[0] = FORMAT;
        bytes[1] = STAGES
            .iter()
            .position(|stage| *stage == self.stage)
            .and_then(|at| u8::try_from(at).ok())
            .unwrap_or(0);
        bytes[2..].copy_from_slice(self.enterprise.as_bytes());
        bytes
    }

    /// The outline and the state that follows it, the latter only in this process's format.
    pub(crate) fn read(saved: &[u8]) -> Option<(Self, Option<&[u8]>)> {
        let (head, state) = saved.split_first_chunk::<{ Self::BYTES }>()?;
        let mut enterprise = [0; 16];
        enterprise.copy_from_slice(&head[2..]);
        let outline = Self {
            enterprise: EnterpriseId::from_bytes(enterprise),
            stage: *STAGES.get(usize::from(head[1]))?,
        };
        Some((outline, (head[0] == FORMAT).then_some(state)))
    }
}

/// Stages by the byte that stands for them; only ever added to at the end.
const STAGES: [EndStage; 7] = [
    EndStage::PreIvr,
    EndStage::Ivr,
    EndStage::Queue,
    EndStage::Ringing,
    EndStage::Talking,
    EndStage::Voicemail,
    EndStage::Survey,
];

/// Everything that a call needs to go on, borrowed from it.
#[derive(Debug, Serialize)]
pub(crate) struct SavedCallRef<'a> {
    call: &'a Call,
    walk: Option<ivr::SavedSession>,
    ticket: Option<&'a Ticket>,
    /// Those of all legs, in the order of [`Call::legs`].
    dialogs: Vec<Option<Vec<u8>>>,
}

/// The same, read back.
#[derive(Debug, Deserialize)]
pub(crate) struct SavedCall {
    call: Call,
    walk: Option<ivr::SavedSession>,
    ticket: Option<Ticket>,
    /// Those of all legs, in the order of [`Call::legs`].
    dialogs: Vec<Option<Vec<u8>>>,
}

impl<'a> SavedCallRef<'a> {
    pub(crate) fn of(call: &'a Call, exchange: &'a Exchange) -> Self {
        let dialogs = call
            .legs()
            .map(|(leg, _)| exchange.endpoint.save(leg.session));
        Self {
            call,
            walk: call.walk.as_ref().map(ivr::Session::save),
            ticket: exchange.router.ticket(call.origin.id),
            dialogs: dialogs.collect(),
        }
    }
}

impl SavedCallRef<'_> {
    /// The outline and behind it the state.
    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>, postcard::Error> {
        let outline = Outline {
            enterprise: self.call.origin.enterprise,
            stage: self.call.end_stage(),
        };
        postcard::to_extend(self, outline.to_bytes().to_vec())
    }
}

impl SavedCall {
    /// Puts the dialogs, ports and the queue place back. Media begins with
    /// [`Call::go_on`], once every call is back.
    ///
    /// On failure the call is given back with the reason, so that it can be closed with its facts.
    pub(crate) fn restore(
        self,
        now: Duration,
        exchange: &mut Exchange,
    ) -> Result<Call, (Box<Call>, Error)> {
        let mut call = self.call;
        let mut port_gone = None;
        // Any thread will do, as long as it is the same for all.
        let worker = exchange.worker_of(call.customer.media);
        for (leg, side) in call.legs() {
            if exchange.ports.reserve(leg.media) {
                exchange.know_leg(leg.names(), call.name(), side);
                exchange.place(leg.media, worker.unwrap_or_default());
            } else {
                port_gone = Some(leg.media);
            }
        }
        for dialog in self.dialogs {
            let restored = match dialog {
                Some(saved) => exchange
                    .endpoint
                    .restore(now, &saved)
                    .map_err(Error::Dialog),
                None => Err(Error::DialogMissing),
            };
            if let Err(error) = restored {
                return Err((Box::new(call), error));
            }
        }
        // Only with its dialogs back can the call be hung up.
        if let Some(port) = port_gone {
            return Err((Box::new(call), Error::PortGone(port.0)));
        }
        match restore_walk(now, &call, self.walk, exchange) {
            Ok(walk) => call.walk = walk,
            Err(error) => return Err((Box::new(call), error)),
        }
        if let Some(ticket) = self.ticket {
            exchange.router.restore_ticket(ticket);
        }
        call.hold_again(now, exchange);
        Ok(call)
    }
}

fn restore_walk(
    now: Duration,
    call: &Call,
    saved: Option<ivr::SavedSession>,
    exchange: &Exchange,
) -> Result<Option<ivr::Session>, Error> {
    let (Some(saved), Some((id, version))) = (saved, call.entered) else {
        return Ok(None);
    };
    let entry = exchange
        .directory
        .flow_version(id, version)
        .ok_or(Error::FlowGone(id))?;
    ivr::Session::restore(now, &entry.flow, &entry.beside, saved)
        .map(Some)
        .map_err(|_| Error::FlowGone(id))
}

impl Call {
    /// Goes on in a new process: media, recording, what the caller hears.
    pub(crate) fn go_on(&mut self, now: Duration, exchange: &mut Exchange) {
        for (leg, _) in self.legs() {
            leg.resume(now, exchange);
        }
        self.note(now, CallFact::Resumed, exchange);
        match self.stage {
            Stage::Flow => self.follow_flow(now, exchange),
            Stage::Waiting { queue: Some(_) } => {
                let music = exchange.library.music();
                self.play(music, true, exchange);
            }
            Stage::Waiting { queue: None } | Stage::Dialing { .. } | Stage::Transferring(_) => {
                self.go_on_ringing(exchange);
            }
            Stage::Placing => self.go_on_ringing(exchange),
            Stage::Talking => self.sound_out(exchange),
            Stage::Parting { .. } => self.sound_parting(exchange),
            Stage::Arriving { .. } | Stage::Message { .. } | Stage::Ended => (),
        }
        self.resume_taping(exchange);
    }

    /// What whoever waits for somebody to answer hears: their own early sound, or our tone.
    pub(super) fn go_on_ringing(&mut self, exchange: &mut Exchange) {
        let early = self.rung.iter().find(|party| party.leg.is_open());
        let placed = self.party.as_ref().filter(|_| self.customer.is_open());
        let placing = matches!(self.stage, Stage::Placing);
        if let Some(heard) = if placing { placed } else { early } {
            let (a, b) = (self.customer.media, heard.leg.media);
            exchange.order(Order::Bridge { a, b });
            let dialled = if placing { &self.customer } else { &heard.leg };
            if dialled.trunk.is_some() {
                self.listen_early((dialled.media, dialled.trunk), exchange);
            }
        } else if self.customer.is_open() {
            self.play_tone(Tone::Ringback, exchange);
        }
    }

    /// Takes the places on trunks and the agents that the call held before.
    fn hold_again(&self, now: Duration, exchange: &mut Exchange) {
        let directory = Arc::clone(&exchange.directory);
        for (leg, _) in self.legs() {
            if let Some(trunk) = leg.trunk {
                let limits = directory.trunk(trunk).map(|it| it.limits);
                let began = (trunk, leg.began_at);
                exchange
                    .trunks
                    .restore(now, began, &limits.unwrap_or_default());
            }
        }
        let party = self.party_agent().filter(|_| self.is_connected());
        let guest = self.guest.as_ref().and_then(|guest| guest.who.agent());
        let agents = [party, self.colleague, guest].into_iter().flatten();
        let supervisors = self.supervisors.iter().map(|it| it.agent);
        for agent in agents.chain(supervisors) {
            self.engage(agent, exchange);
        }
    }

    fn is_connected(&self) -> bool {
        matches!(
            self.stage,
            Stage::Talking | Stage::Transferring(_) | Stage::Placing
        )
    }
}
