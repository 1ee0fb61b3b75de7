//! Tests of a media thread over loopback.

use super::*;
use crate::media::{Figures, checkpoint::read};
use std::time::Instant;

const PATIENCE: Duration = Duration::from_secs(10);

/// What the test's machine is told.
enum Order {
    Open(u32, Queued),
    OpenCompanion(u32),
    Close(u32),
    /// Answers from now on to the sender, over this path.
    Answer(Path),
    /// Sends three packets to an address.
    Send(u32, SocketAddr),
    Sleep(Duration),
}

/// What the test's machine tells.
#[derive(Debug, PartialEq, Eq)]
enum Heard {
    Packet(u32, SocketAddr, Vec<u8>),
    Ticked,
}

/// Sends every packet back with its first byte raised by one.
struct Echo {
    path: Path,
    packets: Vec<(u32, SocketAddr, Vec<u8>)>,
    /// What the companions send.
    beside: Vec<(u32, SocketAddr, Vec<u8>)>,
    slots: Vec<Order>,
    heard: Vec<Heard>,
    ticks: bool,
}

impl Machine for Echo {
    type Order = Order;
    type Event = Heard;

    fn handle_order(&mut self, _now: Duration, order: Order) {
        match order {
            Order::Open(..) | Order::OpenCompanion(_) | Order::Close(_) => self.slots.push(order),
            Order::Answer(path) => self.path = path,
            Order::Send(slot, to) => {
                self.packets
                    .extend((0..3).map(|number| (slot, to, vec![number])));
            }
            Order::Sleep(span) => std::thread::sleep(span),
        }
    }

    fn handle_packet(&mut self, _now: Duration, slot: u32, from: SocketAddr, packet: &mut [u8]) {
        self.heard.push(Heard::Packet(slot, from, packet.to_vec()));
        packet[0] += 1;
        self.packets.push((slot, from, packet.to_vec()));
    }

    fn handle_companion(&mut self, _now: Duration, slot: u32, from: SocketAddr, packet: &mut [u8]) {
        self.beside
            .push((slot, from, [&*packet, b" back"].concat()));
    }

    fn handle_tick(&mut self, _now: Duration) {
        if self.ticks {
            self.heard.push(Heard::Ticked);
        }
    }

    fn flush(&mut self, sink: &mut impl Sink<Heard>) {
        for order in self.slots.drain(..) {
            match order {
                Order::Open(slot, queued) => sink.open(slot, queued),
                Order::OpenCompanion(slot) => sink.open_companion(slot),
                Order::Close(slot) => sink.close(slot),
                Order::Answer(_) | Order::Send(..) | Order::Sleep(_) => {}
            }
        }
        for (slot, to, packet) in self.packets.drain(..) {
            sink.send(slot, to, &packet, self.path);
        }
        for (slot, to, packet) in self.beside.drain(..) {
            sink.send_companion(slot, to, &packet);
        }
        self.heard.drain(..).for_each(|event| sink.tell(event));
    }

    fn write_checkpoint(&mut self, _now: Duration, buffer: &mut Vec<u8>) {
        buffer.extend_from_slice(b"where it was");
    }
}

struct Rig {
    thread: Thread<Order>,
    events: Receiver<Heard>,
    wakes: Receiver<()>,
    addresses: Vec<SocketAddr>,
    checkpoint: File,
}

impl Rig {
    fn new(ticks: bool) -> Self {
        Self::over(&(0..2).map(|_| bind()).collect(), ticks)
    }

