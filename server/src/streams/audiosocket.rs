//! AudioSocket of Asterisk over TCP: a kind, a length of two bytes, a content. It has no word for a
//! flush or a mark.

use super::dialect::{Dialect, Reached, Said, Wire};
use super::linear;
use call::StreamRequest;

/// Bytes in front of a content.
pub(super) const HEAD: usize = 3;
const HANG_UP: u8 = 0x00;
const NAME: u8 = 0x01;
const KEY: u8 = 0x03;
/// Linear samples at 8 kHz.
const AUDIO: u8 = 0x10;
const ERROR: u8 = 0xFF;

/// One stream.
#[derive(Debug)]
pub(super) struct AudioSocket {
    call: [u8; 16],
}

/// How many bytes follow a head.
pub(super) fn length(head: [u8; HEAD]) -> usize {
    usize::from(u16::from_be_bytes([head[1], head[2]]))
}

impl AudioSocket {
    pub(super) fn new(request: &StreamRequest) -> Self {
        Self {
            call: *request.call.as_bytes(),
        }
    }
}

impl Dialect for AudioSocket {
    fn begin(&mut self) -> Vec<Wire> {
        vec![message(NAME, self.call.into_iter())]
    }

    fn hear(&mut self, audio: &[u8]) -> Wire {
        message(AUDIO, linear::from_mu_law(audio))
    }

    fn key(&mut self, key: char) -> Option<Wire> {
        let byte = u8::try_from(key).ok()?;
        Some(message(KEY, std::iter::once(byte)))
    }

    fn mark(&mut self, _: &str, _: Reached) -> Option<Wire> {
        None
    }

    fn end(&mut self) -> Option<Wire> {
        Some(message(HANG_UP, std::iter::empty()))
    }

    fn read(&mut self, message: Wire) -> Result<Option<Said>, String> {
        let Wire::Binary(bytes) = message else {
            return Err("text".to_owned());
        };
        match bytes.split_first_chunk::<HEAD>() {
            Some(([HANG_UP, ..], _)) => Ok(Some(Said::Bye)),
            Some(([AUDIO, ..], content)) => Ok(Some(Said::Audio(linear::to_mu_law(content)))),
            Some(([ERROR, ..], content)) => Ok(Some(Said::Failed(format!("{content:02x?}")))),
            Some(([kind, ..], _)) => Err(format!("a message of kind {kind:#04x}")),
            None => Err("a message without a head".to_owned()),
        }
    }
}

fn message(kind: u8, content: impl Iterator<Item = u8>) -> Wire {
    let mut bytes = vec![kind, 0, 0];
    bytes.extend(content);
    let length = u16::try_from(bytes.len() - HEAD).unwrap_or(u16::MAX);
    bytes[1..HEAD].copy_from_slice(&length.to_be_bytes());
    Wire::Binary(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_have_a_kind_and_a_length() {
        let mut socket = AudioSocket { call: [7; 16] };
        let name = [vec![0x01, 0, 16], vec![7; 16]].concat();
        assert_eq!(socket.begin(), [Wire::Binary(name)]);
        assert_eq!(socket.key('5'), Some(Wire::Binary(vec![0x03, 0, 1, b'5'])));
        assert_eq!(socket.end(), Some(Wire::Binary(vec![0, 0, 0])));
        let heard = [vec![0x10, 1, 0x40], vec![0; 320]].concat();
        assert_eq!(socket.hear(&[0xFF; 160]), Wire::Binary(heard));
        let said = Wire::Binary(vec![0x10, 0, 4, 0, 0, 0, 0]);
        assert_eq!(socket.read(said), Ok(Some(Said::Audio(vec![0xFF; 2]))));
        assert_eq!(
            socket.read(Wire::Binary(vec![0, 0, 0])),
            Ok(Some(Said::Bye))
        );
        assert!(socket.read(Wire::Binary(vec![0x77, 0, 0])).is_err());
        assert!(socket.read(Wire::Binary(vec![1])).is_err());
    }
}
