//! A server without sockets: the router, SQLite with the demo enterprise, and a scripted engine.

use api::{
    Asset, Configuration, Engine, Ledger, Order, Place, Reload, Speech, SpeechEngine, State,
};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use call::{Command, CommandError, LiveAgent, LiveCall, LiveDevice, LiveView, Transport};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use http_body_util::BodyExt;
use metrics_exporter_prometheus::PrometheusBuilder;
use model::{
    AgentId, CallFact, CallId, CallType, Direction, EndReason, EndStage, EndedBy, Ending,
    EnterpriseId, Event, Fact, FactId, PhoneNumber, RecordingId, Timestamp, TrunkId,
};
use std::borrow::Cow;
use std::io;
use std::net::SocketAddr;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use store::test::TestDb;
use tempfile::TempDir;
use tokio::sync::{Notify, mpsc, watch};
use tower::ServiceExt;

pub(crate) const PASSWORD: &str = "demo password";
pub(crate) const ADMIN: &str = "admin@demo.example";
pub(crate) const SUPERVISOR: &str = "2001@demo.example";
pub(crate) const AGENT: &str = "1001@demo.example";

pub(crate) struct World {
    pub(crate) router: Router,
    pub(crate) db: TestDb,
    pub(crate) folder: TempDir,
    pub(crate) live: watch::Sender<Arc<LiveView>>,
    pub(crate) script: Arc<Script>,
    /// Up to where the journal is written.
    pub(crate) written: watch::Sender<u64>,
    /// Up to where it is applied.
    pub(crate) applied: watch::Sender<u64>,
    /// Told by requests that wait for facts.
    pub(crate) hurry: Arc<Notify>,
    sequence: AtomicU64,
}

/// What the engine was asked, and what it answers.
#[derive(Default)]
pub(crate) struct Script {
    asked: Mutex<Vec<Command>>,
    refusal: Mutex<Option<CommandError>>,
    answer: Mutex<Option<call::Answer>>,
    /// How often settings were put in force, and what keeps them from it.
    reloads: AtomicU64,
    reload_fault: Mutex<Option<String>>,
}

impl Script {
    pub(crate) fn asked(&self) -> Vec<Command> {
        self.asked.lock().unwrap().clone()
    }

    pub(crate) fn refuse(&self, refusal: CommandError) {
        *self.refusal.lock().unwrap() = Some(refusal);
    }

    async fn follow(self: Arc<Self>, mut orders: mpsc::Receiver<Order>) {
        while let Some((command, answer)) = orders.recv().await {
            self.asked.lock().unwrap().push(command);
            let refusal = *self.refusal.lock().unwrap();
            let done = self.answer.lock().unwrap().clone();
            let done = done.unwrap_or(call::Answer::Done);
            let _ = answer.send(refusal.map_or(Ok(done), Err));
        }
    }

    pub(crate) fn answer(&self, answer: call::Answer) {
        *self.answer.lock().unwrap() = Some(answer);
    }

    /// How often settings were put in force.
    pub(crate) fn reloads(&self) -> u64 {
        self.reloads.load(Ordering::Relaxed)
    }

    pub(crate) fn fail_reloads(&self, fault: &str) {
        *self.reload_fault.lock().unwrap() = Some(fault.to_owned());
    }

    async fn apply(self: Arc<Self>, mut asked: mpsc::Receiver<Reload>) {
        while let Some(answer) = asked.recv().await {
            self.reloads.fetch_add(1, Ordering::Relaxed);
            let fault = self.reload_fault.lock().unwrap().clone();
            let _ = answer.send(fault.map_or(Ok(()), Err));
        }
    }
}

pub(crate) fn now() -> Timestamp {
    Timestamp::from_now(SystemTime::now().duration_since(UNIX_EPOCH).unwrap())
}

pub(crate) fn number(text: &str) -> PhoneNumber {
    PhoneNumber::parse(text).unwrap()
}

/// What the bucket of the API's world holds under one key.
pub(crate) fn kept() -> Vec<u8> {
    let bytes = (0..3_000_000_u32).map(|at| u8::try_from(at % 253).unwrap());
    bytes.collect()
}

/// A bucket called `archive` with one file, called `kept`; any other bucket is away.
fn bucket(place: Place, range: Range<u64>) -> BoxFuture<'static, io::Result<Bytes>> {
    Box::pin(async move {
        match (place.bucket.as_str(), place.key.as_str()) {
            ("archive", "kept") => {
                let range =
                    usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap();
                Ok(Bytes::from(kept()[range].to_vec()))
            }
            ("archive", _) => Err(io::ErrorKind::NotFound.into()),
            _ => Err(io::ErrorKind::ConnectionRefused.into()),
        }
    })
}

