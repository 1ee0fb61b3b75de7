//! The reference: the least that does a scenario's packets on this machine.
//!
//! One thread, one connected socket for each leg, one epoll, a wheel of 20 slots. It has no SIP
//! transactions, no checks, no journal, no database and no protection against anybody: what the
//! product does on top of it is what the comparison shows.

mod line;
mod signalling;

use line::{Line, Recording};
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use nix::sys::time::TimeSpec;
use nix::sys::timerfd::{ClockId, Expiration, TimerFd, TimerFlags, TimerSetTimeFlags};
use std::collections::HashMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddrV4, UdpSocket};
use std::time::Duration;

const SIGNALLING: u64 = u64::MAX;
const TIMER: u64 = u64::MAX - 1;
const EVENTS: usize = 512;
/// Slots of a millisecond, over which the calls' packets are spread.
const SLOTS: usize = 20;
/// Frames of 20 ms in the prompt of ten seconds.
const PROMPT_FRAMES: u32 = 500;
const FRAME_BYTES: usize = 160;
const HEADER_BYTES: usize = 12;

/// Where the reference listens, and whom it rings.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ports {
    pub(crate) sip: u16,
    pub(crate) peer: u16,
}

/// Runs until it is killed.
///
/// # Errors
/// A refusal of the system.
pub(crate) fn run(ports: Ports) -> io::Result<()> {
    let mut stub = Stub::new(ports)?;
    let mut events = vec![EpollEvent::empty(); EVENTS];
    loop {
        let ready = stub.epoll.wait(&mut events, EpollTimeout::NONE)?;
        for event in &events[..ready] {
            match event.data() {
                TIMER => stub.handle_timer()?,
                SIGNALLING => stub.receive_signalling()?,
                line => stub.receive_media(usize::try_from(line).unwrap_or(usize::MAX)),
            }
        }
    }
}

struct Call {
    id: String,
    /// The caller's leg, and the agent's where there is one.
    lines: (usize, Option<usize>),
    invite: String,
    from: SocketAddrV4,
    tag: String,
    /// `To` and target of the agent's dialog, once it has answered.
    agent: Option<(String, String)>,
    recording: Option<Recording>,
    frames_played: Option<u32>,
    echoed: bool,
    key_heard: bool,
}

struct Stub {
    epoll: Epoll,
    timer: TimerFd,
    sip: UdpSocket,
    ports: Ports,
    lines: Vec<Line>,
    free_lines: Vec<usize>,
    calls: Vec<Option<Call>>,
    free_calls: Vec<usize>,
    by_id: HashMap<String, usize>,
    slots: [Vec<usize>; SLOTS],
    tick: usize,
    prompt: Vec<u8>,
    recordings: u32,
}

impl Stub {
    fn new(ports: Ports) -> io::Result<Self> {
        let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?;
        let sip = UdpSocket::bind((Ipv4Addr::LOCALHOST, ports.sip))?;
        sip.set_nonblocking(true)?;
        nix::sys::socket::setsockopt(&sip, nix::sys::socket::sockopt::RcvBuf, &(4 << 20))?;
        epoll.add(&sip, EpollEvent::new(EpollFlags::EPOLLIN, SIGNALLING))?;
        let timer = TimerFd::new(ClockId::CLOCK_MONOTONIC, TimerFlags::TFD_NONBLOCK)?;
        let step = Expiration::Interval(TimeSpec::from_duration(Duration::from_millis(1)));
        timer.set(step, TimerSetTimeFlags::empty())?;
        epoll.add(&timer, EpollEvent::new(EpollFlags::EPOLLIN, TIMER))?;
        let prompt = (0..PROMPT_FRAMES as usize * FRAME_BYTES).map(|at| (at % 251) as u8);
        Ok(Self {
            epoll,
            timer,
            sip,
            ports,
            lines: Vec::new(),
            free_lines: Vec::new(),
            calls: Vec::new(),
            free_calls: Vec::new(),
            by_id: HashMap::new(),
            slots: Default::default(),
            tick: 0,
            prompt: prompt.collect(),
            recordings: 0,
        })
    }

