//! The reading table, and readings checked by a slow second way.

mod table;

use super::*;
use proptest::prelude::*;

#[test]
fn every_row_of_the_reading_table_is_read_as_written() {
    assert_eq!(table::ROWS.len(), 132);
    let wrong: Vec<_> = table::ROWS
        .iter()
        .enumerate()
        .filter_map(|(index, (kind, text, locale, options, expected))| {
            let said = say(kind, text, locale, options);
            (said != *expected).then(|| {
                format!(
                    "{}: {kind} {text:?} {options}: {said} for {expected}",
                    index + 1
                )
            })
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn readings_beyond_the_table_follow_the_same_rules() {
    let cases = [
        ("number", "10005000", "zh-CN", "", "一 千 万 五 千"),
        ("number", "20000000", "zh-CN", "", "两 千 万"),
        ("number", "1000100000000", "zh-CN", "", "一 万 零 一 亿"),
        ("number", "2000000000000", "zh-CN", "", "两 万 亿"),
        ("number", "1.5e3", "zh-CN", "", "一 千 五 百"),
        ("number", "5e-3", "en-US", "", "zero point zero zero five"),
        ("number", "-5%", "zh-CN", "", "负 百分之 五"),
        ("number", "1,2345", "en-US", "", "!bad digit grouping"),
        ("number", ",123", "en-US", "", "!bad digit grouping"),
        ("number", "5.", "en-US", "", "!not a number"),
        ("number", "1e999", "en-US", "", "!not a number"),
        (
            "phone",
            "+852·2123·4567",
            "zh-CN",
            "",
            "加 八 五 二 <250> 二 幺 二 三 <250> 四 五 六 七",
        ),
        ("phone", "+86", "en-US", "", "plus eight six"),
        (
            "phone",
            "1-800-FLOWERS",
            "en-US",
            "",
            "!not a telephone number",
        ),
        (
            "phone",
            "5550000",
            "en-US",
            "doubles",
            "triple five <250> double zero double zero",
        ),
        ("money", "$2", "zh-CN", "", "两 美元"),
        ("money", "JPY·1.5", "en-US", "", "!too many decimals"),
        (
            "money",
            "HK$1.50",
            "en-US",
            "",
            "one Hong Kong dollar and fifty cents",
        ),
        (
            "date",
            "2024年10月31日",
            "zh-CN",
            "",
            "二 零 二 四 年 十 月 三 十 一 日",
        ),
        (
            "date",
            "1900-03-30",
            "en-US",
            "",
            "March thirtieth <120> nineteen hundred",
        ),
        ("date", "2024-13-01", "en-US", "", "!no such day"),
        ("time", "12:00", "zh-CN", "", "中午 十 二 点 整"),
        ("time", "20:00:05", "zh-CN", "", "晚上 八 点 零 分 零 五 秒"),
        ("time", "noon", "en-US", "", "!not a time of day"),
    ];
    for (kind, text, locale, options, expected) in cases {
        assert_eq!(say(kind, text, locale, options), expected, "{kind} {text}");
    }
}

#[test]
fn a_text_that_nobody_would_listen_to_is_refused() {
    let text = "1".repeat(TEXT_CHARS + 1);
    assert_eq!(
        plan(Kind::Digits, &text, Locale::ZhCn, &Options::default()),
        Err(SpeechError::Long(TEXT_CHARS + 1))
    );
}

#[test]
fn spelling_leaves_out_what_it_cannot_say() {
    let units = spell("约 12a元", Locale::ZhCn, &Options::default()).unwrap();
    assert_eq!(words(&units), "一 二 letter:A");
    assert_eq!(spell("元", Locale::ZhCn, &Options::default()), None);
}

proptest! {
    #[test]
    fn chinese_words_have_the_value_they_were_made_from(value in any_magnitude(16), liang: bool) {
        let words = number_zh::words(value, liang);
        prop_assert_eq!(chinese_value(&words), value, "{:?}", words);
        let zeros = words.windows(2).any(|pair| pair == ["零", "零"]);
        prop_assert!(!zeros, "{:?}", words);
        prop_assert!(words.len() == 1 || words.last() != Some(&"零"));
    }

    #[test]
    fn english_words_have_the_value_they_were_made_from(value in any_magnitude(15), british: bool) {
        let locale = if british { Locale::EnGb } else { Locale::EnUs };
        let words = number_en::words(value, locale);
        prop_assert_eq!(english_value(&words), value, "{:?}", words);
    }

    #[test]
    fn chinese_numbers_agree_with_a_spelling_by_replacement(value in any_magnitude(8)) {
        prop_assert_eq!(number_zh::words(value, false).concat(), spell_by_replacement(value));
    }

    #[test]
    fn no_text_makes_the_planner_panic(text in "[0-9 ,.+%e:¥$\u{a0}x转年*#A-Z/-]{0,24}") {
        for kind in [Kind::Digits, Kind::Number, Kind::Phone, Kind::Money, Kind::Date, Kind::Time] {
            for locale in Locale::ALL {
                if let Ok(units) = plan(kind, &text, locale, &Options::default()) {
                    prop_assert!(matches!(units.first(), Some(Unit::Word(_))));
                    prop_assert!(matches!(units.last(), Some(Unit::Word(_))));
                }
            }
        }
    }

    #[test]
    fn comparison_of_decimals_agrees_with_integers(left in -9_999_i64..9_999, right in -9_999_i64..9_999) {
        let text = |value: i64| {
            let sign = if value < 0 { "-" } else { "" };
            format!("{sign}{}.{:02}", value.abs() / 100, value.abs() % 100)
        };
        prop_assert_eq!(number::Number::compare(&text(left), &text(right)), Some(left.cmp(&right)));
    }
}

fn any_magnitude(digits: u32) -> impl Strategy<Value = u64> {
    (0..digits, any::<u64>(), 0..digits).prop_map(|(length, value, zeros)| {
        let value = value % 10_u64.pow(length + 1);
        value / 10_u64.pow(zeros.min(length)) * 10_u64.pow(zeros.min(length))
    })
}

fn chinese_value(words: &[&str]) -> u64 {
    let (mut high, mut section, mut digit) = (0, 0, 0);
    for word in words {
        match *word {
            "千" | "百" | "十" => {
                let place = [("千", 1_000), ("百", 100), ("十", 10)]
                    .iter()
                    .find(|(name, _)| name == word)
                    .map_or(1, |(_, place)| *place);
                // 十 at the head stands without its 一.
                section += if digit == 0 { 1 } else { digit } * place;
                digit = 0;
            }
            "万" => {
                high += (section + digit) * 10_000;
                (section, digit) = (0, 0);
            }
            "亿" => {
                high = (high + section + digit) * 100_000_000;
                (section, digit) = (0, 0);
            }
            "两" => digit = 2,
            _ => {
                digit = ["零", "一", "二", "三", "四", "五", "六", "七", "八", "九"]
                    .iter()
                    .position(|name| name == word)
                    .unwrap() as u64;
            }
        }
    }
    high + section + digit
}

fn english_value(words: &[&str]) -> u64 {
    let (mut total, mut group) = (0, 0);
    for word in words {
        match *word {
            "and" => {}
            "hundred" => group *= 100,
            "thousand" | "million" | "billion" | "trillion" => {
                let scale = match *word {
                    "thousand" => 1_000,
                    "million" => 1_000_000,
                    "billion" => 1_000_000_000,
                    _ => 1_000_000_000_000,
                };
                total += group * scale;
                group = 0;
            }
            small => {
                group += (0..100)
                    .find(|value| {
                        (*value < 20 || value % 10 == 0)
                            && number_en::words(*value, Locale::EnUs) == [small]
                    })
                    .unwrap();
            }
        }
    }
    total + group
}

/// Every digit with its place, and what people do not say struck out.
fn spell_by_replacement(value: u64) -> String {
    let places = ["", "十", "百", "千", "万", "十", "百", "千"];
    let digits = value.to_string();
    let spelled: Vec<_> = digits
        .bytes()
        .zip((0..digits.len()).rev())
        .map(|(digit, place)| {
            let name = number_zh::words(u64::from(digit - b'0'), false)[0];
            format!("{name}{}", places[place])
        })
        .collect();
    let mut spelled = spelled.concat();
    for (from, to) in [("零千", "零"), ("零百", "零"), ("零十", "零")] {
        spelled = spelled.replace(from, to);
    }
    while spelled.contains("零零") {
        spelled = spelled.replace("零零", "零");
    }
    spelled = spelled.replace("零万", "万");
    if spelled.len() > "零".len() {
        spelled = spelled.trim_end_matches('零').to_owned();
    }
    match spelled.strip_prefix("一十") {
        Some(rest) => format!("十{rest}"),
        None => spelled,
    }
}

fn say(kind: &str, text: &str, locale: &str, options: &str) -> String {
    let kind = match kind {
        "digits" => Kind::Digits,
        "number" => Kind::Number,
        "phone" => Kind::Phone,
        "money" => Kind::Money,
        "date" => Kind::Date,
        "time" => Kind::Time,
        other => panic!("{other}"),
    };
    let text = text
        .replace('·', " ")
        .replace('⍽', "\u{a0}")
        .replace('□', "\u{3000}");
    let has = |option: &str| options.split_whitespace().any(|word| word == option);
    let options = Options {
        yao: match options {
            "yao" => Some(true),
            "no yao" => Some(false),
            _ => None,
        },
        liang: options != "no liang",
        oh: has("oh"),
        doubles: has("doubles"),
        clock: if has("h24") {
            Clock::TwentyFourHours
        } else {
            Clock::TwelveHours
        },
        ..Options::default()
    };
    match plan(kind, &text, locale.parse().unwrap(), &options) {
        Ok(units) => words(&units),
        Err(error) => match error {
            SpeechError::Character { character, .. } => format!("!character '{character}'"),
            SpeechError::Empty => "!empty".to_owned(),
            SpeechError::Grouping => "!bad digit grouping".to_owned(),
            SpeechError::Decimals => "!too many decimals".to_owned(),
            SpeechError::Form(form) => format!("!not {form}"),
            SpeechError::Day => "!no such day".to_owned(),
            SpeechError::Time => "!no such time".to_owned(),
            SpeechError::Long(_) => "!too long".to_owned(),
        },
    }
}

fn words(units: &[Unit]) -> String {
    units
        .iter()
        .map(|unit| match unit {
            Unit::Word(word) => word.clone(),
            Unit::Pause(pause) => format!("<{}>", pause.as_millis()),
        })
        .collect::<Vec<_>>()
        .join(" ")
}
