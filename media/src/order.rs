//! What the call layer tells the engine, and what the engine tells it back.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::codec::Wishes;
use crate::detect::{Finding, Listening};
use crate::security::{Progress, Security};
use crate::srtp::Keys;
use crate::wav::FileCodec;
use crate::{Codec, Gain, Line, Quality, Segment};

/// One RTP stream pair with one party; for a SIP leg, its local RTP port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LegId(pub u32);

/// Names a recording between orders, events and blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RecordingKey(pub u64);

/// Payload types and their codecs.
pub type Understood = SmallVec<[(u8, Codec); 4]>;

/// Legs of a recording's right channel.
pub type Agents = SmallVec<[LegId; 4]>;

/// Names the stream between a leg and a bot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct StreamKey(pub u128);

/// What the session description says of a leg.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Address in the peer's SDP.
    pub remote: SocketAddr,
    /// Codec of both directions.
    pub codec: Codec,
    /// Payload type of the audio.
    pub payload_type: u8,
    /// Payload type of RFC 4733 events, if agreed.
    pub telephone_event: Option<u8>,
    /// Whether keys come and go as tones in the audio, because the peer takes them in no other way.
    pub inband_keys: bool,
    /// Payload type of comfort noise (RFC 3389), if agreed.
    pub comfort_noise: Option<u8>,
    /// Other payload types that the peer may change to, and what they are.
    pub understood: Understood,
    /// Whether the peer may be sent media (not on hold).
    pub sending: bool,
    /// Where reports go.
    pub rtcp: RtcpPath,
    /// What protects the media; nothing for media in the clear.
    pub security: Option<Box<Security>>,
    /// What the peer asks of Opus.
    pub wishes: Wishes,
}

/// Where the reports of a stream are exchanged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum RtcpPath {
    /// On the port of the media (RFC 5761).
    #[default]
    Shared,
    /// Ours on the next port; theirs on the next port or where the description says (RFC 3605).
    Beside {
        /// Port of the peer.
        port: u16,
    },
}

/// An instruction to the engine. Orders for a leg that is not open are counted and change nothing.
#[derive(Clone, Debug)]
pub enum Order {
    /// A leg begins.
    Open {
        /// The leg.
        leg: LegId,
        /// What the session description says.
        terms: Terms,
        /// Where the peer's SIP came from: the only other address that may send media.
        signalling: IpAddr,
        /// Numbers of the first packet.
        line: Line,
    },
    /// A leg goes on after a restart of the process.
    Resume {
        /// The leg.
        leg: LegId,
        /// What the session description says.
        terms: Terms,
        /// Where the peer's SIP came from.
        signalling: IpAddr,
        /// Numbers of the next packet, already advanced by [`Line::after_gap`].
        line: Line,
        /// The source that had proven itself before the restart.
        latched: Option<SocketAddr>,
        /// How the leg had sounded until then.
        before: Quality,
        /// How far the counts of a protected leg had come.
        progress: Option<Progress>,
    },
    /// The session description changed: same SSRC and numbering, the source may change.
    Retarget {
        /// The leg.
        leg: LegId,
        /// What the session description says.
        terms: Terms,
    },
    /// Plays the segments, joined without gaps, replacing what plays; [`Event::PlayEnded`] follows
    /// only if they are played to the end.
    Play {
        /// The leg that hears it.
        leg: LegId,
        /// Returned in [`Event::PlayEnded`].
        play: u64,
        /// What is played.
        segments: Vec<Segment>,
        /// Whether it begins again at the end.
        repeat: bool,
    },
    /// Ends what plays; no event follows.
    StopPlay {
        /// The leg that hears it.
        leg: LegId,
    },
    /// Lets two legs hear each other. A leg bridged with several others hears their mix.
    Bridge {
        /// One leg.
        a: LegId,
        /// The other leg.
        b: LegId,
    },
    /// Parts two legs.
    Unbridge {
        /// One leg.
        a: LegId,
        /// The other leg.
        b: LegId,
    },
    /// Lets a leg hear another one, which need not hear it, louder or softer than it is; or changes
    /// how loud it hears it.
    Hear {
        /// The leg that hears.
        leg: LegId,
        /// The leg that is heard.
        source: LegId,
        /// How loud.
        gain: Gain,
    },
    /// Ends that a leg hears another one.
    Unhear {
        /// The leg that heard.
        leg: LegId,
        /// The leg that was heard.
        source: LegId,
    },
    /// Sends key presses by RFC 4733.
    SendDigits {
        /// The leg that receives them.
        leg: LegId,
        /// `0-9`, `*`, `#`, `A-D`; other characters are skipped.
        digits: String,
    },
    /// Begins a stereo recording: left the customer, right the agent and what the system plays.
    Record {
        /// The recording.
        recording: RecordingKey,
        /// Left channel.
        customer: LegId,
        /// Right channel.
        agent: Option<LegId>,
        /// Instant of sample 0.
        started_at: Duration,
        /// Whether samples up to here were written before a restart.
        resume: bool,
        /// Codec of the file.
        codec: FileCodec,
    },
    /// Changes the legs of the right channel, which holds the sum of what they say.
    RecordAgents {
        /// The recording.
        recording: RecordingKey,
        /// Right channel.
        agents: Agents,
    },
    /// Keeps what is said from an instant on out of a recording: silence lies in its place.
    PauseRecording {
        /// The recording.
        recording: RecordingKey,
        /// The instant.
        at: Duration,
    },
    /// Takes in again what is said from an instant on.
    ResumeRecording {
        /// The recording.
        recording: RecordingKey,
        /// The instant.
        at: Duration,
    },
    /// Ends a recording at this instant.
    StopRecording {
        /// The recording.
        recording: RecordingKey,
    },
    /// A leg goes on in the engine of another thread: same stream and numbering, what plays to it and
    /// the recording of which it is the customer. It hears no other leg until it is bridged there.
    /// What leaves comes out of [`Outbox::drain_departures`](crate::Outbox::drain_departures), for
    /// [`Engine::arrive`](crate::Engine::arrive).
    Move {
        /// The leg.
        leg: LegId,
        /// The other thread.
        to: usize,
    },
    /// Gives a leg the keys that a handshake brought.
    Secure {
        /// The leg.
        leg: LegId,
        /// The keys.
        keys: Keys,
        /// The last datagrams of the handshake, which tell the peer that it may send.
        flight: Vec<Bytes>,
    },
    /// Sends a datagram of a handshake to the proven source.
    SendHandshake {
        /// The leg.
        leg: LegId,
        /// A DTLS datagram.
        datagram: Bytes,
    },
    /// A bot hears a leg, in [`StreamFrame`](crate::StreamFrame)s, and is heard by it in place of
    /// everything else.
    Stream {
        /// The leg.
        leg: LegId,
        /// The stream; one that was there is replaced.
        stream: StreamKey,
    },
    /// What a bot says, heard after all it said before.
    StreamAudio {
        /// The leg.
        leg: LegId,
        /// The stream.
        stream: StreamKey,
        /// µ-law at 8 kHz.
        audio: Vec<u8>,
    },
    /// What a bot said and was not heard yet is never to be.
    ClearStream {
        /// The leg.
        leg: LegId,
        /// The stream.
        stream: StreamKey,
    },
    /// The bot leaves.
    EndStream {
        /// The leg.
        leg: LegId,
        /// The stream.
        stream: StreamKey,
    },
    /// Listens for signals in what a leg's party says, in place of what was listened for; nothing to
    /// listen for ends it. It ends by itself after [`Listener::LASTS`](crate::detect::Listener::LASTS).
    Listen {
        /// The leg.
        leg: LegId,
        /// For what.
        wanted: Listening,
    },
    /// A leg ends.
    Close {
        /// The leg.
        leg: LegId,
    },
}

