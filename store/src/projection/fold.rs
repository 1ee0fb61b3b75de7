//! The pure fold: facts in, records and recordings out. Applying and verifying both use it.

use model::{
    CallFact, CallId, CallRecord, Event, Fact, Recording, RecordingFormat, RecordingId,
    RecordingState,
};
use std::collections::{BTreeMap, BTreeSet};

/// Records and recordings while facts are folded into them.
#[derive(Debug, Default)]
pub(super) struct Fold {
    records: BTreeMap<CallId, CallRecord>,
    recordings: BTreeMap<RecordingId, Recording>,
    changed_records: BTreeSet<CallId>,
    changed_recordings: BTreeSet<RecordingId>,
    orphans: usize,
}

impl Fold {
    /// Takes records as they were stored.
    pub(super) fn remember_records(&mut self, records: Vec<CallRecord>) {
        self.records
            .extend(records.into_iter().map(|record| (record.id, record)));
    }

    /// Takes recordings as they were stored.
    pub(super) fn remember_recordings(&mut self, recordings: Vec<Recording>) {
        self.recordings.extend(
            recordings
                .into_iter()
                .map(|recording| (recording.id, recording)),
        );
    }

    /// Folds the next fact in.
    pub(super) fn take(&mut self, fact: &Fact) {
        match &fact.event {
            Event::Call { call, fact: body } => {
                self.take_into_record(fact, *call, body);
                self.take_into_recording(fact, *call, body);
            }
            Event::Agent { .. } | Event::Source { .. } => (),
        }
    }

    fn take_into_record(&mut self, fact: &Fact, call: CallId, body: &CallFact) {
        if let Some(record) = self.records.get_mut(&call) {
            record.apply(fact.at, body);
        } else if let Some(record) = CallRecord::begin(call, fact.enterprise, fact.at, body) {
            self.records.insert(call, storable(record));
        } else {
            self.orphans += 1;
            return;
        }
        self.changed_records.insert(call);
    }

    fn take_into_recording(&mut self, fact: &Fact, call: CallId, body: &CallFact) {
        let id = match body {
            CallFact::RecordingStarted { recording, path } => {
                let begun = begun(fact, (*recording, call), path);
                self.recordings.entry(*recording).or_insert(begun);
                *recording
            }
            CallFact::RecordingEnded {
                recording,
                duration_ms,
                size_bytes,
                fault,
                sha256,
            } => {
                if let Some(kept) = self.recordings.get_mut(recording) {
                    kept.duration_ms = Some(*duration_ms);
                    kept.size_bytes = Some(*size_bytes);
                    kept.fault = fault.as_deref().map(without_nul);
                    kept.state = match fault {
                        None => RecordingState::Closed,
                        Some(_) => RecordingState::Faulty,
                    };
                    kept.sha256.clone_from(sha256);
                }
                *recording
            }
            CallFact::RecordingCompressed { recording, .. }
            | CallFact::RecordingMoved { recording, .. } => {
                if let Some(kept) = self.recordings.get_mut(recording) {
                    take_new_file(kept, body);
                }
                *recording
            }
            CallFact::Arrived { .. }
            | CallFact::Answered
            | CallFact::FlowEntered { .. }
            | CallFact::NodeEntered { .. }
            | CallFact::NodeLeft { .. }
            | CallFact::Unreadable { .. }
            | CallFact::Queued { .. }
            | CallFact::Dequeued { .. }
            | CallFact::Offered { .. }
            | CallFact::OfferEnded { .. }
            | CallFact::Dialed { .. }
            | CallFact::DialForbidden { .. }
            | CallFact::DialFailed { .. }
            | CallFact::Bridged { .. }
            | CallFact::Unbridged { .. }
            | CallFact::SurveyOffered { .. }
            | CallFact::Rated { .. }
            | CallFact::HoldChanged { .. }
            | CallFact::RecordingPaused { .. }
            | CallFact::RecordingResumed { .. }
            | CallFact::Transferred { .. }
            | CallFact::SupervisionStarted { .. }
            | CallFact::SupervisionChanged { .. }
            | CallFact::SupervisionEnded { .. }
            | CallFact::Consulted { .. }
            | CallFact::ConferenceBegun { .. }
            | CallFact::ConferenceLeft { .. }
            | CallFact::Found { .. }
            | CallFact::VoicemailStarted
            | CallFact::Resumed
            | CallFact::LegQuality { .. }
            | CallFact::Ended(_) => return,
        };
        self.changed_recordings.insert(id);
    }

    /// Whether a flow took the call, as far as its record tells.
    pub(super) fn may_be_in_flow(&self, call: CallId) -> bool {
        let record = self.records.get(&call);
        record.is_none_or(|record| record.flow.is_some())
    }

    /// The records that a fact has changed.
    pub(super) fn changed_records(&self) -> impl Iterator<Item = &CallRecord> {
        self.changed_records
            .iter()
            .filter_map(|id| self.records.get(id))
    }

    /// The recordings that a fact has changed.
    pub(super) fn changed_recordings(&self) -> impl Iterator<Item = &Recording> {
        self.changed_recordings
            .iter()
            .filter_map(|id| self.recordings.get(id))
    }

    /// How many facts found no record.
    pub(super) const fn orphans(&self) -> usize {
        self.orphans
    }
}

fn begun(fact: &Fact, (id, call): (RecordingId, CallId), path: &str) -> Recording {
    Recording {
        id,
        enterprise: fact.enterprise,
        call,
        started_at: fact.at,
        duration_ms: None,
        size_bytes: None,
        path: without_nul(path),
        state: RecordingState::Open,
        fault: None,
        format: RecordingFormat::Wav,
        sha256: None,
        bucket: None,
    }
}

/// Takes what a job says of the file that it made or moved.
fn take_new_file(kept: &mut Recording, body: &CallFact) {
    if let CallFact::RecordingCompressed {
        path,
        size_bytes,
        sha256,
        ..
    } = body
    {
        kept.path = without_nul(path);
        kept.size_bytes = Some(*size_bytes);
        kept.sha256 = Some(sha256.clone());
        kept.format = RecordingFormat::Opus;
    }
    if let CallFact::RecordingMoved { bucket, key, .. } = body {
        kept.path = without_nul(key);
        kept.bucket = Some(without_nul(bucket));
    }
}

/// PostgreSQL keeps no NUL in a text, and a peer's odd Call-ID must not hold up the projection.
fn storable(mut record: CallRecord) -> CallRecord {
    record.sip_call_id = without_nul(&record.sip_call_id);
    record
}

fn without_nul(text: impl AsRef<str>) -> String {
    text.as_ref().replace('\0', "\u{fffd}")
}
