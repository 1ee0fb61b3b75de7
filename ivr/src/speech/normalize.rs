//! Texts as people, spreadsheets and browsers write them, brought to one form before they are read.

use unicode_normalization::UnicodeNormalization;

/// A space that groups the digits of one number, as `toLocaleString` writes it.
pub(super) const NO_BREAK_SPACE: char = '\u{a0}';

/// Brings a text to the form that the rules read: compatibility characters replaced (`１２３`, `：`), the
/// digits of every script as 0–9, every dash as `-`, invisible marks dropped, white space as one
/// ordinary space, except that spaces which group digits stay no-break spaces; ends trimmed.
pub fn normalize(text: &str) -> String {
    let mut normal = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'
            | '\u{2066}'..='\u{2069}'
            | '\u{feff}' => {}
            NO_BREAK_SPACE | '\u{2007}' | '\u{2009}' | '\u{202f}' => normal.push(NO_BREAK_SPACE),
            _ if character.is_whitespace() => {
                if !normal.ends_with(' ') {
                    normal.push(' ');
                }
            }
            '\u{2010}'..='\u{2015}' | '\u{2212}' => normal.push('-'),
            _ => normal.extend(std::iter::once(character).nfkc().map(ascii_digit)),
        }
    }
    normal.trim_matches([' ', NO_BREAK_SPACE]).to_owned()
}

fn ascii_digit(character: char) -> char {
    let code = u32::from(character);
    ZEROS
        .iter()
        .find_map(|zero| {
            let digit = code.checked_sub(*zero)?;
            char::from_digit(digit, 10)
        })
        .unwrap_or(character)
}

/// The zero of every run of ten decimal digits (general category Nd) that has no compatibility form.
const ZEROS: &[u32] = &[
    0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66,
    0x0de6, 0x0e50, 0x0ed0, 0x0f20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90,
    0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0,
    0x104a0, 0x10d30, 0x11066, 0x110f0, 0x11136, 0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650,
    0x116c0, 0x11730, 0x118e0, 0x11950, 0x11c50, 0x11d50, 0x11da0, 0x16a60, 0x16ac0, 0x16b50,
    0x1e140, 0x1e2f0, 0x1e950,
];

#[cfg(test)]
mod tests {
    use super::normalize;

    #[test]
    fn every_spelling_of_a_text_comes_to_one_form() {
        let cases = [
            ("  12 \t 34 ", "12 34"),
            ("12\u{3000}34", "12 34"),
            ("１２３：＋", "123:+"),
            ("٤٢", "42"),
            ("१२३", "123"),
            ("−5 – 3", "-5 - 3"),
            ("1\u{202f}234", "1\u{a0}234"),
            ("\u{feff}1\u{200b}2\u{202c}", "12"),
            ("\u{a0}7\u{a0}", "7"),
            ("", ""),
        ];
        for (text, normal) in cases {
            assert_eq!(normalize(text), normal, "{text:?}");
        }
    }
}
