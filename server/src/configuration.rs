//! Brings changed settings into the running engine: reads the whole directory again and hands it
//! over.
//!
//! The engine exchanges its directory between two turns, so a call sees the old settings or the new
//! ones and never a mixture. Calls in progress keep what they have begun with.

use crate::directory;
use crate::engine::Asked;
use crate::sounds::Heard;
use crate::speech::Speech;
use ivr::Voices;
use model::Timestamp;
use net::Waker;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use store::{Db, Vault};
use tokio::sync::{mpsc, oneshot};

/// Requests that may wait; one reading answers them all.
pub(crate) const WAITING: usize = 64;
/// How long the engine has to take a directory.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long to wait before settings that could not be applied are tried again.
const RETRY: Duration = Duration::from_secs(5);

/// Versions of flows are kept at hand for so long after others took their place: a call that a new
/// process brings back goes on in the version that it entered.
const LONGEST_CALL: Duration = Duration::from_hours(24);

/// What reading the directory takes.
#[derive(Clone)]
pub(crate) struct Source {
    pub(crate) db: Db,
    pub(crate) vault: Vault,
    pub(crate) voices: Arc<Voices>,
    pub(crate) heard: Arc<Heard>,
    pub(crate) speech: Arc<Speech>,
    pub(crate) sip_udp: Vec<SocketAddr>,
}

/// The way to the engine.
pub(crate) struct Engine {
    pub(crate) orders: SyncSender<Asked>,
    pub(crate) waker: Waker,
}

impl Source {
    /// The settings as the database has them.
    pub(crate) async fn read(&self) -> anyhow::Result<call::Directory> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?;
        let since = Timestamp::from_now(now.saturating_sub(LONGEST_CALL));
        let stored = store::directory::load(&self.db, &self.vault, since).await?;
        for trunk in &stored.lost_credentials {
            tracing::error!(
                trunk,
                "the key in force does not open this trunk's password"
            );
        }
        let sounds = self.heard.of(&self.db, &stored.sounds).await?;
        let places = (&self.voices, &self.sip_udp[..]);
        let mut parts = directory::parts(stored, sounds, places);
        let flows = parts.flows.iter().chain(&parts.replaced_flows);
        let spoken = flows.flat_map(|entry| entry.flow.spoken());
        let ahead = spoken.filter_map(|spoken| spoken.text.as_ref());
        parts.speech = self.speech.hold(ahead).await;
        Ok(call::Directory::new(parts))
    }
}

/// Applies the settings whenever somebody asks, until nobody can ask any more. A failure is told to
/// whoever asked, and tried again until it succeeds.
pub(crate) async fn run(source: Source, engine: Engine, mut asked: mpsc::Receiver<api::Reload>) {
    let mut behind = false;
    loop {
        let first = if behind {
            match tokio::time::timeout(RETRY, asked.recv()).await {
                Ok(None) => return,
                Ok(asked) => asked,
                Err(_) => None,
            }
        } else {
            match asked.recv().await {
                None => return,
                asked => asked,
            }
        };
        let mut waiting: Vec<api::Reload> = first.into_iter().collect();
        while waiting.len() < WAITING
            && let Ok(another) = asked.try_recv()
        {
            waiting.push(another);
        }
        let result = apply(&source, &engine).await;
        behind = result.is_err();
        if let Err(error) = &result {
            tracing::error!(error = %format!("{error:#}"), "changed settings are not in force");
        }
        for answer in waiting {
            // Whoever asked may have stopped waiting.
            let _ = answer.send(result.as_ref().map_err(ToString::to_string).copied());
        }
    }
}

async fn apply(source: &Source, engine: &Engine) -> anyhow::Result<()> {
    let directory = Arc::new(source.read().await?);
    let (taken, done) = oneshot::channel();
    engine.orders.try_send(Asked::Directory(directory, taken))?;
    engine.waker.wake();
    tokio::time::timeout(PATIENCE, done).await??;
    Ok(())
}
