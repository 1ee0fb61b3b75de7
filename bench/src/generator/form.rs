//! The forms in which a scenario's parties send and hear audio, as their descriptions say it.

use crate::media::speech;
use crate::message::description;
use crate::scenario::Form;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use media::codec::{Encoder, PACKET_BYTES_MAX, Rate};
use media::srtp::{Incoming, MasterKey, Outgoing, Suite};
use media::{Codec, Law};
use std::rc::Rc;

/// A second of speech, which parties repeat.
const SPOKEN: usize = 50;
/// What telephones and trunks write into their descriptions.
const SUITE: Suite = Suite::AesCm128HmacSha1_80;
/// The same for all callers: nobody but the contestant listens.
const KEY: [u8; 30] = [0x5A; 30];
/// The number of a stream's first packet.
pub(super) const FIRST_SEQUENCE: u16 = 2;
/// Longer than any packet of a party.
const SEALED_BYTES: usize = 256;

/// What the packets of a side hold.
#[derive(Debug, Clone)]
pub(super) struct Sound {
    pub(super) payload_type: u8,
    /// Timestamp units of a frame.
    pub(super) units: u32,
    /// Payloads in turn; without any each holds the time at which it was sent.
    pub(super) payloads: Option<Rc<[Vec<u8>]>>,
    /// Whether the payload of each second's beginning is a click that comes back.
    pub(super) clicks: bool,
}

impl Sound {
    /// What a caller sends.
    pub(super) fn of_callers(form: Form) -> Self {
        match form {
            Form::Plain | Form::Secured => Self::STAMPED,
            Form::Opus => Self {
                payload_type: 96,
                units: 960,
                payloads: Some(spoken(Codec::Opus)),
                clicks: false,
            },
            Form::Bot => Self {
                payloads: Some(clicks()),
                clicks: true,
                ..Self::STAMPED
            },
        }
    }

    /// What an agent sends, who speaks G.711 µ-law.
    pub(super) fn of_agents(form: Form) -> Self {
        match form {
            Form::Plain | Form::Secured | Form::Bot => Self::STAMPED,
            Form::Opus => Self {
                payloads: Some(spoken(Codec::Pcmu)),
                ..Self::STAMPED
            },
        }
    }

    const STAMPED: Self = Self {
        payload_type: 0,
        units: 160,
        payloads: None,
        clicks: false,
    };
}

/// A second that begins with a click.
fn clicks() -> Rc<[Vec<u8>]> {
    let frame = |n| vec![if n == 0 { CLICK } else { SILENCE }; 160];
    (0..SPOKEN).map(frame).collect()
}

/// Where a click begins in what is heard, in samples.
pub(super) fn click_in(payload: &[u8]) -> Option<usize> {
    let is_loud = |byte: &u8| Law::Mu.decode(*byte).unsigned_abs() >= CLICK_MIN;
    payload.iter().position(is_loud)
}

fn spoken(codec: Codec) -> Rc<[Vec<u8>]> {
    let mut encoder = Encoder::new(codec, Rate::Wide).expect("parties speak what is made here");
    let rate = encoder.rate();
    let samples = speech::samples(rate.hertz(), SPOKEN * rate.frame());
    let payload = |frame: &[i16]| {
        let mut bytes = [0; PACKET_BYTES_MAX];
        let length = encoder.encode(frame, &mut bytes);
        bytes[..length].to_vec()
    };
    samples.chunks(rate.frame()).map(payload).collect()
}

/// What a caller's offer says.
pub(super) fn offer(form: Form, port: u16) -> String {
    let plain = description(port);
    match form {
        Form::Plain | Form::Bot => plain,
        Form::Secured => {
            let key = STANDARD.encode(KEY);
            let lines = format!("a=crypto:1 {} inline:{key}\r\n", SUITE.name());
            plain.replace("RTP/AVP", "RTP/SAVP") + &lines
        }
        Form::Opus => plain
            .replace("RTP/AVP 0 101", "RTP/AVP 96 101")
            .replace("a=rtpmap:0 PCMU/8000", "a=rtpmap:96 opus/48000/2"),
    }
}

/// The protection of a caller's stream.
pub(super) struct Protection {
    outgoing: Outgoing,
    incoming: Incoming,
}

