//! What a message is about, seen in its first bytes: for whoever decides what is handled first.

/// Bytes that are looked at; a To header beyond them counts as one without a tag.
const LOOK: usize = 4_096;

/// What a message asks of us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Glance {
    /// A new call.
    NewCall,
    /// A CANCEL, which must not overtake the call that it takes back.
    Cancel,
    /// Everything else: requests inside dialogs, responses, registrations.
    Other,
}

impl Glance {
    /// Looks at a whole message without reading it; what is malformed is [`Glance::Other`] or shows
    /// when it is parsed.
    pub fn at(message: &[u8]) -> Self {
        if message.starts_with(b"CANCEL ") {
            return Self::Cancel;
        }
        if !message.starts_with(b"INVITE ") {
            return Self::Other;
        }
        let start = &message[..message.len().min(LOOK)];
        let mut lines = start.split(|byte| *byte == b'\n');
        let to = lines.find(|line| is_to(line));
        if to.is_some_and(has_tag) {
            Self::Other
        } else {
            Self::NewCall
        }
    }
}

fn is_to(line: &[u8]) -> bool {
    let colon = line.iter().position(|byte| *byte == b':');
    let name = colon.and_then(|colon| line.get(..colon));
    name.is_some_and(|name| {
        let name = name.trim_ascii_end();
        name.eq_ignore_ascii_case(b"to") || name.eq_ignore_ascii_case(b"t")
    })
}

fn has_tag(line: &[u8]) -> bool {
    line.windows(5)
        .any(|piece| piece.eq_ignore_ascii_case(b";tag="))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invite_without_a_tag_in_to_is_a_new_call() {
        for (message, glance) in [
            (
                &b"INVITE sip:a SIP/2.0\r\nFrom: <sip:b>;tag=1\r\nTo: <sip:a>\r\n"[..],
                Glance::NewCall,
            ),
            (
                b"INVITE sip:a SIP/2.0\r\nt : <sip:a>;TAG=2\r\n",
                Glance::Other,
            ),
            (b"INVITE sip:a SIP/2.0\r\n", Glance::NewCall),
            (b"CANCEL sip:a SIP/2.0\r\nTo: <sip:a>\r\n", Glance::Cancel),
            (b"BYE sip:a SIP/2.0\r\nTo: <sip:a>\r\n", Glance::Other),
            (b"SIP/2.0 200 OK\r\n", Glance::Other),
            (b"", Glance::Other),
        ] {
            assert_eq!(Glance::at(message), glance, "{}", message.escape_ascii());
        }
    }
}
