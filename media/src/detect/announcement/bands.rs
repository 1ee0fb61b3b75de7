//! The bits of a print: how the balance of neighbouring bands changes.

use crate::detect::spectrum::Sight;

/// Edges of the bands in hertz: the voice as the telephone has it, each a seventh wider than the
/// one before.
const EDGES: [f32; BANDS + 1] = [
    281.0, 344.0, 406.0, 469.0, 531.0, 625.0, 719.0, 813.0, 938.0, 1_063.0, 1_219.0, 1_406.0,
    1_594.0, 1_813.0, 2_063.0, 2_375.0, 2_719.0, 3_125.0,
];
const BANDS: usize = 17;
/// Frames of the mean: 160 ms.
const MEAN: usize = 8;
/// Frames between the two means that are compared.
const LAG: usize = 4;
const KEPT: usize = MEAN + LAG;

/// The bands of the last frames.
#[derive(Clone, Debug)]
pub(super) struct Bands {
    kept: [[f32; BANDS]; KEPT],
    next: usize,
}

impl Default for Bands {
    fn default() -> Self {
        Self {
            kept: [[0.0; BANDS]; KEPT],
            next: 0,
        }
    }
}

impl Bands {
    pub(super) fn push(&mut self, sight: &Sight) -> u16 {
        self.kept[self.next] =
            std::array::from_fn(|band| sight.band(EDGES[band], EDGES[band + 1]).sqrt());
        self.next = (self.next + 1) % KEPT;
        let (newer, older) = (self.mean(LAG), self.mean(0));
        let balance = |mean: &[f32; BANDS], band: usize| mean[band] - mean[band + 1];
        (0..BANDS - 1)
            .map(|band| u16::from(balance(&newer, band) > balance(&older, band)) << band)
            .fold(0, |bits, bit| bits | bit)
    }

    /// The sum over the frames from the oldest that is kept and so many later on.
    fn mean(&self, skipped: usize) -> [f32; BANDS] {
        let mut sum = [0.0; BANDS];
        for back in 0..MEAN {
            let frame = &self.kept[(self.next + skipped + back) % KEPT];
            for (sum, power) in sum.iter_mut().zip(frame) {
                *sum += power;
            }
        }
        sum
    }
}
