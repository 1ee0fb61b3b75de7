//! Plays a test and compares what comes of it.

use super::trace::{Awaited, Passed, Trace};
use super::{Deed, End, Return, Test};
use crate::{
    Action, Clip, Flow, Flows, Happening, Inputs, Session, Step, StreamOutcome, TransferOutcome,
    limits, node::Answer,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
    time::Duration,
};

/// What came of a call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resulting {
    /// The nodes entered.
    pub path: Vec<String>,
    /// The clips and words heard.
    pub heard: Vec<String>,
    /// The variables at the end.
    pub variables: BTreeMap<String, String>,
    /// Where the caller is.
    pub end: Option<End>,
    /// The nodes entered with what happened in them.
    pub passed: Vec<Passed>,
    /// What the call waits for.
    pub awaited: Awaited,
    /// The names of variables that hold what is kept out of the log.
    pub sensitive: BTreeSet<String>,
    /// How long the call has lasted.
    pub lasted: Duration,
}

/// Something that came out in another way than expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What was compared.
    pub what: String,
    /// What the script expects.
    pub expected: String,
    /// What came.
    pub got: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            what,
            expected,
            got,
        } = self;
        write!(
            formatter,
            "{what}\n  expected: {expected}\n  got:      {got}"
        )
    }
}

impl Test {
    /// Plays the call through a flow, from which the others may be entered.
    pub fn run(&self, flow: &Arc<Flow>, flows: &Arc<Flows>) -> Resulting {
        let mut call = Call::begin(self, flow, flows);
        for deed in &self.deeds {
            call.go_on();
            call.act(deed);
        }
        call.go_on();
        call.finish()
    }

    /// Plays the call and lists what differs from what is expected.
    pub fn differences(&self, flow: &Arc<Flow>, flows: &Arc<Flows>) -> Vec<Difference> {
        let got = self.run(flow, flows);
        let expect = &self.expect;
        let mut differences = Vec::new();
        let mut compare = |what: &str, expected: String, got: String| {
            if expected != got {
                differences.push(Difference {
                    what: what.to_owned(),
                    expected,
                    got,
                });
            }
        };
        if let Some(path) = &expect.path {
            compare("path", path.join(" > "), got.path.join(" > "));
        }
        if let Some(heard) = &expect.heard {
            compare("heard", heard.join(" "), got.heard.join(" "));
        }
        for (name, value) in &expect.variables {
            let found = got.variables.get(name);
            let found = found.map_or("nothing".to_owned(), |value| format!("{value:?}"));
            compare(&format!("variable {name}"), format!("{value:?}"), found);
        }
        if let Some(end) = expect.end {
            let found = got.end.map_or("nothing".to_owned(), |end| end.to_string());
            compare("end", end.to_string(), found);
        }
        differences
    }
}

impl fmt::Display for End {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Away => "away",
            Self::CallerHungUp => "caller_hung_up",
            Self::HungUp => "hung_up",
            Self::Waiting => "waiting",
        })
    }
}

struct Call<'a> {
    test: &'a Test,
    session: Session,
    began: Duration,
    now: Duration,
    speaking: bool,
    /// The queue that the flow looks at.
    looked_at: Option<String>,
    result: Resulting,
    trace: Trace,
}

impl<'a> Call<'a> {
    fn begin(test: &'a Test, flow: &Arc<Flow>, flows: &Arc<Flows>) -> Self {
        let at = test.at.map_or(0, jiff::Timestamp::as_millisecond);
        let now = Duration::from_millis(u64::try_from(at).unwrap_or_default());
        let inputs = Inputs {
            caller: test.caller.clone(),
            called: test.called.clone(),
            trunk_number: test.called.clone(),
            variables: test.variables.clone(),
            ..Inputs::default()
        };
        let mut call = Self {
            test,
            session: Session::start(now, Arc::clone(flow), Arc::clone(flows), inputs),
            began: now,
            now,
            speaking: false,
            looked_at: None,
            result: Resulting::default(),
            trace: Trace::default(),
        };
        call.take();
        call
    }

    /// Transfers end and other systems answer as the test says, until there is none that does.
    fn go_on(&mut self) {
        for _ in 0..limits::STEPS {
            if self.session.is_asking() {
                self.be_answered();
                continue;
            }
            if !(self.session.is_away() || self.session.is_streaming()) {
                return;
            }
            let at = self.result.path.last();
            let Some(end) = at.and_then(|node| self.test.away.get(node)) else {
                return;
            };
            self.now += Duration::from_secs(1);
            match happening(*end, self.session.is_streaming()) {
                Some(happening) => self.session.handle(self.now, happening),
                None => {
                    self.session.hand_over(self.now, "");
                }
            }
            self.take();
        }
    }

