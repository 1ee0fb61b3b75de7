//! A recording pauses: silence lies in the place of what is said, and its length stays that of the
//! call.
//!
//! A person may ask for it, and a flow does while the caller types what is nobody's business. It
//! goes on when nobody wants silence any more.

use super::{Call, Stage};
use crate::CommandError;
use crate::exchange::Exchange;
use media::Order;
use model::{CallFact, UserId};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A pause that lasts, and who wants it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pause {
    pub(super) since: Duration,
    person: bool,
    flow: bool,
}

impl Call {
    /// A person wants silence, or wants it no longer.
    ///
    /// # Errors
    /// [`CommandError::NotRecorded`]; [`CommandError::SensitiveKeys`] while the caller types what is
    /// kept out of every log.
    pub(crate) fn hush(
        &mut self,
        now: Duration,
        (silent, by): (bool, UserId),
        exchange: &mut Exchange,
    ) -> Result<(), CommandError> {
        let taping = self.taping.as_ref().ok_or(CommandError::NotRecorded)?;
        let flow = taping.pause.is_some_and(|pause| pause.flow);
        if flow && !silent {
            return Err(CommandError::SensitiveKeys);
        }
        self.want_silence(now, (silent, flow, Some(by)), exchange);
        Ok(())
    }

    /// Pauses the recording while the flow takes sensitive keys.
    pub(super) fn hush_for_flow(&mut self, now: Duration, exchange: &mut Exchange) {
        let flow = matches!(self.stage, Stage::Flow)
            && self.walk.as_ref().is_some_and(ivr::Session::is_private);
        let Some(taping) = self.taping.as_ref() else {
            return;
        };
        let person = taping.pause.is_some_and(|pause| pause.person);
        self.want_silence(now, (person, flow, None), exchange);
    }

    fn want_silence(
        &mut self,
        now: Duration,
        (person, flow, by): (bool, bool, Option<UserId>),
        exchange: &mut Exchange,
    ) {
        let Some(taping) = self.taping.as_mut() else {
            return;
        };
        let before = taping.pause;
        let since = before.map_or(now, |pause| pause.since);
        taping.pause = (person || flow).then_some(Pause {
            since,
            person,
            flow,
        });
        let (recording, key, pause) = (taping.id, taping.key, taping.pause);
        let at_ms = now.saturating_sub(taping.started_at).as_millis();
        let at_ms = i64::try_from(at_ms).unwrap_or(i64::MAX);
        if before != pause {
            exchange.touched.insert(self.origin.id);
        }
        match (before, pause) {
            (None, Some(_)) => {
                let fact = CallFact::RecordingPaused {
                    recording,
                    at_ms,
                    by,
                };
                self.note(now, fact, exchange);
                self.order_pause(now, exchange);
            }
            (Some(_), None) => {
                let fact = CallFact::RecordingResumed {
                    recording,
                    at_ms,
                    by,
                };
                self.note(now, fact, exchange);
                let order = Order::ResumeRecording {
                    recording: key,
                    at: now,
                };
                exchange.order_at(self.customer.media, order);
            }
            (None, None) | (Some(_), Some(_)) => (),
        }
    }

    /// Keeps what is said since `at` out of the recording.
    pub(super) fn order_pause(&self, at: Duration, exchange: &mut Exchange) {
        if let Some(taping) = &self.taping {
            let order = Order::PauseRecording {
                recording: taping.key,
                at,
            };
            exchange.order_at(self.customer.media, order);
        }
    }
}
