//! The enterprises' own sounds in memory: each is read when it is new, and kept for as long as its
//! audio stays the same.

use call::Sounds;
use media::Prompt;
use model::{Sound, SoundId};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use store::Db;
use tokio::sync::Mutex;

/// The sounds that were read, with the digests of their audio. Bounded by the sounds that
/// enterprises may have.
#[derive(Default)]
pub(crate) struct Heard(Mutex<HashMap<SoundId, (String, Arc<Prompt>)>>);

impl Heard {
    /// The audio of all these sounds; what is not among them is forgotten.
    pub(crate) async fn of(&self, db: &Db, stored: &[Sound]) -> Result<Sounds, store::Error> {
        let mut known = self.0.lock().await;
        known.retain(|id, (sha256, _)| {
            let same = |sound: &Sound| sound.id == *id && sound.sha256 == *sha256;
            stored.iter().any(same)
        });
        let mut sounds = Sounds::new();
        for sound in stored {
            let prompt = match known.entry(sound.id) {
                Entry::Occupied(known) => Arc::clone(&known.get().1),
                Entry::Vacant(place) => {
                    let audio = match store::sounds::audio(db, sound.enterprise, sound.id).await {
                        // Somebody removes it at this moment, and has the settings read again.
                        Err(store::Error::NotFound(_)) => continue,
                        audio => audio?,
                    };
                    let prompt = Arc::new(Prompt::from_mulaw(audio.mulaw.into()));
                    let read = place.insert((audio.sha256, prompt));
                    Arc::clone(&read.1)
                }
            };
            let names = sounds.entry(sound.enterprise).or_default();
            names.insert(sound.name.clone(), prompt);
        }
        Ok(sounds)
    }
}

#[cfg(test)]
mod tests;
