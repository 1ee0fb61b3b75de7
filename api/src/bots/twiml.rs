//! As much of TwiML as hands a caller over: one verb, and what is in it.

/// Elements in a document at most.
const ELEMENTS: usize = 32;

/// The text of the `<Dial>` or `<Redirect>` of a `<Response>`.
pub(super) fn handoff(text: &str) -> Result<String, String> {
    let mut names = Vec::new();
    let mut said = String::new();
    let mut rest = text;
    while let Some((before, tail)) = rest.split_once('<') {
        if names.len() >= 2 {
            said.push_str(before);
        }
        let (tag, after) = tail.split_once('>').ok_or("Twiml ends within a tag")?;
        rest = after;
        if !tag.starts_with(['?', '!', '/']) {
            let end = tag.find([' ', '/', '\t', '\n']).unwrap_or(tag.len());
            names.push(&tag[..end]);
        }
        if names.len() > ELEMENTS {
            return Err(format!("Twiml has more than {ELEMENTS} elements"));
        }
    }
    match names.as_slice() {
        ["Response", "Dial" | "Redirect", ..] => Ok(unescape(said.trim())),
        ["Response", verb, ..] => Err(format!("of Twiml, Dial and Redirect are known, not {verb}")),
        _ => Err("Twiml is a Response with Dial or Redirect in it".to_owned()),
    }
}

fn unescape(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_verb_holds_is_handed_over() {
        for (text, said) in [
            (
                "<Response><Dial>+8613800138000</Dial></Response>",
                "+8613800138000",
            ),
            (
                "<?xml version=\"1.0\"?>\n<Response>\n <Dial timeout=\"9\"><Number>400</Number></Dial></Response>",
                "400",
            ),
            (
                "<Response><Redirect method=\"POST\">https://a/?b=1&amp;c=2</Redirect></Response>",
                "https://a/?b=1&c=2",
            ),
            ("<Response><Dial/></Response>", ""),
        ] {
            assert_eq!(handoff(text).as_deref(), Ok(said));
        }
        for text in [
            "",
            "Dial",
            "<Dial>1</Dial>",
            "<Response><Say>x</Say></Response>",
            "<Response",
        ] {
            assert!(handoff(text).is_err(), "{text}");
        }
        assert!(handoff(&"<a>".repeat(100)).is_err());
    }
}