    fn over(sockets: &Arc<[UdpSocket]>, ticks: bool) -> Self {
        let addresses = sockets
            .iter()
            .map(|socket| socket.local_addr().unwrap())
            .collect();
        let checkpoint = tempfile::tempfile().unwrap();
        let config = Config {
            name: "media test".into(),
            clock: Clock::anchored_here(),
            sockets: Arc::clone(sockets),
            checkpoint: Some(checkpoint.try_clone().unwrap()),
            orders: 64,
            events: 4_096,
            processor: Some(0),
        };
        let machine = Echo {
            path: Path::Assumed,
            packets: Vec::new(),
            beside: Vec::new(),
            slots: Vec::new(),
            heard: Vec::new(),
            ticks,
        };
        let (wake, wakes) = sync_channel(1);
        let spawned = spawn(config, machine, move || {
            let _ = wake.try_send(());
        });
        let (thread, events) = spawned.unwrap();
        Self {
            thread,
            events,
            wakes,
            addresses,
            checkpoint,
        }
    }

    fn order(&self, order: Order) {
        assert!(self.thread.orders().send(order).is_ok());
    }

    fn heard(&self) -> Heard {
        self.events.recv_timeout(PATIENCE).unwrap()
    }

    fn figures_when(&self, fits: impl Fn(&Figures) -> bool) -> Figures {
        let until = Instant::now() + PATIENCE;
        loop {
            let figures = self.thread.statistics().figures();
            if fits(&figures) {
                return figures;
            }
            assert!(Instant::now() < until, "{figures:?}");
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

/// A socket that is bound to the number of its port, as those of the parent are.
fn bind() -> UdpSocket {
    let chosen = UdpSocket::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let socket = UdpSocket::bind(chosen).unwrap();
    socket.set_nonblocking(true).unwrap();
    socket
}

fn peer() -> UdpSocket {
    let peer = UdpSocket::bind("127.0.0.1:0").unwrap();
    peer.set_read_timeout(Some(PATIENCE)).unwrap();
    peer
}

fn hear(peer: &UdpSocket) -> (Vec<u8>, SocketAddr) {
    let mut buffer = [0; 64];
    let (length, from) = peer.recv_from(&mut buffer).unwrap();
    (buffer[..length].to_vec(), from)
}

#[test]
fn packets_of_open_slots_come_back_changed_from_their_own_port() {
    let rig = Rig::new(false);
    rig.order(Order::Open(0, Queued::Discarded));
    rig.order(Order::Open(1, Queued::Discarded));
    rig.figures_when(|figures| figures.open_slots == 2);
    let caller = peer();
    for round in 0..50 {
        for (slot, &address) in (0..).zip(&rig.addresses) {
            caller.send_to(&[round, 7], address).unwrap();
            assert_eq!(hear(&caller), (vec![round + 1, 7], address));
            let from = caller.local_addr().unwrap();
            assert_eq!(rig.heard(), Heard::Packet(slot, from, vec![round, 7]));
        }
    }
    assert!(rig.wakes.try_recv().is_ok());
    let figures = rig.figures_when(|figures| figures.packets_out == 100);
    assert_eq!((figures.packets_in, figures.sends_refused), (100, 0));
}

#[test]
fn what_came_for_a_closed_slot_is_not_heard_in_the_next_call() {
    let rig = Rig::new(false);
    let (earlier, later) = (peer(), peer());
    rig.order(Order::Answer(Path::Proven));
    rig.order(Order::Open(0, Queued::Discarded));
    rig.figures_when(|figures| figures.open_slots == 1);
    earlier.send_to(b"a", rig.addresses[0]).unwrap();
    hear(&earlier);
    rig.heard();
    rig.order(Order::Close(0));
    rig.figures_when(|figures| figures.open_slots == 0);
    earlier.send_to(b"late", rig.addresses[0]).unwrap();
    rig.order(Order::Open(0, Queued::Discarded));
    rig.figures_when(|figures| figures.open_slots == 1);
    later.send_to(b"hello", rig.addresses[0]).unwrap();
    let from = later.local_addr().unwrap();
    assert_eq!(rig.heard(), Heard::Packet(0, from, b"hello".to_vec()));
}

#[test]
fn a_proven_peer_keeps_strangers_out_until_it_is_no_longer_proven() {
    let rig = Rig::new(false);
    let (caller, stranger) = (peer(), peer());
    rig.order(Order::Answer(Path::Proven));
    rig.order(Order::Open(0, Queued::Discarded));
    rig.figures_when(|figures| figures.open_slots == 1);
    caller.send_to(b"a", rig.addresses[0]).unwrap();
    hear(&caller);
    stranger.send_to(b"s", rig.addresses[0]).unwrap();
    caller.send_to(b"b", rig.addresses[0]).unwrap();
    hear(&caller);
    assert_eq!(
        rig.figures_when(|figures| figures.packets_out == 2)
            .packets_in,
        2
    );

    rig.order(Order::Answer(Path::Assumed));
    rig.figures_when(|figures| figures.orders == 3);
    caller.send_to(b"c", rig.addresses[0]).unwrap();
    hear(&caller);
    stranger.send_to(b"t", rig.addresses[0]).unwrap();
    assert_eq!(hear(&stranger).0, b"u");
}

#[test]
fn a_silent_peer_is_aimed_at_and_strangers_are_still_heard() {
    let rig = Rig::new(false);
    let (caller, stranger) = (peer(), peer());
    let (ours, theirs) = (rig.addresses[0], caller.local_addr().unwrap());
    rig.order(Order::Open(0, Queued::Discarded));
    for _ in 0..20 {
        rig.order(Order::Send(0, theirs));
    }
    rig.figures_when(|figures| figures.packets_out == 60);
    for _ in 0..60 {
        assert_eq!(hear(&caller).1, ours);
    }
    assert!(UdpSocket::bind(ours).is_err(), "the port is ours alone");

    stranger.send_to(b"s", ours).unwrap();
    assert_eq!(hear(&stranger), (b"t".to_vec(), ours));
    caller.send_to(b"c", ours).unwrap();
    assert_eq!(hear(&caller), (b"d".to_vec(), ours));

    rig.order(Order::Answer(Path::Proven));
    rig.figures_when(|figures| figures.orders == 22);
    caller.send_to(b"e", ours).unwrap();
    assert_eq!(hear(&caller), (b"f".to_vec(), ours));
    let before = rig.figures_when(|figures| figures.packets_in == 3);
    stranger.send_to(b"u", ours).unwrap();
    caller.send_to(b"g", ours).unwrap();
    assert_eq!(hear(&caller), (b"h".to_vec(), ours));
    assert_eq!(
        rig.thread.statistics().figures().packets_in,
        before.packets_in + 1
    );

    rig.order(Order::Close(0));
    rig.figures_when(|figures| figures.open_slots == 0);
    rig.order(Order::Answer(Path::Assumed));
    rig.order(Order::Open(0, Queued::Discarded));
    rig.figures_when(|figures| figures.open_slots == 1);
    stranger.send_to(b"v", ours).unwrap();
    assert_eq!(hear(&stranger), (b"w".to_vec(), ours));
}

#[test]
fn packets_queued_before_a_restart_are_heard_after_it() {
    let socket = bind();
    let caller = peer();
    socket.connect(caller.local_addr().unwrap()).unwrap();
    for number in 0..20 {
        caller
            .send_to(&[number], socket.local_addr().unwrap())
            .unwrap();
    }
    let rig = Rig::over(&[socket].into(), false);
    rig.order(Order::Open(0, Queued::Delivered));
    for number in 0..20 {
        let from = caller.local_addr().unwrap();
        assert_eq!(rig.heard(), Heard::Packet(0, from, vec![number]));
    }
}

#[test]
fn a_slot_that_goes_to_another_thread_takes_what_is_queued_and_its_peer_along() {
    let sockets: Arc<[UdpSocket]> = [bind(), bind()].into();
    let (from, to) = (Rig::over(&sockets, false), Rig::over(&sockets, false));
    let (caller, stranger) = (peer(), peer());
    from.order(Order::Answer(Path::Proven));
    from.order(Order::Open(1, Queued::Discarded));
    from.figures_when(|figures| figures.open_slots == 1);
    caller.send_to(b"a", from.addresses[1]).unwrap();
    hear(&caller);
    from.order(Order::Close(1));
    from.figures_when(|figures| figures.open_slots == 0);
    for number in 0..20 {
        caller.send_to(&[number], from.addresses[1]).unwrap();
    }
    stranger.send_to(b"s", from.addresses[1]).unwrap();

    to.order(Order::Answer(Path::Proven));
    to.order(Order::Open(1, Queued::Delivered));
    for number in 0..20 {
        let caller = caller.local_addr().unwrap();
        assert_eq!(to.heard(), Heard::Packet(1, caller, vec![number]));
    }
    let figures = to.figures_when(|figures| figures.packets_out == 20);
    assert_eq!(figures.packets_in, 20);
}

#[test]
fn a_peer_that_is_gone_stops_nothing() {
    let rig = Rig::new(false);
    let gone = peer().local_addr().unwrap();
    let caller = peer();
    rig.order(Order::Answer(Path::Proven));
    rig.order(Order::Open(0, Queued::Discarded));
    rig.order(Order::Open(1, Queued::Discarded));
    rig.order(Order::Send(0, gone));
    rig.figures_when(|figures| figures.peers_unreachable > 0);
    rig.order(Order::Send(0, gone));
    caller.send_to(b"a", rig.addresses[1]).unwrap();
    assert_eq!(hear(&caller).0, b"b");
    assert!(rig.thread.is_running());
}

#[test]
fn ticks_keep_their_pace_and_those_of_a_long_hold_up_are_left_out() {
    let begun = Instant::now();
    let rig = Rig::new(true);
    for _ in 0..40 {
        assert_eq!(rig.heard(), Heard::Ticked);
    }
    assert!(
        begun.elapsed() >= Duration::from_millis(200),
        "{:?}",
        begun.elapsed()
    );
    rig.order(Order::Sleep(Duration::from_millis(300)));
    let figures = rig.figures_when(|figures| figures.ticks_missed > 0);
    assert!(figures.ticks_missed >= 40, "{figures:?}");
    assert!(figures.lateness.iter().sum::<u64>() >= 40);
}

#[test]
fn each_second_leaves_a_checkpoint_and_a_busy_share() {
    let rig = Rig::new(false);
    let until = Instant::now() + PATIENCE;
    while read(&rig.checkpoint).is_none() {
        assert!(Instant::now() < until);
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(read(&rig.checkpoint).unwrap(), b"where it was");
    assert!(rig.thread.statistics().figures().busy_permille < 1_000);
}

#[test]
fn a_machine_that_panics_is_noticed() {
    let rig = Rig::new(false);
    rig.order(Order::Open(0, Queued::Discarded));
    rig.figures_when(|figures| figures.open_slots == 1);
    peer().send_to(&[255], rig.addresses[0]).unwrap();
    let until = Instant::now() + PATIENCE;
    while rig.thread.is_running() {
        assert!(Instant::now() < until);
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn a_companion_speaks_and_listens_one_port_above_its_slot() {
    let slot = std::iter::repeat_with(bind)
        .take(100)
        .find(|slot| UdpSocket::bind(above(slot.local_addr().unwrap())).is_ok())
        .unwrap();
    let rig = Rig::over(&Arc::from([slot]), false);
    rig.order(Order::Open(0, Queued::Discarded));
    rig.order(Order::OpenCompanion(0));
    rig.figures_when(|figures| figures.open_slots == 1);
    let peer = peer();

    peer.send_to(b"report", above(rig.addresses[0])).unwrap();

    let heard = (b"report back".to_vec(), above(rig.addresses[0]));
    assert_eq!(hear(&peer), heard);
}

fn above(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip(), address.port() + 1)
}
