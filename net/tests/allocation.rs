//! A media thread allocates nothing for a packet.
#![expect(unsafe_code, reason = "a counting allocator is an unsafe trait")]

use net::{
    Clock,
    media::{self, Machine, Path, Queued, Sink},
};
use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    net::{SocketAddr, UdpSocket},
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

struct Counting;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

thread_local! {
    static COUNTED: Cell<bool> = const { Cell::new(false) };
}

// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if COUNTED.get() {
            ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        }
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(pointer, layout) };
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Returns each packet from a buffer of its own.
struct Echo {
    opened: bool,
    waiting: Vec<(SocketAddr, [u8; 172])>,
}

impl Machine for Echo {
    type Order = ();
    type Event = SocketAddr;

    fn handle_order(&mut self, _now: Duration, (): ()) {
        self.opened = true;
    }

    fn handle_packet(&mut self, _now: Duration, _slot: u32, from: SocketAddr, packet: &mut [u8]) {
        if let Ok(packet) = (&*packet).try_into() {
            self.waiting.push((from, packet));
        }
    }

    fn handle_tick(&mut self, _now: Duration) {}

    fn flush(&mut self, sink: &mut impl Sink<SocketAddr>) {
        if std::mem::take(&mut self.opened) {
            sink.open(0, Queued::Discarded);
            COUNTED.set(true);
        }
        for (to, packet) in self.waiting.drain(..) {
            sink.send(0, to, &packet, Path::Proven);
            sink.tell(to);
        }
    }
}

#[test]
fn relaying_a_thousand_packets_allocates_nothing() {
    let address = UdpSocket::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let socket = UdpSocket::bind(address).unwrap();
    socket.set_nonblocking(true).unwrap();
    let config = media::Config {
        name: "counted".into(),
        clock: Clock::anchored_here(),
        sockets: [socket].into(),
        checkpoint: None,
        orders: 4,
        events: 2_000,
        processor: None,
    };
    let machine = Echo {
        opened: false,
        waiting: Vec::with_capacity(64),
    };
    let (thread, events) = media::spawn(config, machine, || ()).unwrap();
    thread.orders().send(()).unwrap();
    let phone = UdpSocket::bind("127.0.0.1:0").unwrap();
    phone
        .set_read_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    while thread.statistics().figures().open_slots == 0 {
        std::thread::yield_now();
    }
    let mut packet = [7; 172];
    for _ in 0..1_000 {
        phone.send_to(&packet, address).unwrap();
        phone.recv(&mut packet).unwrap();
    }
    assert_eq!(thread.statistics().figures().packets_in, 1_000);
    assert_eq!(ALLOCATIONS.load(Ordering::Relaxed), 0);
    drop(thread);
    assert_eq!(events.iter().count(), 1_000);
}
