//! Characters read one by one (读数字): order numbers, codes, the ends of card numbers.

use super::{Line, SpeechError, normalize::NO_BREAK_SPACE};

const CHINESE: [&str; 10] = ["零", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
const ENGLISH: [&str; 10] = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
];

pub(super) fn read(text: &str, line: &mut Line<'_>) -> Result<(), SpeechError> {
    for (index, letter) in text.chars().enumerate() {
        if !character(letter, line) {
            return Err(SpeechError::Character {
                character: letter,
                column: index + 1,
            });
        }
    }
    Ok(())
}

/// Plans one character and says whether it could be read.
pub(super) fn character(character: char, line: &mut Line<'_>) -> bool {
    match character {
        ' ' | NO_BREAK_SPACE | '-' | ',' | '、' => line.group_pause(),
        '0'..='9' => {
            let yao = line.options.yao.unwrap_or(false);
            let word = digit(character, line, yao);
            line.word(word);
        }
        'a'..='z' | 'A'..='Z' => {
            line.word(&format!("letter:{}", character.to_ascii_uppercase()));
        }
        _ => match symbol(character, line).or_else(|| written_digit(character, line)) {
            Some(word) => line.word(word),
            None => return false,
        },
    }
    true
}

/// The word of an ASCII digit.
pub(super) fn digit(digit: char, line: &Line<'_>, yao: bool) -> &'static str {
    let value = digit.to_digit(10).unwrap_or_default() as usize;
    match (line.is_chinese(), value) {
        (true, 1) if yao => "幺",
        (true, _) => CHINESE[value],
        (false, _) => ENGLISH[value],
    }
}

/// The word of `*` or `#` and of what stands in order numbers and addresses.
pub(super) fn symbol(symbol: char, line: &Line<'_>) -> Option<&'static str> {
    let (chinese, english) = match symbol {
        '*' => ("星号", "star"),
        '#' => ("井号", "pound"),
        '.' => ("点", "point"),
        '/' => ("斜杠", "slash"),
        '_' => ("下划线", "underscore"),
        '@' => ("艾特", "at"),
        '+' => ("加", "plus"),
        _ => return None,
    };
    Some(if line.is_chinese() { chinese } else { english })
}

fn written_digit(character: char, line: &Line<'_>) -> Option<&'static str> {
    if !line.is_chinese() {
        return None;
    }
    match character {
        '〇' => Some("零"),
        '幺' => Some("幺"),
        _ => CHINESE
            .into_iter()
            .find(|digit| digit.starts_with(character)),
    }
}
