//! Telephone numbers (读电话号码) in the groups in which people write them down.
//!
//! Groups that the author typed win; a group of more than six digits is split by the custom of the
//! number's country all the same.

use super::{Line, SpeechError, digits, normalize::NO_BREAK_SPACE};
use crate::Locale;

const LONGEST_GROUP: usize = 6;
const SHORTEST_INTERNATIONAL: usize = 10;
/// Every country code of two digits; 1 and 7 have one, all others three.
const TWO_DIGIT_CODES: &str = "20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 \
    56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98";
const EXTENSION_MARKS: [&str; 5] = ["转", "分机", "ext.", "ext", "x"];

pub(super) fn read(text: &str, line: &mut Line<'_>) -> Result<(), SpeechError> {
    let form = || SpeechError::Form("a telephone number");
    let lower = text.to_ascii_lowercase();
    let (main, extension) = split_extension(&lower);
    let (international, main) = match main.trim_start().strip_prefix('+') {
        Some(rest) => (true, rest),
        None => (false, main),
    };
    let mut groups = split_groups(main).ok_or_else(form)?;
    let extension = extension
        .map(|digits| split_groups(digits).filter(|groups| !groups.is_empty()))
        .map(|groups| groups.ok_or_else(form))
        .transpose()?;
    if groups.is_empty() {
        return Err(form());
    }
    let code = if international || drop_international_prefix(&mut groups) {
        Some(take_country_code(&mut groups).ok_or_else(form)?)
    } else {
        None
    };

    let home = home_code(line);
    if let Some(code) = code.as_deref().filter(|code| *code != home) {
        line.word(if line.is_chinese() { "加" } else { "plus" });
        read_group(code, line);
    }
    let country = code.unwrap_or(home);
    for group in &groups {
        for part in split_group(group, &country) {
            line.group_pause();
            read_group(part, line);
        }
    }
    if let Some(extension) = extension {
        line.group_pause();
        line.word(if line.is_chinese() {
            "转"
        } else {
            "extension"
        });
        for group in &extension {
            for (index, part) in split_group(group, "").into_iter().enumerate() {
                if index > 0 {
                    line.group_pause();
                }
                read_group(part, line);
            }
        }
    }
    Ok(())
}

fn split_extension(text: &str) -> (&str, Option<&str>) {
    EXTENSION_MARKS
        .into_iter()
        .find_map(|mark| text.split_once(mark))
        .map_or((text, None), |(main, extension)| (main, Some(extension)))
}

/// The typed groups; `None` when a character belongs in no telephone number.
fn split_groups(text: &str) -> Option<Vec<String>> {
    let is_separator = |letter: char| {
        matches!(
            letter,
            ' ' | NO_BREAK_SPACE | '-' | ',' | '.' | '/' | '(' | ')'
        )
    };
    let groups: Vec<_> = text
        .split(is_separator)
        .filter(|group| !group.is_empty())
        .map(str::to_owned)
        .collect();
    groups
        .iter()
        .all(|group| {
            group
                .bytes()
                .all(|key| key.is_ascii_digit() || key == b'*' || key == b'#')
        })
        .then_some(groups)
}

/// Takes `00` off the head of an international number.
fn drop_international_prefix(groups: &mut Vec<String>) -> bool {
    let length: usize = groups.iter().map(String::len).sum();
    if length < SHORTEST_INTERNATIONAL || !groups[0].starts_with("00") {
        return false;
    }
    groups[0].drain(..2);
    if groups[0].is_empty() {
        groups.remove(0);
    }
    true
}

/// Takes the country code off the head.
fn take_country_code(groups: &mut Vec<String>) -> Option<String> {
    let head = groups.first()?.clone();
    let length = match head.get(..2) {
        _ if head.starts_with(['1', '7']) => 1,
        Some(two) if TWO_DIGIT_CODES.split_whitespace().any(|code| code == two) => 2,
        _ => 3,
    };
    let code = head.get(..length)?.to_owned();
    groups[0].drain(..length);
    if groups[0].is_empty() {
        groups.remove(0);
    }
    Some(code)
}

fn home_code(line: &Line<'_>) -> String {
    line.options.home.clone().unwrap_or_else(|| {
        match line.locale {
            Locale::ZhCn => "86",
            Locale::EnUs => "1",
            Locale::EnGb => "44",
        }
        .to_owned()
    })
}

/// Splits a long group by the custom of its country.
fn split_group<'a>(group: &'a str, country: &str) -> Vec<&'a str> {
    if group.len() <= LONGEST_GROUP || !group.bytes().all(|digit| digit.is_ascii_digit()) {
        return vec![group];
    }
    let sizes: &[usize] = match country {
        "86" => chinese_sizes(group),
        "1" => match group.len() {
            7 => &[3, 4],
            10 => &[3, 3, 4],
            11 if group.starts_with('1') => &[1, 3, 3, 4],
            _ => &[],
        },
        "44" => match group.len() {
            11 if group.starts_with("02") => &[3, 4, 4],
            11 if group.starts_with("07") => &[5, 3, 3],
            10 if group.starts_with('2') => &[2, 4, 4],
            10 if group.starts_with('7') => &[4, 3, 3],
            _ => &[],
        },
        _ => &[],
    };
    cut(group, sizes)
}

fn chinese_sizes(group: &str) -> &'static [usize] {
    match group.len() {
        11 if group.starts_with("01") || group.starts_with("02") => &[3, 4, 4],
        11 if group.starts_with('0') => &[4, 3, 4],
        11 if group.starts_with('1') => &[3, 4, 4],
        12 if group.starts_with('0') => &[4, 4, 4],
        10 if group.starts_with("400") || group.starts_with("800") => &[3, 3, 4],
        10 if group.starts_with("10") || group.starts_with('2') => &[2, 4, 4],
        8 => &[4, 4],
        7 => &[3, 4],
        _ => &[],
    }
}

/// Cuts a group into these sizes; without sizes into threes with at most four at the end.
fn cut<'a>(group: &'a str, sizes: &[usize]) -> Vec<&'a str> {
    let mut parts = Vec::new();
    let mut rest = group;
    let mut sizes = sizes.iter().copied();
    while !rest.is_empty() {
        let size = match sizes.next() {
            Some(size) => size,
            None if rest.len() <= 4 => rest.len(),
            None => 3,
        };
        let (part, tail) = rest.split_at(size.min(rest.len()));
        parts.push(part);
        rest = tail;
    }
    parts
}

fn read_group(group: &str, line: &mut Line<'_>) {
    let keys: Vec<_> = group.chars().collect();
    let doubles = line.options.doubles && !line.is_chinese();
    let mut rest = keys.as_slice();
    while let Some(key) = rest.first().copied() {
        let run = rest.iter().take_while(|other| **other == key).count();
        let (prefix, taken) = match run {
            _ if !doubles || !key.is_ascii_digit() => (None, 1),
            1 => (None, 1),
            3 => (Some("triple"), 3),
            _ => (Some("double"), 2),
        };
        line.words(prefix);
        let word = key_word(key, line);
        line.word(word);
        rest = &rest[taken..];
    }
}

fn key_word(key: char, line: &Line<'_>) -> &'static str {
    if key == '0' && line.options.oh && !line.is_chinese() {
        return "oh";
    }
    digits::symbol(key, line)
        .unwrap_or_else(|| digits::digit(key, line, line.options.yao.unwrap_or(true)))
}
