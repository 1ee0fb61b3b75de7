//! Who is to be called in whose place: Refer-To (RFC 3515 §2.1) and Replaces (RFC 3891 §6.1).

use serde::{Deserialize, Serialize};

use crate::event::SessionId;
use crate::limits;
use crate::message::{MalformedHeader, Message, Name, NameAddr, is_token};
use crate::uri::{Scheme, Uri, escape_header, number_of, unescape};

/// One transfer: a REFER of either side, from its acceptance to the last report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TransferId {
    /// The session in which it was asked for.
    pub session: SessionId,
    /// Which of the session's transfers it is.
    pub number: u32,
}

/// Whom a REFER asks to call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReferTo {
    /// The URI without its headers.
    pub uri: String,
    /// Its user part, or its telephone number without visual separators.
    pub user: String,
    /// The dialog that the new call takes the place of.
    pub replaces: Option<Replaces>,
    /// What the new INVITE is asked to carry besides, unescaped.
    pub headers: Vec<(String, String)>,
}

/// A dialog as its callee sees it (RFC 3891).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replaces {
    /// Call-ID of the dialog.
    pub call_id: String,
    /// The tag of the side that gets the INVITE.
    pub to_tag: String,
    /// The tag of the other side.
    pub from_tag: String,
    /// Whether only a dialog that is not answered yet may be replaced.
    pub early_only: bool,
}

impl ReferTo {
    /// Asks for a call to this URI; headers in it are taken out.
    ///
    /// # Errors
    /// If it is no SIP or telephone URI, or holds a Replaces that is malformed.
    pub fn to(uri: &str) -> Result<Self, MalformedHeader> {
        Uri::parse(uri)
            .ok()
            .and_then(|uri| Self::read(&uri))
            .ok_or(MalformedHeader(Name::ReferTo))
    }

    /// Reads the value of a Refer-To header.
    ///
    /// # Errors
    /// If it is malformed.
    pub fn parse(value: &[u8]) -> Result<Self, MalformedHeader> {
        let address = NameAddr::parse(Name::ReferTo, value)?;
        Self::read(&address.uri()).ok_or(MalformedHeader(Name::ReferTo))
    }

    fn read(uri: &Uri<'_>) -> Option<Self> {
        if uri.scheme() == Scheme::Other {
            return None;
        }
        let mut replaces = None;
        let mut headers = Vec::new();
        for (name, text) in uri.headers().take(limits::URI_HEADERS) {
            let text = unescape(text.unwrap_or_default().as_bytes());
            if name.eq_ignore_ascii_case(Name::Replaces.as_str()) {
                if replaces.is_some() {
                    return None;
                }
                replaces = Some(Replaces::parse(&text).ok()?);
            } else {
                headers.push((fit_name(name)?, fit_text(text)?));
            }
        }
        Some(Self {
            uri: uri.without_headers().to_owned(),
            user: number_of(uri),
            replaces,
            headers,
        })
    }

    /// The value of a Refer-To header; none if the URI is no URI or a header would leave its line.
    pub fn value(&self) -> Option<String> {
        let uri = Uri::parse(&self.uri).ok()?;
        if uri.headers().next().is_some() || uri.scheme() == Scheme::Other {
            return None;
        }
        let mut value = format!("<{}", self.uri);
        let mut separator = '?';
        let replaces = self.replaces.as_ref().map(Replaces::value);
        let replaces = replaces.map(|text| (Name::Replaces.as_str().to_owned(), text));
        for (name, text) in replaces.iter().chain(&self.headers) {
            let name = fit_name(name)?;
            let text = escape_header(&fit_text(text.clone().into_bytes())?);
            value.push(separator);
            value.push_str(&name);
            value.push('=');
            value.push_str(&text);
            separator = '&';
        }
        value.push('>');
        Some(value)
    }
}

fn fit_name(name: &str) -> Option<String> {
    let is_fit = !name.is_empty() && name.bytes().all(is_token);
    is_fit.then(|| name.to_owned())
}

fn fit_text(text: Vec<u8>) -> Option<String> {
    let is_fit = text.iter().all(|byte| *byte >= b' ' && *byte != 127);
    is_fit.then(|| String::from_utf8(text).ok()).flatten()
}

impl Replaces {
    /// Reads the value of a Replaces header.
    ///
    /// # Errors
    /// If it is malformed or names no two tags.
    pub fn parse(value: &[u8]) -> Result<Self, MalformedHeader> {
        str::from_utf8(value)
            .ok()
            .and_then(Self::read)
            .ok_or(MalformedHeader(Name::Replaces))
    }

    fn read(text: &str) -> Option<Self> {
        let mut pieces = text.split(';').map(str::trim);
        let call_id = pieces.next().filter(|word| is_word(word))?;
        let (mut to_tag, mut from_tag, mut early_only) = (None, None, false);
        for piece in pieces {
            let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
            let (name, value) = (name.trim(), value.trim());
            let slot = if name.eq_ignore_ascii_case("to-tag") {
                &mut to_tag
            } else if name.eq_ignore_ascii_case("from-tag") {
                &mut from_tag
            } else {
                early_only |= name.eq_ignore_ascii_case("early-only");
                continue;
            };
            if slot.is_some() || !is_word(value) {
                return None;
            }
            *slot = Some(value.to_owned());
        }
        Some(Self {
            call_id: call_id.to_owned(),
            to_tag: to_tag?,
            from_tag: from_tag?,
            early_only,
        })
    }

