//! The words a voice must have.

use crate::Locale;
use std::collections::BTreeSet;

const CHINESE: &[&str] = &[
    "零",
    "一",
    "二",
    "三",
    "四",
    "五",
    "六",
    "七",
    "八",
    "九",
    "幺",
    "两",
    "十",
    "百",
    "千",
    "万",
    "亿",
    "点",
    "负",
    "加",
    "百分之",
    "转",
    "星号",
    "井号",
    "斜杠",
    "下划线",
    "艾特",
];

const ENGLISH: &str = "zero one two three four five six seven eight nine ten eleven twelve thirteen \
    fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty \
    ninety hundred thousand million billion trillion point minus plus percent oh double triple \
    extension star pound slash underscore at";

/// Every word that reading digits, numbers and telephone numbers can need in a language.
pub fn required_units(locale: Locale) -> BTreeSet<String> {
    let words: Vec<&str> = match locale {
        Locale::ZhCn => CHINESE.to_vec(),
        Locale::EnUs => ENGLISH.split_whitespace().collect(),
        Locale::EnGb => ENGLISH.split_whitespace().chain(["and"]).collect(),
    };
    words
        .into_iter()
        .map(str::to_owned)
        .chain(('A'..='Z').map(|letter| format!("letter:{letter}")))
        .collect()
}
