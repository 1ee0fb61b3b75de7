//! A bounded run of a fuzz target on a stable compiler: the corpus, and seeded mutations of it that
//! know what lines, headers and parameters are.
//!
//! `TRUNKLINE_FUZZ_SECONDS` makes a run about that many times longer; `TRUNKLINE_FUZZ_SEED` repeats
//! the input that a failure names.

#[path = "tokens.rs"]
mod tokens;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use tokens::TOKENS;

/// Longest input; a datagram cannot be longer.
const LENGTH: usize = 65_535;

/// Runs `target` on its corpus and on `inputs` mutations a round.
pub(crate) fn run(name: &str, inputs: u64, target: fn(&[u8])) {
    let corpus = corpus(name);
    assert!(!corpus.is_empty(), "fuzz/corpus/{name} is empty");
    for (file, input) in &corpus {
        checked(target, input, &format!("fuzz/corpus/{name}/{file}"));
    }
    let samples: Vec<&[u8]> = corpus.iter().map(|(_, input)| input.as_slice()).collect();
    let seeds = match number("TRUNKLINE_FUZZ_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..inputs * number("TRUNKLINE_FUZZ_SECONDS").unwrap_or(1).max(1),
    };
    for seed in seeds {
        let mut mutation = Mutation {
            random: ChaCha12Rng::seed_from_u64(seed),
            samples: &samples,
        };
        let input = mutation.input();
        checked(target, &input, &format!("TRUNKLINE_FUZZ_SEED={seed}"));
    }
}

fn checked(target: fn(&[u8]), input: &[u8], origin: &str) {
    let outcome = catch_unwind(AssertUnwindSafe(|| target(input)));
    if let Err(panic) = outcome {
        let shown = String::from_utf8_lossy(input);
        eprintln!(
            "{origin} fails with {:?}",
            shown.get(..4_000).unwrap_or(&shown)
        );
        resume_unwind(panic);
    }
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

fn corpus(name: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../fuzz/corpus")
        .join(name);
    let mut found: Vec<_> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| {
            let path = entry.expect("a readable folder").path();
            let file = path.file_name().expect("a file's name").to_string_lossy();
            (file.into_owned(), fs::read(&path).expect("a readable file"))
        })
        .collect();
    found.sort();
    found
}

struct Mutation<'a> {
    random: ChaCha12Rng,
    samples: &'a [&'a [u8]],
}

impl Mutation<'_> {
    fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound.max(1)).unwrap_or(u64::MAX);
        usize::try_from(self.random.next_u64() % bound).unwrap_or_default()
    }

    fn sample(&mut self) -> Vec<u8> {
        let chosen = self.below(self.samples.len());
        self.samples[chosen].to_vec()
    }

    fn token(&mut self) -> &'static [u8] {
        TOKENS[self.below(TOKENS.len())]
    }

    fn input(&mut self) -> Vec<u8> {
        let mut input = self.sample();
        for _ in 0..=self.below(5) {
            match self.below(3) {
                0 => self.change_bytes(&mut input),
                1 => self.change_lines(&mut input),
                _ => self.change_values(&mut input),
            }
        }
        input.truncate(LENGTH);
        input
    }

    fn change_bytes(&mut self, input: &mut Vec<u8>) {
        let at = self.below(input.len() + 1);
        let end = (at + self.below(24)).min(input.len());
        match self.below(6) {
            0 => drop(input.splice(at..at, self.token().iter().copied())),
            1 => drop(input.splice(at..end, self.token().iter().copied())),
            2 => drop(input.drain(at..end)),
            3 => input.truncate(at),
            4 => {
                let times = self.below(300);
                let piece = self.token().repeat(times);
                drop(input.splice(at..at, piece));
            }
            _ => {
                let byte = u8::try_from(self.below(256)).unwrap_or_default();
                if let Some(place) = input.get_mut(at) {
                    *place = byte;
                }
            }
        }
    }

    /// Lines go, come twice, change places, or come from another sample.
    fn change_lines(&mut self, input: &mut Vec<u8>) {
        let mut lines: Vec<Vec<u8>> = lines(input);
        let other = lines_of_another(self);
        let (from, to) = (self.below(lines.len()), self.below(lines.len() + 1));
        match self.below(5) {
            0 => drop(lines.remove(from)),
            1 => lines.insert(to, lines[from].clone()),
            2 => {
                let moved = lines.remove(from);
                lines.insert(to.min(lines.len()), moved);
            }
            3 => lines.insert(to, other),
            _ => {
                let times = self.below(200);
                let line = lines[from].clone();
                lines.splice(to..to, std::iter::repeat_n(line, times));
            }
        }
        *input = lines.concat();
    }

    /// What stands between two separators is replaced, dropped or made long.
    fn change_values(&mut self, input: &mut Vec<u8>) {
        let is_separator = |byte: &u8| b" ;:,=<>@\"\r\n".contains(byte);
        let begin = self.below(input.len() + 1);
        let begin = input[begin..]
            .iter()
            .position(is_separator)
            .map_or(input.len(), |found| begin + found + 1);
        let end = input
            .get(begin..)
            .and_then(|rest| rest.iter().position(is_separator));
        let end = end.map_or(input.len(), |found| begin + found);
        let begin = begin.min(end);
        let piece = match self.below(4) {
            0 => Vec::new(),
            1 => self.token().to_vec(),
            2 => input[begin..end].repeat(2 + self.below(40)),
            _ => {
                let value = self.random.next_u64() >> self.below(64);
                value.to_string().into_bytes()
            }
        };
        drop(input.splice(begin..end, piece));
    }
}

/// The lines with their ends; at least one.
fn lines(input: &[u8]) -> Vec<Vec<u8>> {
    let found: Vec<Vec<u8>> = input
        .split_inclusive(|byte| *byte == b'\n')
        .map(<[u8]>::to_vec)
        .collect();
    if found.is_empty() {
        vec![Vec::new()]
    } else {
        found
    }
}

fn lines_of_another(mutation: &mut Mutation<'_>) -> Vec<u8> {
    let mut found = lines(&mutation.sample());
    let chosen = mutation.below(found.len());
    found.swap_remove(chosen)
}
