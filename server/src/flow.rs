//! `trunkline flow check`: every problem of flow files, before anybody publishes them.

use crate::audio;
use ivr::node::Kind;
use ivr::{Document, Problem, Resources, Voices};
use media::detect::announcement::Announcements;
use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// A flow file is not larger than this.
const LARGEST_FILE: u64 = 4 << 20;

/// Checks files, one line a problem.
///
/// # Errors
/// The voices cannot be loaded, or standard output cannot be written.
pub(crate) fn check(files: &[PathBuf]) -> anyhow::Result<ExitCode> {
    let voices = audio::load(Announcements::default())?.voices;
    let mut out = std::io::stdout().lock();
    let mut wrong = false;
    for file in files {
        let shown = file.display();
        match check_file(file, &voices) {
            Ok(()) => writeln!(out, "{shown}: ok")?,
            Err(problems) => {
                wrong = true;
                for problem in problems {
                    writeln!(out, "{shown}: {problem}")?;
                }
            }
        }
    }
    Ok(if wrong {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn check_file(file: &Path, voices: &Arc<Voices>) -> Result<(), Vec<String>> {
    let length = std::fs::metadata(file).map_err(|error| vec![error.to_string()])?;
    if length.len() > LARGEST_FILE {
        return Err(vec![format!("larger than {LARGEST_FILE} bytes")]);
    }
    let text = std::fs::read_to_string(file).map_err(|error| vec![error.to_string()])?;
    let is_json = file
        .extension()
        .is_some_and(|extension| extension == "json");
    let document = if is_json {
        Document::from_json(&text)
    } else {
        Document::from_yaml(&text)
    };
    let document = document.map_err(|problems| shown(&problems))?;
    let resources = Resources {
        voices,
        queues: queues_named(&document),
    };
    ivr::check(&document, &resources)
        .map(drop)
        .map_err(|problems| shown(&problems))
}

/// A file alone does not say which queues there are: every one it names is taken to exist.
fn queues_named(document: &Document) -> BTreeSet<String> {
    let kinds = document.nodes.values().map(|node| &node.kind);
    kinds
        .filter_map(|kind| match kind {
            Kind::Queue(node) => Some(node.queue.clone()),
            Kind::Agent(_)
            | Kind::Branch(_)
            | Kind::Collect(_)
            | Kind::Hangup(_)
            | Kind::Language(_)
            | Kind::Menu(_)
            | Kind::Number(_)
            | Kind::Play(_)
            | Kind::Set(_)
            | Kind::Stream(_)
            | Kind::Voicemail(_) => None,
        })
        .collect()
}

fn shown(problems: &[Problem]) -> Vec<String> {
    problems.iter().map(ToString::to_string).collect()
}
