//! Writing.
use super::Local;
/// Our offer.
pub fn offer(_local: &Local) -> Vec<u8> {
    Vec::new()
}
