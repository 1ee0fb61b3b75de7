//! The built-in voices and music, read from the binary into memory.

use anyhow::{Context as _, anyhow};
use bytes::Bytes;
use call::Library;
use ivr::{PackManifest, Voices};
use media::Prompt;
use media::detect::announcement::Announcements;
use media::wav::{self, FileCodec};
use rust_embed::RustEmbed;
use std::collections::HashMap;
use std::sync::Arc;

#[derive(RustEmbed)]
#[folder = "../prompts"]
#[include = "*.toml"]
#[include = "*.wav"]
struct Packs;

/// The music of waiting callers.
const MUSIC: &str = "music/hold.wav";

/// Everything that can be heard.
pub(crate) struct Audio {
    /// What can be said, for checking flows.
    pub(crate) voices: Arc<Voices>,
    /// What is sent.
    pub(crate) library: Arc<Library>,
}

/// Loads all packs beside the announcements that are recognised.
///
/// # Errors
/// A pack that is not whole: a fault of the build.
pub(crate) fn load(announcements: Announcements) -> anyhow::Result<Audio> {
    let mut manifests = Vec::new();
    let mut clips = HashMap::new();
    for path in Packs::iter().filter(|path| path.ends_with("/pack.toml")) {
        let folder = path.trim_end_matches("pack.toml");
        let manifest = read_manifest(&path)?;
        for clip in &manifest.clips {
            let file = format!("{folder}{}", clip.file);
            let prompt = Arc::new(read_prompt(&file)?);
            clips.insert((manifest.locale, clip.name.clone()), prompt);
        }
        manifests.push(manifest);
    }
    let music = Arc::new(read_prompt(MUSIC)?);
    Ok(Audio {
        voices: Arc::new(Voices::from_manifests(&manifests)?),
        library: Arc::new(Library::new(clips, music).recognising(announcements)),
    })
}

fn read_manifest(path: &str) -> anyhow::Result<PackManifest> {
    let file = Packs::get(path).ok_or_else(|| anyhow!("{path} is not embedded"))?;
    let text = std::str::from_utf8(&file.data).with_context(|| format!("{path} is not UTF-8"))?;
    PackManifest::from_toml(text).with_context(|| path.to_owned())
}

fn read_prompt(path: &str) -> anyhow::Result<Prompt> {
    let file = Packs::get(path).ok_or_else(|| anyhow!("{path} is not embedded"))?;
    let layout = wav::parse(&file.data).with_context(|| path.to_owned())?;
    if (layout.codec, layout.channels, layout.sample_rate) != (FileCodec::Pcmu, 1, 8_000) {
        anyhow::bail!("{path} is not 8 kHz mono mu-law");
    }
    let start = usize::try_from(layout.data_offset)?;
    let samples = file.data.get(start..).unwrap_or_default();
    let length = layout
        .data_bytes
        .map_or(Ok(samples.len()), usize::try_from)?;
    let samples = &samples[..length.min(samples.len())];
    Ok(Prompt::from_mulaw(Bytes::copy_from_slice(samples)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_packs_are_whole_and_speak_both_languages() {
        let audio = load(Announcements::default()).unwrap();

        for locale in ["zh-CN", "en-US"] {
            let locale = locale.parse().unwrap();
            assert!(audio.voices.locales().any(|known| known == locale));
        }
    }
}
