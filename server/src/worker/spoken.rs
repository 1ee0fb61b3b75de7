//! The door of the API to the engines that speak.

use crate::speech::Speech;
use futures_util::FutureExt as _;
use ivr::Utterance;
use media::Law;
use std::sync::Arc;

pub(super) fn door(speech: &Arc<Speech>) -> api::Speech {
    let (engines, spoken, probed) = (Arc::clone(speech), Arc::clone(speech), Arc::clone(speech));
    api::Speech {
        engines: Arc::new(move || engines.engines()),
        speak: Arc::new(move |utterance: Utterance| {
            let speech = Arc::clone(&spoken);
            let speak = async move {
                let prompt = speech.speak(&utterance).await?;
                Ok(prompt.bytes(Law::Mu).to_vec())
            };
            speak.boxed()
        }),
        probe: Arc::new(move |speaker: Utterance| {
            let speech = Arc::clone(&probed);
            async move { speech.probe(&speaker).await }.boxed()
        }),
    }
}
