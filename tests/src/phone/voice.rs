//! The ear and the mouth of a phone: RTP by `rtp-rs`, keys by RFC 4733.

use crate::tone::{Law, sine};
use rtp_rs::{RtpPacketBuilder, RtpReader, Seq};
use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// Length and samples of a frame.
const FRAME: Duration = Duration::from_millis(20);
const SAMPLES: u64 = 160;
const SECOND: u64 = 8_000;
/// Frames kept: two minutes.
const KEPT: usize = 6_000;
/// Frames of a key press; the last three say that it ended.
const KEY_FRAMES: u16 = 5;
const KEY_ENDS: u16 = 3;
/// Packets by which an overtaken packet may be late.
const FAR_BEHIND: i16 = 50;

/// Which way audio may flow, as the phone's SDP says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Both ways.
    SendRecv,
    /// We hold the other side.
    SendOnly,
    /// Neither.
    Inactive,
}

impl Way {
    fn name(self) -> &'static str {
        match self {
            Self::SendRecv => "sendrecv",
            Self::SendOnly => "sendonly",
            Self::Inactive => "inactive",
        }
    }
}

/// One RTP stream each way.
#[derive(Debug)]
pub struct Voice {
    /// Our own RTP address.
    pub address: SocketAddr,
    /// The address that our SDP names in its place.
    pub inside: Option<IpAddr>,
    /// What we say.
    pub hz: f64,
    /// What we say in place of that, over and over from the first packet on; nothing for the tone.
    pub says: Vec<i16>,
    /// What our SDP says.
    pub way: Way,
    /// Whether we have audio to send; a phone that crashed has none.
    pub speaks: bool,
    /// Whether its keys are tones in the audio, and not events.
    pub plays_keys: bool,
    law: Law,
    remote: Option<SocketAddr>,
    event_type: u8,
    version: u32,
    ssrc: u32,
    sequence: u16,
    timestamp: u32,
    next_at: Option<Duration>,
    keys: VecDeque<(u8, u16)>,
    key_began: u32,
    /// A second of what we say, in the codec in use.
    speech: Vec<u8>,
    /// Samples that were said of what is said in place of a tone.
    said: usize,
    heard: VecDeque<(Duration, Law, Vec<u8>)>,
    /// Packets received.
    pub received: u64,
    /// Packets of key presses received.
    pub events: u64,
    /// The keys that they were, each with when it went down.
    keys_heard: Vec<(u32, u8)>,
    /// Whether the other side takes keys as events.
    pub offered_events: bool,
    /// SSRC, sequence number and timestamp of the latest packet heard.
    line: Option<(u32, u16, u32)>,
    /// Where the stream that was heard did not go on as one stream does.
    pub breaks: Vec<String>,
}

impl Voice {
    /// A silent stream at `address`.
    pub fn new(address: SocketAddr, hz: f64, law: Law, ssrc: u32) -> Self {
        Self {
            address,
            inside: None,
            hz,
            says: Vec::new(),
            said: 0,
            way: Way::SendRecv,
            speaks: true,
            plays_keys: false,
            law,
            remote: None,
            event_type: 101,
            version: 0,
            ssrc,
            sequence: ssrc as u16,
            timestamp: ssrc.rotate_left(9),
            next_at: None,
            keys: VecDeque::new(),
            key_began: 0,
            speech: Vec::new(),
            heard: VecDeque::new(),
            received: 0,
            events: 0,
            keys_heard: Vec::new(),
            offered_events: false,
            line: None,
            breaks: Vec::new(),
        }
    }

    /// Our SDP: an offer, or the answer to what we [`listen_to`](Self::listen_to).
    pub fn sdp(&mut self) -> String {
        self.version += 1;
        let ip = self.inside.unwrap_or(self.address.ip());
        let port = self.address.port();
        let other = match self.law {
            Law::Mu => Law::A,
            Law::A => Law::Mu,
        };
        let (first, second) = (self.law.payload_type(), other.payload_type());
        let whole = format!(
            "v=0\r\no=phone {} {} IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\n\
             m=audio {port} RTP/AVP {first} {second} {event}\r\n\
             a=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n\
             a=rtpmap:{event} telephone-event/8000\r\na=fmtp:{event} 0-15\r\n\
             a=ptime:20\r\na={way}\r\n",
            self.ssrc,
            self.version,
            event = self.event_type,
            way = self.way.name(),
        );
        if self.plays_keys {
            without_events(&whole, self.event_type)
        } else {
            whole
        }
    }

