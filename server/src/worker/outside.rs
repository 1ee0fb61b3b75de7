//! What lies outside of the machine's own telephony: bots, systems that flows ask, engines that speak.

use crate::config::Config;
use crate::questions::Questions;
use crate::speech::{Renderings, Speech};
use crate::streams::{self, Streams};
use net::Waker;
use net::tls;
use std::sync::Arc;

/// The live engine's ways to them.
pub(super) struct Outside {
    pub(super) streams: Streams,
    pub(super) questions: Questions,
    pub(super) renderings: Renderings,
}

impl Outside {
    /// Called within the runtime.
    ///
    /// # Errors
    /// Roots that cannot be read.
    pub(super) fn start(
        config: &Config,
        tls: Arc<tls::Client>,
        speech: Arc<Speech>,
        waker: &Waker,
    ) -> anyhow::Result<Self> {
        let bots = streams::Settings {
            allowed_hosts: config.bots.allowed_hosts.clone(),
            token: config.bots.token.clone(),
            tls,
        };
        let flows = &config.flows;
        Ok(Self {
            streams: Streams::new(bots, waker.clone()),
            questions: Questions::new(
                flows.allowed_hosts.clone(),
                flows.roots.as_ref(),
                waker.clone(),
            )?,
            renderings: Renderings::new(speech, waker.clone()),
        })
    }
}
