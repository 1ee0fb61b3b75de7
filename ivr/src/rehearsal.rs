//! A caller for tests: a voice that has every word, and a session whose actions read as lines.

use crate::{
    Action, Clip, Document, Flow, Flows, Happening, Inputs, Locale, PackClip, PackManifest,
    Problem, Resources, Session, Step, Voices, check, voices::required_units,
};
use model::{
    CallFact, CallId, CallType, Direction, EndReason, EndStage, EndedBy, Ending, EnterpriseId,
    Event, Fact, FactId, FlowId, PhoneNumber, TimeScheme, Timestamp, TrunkId,
};
use std::{collections::BTreeSet, sync::Arc, time::Duration};

const PHRASES: &str = "welcome choose_language main_menu enter_order enter_digits you_entered \
    as_number our_number spaced_number invalid timeout transferring please_wait all_busy no_answer \
    no_information leave_message message_saved press_any_key goodbye system_error recording_notice \
    queue_position ten_seconds beep hold_music";

/// Chinese and American voices whose clips are named as what they say.
pub(crate) fn voices() -> Arc<Voices> {
    let manifests = [Locale::ZhCn, Locale::EnUs].map(|locale| PackManifest {
        locale,
        voice: "test".to_owned(),
        licence: "none".to_owned(),
        engine: "none".to_owned(),
        clips: PHRASES
            .split_whitespace()
            .map(|name| clip(name, None))
            .chain(
                required_units(locale)
                    .iter()
                    .map(|word| clip(word, Some(word))),
            )
            .collect(),
    });
    Arc::new(Voices::from_manifests(&manifests).unwrap())
}

fn clip(name: &str, text: Option<&str>) -> PackClip {
    PackClip {
        name: name.to_owned(),
        text: text.map(str::to_owned),
        phrase: text.is_none(),
        file: format!("{name}.wav"),
        sha256: String::new(),
    }
}

/// The flow of a document that has no problem.
pub(crate) fn flow(document: &Document) -> Arc<Flow> {
    match flow_beside(document, &document.flows().collect::<Vec<_>>()) {
        Ok(flow) => Arc::new(flow),
        Err(problems) => panic!("{problems:#?}"),
    }
}

/// What the check says of a document beside flows of these names.
pub(crate) fn flow_beside(document: &Document, flows: &[&str]) -> Result<Flow, Vec<Problem>> {
    let voices = voices();
    let resources = Resources {
        queues: BTreeSet::from(["sales".to_owned()]),
        sounds: BTreeSet::from(["spring offer".to_owned()]),
        flows: flows.iter().map(|&name| name.to_owned()).collect(),
        schemes: Arc::new([("office".to_owned(), TimeScheme::default())].into()),
        ..Resources::new(&voices)
    };
    check(document, &resources)
}

/// One caller on a virtual clock.
pub(crate) struct Rehearsal {
    pub(crate) session: Session,
    pub(crate) now: Duration,
}

impl Rehearsal {
    pub(crate) fn of(document: &Document, now: Duration) -> Self {
        Self::start(flow(document), Arc::default(), now)
    }

    /// Enters the first of some flows, which may enter one another.
    pub(crate) fn among(texts: &[&str]) -> Self {
        let read = |text: &&str| flow(&Document::from_yaml(text).unwrap());
        let flows: Vec<_> = texts.iter().map(read).collect();
        let first = Arc::clone(&flows[0]);
        Self::start(first, Arc::new(flows.into_iter().collect()), Duration::ZERO)
    }

    fn start(flow: Arc<Flow>, flows: Arc<Flows>, now: Duration) -> Self {
        let inputs = Inputs {
            caller: "13800138000".to_owned(),
            called: "4008110510".to_owned(),
            trunk_number: "4008110510".to_owned(),
            ..Inputs::default()
        };
        Self {
            session: Session::start(now, flow, flows, inputs),
            now,
        }
    }

    pub(crate) fn tell(&mut self, happening: Happening) {
        self.now += Duration::from_millis(100);
        self.session.handle(self.now, happening);
    }

    pub(crate) fn press(&mut self, keys: &str) {
        for key in keys.chars() {
            self.tell(Happening::Digit(key));
        }
    }

    pub(crate) fn hear_out(&mut self) {
        self.tell(Happening::PlayEnded);
    }

    /// Lets the time pass that the session waits for.
    pub(crate) fn time_out(&mut self) {
        self.now = self.session.poll_timeout().unwrap();
        self.session.handle_timeout(self.now);
    }

    pub(crate) fn take(&mut self) -> Vec<String> {
        lines(&mut self.session)
    }
}

/// The actions that wait, one a line.
pub(crate) fn lines(session: &mut Session) -> Vec<String> {
    std::iter::from_fn(|| session.poll_action())
        .map(|action| line(&action))
        .collect()
}

