//! Requests written by hand, as some phone or scanner would send them, and what comes back.

use std::net::SocketAddr;

use sip::message::Message;

use crate::network::{World, address};

/// A request written by hand, as some phone would send it.
#[derive(Clone)]
pub(crate) struct Handmade {
    method: &'static str,
    uri: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl Handmade {
    pub(crate) fn new(method: &'static str, from: SocketAddr) -> Self {
        let headers = [
            (
                "Via",
                format!("SIP/2.0/UDP {from};branch=z9hG4bKhand{method};rport"),
            ),
            ("Max-Forwards", "70".to_owned()),
            ("From", "<sip:8001@trunkline>;tag=hand".to_owned()),
            ("To", "<sip:8001@trunkline>".to_owned()),
            ("Call-ID", "handmade".to_owned()),
            ("CSeq", format!("1 {method}")),
            ("Contact", format!("<sip:8001@{from}>")),
        ];
        Self {
            method,
            uri: "sip:4008110513@trunkline".to_owned(),
            headers: headers
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
            body: String::new(),
        }
    }

    pub(crate) fn uri(mut self, uri: &str) -> Self {
        uri.clone_into(&mut self.uri);
        self
    }

    /// Sets or adds a header.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(other, _)| other != name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(other, _)| other != name);
        self
    }

    pub(crate) fn body(mut self, content_type: &str, body: &str) -> Self {
        body.clone_into(&mut self.body);
        self.with("Content-Type", content_type)
    }

    pub(crate) fn text(&self) -> String {
        let lines: String = self
            .headers
            .iter()
            .flat_map(|(name, value)| [name.as_str(), ": ", value.as_str(), "\r\n"])
            .collect();
        format!(
            "{} {} SIP/2.0\r\n{lines}Content-Length: {}\r\n\r\n{}",
            self.method,
            self.uri,
            self.body.len(),
            self.body
        )
    }
}

impl World {
    /// Sends a handmade request to the first party and returns what came back at once.
    pub(crate) fn exchange(&mut self, from: SocketAddr, request: &Handmade) -> Vec<Message> {
        self.inject(from, address(1), &request.text());
        self.run_for(50);
        std::mem::take(&mut self.stray)
    }

    /// The status codes that a handmade request is answered with at once.
    pub(crate) fn statuses(&mut self, from: SocketAddr, request: &Handmade) -> Vec<u16> {
        self.exchange(from, request)
            .iter()
            .filter_map(code)
            .collect()
    }
}

/// The status code of a response.
pub(crate) fn code(message: &Message) -> Option<u16> {
    message.status().map(sip::message::Status::code)
}

/// A header's value as text.
pub(crate) fn header(message: &Message, name: &str) -> String {
    let value = message.headers_named(name).next().unwrap_or_default();
    String::from_utf8_lossy(value).into_owned()
}
