//! Dial rules by example, and against a slow reading of the same rules.

use super::*;
use crate::{EnterpriseId, TrunkId};

fn rules(allowed: &[&str], denied: &[&str], short: &[&str]) -> DialRules {
    let owned = |texts: &[&str]| texts.iter().map(|it| (*it).to_owned()).collect();
    DialRules {
        allowed_prefixes: owned(allowed),
        denied_prefixes: owned(denied),
        short_numbers: owned(short),
    }
}

fn denied(prefix: &str) -> Result<(), DialRefusal> {
    let prefix = prefix.to_owned();
    Err(DialRefusal::Denied { prefix })
}

#[test]
fn a_trunk_without_rules_dials_nothing() {
    for number in ["110", "2000", "13800138000", "+8613800138000", "0044207"] {
        assert!(DialRules::default().permit(number).is_err(), "{number}");
    }
}

#[test]
fn a_domestic_prefix_does_not_open_numbers_abroad() {
    let rules = rules(&["0", "1", "+86"], &["+86900", "1900"], &["110"]);
    assert_eq!(rules.permit("01012345678"), Ok(()));
    assert_eq!(rules.permit("008613800138000"), Ok(()));
    assert_eq!(rules.permit("00447700900000"), Err(DialRefusal::Abroad));
    assert_eq!(rules.permit("+447700900000"), Err(DialRefusal::Abroad));
    assert_eq!(rules.permit("2000"), Err(DialRefusal::NotAllowed));
    assert_eq!(rules.permit("0086900123"), denied("+86900"));
    assert_eq!(rules.permit("19001234"), denied("1900"));
    assert_eq!(rules.permit("110"), Ok(()));
    assert_eq!(rules.permit("119"), Err(DialRefusal::ShortNumber));
}

#[test]
fn domestic_rules_dial_at_home_and_neither_abroad_nor_at_a_premium() {
    let rules = DialRules::domestic();
    for number in ["2000", "13800138000", "01012345678", "4008110510", "120"] {
        assert_eq!(rules.permit(number), Ok(()), "{number}");
    }
    for number in [
        "00447700900000",
        "+18765550100",
        "+8613800138000",
        "16812345",
        "1790900447700900000",
        "*72",
        "*7213800138000",
        "911",
    ] {
        assert!(rules.permit(number).is_err(), "{number}");
    }
}

#[test]
fn a_number_is_judged_as_it_goes_out() {
    let mut trunk = Trunk::plain(
        TrunkId::from_bytes([1; 16]),
        EnterpriseId::from_bytes([2; 16]),
        "carrier",
    );
    trunk.dialing = rules(&["0", "1"], &[], &[]);
    trunk.rules.called_out = vec![NumberRule::replacing("9", "")];
    let number = |text: &str| PhoneNumber::parse(text).unwrap();

    assert_eq!(trunk.dialed(&number("9138")), Err(DialRefusal::ShortNumber));
    assert_eq!(trunk.dialed(&number("91380")), Ok(number("1380")));
    let abroad = trunk.dialed(&number("900447700900000"));
    assert_eq!(abroad, Err(DialRefusal::Abroad));
}

/// All texts of up to so many of the signs.
fn texts(signs: &[&str], length: usize) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut last = all.clone();
    for _ in 0..length {
        last = last
            .iter()
            .flat_map(|text| signs.iter().map(move |sign| format!("{text}{sign}")))
            .collect();
        all.extend(last.clone());
    }
    all
}

/// The rule as one would say it, digit by digit.
fn is_permitted_slowly(rules: &DialRules, number: &str) -> bool {
    if number.len() <= 3 {
        return rules.short_numbers.contains(&number.to_owned());
    }
    let plus = |text: &str| match text.as_bytes() {
        [b'0', b'0', rest @ ..] => [b"+", rest].concat(),
        other => other.to_vec(),
    };
    let begins = |prefix: &String| {
        let (number, prefix) = (plus(number), plus(prefix));
        (0..prefix.len()).all(|at| number.get(at) == prefix.get(at))
    };
    rules.allowed_prefixes.iter().any(begins) && !rules.denied_prefixes.iter().any(begins)
}

#[test]
fn the_rule_agrees_with_a_slow_one_on_every_short_world() {
    let numbers = texts(&["0", "1", "+"], 5);
    let prefixes = texts(&["0", "1", "+"], 3);
    for allowed in &prefixes {
        for denied in &prefixes {
            let rules = rules(&[allowed, "+11"], &[denied, "011"], &["110"]);
            for number in &numbers {
                assert_eq!(
                    rules.permit(number).is_ok(),
                    is_permitted_slowly(&rules, number),
                    "{number} by {rules:?}"
                );
            }
        }
    }
}

#[test]
fn no_rules_without_a_plus_open_a_number_abroad() {
    let digits = texts(&["0", "1", "9"], 3);
    let domestic: Vec<String> = digits
        .into_iter()
        .filter(|prefix| !prefix.starts_with("00"))
        .filter(|prefix| !prefix.is_empty())
        .collect();
    let every: Vec<&str> = domestic.iter().map(String::as_str).collect();
    let rules = rules(&every, &[], &[]);
    for number in texts(&["0", "1", "+"], 7) {
        let abroad = number.starts_with("00") || number.starts_with('+');
        assert!(!abroad || rules.permit(&number).is_err(), "{number}");
    }
}
