//! Conversions to and from the types of the `rsip` crate, for programs that speak them.
//!
//! `rsip` reads a subset of SIP (no IPv6 hosts, no `tel:`, no folded or compact headers), so the way
//! there can fail. The wire itself is always read and written by [`crate::message`].

use bytes::{Bytes, BytesMut};

use crate::{
    message::{Framing, Message, Method, ParseError},
    uri::Uri,
};

/// Why a value has no counterpart on the other side.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BridgeError {
    /// It lies outside of what `rsip` reads; the text is its explanation.
    #[error("outside of rsip's subset: {0}")]
    OutsideSubset(String),
    /// What `rsip` holds is no message by the rules of [`Message::parse`].
    #[error("not a sound message")]
    Malformed(#[source] ParseError),
}

impl From<rsip::Error> for BridgeError {
    fn from(error: rsip::Error) -> Self {
        Self::OutsideSubset(error.to_string())
    }
}

impl TryFrom<Method> for rsip::Method {
    type Error = BridgeError;

    fn try_from(method: Method) -> Result<Self, Self::Error> {
        Ok(method.as_str().parse()?)
    }
}

impl From<rsip::Method> for Method {
    fn from(method: rsip::Method) -> Self {
        Self::from_bytes(method.to_string().as_bytes())
    }
}

impl TryFrom<&Uri<'_>> for rsip::Uri {
    type Error = BridgeError;

    fn try_from(uri: &Uri<'_>) -> Result<Self, Self::Error> {
        Ok(Self::try_from(uri.as_str())?)
    }
}

impl TryFrom<&Message> for rsip::SipMessage {
    type Error = BridgeError;

    fn try_from(message: &Message) -> Result<Self, Self::Error> {
        let mut printed = BytesMut::new();
        message.print(&mut printed);
        Ok(Self::try_from(&printed[..])?)
    }
}

impl TryFrom<&rsip::SipMessage> for Message {
    type Error = BridgeError;

    fn try_from(message: &rsip::SipMessage) -> Result<Self, Self::Error> {
        let (head, body) = match message {
            rsip::SipMessage::Request(request) => (
                format!(
                    "{} {} SIP/2.0\r\n{}\r\n",
                    request.method, request.uri, request.headers
                ),
                &request.body,
            ),
            rsip::SipMessage::Response(response) => (
                format!(
                    "SIP/2.0 {}\r\n{}\r\n",
                    status_line(&response.status_code),
                    response.headers
                ),
                &response.body,
            ),
        };
        let bytes = [head.as_bytes(), body].concat();
        Self::parse(Bytes::from(bytes), Framing::Datagram).map_err(BridgeError::Malformed)
    }
}

/// The code and our phrase for it, as `rsip` prints `486 BusyHere`.
fn status_line(code: &rsip::StatusCode) -> String {
    let code = u16::from(code.clone());
    crate::message::Status::new(code).map_or_else(|| code.to_string(), |status| status.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGE: &str = "INVITE sip:b@example.com;transport=tcp SIP/2.0\r\n\
        Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKabc\r\n\
        From: <sip:a@example.com>;tag=1\r\n\
        To: <sip:b@example.com>\r\n\
        Call-ID: 1\r\n\
        CSeq: 7 INVITE\r\n\
        Content-Length: 3\r\n\r\n\u{0}\u{1}\u{2}";

    #[test]
    fn a_message_comes_back_from_rsip_with_its_core_and_its_body() {
        let ours = Message::parse(MESSAGE.into(), Framing::Datagram).unwrap();
        let theirs = rsip::SipMessage::try_from(&ours).unwrap();
        let back = Message::try_from(&theirs).unwrap();
        assert_eq!(back.top_via().branch(), ours.top_via().branch());
        assert_eq!(back.sequence(), ours.sequence());
        assert_eq!(back.body(), ours.body());
    }

    #[test]
    fn a_refusal_comes_back_with_a_phrase_of_whole_words() {
        let text = MESSAGE.replacen(
            "INVITE sip:b@example.com;transport=tcp SIP/2.0",
            "SIP/2.0 486 Busy Here",
            1,
        );
        let ours = Message::parse(text.into(), Framing::Datagram).unwrap();
        let theirs = rsip::SipMessage::try_from(&ours).unwrap();
        let back = Message::try_from(&theirs).unwrap();
        assert_eq!(back.reason_phrase(), b"Busy Here");
    }

    #[test]
    fn methods_that_rsip_knows_go_both_ways() {
        for method in Method::KNOWN {
            let theirs = rsip::Method::try_from(*method).unwrap();
            assert_eq!(Method::from(theirs), *method);
        }
        assert!(rsip::Method::try_from(Method::Other).is_err());
    }

    #[test]
    fn uris_outside_the_subset_are_refused() {
        let uri = Uri::parse("tel:+8613800138000").unwrap();
        assert!(rsip::Uri::try_from(&uri).is_err());
        let uri = Uri::parse("sip:8001@192.0.2.1:5062").unwrap();
        let theirs = rsip::Uri::try_from(&uri).unwrap();
        assert_eq!(theirs.user(), uri.user());
    }
}
