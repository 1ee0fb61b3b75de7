//! A bot that speaks Twilio's Media Streams and says what it hears at once.

use std::io;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread;
use tungstenite::{Message, accept};

/// A message is some hundred bytes; a bot that is told more is not ours.
const STACK_BYTES: usize = 256 << 10;

/// Listens on a free port until the program ends; the port.
///
/// # Errors
/// No port, or no thread.
pub(crate) fn start() -> io::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let port = listener.local_addr()?.port();
    thread::Builder::new().spawn(move || {
        for stream in listener.incoming().flatten() {
            // The caller of a bot that cannot be had hears nothing, which is counted.
            let _ = thread::Builder::new()
                .stack_size(STACK_BYTES)
                .spawn(|| converse(stream));
        }
    })?;
    Ok(port)
}

fn converse(stream: TcpStream) {
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let Ok(mut socket) = accept(stream) else {
        return;
    };
    while let Ok(message) = socket.read() {
        if let Message::Text(text) = message
            && let Some(echo) = echo(&text)
            && socket.send(echo.into()).is_err()
        {
            return;
        }
    }
}

/// What is said to a piece of audio.
fn echo(text: &str) -> Option<String> {
    if field(text, "event")? != "media" {
        return None;
    }
    let (stream, payload) = (field(text, "streamSid")?, field(text, "payload")?);
    Some(format!(
        r#"{{"event":"media","streamSid":"{stream}","media":{{"payload":"{payload}"}}}}"#
    ))
}

/// The value of a field without escapes, as the fields of audio are.
fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let quoted = format!("\"{name}\"");
    let (_, rest) = text.split_once(quoted.as_str())?;
    let rest = rest.trim_start_matches([':', ' ']).strip_prefix('"')?;
    rest.split('"').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn audio_is_said_again_and_nothing_else_is() {
        let heard = r#"{"event":"media","sequenceNumber":"2","media":{"track":"inbound",
            "chunk":"1","timestamp":"0","payload":"f39/"},"streamSid":"MZ1"}"#;
        let said = r#"{"event":"media","streamSid":"MZ1","media":{"payload":"f39/"}}"#;
        assert_eq!(echo(heard).as_deref(), Some(said));
        assert_eq!(echo(r#"{"event":"connected","protocol":"Call"}"#), None);
        assert_eq!(echo("nothing"), None);
    }
}
