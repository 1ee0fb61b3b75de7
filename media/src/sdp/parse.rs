//! Tolerant reading.
pub(super) const SIZE_MAX: usize = 16_384;