    /// Our SDP with one codec.
    pub fn sdp_only(&mut self, law: Law) -> String {
        self.law = law;
        self.speech.clear();
        let whole = self.sdp();
        let kind = law.payload_type();
        whole
            .lines()
            .map(|line| match line.strip_prefix("m=audio ") {
                Some(rest) => {
                    let port = rest.split(' ').next().unwrap_or_default();
                    format!("m=audio {port} RTP/AVP {kind} {}\r\n", self.event_type)
                }
                None => format!("{line}\r\n"),
            })
            .collect()
    }

    /// An offer that the server cannot meet.
    pub fn foreign_sdp(&self) -> String {
        let (ip, port) = (self.address.ip(), self.address.port());
        format!(
            "v=0\r\no=phone 1 1 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\n\
             m=audio {port} RTP/AVP 18\r\na=rtpmap:18 G729/8000\r\n"
        )
    }

    /// Reads the other side's SDP and begins to send.
    pub fn listen_to(&mut self, now: Duration, sdp: &str) {
        let connection = sdp.lines().find_map(|line| line.strip_prefix("c=IN IP4 "));
        let media = sdp.lines().find_map(|line| line.strip_prefix("m=audio "));
        let (Some(ip), Some(media)) = (connection, media) else {
            panic!("no audio in {sdp}");
        };
        let mut words = media.split_whitespace();
        let port: u16 = words.next().unwrap().parse().unwrap();
        let types: Vec<u8> = words.skip(1).map(|word| word.parse().unwrap()).collect();
        self.law = match types.iter().find(|it| matches!(**it, 0 | 8)) {
            Some(0) => Law::Mu,
            Some(8) => Law::A,
            _ => panic!("no G.711 in {sdp}"),
        };
        self.offered_events = sdp.contains("telephone-event");
        self.speech.clear();
        self.remote = Some(SocketAddr::new(ip.trim().parse().unwrap(), port));
        self.next_at.get_or_insert(now);
    }

    /// The codec in use.
    pub fn law(&self) -> Law {
        self.law
    }

    /// Presses keys one after the other.
    pub fn press(&mut self, keys: &str) {
        for key in keys.chars() {
            let code = match key {
                '0'..='9' => key as u8 - b'0',
                '*' => 10,
                '#' => 11,
                _ => 12 + (key as u8 - b'A'),
            };
            self.keys
                .extend((1..=KEY_FRAMES).map(|frame| (code, frame)));
            // Silence between two presses of the same key.
            self.keys.extend([(u8::MAX, 0); 3]);
        }
    }

    /// Says and hears no more.
    pub fn stop(&mut self) {
        self.next_at = None;
        self.keys.clear();
    }

    /// When the next frame is due.
    pub fn next_at(&self) -> Option<Duration> {
        self.next_at
    }

    /// Packets due by `now` with their destination.
    pub fn tick(&mut self, now: Duration) -> Vec<(SocketAddr, Vec<u8>)> {
        let mut packets = Vec::new();
        while let (Some(at), Some(remote)) = (self.next_at.filter(|at| *at <= now), self.remote) {
            self.next_at = Some(at + FRAME);
            let frame = self.frame();
            self.timestamp = self.timestamp.wrapping_add(SAMPLES as u32);
            if self.speaks && self.way != Way::Inactive {
                packets.extend(frame.into_iter().map(|bytes| (remote, bytes)));
            }
        }
        packets
    }

    fn frame(&mut self) -> Vec<Vec<u8>> {
        match self.keys.pop_front() {
            Some((code, _)) if code != u8::MAX && self.plays_keys => {
                let kind = self.law.payload_type();
                let tones = self.key_tones(code);
                vec![self.packet(kind, self.timestamp, false, &tones)]
            }
            Some((code, frame)) if code != u8::MAX => self.key_frame(code, frame),
            Some(_) | None => {
                let kind = self.law.payload_type();
                let speech = self.speech();
                vec![self.packet(kind, self.timestamp, false, &speech)]
            }
        }
    }

    fn speech(&mut self) -> Vec<u8> {
        if !self.says.is_empty() {
            let from = self.said % self.says.len();
            self.said += SAMPLES as usize;
            let samples = self.says.iter().cycle().skip(from);
            let samples = samples.take(SAMPLES as usize);
            return samples.map(|&it| self.law.encode(it)).collect();
        }
        if self.speech.is_empty() {
            let (law, hz) = (self.law, self.hz);
            self.speech = (0..SECOND).map(|at| law.encode(sine(hz, at))).collect();
        }
        let from = self.timestamp as usize % self.speech.len();
        let samples = self.speech.iter().cycle().skip(from);
        samples.take(SAMPLES as usize).copied().collect()
    }