    fn be_answered(&mut self) {
        self.now += Duration::from_millis(100);
        if let Some(queue) = self.looked_at.take() {
            let seen = self.test.queues.get(&queue).copied().unwrap_or_default();
            let seen = Happening::QueueSeen(Some(seen));
            self.session.handle(self.now, seen);
        } else {
            let given = self.result.path.last();
            let given = given.and_then(|node| self.test.answers.get(node));
            let answer = given.map_or(Answer::TimedOut, |given| Answer::Answered {
                status: given.status,
                body: given.json.to_string(),
            });
            self.session.answer(self.now, &answer);
        }
        self.take();
    }

    fn act(&mut self, deed: &Deed) {
        match deed {
            Deed::Press(keys) => {
                self.hear_out();
                self.press(keys);
            }
            Deed::Interrupt(keys) => self.press(keys),
            Deed::Silence(times) => {
                for _ in 0..*times {
                    self.hear_out();
                    if let Some(due) = self.session.poll_timeout() {
                        self.now = due.max(self.now);
                        self.session.handle_timeout(self.now);
                        self.take();
                        self.go_on();
                    }
                }
            }
            Deed::HangUp => {
                if !self.session.is_over() {
                    self.session.handle(self.now, Happening::HungUp);
                    self.result.end = Some(End::CallerHungUp);
                    self.take();
                }
            }
        }
    }

    fn press(&mut self, keys: &str) {
        for key in keys.chars() {
            self.now += Duration::from_millis(100);
            self.session.handle(self.now, Happening::Digit(key));
            self.take();
            self.go_on();
        }
    }

    fn hear_out(&mut self) {
        for _ in 0..limits::STEPS {
            if !self.speaking {
                return;
            }
            self.speaking = false;
            self.now += Duration::from_secs(1);
            self.session.handle(self.now, Happening::PlayEnded);
            self.take();
            self.go_on();
        }
    }

    fn take(&mut self) {
        while let Some(action) = self.session.poll_action() {
            self.trace
                .note(self.now.saturating_sub(self.began), &action);
            match action {
                Action::Say { clips, .. } => {
                    self.speaking = true;
                    let names = clips.into_iter().filter_map(|clip| match clip {
                        Clip::Unit { name, .. } | Clip::Sound { name } => Some(name),
                        Clip::Spoken(utterance) => Some(utterance.text),
                        Clip::Pause(_) => None,
                    });
                    let room = limits::TRACED_CLIPS - self.result.heard.len();
                    self.result.heard.extend(names.take(room));
                }
                Action::Step(Step::NodeEntered { node }) => self.result.path.push(node),
                Action::HangUp => self.result.end = Some(End::HungUp),
                Action::StopSaying => self.speaking = false,
                Action::LookAtQueue { queue } => self.looked_at = Some(queue),
                // No engine is asked: what is heard is the text.
                Action::Render(spoken) => {
                    self.session.rendered(self.now, &vec![Ok(()); spoken.len()]);
                }
                Action::Ask(_)
                | Action::RecordMessage { .. }
                | Action::Step(
                    Step::NodeLeft { .. }
                    | Step::Rated { .. }
                    | Step::SurveyOffered { .. }
                    | Step::Unreadable { .. },
                )
                | Action::StopMessage
                | Action::StopStream
                | Action::Stream { .. }
                | Action::ToAgent { .. }
                | Action::ToNumber { .. }
                | Action::ToQueue { .. } => {}
            }
        }
    }

    fn finish(mut self) -> Resulting {
        self.hear_out();
        self.result.variables = self.session.variables().clone();
        let away = self.session.is_away() || self.session.is_streaming();
        let standing = if away { End::Away } else { End::Waiting };
        self.result.end.get_or_insert(standing);
        self.result.lasted = self.now.saturating_sub(self.began);
        self.trace
            .finish(&self.session, self.speaking, &mut self.result);
        self.result
    }
}

/// What the session is told; nothing for a bot that hands over.
fn happening(end: Return, streaming: bool) -> Option<Happening> {
    if streaming {
        return match end {
            Return::HandedOver => None,
            Return::Completed => Some(Happening::StreamEnded(StreamOutcome::Done)),
            Return::Busy
            | Return::Failed
            | Return::Full
            | Return::NoAgent
            | Return::NoAnswer
            | Return::Recorded
            | Return::Refused
            | Return::Talked
            | Return::Timeout
            | Return::Unavailable => Some(Happening::StreamEnded(StreamOutcome::Failed)),
        };
    }
    let outcome = match end {
        Return::Recorded => return Some(Happening::VoicemailEnded),
        Return::Busy => TransferOutcome::Busy,
        Return::Completed => TransferOutcome::Completed,
        Return::Full => TransferOutcome::Full,
        Return::NoAgent => TransferOutcome::NoAgent,
        Return::NoAnswer => TransferOutcome::NoAnswer,
        Return::Refused => TransferOutcome::Refused,
        Return::Talked => TransferOutcome::Talked,
        Return::Timeout => TransferOutcome::TimedOut,
        Return::Failed | Return::HandedOver | Return::Unavailable => TransferOutcome::Unavailable,
    };
    Some(Happening::TransferEnded(outcome))
}
