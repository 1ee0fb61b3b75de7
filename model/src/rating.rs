//! What customers say of how they were served (满意度).

use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// By what is rated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RatingScale {
    /// One to five stars (5星).
    #[default]
    Stars,
    /// Zero to ten points (10分).
    Points,
}

impl RatingScale {
    /// The scores of the scale, the worst first.
    pub const fn scores(self) -> RangeInclusive<u8> {
        match self {
            Self::Stars => 1..=5,
            Self::Points => 0..=10,
        }
    }
}

/// One rating.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Rating {
    /// One of the [scores](RatingScale::scores) of the scale.
    pub score: u8,
    /// By what.
    pub scale: RatingScale,
}
