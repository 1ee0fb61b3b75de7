//! Offer and answer (RFC 3264).
use super::{Agreed, Local, SdpError};
/// Answers an offer.
pub fn answer(_offer: &[u8], _local: &Local) -> Result<(Vec<u8>, Agreed), SdpError> {
    Err(SdpError::NoAudio)
}
/// Reads the answer to our offer.
pub fn accept(_local: &Local, _answer: &[u8]) -> Result<Agreed, SdpError> {
    Err(SdpError::NoAudio)
}
