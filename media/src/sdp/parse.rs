//! Reads a description as tolerantly as the field requires: missing lines, bare line feeds,
//! trailing zero bytes and unknown attributes do no harm. Only what concerns media is kept.

use std::net::IpAddr;
use std::time::Duration;

use smallvec::SmallVec;

use super::attributes::Attributes;
use super::{Direction, SdpError};

pub(super) const SIZE_MAX: usize = 65_536;
const LINES_MAX: usize = 2_048;
const MEDIA_MAX: usize = 32;
const FORMATS_MAX: usize = 64;
const SHOWN_MAX: usize = 60;

/// What a description says of media.
#[derive(Debug, Default)]
pub(super) struct Description {
    pub(super) connection: Option<IpAddr>,
    pub(super) direction: Option<Direction>,
    pub(super) security: Attributes,
    pub(super) media: Vec<Media>,
}

/// One stream.
#[derive(Debug)]
pub(super) struct Media {
    pub(super) line: usize,
    /// `audio`, `video`, `image`, …
    pub(super) kind: String,
    pub(super) port: u16,
    pub(super) protocol: String,
    pub(super) formats: Vec<String>,
    pub(super) connection: Option<IpAddr>,
    pub(super) direction: Option<Direction>,
    pub(super) ptime: Option<Duration>,
    pub(super) mappings: SmallVec<[Mapping; 8]>,
    /// What is said of formats besides, by their payload types.
    pub(super) parameters: SmallVec<[(u8, String); 2]>,
    /// Whether reports may share the port of the media (RFC 5761).
    pub(super) rtcp_mux: bool,
    /// Port of the reports, where it is not the next one (RFC 3605).
    pub(super) rtcp_port: Option<u16>,
    pub(super) security: Attributes,
}

/// An `rtpmap` attribute.
#[derive(Debug)]
pub(super) struct Mapping {
    pub(super) payload_type: u8,
    pub(super) encoding: String,
    pub(super) clock_rate: u32,
}

pub(super) fn parse(text: &[u8]) -> Result<Description, SdpError> {
    if text.len() > SIZE_MAX {
        return Err(SdpError::TooLong(text.len()));
    }
    let mut description = Description::default();
    for (index, raw) in text.split(|&byte| byte == b'\n').enumerate() {
        let line = index + 1;
        if line > LINES_MAX {
            return Err(too_many(line, LINES_MAX, "lines"));
        }
        let decoded = String::from_utf8_lossy(raw);
        let content = decoded.trim_matches(['\r', '\0', ' ', '\t']);
        if !content.is_empty() {
            parse_line(&mut description, line, content)?;
        }
    }
    Ok(description)
}

fn parse_line(description: &mut Description, line: usize, content: &str) -> Result<(), SdpError> {
    let Some((field, value)) = content.split_once('=') else {
        return Err(SdpError::NotAField { line });
    };
    let value = value.trim();
    match field.trim() {
        "m" => {
            if description.media.len() == MEDIA_MAX {
                return Err(too_many(line, MEDIA_MAX, "streams"));
            }
            description.media.push(parse_media(line, value)?);
        }
        "c" => {
            let connection = parse_connection(line, value)?;
            match description.media.last_mut() {
                Some(media) => media.connection = connection,
                None => description.connection = connection,
            }
        }
        "a" => parse_attribute(description, line, value)?,
        _ => {}
    }
    Ok(())
}

/// `m=<media> <port>[/<count>] <proto> <fmt> …`
fn parse_media(line: usize, value: &str) -> Result<Media, SdpError> {
    let mut words = value.split_ascii_whitespace();
    let (Some(kind), Some(port), Some(protocol)) = (words.next(), words.next(), words.next())
    else {
        return Err(bad(line, "media", value));
    };
    let port = port.split('/').next().unwrap_or(port);
    let port = port.parse().map_err(|_| bad(line, "port", port))?;
    let formats: Vec<String> = words.map(str::to_owned).collect();
    if formats.len() > FORMATS_MAX {
        return Err(too_many(line, FORMATS_MAX, "formats"));
    }
    Ok(Media {
        line,
        kind: kind.to_ascii_lowercase(),
        port,
        protocol: protocol.to_ascii_uppercase(),
        formats,
        connection: None,
        direction: None,
        ptime: None,
        mappings: SmallVec::new(),
        parameters: SmallVec::new(),
        rtcp_mux: false,
        rtcp_port: None,
        security: Attributes::default(),
    })
}

