//! Times of day: `14:05`, `14:05:09`.

use super::{Clock, Line, SpeechError, number_en, number_zh};

struct TimeOfDay {
    hour: u64,
    minute: u64,
    second: Option<u64>,
}

pub(super) fn read(text: &str, line: &mut Line<'_>) -> Result<(), SpeechError> {
    let time = TimeOfDay::parse(text)?;
    match (line.is_chinese(), line.options.clock) {
        (true, Clock::TwelveHours) => {
            line.word(time.part_of_day());
            let hour = if time.hour > 12 {
                time.hour - 12
            } else {
                time.hour
            };
            time.read_chinese(hour, line);
        }
        (true, Clock::TwentyFourHours) => time.read_chinese(time.hour, line),
        (false, Clock::TwelveHours) => time.read_english(line),
        (false, Clock::TwentyFourHours) => time.read_military(line),
    }
    Ok(())
}

impl TimeOfDay {
    fn parse(text: &str) -> Result<Self, SpeechError> {
        let form = || SpeechError::Form("a time of day");
        let parts = text
            .split(':')
            .map(|part| {
                let fits =
                    (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
                fits.then(|| part.parse::<u64>().ok()).flatten()
            })
            .collect::<Option<Vec<_>>>()
            .ok_or_else(form)?;
        let (hour, minute, second) = match parts.as_slice() {
            [hour, minute] => (*hour, *minute, None),
            [hour, minute, second] => (*hour, *minute, Some(*second)),
            _ => return Err(form()),
        };
        if hour > 23 || minute > 59 || second.is_some_and(|second| second > 59) {
            return Err(SpeechError::Time);
        }
        Ok(Self {
            hour,
            minute,
            second: second.filter(|second| *second > 0),
        })
    }

    fn part_of_day(&self) -> &'static str {
        match self.hour {
            0..=5 => "凌晨",
            6..=11 => "上午",
            12 => "中午",
            13..=17 => "下午",
            _ => "晚上",
        }
    }

    fn read_chinese(&self, hour: u64, line: &mut Line<'_>) {
        if hour == 2 && line.options.liang {
            line.word("两");
        } else {
            line.words(number_zh::words(hour, false));
        }
        line.word("点");
        if self.minute == 0 && self.second.is_none() {
            line.word("整");
            return;
        }
        read_padded(self.minute, line);
        line.word("分");
        if let Some(second) = self.second {
            read_padded(second, line);
            line.word("秒");
        }
    }

    fn read_english(&self, line: &mut Line<'_>) {
        let hour = match self.hour % 12 {
            0 => 12,
            hour => hour,
        };
        line.words(below_hundred(hour));
        if self.minute > 0 {
            read_minute(self.minute, line);
        }
        line.words([if self.hour < 12 { "a" } else { "p" }, "m"]);
        self.read_seconds(line);
    }

    fn read_military(&self, line: &mut Line<'_>) {
        if self.hour < 10 {
            line.word("zero");
        }
        line.words(below_hundred(self.hour));
        if self.minute == 0 {
            line.word("hundred");
        } else {
            read_minute(self.minute, line);
        }
        self.read_seconds(line);
    }

    fn read_seconds(&self, line: &mut Line<'_>) {
        if let Some(second) = self.second {
            line.word("and");
            line.words(below_hundred(second));
            line.word(if second == 1 { "second" } else { "seconds" });
        }
    }
}

fn read_padded(value: u64, line: &mut Line<'_>) {
    if (1..10).contains(&value) {
        line.word("零");
    }
    line.words(number_zh::words(value, false));
}

fn read_minute(minute: u64, line: &mut Line<'_>) {
    if minute < 10 {
        line.word("oh");
    }
    line.words(below_hundred(minute));
}

fn below_hundred(value: u64) -> Vec<&'static str> {
    let mut words = Vec::new();
    number_en::below_hundred(value, &mut words);
    words
}
