//! What the router needs from the server: the database, the live engine, files and probes.

use crate::ApiError;
use bytes::Bytes;
use call::{Answer, Command, CommandError, LiveView};
use futures_util::future::BoxFuture;
use ivr::{Engines, Utterance};
use metrics_exporter_prometheus::PrometheusHandle;
use std::borrow::Cow;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, mpsc, oneshot, watch};

/// How long a request waits for the live engine to answer a command.
const COMMAND_PATIENCE: Duration = Duration::from_secs(5);

/// How long a request waits for changed settings to be in force.
const RELOAD_PATIENCE: Duration = Duration::from_secs(10);

/// A command on its way to the live engine, with the place for its answer.
pub type Order = (Command, oneshot::Sender<Result<Answer, CommandError>>);

/// The door to the live engine.
#[derive(Debug, Clone)]
pub struct Engine {
    /// Where commands go; bounded, a full channel sheds the command with 503.
    pub commands: mpsc::Sender<Order>,
    /// What goes on at this moment.
    pub live: watch::Receiver<Arc<LiveView>>,
}

impl Engine {
    /// What goes on at this moment.
    pub(crate) fn view(&self) -> Arc<LiveView> {
        Arc::clone(&self.live.borrow())
    }

    /// Sends a command and waits for its answer.
    pub(crate) async fn order(&self, command: Command) -> Result<Answer, ApiError> {
        let (answer, answered) = oneshot::channel();
        self.commands
            .try_send((command, answer))
            .map_err(|_| ApiError::EngineUnavailable)?;
        let result = tokio::time::timeout(COMMAND_PATIENCE, answered)
            .await
            .map_err(|_| ApiError::EngineUnavailable)?
            .map_err(|_| ApiError::EngineUnavailable)?;
        result.map_err(ApiError::from)
    }
}

/// Asks for changed settings to be taken by the live engine, with the place for the answer: what
/// kept them from it, if anything did.
pub type Reload = oneshot::Sender<Result<(), String>>;

/// The door to the settings that are in force.
#[derive(Debug, Clone)]
pub struct Configuration {
    /// Where requests go; bounded.
    pub reloads: mpsc::Sender<Reload>,
}

impl Configuration {
    /// Puts what has been saved in force.
    pub(crate) async fn apply(&self) -> Result<(), ApiError> {
        let (answer, answered) = oneshot::channel();
        self.reloads
            .try_send(answer)
            .map_err(|_| ApiError::NotApplied("too many changes wait".to_owned()))?;
        tokio::time::timeout(RELOAD_PATIENCE, answered)
            .await
            .map_err(|_| ApiError::NotApplied("it took too long".to_owned()))?
            .map_err(|_| ApiError::NotApplied("the server stops".to_owned()))?
            .map_err(ApiError::NotApplied)
    }
}

/// How long a request waits for the facts of calls to reach the database.
const LEDGER_PATIENCE: Duration = Duration::from_secs(1);

/// The door to what carries the facts of calls from the journal into the database, a little later
/// than they happen.
#[derive(Debug, Clone)]
pub struct Ledger {
    /// Up to where the journal is written.
    pub written: watch::Receiver<u64>,
    /// Up to where it is applied to the database.
    pub applied: watch::Receiver<u64>,
    /// Where it is told that somebody waits.
    pub hurry: Arc<Notify>,
}

impl Ledger {
    /// Waits until what had happened when it was asked can be read, so that whoever saw a call
    /// end finds its record. A database that is behind for longer does not keep the reader from
    /// what it has.
    pub(crate) async fn catch_up(&self) {
        let happened = *self.written.borrow();
        let mut applied = self.applied.clone();
        if *applied.borrow() >= happened {
            return;
        }
        self.hurry.notify_one();
        let caught_up = applied.wait_for(|applied| *applied >= happened);
        let _late = tokio::time::timeout(LEDGER_PATIENCE, caught_up).await;
    }
}

/// A file of the built console.
#[derive(Debug, Clone)]
pub struct Asset {
    /// Its bytes.
    pub bytes: Cow<'static, [u8]>,
}

/// Gives the file of the built console with this path below its root, such as `index.html`.
pub type Assets = fn(&str) -> Option<Asset>;

/// One part of the server that is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// The part: `media`, `sip`, …; `database` is checked by the API itself.
    pub name: &'static str,
    /// What is wrong with it, if anything.
    pub fault: Option<String>,
    /// Whether no call can be taken while something is wrong with it.
    pub vital: bool,
}

/// Looks at the parts of the server; must not block.
pub type Readiness = Arc<dyn Fn() -> Vec<Check> + Send + Sync>;

/// Where a file lies in an S3-compatible store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The bucket.
    pub bucket: String,
    /// The key in it.
    pub key: String,
}

/// Reads a range of bytes of a file that lies in a bucket.
pub type Buckets =
    Arc<dyn Fn(Place, Range<u64>) -> BoxFuture<'static, std::io::Result<Bytes>> + Send + Sync>;

/// An engine that speaks texts.
#[derive(Debug, Clone)]
pub struct SpeechEngine {
    /// Its name.
    pub name: String,
    /// How it is asked: `command` or `http`.
    pub driver: &'static str,
    /// Its voices.
    pub voices: Vec<ivr::EngineVoice>,
    /// What it lacks, so that it cannot speak.
    pub missing: Option<String>,
    /// Why it did not speak the last time.
    pub fault: Option<String>,
}

/// Has something spoken; on failure why.
pub type Speaking<T> =
    Arc<dyn Fn(Utterance) -> BoxFuture<'static, Result<T, String>> + Send + Sync>;

/// The door to the engines that speak.
#[derive(Clone)]
pub struct Speech {
    /// The engines by name; must not block.
    pub engines: Arc<dyn Fn() -> Vec<SpeechEngine> + Send + Sync>,
    /// The µ-law samples of an utterance, which are kept.
    pub speak: Speaking<Vec<u8>>,
    /// Whether an engine speaks at all.
    pub probe: Speaking<()>,
}

impl Speech {
    /// The engines as flows know them.
    pub(crate) fn known(&self) -> Engines {
        let engines = (self.engines)().into_iter();
        let known = engines.map(|engine| {
            let known = ivr::Engine {
                voices: engine.voices,
                fault: engine.missing,
            };
            (engine.name, known)
        });
        known.collect()
    }
}

/// Everything the handlers share. Cheap to clone.
#[derive(Clone)]
pub struct State {
    /// The database.
    pub db: store::Db,
    /// What opens the passwords in it.
    pub vault: store::Vault,
    /// The live engine.
    pub engine: Engine,
    /// What flows can say.
    pub voices: Arc<ivr::Voices>,
    /// What speaks for flows.
    pub speech: Speech,
    /// The settings in force.
    pub configuration: Configuration,
    /// What bots prove themselves with, where any may call.
    pub bot_token: Option<Arc<str>>,
    /// The folder below which the paths of recordings lie.
    pub data_dir: PathBuf,
    /// Those that lie in buckets, if any may.
    pub buckets: Option<Buckets>,
    /// What writes the records of calls.
    pub ledger: Ledger,
    /// The built console.
    pub assets: Assets,
    /// The metrics in Prometheus' text form.
    pub metrics: PrometheusHandle,
    /// The probes behind `/readyz`.
    pub readiness: Readiness,
}