/// `c=IN IP4 <address>[/<ttl>]`. A name in place of an address is no address that we would send to.
fn parse_connection(line: usize, value: &str) -> Result<Option<IpAddr>, SdpError> {
    let mut words = value.split_ascii_whitespace();
    let (Some(network), Some(_kind), Some(address)) = (words.next(), words.next(), words.next())
    else {
        return Err(bad(line, "connection", value));
    };
    if !network.eq_ignore_ascii_case("IN") {
        return Err(bad(line, "network type", network));
    }
    let address = address.split('/').next().unwrap_or(address);
    match address.trim_matches(['[', ']']).parse() {
        Ok(address) => Ok(Some(address)),
        Err(_) if address.contains(|c: char| c.is_ascii_alphabetic()) && !address.contains(':') => {
            Ok(None)
        }
        Err(_) => Err(bad(line, "connection address", address)),
    }
}

fn parse_attribute(
    description: &mut Description,
    line: usize,
    value: &str,
) -> Result<(), SdpError> {
    let (name, argument) = value.split_once(':').unwrap_or((value, ""));
    let (name, argument) = (name.trim(), argument.trim());
    if let Some(direction) = direction(name) {
        match description.media.last_mut() {
            Some(media) => media.direction = Some(direction),
            None => description.direction = Some(direction),
        }
        return Ok(());
    }
    let Some(media) = description.media.last_mut() else {
        description.security.note(name, argument);
        return Ok(());
    };
    media.security.note(name, argument);
    match name {
        "rtpmap" => {
            let mapping = parse_mapping(argument).ok_or_else(|| bad(line, "rtpmap", argument))?;
            if media.mappings.len() < FORMATS_MAX {
                media.mappings.push(mapping);
            }
        }
        "fmtp" => {
            let parameters = argument.split_once(char::is_whitespace);
            let parameters = parameters.and_then(|(format, said)| {
                let payload_type = format.parse().ok()?;
                Some((payload_type, said.trim().to_owned()))
            });
            if media.parameters.len() < FORMATS_MAX {
                media.parameters.extend(parameters);
            }
        }
        "rtcp-mux" => media.rtcp_mux = true,
        "rtcp" => {
            let port = argument
                .split(' ')
                .next()
                .and_then(|port| port.parse().ok());
            media.rtcp_port = port.filter(|port| *port > 0);
        }
        "ptime" => {
            // "20.0" and the like occur; what cannot be read at all is no reason to refuse a call.
            let whole = argument
                .split(['.', ' '])
                .next()
                .and_then(|ms| ms.parse().ok());
            media.ptime = whole
                .filter(|ms| (1..=200).contains(ms))
                .map(Duration::from_millis);
        }
        _ => {}
    }
    Ok(())
}

/// `<payload type> <encoding>/<clock rate>[/<channels>]`
fn parse_mapping(argument: &str) -> Option<Mapping> {
    let (payload_type, encoding) = argument.split_once(char::is_whitespace)?;
    let mut parts = encoding.trim().split('/');
    let name = parts.next()?.trim();
    let clock_rate = parts
        .next()
        .map_or(Some(8_000), |rate| rate.trim().parse().ok())?;
    let payload_type = payload_type.trim().parse().ok()?;
    (payload_type < 128).then(|| Mapping {
        payload_type,
        encoding: name.to_ascii_lowercase(),
        clock_rate,
    })
}

fn direction(name: &str) -> Option<Direction> {
    match name {
        "sendrecv" => Some(Direction::SendRecv),
        "sendonly" => Some(Direction::SendOnly),
        "recvonly" => Some(Direction::RecvOnly),
        "inactive" => Some(Direction::Inactive),
        _ => None,
    }
}

fn too_many(line: usize, max: usize, what: &'static str) -> SdpError {
    SdpError::TooMany { line, max, what }
}

fn bad(line: usize, field: &'static str, value: &str) -> SdpError {
    SdpError::BadField {
        line,
        field,
        value: value.chars().take(SHOWN_MAX).collect(),
    }
}
