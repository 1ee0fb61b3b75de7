//! Whole numbers in English: groups of a thousand, with "and" outside the United States.

use super::Line;
use crate::Locale;

/// The scale ends at trillions.
pub(super) const LIMIT: u64 = 1_000_000_000_000_000;

const BELOW_TWENTY: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 10] = [
    "", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
];
const SCALES: [(u64, &str); 5] = [
    (1_000_000_000_000, "trillion"),
    (1_000_000_000, "billion"),
    (1_000_000, "million"),
    (1_000, "thousand"),
    (1, ""),
];

pub(super) fn read(value: u64, line: &mut Line<'_>) {
    line.words(words(value, line.locale));
}

/// The words of a value below [`LIMIT`].
pub(super) fn words(value: u64, locale: Locale) -> Vec<&'static str> {
    if value == 0 {
        return vec![BELOW_TWENTY[0]];
    }
    let and = match locale {
        Locale::EnGb => true,
        Locale::EnUs | Locale::ZhCn => false,
    };
    let mut words = Vec::new();
    for (unit, name) in SCALES {
        let group = value / unit % 1_000;
        if group == 0 {
            continue;
        }
        let (hundreds, rest) = (group / 100, group % 100);
        if hundreds > 0 {
            words.extend([BELOW_TWENTY[index(hundreds)], "hundred"]);
        }
        if rest > 0 {
            let joins = hundreds > 0 || (unit == 1 && !words.is_empty());
            if and && joins {
                words.push("and");
            }
            below_hundred(rest, &mut words);
        }
        if !name.is_empty() {
            words.push(name);
        }
    }
    words
}

/// Adds the words of a value from 0 to 99.
pub(super) fn below_hundred(value: u64, words: &mut Vec<&'static str>) {
    if value < 20 {
        words.push(BELOW_TWENTY[index(value)]);
        return;
    }
    words.push(TENS[index(value / 10)]);
    if !value.is_multiple_of(10) {
        words.push(BELOW_TWENTY[index(value % 10)]);
    }
}

fn index(value: u64) -> usize {
    usize::try_from(value).unwrap_or_default()
}
