//! What ids are called: the names of an enterprise's agents, queues, flows and trunks.

use crate::{ApiError, State};
use model::{AgentId, EnterpriseId, FlowId, QueueId, TrunkId, UserId};
use serde::Serialize;
use std::collections::HashMap;
use std::fmt::Display;
use utoipa::ToSchema;

/// Something by its id, with the name that people know.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Named {
    /// Its id.
    #[schema(format = "uuid")]
    pub(crate) id: String,
    /// Its name; none when it is gone.
    pub(crate) name: Option<String>,
}

impl Named {
    /// What `id` names.
    pub(crate) fn new(id: impl Display, name: Option<String>) -> Self {
        Self {
            id: id.to_string(),
            name,
        }
    }
}

/// The names of everything that a call can meet in one enterprise.
#[derive(Default)]
pub(crate) struct Names {
    agents: HashMap<AgentId, String>,
    queues: HashMap<QueueId, String>,
    flows: HashMap<FlowId, String>,
    trunks: HashMap<TrunkId, String>,
    users: HashMap<UserId, String>,
}

impl Names {
    /// Reads those that a call in progress needs; asked for every second by every open console.
    pub(crate) async fn load_live(
        state: &State,
        enterprise: EnterpriseId,
    ) -> Result<Self, ApiError> {
        let agents = store::agents::list(&state.db, enterprise).await?;
        let queues = store::queues::list(&state.db, enterprise).await?;
        Ok(Self {
            agents: agents.into_iter().map(|a| (a.id, a.name)).collect(),
            queues: queues.into_iter().map(|q| (q.id, q.name)).collect(),
            ..Self::default()
        })
    }

    /// Reads them all.
    pub(crate) async fn load(state: &State, enterprise: EnterpriseId) -> Result<Self, ApiError> {
        let flows = store::flows::list(&state.db, enterprise).await?;
        let trunks = store::trunks::names(&state.db, enterprise).await?;
        let users = store::users::list(&state.db, enterprise).await?;
        Ok(Self {
            users: users.into_iter().map(|u| (u.id, u.name)).collect(),
            flows: flows.into_iter().map(|f| (f.id, f.name)).collect(),
            trunks: trunks.into_iter().collect(),
            ..Self::load_live(state, enterprise).await?
        })
    }

    /// An agent.
    pub(crate) fn agent(&self, id: AgentId) -> Named {
        Named::new(id, self.agents.get(&id).cloned())
    }

    /// A queue.
    pub(crate) fn queue(&self, id: QueueId) -> Named {
        Named::new(id, self.queues.get(&id).cloned())
    }

    /// A flow.
    pub(crate) fn flow(&self, id: FlowId) -> Named {
        Named::new(id, self.flows.get(&id).cloned())
    }

    /// A person who signs in.
    pub(crate) fn user(&self, id: UserId) -> Named {
        Named::new(id, self.users.get(&id).cloned())
    }

    /// A trunk.
    pub(crate) fn trunk(&self, id: TrunkId) -> Named {
        Named::new(id, self.trunks.get(&id).cloned())
    }
}
