//! Where values come from: defaults, the file, the environment, later over earlier.

use super::Fault;
use super::keys::{self, Key};
use std::collections::BTreeMap;
use std::path::Path;

/// Environment variables of ours begin with this; sections are separated by two underscores.
const PREFIX: &str = "TRUNKLINE__";
/// The file that is read when none is named.
const USUAL_FILE: &str = "trunkline.toml";
/// A configuration file is not larger than this.
const LARGEST_FILE: u64 = 1 << 20;

/// Values that were given, by key, with their origin.
#[derive(Debug, Clone, Default)]
pub(crate) struct Given(BTreeMap<&'static str, (String, String)>);

impl Given {
    /// The value of a key and where it comes from.
    pub(crate) fn value<'a>(&'a self, key: &'a Key) -> (&'a str, &'a str) {
        self.0
            .get(key.name)
            .map_or((key.default, "default"), |(value, origin)| (value, origin))
    }
}

/// Reads the file and the environment.
pub(super) fn read(
    file: Option<&Path>,
    environment: impl Iterator<Item = (String, String)>,
) -> (Given, Vec<Fault>) {
    let mut given = Given::default();
    let mut faults = Vec::new();
    read_file(file, &mut given, &mut faults);
    for (variable, value) in environment {
        let Some(name) = variable.strip_prefix(PREFIX) else {
            continue;
        };
        let name = name.to_ascii_lowercase().replace("__", ".");
        keep(&mut given, &mut faults, &name, value, &variable);
    }
    (given, faults)
}

fn read_file(file: Option<&Path>, given: &mut Given, faults: &mut Vec<Fault>) {
    let path = match file {
        Some(path) => path,
        None if Path::new(USUAL_FILE).exists() => Path::new(USUAL_FILE),
        None => return,
    };
    let origin = path.display().to_string();
    let mut fail = |problem: String| {
        faults.push(Fault {
            origin: origin.clone(),
            key: "(file)".to_owned(),
            problem,
        });
    };
    let text = match std::fs::metadata(path) {
        Ok(file) if file.len() > LARGEST_FILE => {
            return fail(format!("larger than {LARGEST_FILE} bytes"));
        }
        Ok(_) => std::fs::read_to_string(path),
        Err(error) => Err(error),
    };
    let text = match text {
        Ok(text) => text,
        Err(error) => return fail(format!("cannot be read: {error}")),
    };
    match text.parse::<toml::Table>() {
        Ok(table) => flatten("", table, &origin, given, faults),
        Err(error) => fail(format!("is not TOML: {}", error.message())),
    }
}

fn flatten(
    prefix: &str,
    table: toml::Table,
    origin: &str,
    given: &mut Given,
    faults: &mut Vec<Fault>,
) {
    for (name, value) in table {
        let name = format!("{prefix}{name}");
        match value {
            toml::Value::Table(inner) => {
                flatten(&format!("{name}."), inner, origin, given, faults);
            }
            toml::Value::String(text) => keep(given, faults, &name, text, origin),
            toml::Value::Integer(number) => {
                keep(given, faults, &name, number.to_string(), origin);
            }
            toml::Value::Boolean(flag) => keep(given, faults, &name, flag.to_string(), origin),
            toml::Value::Float(_) | toml::Value::Datetime(_) | toml::Value::Array(_) => {
                faults.push(Fault {
                    origin: origin.to_owned(),
                    key: name,
                    problem: "must be a text or a whole number".to_owned(),
                });
            }
        }
    }
}

fn keep(given: &mut Given, faults: &mut Vec<Fault>, name: &str, value: String, origin: &str) {
    match keys::find(name) {
        Some(key) => {
            given.0.insert(key.name, (value, origin.to_owned()));
        }
        None => faults.push(Fault {
            origin: origin.to_owned(),
            key: name.to_owned(),
            problem: format!(
                "there is no such key; the nearest is {:?}",
                keys::nearest(name)
            ),
        }),
    }
}
