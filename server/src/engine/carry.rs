//! Carrying out a step: the journal first, everything else after it.

use super::{Running, chronicle};
use call::{Admission, Input, Output};
use journal::Entry;
use model::{CallFact, Event, Fact, SourceFact};
use net::signalling::Security;
use sip::{Transmit, Transport};
use std::time::Duration;

/// Rounds in which a step may cause inputs that cause outputs again, such as a recording that
/// cannot be begun.
const ROUNDS: usize = 8;

impl Running {
    pub(super) fn carry_out(&mut self, now: Duration) {
        for _ in 0..ROUNDS {
            let mut outputs = Vec::new();
            while let Some(output) = self.engine.switchboard.poll_output() {
                outputs.push(output);
            }
            if outputs.is_empty() {
                return;
            }
            self.write_down(now, &outputs);
            let inputs: Vec<Input> = outputs
                .into_iter()
                .filter_map(|output| self.carry(now, output))
                .collect();
            if inputs.is_empty() {
                return;
            }
            for input in inputs {
                self.engine.switchboard.handle(now, input);
            }
            self.engine.switchboard.seal();
        }
    }

    /// Writes the facts and states of a step.
    fn write_down(&mut self, now: Duration, outputs: &[Output]) {
        let keys: Vec<Vec<u8>> = outputs.iter().filter_map(key_of).collect();
        let mut keys = keys.iter();
        let entries: Vec<Entry<'_>> = outputs
            .iter()
            .filter_map(|output| match output {
                Output::Fact(fact) => {
                    chronicle::tell(fact);
                    Some(Entry::Fact(fact))
                }
                Output::Save { state, .. } => Some(Entry::Save {
                    key: keys.next()?,
                    state,
                }),
                Output::Forget(_) => Some(Entry::Forget { key: keys.next()? }),
                Output::Transmit(_)
                | Output::Connect { .. }
                | Output::Disconnect(_)
                | Output::Resolve { .. }
                | Output::Media { .. }
                | Output::OpenRecording { .. }
                | Output::CloseRecording { .. }
                | Output::RecoverRecording { .. }
                | Output::OpenStream(_)
                | Output::TellStream { .. }
                | Output::CloseStream(_)
                | Output::Ask(_)
                | Output::Render(_)
                | Output::Reply { .. } => None,
            })
            .collect();
        if entries.is_empty() {
            return;
        }
        match self.engine.journal.append(now, &entries) {
            Ok(sequence) => {
                self.engine.windows.written.send_replace(sequence);
                self.journal_works();
            }
            Err(error) => self.journal_failed(&error),
        }
    }

    pub(super) fn beat_journal(&mut self, now: Duration) {
        let idle = self.engine.switchboard.gauges().calls == 0;
        if idle && !self.engine.windows.pulse.is_journal_failed() {
            return;
        }
        match self.engine.journal.append(now, &[Entry::Heartbeat]) {
            Ok(_) => self.journal_works(),
            Err(error) => self.journal_failed(&error),
        }
    }

    fn journal_works(&mut self) {
        if self.engine.windows.pulse.mend_journal() {
            tracing::info!("the journal can be written again: new calls are taken");
            self.engine.switchboard.admit(Admission::Open);
        }
    }

    /// Calls in progress go on without a journal; new ones are not taken until it works again.
    pub(super) fn journal_failed(&mut self, error: &journal::Error) {
        self.engine.switchboard.admit(Admission::Closed);
        metrics::counter!("trunkline_journal_failures_total").increment(1);
        self.engine.windows.pulse.fail_journal();
        tracing::error!(%error, "the journal cannot be written");
    }

