//! One end of a conversation in RTP: speaks a tone, presses keys (RFC 4733), remembers what it
//! hears. The signalling beside it belongs to another program, which names this end's port.

use crate::patience::{eventually, until};
use crate::sound;
use std::collections::VecDeque;
use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

const FRAME: Duration = Duration::from_millis(20);
const FRAME_SAMPLES: usize = 160;
const MULAW: u8 = 0;
const ALAW: u8 = 8;
/// As the scenarios offer it.
const KEYS: u8 = 101;
/// Packets of a key while it is down, each 20 ms, and copies of its end.
const KEY_PACKETS: u16 = 5;
const END_PACKETS: u16 = 3;
/// Frames of speech after a key.
const KEY_PAUSE: usize = 5;

/// One end of a conversation.
#[derive(Debug)]
pub struct Voice {
    address: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    ended: AtomicBool,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    remote: Option<SocketAddr>,
    keys: VecDeque<char>,
    heard: Vec<Heard>,
    keys_heard: Vec<u8>,
}

/// A packet of sound.
#[derive(Debug, Clone)]
pub struct Heard {
    /// When it came.
    pub at: Instant,
    /// Its sequence number.
    pub sequence: u16,
    /// Its timestamp.
    pub timestamp: u32,
    /// Its source.
    pub ssrc: u32,
    /// What it carried.
    pub samples: Vec<i16>,
}

impl Voice {
    /// Begins to speak a tone of `hz` in mu-law to whoever speaks to it.
    pub fn speaking(hz: f64) -> Self {
        Self::begin(hz, (MULAW, sound::to_mulaw))
    }

    /// The same in A-law.
    pub fn speaking_alaw(hz: f64) -> Self {
        Self::begin(hz, (ALAW, sound::to_alaw))
    }

    fn begin(hz: f64, codec: Codec) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let address = socket.local_addr().unwrap();
        let shared = Arc::new(Shared::default());
        let mut mouth = Mouth::new(socket, (hz, codec), Arc::clone(&shared));
        let thread = std::thread::spawn(move || mouth.run());
        Self {
            address,
            shared,
            thread: Some(thread),
        }
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Who speaks to it.
    pub fn remote(&self) -> Option<SocketAddr> {
        self.state().remote
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap()
    }

    /// Presses keys, one after the other, and waits until the last is up.
    pub fn press(&self, keys: &str) {
        self.state().keys.extend(keys.chars());
        until("keys that are up", Duration::from_secs(20), || {
            self.state().keys.is_empty()
        });
    }

    /// Everything heard since `since`.
    pub fn heard_since(&self, since: Instant) -> Vec<Heard> {
        let state = self.state();
        let heard = state.heard.iter().filter(|packet| packet.at >= since);
        heard.cloned().collect()
    }

    /// The sound of what was heard since `since`.
    pub fn sound_since(&self, since: Instant) -> Vec<i16> {
        self.heard_since(since)
            .into_iter()
            .flat_map(|packet| packet.samples)
            .collect()
    }

    /// Waits until a tone of `hz` and nothing else is heard for `length` from this moment or a later
    /// one on; gives when that was so.
    pub fn hears_tone(&self, hz: f64, length: Duration, most: Duration) -> Instant {
        let begun = Instant::now();
        eventually(&format!("a tone of {hz} Hz"), length + most, || {
            let since = Instant::now().checked_sub(length)?;
            let sound = self.sound_since(since);
            let enough = sound.len() as f64 / sound::RATE as f64 > length.as_secs_f64() * 0.9;
            (since >= begun && enough && sound::is_tone(&sound, hz)).then(Instant::now)
        })
    }

    /// Waits until tones of all these and of none of the others are heard for `length`.
    pub fn hears_only(&self, tones: &[f64], others: &[f64], length: Duration, most: Duration) {
        let begun = Instant::now();
        eventually(
            &format!("tones of {tones:?} Hz alone"),
            length + most,
            || {
                let since = Instant::now().checked_sub(length)?;
                let sound = self.sound_since(since);
                let enough = sound.len() as f64 / sound::RATE as f64 > length.as_secs_f64() * 0.9;
                let least = 0.5 / tones.len() as f64;
                let loud = |hz: &f64| sound::share(&sound, *hz) > least;
                let still = |hz: &f64| sound::share(&sound, *hz) < 0.02;
                let fits = tones.iter().all(loud) && others.iter().all(still);
                (since >= begun && enough && fits).then_some(())
            },
        );
    }

    /// Waits until something that is not silence was heard for `seconds` since `since`.
    pub fn hears_sound(&self, since: Instant, seconds: f64, most: Duration) {
        until("sound", most, || {
            sound::seconds_of_sound(&self.sound_since(since)) >= seconds
        });
    }

    /// The longest time between two packets since `since`.
    pub fn longest_gap_since(&self, since: Instant) -> Duration {
        self.heard_since(since)
            .windows(2)
            .map(|pair| pair[1].at - pair[0].at)
            .max()
            .unwrap_or(Duration::MAX)
    }

