//! One party of a call: its dialog and its RTP stream.

use crate::encryption;
use crate::exchange::Exchange;
use crate::sdp_fixups;
use bytes::Bytes;
use media::sdp::{self, Agreed, Direction, Local, Policy, Protection, SdpError};
use media::srtp::Keys;
use media::{Codec, LegId, Line, Order, Quality, Terms};
use model::{DtmfMode, SdpFixup, TrunkId, TrunkMedia};
use serde::{Deserialize, Serialize};
use sip::{ReasonHeader, Refusal, SessionId};
use std::net::IpAddr;
use std::net::SocketAddr;
use std::time::Duration;

/// How a peer wants its audio.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Manners {
    codecs: Vec<Codec>,
    keys: DtmfMode,
    fixups: Vec<SdpFixup>,
    policy: Policy,
    /// How long it may be silent; without end if nothing is said.
    timeout: Option<Duration>,
}

impl Manners {
    /// Those of a phone or browser, to which `liked` is offered in the front so that nothing need be
    /// transcoded, and G.711 before what costs more to transcode.
    pub(crate) fn phone(liked: Codec, policy: Policy) -> Self {
        let mut codecs = vec![Codec::Pcma, Codec::Pcmu, Codec::G722, Codec::Opus];
        codecs.retain(|codec| *codec != liked);
        codecs.insert(0, liked);
        Self {
            codecs,
            keys: DtmfMode::Rfc4733,
            fixups: Vec::new(),
            policy,
            timeout: None,
        }
    }

    /// Those of a trunk; `liked` is offered in the front if the trunk speaks it.
    pub(crate) fn trunk(media: &TrunkMedia, liked: Option<Codec>, confidential: bool) -> Self {
        let mut codecs: Vec<Codec> = media.codecs.iter().map(|codec| spoken(*codec)).collect();
        codecs.sort_by_key(|codec| Some(*codec) != liked);
        Self {
            codecs,
            keys: media.dtmf,
            fixups: media.fixups.clone(),
            policy: encryption::of_trunk(media.srtp, confidential),
            timeout: media
                .timeout_seconds
                .map(|it| Duration::from_secs(it.into())),
        }
    }
}

/// What a leg is made of.
#[derive(Debug, Clone)]
pub(crate) struct Outfit {
    /// The address in our SDP.
    pub(crate) address: IpAddr,
    /// Where the peer's signalling comes from.
    pub(crate) signalling: IpAddr,
    /// The media thread.
    pub(crate) worker: usize,
    /// The trunk that carries it, which has admitted it.
    pub(crate) trunk: Option<TrunkId>,
    /// How the peer wants its audio.
    pub(crate) manners: Manners,
}

/// Why a leg ends, as its peer is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Farewell {
    /// The status for a peer whose INVITE was not answered.
    pub(crate) status: u16,
    /// The Reason header of BYE, CANCEL or refusal.
    pub(crate) reason: Option<ReasonHeader>,
}

impl Farewell {
    /// An ordinary end.
    pub(crate) fn plain() -> Self {
        Self::because(480, 16, None)
    }

    /// An end with a Q.850 cause.
    pub(crate) fn because(status: u16, cause: u16, text: Option<&str>) -> Self {
        let reason = ReasonHeader {
            protocol: "Q.850".to_owned(),
            cause,
            text: text.map(str::to_owned),
        };
        Self {
            status,
            reason: Some(reason),
        }
    }

    /// Another device of the same person answered (RFC 3326 §2).
    pub(crate) fn elsewhere() -> Self {
        let reason = ReasonHeader {
            protocol: "SIP".to_owned(),
            cause: 200,
            text: Some("Call completed elsewhere".to_owned()),
        };
        Self {
            status: 480,
            reason: Some(reason),
        }
    }
}