fn asset(path: &str) -> Option<Asset> {
    let bytes: &[u8] = match path {
        "index.html" => b"<!doctype html><title>Trunkline</title>",
        "assets/index-abc.js" => b"export {};",
        _ => return None,
    };
    Some(Asset {
        bytes: Cow::Borrowed(bytes),
    })
}

/// The voices that the server ships.
fn voices() -> ivr::Voices {
    let manifests = [
        include_str!("../../../prompts/zh-CN/xiaoxiao/pack.toml"),
        include_str!("../../../prompts/en-US/hibari/pack.toml"),
    ]
    .map(|text| ivr::PackManifest::from_toml(text).unwrap());
    ivr::Voices::from_manifests(&manifests).unwrap()
}

/// An engine that speaks a second of anything but what begins with "no", and one whose program is
/// not there.
fn speech() -> Speech {
    let voice = |name: &str, language| ivr::EngineVoice {
        name: name.to_owned(),
        language,
    };
    let engines = move || {
        let engine = |name: &str, missing: Option<&str>| SpeechEngine {
            name: name.to_owned(),
            driver: "command",
            voices: vec![voice("mei", Some(ivr::Locale::ZhCn)), voice("any", None)],
            missing: missing.map(str::to_owned),
            fault: None,
        };
        let gone = Some("the program gone is not installed");
        vec![engine("gone", gone), engine("studio", None)]
    };
    let speak = |utterance: ivr::Utterance| {
        let refused = utterance.text.starts_with("no");
        let spoken = if refused {
            Err("it answered with status 500".to_owned())
        } else {
            Ok(vec![0x20; 8_000])
        };
        std::future::ready(spoken).boxed()
    };
    let probe = |speaker: ivr::Utterance| {
        let well = speaker.voice.as_deref() != Some("mei");
        let spoken = well.then_some(()).ok_or_else(|| "it is asleep".to_owned());
        std::future::ready(spoken).boxed()
    };
    Speech {
        engines: Arc::new(engines),
        speak: Arc::new(speak),
        probe: Arc::new(probe),
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        let db = store::test::sqlite().await;
        let demo = store::demo::Demo {
            password: PASSWORD,
            outbound_peer: "127.0.0.1:5080".parse::<SocketAddr>().unwrap(),
            now: now(),
        };
        store::demo::fill(&db, &demo).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let (commands, orders) = mpsc::channel(16);
        let (reloads, asked) = mpsc::channel(16);
        let (live, watched) = watch::channel(Arc::new(LiveView::default()));
        let script = Arc::new(Script::default());
        tokio::spawn(Arc::clone(&script).follow(orders));
        tokio::spawn(Arc::clone(&script).apply(asked));
        let (written, applied) = (watch::channel(0), watch::channel(0));
        let hurry: Arc<Notify> = Arc::default();
        let ledger = Ledger {
            written: written.1,
            applied: applied.1,
            hurry: Arc::clone(&hurry),
        };
        let router = api::router(State {
            db: db.clone(),
            vault: store::Vault::new(&[7; 32]),
            engine: Engine {
                commands,
                live: watched,
            },
            voices: Arc::new(voices()),
            speech: speech(),
            configuration: Configuration { reloads },
            bot_token: Some("a token for bots".into()),
            data_dir: folder.path().to_owned(),
            buckets: Some(Arc::new(bucket)),
            ledger,
            assets: asset,
            metrics: PrometheusBuilder::new().build_recorder().handle(),
            readiness: Arc::new(Vec::new),
        });
        Self {
            router,
            db,
            folder,
            live,
            script,
            written: written.0,
            applied: applied.0,
            hurry,
            sequence: AtomicU64::new(0),
        }
    }

    pub(crate) async fn enterprise(&self) -> EnterpriseId {
        store::enterprises::all(&self.db).await.unwrap()[0].id
    }

    pub(crate) async fn agent(&self, email: &str) -> AgentId {
        let known = store::users::by_email(&self.db, email).await.unwrap();
        known.unwrap().user.agent.unwrap()
    }

    /// A token of that person, without the cost of checking the password.
    pub(crate) async fn token(&self, email: &str) -> String {
        let known = store::users::by_email(&self.db, email).await.unwrap();
        let user = known.unwrap().user.id;
        let lifetime = Duration::from_mins(10);
        let session = store::sessions::open(&self.db, user, now(), lifetime).await;
        session.unwrap().token.as_str().to_owned()
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: body.collect().await.unwrap().to_bytes().to_vec(),
        }
    }

    pub(crate) async fn get(&self, token: &str, path: &str) -> Answer {
        self.send(request(Method::GET, token, path, Body::empty()))
            .await
    }

    pub(crate) async fn post(&self, token: &str, path: &str, body: &str) -> Answer {
        let body = Body::from(body.to_owned());
        self.send(request(Method::POST, token, path, body)).await
    }

    /// Appends facts of a call to the log, a second apart, the last of them `ago`.
    pub(crate) async fn facts(&self, of: &Call, ago: Duration, facts: Vec<CallFact>) {
        let last = now().as_millis() - i64::try_from(ago.as_millis()).unwrap();
        let first = last - 1_000 * i64::try_from(facts.len()).unwrap();
        let batch: Vec<(u64, Fact)> = facts
            .into_iter()
            .zip(1_i64..)
            .map(|(fact, at)| {
                let sequence = self.sequence.fetch_add(1, Ordering::Relaxed) + 1;
                let at = Timestamp::from_millis(first + 1_000 * at);
                let id = FactId::new(at, random(sequence));
                let event = Event::Call { call: of.id, fact };
                let enterprise = of.enterprise;
                (
                    sequence,
                    Fact {
                        id,
                        at,
                        enterprise,
                        event,
                    },
                )
            })
            .collect();
        store::projection::apply(&self.db, "test", &batch)
            .await
            .unwrap();
    }

    pub(crate) fn show(&self, calls: Vec<LiveCall>, agents: Vec<LiveAgent>) {
        self.live.send_replace(Arc::new(LiveView {
            calls,
            agents,
            trunks: Vec::new(),
            strangers: Vec::new(),
            at: now(),
        }));
    }
}

