//! SIP text in and out through `rsip`.

use rsip::headers::{ToTypedHeader, UntypedHeader as _};
use rsip::message::{HasHeaders, HeadersExt as _};
use rsip::{Header, SipMessage};

/// A message as a phone looks at it.
#[derive(Debug, Clone)]
pub struct Heard {
    /// The method: of the request, or of the one that is answered.
    pub method: String,
    /// The status of a response.
    pub status: Option<u16>,
    /// The branch of the topmost Via.
    pub branch: String,
    /// Its Call-ID.
    pub call_id: String,
    /// Its CSeq number.
    pub sequence: u32,
    /// From, whole.
    pub from: String,
    /// To, whole.
    pub to: String,
    /// The tag of To.
    pub to_tag: Option<String>,
    /// The URI in Contact.
    pub contact: Option<String>,
    /// Everything that a response must copy: Via lines.
    pub vias: Vec<String>,
    /// WWW-Authenticate lines.
    pub challenges: Vec<String>,
    /// All header lines.
    pub lines: Vec<String>,
    /// The body.
    pub body: String,
}

impl Heard {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.lines.iter().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

/// Reads a message of the server.
///
/// # Panics
/// With the text, when `rsip` cannot read it.
pub fn read(bytes: &[u8]) -> Heard {
    match try_read(bytes) {
        Ok(heard) => heard,
        Err(error) => panic!("{error}: {}", String::from_utf8_lossy(bytes)),
    }
}

fn try_read(bytes: &[u8]) -> Result<Heard, rsip::Error> {
    let message = SipMessage::try_from(bytes)?;
    let sequence = message.cseq_header()?.typed()?;
    let via = message.via_header()?.typed()?;
    let to = message.to_header()?;
    let status = match &message {
        SipMessage::Request(_) => None,
        SipMessage::Response(response) => Some(response.status_code.code()),
    };
    Ok(Heard {
        method: match &message {
            SipMessage::Request(request) => request.method.to_string(),
            SipMessage::Response(_) => sequence.method.to_string(),
        },
        status,
        branch: via.branch().map(ToString::to_string).unwrap_or_default(),
        call_id: message.call_id_header()?.value().to_owned(),
        sequence: sequence.seq,
        from: message.from_header()?.value().to_owned(),
        to: to.value().to_owned(),
        to_tag: to.tag()?.map(|tag| tag.value().to_owned()),
        contact: message
            .contact_header()
            .ok()
            .and_then(|contact| Some(contact.uri().ok()?.to_string())),
        vias: values(&message, "Via"),
        challenges: values(&message, "WWW-Authenticate"),
        lines: message.headers().iter().map(Header::to_string).collect(),
        body: String::from_utf8_lossy(message.body()).into_owned(),
    })
}

fn values(message: &SipMessage, name: &str) -> Vec<String> {
    message
        .headers()
        .iter()
        .map(Header::to_string)
        .filter_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name)
                .then(|| value.trim().to_owned())
        })
        .collect()
}

/// Prints a request through `rsip`.
pub fn request(line: &str, headers: &[String], body: &str) -> Vec<u8> {
    let body = Body {
        kind: "application/sdp",
        text: body,
    };
    request_with(line, headers, body)
}

/// What a message carries.
#[derive(Debug, Clone, Copy)]
pub struct Body<'a> {
    /// Its media type.
    pub kind: &'a str,
    /// Itself.
    pub text: &'a str,
}

/// The same with a body of any type.
pub fn request_with(line: &str, headers: &[String], body: Body<'_>) -> Vec<u8> {
    let text = text(line, headers, body);
    let request =
        rsip::Request::try_from(text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {text}"));
    request.to_string().into_bytes()
}

/// Prints a response through `rsip`.
pub fn response(status: u16, headers: &[String], body: &str) -> Vec<u8> {
    let line = format!("SIP/2.0 {status} {}", phrase(status));
    let body = Body {
        kind: "application/sdp",
        text: body,
    };
    let text = text(&line, headers, body);
    let response =
        rsip::Response::try_from(text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {text}"));
    response.to_string().into_bytes()
}

fn text(line: &str, headers: &[String], body: Body<'_>) -> String {
    let mut text = format!("{line}\r\n");
    for header in headers {
        text.push_str(header);
        text.push_str("\r\n");
    }
    let Body { kind, text: body } = body;
    if !body.is_empty() {
        text.extend(["Content-Type: ", kind, "\r\n"]);
    }
    let length = body.len();
    format!("{text}Content-Length: {length}\r\n\r\n{body}")
}

fn phrase(status: u16) -> &'static str {
    match status {
        100 => "Trying",
        180 => "Ringing",
        183 => "Session Progress",
        200 => "OK",
        480 => "Temporarily Unavailable",
        481 => "Call/Transaction Does Not Exist",
        486 => "Busy Here",
        487 => "Request Terminated",
        603 => "Decline",
        _ => "Refused",
    }
}
