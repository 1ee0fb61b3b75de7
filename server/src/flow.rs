//! `trunkline flow check` and `flow test`: what is wrong with flow files, before anybody publishes them.

use crate::audio;
use ivr::node::Kind;
use ivr::script::Script;
use ivr::{Document, Flow, Problem, Resources, Voices};
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
            Ok(_) => writeln!(out, "{shown}: ok")?,
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

/// Runs scripts, one line a test and the differences below it.
///
/// # Errors
/// The voices cannot be loaded, or standard output cannot be written.
pub(crate) fn test(files: &[PathBuf]) -> anyhow::Result<ExitCode> {
    let voices = audio::load(Announcements::default())?.voices;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let (mut passed, mut failed) = (0_u32, 0_u32);
    for file in files {
        let shown = file.display();
        let (script, flow) = match read_script(file, &voices) {
            Ok(read) => read,
            Err(problems) => {
                failed += 1;
                for problem in problems {
                    writeln!(out, "{shown}: {problem}")?;
                }
                continue;
            }
        };
        for test in &script.tests {
            let differences = test.differences(&flow);
            if differences.is_empty() {
                passed += 1;
                continue;
            }
            failed += 1;
            for difference in differences {
                writeln!(out, "{shown}: {}: {difference}", test.name)?;
            }
        }
    }
    writeln!(out, "{passed} passed, {failed} failed")?;
    out.flush()?;
    Ok(if failed > 0 {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn read_script(file: &Path, voices: &Arc<Voices>) -> Result<(Script, Arc<Flow>), Vec<String>> {
    let script = Script::from_yaml(&read(file)?).map_err(|error| vec![error])?;
    let beside = file.parent().unwrap_or(Path::new("")).join(&script.flow);
    let flow = check_file(&beside, voices).map_err(|problems| {
        let lines = problems.iter();
        lines
            .map(|line| format!("{}: {line}", script.flow))
            .collect::<Vec<_>>()
    })?;
    Ok((script, Arc::new(flow)))
}

fn read(file: &Path) -> Result<String, Vec<String>> {
    let length = std::fs::metadata(file).map_err(|error| vec![error.to_string()])?;
    if length.len() > LARGEST_FILE {
        return Err(vec![format!("larger than {LARGEST_FILE} bytes")]);
    }
    std::fs::read_to_string(file).map_err(|error| vec![error.to_string()])
}

fn check_file(file: &Path, voices: &Arc<Voices>) -> Result<Flow, Vec<String>> {
    let text = read(file)?;
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
    ivr::check(&document, &resources).map_err(|problems| shown(&problems))
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
