//! Amounts of money: a number with an optional sign or code of its currency.

use super::{Line, SpeechError, number::Number, number::read_integer};
use crate::Locale;

/// A currency's words: Chinese name, English one and many, English hundredth one and many.
struct Currency {
    marks: &'static [&'static str],
    chinese: &'static str,
    one: &'static [&'static str],
    many: &'static [&'static str],
    hundredth: Option<[&'static str; 2]>,
}

/// Longer marks before the shorter ones they contain.
const CURRENCIES: [Currency; 6] = [
    Currency {
        marks: &["HKD", "HK$"],
        chinese: "港元",
        one: &["Hong", "Kong", "dollar"],
        many: &["Hong", "Kong", "dollars"],
        hundredth: Some(["cent", "cents"]),
    },
    Currency {
        marks: &["USD", "US$", "$"],
        chinese: "美元",
        one: &["dollar"],
        many: &["dollars"],
        hundredth: Some(["cent", "cents"]),
    },
    Currency {
        marks: &["GBP", "£"],
        chinese: "英镑",
        one: &["pound"],
        many: &["pounds"],
        hundredth: Some(["penny", "pence"]),
    },
    Currency {
        marks: &["EUR", "€"],
        chinese: "欧元",
        one: &["euro"],
        many: &["euros"],
        hundredth: Some(["cent", "cents"]),
    },
    Currency {
        marks: &["JPY"],
        chinese: "日元",
        one: &["yen"],
        many: &["yen"],
        hundredth: None,
    },
    Currency {
        marks: &["CNY", "RMB", "¥", "元"],
        chinese: "元",
        one: &["yuan"],
        many: &["yuan"],
        hundredth: Some(["fen", "fen"]),
    },
];

pub(super) fn read(text: &str, line: &mut Line<'_>) -> Result<(), SpeechError> {
    let (currency, amount) = split_currency(text, line.locale);
    let amount = Number::parse(&amount, line.is_chinese()).map_err(|error| {
        if matches!(error, SpeechError::Form(_)) {
            SpeechError::Form("an amount of money")
        } else {
            error
        }
    })?;
    if amount.percent {
        return Err(SpeechError::Form("an amount of money"));
    }
    let places = if currency.hundredth.is_some() { 2 } else { 0 };
    if amount.fraction.len() > places {
        return Err(SpeechError::Decimals);
    }
    if line.is_chinese() && currency.chinese == "元" {
        read_yuan(&amount, line);
    } else if line.is_chinese() {
        read_foreign(currency, &amount, line);
    } else {
        read_english(currency, &amount, line);
    }
    Ok(())
}

/// The currency and the amount without its mark; a sign may stand before or after the mark.
fn split_currency(text: &str, locale: Locale) -> (&'static Currency, String) {
    let upper = text.to_ascii_uppercase();
    for currency in &CURRENCIES {
        for mark in currency.marks {
            if let Some((before, after)) = upper.split_once(mark) {
                return (currency, format!("{}{}", before.trim(), after.trim()));
            }
        }
    }
    let own = match locale {
        Locale::ZhCn => "CNY",
        Locale::EnUs => "USD",
        Locale::EnGb => "GBP",
    };
    let currency = CURRENCIES
        .iter()
        .find(|currency| currency.marks.contains(&own))
        .expect("every language's own currency is in the table");
    (currency, upper)
}

fn read_yuan(amount: &Number, line: &mut Line<'_>) {
    let [tenths, hundredths] =
        [0, 1].map(|place| amount.fraction.get(place..=place).unwrap_or("0"));
    if amount.negative {
        line.word("负");
    }
    let whole = amount.integer != "0";
    if whole || (tenths == "0" && hundredths == "0") {
        read_counted(&amount.integer, line);
        line.word("元");
    }
    if tenths != "0" {
        read_counted(tenths, line);
        line.word("角");
    } else if whole && hundredths != "0" {
        line.word("零");
    }
    if hundredths != "0" {
        read_integer(hundredths, line);
        line.word("分");
    }
}

/// Two of something is 两.
fn read_counted(count: &str, line: &mut Line<'_>) {
    if count == "2" && line.options.liang {
        line.word("两");
    } else {
        read_integer(count, line);
    }
}

fn read_foreign(currency: &Currency, amount: &Number, line: &mut Line<'_>) {
    if amount.integer == "2" && amount.fraction.is_empty() {
        line.words(amount.negative.then_some("负"));
        read_counted("2", line);
    } else {
        amount.read(line);
    }
    line.word(currency.chinese);
}

fn read_english(currency: &Currency, amount: &Number, line: &mut Line<'_>) {
    line.words(amount.negative.then_some("minus"));
    let hundredths = format!("{:0<2}", amount.fraction);
    let hundredths = hundredths.trim_start_matches('0');
    let whole = amount.integer != "0" || hundredths.is_empty();
    if whole {
        read_integer(&amount.integer, line);
        let names = if amount.integer == "1" {
            currency.one
        } else {
            currency.many
        };
        line.words(names.iter().copied());
    }
    if let (Some([one, many]), false) = (currency.hundredth, hundredths.is_empty()) {
        line.words(whole.then_some("and"));
        read_integer(hundredths, line);
        line.word(if hundredths == "1" { one } else { many });
    }
}