    /// 20 ms of a key's two frequencies (ITU-T Q.23).
    fn key_tones(&self, code: u8) -> Vec<u8> {
        let (row, column) = match code {
            0 => (3, 1),
            10 => (3, 0),
            11 => (3, 2),
            _ => ((code - 1) / 3, (code - 1) % 3),
        };
        let low = [697.0, 770.0, 852.0, 941.0][usize::from(row)];
        let high = [1_209.0, 1_336.0, 1_477.0][usize::from(column)];
        let at = u64::from(self.timestamp) % (SECOND * 60);
        let samples = (at..at + SAMPLES).map(|at| sine(low, at) / 2 + sine(high, at) / 2);
        samples.map(|sample| self.law.encode(sample)).collect()
    }

    fn key_frame(&mut self, code: u8, frame: u16) -> Vec<Vec<u8>> {
        if frame == 1 {
            self.key_began = self.timestamp;
        }
        let ended = frame == KEY_FRAMES;
        let length = frame * SAMPLES as u16;
        let flags = if ended { 0x8A } else { 0x0A };
        let payload = [code, flags, (length >> 8) as u8, length as u8];
        let repeats = if ended { KEY_ENDS } else { 1 };
        let (kind, began) = (self.event_type, self.key_began);
        (0..repeats)
            .map(|_| self.packet(kind, began, frame == 1, &payload))
            .collect()
    }

    fn packet(&mut self, kind: u8, timestamp: u32, marked: bool, payload: &[u8]) -> Vec<u8> {
        let sequence = Seq::from(self.sequence);
        self.sequence = self.sequence.wrapping_add(1);
        RtpPacketBuilder::new()
            .payload_type(kind)
            .marked(marked)
            .sequence(sequence)
            .ssrc(self.ssrc)
            .timestamp(timestamp)
            .payload(payload)
            .build()
            .expect("the parts make a packet")
    }

    /// Hears a packet.
    pub fn receive(&mut self, now: Duration, packet: &[u8]) {
        let packet = RtpReader::new(packet).expect("the server sends RTP");
        self.received += 1;
        self.follow(&packet);
        let law = match packet.payload_type() {
            0 => Law::Mu,
            8 => Law::A,
            _ => {
                self.events += 1;
                let key = packet.payload().first().copied().unwrap_or_default();
                let press = (packet.timestamp(), key);
                if self.keys_heard.last() != Some(&press) {
                    self.keys_heard.push(press);
                }
                return;
            }
        };
        let bytes = packet.payload().to_vec();
        self.heard.push_back((now, law, bytes));
        if self.heard.len() > KEPT {
            self.heard.pop_front();
        }
    }

    /// A stream keeps its SSRC and its numbers go on, whatever happens to the server.
    fn follow(&mut self, packet: &RtpReader<'_>) {
        let sequence = u16::from(packet.sequence_number());
        let line = (packet.ssrc(), sequence, packet.timestamp());
        let before = *self.line.get_or_insert(line);
        let ahead = sequence.wrapping_sub(before.1) as i16;
        let later = line.2.wrapping_sub(before.2) as i32;
        if before.0 != line.0 || ahead < -FAR_BEHIND || later < -i32::from(FAR_BEHIND) * 160 {
            self.breaks
                .push(format!("{before:?} was followed by {line:?}"));
        }
        if ahead > 0 {
            self.line = Some(line);
        }
    }

    /// The codes of the keys that came as events, one for each press.
    pub fn keys_heard(&self) -> Vec<u8> {
        self.keys_heard.iter().map(|(_, key)| *key).collect()
    }

    /// What was heard from `since` to `until`, in order of arrival.
    pub fn heard(&self, since: Duration, until: Duration) -> Vec<i16> {
        self.heard
            .iter()
            .filter(|(at, ..)| (since..until).contains(at))
            .flat_map(|(_, law, bytes)| bytes.iter().map(|byte| law.decode(*byte)))
            .collect()
    }
}

/// A description that offers no telephone events.
fn without_events(sdp: &str, event: u8) -> String {
    let (format, attribute) = (format!(" {event}"), format!(":{event} "));
    sdp.lines()
        .filter(|line| !line.contains(&attribute))
        .flat_map(|line| [line.strip_suffix(&format).unwrap_or(line), "\r\n"])
        .collect()
}
