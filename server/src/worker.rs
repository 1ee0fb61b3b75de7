//! The worker: takes the sockets, brings back what the process before it was doing, and serves.

mod demo;
mod http;
mod jobs;
mod outside;
mod spoken;

use crate::arguments::Serve;
use crate::audio::{self, Audio};
use crate::certificates::Certificates;
use crate::config::Config;
use crate::engine::{Asked, Doors, Engine, MediaThreads, Phones, Pulse, Room, Windows};
use crate::handshakes::{Handshakes, Identity};
use crate::ledger::{Ledger, NODE};
use crate::recordings::Recordings;
use crate::resolver::{self, Names};
use crate::routes::Routes;
use crate::speech::Speech;
use crate::{announcements, assets, configuration, secrets, telemetry};
use anyhow::{Context as _, anyhow};
use api::SocketEvent;
use call::{Directory, Input, LiveView, Switchboard};
use http::{Telephones, end_of, goodbyes};
use jobs::Plan;
use journal::{Journal, Recovered};
use media::LegId;
use net::inherit::{self, Inherited};
use net::signalling::{Limits, Reactor, Sockets, Tls};
use net::{Waker, disk, priority};
use outside::Outside;
use std::collections::HashSet;
use std::io::Read as _;
use std::net::{SocketAddr, UdpSocket};
use std::ops::Range;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;
use store::{Db, projection};
use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{mpsc, watch};

/// Commands that may wait for the engine.
const COMMANDS: usize = 1_024;
/// Messages of telephones over WebSocket that may wait for the engine.
const SOCKET_EVENTS: usize = 4_096;
/// Events of the recording writer that may wait for the engine.
const DISK_EVENTS: usize = 65_536;
/// Ids of accepted connections that one process can give out.
const CONNECTIONS_A_PROCESS: u64 = 1 << 40;

/// Runs the worker until it is told to stop.
///
/// # Errors
/// What keeps it from serving: the database, the journal, a broken build.
pub(crate) fn run(serve: &Serve, config: Config) -> anyhow::Result<ExitCode> {
    telemetry::start(&config);
    let variable = std::env::var(inherit::VARIABLE)
        .context("the worker is started by `trunkline serve`, not by people")?;
    let inherited = inherit::take(&variable)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .on_thread_start(priority::work_in_the_background)
        .enable_all()
        .build()?;
    let audio = audio::load(announcements::load(&config.data_dir))?;
    let vault = secrets::vault(&config)?;
    let identity = Identity::load(&config.data_dir)?;
    let hosts = (&config.flows.allowed_hosts[..], config.flows.roots.as_ref());
    let speech = Speech::new(&config.speech, &config.data_dir, hosts)?;
    let stored = open_store_in_the_background(&runtime, serve, &config, &inherited)?;
    let source = configuration::Source {
        db: stored.db,
        vault,
        voices: Arc::clone(&audio.voices),
        heard: Arc::default(),
        speech,
        sip_udp: config.sip.udp.clone(),
    };
    let boot = Boot {
        directory: runtime.block_on(source.read())?,
        source,
        certificates: Certificates::load(&config)?,
        config,
        identity,
        audio,
        applied: stored.applied,
    };
    boot.serve(&runtime, inherited)
}

struct Stored {
    db: Db,
    applied: u64,
}

