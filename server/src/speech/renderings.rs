//! What calls wait for: one task for each, so that the engine waits for none.

use super::Speech;
use call::{Input, RenderRequest};
use futures_util::future::join_all;
use net::Waker;
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::sync::mpsc;

/// Answers that may wait for the engine.
const ANSWERS: usize = 1_024;

/// The live engine's side of all that is spoken for calls. A call wants one thing at a time, so that
/// there are never more than calls.
pub(crate) struct Renderings {
    runtime: Handle,
    speech: Arc<Speech>,
    answers: mpsc::Receiver<Input>,
    tell: mpsc::Sender<Input>,
    waker: Waker,
}

impl Renderings {
    /// Nothing is wanted yet; called within the runtime.
    pub(crate) fn new(speech: Arc<Speech>, waker: Waker) -> Self {
        let (tell, answers) = mpsc::channel(ANSWERS);
        Self {
            runtime: Handle::current(),
            speech,
            answers,
            tell,
            waker,
        }
    }

    /// Has engines speak; the answer comes by [`Self::answer`].
    pub(crate) fn ask(&self, asked: RenderRequest) {
        let (speech, tell, waker) = (
            Arc::clone(&self.speech),
            self.tell.clone(),
            self.waker.clone(),
        );
        self.runtime.spawn(async move {
            let spoken = asked.utterances.iter().map(|it| speech.speak_now(it));
            let input = Input::Rendered {
                call: asked.call,
                number: asked.number,
                spoken: join_all(spoken).await,
            };
            // An engine that is gone needs no answer.
            if tell.send(input).await.is_ok() {
                waker.wake();
            }
        });
    }

    /// The next answer.
    pub(crate) fn answer(&mut self) -> Option<Input> {
        self.answers.try_recv().ok()
    }
}
