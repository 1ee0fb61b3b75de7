//! Whole numbers in Chinese: sections of ten thousand, one 零 for each inner run of zeros.

use super::Line;

/// The scale ends at 万亿: 10¹⁶ and above has no name that callers know.
pub(super) const LIMIT: u64 = 10_000_000_000_000_000;

const DIGITS: [&str; 10] = ["零", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
const PLACES: [(u64, &str); 4] = [(1_000, "千"), (100, "百"), (10, "十"), (1, "")];

pub(super) fn read(value: u64, line: &mut Line<'_>) {
    line.words(words(value, line.options.liang));
}

/// The words of a value below [`LIMIT`].
pub(super) fn words(value: u64, liang: bool) -> Vec<&'static str> {
    if value == 0 {
        return vec![DIGITS[0]];
    }
    let mut words = Vec::new();
    for (section, name) in [(3, "万"), (2, "亿"), (1, "万"), (0, "")] {
        let unit = 10_000_u64.pow(section);
        let digits = value / unit % 10_000;
        // 万亿 is two words: its 亿 is said even when the section of the hundred millions is zero.
        let closes_high = section == 2 && value / unit > 0;
        if digits > 0 {
            let gap = digits < 1_000 || (value / unit / 10_000).is_multiple_of(10_000);
            if gap && !words.is_empty() {
                words.push(DIGITS[0]);
            }
            section_words(digits, &mut words);
            if !name.is_empty() {
                words.push(name);
            }
        } else if closes_high {
            words.push(name);
        }
    }
    if words.starts_with(&["一", "十"]) {
        words.remove(0);
    }
    if liang && words[0] == "二" && matches!(words.get(1), Some(&("千" | "万" | "亿"))) {
        words[0] = "两";
    }
    words
}

fn section_words(section: u64, words: &mut Vec<&'static str>) {
    let mut started = false;
    let mut zero = false;
    for (place, name) in PLACES {
        let digit = section / place % 10;
        if digit == 0 {
            zero = started;
            continue;
        }
        if zero {
            words.push(DIGITS[0]);
            zero = false;
        }
        started = true;
        words.push(DIGITS[usize::try_from(digit).unwrap_or_default()]);
        if !name.is_empty() {
            words.push(name);
        }
    }
}
