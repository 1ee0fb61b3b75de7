//! What the language has, what it refuses, and what values a call may break it with.

use super::*;
use proptest::prelude::*;

fn value(name: &str) -> &'static str {
    match name {
        "caller" => "13800138000",
        "amount" => "120",
        "order.total" => "99.5",
        "word" => "twelve",
        _ => "",
    }
}

fn knows(name: &str) -> bool {
    ["caller", "amount", "order.total", "word", "empty"].contains(&name)
}

fn answer(source: &str) -> String {
    let expression = Expression::new(source);
    if let Err(error) = expression.check(knows) {
        return format!("refused: {error}");
    }
    match expression.evaluate(value) {
        Ok(Outcome::Bool(outcome)) => outcome.to_string(),
        Ok(Outcome::Text(text)) => text,
        Err(_) => "failed".to_owned(),
    }
}

#[test]
fn the_language_has_comparison_arithmetic_and_texts() {
    let cases = [
        ("caller.startsWith('138')", "true"),
        ("caller.startsWith('138') && !(size(caller) == 10)", "true"),
        ("int(amount) > 100 ? 'big' : 'small'", "big"),
        ("int(amount) % 7 + 1", "2"),
        ("double(order.total) * 2.0", "199"),
        ("amount in ['1', '120']", "true"),
        ("'no. ' + amount", "no. 120"),
        ("empty == ''", "true"),
        ("order.total.size()", "4"),
    ];
    for (source, expected) in cases {
        assert_eq!(answer(source), expected, "{source}");
    }
}

#[test]
fn what_cannot_be_right_for_any_caller_is_refused() {
    let cases = [
        (
            "amount > 100",
            "refused: \">\" does not take a text and a whole number",
        ),
        ("callr == '1'", "refused: there is no variable \"callr\""),
        (
            "size(amount, 1)",
            "refused: \"size\" does not take a text and a whole number",
        ),
        (
            "amount in caller",
            "refused: \"in\" wants a list on its right, as in [\"1\", \"2\"]",
        ),
        (
            "[1, 2].all(x, x > 1)",
            "refused: nothing may repeat: all, exists, filter and map are not part of this language",
        ),
        (
            "amount.matches('a')",
            "refused: \"matches\" does not take a text and a text",
        ),
        (
            "true ? 1 : 'x'",
            "refused: \"?_:\" does not take a yes or no and a whole number and a text",
        ),
    ];
    for (source, expected) in cases {
        assert_eq!(answer(source), expected, "{source}");
    }
    for source in ["", "1 +", "a b", "(((", "'open"] {
        assert!(answer(source).starts_with("refused: "), "{source}");
    }
}

#[test]
fn what_is_too_long_or_too_deep_is_refused_before_it_costs_anything() {
    let long = format!("'{}' == caller", "x".repeat(limits::EXPRESSION_BYTES));
    assert!(answer(&long).contains("at most"), "{}", answer(&long));
    let deep = format!("{}1{}", "(".repeat(200), ")".repeat(200));
    assert!(answer(&deep).starts_with("refused: "));
}

#[test]
fn values_of_a_call_that_do_not_fit_fail_and_do_not_panic() {
    for source in [
        "int(word) > 1",
        "1 / size(empty) == 1",
        "9223372036854775807 + int(amount)",
        "double(word)",
    ] {
        assert_eq!(answer(source), "failed", "{source}");
    }
}

proptest! {
    #[test]
    fn any_text_is_an_expression_or_refused(source in "[a-z0-9'\"().+*/<>=!&|?:\\[\\]{} ,-]{0,80}") {
        answer(&source);
    }
}
