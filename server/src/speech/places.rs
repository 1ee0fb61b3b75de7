//! Texts with places for values: `{voice}`, `{text}`. All other braces stay as they are.

/// The text with every place filled in once; what a value holds is not looked at again.
pub(super) fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        filled.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let place = values.iter().find_map(|(name, value)| {
            let after = rest.strip_prefix(name)?.strip_prefix('}')?;
            Some((value, after))
        });
        match place {
            Some((value, after)) => {
                filled.push_str(value);
                rest = after;
            }
            None => filled.push('{'),
        }
    }
    filled + rest
}

/// A speed of so many per cent as the names that programs have for it: a factor, the factor of a
/// duration, and words a minute.
pub(super) fn speeds(percent: u16) -> [(&'static str, String); 3] {
    let factor = f64::from(percent.max(1)) / 100.0;
    [
        ("speed", format!("{factor:.2}")),
        ("stretch", format!("{:.2}", 1.0 / factor)),
        ("wpm", format!("{:.0}", USUAL_WORDS * factor)),
    ]
}

/// Words a minute of a voice that is in no hurry.
const USUAL_WORDS: f64 = 175.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled_in_once_and_other_braces_stay() {
        let values = [("text", "a {voice} {"), ("voice", "v"), ("speed", "1.00")];
        for (text, filled) in [
            (
                r#"{"input":"{text}","voice":"{voice}","speed":{speed}}"#,
                r#"{"input":"a {voice} {","voice":"v","speed":1.00}"#,
            ),
            ("{other} {text", "{other} {text"),
            ("{{voice}}", "{v}"),
            ("{", "{"),
        ] {
            assert_eq!(fill(text, &values), filled);
        }
    }

    #[test]
    fn a_speed_has_three_names() {
        let named = |percent| speeds(percent).map(|(_, value)| value);
        assert_eq!(named(100), ["1.00", "1.00", "175"]);
        assert_eq!(named(200), ["2.00", "0.50", "350"]);
        assert_eq!(named(80), ["0.80", "1.25", "140"]);
    }
}
