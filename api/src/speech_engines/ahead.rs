//! Before a flow is published, engines speak what it says in every call, and those that speak only
//! within calls are asked whether they can.

use crate::State;
use futures_util::StreamExt as _;
use futures_util::stream;
use ivr::{Flow, Problem, Spoken, Utterance};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Texts that are spoken at a time.
const AT_A_TIME: usize = 4;
/// An engine that failed so often is not asked for the rest.
const PATIENCE: u32 = 3;

/// How often each engine failed, and why the last time.
type Failures = Mutex<HashMap<String, (u32, String)>>;

/// What keeps engines from speaking what a flow says, each with the node to blame.
pub(crate) async fn speak(state: &State, flow: &Flow) -> Result<(), Vec<Problem>> {
    let mut wanted: HashMap<Utterance, Vec<Spoken>> = HashMap::new();
    for spoken in flow.spoken() {
        let utterance = spoken.text.as_ref().unwrap_or(&spoken.speaker);
        let places = wanted.entry(utterance.clone()).or_default();
        places.push(spoken.clone());
    }
    let failures = Failures::default();
    let tried = stream::iter(wanted).map(|(utterance, places)| {
        let failures = &failures;
        async move { (try_one(state, &utterance, failures).await, places) }
    });
    let tried: Vec<_> = tried.buffer_unordered(AT_A_TIME).collect().await;
    let failed = tried.into_iter();
    let failed = failed.filter_map(|(outcome, places)| Some((outcome.err()?, places)));
    let mut problems: Vec<Problem> = failed
        .flat_map(|(reason, places)| {
            let blame = |place: &Spoken| problem(place, &reason);
            places.iter().map(blame).collect::<Vec<_>>()
        })
        .collect();
    problems.sort_by(|left, right| left.path.cmp(&right.path));
    if problems.is_empty() {
        return Ok(());
    }
    Err(problems)
}

async fn try_one(state: &State, utterance: &Utterance, failures: &Failures) -> Result<(), String> {
    let failed = || failures.lock().unwrap_or_else(PoisonError::into_inner);
    let before = failed().get(&utterance.engine).cloned();
    if let Some((_, reason)) = before.filter(|(times, _)| *times >= PATIENCE) {
        return Err(reason);
    }
    let outcome = if utterance.text.is_empty() {
        (state.speech.probe)(utterance.clone()).await
    } else {
        (state.speech.speak)(utterance.clone()).await.map(drop)
    };
    if let Err(reason) = &outcome {
        let mut failed = failed();
        let (times, last) = failed.entry(utterance.engine.clone()).or_default();
        *times += 1;
        last.clone_from(reason);
    }
    outcome
}

fn problem(place: &Spoken, reason: &str) -> Problem {
    let Spoken {
        node,
        path,
        speaker,
        ..
    } = place;
    let (engine, locale) = (&speaker.engine, speaker.locale);
    let voice = match &speaker.voice {
        Some(voice) => format!("voice {voice:?}"),
        None => format!("a voice for {locale}"),
    };
    Problem {
        node: Some(node.clone()),
        code: "not_spoken",
        path: path.clone(),
        message: format!(
            "node {node:?} needs {voice} of engine {engine:?}, which does not speak: {reason}"
        ),
    }
}
