//! The same steps by libraries of the registry, in the same run.

use super::speech;
use super::steps::{FRAMES, PACKET_BYTES, best};
use crate::time::time;
use audio_codec::CodecType;
use audio_codec::resampler::BoxedResampler;
use media::Codec;
use media::srtp::Suite;
use opus_rs::{Application, OpusDecoder, OpusEncoder};
use rtc_srtp::context::Context;
use rtc_srtp::protection_profile::ProtectionProfile;
use std::hint::black_box;
use std::io;
use std::time::Duration;

/// What a library takes for a step.
pub(super) type Rival = Option<(&'static str, Duration)>;

/// As browsers send speech.
const OPUS_BITS: i32 = 24_000;
const OPUS_LOSS_PERCENT: i32 = 5;
/// What the engine encodes with.
const OPUS_COMPLEXITY: i32 = 1;
const OPUS_BYTES: usize = 1_275;

/// Encoding and decoding by `audio-codec`. It is what G.722 is made with here, and Opus has no rival
/// in it.
pub(super) fn coding(codec: Codec) -> io::Result<[Rival; 2]> {
    let kind = match codec {
        Codec::Pcmu => CodecType::PCMU,
        Codec::Pcma => CodecType::PCMA,
        Codec::G722 => CodecType::G722,
        Codec::Opus | Codec::G729 => return Ok([None, None]),
    };
    let frame = codec.sample_rate() as usize / 50;
    let spoken = speech::samples(codec.sample_rate(), FRAMES * frame);
    let mut encoder = audio_codec::create_encoder(kind);
    let mut decoder = audio_codec::create_decoder(kind);
    let packets: Vec<Vec<u8>> = spoken.chunks(frame).map(|it| encoder.encode(it)).collect();
    let encoding = best(|| {
        for frame in spoken.chunks(frame) {
            black_box(encoder.encode(black_box(frame)));
        }
    })?;
    let decoding = best(|| {
        for packet in &packets {
            black_box(decoder.decode(black_box(packet)));
        }
    })?;
    Ok([
        Some(("audio-codec", encoding)),
        Some(("audio-codec", decoding)),
    ])
}

/// Opus of a rate as its library makes and reads it.
pub(super) struct Opus {
    pub(super) encoding: Duration,
    pub(super) decoding: Duration,
    pub(super) packets: Vec<Vec<u8>>,
}

pub(super) fn opus(hertz: u32, redundancy: bool) -> io::Result<Opus> {
    let size = hertz as usize / 50;
    let spoken = speech::samples(hertz, FRAMES * size);
    let rate = hertz.cast_signed();
    let mut encoder = OpusEncoder::new(rate, 1, Application::Voip).map_err(io::Error::other)?;
    encoder.bitrate_bps = OPUS_BITS;
    encoder.complexity = OPUS_COMPLEXITY;
    encoder.use_inband_fec = redundancy;
    encoder.packet_loss_perc = if redundancy { OPUS_LOSS_PERCENT } else { 0 };
    let mut bytes = [0; OPUS_BYTES];
    let mut packets = Vec::with_capacity(FRAMES);
    for frame in spoken.chunks(size) {
        let length = encoder.encode_i16(frame, size, &mut bytes);
        packets.push(bytes[..length.map_err(io::Error::other)?].to_vec());
    }
    let encoding = best(|| {
        for frame in spoken.chunks(size) {
            let _ = black_box(encoder.encode_i16(black_box(frame), size, &mut bytes));
        }
    })?;
    let mut decoder = OpusDecoder::new(rate, 1).map_err(io::Error::other)?;
    let mut samples = vec![0.0; size];
    let decoding = best(|| {
        for packet in &packets {
            let _ = black_box(decoder.decode(black_box(packet), size, &mut samples));
        }
    })?;
    Ok(Opus {
        encoding,
        decoding,
        packets,
    })
}

/// Resampling by `audio-codec`.
pub(super) fn resampling(from: u32, to: u32) -> io::Result<(&'static str, Duration)> {
    let size = from as usize / 50;
    let spoken = speech::samples(from, FRAMES * size);
    let mut resampler = BoxedResampler::new(from as usize, to as usize)
        .map_err(|error| io::Error::other(format!("{error:?}")))?;
    let cost = best(|| {
        for frame in spoken.chunks(size) {
            black_box(resampler.resample(black_box(frame)));
        }
    })?;
    Ok(("audio-codec", cost))
}

/// Protecting and reading by `rtc-srtp` of webrtc-rs.
pub(super) fn protecting(suite: Suite) -> io::Result<[Rival; 2]> {
    let profile = match suite {
        Suite::AesCm128HmacSha1_80 => ProtectionProfile::Aes128CmHmacSha1_80,
        Suite::AesCm128HmacSha1_32 => ProtectionProfile::Aes128CmHmacSha1_32,
        Suite::AeadAes128Gcm => ProtectionProfile::AeadAes128Gcm,
        Suite::AeadAes256Gcm => ProtectionProfile::AeadAes256Gcm,
    };
    let context = || {
        let provider = rtc_crypto::providers::RingProvider::new();
        let crypto = rtc_crypto::RTCCryptoProvider::crypto(&provider);
        let (key, salt) = ([3; 32], [4; 14]);
        let (key, salt) = (&key[..suite.key_bytes()], &salt[..suite.salt_bytes()]);
        Context::new(key, salt, profile, None, None, crypto)
            .map_err(|error| io::Error::other(error.to_string()))
    };
    let (mut sending, mut receiving) = (context()?, context()?);
    let plain = |number: u16| {
        let mut packet = [0x55; PACKET_BYTES];
        packet[..4].copy_from_slice(&[0x80, 8, (number >> 8) as u8, number as u8]);
        packet
    };
    let mut sealed = Vec::with_capacity(FRAMES);
    let plain: Vec<_> = (0..FRAMES as u16).map(plain).collect();
    let ((), sealing) = time(|| {
        for packet in &plain {
            sealed.extend(sending.encrypt_rtp(packet).ok());
        }
    })?;
    let (opened, opening) = time(|| {
        let taken = sealed.iter().map(|it| receiving.decrypt_rtp(it));
        taken.flatten().count()
    })?;
    if opened < FRAMES {
        let text = format!("rtc-srtp: {opened} of {FRAMES} packets opened");
        return Err(io::Error::other(text));
    }
    let each = |whole: Duration| Some(("rtc-srtp", whole / FRAMES as u32));
    Ok([each(sealing), each(opening)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_reads_what_it_has_written() {
        let opus = opus(16_000, true).unwrap();
        assert_eq!(opus.packets.len(), FRAMES);
        assert!(protecting(Suite::AeadAes128Gcm).unwrap()[1].is_some());
    }
}