    /// The value of a Replaces header.
    pub fn value(&self) -> String {
        let Self {
            call_id,
            to_tag,
            from_tag,
            early_only,
        } = self;
        let suffix = if *early_only { ";early-only" } else { "" };
        format!("{call_id};to-tag={to_tag};from-tag={from_tag}{suffix}")
    }

    /// Whether every part is a word that stays what it is on a header line.
    pub(crate) fn is_fit(&self) -> bool {
        [&self.call_id, &self.to_tag, &self.from_tag]
            .into_iter()
            .all(|word| is_word(word))
    }
}

fn is_word(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b';' | b',' | b'='))
}

impl Message {
    /// The dialog that an INVITE takes the place of, if it names one.
    ///
    /// # Errors
    /// If it names more than one, or the header is malformed.
    pub fn replaces(&self) -> Result<Option<Replaces>, MalformedHeader> {
        let mut values = self.headers(Name::Replaces);
        match (values.next(), values.next()) {
            (None, _) => Ok(None),
            (Some(value), None) => Replaces::parse(value).map(Some),
            (Some(_), Some(_)) => Err(MalformedHeader(Name::Replaces)),
        }
    }

    /// Whom a REFER asks to call; exactly one must be named (RFC 3515 §2.4.2).
    ///
    /// # Errors
    /// If there is none or more than one, or the header is malformed.
    pub fn refer_to(&self) -> Result<ReferTo, MalformedHeader> {
        let mut values = self.headers(Name::ReferTo);
        match (values.next(), values.next()) {
            (Some(value), None) => ReferTo::parse(value),
            (None, _) | (Some(_), Some(_)) => Err(MalformedHeader(Name::ReferTo)),
        }
    }

    /// Who asks for the call (RFC 3892); none if nobody says so.
    pub fn referred_by(&self) -> Option<String> {
        let address = self.addresses(Name::ReferredBy).next()?.ok()?;
        Some(address.uri().as_str().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refer_to_with_an_escaped_replaces_is_taken_apart_and_put_together_again() {
        let text = "<sip:8002@192.0.2.7;transport=tcp?Replaces=12%40h%3Bto-tag%3D7%3Bfrom-tag%3D5\
                    %3Bearly-only&X-Account=a%20b>";

        let refer_to = ReferTo::parse(text.as_bytes()).unwrap();

        assert_eq!(refer_to.uri, "sip:8002@192.0.2.7;transport=tcp");
        assert_eq!(refer_to.user, "8002");
        let replaces = refer_to.replaces.clone().unwrap();
        assert_eq!(replaces.call_id, "12@h");
        assert_eq!((&*replaces.to_tag, &*replaces.from_tag), ("7", "5"));
        assert!(replaces.early_only);
        assert_eq!(
            refer_to.headers,
            [("X-Account".to_owned(), "a b".to_owned())]
        );
        let again = ReferTo::parse(refer_to.value().unwrap().as_bytes());
        assert_eq!(again, Ok(refer_to));
    }

    #[test]
    fn telephone_numbers_and_escaped_users_can_be_referred_to() {
        let number = ReferTo::parse(b"<tel:+86-138-0013-8000>").unwrap();
        assert_eq!(number.user, "+8613800138000");
        let escaped = ReferTo::parse(b"sip:%31001@pbx").unwrap();
        assert_eq!(escaped.user, "1001");
    }

    #[test]
    fn what_cannot_be_called_is_no_refer_to() {
        for value in [
            "",
            "<>",
            "*",
            "<http://example.com>",
            "<sip:8002@h>, <sip:8003@h>",
            "sip:8002@h?Replaces=1%3Bto-tag%3D2%3Bfrom-tag%3D3",
            "<sip:8002@h?Replaces=1>",
            "<sip:8002@h?Replaces=1%3Bto-tag%3D2>",
            "<sip:8002@h?Replaces=1%3Bto-tag%3D2%3Bfrom-tag%3D3&Replaces=1%3Bto-tag%3D2%3Bfrom-tag%3D3>",
            "<sip:8002@h?X-A=1%0D%0ARoute:%20evil>",
        ] {
            assert!(ReferTo::parse(value.as_bytes()).is_err(), "{value}");
        }
    }

    #[test]
    fn a_replaces_names_a_call_and_both_tags_once() {
        let spaced = Replaces::parse(b"98732@sip.example.com ; from-tag=r33 ;to-tag=ff87").unwrap();
        assert_eq!(
            spaced.value(),
            "98732@sip.example.com;to-tag=ff87;from-tag=r33"
        );
        for value in [
            "",
            "a",
            "a;to-tag=1",
            "a;from-tag=1",
            "a;to-tag=;from-tag=1",
            "a;to-tag=1;to-tag=2;from-tag=3",
            ";to-tag=1;from-tag=3",
        ] {
            assert!(Replaces::parse(value.as_bytes()).is_err(), "{value}");
        }
    }
}
