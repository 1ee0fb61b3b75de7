//! What flows ask other systems: one task for each question, so that the engine waits for none.

use crate::client::{self, Asked, Client, Method};
use call::{AskRequest, Input};
use ivr::Request;
use ivr::limits::ANSWER_BYTES;
use ivr::node::Answer;
use net::Waker;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, mpsc};

/// Questions that are under way at once; others wait, at most as long as one attempt of theirs.
const UNDER_WAY: usize = 256;
/// Answers that may wait for the engine.
const ANSWERS: usize = 1_024;
/// The pause before the first repetition; each further one is twice as long.
const PAUSE: Duration = Duration::from_millis(200);

/// The engine's side of all questions. A call asks one at a time, so that there are never more than
/// calls.
pub(crate) struct Questions {
    runtime: Handle,
    asker: Arc<Asker>,
    answers: mpsc::Receiver<Input>,
    tell: mpsc::Sender<Input>,
    waker: Waker,
}

struct Asker {
    client: Client,
    room: Semaphore,
}

impl Questions {
    /// No questions; called within the runtime. Named hosts may be in private networks and without
    /// TLS.
    ///
    /// # Errors
    /// Roots that cannot be read.
    pub(crate) fn new(
        named_hosts: Vec<String>,
        roots: Option<&net::tls::File>,
        waker: Waker,
    ) -> anyhow::Result<Self> {
        let (tell, answers) = mpsc::channel(ANSWERS);
        Ok(Self {
            runtime: Handle::current(),
            asker: Arc::new(Asker {
                client: Client::new(named_hosts, roots)?,
                room: Semaphore::new(UNDER_WAY),
            }),
            answers,
            tell,
            waker,
        })
    }

    /// Asks; the answer comes by [`Self::answer`].
    pub(crate) fn ask(&self, ask: AskRequest) {
        let (asker, tell, waker) = (
            Arc::clone(&self.asker),
            self.tell.clone(),
            self.waker.clone(),
        );
        self.runtime.spawn(async move {
            let answer = asker.ask(&ask).await;
            metrics::counter!("trunkline_flow_questions_total", "outcome" => outcome(&answer))
                .increment(1);
            let input = Input::Answered {
                call: ask.call,
                number: ask.request.number,
                answer,
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

impl Asker {
    async fn ask(&self, ask: &AskRequest) -> Answer {
        let request = &ask.request;
        let Ok(Ok(_room)) = tokio::time::timeout(request.timeout, self.room.acquire()).await else {
            return Answer::TimedOut;
        };
        let key = format!("{}-{}", ask.call, request.number);
        let mut pause = PAUSE;
        let mut answer = self.attempt(ask, &key).await;
        for _ in 0..request.retries {
            if !is_worth_repeating(&answer) {
                break;
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
            answer = self.attempt(ask, &key).await;
        }
        match answer {
            Ok(answer) => answer,
            Err(refusal) => Answer::Failed(refusal.reason),
        }
    }

    async fn attempt(&self, ask: &AskRequest, key: &str) -> Result<Answer, client::Refusal> {
        let attempt = self.client.send(asked(&ask.request, key), ANSWER_BYTES);
        let attempt = tokio::time::timeout(ask.request.timeout, attempt).await;
        let Ok(answered) = attempt else {
            return Ok(Answer::TimedOut);
        };
        let (status, body) = answered?;
        let body =
            String::from_utf8(body).map_err(|_| client::refused("the answer is not UTF-8"))?;
        Ok(Answer::Answered { status, body })
    }
}

/// The request on the wire; those that repeat it have the same key.
fn asked(request: &Request, key: &str) -> Asked {
    let headers = request.headers.iter();
    let mut headers: Vec<_> = headers
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    headers.push(("accept".to_owned(), "application/json".to_owned()));
    headers.push(("idempotency-key".to_owned(), key.to_owned()));
    if request.json.is_some() {
        headers.push(("content-type".to_owned(), "application/json".to_owned()));
    }
    Asked {
        method: method(request.method),
        url: request.url.clone(),
        headers,
        body: request.json.clone(),
    }
}

fn method(method: ivr::node::Method) -> Method {
    match method {
        ivr::node::Method::Get => Method::GET,
        ivr::node::Method::Post => Method::POST,
        ivr::node::Method::Put => Method::PUT,
        ivr::node::Method::Patch => Method::PATCH,
        ivr::node::Method::Delete => Method::DELETE,
    }
}

fn is_worth_repeating(answer: &Result<Answer, client::Refusal>) -> bool {
    match answer {
        Ok(Answer::Answered { status, .. }) => *status >= 500,
        Ok(Answer::TimedOut) => true,
        Ok(Answer::Failed(_)) => false,
        Err(refusal) => refusal.may_pass,
    }
}

fn outcome(answer: &Answer) -> &'static str {
    match answer {
        Answer::Answered { status, .. } if (200..300).contains(status) => "ok",
        Answer::Answered { .. } => "failed",
        Answer::TimedOut => "timeout",
        Answer::Failed(_) => "error",
    }
}

#[cfg(test)]
mod tests;
