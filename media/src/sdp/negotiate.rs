//! Offer and answer (RFC 3264): of all streams the first usable audio is taken.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use super::formats::{Formats, mapping};
use super::parse::{Description, Media, parse};
use super::print::{Head, Stream};
use super::protect;
use super::{Agreed, Direction, Local, SdpError};
use crate::codec::Wishes;
use crate::security::Security;
use crate::{Codec, RtcpPath};

/// Other payload types that a peer is followed to.
const UNDERSTOOD_MAX: usize = 8;
const PTIME: Duration = Duration::from_millis(20);
/// Where a peer is before its checks have said it.
const UNPROVEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 9);

/// Answers an offer: every stream in its order, all but the first usable audio refused by port 0.
///
/// # Errors
/// The offer cannot be read, or holds no audio that we can speak.
pub fn answer(offer: &[u8], local: &Local) -> Result<(Vec<u8>, Agreed), SdpError> {
    let offer = parse(offer)?;
    let protect = |media: &Media| {
        let at = local.media_address();
        protect::answer(&local.protection, (&offer, media), at)
    };
    let (index, media, protected) = usable_audio(&offer, protect)?;
    let security = protected.security.clone();
    let agreed = agree((&offer, media), (local, security), |offered| {
        preferred(offered, local)
    })?;
    let ours = Stream {
        port: local.port,
        formats: Formats {
            codecs: vec![(agreed.payload_type, agreed.codec)],
            events: agreed
                .telephone_event
                .map(|payload_type| (payload_type, agreed.codec.clock()))
                .into_iter()
                .collect(),
            playback_hertz: Some(agreed.wishes.playback_hertz),
        },
        direction: agreed.direction,
        rtcp_mux: agreed.rtcp == RtcpPath::Shared,
        protected: &protected,
    };
    let mut text = Head(local, &protected).to_string();
    for (place, media) in offer.media.iter().enumerate() {
        let section = if place == index {
            ours.to_string()
        } else {
            refusal(media)
        };
        text.push_str(&section);
    }
    Ok((text.into_bytes(), agreed))
}

/// Reads the answer to our offer. The peer's first codec is the one that is spoken.
///
/// # Errors
/// The answer cannot be read, or refuses our audio.
pub fn accept(local: &Local, answer: &[u8]) -> Result<Agreed, SdpError> {
    let answer = parse(answer)?;
    let protect = |media: &Media| protect::accept(&local.protection, (&answer, media));
    let (_, media, protected) = usable_audio(&answer, protect)?;
    let security = protected.security;
    agree((&answer, media), (local, security), |answered| {
        let known = |codec: &&(u8, Codec)| local.codecs.contains(&codec.1);
        answered.iter().find(known).copied()
    })
}

fn refusal(media: &Media) -> String {
    let Media { kind, protocol, .. } = media;
    // The grammar wants a format even of a stream that offered none.
    let formats = match media.formats.as_slice() {
        [] => "0".to_owned(),
        formats => formats.join(" "),
    };
    let mid = match &media.security.mid {
        Some(mid) => format!("a=mid:{mid}\r\n"),
        None => String::new(),
    };
    format!("m={kind} 0 {protocol} {formats}\r\n{mid}")
}

/// The codec that we like best among those offered. One that is only passed on comes last, for
/// neither prompts nor most peers can be heard with it.
fn preferred(offered: &[(u8, Codec)], local: &Local) -> Option<(u8, Codec)> {
    let wanted = |transcodable: bool| {
        let mut wanted = local.codecs.iter();
        wanted.find_map(|&codec| {
            let mut fitting = offered.iter().filter(|offer| offer.1 == codec);
            fitting
                .next()
                .copied()
                .filter(|_| codec.is_transcodable() == transcodable)
        })
    };
    wanted(true).or_else(|| wanted(false))
}

/// The first audio stream that can be protected as it has to be. `AVPF` only adds feedback that
/// nobody has to send.
fn usable_audio<T>(
    description: &Description,
    protect: impl Fn(&Media) -> Option<T>,
) -> Result<(usize, &Media, T), SdpError> {
    let streams = description.media.iter().enumerate();
    let mut audio = streams.filter(|(_, media)| media.kind == "audio" && media.port != 0);
    let usable = audio.clone().find_map(|(index, media)| {
        let protected = protect(media)?;
        Some((index, media, protected))
    });
    usable.ok_or_else(|| match audio.next() {
        None => SdpError::NoAudio,
        Some((_, media)) => SdpError::UnsupportedProfile {
            line: media.line,
            protocol: media.protocol.chars().take(60).collect(),
        },
    })
}

fn agree(
    (description, media): (&Description, &Media),
    (local, security): (&Local, Option<Security>),
    choose: impl Fn(&[(u8, Codec)]) -> Option<(u8, Codec)>,
) -> Result<Agreed, SdpError> {
    let no_codec = || SdpError::NoCommonCodec {
        line: media.line,
        offered: offered_names(media),
    };
    let formats = Formats::read(media);
    let (payload_type, codec) = choose(&formats.codecs).ok_or_else(no_codec)?;
    let others = formats.codecs.iter();
    let others = others.filter(|other| other.0 != payload_type && local.codecs.contains(&other.1));
    let no_address = SdpError::NoAddress { line: media.line };
    let address = media
        .connection
        .or(description.connection)
        .ok_or(no_address)?;
    let checked = security.as_ref().is_some_and(|it| it.ice.is_some());
    let remote = if checked {
        UNPROVEN
    } else {
        SocketAddr::new(address, media.port)
    };
    Ok(Agreed {
        remote,
        codec,
        payload_type,
        telephone_event: formats.event_of(codec).filter(|_| local.telephone_events),
        ptime: media.ptime.unwrap_or(PTIME),
        rtcp: reports(media),
        direction: direction(description, media, checked, address),
        understood: others.copied().take(UNDERSTOOD_MAX).collect(),
        security: security.map(Box::new),
        wishes: wishes(media, payload_type),
    })
}

/// What is asked of the codec that was chosen.
fn wishes(media: &Media, payload_type: u8) -> Wishes {
    let mut parameters = media.parameters.iter();
    let said = parameters.find(|it| it.0 == payload_type);
    said.map(|it| Wishes::read(&it.1)).unwrap_or_default()
}

/// Where reports go: what we offer is that they share the port.
fn reports(media: &Media) -> RtcpPath {
    if media.rtcp_mux {
        return RtcpPath::Shared;
    }
    let next = media.port.saturating_add(1);
    RtcpPath::Beside {
        port: media.rtcp_port.unwrap_or(next),
    }
}

/// Our direction. An unspecified address is how hold was said before RFC 3264: we do not send.
fn direction(
    description: &Description,
    media: &Media,
    checked: bool,
    address: IpAddr,
) -> Direction {
    let theirs = media.direction.or(description.direction);
    let ours = theirs.unwrap_or(Direction::SendRecv).reversed();
    if checked || !address.is_unspecified() {
        return ours;
    }
    match ours {
        Direction::SendRecv | Direction::RecvOnly => Direction::RecvOnly,
        Direction::SendOnly | Direction::Inactive => Direction::Inactive,
    }
}

fn offered_names(media: &Media) -> String {
    let named = media.formats.iter().map(|format| {
        let payload_type = format.parse().ok();
        match payload_type.and_then(|payload_type| mapping(media, payload_type)) {
            Some((encoding, clock_rate)) => format!("{encoding}/{clock_rate}"),
            None => format.clone(),
        }
    });
    named.take(12).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
