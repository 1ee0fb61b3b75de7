//! A call as its record and the console show it.

use super::{Call, Stage};
use crate::live::LiveCall;
use model::{EndStage, Timestamp};

impl Call {
    /// How far the call is, as its record names it.
    pub(crate) fn end_stage(&self) -> EndStage {
        match &self.stage {
            Stage::Arriving { .. } => EndStage::PreIvr,
            Stage::Flow if self.is_surveying() => EndStage::Survey,
            Stage::Flow | Stage::Ended => EndStage::Ivr,
            Stage::Waiting { queue: Some(_) } if self.rung.is_empty() => EndStage::Queue,
            Stage::Waiting { .. } | Stage::Dialing { .. } | Stage::Placing => EndStage::Ringing,
            Stage::Transferring(_) => EndStage::Ringing,
            Stage::Parting { ending, .. } => ending.stage,
            Stage::Talking => EndStage::Talking,
            Stage::Message { .. } => EndStage::Voicemail,
        }
    }

    fn is_surveying(&self) -> bool {
        self.walk.as_ref().is_some_and(ivr::Session::is_surveying)
    }

    /// The call as the console shows it.
    pub(crate) fn live(&self) -> LiveCall {
        let origin = &self.origin;
        LiveCall {
            id: origin.id,
            enterprise: origin.enterprise,
            caller: origin.caller.clone(),
            called: origin.called.clone(),
            trunk_number: origin.trunk_number.clone(),
            started_at: Timestamp::from_now(origin.started_at),
            answered_at: self.answered_at.map(Timestamp::from_now),
            stage: self.end_stage(),
            queue: self.queue,
            agent: self.rung_agent().or_else(|| self.party_agent()),
            supervisors: self.live_supervisors(),
            guest: self.live_guest(),
            recording: self.taping.is_some(),
            recording_paused: self.is_paused(),
        }
    }
}
