//! The audio that calls hear, by name.

use ivr::{Clip, Locale};
use media::detect::announcement::Announcements;
use media::{Prompt, Segment};
use std::collections::HashMap;
use std::sync::Arc;

/// All clips in memory, ready to be sent.
#[derive(Debug)]
pub struct Library {
    clips: HashMap<(Locale, String), Arc<Prompt>>,
    music: Arc<Prompt>,
    announcements: Arc<Announcements>,
}

impl Library {
    /// A library of named clips, and the music that waiting callers hear.
    pub fn new(clips: HashMap<(Locale, String), Arc<Prompt>>, music: Arc<Prompt>) -> Self {
        Self {
            clips,
            music,
            announcements: Arc::default(),
        }
    }

    /// The same with the announcements of networks that are recognised.
    #[must_use]
    pub fn recognising(mut self, announcements: Announcements) -> Self {
        self.announcements = Arc::new(announcements);
        self
    }

    /// The announcements of networks that are recognised.
    pub(crate) fn announcements(&self) -> &Arc<Announcements> {
        &self.announcements
    }

    /// What a caller waiting in a queue, or on hold, hears over and over.
    pub(crate) fn music(&self) -> Vec<Segment> {
        vec![Segment::Audio(Arc::clone(&self.music))]
    }

    /// The audio of a sequence of clips and pauses, what is not ours of it by `own`; what is not there
    /// is left out and counted in the second value.
    pub(crate) fn segments<'a>(
        &'a self,
        clips: &[Clip],
        own: impl Fn(&Clip) -> Option<&'a Arc<Prompt>>,
    ) -> (Vec<Segment>, usize) {
        let audio = |prompt: &Arc<Prompt>| Segment::Audio(Arc::clone(prompt));
        let mut missing = 0;
        let segments = clips
            .iter()
            .filter_map(|clip| match clip {
                Clip::Pause(length) => Some(Segment::Silence(*length)),
                Clip::Unit { locale, name } => {
                    let prompt = self.clips.get(&(*locale, name.clone()));
                    missing += usize::from(prompt.is_none());
                    prompt.map(audio)
                }
                Clip::Sound { .. } | Clip::Spoken(_) => {
                    let prompt = own(clip);
                    missing += usize::from(prompt.is_none());
                    prompt.map(audio)
                }
            })
            .collect();
        (segments, missing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn sounds_are_asked_for_by_name_and_what_is_not_there_is_counted() {
        let prompt = |byte| Arc::new(Prompt::from_mulaw(vec![byte; 160].into()));
        let library = Library::new(HashMap::new(), prompt(1));
        let spring = prompt(2);
        let clips = [
            Clip::Sound {
                name: "spring".to_owned(),
            },
            Clip::Pause(Duration::from_millis(200)),
            Clip::Sound {
                name: "gone".to_owned(),
            },
        ];
        let own = |clip: &Clip| (*clip == clips[0]).then_some(&spring);
        let (segments, missing) = library.segments(&clips, own);
        let [Segment::Audio(heard), Segment::Silence(_)] = &segments[..] else {
            panic!("{segments:?}");
        };
        assert!(Arc::ptr_eq(heard, &spring));
        assert_eq!(missing, 1);
    }
}
