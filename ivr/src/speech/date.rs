//! Calendar days: `2024-01-05`, `2024/1/5`, `2024年1月5日`.

use super::{DATE_PAUSE, Line, SpeechError, digits, number_en, number_zh};
use crate::Locale;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const ORDINALS: [&str; 20] = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
    "twentieth",
];

struct CalendarDay {
    year: u16,
    month: u8,
    day: u8,
}

pub(super) fn read(text: &str, line: &mut Line<'_>) -> Result<(), SpeechError> {
    let day = CalendarDay::parse(text)?;
    match line.locale {
        Locale::ZhCn => day.read_chinese(line),
        Locale::EnUs => {
            line.word(day.month_name());
            day.read_ordinal(line);
            line.pause(DATE_PAUSE);
            line.words(year_words(day.year, line.locale));
        }
        Locale::EnGb => {
            line.word("the");
            day.read_ordinal(line);
            line.words(["of", day.month_name()]);
            line.pause(DATE_PAUSE);
            line.words(year_words(day.year, line.locale));
        }
    }
    Ok(())
}

impl CalendarDay {
    fn parse(text: &str) -> Result<Self, SpeechError> {
        let parts: Vec<_> = text
            .trim_end_matches(['日', '号'])
            .split(['-', '/', '.', '年', '月'])
            .collect();
        let [year, month, day] = parts.as_slice() else {
            return Err(SpeechError::Form("a date"));
        };
        let lengths_fit =
            year.len() == 4 && (1..=2).contains(&month.len()) && (1..=2).contains(&day.len());
        let digits_only = parts
            .iter()
            .all(|part| part.bytes().all(|digit| digit.is_ascii_digit()));
        if !lengths_fit || !digits_only {
            return Err(SpeechError::Form("a date"));
        }
        let no_day = |_| SpeechError::Day;
        let day = Self {
            year: year.parse().map_err(no_day)?,
            month: month.parse().map_err(no_day)?,
            day: day.parse().map_err(no_day)?,
        };
        if day.year == 0 || !(1..=day.days_in_month()).contains(&day.day) {
            return Err(SpeechError::Day);
        }
        Ok(day)
    }

    fn days_in_month(&self) -> u8 {
        let leap = self.year.is_multiple_of(4)
            && (!self.year.is_multiple_of(100) || self.year.is_multiple_of(400));
        match self.month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => 0,
        }
    }

    fn month_name(&self) -> &'static str {
        MONTHS[usize::from(self.month) - 1]
    }

    fn read_chinese(&self, line: &mut Line<'_>) {
        for digit in format!("{:04}", self.year).chars() {
            let word = digits::digit(digit, line, false);
            line.word(word);
        }
        line.word("年");
        line.words(number_zh::words(self.month.into(), false));
        line.word("月");
        line.words(number_zh::words(self.day.into(), false));
        line.word("日");
    }

    fn read_ordinal(&self, line: &mut Line<'_>) {
        let tens = match self.day {
            21..=29 => "twenty",
            30 => return line.word("thirtieth"),
            31 => "thirty",
            _ => return line.word(ORDINALS[usize::from(self.day) - 1]),
        };
        line.words([tens, ORDINALS[usize::from(self.day % 10) - 1]]);
    }
}

/// A year as people say it: by its two halves, but not around the turn of a millennium.
fn year_words(year: u16, locale: Locale) -> Vec<&'static str> {
    let (century, rest) = (u64::from(year / 100), u64::from(year % 100));
    if year < 1_000 || century % 10 == 0 && rest < 10 {
        return number_en::words(year.into(), locale);
    }
    let mut words = Vec::new();
    number_en::below_hundred(century, &mut words);
    match rest {
        0 => words.push("hundred"),
        1..=9 => {
            words.push("oh");
            number_en::below_hundred(rest, &mut words);
        }
        _ => number_en::below_hundred(rest, &mut words),
    }
    words
}
