//! When a call is recorded: from the answer, from the conversation on, or a message.

use super::Call;
use super::pause::Pause;
use crate::exchange::{Exchange, OpenRecording};
use crate::limits::RECORDINGS;
use crate::{Key, Output};
use media::codec::Rate;
use media::wav::FileCodec;
use media::{Codec, Law, Order, RecordingKey};
use model::{CallFact, RecordingId, Timestamp};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A recording in progress: left the customer, right the party and what the system plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Taping {
    pub(super) key: RecordingKey,
    pub(super) id: RecordingId,
    pub(super) started_at: Duration,
    codec: FileCodec,
    pub(super) pause: Option<Pause>,
}

impl Call {
    /// Begins to record, unless it does already.
    pub(crate) fn start_taping(&mut self, now: Duration, exchange: &mut Exchange) {
        if self.taping.is_some() {
            return;
        }
        let id = RecordingId::new(Timestamp::from_now(now), exchange.random_id());
        let taping = Taping {
            key: RecordingKey(exchange.random_u64()),
            id,
            started_at: now,
            codec: self.codec_of_file(),
            pause: None,
        };
        let path = path_of(now, id);
        let open = OpenRecording {
            id,
            key: taping.key,
            call: self.origin.id,
            enterprise: self.origin.enterprise,
            path: path.clone(),
            started_at: now,
            stopped_at: None,
        };
        let fact = CallFact::RecordingStarted {
            recording: id,
            path,
        };
        self.note(now, fact, exchange);
        if exchange.recordings.len() >= RECORDINGS {
            self.note(now, not_recorded(id), exchange);
            return;
        }
        exchange.save(Key::Recording(id), &open);
        exchange.recordings.insert(taping.key, open);
        self.taping = Some(taping);
        self.tape(false, exchange);
    }

    /// Wide-band where both parties speak it as the recording begins; else as the customer speaks.
    fn codec_of_file(&self) -> FileCodec {
        let customer = self.customer.codec();
        let wide = |codec: Codec| codec.decoded_rate() == Rate::Wide;
        let party = self.party.as_ref().map(|party| party.leg.codec());
        if wide(customer) && party.is_some_and(wide) {
            return FileCodec::Pcm16;
        }
        customer.law().unwrap_or(Law::A).into()
    }

    /// Goes on with the recording in a new process; the silence of the gap is filled in.
    pub(crate) fn resume_taping(&mut self, exchange: &mut Exchange) {
        self.tape(true, exchange);
    }

    fn tape(&mut self, resume: bool, exchange: &mut Exchange) {
        let Some(taping) = self.taping else {
            return;
        };
        let Some(path) = exchange
            .recordings
            .get(&taping.key)
            .map(|open| open.path.clone())
        else {
            return;
        };
        exchange.outputs.push_back(Output::OpenRecording {
            recording: taping.key,
            path,
            codec: taping.codec,
            resume,
        });
        let agent = self.party_media();
        self.voices = agent.into_iter().collect();
        exchange.order(Order::Record {
            recording: taping.key,
            customer: self.customer.media,
            agent,
            started_at: taping.started_at,
            resume,
            codec: taping.codec,
        });
        if let Some(pause) = taping.pause {
            self.order_pause(pause.since, exchange);
        }
    }

    /// Whether what is said is kept out of the recording.
    pub(crate) fn is_paused(&self) -> bool {
        self.taping.is_some_and(|taping| taping.pause.is_some())
    }

    /// The file of the recording could not be made or is given up: a later part of the call may be
    /// recorded again.
    pub(crate) fn lose_taping(&mut self, key: RecordingKey, exchange: &mut Exchange) {
        if self.taping.take_if(|taping| taping.key == key).is_some() {
            exchange.touched.insert(self.origin.id);
            let order = Order::StopRecording { recording: key };
            exchange.order_at(self.customer.media, order);
        }
    }

    /// Records whom the customer hears at this moment on the right channel.
    pub(crate) fn tape_party(&mut self, exchange: &mut Exchange) {
        if let Some(taping) = self.taping {
            self.voices = self.recorded_voices();
            let order = Order::RecordAgents {
                recording: taping.key,
                agents: self.voices.iter().copied().collect(),
            };
            exchange.order_at(self.customer.media, order);
        }
    }

    /// Ends the recording, if there is one. Its end is saved, so that a process that dies before the
    /// file is complete leaves it as long as it has to be.
    pub(crate) fn stop_taping(&mut self, now: Duration, exchange: &mut Exchange) {
        if let Some(taping) = self.taping.take() {
            exchange.stop_recording(now, taping.key);
            let order = Order::StopRecording {
                recording: taping.key,
            };
            exchange.order_at(self.customer.media, order);
        }
    }
}

/// A recording that could not be begun because the disk does not keep up.
fn not_recorded(recording: RecordingId) -> CallFact {
    CallFact::RecordingEnded {
        recording,
        duration_ms: 0,
        size_bytes: 0,
        fault: Some(format!("{RECORDINGS} recordings are not complete yet")),
        sha256: None,
    }
}

/// `recordings/2026/11/22/<id>.wav`, so that no folder holds more than a day.
fn path_of(now: Duration, id: RecordingId) -> String {
    let day = Timestamp::from_now(now).to_rfc3339();
    let day = day.get(..10).unwrap_or("1970-01-01").replace('-', "/");
    format!("recordings/{day}/{id}.wav")
}
