//! What ids are called while a line is written: a name in the log stays what it was on that day.

use crate::Error;
use crate::column::word;
use crate::statement::{On, sql};
use model::{AgentId, FlowId, QueueId, TrunkId};

/// What a line of the log can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thing {
    /// An agent.
    Agent(AgentId),
    /// A flow.
    Flow(FlowId),
    /// A queue.
    Queue(QueueId),
    /// A trunk.
    Trunk(TrunkId),
}

impl Thing {
    /// Its id, as the log shows it.
    pub(crate) fn id(self) -> String {
        match self {
            Self::Agent(id) => word(&id),
            Self::Flow(id) => word(&id),
            Self::Queue(id) => word(&id),
            Self::Trunk(id) => word(&id),
        }
    }
}

/// What a thing is called at this moment; none where there is no such thing.
///
/// # Errors
/// [`Error::Unreachable`], [`Error::Database`].
#[expect(
    private_bounds,
    reason = "what a statement runs on is the affair of this crate"
)]
pub async fn name_of(on: impl Into<On<'_>>, thing: Thing) -> Result<Option<String>, Error> {
    let question = match thing {
        Thing::Agent(_) => sql!(
            "SELECT users.name
             FROM agents
             JOIN users ON users.id = agents.user_id
             WHERE agents.id = $1"
        ),
        Thing::Flow(_) => sql!("SELECT name FROM flows WHERE id = $1"),
        Thing::Queue(_) => sql!("SELECT name FROM queues WHERE id = $1"),
        Thing::Trunk(_) => sql!("SELECT name FROM trunks WHERE id = $1"),
    };
    let row: Option<(String,)> = question.bind(thing.id()).optional(on).await?;
    Ok(row.map(|(name,)| name))
}
