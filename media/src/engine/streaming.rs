//! Bots on legs: attached, heard, flushed, parted.

use super::Engine;
use crate::clock::{FRAME_SAMPLES, Micros};
use crate::codec::{self, PACKET_BYTES_MAX, Rate};
use crate::leg::stream::Stream;
use crate::outbox::StreamFrame;
use crate::{Law, LegId, Outbox, StreamKey};

/// What a bot wants of its leg.
#[derive(Debug)]
pub(super) enum Wish {
    Begin,
    Say(Vec<u8>),
    Clear,
    End,
}

impl Engine {
    /// Does what a bot wants. One that has come after its leg or its stream ended is too late, which
    /// is nobody's fault.
    pub(super) fn stream(&mut self, id: LegId, key: StreamKey, wish: Wish) -> Option<()> {
        let leg = self.leg_mut(id)?;
        match wish {
            Wish::Begin => {
                leg.stream = Some(Box::new(Stream::new(key)));
                leg.sender.mark_next();
                leg.sender.forget_source();
                self.refresh_decoding(id);
            }
            Wish::Say(audio) => {
                let stream = leg.stream.as_mut().filter(|stream| stream.key == key)?;
                if !stream.push(audio) {
                    self.counters.refused_bot_audio += 1;
                }
            }
            Wish::Clear => {
                let stream = leg.stream.as_mut().filter(|stream| stream.key == key)?;
                stream.clear();
            }
            Wish::End => {
                leg.stream.take_if(|stream| stream.key == key)?;
                leg.sender.mark_next();
                self.refresh_decoding(id);
            }
        }
        Some(())
    }

    /// Gives the bot what the party said in the running 20 ms, and the party what the bot says.
    pub(super) fn stream_frame(&mut self, at: Micros, index: usize, outbox: &mut Outbox) {
        let Some(leg) = self.legs[index].as_mut() else {
            return;
        };
        let Some(stream) = &leg.stream else {
            return;
        };
        let mut audio = [Law::Mu.silence(); FRAME_SAMPLES];
        let heard = leg.decoded.as_ref();
        if let Some(heard) = heard.and_then(|decoded| decoded.frame(Rate::Narrow)) {
            for (byte, &sample) in audio.iter_mut().zip(heard) {
                *byte = Law::Mu.encode(sample);
            }
        }
        outbox.push_stream_frame(StreamFrame {
            stream: stream.key,
            settled: stream.settled(),
            audio,
        });
        if !leg.keys.is_empty() && leg.send_keys(at, outbox) {
            return;
        }
        let Some(mut stream) = leg.stream.take() else {
            return;
        };
        let codec = leg.terms.codec;
        let law = codec.law().unwrap_or(Law::Mu);
        let mut frame = [0; FRAME_SAMPLES];
        stream.fill(law, &mut frame);
        if codec.law().is_some() {
            leg.send_frame(at, &frame, outbox);
        } else {
            let mut packet = [0; PACKET_BYTES_MAX];
            let encoded = stream.encode(codec, &frame, &mut packet);
            let encoded = encoded.map_or(codec::silence(codec), |length| &packet[..length]);
            leg.send_frame(at, encoded, outbox);
        }
        leg.stream = Some(stream);
        let slot = leg.customer_of.filter(|_| leg.terms.sending);
        if let Some(recorder) = self.recorder_at(slot) {
            recorder.handle_play(at, law, &frame, outbox);
        }
    }
}