/// One party. It exists from the first INVITE to the last BYE; a re-INVITE changes what was agreed
/// and never the leg.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Leg {
    pub(crate) session: SessionId,
    pub(crate) media: LegId,
    /// The trunk that carries it; none for a registered phone.
    pub(crate) trunk: Option<TrunkId>,
    pub(crate) began_at: Duration,
    address: IpAddr,
    signalling: IpAddr,
    sdp_session: u64,
    sdp_version: u64,
    /// What our last description said, so that the next one gets a new version only if it differs.
    described: Option<u64>,
    manners: Manners,
    pub(crate) agreed: Option<Agreed>,
    /// Our description for the 200 of an INVITE that waits for it.
    pending: Option<Vec<u8>>,
    /// Numbers of the first packet and when it left, once media runs.
    line: Line,
    opened_at: Option<Duration>,
    pub(crate) latched: Option<SocketAddr>,
    /// Since when nothing has come from the peer. The media thread tells it to a new process anew.
    #[serde(skip)]
    pub(crate) silent_since: Option<Duration>,
    /// What keys and credentials of this leg are drawn from.
    secret: [u8; 32],
    /// SHA-256 of the certificate that handshakes show.
    certificate: Option<[u8; 32]>,
    /// What a handshake brought.
    handshaken: Option<Keys>,
}

impl Leg {
    /// A leg with a port of its own; none when no port is free. A trunk's place is given back then.
    pub(crate) fn new(now: Duration, outfit: Outfit, exchange: &mut Exchange) -> Option<Self> {
        let Some(media) = exchange.ports.allocate(now, outfit.worker) else {
            if let Some(trunk) = outfit.trunk {
                exchange.trunks.release(now, trunk);
            }
            return None;
        };
        Some(Self {
            session: SessionId(0),
            media,
            trunk: outfit.trunk,
            began_at: now,
            address: outfit.address,
            signalling: outfit.signalling,
            sdp_session: exchange.random_u64() >> 2,
            sdp_version: 1,
            described: None,
            manners: outfit.manners,
            agreed: None,
            pending: None,
            line: exchange.random_line(),
            opened_at: None,
            latched: None,
            silent_since: None,
            secret: exchange.random_secret(),
            certificate: exchange.certificate,
            handshaken: None,
        })
    }

    /// What its events are known by.
    pub(crate) fn names(&self) -> (SessionId, LegId) {
        (self.session, self.media)
    }

    /// Our side as it is to be described next.
    fn local(&self, version: u64) -> Local {
        Local {
            address: self.address,
            port: u16::try_from(self.media.0).unwrap_or(0),
            session_id: self.sdp_session,
            session_version: version,
            codecs: self.manners.codecs.clone(),
            telephone_events: self.manners.keys == DtmfMode::Rfc4733,
            protection: Protection {
                policy: self.manners.policy,
                secret: self.secret,
                certificate: self.certificate,
                ssrc: self.line.ssrc,
                established: self.agreed.as_ref().and_then(|it| it.security.clone()),
            },
        }
    }

    /// Writes a description, with a version that has grown if it differs from the last one
    /// (RFC 3264 §8).
    fn describe<T>(
        &mut self,
        write: impl Fn(&Local) -> Result<(Vec<u8>, T), SdpError>,
    ) -> Result<(Bytes, T), SdpError> {
        let (mut text, mut rest) = write(&self.local(self.sdp_version))?;
        let said = fingerprint(&text);
        if self.described.is_some_and(|before| before != said) {
            self.sdp_version += 1;
            (text, rest) = write(&self.local(self.sdp_version))?;
        }
        self.described = Some(said);
        let text = sdp_fixups::ours(text, &self.manners.fixups);
        Ok((Bytes::from(text), rest))
    }

    /// Our offer.
    pub(crate) fn offer(&mut self) -> Bytes {
        self.describe(|local| Ok((sdp::offer(local), ())))
            .map(|(text, ())| text)
            .unwrap_or_default()
    }

    /// An offer in which `codec` comes in the front.
    pub(crate) fn offer_preferring(&mut self, codec: Codec) -> Bytes {
        self.manners.codecs.sort_by_key(|it| *it != codec);
        self.offer()
    }

    /// Whether the peer speaks `codec`, as far as we know.
    pub(crate) fn may_speak(&self, codec: Codec) -> bool {
        self.manners.codecs.contains(&codec)
    }

    /// Answers the peer's offer and takes over what was agreed.
    pub(crate) fn answer(&mut self, offer: &[u8]) -> Result<Bytes, SdpError> {
        let offer = sdp_fixups::theirs(offer, self.signalling, &self.manners.fixups);
        let (text, agreed) = self.describe(|local| sdp::answer(&offer, local))?;
        self.agree(agreed);
        Ok(text)
    }

