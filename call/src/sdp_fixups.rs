//! What is set right in session descriptions for one trunk because its peer needs it.
//!
//! Offer and answer themselves stay free of such cases; a description is mended on its way in or
//! out, and only where the trunk's settings say so.

use model::SdpFixup;
use std::net::IpAddr;

/// The payload type that peers use for telephone events when they do not say so.
const USUAL_EVENT_TYPE: &str = "101";

/// A description of theirs, mended before it is read. `source` is where their signalling comes
/// from.
pub(crate) fn theirs(sdp: &[u8], source: IpAddr, fixups: &[SdpFixup]) -> Vec<u8> {
    let mut text = String::from_utf8_lossy(sdp).into_owned();
    for fixup in fixups {
        text = match fixup {
            SdpFixup::AddressFromSource => address_from_source(&text, source),
            SdpFixup::AssumeTelephoneEvent => assume_telephone_event(&text),
            SdpFixup::OmitSendrecv | SdpFixup::OmitPtime => text,
        };
    }
    text.into_bytes()
}

/// A description of ours, mended before it is sent.
pub(crate) fn ours(sdp: Vec<u8>, fixups: &[SdpFixup]) -> Vec<u8> {
    let mut sdp = sdp;
    for fixup in fixups {
        let omitted: &[u8] = match fixup {
            SdpFixup::OmitSendrecv => b"a=sendrecv\r\n",
            SdpFixup::OmitPtime => b"a=ptime:",
            SdpFixup::AddressFromSource | SdpFixup::AssumeTelephoneEvent => continue,
        };
        sdp = sdp
            .split_inclusive(|byte| *byte == b'\n')
            .filter(|line| !line.starts_with(omitted))
            .flatten()
            .copied()
            .collect();
    }
    sdp
}

/// A peer behind NAT names its inside address. An unspecified one means hold and stays.
fn address_from_source(text: &str, source: IpAddr) -> String {
    let family = match source {
        IpAddr::V4(_) => "IP4",
        IpAddr::V6(_) => "IP6",
    };
    lines(text, |line| {
        let address = line.strip_prefix("c=")?.split_whitespace().nth(2)?;
        let address = address.split('/').next().unwrap_or(address);
        let holds = address
            .parse::<IpAddr>()
            .is_ok_and(|it| it.is_unspecified());
        (!holds).then(|| format!("c=IN {family} {source}\r\n"))
    })
}

/// A peer that sends telephone events without having said so, or without saying what 101 is.
fn assume_telephone_event(text: &str) -> String {
    if text.to_ascii_lowercase().contains("telephone-event") {
        return text.to_owned();
    }
    lines(text, |line| {
        let audio = line.strip_prefix("m=audio ")?;
        let mut formats = audio.split_whitespace().skip(2);
        let named = formats.any(|format| format == USUAL_EVENT_TYPE);
        let line = line.trim_end();
        let more = if named { "" } else { " 101" };
        Some(format!(
            "{line}{more}\r\na=rtpmap:{USUAL_EVENT_TYPE} telephone-event/8000\r\n"
        ))
    })
}

/// The text with every line replaced for which `mend` gives another.
fn lines(text: &str, mend: impl Fn(&str) -> Option<String>) -> String {
    text.split_inclusive('\n')
        .map(|line| mend(line).unwrap_or_else(|| line.to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "203.0.113.9";

    fn mended(sdp: &str, fixup: SdpFixup) -> String {
        let source = SOURCE.parse().unwrap();
        String::from_utf8(theirs(sdp.as_bytes(), source, &[fixup])).unwrap()
    }

    #[test]
    fn a_private_address_gives_way_to_where_the_signalling_comes_from() {
        let sdp =
            "v=0\r\nc=IN IP4 192.168.1.7\r\nm=audio 4000 RTP/AVP 8\r\nc=IN IP4 10.0.0.1/127\r\n";
        let expected =
            "v=0\r\nc=IN IP4 203.0.113.9\r\nm=audio 4000 RTP/AVP 8\r\nc=IN IP4 203.0.113.9\r\n";
        assert_eq!(mended(sdp, SdpFixup::AddressFromSource), expected);
    }

    #[test]
    fn hold_by_an_unspecified_address_stays_hold() {
        let sdp = "v=0\r\nc=IN IP4 0.0.0.0\r\nm=audio 4000 RTP/AVP 8\r\n";
        assert_eq!(mended(sdp, SdpFixup::AddressFromSource), sdp);
    }

    #[test]
    fn telephone_events_are_assumed_where_nothing_is_said_of_them() {
        let sdp = "m=audio 4000 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n";
        let expected = "m=audio 4000 RTP/AVP 8 101\r\na=rtpmap:101 telephone-event/8000\r\n\
                        a=rtpmap:8 PCMA/8000\r\n";
        assert_eq!(mended(sdp, SdpFixup::AssumeTelephoneEvent), expected);
    }

    #[test]
    fn a_payload_type_101_without_a_mapping_is_one_of_telephone_events() {
        let sdp = "m=audio 4000 RTP/AVP 8 101\r\n";
        let expected = "m=audio 4000 RTP/AVP 8 101\r\na=rtpmap:101 telephone-event/8000\r\n";
        assert_eq!(mended(sdp, SdpFixup::AssumeTelephoneEvent), expected);
    }

    #[test]
    fn a_peer_that_says_what_it_means_is_believed() {
        let sdp = "m=audio 4000 RTP/AVP 8 96\r\na=rtpmap:96 Telephone-Event/8000\r\n";
        assert_eq!(mended(sdp, SdpFixup::AssumeTelephoneEvent), sdp);
    }

    #[test]
    fn lines_that_a_peer_stumbles_over_are_left_out() {
        let sdp = b"v=0\r\nm=audio 1 RTP/AVP 8\r\na=ptime:20\r\na=sendrecv\r\n".to_vec();
        let fixups = [SdpFixup::OmitSendrecv, SdpFixup::OmitPtime];
        assert_eq!(ours(sdp, &fixups), b"v=0\r\nm=audio 1 RTP/AVP 8\r\n");
        let held = b"a=sendonly\r\n".to_vec();
        assert_eq!(ours(held.clone(), &fixups), held);
    }
}
