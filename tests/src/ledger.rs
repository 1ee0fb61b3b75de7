//! The server's journal and disk in memory: what is left of it when the process is killed.

use call::Output;
use media::RecordingKey;
use media::wav::FileCodec;
use model::{CallFact, CallId, Event, Fact};
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

/// The journal.
#[derive(Debug, Default)]
pub struct Journal {
    /// All facts in order.
    pub facts: Vec<Fact>,
    /// The saved states.
    pub saved: BTreeMap<Vec<u8>, Vec<u8>>,
    /// When it was last written.
    pub last_at: Duration,
    /// How often it was written.
    pub writes: u64,
}

impl Journal {
    /// Writes the facts and states of a step at once; false when the step has none.
    pub fn write(&mut self, now: Duration, outputs: &[Output]) -> bool {
        let mut entries = 0;
        for output in outputs {
            match output {
                Output::Fact(fact) => self.facts.push(fact.clone()),
                Output::Save { key, state } => {
                    self.saved.insert(key.to_bytes(), state.clone());
                }
                Output::Forget(key) => {
                    self.saved.remove(&key.to_bytes());
                }
                _ => continue,
            }
            entries += 1;
        }
        if entries > 0 {
            self.writes += 1;
            self.last_at = now;
        }
        entries > 0
    }

    /// The facts of each call.
    pub fn calls(&self) -> BTreeMap<CallId, Vec<(Duration, CallFact)>> {
        let mut calls = BTreeMap::<_, Vec<_>>::new();
        for fact in &self.facts {
            if let Event::Call { call, fact: said } = &fact.event {
                let at = Duration::from_millis(fact.at.as_millis() as u64);
                calls.entry(*call).or_default().push((at, said.clone()));
            }
        }
        calls
    }
}

/// A recording's file: stereo bytes, left and right by turns.
#[derive(Debug, Clone)]
pub struct File {
    /// Its codec.
    pub codec: FileCodec,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Whether it was completed.
    pub complete: bool,
}

impl File {
    /// Samples a channel.
    pub fn samples(&self) -> usize {
        self.bytes.len() / 2
    }

    /// One channel as samples, 0 the customer's.
    pub fn channel(&self, which: usize) -> Vec<i16> {
        let law = match self.codec {
            FileCodec::Pcmu => crate::tone::Law::Mu,
            FileCodec::Pcma => crate::tone::Law::A,
            FileCodec::Pcm16 => panic!("phones of this world speak G.711"),
        };
        let bytes = self.bytes.iter().skip(which).step_by(2);
        bytes.map(|byte| law.decode(*byte)).collect()
    }

    fn resize(&mut self, bytes: usize) {
        self.bytes.resize(bytes, self.codec.silence());
    }
}

/// The recordings on disk, by path.
#[derive(Debug, Default)]
pub struct Disk {
    /// The files.
    pub files: BTreeMap<String, File>,
    open: HashMap<RecordingKey, String>,
}

impl Disk {
    /// Begins a file or goes on with it.
    pub fn open(&mut self, key: RecordingKey, path: &str, codec: FileCodec, resume: bool) {
        self.open.insert(key, path.to_owned());
        let fresh = File {
            codec,
            bytes: Vec::new(),
            complete: false,
        };
        if !resume {
            assert!(!self.files.contains_key(path), "{path} exists already");
        }
        self.files.entry(path.to_owned()).or_insert(fresh);
    }

    /// Writes a block; what lies before it and was never written is silence.
    pub fn write(&mut self, block: media::Block<'_>) {
        let path = self.open.get(&block.recording).expect("the file is open");
        let file = self.files.get_mut(path).expect("the file exists");
        let start = block.offset as usize;
        let end = start + block.bytes.len();
        if file.bytes.len() < end {
            file.resize(end);
        }
        file.bytes[start..end].copy_from_slice(block.bytes);
    }

    /// Completes a file; gives its size.
    pub fn close(&mut self, key: RecordingKey, samples: u64) -> u64 {
        let path = self.open.remove(&key).expect("the file is open");
        let file = self.files.get_mut(&path).expect("the file exists");
        file.resize(samples as usize * 2);
        file.complete = true;
        file.bytes.len() as u64 + 58
    }

    /// Completes what a killed process left; gives samples and size, none when there is nothing.
    pub fn recover(&mut self, path: &str, samples: u64) -> Option<(u64, u64)> {
        let file = self.files.get_mut(path)?;
        if !file.complete {
            let bytes = file.bytes.len().max(samples as usize * 2);
            file.resize(bytes);
        }
        file.complete = true;
        Some((file.samples() as u64, file.bytes.len() as u64 + 58))
    }

    /// The process is gone: nothing is open.
    pub fn forget_open(&mut self) {
        self.open.clear();
    }
}