pub(crate) fn random(seed: u64) -> [u8; 10] {
    let mut bytes = [7; 10];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    bytes
}

/// A call for the log.
#[derive(Clone, Copy)]
pub(crate) struct Call {
    pub(crate) id: CallId,
    pub(crate) enterprise: EnterpriseId,
}

impl Call {
    pub(crate) fn new(enterprise: EnterpriseId, seed: u64) -> Self {
        Self {
            id: CallId::new(now(), random(seed)),
            enterprise,
        }
    }
}

pub(crate) fn arrived(caller: &str) -> CallFact {
    CallFact::Arrived {
        direction: Direction::Inbound,
        call_type: CallType::Inbound,
        trunk: TrunkId::new(now(), random(1)),
        trunk_number: number("4008110510"),
        caller: number(caller),
        called: number("4008110510"),
        sip_call_id: "a@b".to_owned(),
    }
}

pub(crate) fn ended() -> CallFact {
    CallFact::Ended(Ending {
        by: EndedBy::Customer,
        stage: EndStage::Talking,
        reason: EndReason::HungUp,
        sip_code: None,
        q850: Some(16),
    })
}

pub(crate) fn recorded(path: &str) -> CallFact {
    CallFact::RecordingStarted {
        recording: RecordingId::new(now(), random(9)),
        path: path.to_owned(),
    }
}

pub(crate) fn talk(caller: &str, agent: AgentId) -> Vec<CallFact> {
    vec![
        arrived(caller),
        CallFact::Answered,
        CallFact::Bridged { agent: Some(agent) },
        ended(),
    ]
}

pub(crate) fn live_call(call: &Call, agent: Option<AgentId>) -> LiveCall {
    LiveCall {
        id: call.id,
        enterprise: call.enterprise,
        caller: number("13800138000"),
        called: number("4008110510"),
        trunk_number: number("4008110510"),
        started_at: now(),
        answered_at: None,
        stage: EndStage::Talking,
        queue: None,
        agent,
        supervisors: Vec::new(),
        guest: None,
        recording: false,
        recording_paused: false,
    }
}

pub(crate) fn device() -> LiveDevice {
    LiveDevice {
        transport: Transport::Tls,
        remote: "192.0.2.7:40112".parse().unwrap(),
        user_agent: Some("Desk phone".to_owned()),
        since: now(),
    }
}

pub(crate) fn request(method: Method, token: &str, path: &str, body: Body) -> Request<Body> {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::CONTENT_TYPE, "application/json");
    let request = if token.is_empty() {
        request
    } else {
        request.header(header::AUTHORIZATION, format!("Bearer {token}"))
    };
    request.body(body).unwrap()
}

/// A response, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().unwrap())
    }

    /// Its status and the stable code of its problem, which it must be.
    pub(crate) fn problem(&self) -> (u16, String) {
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem = self.json();
        assert_eq!(problem["status"], self.status.as_u16());
        assert_eq!(problem["request_id"], self.header("x-request-id"));
        let code = problem["code"].as_str().unwrap().to_owned();
        (self.status.as_u16(), code)
    }

    /// Where its problem says the mistakes are.
    pub(crate) fn pointers(&self) -> Vec<String> {
        let problem = self.json();
        let errors = problem["errors"].as_array().unwrap();
        let pointer = |error: &serde_json::Value| error["pointer"].as_str().unwrap().to_owned();
        errors.iter().map(pointer).collect()
    }
}