    /// Reads the peer's answer to our offer.
    pub(crate) fn accept(&mut self, answer: &[u8]) -> Result<(), SdpError> {
        let answer = sdp_fixups::theirs(answer, self.signalling, &self.manners.fixups);
        let local = self.local(self.sdp_version);
        let agreed = sdp::accept(&local, &answer)?;
        self.agree(agreed);
        Ok(())
    }

    /// Takes over what was agreed. Another certificate means another handshake.
    fn agree(&mut self, agreed: Agreed) {
        let handshake = |agreed: &Agreed| agreed.security.as_ref()?.handshake;
        let before = self.agreed.as_ref().and_then(handshake);
        if before != handshake(&agreed) {
            self.handshaken = None;
        }
        self.agreed = Some(agreed);
    }

    /// Takes the keys that a handshake brought, and lets the peer know once they are kept.
    pub(crate) fn secured(&mut self, keys: Keys, flight: Vec<Bytes>, exchange: &mut Exchange) {
        self.handshaken = Some(keys);
        let leg = self.media;
        exchange.order(Order::Secure { leg, keys, flight });
    }

    /// Learns where the peer's signalling really comes from, once it has answered.
    pub(crate) fn learn_source(&mut self, source: IpAddr) {
        self.signalling = source;
    }

    /// Reads the offer of an INVITE and keeps the answer until it is to be given.
    pub(crate) fn prepare_answer(&mut self, offer: Option<&[u8]>) -> Result<(), SdpError> {
        let sdp = match offer {
            Some(offer) => self.answer(offer)?,
            None => self.offer(),
        };
        self.pending = Some(sdp.to_vec());
        Ok(())
    }

    /// Whether the peer's INVITE waits for its answer.
    pub(crate) fn is_unanswered(&self) -> bool {
        self.pending.is_some()
    }

    /// What a provisional response may carry to let the peer hear something.
    pub(crate) fn early_answer(&self) -> Option<Bytes> {
        self.agreed.as_ref()?;
        self.pending.clone().map(Bytes::from)
    }

    /// Answers the peer's INVITE, if it waits for that, and begins to sound.
    pub(crate) fn pick_up(
        &mut self,
        now: Duration,
        exchange: &mut Exchange,
    ) -> Result<(), sip::Error> {
        if let Some(sdp) = self.pending.take() {
            let answered = exchange
                .endpoint
                .answer(now, self.session, Bytes::from(sdp));
            answered?;
        }
        self.sound(now, exchange);
        Ok(())
    }

    /// Ends the dialog, in whatever state it is.
    pub(crate) fn hang_up(&mut self, now: Duration, farewell: &Farewell, exchange: &mut Exchange) {
        let reason = farewell.reason.clone();
        let endpoint = &mut exchange.endpoint;
        // A dialog that is gone already needs no hanging up.
        let _ = if self.pending.take().is_some() {
            let refusal = Refusal {
                status: farewell.status,
                reason,
                retry_after: None,
                warning: None,
            };
            endpoint.refuse(now, self.session, &refusal)
        } else {
            endpoint.hang_up(now, self.session, reason)
        };
    }

    /// The codec of the leg, once agreed.
    pub(crate) fn codec(&self) -> Codec {
        let liked = self.manners.codecs.first().copied();
        let agreed = self.agreed.as_ref().map(|agreed| agreed.codec);
        agreed.or(liked).unwrap_or(Codec::Pcma)
    }

    /// Whether the peer has put us on hold.
    pub(crate) fn is_held(&self) -> bool {
        self.agreed
            .as_ref()
            .is_some_and(|agreed| !listens(agreed.direction))
    }

    /// Whether the peer neither listens nor speaks.
    pub(crate) fn is_mute(&self) -> bool {
        let agreed = self.agreed.as_ref();
        agreed.is_some_and(|agreed| agreed.direction == Direction::Inactive)
    }

    /// Whether key presses reach the peer in its RTP stream.
    pub(crate) fn takes_events(&self) -> bool {
        let agreed = self.agreed.as_ref();
        agreed.is_some_and(|agreed| agreed.telephone_event.is_some())
    }

    /// Whether keys come from the peer, and reach it, as tones in the audio.
    pub(crate) fn takes_tones(&self) -> bool {
        self.agreed.is_some() && !self.takes_events() && !self.wants_info()
    }