    /// Events heard, in the order in which their ends came.
    pub fn keys_heard(&self) -> Vec<u8> {
        self.state().keys_heard.clone()
    }
}

impl Drop for Voice {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // A panic of the thread was printed where it happened.
            let _ = thread.join();
        }
    }
}

/// A payload type and how its samples are encoded.
type Codec = (u8, fn(i16) -> u8);

/// The thread behind a voice.
struct Mouth {
    socket: UdpSocket,
    hz: f64,
    codec: Codec,
    shared: Arc<Shared>,
    sequence: u16,
    frames: u32,
    /// What is left of a key: packets and the timestamp at which it went down.
    key: Option<(u8, u16, u32)>,
    pause: usize,
    last_key_end: Option<u32>,
}

impl Mouth {
    fn new(socket: UdpSocket, (hz, codec): (f64, Codec), shared: Arc<Shared>) -> Self {
        Self {
            socket,
            hz,
            codec,
            shared,
            sequence: 1_000,
            frames: 0,
            key: None,
            pause: 0,
            last_key_end: None,
        }
    }

    fn run(&mut self) {
        let mut next = Instant::now();
        while !self.shared.ended.load(Ordering::Relaxed) {
            next += FRAME;
            self.listen_until(next);
            self.speak();
        }
    }

    fn listen_until(&mut self, deadline: Instant) {
        let mut packet = [0; 2_048];
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            self.socket.set_read_timeout(Some(left)).unwrap();
            if let Ok((length, from)) = self.socket.recv_from(&mut packet) {
                self.hear(&packet[..length], from);
            }
        }
    }

    fn hear(&mut self, packet: &[u8], from: SocketAddr) {
        if packet.len() < 12 || packet[0] >> 6 != 2 {
            return;
        }
        let mut state = self.shared.state.lock().unwrap();
        state.remote = Some(from);
        let word = |at: usize| u32::from_be_bytes(packet[at..at + 4].try_into().unwrap());
        let (timestamp, ssrc) = (word(4), word(8));
        let payload = &packet[12..];
        let samples = match packet[1] & 0x7F {
            MULAW => payload.iter().copied().map(sound::from_mulaw).collect(),
            ALAW => payload.iter().copied().map(sound::from_alaw).collect(),
            KEYS if payload.len() >= 4 && payload[1] & 0x80 != 0 => {
                if self.last_key_end.replace(timestamp) != Some(timestamp) {
                    state.keys_heard.push(payload[0]);
                }
                return;
            }
            _ => return,
        };
        state.heard.push(Heard {
            at: Instant::now(),
            sequence: u16::from_be_bytes([packet[2], packet[3]]),
            timestamp,
            ssrc,
            samples,
        });
    }

    fn speak(&mut self) {
        let timestamp = self.frames * FRAME_SAMPLES as u32;
        self.frames += 1;
        let remote = {
            let state = self.shared.state.lock().unwrap();
            let next = state.keys.front().copied();
            if self.key.is_none() && self.pause == 0 {
                self.key = next.map(|key| (event_of(key), 0, timestamp));
            }
            state.remote
        };
        let Some(remote) = remote else {
            return;
        };
        let (marker, kind, stamp, payload) = if let Some((event, sent, down)) = self.key {
            self.key_packet(event, sent, down)
        } else {
            self.pause = self.pause.saturating_sub(1);
            let samples = sound::tone(self.hz, timestamp as usize, FRAME_SAMPLES);
            let (kind, encode) = self.codec;
            let payload = samples.into_iter().map(encode).collect();
            (false, kind, timestamp, payload)
        };
        let mut packet = vec![0x80, kind | u8::from(marker) << 7];
        packet.extend(self.sequence.to_be_bytes());
        packet.extend(stamp.to_be_bytes());
        packet.extend(0x7E57_7E57u32.to_be_bytes());
        packet.extend::<Vec<u8>>(payload);
        self.sequence = self.sequence.wrapping_add(1);
        // A peer that is gone refuses the packet, as it may.
        let _ = self.socket.send_to(&packet, remote);
    }

    fn key_packet(&mut self, event: u8, sent: u16, down: u32) -> (bool, u8, u32, Vec<u8>) {
        let ended = sent >= KEY_PACKETS;
        let lasted = (sent + 1).min(KEY_PACKETS) * FRAME_SAMPLES as u16;
        let flags = if ended { 0x8A } else { 0x0A };
        let [high, low] = lasted.to_be_bytes();
        let next = sent + 1;
        self.key = Some((event, next, down));
        if next == KEY_PACKETS + END_PACKETS {
            self.key = None;
            self.pause = KEY_PAUSE;
            self.shared.state.lock().unwrap().keys.pop_front();
        }
        (sent == 0, KEYS, down, vec![event, flags, high, low])
    }
}

fn event_of(key: char) -> u8 {
    match key {
        '*' => 10,
        '#' => 11,
        digit => u8::try_from(digit.to_digit(10).unwrap()).unwrap(),
    }
}