impl Protection {
    /// What the contestant's answer settles; nothing if it has no keys.
    pub(super) fn of_answer(answer: &str) -> Option<Box<Self>> {
        let line = answer.lines().find(|line| line.starts_with("a=crypto:"))?;
        let (_, theirs) = line.split_once("inline:")?;
        let theirs = theirs.split('|').next()?.trim();
        let theirs = STANDARD.decode(theirs).ok()?;
        let master = |bytes: &[u8]| {
            let (key, salt) = bytes.split_at_checked(SUITE.key_bytes())?;
            MasterKey::new(SUITE, key, salt)
        };
        Some(Box::new(Self {
            outgoing: Outgoing::new(SUITE, &master(&KEY)?, FIRST_SEQUENCE),
            incoming: Incoming::new(SUITE, &master(&theirs)?),
        }))
    }

    /// Protects a packet in a buffer with room for its tag; its whole length.
    pub(super) fn seal(&mut self, buffer: &mut [u8], length: usize) -> usize {
        let whole = length + SUITE.tag_bytes();
        // A packet that cannot be sealed is one that the contestant refuses: it is heard nowhere.
        let _ = self.outgoing.protect(&mut buffer[..whole]);
        whole
    }

    /// The packet in the clear, if it is the contestant's.
    pub(super) fn open<'a>(
        &mut self,
        packet: &[u8],
        buffer: &'a mut [u8; SEALED_BYTES],
    ) -> Option<&'a [u8]> {
        let clear = buffer.get_mut(..packet.len())?;
        clear.copy_from_slice(packet);
        let length = self.incoming.unprotect(clear).ok()?;
        Some(&buffer[..length])
    }

    /// Room for [`Self::open`].
    pub(super) const fn buffer() -> [u8; SEALED_BYTES] {
        [0; SEALED_BYTES]
    }
}

/// The loudest byte, and what counts as a click after a round trip.
const CLICK: u8 = 0x80;
const CLICK_MIN: u16 = 8_000;
/// The byte of silence that packets are filled up with.
pub(super) const SILENCE: u8 = Law::Mu.silence();

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offer_says_in_which_form_the_caller_speaks() {
        assert!(offer(Form::Plain, 7).contains("m=audio 7 RTP/AVP 0 101\r\n"));
        let secured = offer(Form::Secured, 7);
        assert!(secured.contains("m=audio 7 RTP/SAVP 0 101\r\n"));
        assert!(secured.contains("a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:"));
        let opus = offer(Form::Opus, 7);
        assert!(opus.contains("RTP/AVP 96 101\r\na=rtpmap:96 opus/48000/2\r\n"));
    }

    #[test]
    fn both_ends_of_a_protected_stream_understand_each_other() {
        // Whoever has our own key on both sides reads what it has sent.
        let answer = offer(Form::Secured, 7);
        let mut protection = Protection::of_answer(&answer).unwrap();
        let mut packet = [0x11; 64];
        packet[..4].copy_from_slice(&[0x80, 0, 0, 2]);
        let clear = packet;
        let length = protection.seal(&mut packet, 40);
        assert_eq!(length, 50);
        assert_ne!(packet[12..40], clear[12..40]);
        let mut buffer = Protection::buffer();
        let opened = protection.open(&packet[..length], &mut buffer);
        assert_eq!(opened, Some(&clear[..40]));
        assert!(Protection::of_answer(&offer(Form::Plain, 7)).is_none());
    }

    #[test]
    fn a_click_is_found_where_it_begins() {
        let sound = Sound::of_callers(Form::Bot).payloads.unwrap();
        assert_eq!(click_in(&sound[0]), Some(0));
        assert_eq!(click_in(&sound[1]), None);
        let mut late = sound[1].clone();
        late[40..].fill(CLICK);
        assert_eq!(click_in(&late), Some(40));
    }

    #[test]
    fn callers_of_opus_speak_it_and_agents_do_not() {
        let caller = Sound::of_callers(Form::Opus).payloads.unwrap();
        let agent = Sound::of_agents(Form::Opus).payloads.unwrap();
        assert_eq!((caller.len(), agent.len()), (SPOKEN, SPOKEN));
        assert!(caller.iter().all(|it| it.len() < 160));
        assert!(agent.iter().all(|it| it.len() == 160));
    }
}
