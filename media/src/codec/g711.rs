//! G.711: logarithmic companding of 16-bit samples to 8 bits, µ-law and A-law (ITU-T G.711).
//!
//! Every conversion is a table made at compile time. Encoding drops the bits that the law cannot
//! hold, so its tables are 16 KiB (µ) and 8 KiB (A) and stay in the first cache.

use serde::{Deserialize, Serialize};

/// A companding law, which is also a codec with a static payload type (RFC 3551).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Law {
    /// µ-law, PCMU.
    Mu,
    /// A-law, PCMA.
    A,
}

impl Law {
    /// The static payload type: 0 or 8.
    pub const fn payload_type(self) -> u8 {
        match self {
            Self::Mu => 0,
            Self::A => 8,
        }
    }

    /// The law of a static payload type.
    pub const fn of_payload_type(payload_type: u8) -> Option<Self> {
        match payload_type {
            0 => Some(Self::Mu),
            8 => Some(Self::A),
            _ => None,
        }
    }

    /// The encoding name of SDP.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mu => "PCMU",
            Self::A => "PCMA",
        }
    }

    /// The byte of the smallest positive level, which is silence.
    pub const fn silence(self) -> u8 {
        match self {
            Self::Mu => 0xFF,
            Self::A => 0xD5,
        }
    }

    /// The level of a byte, on the scale of 16-bit samples.
    #[inline]
    pub const fn decode(self, byte: u8) -> i16 {
        match self {
            Self::Mu => MU_LEVELS[byte as usize],
            Self::A => A_LEVELS[byte as usize],
        }
    }

    /// The byte whose level is nearest to the sample.
    #[inline]
    pub const fn encode(self, sample: i16) -> u8 {
        match self {
            Self::Mu => MU_BYTES[(sample as u16 >> 2) as usize],
            Self::A => A_BYTES[(sample as u16 >> 3) as usize],
        }
    }

    /// The table that turns bytes of this law into bytes of the other.
    pub const fn to_other(self) -> &'static [u8; 256] {
        match self {
            Self::Mu => &MU_TO_A,
            Self::A => &A_TO_MU,
        }
    }

    /// Turns bytes of this law into bytes of `law` in place.
    #[inline]
    pub fn transcode(self, law: Self, bytes: &mut [u8]) {
        if self != law {
            let table = self.to_other();
            for byte in bytes {
                *byte = table[usize::from(*byte)];
            }
        }
    }
}

const MU_BIAS: i32 = 33;
/// Largest 14-bit magnitude that µ-law holds.
const MU_CLIP: i32 = 8_158;

static MU_LEVELS: [i16; 256] = levels(Law::Mu);
static A_LEVELS: [i16; 256] = levels(Law::A);
static MU_BYTES: [u8; 1 << 14] = mu_bytes();
static A_BYTES: [u8; 1 << 13] = a_bytes();
static MU_TO_A: [u8; 256] = conversion(Law::Mu, Law::A);
static A_TO_MU: [u8; 256] = conversion(Law::A, Law::Mu);

const fn mu_expand(byte: u8) -> i16 {
    let code = !byte;
    let segment = (code >> 4) & 7;
    let step = (code & 15) as i32;
    let magnitude = (((step << 1) + MU_BIAS) << segment) - MU_BIAS;
    let sample = if code & 0x80 == 0 {
        magnitude
    } else {
        -magnitude
    };
    (sample << 2) as i16
}

const fn a_expand(byte: u8) -> i16 {
    let code = byte ^ 0x55;
    let segment = (code >> 4) & 7;
    let step = (code & 15) as i32;
    let magnitude = if segment == 0 {
        (step << 1) + 1
    } else {
        ((step << 1) + 33) << (segment - 1)
    };
    let sample = if code & 0x80 == 0 {
        -magnitude
    } else {
        magnitude
    };
    (sample << 3) as i16
}

/// Compands a 14-bit sample.
const fn mu_compress(sample: i32) -> u8 {
    let negative = sample < 0;
    let magnitude = if negative { -sample - 1 } else { sample };
    let clipped = if magnitude > MU_CLIP {
        MU_CLIP
    } else {
        magnitude
    };
    let biased = clipped + MU_BIAS;
    let segment = 26 - biased.leading_zeros() as i32;
    let step = (biased >> (segment + 1)) & 15;
    let code = ((segment << 4) | step) as u8;
    !(if negative { code | 0x80 } else { code })
}

/// Compands a 13-bit sample.
const fn a_compress(sample: i32) -> u8 {
    let negative = sample < 0;
    let magnitude = if negative { -sample - 1 } else { sample };
    let segment = if magnitude < 32 {
        0
    } else {
        27 - magnitude.leading_zeros() as i32
    };
    let step = if segment == 0 {
        (magnitude >> 1) & 15
    } else {
        (magnitude >> segment) & 15
    };
    let code = ((segment << 4) | step) as u8;
    (if negative { code } else { code | 0x80 }) ^ 0x55
}

const fn levels(law: Law) -> [i16; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match law {
            Law::Mu => mu_expand(byte as u8),
            Law::A => a_expand(byte as u8),
        };
        byte += 1;
    }
    table
}

const fn mu_bytes() -> [u8; 1 << 14] {
    let mut table = [0; 1 << 14];
    let mut index = 0;
    while index < table.len() {
        table[index] = mu_compress((((index << 2) as u16) as i16 >> 2) as i32);
        index += 1;
    }
    table
}

const fn a_bytes() -> [u8; 1 << 13] {
    let mut table = [0; 1 << 13];
    let mut index = 0;
    while index < table.len() {
        table[index] = a_compress((((index << 3) as u16) as i16 >> 3) as i32);
        index += 1;
    }
    table
}

const fn conversion(from: Law, to: Law) -> [u8; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = to.encode_slowly(from.expand(byte as u8));
        byte += 1;
    }
    table
}

impl Law {
    const fn expand(self, byte: u8) -> i16 {
        match self {
            Self::Mu => mu_expand(byte),
            Self::A => a_expand(byte),
        }
    }

    const fn encode_slowly(self, sample: i16) -> u8 {
        match self {
            Self::Mu => mu_compress((sample >> 2) as i32),
            Self::A => a_compress((sample >> 3) as i32),
        }
    }
}

#[cfg(test)]
mod tests;
