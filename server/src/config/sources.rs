//! Where values come from: defaults, the file, the environment, later over earlier.

use super::Fault;
use super::keys::{self, ENGINE_KEYS, Key};
use std::collections::BTreeMap;
use std::path::Path;

/// Environment variables of ours begin with this; sections are separated by two underscores.
const PREFIX: &str = "TRUNKLINE__";
/// The file that is read when none is named.
const USUAL_FILE: &str = "trunkline.toml";
/// Behind this stand an engine's name and one of its keys.
pub(super) const ENGINES: &str = "speech.engines.";
/// The longest name of an engine.
const LONGEST_NAME: usize = 64;
/// A configuration file is not larger than this.
const LARGEST_FILE: u64 = 1 << 20;

/// Values that were given, by key, with their origin.
#[derive(Debug, Clone, Default)]
pub(crate) struct Given {
    values: Values,
    /// The values of each speech engine by its name.
    engines: BTreeMap<String, Values>,
}

type Values = BTreeMap<&'static str, (String, String)>;

impl Given {
    /// The value of a key and where it comes from.
    pub(crate) fn value<'a>(&'a self, key: &'a Key) -> (&'a str, &'a str) {
        of(&self.values, key)
    }

    /// The speech engines by their names.
    pub(crate) fn engines(&self) -> impl Iterator<Item = &str> {
        self.engines.keys().map(String::as_str)
    }

    /// The value of a speech engine's key and where it comes from.
    pub(crate) fn engine<'a>(&'a self, name: &str, key: &'a Key) -> (&'a str, &'a str) {
        let values = self.engines.get(name);
        values.map_or((key.default, "default"), |values| of(values, key))
    }
}

fn of<'a>(values: &'a Values, key: &'a Key) -> (&'a str, &'a str) {
    let given = values.get(key.name);
    given.map_or((key.default, "default"), |(value, origin)| (value, origin))
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
    let origin = origin.to_owned();
    if let Some(key) = keys::find(name) {
        given.values.insert(key.name, (value, origin));
        return;
    }
    let engine = name.strip_prefix(ENGINES).and_then(|it| it.split_once('.'));
    if let Some((engine, field)) = engine.filter(|(engine, _)| is_engine_name(engine))
        && let Some(key) = ENGINE_KEYS.iter().find(|key| key.name == field)
    {
        let engine = given.engines.entry(engine.to_owned()).or_default();
        engine.insert(key.name, (value, origin));
        return;
    }
    let problem = if name.starts_with(ENGINES) {
        let known: Vec<_> = ENGINE_KEYS.iter().map(|key| key.name).collect();
        format!(
            "an engine has a name of a-z, 0-9, - and _, and the keys {}",
            known.join(", ")
        )
    } else {
        let nearest = keys::nearest(name);
        format!("there is no such key; the nearest is {nearest:?}")
    };
    faults.push(Fault {
        origin,
        key: name.to_owned(),
        problem,
    });
}

fn is_engine_name(name: &str) -> bool {
    let known = |letter: char| matches!(letter, 'a'..='z' | '0'..='9' | '-' | '_');
    (1..=LONGEST_NAME).contains(&name.len()) && name.chars().all(known)
}