    /// Whether its trunk says that keys are tones and nothing else.
    pub(crate) fn takes_tones_alone(&self) -> bool {
        self.manners.keys == DtmfMode::Inband
    }

    /// Whether key presses reach the peer by INFO.
    pub(crate) fn wants_info(&self) -> bool {
        self.manners.keys == DtmfMode::Info
    }

    /// Since when nothing has come from a peer that should send something: one that holds, or only
    /// listens, need not.
    pub(crate) fn silent_since(&self) -> Option<Duration> {
        let agreed = self.agreed.as_ref()?;
        self.silent_since
            .filter(|_| agreed.direction == Direction::SendRecv)
    }

    /// How long its trunk lets it be silent; without end if nothing is said.
    pub(crate) fn timeout(&self) -> Option<Duration> {
        self.manners.timeout
    }

    /// Whether media runs.
    pub(crate) fn is_open(&self) -> bool {
        self.opened_at.is_some()
    }

    /// Starts the media, or changes it after a re-INVITE.
    pub(crate) fn sound(&mut self, now: Duration, exchange: &mut Exchange) {
        let Some(agreed) = &self.agreed else {
            return;
        };
        let (leg, terms) = (self.media, self.terms(agreed));
        self.silent_since = None;
        let order = if self.opened_at.is_some() {
            Order::Retarget { leg, terms }
        } else {
            self.opened_at = Some(now);
            Order::Open {
                leg,
                terms,
                signalling: self.signalling,
                line: self.line,
            }
        };
        exchange.order(order);
    }

    /// Goes on with the media in a new process.
    pub(crate) fn resume(&self, now: Duration, exchange: &mut Exchange) {
        let (Some(agreed), Some(opened_at)) = (&self.agreed, self.opened_at) else {
            return;
        };
        exchange.order(Order::Resume {
            leg: self.media,
            terms: self.terms(agreed),
            signalling: self.signalling,
            line: self
                .line
                .after_gap(now.saturating_sub(opened_at), agreed.codec),
            latched: self.latched,
            before: Quality::default(),
            progress: None,
        });
    }

    /// What the media engine has to know of an agreement.
    fn terms(&self, agreed: &Agreed) -> Terms {
        let mut security = agreed.security.clone();
        if let Some(security) = security.as_mut().filter(|it| it.handshake.is_some()) {
            security.keys = self.handshaken;
        }
        Terms {
            remote: agreed.remote,
            codec: agreed.codec,
            payload_type: agreed.payload_type,
            telephone_event: agreed.telephone_event,
            inband_keys: agreed.telephone_event.is_none() && self.manners.keys != DtmfMode::Info,
            comfort_noise: None,
            understood: agreed.understood.clone(),
            sending: listens(agreed.direction),
            rtcp: agreed.rtcp,
            security,
            wishes: agreed.wishes,
        }
    }

    /// Gives up the port, at once where no media ran, else when the engine says that it is closed,
    /// and the place on its trunk.
    pub(crate) fn close(&self, now: Duration, exchange: &mut Exchange) {
        exchange.forget_session(self.session);
        if let Some(trunk) = self.trunk {
            exchange.trunks.release(now, trunk);
        }
        if self.opened_at.is_some() {
            exchange.order(Order::Close { leg: self.media });
        } else {
            exchange.release_port(now, self.media);
        }
    }
}

/// Whether a peer with whom we agreed on `ours` wants to hear us.
fn listens(ours: Direction) -> bool {
    match ours {
        Direction::SendRecv | Direction::SendOnly => true,
        Direction::RecvOnly | Direction::Inactive => false,
    }
}

const fn spoken(codec: model::Codec) -> Codec {
    match codec {
        model::Codec::Pcma => Codec::Pcma,
        model::Codec::Pcmu => Codec::Pcmu,
        model::Codec::G722 => Codec::G722,
        model::Codec::Opus => Codec::Opus,
        model::Codec::G729 => Codec::G729,
    }
}

/// What a description says apart from its origin (FNV-1a).
fn fingerprint(sdp: &[u8]) -> u64 {
    sdp.split_inclusive(|byte| *byte == b'\n')
        .filter(|line| !line.starts_with(b"o="))
        .flatten()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        })
}
