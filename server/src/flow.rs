//! `trunkline flow check` and `flow test`: what is wrong with flow files, before anybody publishes them.

use crate::audio;
use ivr::script::Script;
use ivr::{Document, Flow, Flows, Problem, Resources, Voices};
use jiff::tz::TimeZone;
use media::detect::announcement::Announcements;
use model::TimeScheme;
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
        let (script, flow, flows) = match read_script(file, &voices) {
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
            let differences = test.differences(&flow, &flows);
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

/// A script with the flow that it plays, and the others that this one may enter.
type Played = (Script, Arc<Flow>, Arc<Flows>);

fn read_script(file: &Path, voices: &Arc<Voices>) -> Result<Played, Vec<String>> {
    let script = Script::from_yaml(&read(file)?).map_err(|error| vec![error])?;
    let zone = script
        .zone
        .as_deref()
        .map_or(Ok(TimeZone::UTC), TimeZone::get);
    let zone = zone.map_err(|error| vec![format!("zone: {error}")])?;
    let schemes = Arc::new(script.schemes.clone());
    let folder = file.parent().unwrap_or(Path::new(""));
    let load = |name: &String| {
        let document = read_document(&folder.join(name))?;
        let resources = Resources {
            schemes: Arc::clone(&schemes),
            zone: zone.clone(),
            ..resources_named(&document, voices)
        };
        ivr::check(&document, &resources)
            .map(Arc::new)
            .map_err(|problems| shown(&problems))
    };
    let load = |name: &String| {
        load(name).map_err(|problems| {
            let lines = problems.iter();
            lines
                .map(|line| format!("{name}: {line}"))
                .collect::<Vec<_>>()
        })
    };
    let flow = load(&script.flow)?;
    let others = script.flows.iter().map(load);
    let others = others.collect::<Result<Vec<_>, _>>()?;
    let flows = others.into_iter().chain([Arc::clone(&flow)]).collect();
    Ok((script, flow, Arc::new(flows)))
}

fn read(file: &Path) -> Result<String, Vec<String>> {
    let length = std::fs::metadata(file).map_err(|error| vec![error.to_string()])?;
    if length.len() > LARGEST_FILE {
        return Err(vec![format!("larger than {LARGEST_FILE} bytes")]);
    }
    std::fs::read_to_string(file).map_err(|error| vec![error.to_string()])
}

fn read_document(file: &Path) -> Result<Document, Vec<String>> {
    let text = read(file)?;
    let is_json = file
        .extension()
        .is_some_and(|extension| extension == "json");
    let document = if is_json {
        Document::from_json(&text)
    } else {
        Document::from_yaml(&text)
    };
    document.map_err(|problems| shown(&problems))
}

fn check_file(file: &Path, voices: &Arc<Voices>) -> Result<Flow, Vec<String>> {
    let document = read_document(file)?;
    let schemes = document.schemes();
    let schemes = schemes.map(|name| (name.to_owned(), TimeScheme::default()));
    let resources = Resources {
        schemes: Arc::new(schemes.collect()),
        ..resources_named(&document, voices)
    };
    ivr::check(&document, &resources).map_err(|problems| shown(&problems))
}

/// A file alone does not say which queues, sounds and flows there are: every one it names is taken to exist.
fn resources_named<'a>(document: &Document, voices: &'a Arc<Voices>) -> Resources<'a> {
    Resources {
        queues: document.queues().map(str::to_owned).collect(),
        sounds: document.sounds().map(str::to_owned).collect(),
        flows: document.flows().map(str::to_owned).collect(),
        ..Resources::new(voices)
    }
}

fn shown(problems: &[Problem]) -> Vec<String> {
    problems.iter().map(ToString::to_string).collect()
}
