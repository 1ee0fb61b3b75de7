//! Journal to SQL: follows the journal and applies its facts in batches.
//!
//! Calls never wait for this. A database that is slow or away leaves the facts in the journal,
//! where they wait to be applied.

use journal::Reader;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use store::{Db, projection};
use tokio::sync::{Notify, watch};

/// The name of this node's journal in the database.
pub(crate) const NODE: &str = "main";
/// Facts applied in one transaction at most.
const BATCH: usize = 4_000;
/// How long facts gather for a transaction, once one was applied and nobody asks for them: a
/// transaction costs as much as dozens of facts.
const GATHER: Duration = Duration::from_secs(1);
/// How long to wait before a failed batch is tried again.
const RETRY: Duration = Duration::from_secs(1);

/// What the ledger needs.
pub(crate) struct Ledger {
    /// Where facts go.
    pub(crate) db: Db,
    /// Where the journal is.
    pub(crate) journal: PathBuf,
    /// The sequence up to which facts are in the journal.
    pub(crate) written: watch::Receiver<u64>,
    /// The sequence up to which facts are in SQL, for others to read.
    pub(crate) applied: watch::Sender<u64>,
    /// Told by those who wait for facts that gather.
    pub(crate) hurry: Arc<Notify>,
}

impl Ledger {
    /// The door for those who read what it writes.
    pub(crate) fn door(&self) -> api::Ledger {
        api::Ledger {
            written: self.written.clone(),
            applied: self.applied.subscribe(),
            hurry: Arc::clone(&self.hurry),
        }
    }

    /// Applies facts until the engine is gone and everything is applied.
    pub(crate) async fn run(mut self) {
        let mut reader = loop {
            match self.open().await {
                Ok(reader) => break reader,
                Err(error) => self.rest(&error).await,
            }
        };
        loop {
            match self.step(&mut reader).await {
                Ok(0) => {
                    if self.written.changed().await.is_err() {
                        return;
                    }
                }
                Ok(BATCH..) => (),
                Ok(_) if self.written.has_changed().is_err() => (),
                Ok(_) => tokio::select! {
                    () = tokio::time::sleep(GATHER) => (),
                    () = self.hurry.notified() => (),
                },
                Err(error) => {
                    self.rest(&error).await;
                    if let Ok(again) = self.open().await {
                        reader = again;
                    }
                }
            }
        }
    }

    async fn open(&self) -> anyhow::Result<Reader> {
        projection::fill(&self.db).await?;
        let position = projection::position(&self.db, NODE).await?;
        self.applied.send_replace(position);
        Ok(Reader::open(&self.journal, position)?)
    }

    async fn step(&mut self, reader: &mut Reader) -> anyhow::Result<usize> {
        self.written.mark_unchanged();
        let batch = reader.next_batch(BATCH)?;
        if !batch.is_empty() {
            let applied = projection::apply(&self.db, NODE, &batch).await?;
            metrics::counter!("trunkline_facts_applied_total").increment(applied.fresh as u64);
        }
        // Saved states are passed over: what is behind the last fact is applied, too.
        self.applied.send_replace(reader.position());
        Ok(batch.len())
    }

    async fn rest(&self, error: &anyhow::Error) {
        tracing::error!(error = %format!("{error:#}"), "facts wait in the journal");
        metrics::counter!("trunkline_facts_apply_failures_total").increment(1);
        tokio::time::sleep(RETRY).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use journal::{Entry, Journal, Options};
    use model::{AgentFact, AgentId, EnterpriseId, Event, Fact, FactId, StatusActor, Timestamp};

    /// Whoever waits for what has happened waits for the last record, whatever it is.
    #[tokio::test]
    async fn what_is_written_behind_the_last_fact_counts_as_applied() {
        let folder = tempfile::tempdir().unwrap();
        let db = store::test::sqlite().await;
        let (mut journal, _) = Journal::open(folder.path(), Options::default()).unwrap();
        let at = Timestamp::from_millis(1);
        let fact = Fact {
            id: FactId::new(at, [1; 10]),
            at,
            enterprise: EnterpriseId::new(at, [2; 10]),
            event: Event::Agent {
                agent: AgentId::new(at, [3; 10]),
                fact: AgentFact::SignedOut {
                    actor: StatusActor::Agent,
                },
            },
        };
        let saved = Entry::Save {
            key: b"call",
            state: b"as it is",
        };
        let entries = [Entry::Fact(&fact), saved, Entry::Heartbeat];
        let last = journal.append(Duration::ZERO, &entries).unwrap();
        let (_writer, written) = watch::channel(last);
        let ledger = Ledger {
            db: db.clone(),
            journal: folder.path().to_owned(),
            written,
            applied: watch::Sender::new(0),
            hurry: Arc::default(),
        };
        let mut applied = ledger.applied.subscribe();
        let running = tokio::spawn(ledger.run());

        applied.wait_for(|applied| *applied == last).await.unwrap();
        assert_eq!(projection::position(&db, NODE).await.unwrap(), last - 2);
        running.abort();
    }
}
