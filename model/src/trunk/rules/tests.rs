//! Rules as carriers of China need them, and their edges.

use super::NumberRule;
use crate::PhoneNumber;

/// From what Chinese carriers send to what is dialled within the country: mobile numbers bare,
/// fixed lines with the 0 of their area, 400 numbers bare.
fn to_national() -> Vec<NumberRule> {
    let mut rules = Vec::new();
    for international in ["+86", "0086", "86"] {
        let long = |prefix: &str, prepend: &str, digits: u8| NumberRule {
            strip: u8::try_from(international.len()).unwrap(),
            min_length: Some(u8::try_from(international.len()).unwrap() + digits),
            ..NumberRule::replacing(&format!("{international}{prefix}"), prepend)
        };
        rules.push(long("10", "0", 10));
        rules.push(long("1", "", 11));
        rules.push(long("400", "", 10));
        rules.push(long("", "0", 9));
    }
    rules
}

/// From what agents dial to E.164: 9 for an outside line, 00 for abroad, 0 for another area.
fn to_e164() -> Vec<NumberRule> {
    vec![
        NumberRule::replacing("900", "+"),
        NumberRule::replacing("90", "+86"),
        NumberRule::replacing("9", "+86"),
        NumberRule::replacing("00", "+"),
        NumberRule::replacing("0", "+86"),
        NumberRule {
            min_length: Some(11),
            max_length: Some(11),
            strip: 0,
            ..NumberRule::replacing("1", "+86")
        },
    ]
}

fn rewritten(rules: &[NumberRule], number: &str) -> String {
    NumberRule::rewrite(rules, &PhoneNumber::parse(number).unwrap()).to_string()
}

#[test]
fn numbers_of_chinese_carriers_become_what_is_dialled_in_the_country() {
    let rules = to_national();
    for (given, expected) in [
        ("+8613800138000", "13800138000"),
        ("008613800138000", "13800138000"),
        ("8613800138000", "13800138000"),
        ("+861062345678", "01062345678"),
        ("+862162345678", "02162345678"),
        ("0086571888888888", "0571888888888"),
        ("+864008110510", "4008110510"),
        ("4008110510", "4008110510"),
        ("01062345678", "01062345678"),
        ("+14155550100", "+14155550100"),
        ("anonymous", "anonymous"),
    ] {
        assert_eq!(rewritten(&rules, given), expected, "{given}");
    }
}

#[test]
fn dialled_numbers_become_e164() {
    let rules = to_e164();
    for (given, expected) in [
        ("01062345678", "+861062345678"),
        ("0014155550100", "+14155550100"),
        ("13800138000", "+8613800138000"),
        ("90571888888", "+86571888888"),
        ("913800138000", "+8613800138000"),
        ("9008522345678", "+8522345678"),
        ("+8613800138000", "+8613800138000"),
        ("10086", "10086"),
    ] {
        assert_eq!(rewritten(&rules, given), expected, "{given}");
    }
}

#[test]
fn the_first_rule_that_matches_wins() {
    let rules = [
        NumberRule::replacing("12", "a"),
        NumberRule::replacing("1", "b"),
    ];

    assert_eq!(rewritten(&rules, "123"), "a3");
    assert_eq!(rewritten(&rules, "133"), "b33");
    assert_eq!(rewritten(&rules, "233"), "233");
}

#[test]
fn a_rule_that_would_leave_no_number_does_not_match() {
    let all = NumberRule::replacing("110", "");
    let more = NumberRule {
        strip: 9,
        ..NumberRule::replacing("1", "0")
    };
    let longer = NumberRule {
        strip: 0,
        ..NumberRule::replacing("", &"0".repeat(60))
    };
    let rules = [all, more, longer];

    assert_eq!(rewritten(&rules, "110"), format!("{}110", "0".repeat(60)));
    assert_eq!(rewritten(&rules, "12345"), "12345");
}

#[test]
fn length_bounds_count_characters_of_the_number_as_it_came() {
    let rule = NumberRule {
        min_length: Some(3),
        max_length: Some(4),
        ..NumberRule::replacing("", "+")
    };

    assert_eq!(rewritten(std::slice::from_ref(&rule), "12"), "12");
    assert_eq!(rewritten(std::slice::from_ref(&rule), "123"), "+123");
    assert_eq!(rewritten(std::slice::from_ref(&rule), "12345"), "12345");
}