    /// Does one thing; gives what came of it where that is known at once.
    fn carry(&mut self, now: Duration, output: Output) -> Option<Input> {
        let engine = &mut self.engine;
        match output {
            Output::Transmit(transmit) => return self.transmit(&transmit),
            Output::Connect {
                connection,
                transport,
                remote,
                name,
            } => {
                let security = match transport {
                    Transport::Tcp => Security::Plain,
                    Transport::Tls => Security::Tls(name),
                    Transport::Udp | Transport::Ws | Transport::Wss => {
                        tracing::error!(?transport, %remote, "nobody connects over this transport");
                        return Some(Input::Closed(connection));
                    }
                };
                engine.reactor.connect(now, connection.0, remote, &security);
            }
            Output::Disconnect(connection) => {
                engine.reactor.close(connection.0);
                engine.doors.phones.close(connection);
            }
            Output::Resolve { query, question } => {
                if !engine.doors.names.ask(query, question) {
                    let answer = Err(sip::ResolveError::Unanswered);
                    return Some(Input::Resolved { query, answer });
                }
            }
            Output::Media { worker, order } => {
                engine.handshakes.heed(&order);
                engine.media.order(worker, order);
            }
            Output::OpenRecording {
                recording,
                path,
                codec,
                resume,
            } => engine.recordings.open(recording, &path, codec, resume),
            Output::CloseRecording { recording, samples } => {
                return engine.recordings.close(recording, samples);
            }
            Output::RecoverRecording {
                recording,
                path,
                samples,
            } => return engine.recordings.recover(recording, &path, samples),
            Output::OpenStream(request) => {
                if let Some(media) = engine.media.orders(request.worker) {
                    engine.doors.streams.open(request, media);
                }
            }
            Output::TellStream { stream, key } => engine.doors.streams.tell(stream, key),
            Output::CloseStream(stream) => engine.doors.streams.close(stream),
            Output::Ask(ask) => engine.doors.questions.ask(*ask),
            Output::Render(asked) => engine.doors.renderings.ask(*asked),
            Output::Reply { id, result } => {
                if let Some(answer) = self.replies.remove(&id) {
                    // Whoever asked may have stopped waiting.
                    let _ = answer.send(result);
                }
            }
            Output::Fact(fact) => count(&fact),
            Output::Save { .. } | Output::Forget(_) => (),
        }
        None
    }

    /// Sends; gives the end of a connection that this brought about.
    fn transmit(&mut self, transmit: &Transmit) -> Option<Input> {
        let flow = transmit.flow;
        match flow.transport {
            Transport::Tcp | Transport::Tls => {
                if let Some(connection) = flow.connection {
                    self.engine
                        .reactor
                        .send_stream(connection.0, &transmit.data);
                }
            }
            Transport::Udp => self.send_datagram(transmit),
            Transport::Ws | Transport::Wss => {
                let connection = flow.connection?;
                if !self.engine.doors.phones.send(connection, &transmit.data) {
                    return Some(Input::Closed(connection));
                }
            }
        }
        None
    }

    fn send_datagram(&mut self, transmit: &Transmit) {
        let flow = transmit.flow;
        let bound = self.engine.routes.socket(flow.local);
        let sent = self
            .engine
            .reactor
            .send_datagram(bound, flow.remote, &transmit.data);
        if let Err(error) = sent {
            tracing::debug!(%error, remote = %flow.remote, "a datagram was not sent");
        }
    }
}

/// Counts what happens seldom enough to be looked at one by one.
fn count(fact: &Fact) {
    match &fact.event {
        Event::Source { source, fact } => {
            let SourceFact::Barred { failures, .. } = fact;
            metrics::counter!("trunkline_sip_barred_total").increment(1);
            tracing::warn!(%source, failures, "a source that guessed SIP passwords is not heard");
        }
        Event::Call {
            fact: CallFact::Found { finding, .. },
            ..
        } => {
            let labels = [("finding", finding.as_str())];
            metrics::counter!("trunkline_findings_total", &labels).increment(1);
        }
        Event::Call { .. } | Event::Agent { .. } => (),
    }
}

fn key_of(output: &Output) -> Option<Vec<u8>> {
    match output {
        Output::Save { key, .. } | Output::Forget(key) => Some(key.to_bytes()),
        Output::Fact(_)
        | Output::Transmit(_)
        | Output::Connect { .. }
        | Output::Disconnect(_)
        | Output::Resolve { .. }
        | Output::Media { .. }
        | Output::OpenRecording { .. }
        | Output::CloseRecording { .. }
        | Output::RecoverRecording { .. }
        | Output::OpenStream(_)
        | Output::TellStream { .. }
        | Output::CloseStream(_)
        | Output::Ask(_)
        | Output::Render(_)
        | Output::Reply { .. } => None,
    }
}