fn line(action: &Action) -> String {
    match action {
        Action::Say { clips, .. } => {
            let clips: Vec<_> = clips
                .iter()
                .map(|clip| match clip {
                    Clip::Unit { name, .. } | Clip::Sound { name } => name.clone(),
                    Clip::Spoken(it) => format!("[{}]", it.text),
                    Clip::Pause(pause) => format!("{}ms", pause.as_millis()),
                })
                .collect();
            format!("say {}", clips.join(" "))
        }
        Action::StopSaying => "stop".to_owned(),
        Action::ToQueue { queue, .. } => format!("to queue {queue}"),
        Action::ToAgent { extension } => format!("to agent {extension}"),
        Action::ToNumber { number, recorded } => {
            let recorded = if *recorded { ", recorded" } else { "" };
            format!("to number {number}{recorded}")
        }
        Action::RecordMessage { max, end_keys } => format!("record {}s {end_keys}", max.as_secs()),
        Action::StopMessage => "stop message".to_owned(),
        Action::Stream {
            url, parameters, ..
        } => format!("stream {url} {parameters:?}"),
        Action::StopStream => "stop stream".to_owned(),
        Action::Ask(request) => format!("ask {} {}", request.method.as_str(), request.url),
        Action::Render(spoken) => {
            let spoken = spoken.iter().map(|it| {
                let voice = it.voice.as_deref().unwrap_or("any");
                let kept = if it.kept { "" } else { " once" };
                format!(
                    "{}/{voice}@{} {}{kept}",
                    it.engine, it.speed_percent, it.text
                )
            });
            format!("render {}", spoken.collect::<Vec<_>>().join("; "))
        }
        Action::LookAtQueue { queue } => format!("look at {queue}"),
        Action::HangUp => "hang up".to_owned(),
        Action::Step(Step::NodeEntered { node }) => format!("▶ {node}"),
        Action::Step(Step::NodeLeft { node, exit, keys }) => {
            format!("◀ {node} {exit} {keys}").trim_end().to_owned()
        }
        Action::Step(Step::SurveyOffered { node }) => format!("survey {node}"),
        Action::Step(Step::Rated { node, rating }) => {
            format!("rated {node} {} {:?}", rating.score, rating.scale)
        }
        Action::Step(Step::Unreadable {
            node,
            reason,
            value,
        }) => format!("unreadable {node} {value}: {reason}"),
    }
}

/// The facts of one call, as the call engine would note them.
#[derive(Debug)]
pub(crate) struct Chronicle(pub(crate) Vec<Fact>);

/// The flow of every chronicle.
pub(crate) fn flow_id() -> FlowId {
    FlowId::new(Timestamp::default(), [1; 10])
}

impl Chronicle {
    /// A call comes in and enters its flow.
    pub(crate) fn begin(now: Duration, caller: &str) -> Self {
        let number = |text: &str| PhoneNumber::parse(text).unwrap();
        let mut chronicle = Self(Vec::new());
        chronicle.note(
            now,
            CallFact::Arrived {
                direction: Direction::Inbound,
                call_type: CallType::Inbound,
                trunk: TrunkId::new(Timestamp::default(), [1; 10]),
                trunk_number: number("4008110510"),
                caller: number(caller),
                called: number("4008110510"),
                sip_call_id: "a@b".to_owned(),
            },
        );
        let (flow, version) = (flow_id(), 1);
        chronicle.note(now, CallFact::FlowEntered { flow, version });
        chronicle
    }

    /// Notes what a session did.
    pub(crate) fn take(&mut self, now: Duration, session: &mut Session) {
        while let Some(action) = session.poll_action() {
            match action {
                Action::Step(Step::NodeEntered { node }) => {
                    self.note(now, CallFact::NodeEntered { node });
                }
                Action::Step(Step::NodeLeft { node, exit, keys }) => {
                    self.note(now, CallFact::NodeLeft { node, exit, keys });
                }
                Action::Render(spoken) => {
                    session.rendered(now, &vec![Ok(()); spoken.len()]);
                }
                Action::Ask(_)
                | Action::HangUp
                | Action::LookAtQueue { .. }
                | Action::RecordMessage { .. }
                | Action::Say { .. }
                | Action::Step(
                    Step::Rated { .. } | Step::SurveyOffered { .. } | Step::Unreadable { .. },
                )
                | Action::StopMessage
                | Action::StopSaying
                | Action::StopStream
                | Action::Stream { .. }
                | Action::ToAgent { .. }
                | Action::ToNumber { .. }
                | Action::ToQueue { .. } => {}
            }
        }
    }

    pub(crate) fn end(&mut self, now: Duration) {
        let ending = Ending {
            by: EndedBy::Customer,
            stage: EndStage::Ivr,
            reason: EndReason::HungUp,
            sip_code: None,
            q850: None,
        };
        self.note(now, CallFact::Ended(ending));
    }

    fn note(&mut self, now: Duration, fact: CallFact) {
        let at = Timestamp::from_now(now);
        self.0.push(Fact {
            id: FactId::new(at, [1; 10]),
            at,
            enterprise: EnterpriseId::SERVER,
            event: Event::Call {
                call: CallId::new(Timestamp::default(), [1; 10]),
                fact,
            },
        });
    }
}
