//! A server that answers every datagram, connection and media packet, and that goes on when its
//! worker is killed: `echo <directory>` writes the addresses that it serves into the directory.
//!
//! Words that it obeys over UDP: `hang` stops the heartbeat, `crash` aborts the worker, `leave`
//! ends it with success. Every datagram comes back behind the worker's generation.

use net::{
    inherit,
    media::{self, Machine, Path, Queued, Sink},
    parent::{self, Plan, RtpPlan, Sockets},
    signalling::{self, Event, Limits, Reactor, Tls},
};
use std::{
    env,
    error::Error,
    fs,
    net::{SocketAddr, UdpSocket},
    process, thread,
    time::Duration,
};

fn main() -> Result<(), Box<dyn Error>> {
    let directory = env::args().nth(1).ok_or("echo <directory>")?;
    match env::var(inherit::VARIABLE) {
        Ok(value) => work(&value),
        Err(_) => hold(&directory),
    }
}

fn hold(directory: &str) -> Result<(), Box<dyn Error>> {
    let loopback = SocketAddr::from(([127, 0, 0, 1], 0));
    let sockets = bind_somewhere(loopback)?;
    let datagram = sockets.sip_udp_addresses()?[0];
    let stream = sockets.sip_tcp_addresses()?[0];
    let media = sockets.rtp_addresses()?[0];
    let draft = format!("{directory}/draft");
    fs::write(&draft, format!("{datagram} {stream} {media}"))?;
    fs::rename(draft, format!("{directory}/addresses"))?;
    let worker = parent::Worker {
        program: env::current_exe()?,
        args: vec![directory.into()],
    };
    let code = parent::supervise(&sockets, &worker, &parent::Options::default())?;
    process::exit(code)
}

/// Binds a media port that nobody else has: the system names a free one, which is then bound by its
/// number, as a plan does.
fn bind_somewhere(loopback: SocketAddr) -> Result<Sockets, Box<dyn Error>> {
    let mut last = None;
    for _ in 0..200 {
        let port = UdpSocket::bind(loopback)?.local_addr()?.port();
        let plan = Plan {
            sip_udp: vec![loopback],
            sip_tcp: vec![loopback],
            rtp: Some(RtpPlan {
                address: loopback.ip(),
                ports: port..=port,
            }),
            checkpoints: 1,
            ..Plan::default()
        };
        match Sockets::bind(&plan) {
            Ok(sockets) => return Ok(sockets),
            Err(error) => last = Some(error),
        }
    }
    Err(last.map_or("nothing tried".into(), Into::into))
}

fn work(value: &str) -> Result<(), Box<dyn Error>> {
    let mut inherited = inherit::take(value)?;
    let clock = inherited.clock;
    let generation = inherited.generation;
    if generation > 0 {
        // Long enough for a test to fill the gap with packets, far below the watchdog.
        thread::sleep(Duration::from_millis(200));
    }
    let config = media::Config {
        name: "media".into(),
        clock,
        sockets: inherited.rtp.into(),
        checkpoint: inherited.checkpoints.pop(),
        orders: 16,
        events: 16,
        processor: None,
    };
    let (media, _events) = media::spawn(config, Echo::default(), || ())?;
    media.orders().send(())?;
    let limits = Limits::default();
    let sockets = signalling::Sockets {
        datagrams: inherited.sip_udp,
        plain: inherited.sip_tcp,
        secure: inherited.sip_tls,
    };
    let mut reactor = Reactor::new(sockets, Tls::default(), limits, generation << 40)?;
    let mut events = Vec::new();
    loop {
        inherited.heartbeat.beat(clock.now());
        reactor.poll(clock.now(), None, &mut events)?;
        for event in events.drain(..) {
            match event {
                Event::Datagram {
                    local,
                    remote,
                    data,
                    ..
                } => {
                    let answer = [format!("{generation} ").as_bytes(), &data].concat();
                    reactor.send_datagram(local, remote, &answer)?;
                    obey(&data);
                }
                Event::Accepted { connection, .. } => {
                    reactor.send_stream(connection, format!("{generation}\n").as_bytes());
                }
                Event::Connected { .. } | Event::Data { .. } | Event::Closed { .. } => {}
            }
        }
    }
}

fn obey(word: &[u8]) {
    match word {
        b"hang" => loop {
            thread::park();
        },
        b"crash" => process::abort(),
        b"leave" => process::exit(0),
        _ => {}
    }
}

/// Sends every media packet back, from one slot.
#[derive(Default)]
struct Echo {
    opened: bool,
    waiting: Vec<(SocketAddr, Vec<u8>)>,
}

impl Machine for Echo {
    type Order = ();
    type Event = ();

    fn handle_order(&mut self, _now: Duration, (): ()) {
        self.opened = true;
    }

    fn handle_packet(&mut self, _now: Duration, _slot: u32, from: SocketAddr, packet: &mut [u8]) {
        self.waiting.push((from, packet.to_vec()));
    }

    fn handle_tick(&mut self, _now: Duration) {}

    fn flush(&mut self, sink: &mut impl Sink<()>) {
        if std::mem::take(&mut self.opened) {
            sink.open(0, Queued::Delivered);
        }
        for (to, packet) in self.waiting.drain(..) {
            sink.send(0, to, &packet, Path::Proven);
        }
    }
}