/// What happened in the media.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A key was pressed and released.
    Digit {
        /// The leg it came from.
        leg: LegId,
        /// `0-9`, `*`, `#`, `A-D`.
        digit: char,
        /// How long it was held.
        duration: Duration,
    },
    /// The peer's media source proved itself.
    Latched {
        /// The leg.
        leg: LegId,
        /// The proven source.
        remote: SocketAddr,
    },
    /// A DTLS datagram came from the proven source. The engine makes no handshake itself.
    Handshake {
        /// The leg.
        leg: LegId,
        /// What came.
        datagram: Bytes,
    },
    /// A handshake has something to say to the peer. It is told by whoever makes handshakes, not by
    /// the engine.
    HandshakeAnswer {
        /// The leg.
        leg: LegId,
        /// What is to be sent.
        datagram: Bytes,
    },
    /// A handshake brought keys. It is told by whoever makes handshakes, not by the engine.
    Secured {
        /// The leg.
        leg: LegId,
        /// The keys.
        keys: Keys,
        /// What the peer waits for, to be sent once the keys are kept.
        flight: Vec<Bytes>,
    },
    /// A handshake came to nothing. It is told by whoever makes handshakes, not by the engine.
    Unsecured {
        /// The leg.
        leg: LegId,
    },
    /// The last frame of a play left.
    PlayEnded {
        /// The leg.
        leg: LegId,
        /// As given in [`Order::Play`].
        play: u64,
    },
    /// Nothing has come from the peer for 2 s, neither RTP nor a report; told once for each silence.
    Silent {
        /// The leg.
        leg: LegId,
        /// Since when.
        for_: Duration,
    },
    /// Something comes again after [`Event::Silent`].
    Heard {
        /// The leg.
        leg: LegId,
    },
    /// A signal was recognised; each is told once for each [`Order::Listen`].
    Found {
        /// The leg.
        leg: LegId,
        /// What.
        finding: Finding,
    },
    /// A recording is complete.
    RecordingStopped {
        /// The recording.
        recording: RecordingKey,
        /// Its whole length in samples a channel.
        samples: u64,
    },
    /// A leg ended.
    Closed {
        /// The leg.
        leg: LegId,
        /// How it went.
        quality: Quality,
    },
}
