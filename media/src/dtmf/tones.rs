//! Keys as tones in the audio (ITU-T Q.23, Q.24): the two frequencies of each, and their making.

/// Frequencies of the rows of the keypad, in hertz.
pub(crate) const ROWS: [f32; 4] = [697.0, 770.0, 852.0, 941.0];
/// Frequencies of its columns.
pub(crate) const COLUMNS: [f32; 4] = [1_209.0, 1_336.0, 1_477.0, 1_633.0];
/// The key of each row and column.
pub(crate) const KEYPAD: [[char; 4]; 4] = [
    ['1', '2', '3', 'A'],
    ['4', '5', '6', 'B'],
    ['7', '8', '9', 'C'],
    ['*', '0', '#', 'D'],
];

/// Amplitude of the row's tone: with the column's a level of about -6 dBm0.
const ROW_AMPLITUDE: f32 = 7_000.0;
/// The column is 2 dB louder, because lines damp high tones more.
const COLUMN_AMPLITUDE: f32 = 8_800.0;
const SAMPLE_RATE: f32 = 8_000.0;

/// The tone pair of one key, sample after sample without a break.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TonePair {
    row: Oscillator,
    column: Oscillator,
}

impl TonePair {
    /// The tones of a key; none if it is no key.
    pub(crate) fn of(key: char) -> Option<Self> {
        let key = key.to_ascii_uppercase();
        let row = KEYPAD.iter().position(|keys| keys.contains(&key))?;
        let column = KEYPAD[row].iter().position(|known| *known == key)?;
        Some(Self {
            row: Oscillator::new(ROWS[row], ROW_AMPLITUDE),
            column: Oscillator::new(COLUMNS[column], COLUMN_AMPLITUDE),
        })
    }

    /// The next samples at 8 kHz.
    pub(crate) fn fill(&mut self, samples: &mut [i16]) {
        for sample in samples {
            *sample = (self.row.next() + self.column.next()) as i16;
        }
    }
}

/// A sine by the recurrence x(n+1) = 2cos(w)x(n) - x(n-1), exact enough for a second of tone.
#[derive(Clone, Copy, Debug)]
struct Oscillator {
    turn: f32,
    before: f32,
    value: f32,
}

impl Oscillator {
    fn new(hertz: f32, amplitude: f32) -> Self {
        let angle = hertz * std::f32::consts::TAU / SAMPLE_RATE;
        Self {
            turn: 2.0 * angle.cos(),
            before: -amplitude * angle.sin(),
            value: 0.0,
        }
    }

    fn next(&mut self) -> f32 {
        let value = self.value;
        self.value = self.turn * value - self.before;
        self.before = value;
        value
    }
}