    /// Gives a call a socket, a used one where there is one.
    fn take_line(&mut self, call: usize, is_agent: bool) -> io::Result<usize> {
        let number = if let Some(number) = self.free_lines.pop() {
            number
        } else {
            let line = Line::bind()?;
            let event = EpollEvent::new(EpollFlags::EPOLLIN, self.lines.len() as u64);
            self.epoll.add(line.socket(), event)?;
            self.lines.push(line);
            self.lines.len() - 1
        };
        self.lines[number].serve(call, is_agent);
        Ok(number)
    }

    fn end(&mut self, number: usize) {
        if let Some(call) = self.calls[number].take() {
            self.by_id.remove(&call.id);
            for line in std::iter::once(call.lines.0).chain(call.lines.1) {
                self.lines[line].rest();
                self.free_lines.push(line);
            }
            if let Some(recording) = call.recording {
                recording.finish();
            }
            self.free_calls.push(number);
        }
    }

    /// Plays the frames of the milliseconds that have passed.
    fn handle_timer(&mut self) -> io::Result<()> {
        let mut passed = [0; 8];
        nix::unistd::read(&self.timer, &mut passed)?;
        for _ in 0..u64::from_ne_bytes(passed).min(SLOTS as u64) {
            let slot = self.tick % SLOTS;
            self.tick += 1;
            let mut place = 0;
            while let Some(number) = self.slots[slot].get(place).copied() {
                if self.play(number) {
                    place += 1;
                } else {
                    self.slots[slot].swap_remove(place);
                }
            }
        }
        Ok(())
    }

    /// Sends the call's next frame; false when there is none.
    fn play(&mut self, number: usize) -> bool {
        let Some(call) = &mut self.calls[number] else {
            return false;
        };
        let Some(frame) = call.frames_played.filter(|frame| *frame < PROMPT_FRAMES) else {
            return false;
        };
        call.frames_played = Some(frame + 1);
        let mut packet = [0; HEADER_BYTES + FRAME_BYTES];
        packet[0] = 0x80;
        packet[2..4].copy_from_slice(&(frame as u16).to_be_bytes());
        packet[4..8].copy_from_slice(&(frame * FRAME_BYTES as u32).to_be_bytes());
        packet[8..12].copy_from_slice(&(number as u32).to_be_bytes());
        let start = frame as usize * FRAME_BYTES;
        packet[HEADER_BYTES..].copy_from_slice(&self.prompt[start..start + FRAME_BYTES]);
        self.lines[call.lines.0].send(&packet);
        true
    }

    fn receive_media(&mut self, number: usize) {
        let mut buffer = [0; 2_048];
        while let Some(length) = self.lines[number].receive(&mut buffer) {
            let packet = &buffer[..length];
            let line = &self.lines[number];
            let Some((owner, is_agent)) = line.owner() else {
                continue;
            };
            let Some(call) = &mut self.calls[owner] else {
                continue;
            };
            if let (Some(recording), Some(payload)) =
                (&mut call.recording, packet.get(HEADER_BYTES..))
            {
                recording.write(payload);
            }
            let other = if is_agent {
                Some(call.lines.0)
            } else if call.echoed {
                Some(number)
            } else {
                call.lines.1
            };
            match other {
                Some(other) => self.lines[other].send(packet),
                None if is_end_of_key(packet) && !call.key_heard => {
                    call.key_heard = true;
                    self.hang_up(owner);
                }
                None => (),
            }
        }
    }
}

fn is_end_of_key(packet: &[u8]) -> bool {
    packet.len() >= HEADER_BYTES + 4 && packet[1] & 0x7F == 101 && packet[13] & 0x80 != 0
}