/// The database's own threads come to be with its connections, and take after the thread that
/// opens it.
fn open_store_in_the_background(
    runtime: &Runtime,
    serve: &Serve,
    config: &Config,
    inherited: &Inherited,
) -> anyhow::Result<Stored> {
    std::thread::scope(|scope| {
        let opening = scope.spawn(|| {
            priority::work_in_the_background();
            runtime.block_on(open_store(serve, config, inherited))
        });
        opening
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

async fn open_store(
    serve: &Serve,
    config: &Config,
    inherited: &Inherited,
) -> anyhow::Result<Stored> {
    let db = Db::open(&config.database_url, store::Limits::default())
        .await
        .context("database.url")?;
    if serve.demo {
        demo::fill(config, &db, inherited).await?;
    }
    Ok(Stored {
        applied: projection::position(&db, NODE).await?,
        db,
    })
}

/// Everything that was read before the first call.
struct Boot {
    config: Config,
    certificates: Certificates,
    /// What handshakes of media show.
    identity: Identity,
    audio: Audio,
    directory: Directory,
    source: configuration::Source,
    applied: u64,
}

/// The ends of the channels that other parts hold.
struct Handles {
    commands: SyncSender<Asked>,
    waker: Waker,
    live: watch::Receiver<Arc<LiveView>>,
    written: watch::Receiver<u64>,
    applied: watch::Sender<u64>,
    pulse: Arc<Pulse>,
    phones: mpsc::Sender<SocketEvent>,
    stop: watch::Sender<bool>,
}

impl Boot {
    fn serve(self, runtime: &Runtime, mut inherited: Inherited) -> anyhow::Result<ExitCode> {
        let http = std::mem::take(&mut inherited.http);
        let journal_dir = self.config.data_dir.join("journal");
        let metrics = telemetry::metrics()?;
        let bot_token = self.config.bots.token.as_deref().map(Arc::from);
        let plan = Plan::new(&self.config, self.source.db.clone())?;
        let (source, data_dir) = (self.source.clone(), self.config.data_dir.clone());
        let hangup = runtime.block_on(async { signal(SignalKind::hangup()) })?;
        runtime.spawn(self.certificates.clone().follow(hangup));
        let telephones = Telephones::new(&self.config, &self.certificates, inherited.generation);
        let (engine, handles) = {
            let _within = runtime.enter();
            self.build(inherited, &journal_dir)?
        };
        let serving = telephones.serving(handles.phones.clone(), handles.waker.clone());
        let telephones = serving.sip.occupancy.clone();
        let (leave, leaving) = watch::channel(false);
        let ledger = Ledger {
            db: source.db.clone(),
            journal: journal_dir,
            written: handles.written.clone(),
            applied: handles.applied.clone(),
            hurry: Arc::default(),
        };
        let door = ledger.door();
        let hurry = Arc::clone(&door.hurry);
        let jobs = plan.start(runtime, &handles)?;
        let engine = std::thread::Builder::new()
            .name("engine".to_owned())
            .spawn(move || engine.run())?;
        let ledger = runtime.spawn(ledger.run());
        let (pulse, job) = (Arc::clone(&handles.pulse), jobs.check());
        let state = api::State {
            voices: Arc::clone(&source.voices),
            db: source.db.clone(),
            vault: source.vault.clone(),
            engine: api::Engine {
                commands: forward_commands(runtime, &handles),
                live: handles.live.clone(),
            },
            bot_token,
            speech: spoken::door(&source.speech),
            configuration: follow_settings(runtime, source, &handles),
            data_dir,
            buckets: jobs.buckets(),
            ledger: door,
            assets: assets::find,
            metrics,
            readiness: Arc::new(move || pulse.checks().into_iter().chain(job()).collect()),
        };
        for listener in http {
            let serve = api::serve(listener, state.clone(), serving.clone(), end_of(&leaving));
            runtime.spawn(async move {
                if let Err(error) = serve.await {
                    tracing::error!(%error, "HTTP cannot be served");
                }
            });
        }
        let ended = runtime.block_on(wait_for_the_end(engine, &handles.stop))?;
        // The parent waits for a sign of life, which only the engine gives.
        hurry.notify_one();
        // The console works for as long as calls are in progress.
        leave.send_replace(true);
        runtime.block_on(goodbyes(&telephones));
        // Where the engine failed, nobody was told to stop.
        handles.stop.send_replace(true);
        jobs.end();
        // The engine is gone, and with it the sender that the ledger waits for: it applies what is
        // left and ends.
        runtime.block_on(ledger)?;
        ended
    }

    fn build(self, inherited: Inherited, journal_dir: &Path) -> anyhow::Result<(Engine, Handles)> {
        let clock = inherited.clock;
        let now = clock.now();
        let config = self.switchboard_config();
        let mut switchboard = Switchboard::new(&config, Arc::clone(&self.audio.library), seed()?);
        switchboard.withhold(missing_ports(&config.media_ports, &inherited.rtp)?.into_iter());
        switchboard.handle(now, Input::Directory(Arc::new(self.directory)));
        let options = journal::Options {
            given_elsewhere: self.applied,
            ..journal::Options::default()
        };
        let (journal, recovered) = Journal::open(journal_dir, options)?;
        bring_back(&mut switchboard, now, &recovered);
        let bound = addresses(&inherited.sip_udp)?;
        let sockets = Sockets {
            datagrams: inherited.sip_udp,
            plain: inherited.sip_tcp,
            secure: inherited.sip_tls,
        };
        let tls = Tls {
            server: self.certificates.sip,
            client: Some(self.certificates.peers),
        };
        let first = inherited.generation * CONNECTIONS_A_PROCESS;
        let reactor = Reactor::new(sockets, tls, Limits::default(), first)?;
        let waker = reactor.waker();
        let names = resolver::start(&self.config.dns_servers, waker.clone())?;
        let bots = self.certificates.bots;
        let outside = Outside::start(&self.config, bots, self.source.speech, &waker)?;
        let (disk, disk_events) = start_disk(waker.clone())?;
        let room = Room {
            clock,
            sockets: inherited.rtp,
            checkpoints: inherited.checkpoints,
            disk: disk.orders(),
            waker: waker.clone(),
        };
        let handshakes = Handshakes::start(&self.identity, waker.clone())?;
        let media = MediaThreads::start(config.media_workers, room)?;
        let positions = (recovered.last_seq, self.applied);
        let (handles, doors, windows) =
            connect(clock, waker, (disk_events, names, outside), positions);
        let engine = Engine {
            switchboard,
            journal,
            reactor,
            clock,
            heartbeat: inherited.heartbeat,
            media,
            handshakes,
            recordings: Recordings::new(self.config.data_dir, disk),
            routes: Routes::new(bound),
            doors,
            windows,
            drain: self.config.sip.drain,
        };
        Ok((engine, handles))
    }

    fn switchboard_config(&self) -> call::Config {
        let config = &self.config;
        let sip = &config.sip;
        let advertise = |listen: &[SocketAddr]| {
            let towards = |is_ipv4: bool| {
                let address = sip.advertise.iter().find(|it| it.is_ipv4() == is_ipv4)?;
                let listener = listen.iter().find(|it| it.is_ipv4() == is_ipv4)?;
                Some(SocketAddr::new(*address, listener.port()))
            };
            sip::LocalAddresses {
                v4: towards(true),
                v6: towards(false),
            }
        };
        call::Config {
            sip: sip::Config {
                advertise: sip::Advertise {
                    udp: advertise(&sip.udp),
                    tcp: advertise(&sip.tcp),
                    tls: advertise(&sip.tls),
                },
                registrations: sip::Registrations {
                    service_route: sip.service_route.clone(),
                    probe_after: (!sip.probe.is_zero()).then_some(sip.probe),
                    ..sip::Registrations::default()
                },
                ..sip::Config::new(
                    store::agents::REALM,
                    concat!("Trunkline/", env!("CARGO_PKG_VERSION")),
                )
            },
            media_ports: *config.media_ports.start()..config.media_ports.end().saturating_add(1),
            media_workers: config.media_workers,
            media_advertise: config.media_advertise.clone(),
            media_certificate: Some(self.identity.fingerprint()),
            phone_srtp: config.phone_srtp,
            supervisors_answer: config.auto_answer,
            max_calls: config.max_calls,
        }
    }
}

/// Brings back what the process before this one was doing.
fn bring_back(switchboard: &mut Switchboard, now: Duration, recovered: &Recovered) {
    let restored = switchboard.restore(now, &recovered.saved, recovered.last_at);
    let (went_on, closed) = (restored.went_on, restored.closed.len());
    if went_on + closed > 0 {
        tracing::warn!(went_on, closed, "calls came back from the journal");
    }
    for error in &restored.closed {
        tracing::error!(%error, "a call could not go on");
    }
    for error in &restored.faults {
        tracing::error!(%error, "a saved state could not be read");
    }
}

/// Makes the channels between the engine thread and everything else. `positions` are the sequences
/// up to which the journal is written and applied.
fn connect(
    clock: net::Clock,
    waker: Waker,
    (disk, names, outside): (Receiver<disk::Event>, Names, Outside),
    positions: (u64, u64),
) -> (Handles, Doors, Windows) {
    let (commands, asked) = sync_channel(COMMANDS);
    let (stop, stopping) = watch::channel(false);
    let (live, live_seen) = watch::channel(Arc::new(LiveView::default()));
    let (written, written_seen) = watch::channel(positions.0);
    let (applied, applied_seen) = watch::channel(positions.1);
    let pulse = Arc::new(Pulse::new(clock));
    let (phones, heard) = mpsc::channel(SOCKET_EVENTS);
    let handles = Handles {
        commands,
        waker,
        live: live_seen,
        written: written_seen,
        applied,
        pulse: Arc::clone(&pulse),
        phones,
        stop,
    };
    let doors = Doors {
        commands: asked,
        names,
        streams: outside.streams,
        questions: outside.questions,
        renderings: outside.renderings,
        phones: Phones::new(heard),
        disk,
        stop: stopping,
    };
    let windows = Windows {
        live,
        written,
        applied: applied_seen,
        pulse,
    };
    (handles, doors, windows)
}

/// Passes the API's commands to the engine thread, which does not know tokio.
fn forward_commands(runtime: &Runtime, handles: &Handles) -> mpsc::Sender<api::Order> {
    let (sender, mut receiver) = mpsc::channel::<api::Order>(COMMANDS);
    let (engine, waker) = (handles.commands.clone(), handles.waker.clone());
    runtime.spawn(async move {
        while let Some(order) = receiver.recv().await {
            // A full channel drops the order: its sender is told that the engine is unavailable.
            let (command, answer) = order;
            if engine.try_send(Asked::Command(command, answer)).is_ok() {
                waker.wake();
            }
        }
    });
    sender
}

/// Lets the API put changed settings in force.
fn follow_settings(
    runtime: &Runtime,
    source: configuration::Source,
    handles: &Handles,
) -> api::Configuration {
    let (reloads, asked) = mpsc::channel(configuration::WAITING);
    let engine = configuration::Engine {
        orders: handles.commands.clone(),
        waker: handles.waker.clone(),
    };
    runtime.spawn(configuration::run(source, engine, asked));
    api::Configuration { reloads }
}

fn start_disk(waker: Waker) -> anyhow::Result<(disk::Disk, Receiver<disk::Event>)> {
    let (sender, receiver) = sync_channel(DISK_EVENTS);
    let disk = disk::spawn(disk::Limits::default(), move |event| {
        if sender.try_send(event).is_ok() {
            waker.wake();
        }
    })?;
    Ok((disk, receiver))
}

/// Waits until the server is told to stop and the engine has ended, or the engine has failed.
async fn wait_for_the_end(
    engine: JoinHandle<anyhow::Result<()>>,
    stop: &watch::Sender<bool>,
) -> anyhow::Result<anyhow::Result<ExitCode>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let joined = tokio::task::spawn_blocking(move || engine.join());
    tokio::pin!(joined);
    let ended = tokio::select! {
        ended = &mut joined => ended,
        _ = terminate.recv() => {
            stop.send_replace(true);
            joined.await
        }
        _ = interrupt.recv() => {
            stop.send_replace(true);
            joined.await
        }
    };
    Ok(match ended? {
        Ok(result) => result.map(|()| ExitCode::SUCCESS),
        Err(_) => Err(anyhow!("the engine thread panicked")),
    })
}

/// The legs of the range whose ports the parent could not bind.
fn missing_ports(range: &Range<u16>, sockets: &[UdpSocket]) -> anyhow::Result<Vec<LegId>> {
    let held: HashSet<u16> = addresses(sockets)?.iter().map(SocketAddr::port).collect();
    let missing = range.clone().filter(|port| !held.contains(port));
    Ok(missing.map(|port| LegId(u32::from(port))).collect())
}

fn addresses(sockets: &[UdpSocket]) -> anyhow::Result<Vec<SocketAddr>> {
    sockets
        .iter()
        .map(|socket| socket.local_addr().context("read the address of a socket"))
        .collect()
}

/// Randomness of the operating system.
fn seed() -> anyhow::Result<[u8; 32]> {
    let mut seed = [0; 32];
    std::fs::File::open("/dev/urandom")
        .and_then(|mut source| source.read_exact(&mut seed))
        .context("read randomness from the system")?;
    Ok(seed)
}
