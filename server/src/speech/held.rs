//! What flows say in every call: spoken when they were published, pinned in the cache, held in
//! memory as far as there is room.

use super::{Key, Speech, locked, off_thread};
use ivr::Utterance;
use media::Prompt;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// The most samples in memory; each takes two bytes. What goes beyond is read when it is wanted.
const SAMPLES: usize = 64 << 20;

/// Audio in memory.
#[derive(Default)]
pub(super) struct Held(HashMap<Key, Arc<Prompt>>);

impl Speech {
    /// The audio of these utterances, which are pinned from here on, and no others. What is missing
    /// is spoken meanwhile: a call that wants it earlier waits for it.
    pub(crate) async fn hold<'a>(
        self: &Arc<Self>,
        wanted: impl Iterator<Item = &'a Utterance>,
    ) -> HashMap<Utterance, Arc<Prompt>> {
        let wanted: HashMap<Key, &Utterance> = wanted
            .filter_map(|utterance| Some((self.key(utterance)?, utterance)))
            .collect();
        self.cache.pin(wanted.keys().copied().collect());
        let mut held = std::mem::take(&mut locked(&self.held).0);
        held.retain(|key, _| wanted.contains_key(key));
        let mut samples: usize = held.values().map(|prompt| prompt.len()).sum();
        let mut missing = Vec::new();
        for (key, utterance) in &wanted {
            if held.contains_key(key) || samples >= SAMPLES {
                continue;
            }
            let (cache, key) = (Arc::clone(&self.cache), *key);
            match off_thread(move || cache.get(key)).await {
                Ok(Some(mulaw)) => {
                    samples += mulaw.len();
                    held.insert(key, Arc::new(Prompt::from_mulaw(mulaw.into())));
                }
                Ok(None) => missing.push((*utterance).clone()),
                Err(error) => tracing::error!(error, "audio that flows need is not read"),
            }
        }
        let found = held.iter();
        let found = found.map(|(key, prompt)| (wanted[key].clone(), Arc::clone(prompt)));
        let found = found.collect();
        locked(&self.held).0 = held;
        self.mend(missing);
        found
    }

    fn key(&self, utterance: &Utterance) -> Option<Key> {
        let (speaker, voice) = self.speaker(utterance).ok()?;
        Some(Key::of(utterance, &voice.name, &speaker.settings.digest))
    }

    /// Has what is missing spoken, one after the other.
    fn mend(self: &Arc<Self>, missing: Vec<Utterance>) {
        if missing.is_empty() {
            return;
        }
        tracing::warn!(
            texts = missing.len(),
            "what flows say has to be spoken anew"
        );
        let ours = Arc::clone(self);
        tokio::spawn(async move {
            let mut tried = HashSet::new();
            for utterance in missing {
                // An engine that fails has said so.
                if tried.contains(&utterance.engine) {
                    continue;
                }
                if ours.speak(&utterance).await.is_err() {
                    tried.insert(utterance.engine);
                }
            }
        });
    }
}
