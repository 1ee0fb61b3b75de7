//! Key presses in RTP (RFC 4733).

pub(crate) mod inband;
pub(crate) mod receive;
pub(crate) mod tones;
pub(crate) mod transmit;

const KEYS: [char; 16] = [
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#', 'A', 'B', 'C', 'D',
];

/// The payload of a telephone-event packet (RFC 4733 §2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TelephoneEvent {
    /// 0 to 15 are the keys.
    pub code: u8,
    /// Whether the key was released.
    pub end: bool,
    /// Power in -dBm0, 0 to 63.
    pub volume: u8,
    /// How long it is held, in timestamp units.
    pub duration: u16,
}

impl TelephoneEvent {
    /// Reads a payload; what follows the first four bytes is ignored.
    pub fn parse(payload: &[u8]) -> Option<Self> {
        let &[code, flags, high, low, ..] = payload else {
            return None;
        };
        Some(Self {
            code,
            end: flags & 0x80 != 0,
            volume: flags & 0x3F,
            duration: u16::from_be_bytes([high, low]),
        })
    }

    /// The four bytes of the payload.
    pub fn to_bytes(self) -> [u8; 4] {
        let [high, low] = self.duration.to_be_bytes();
        [
            self.code,
            (u8::from(self.end) << 7) | (self.volume & 0x3F),
            high,
            low,
        ]
    }

    /// The key, if the event is one.
    pub fn key(self) -> Option<char> {
        KEYS.get(usize::from(self.code)).copied()
    }

    /// The event code of a key.
    pub fn code_of(key: char) -> Option<u8> {
        let upper = key.to_ascii_uppercase();
        KEYS.iter()
            .position(|&known| known == upper)
            .map(|code| code as u8)
    }
}
