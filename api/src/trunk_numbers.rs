//! Numbers reached through trunks (中继号码).

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod list;
pub(crate) mod update;

use crate::State;

use crate::ApiError;
use crate::etag;
use crate::names::{Named, Names};
use axum::Json;
use axum::http::{HeaderName, header};
use model::{
    Destination, EnterpriseId, FlowId, PhoneNumber, QueueId, TrunkId, TrunkNumber, TrunkNumberId,
};
use serde::{Deserialize, Serialize};
use store::trunk_numbers::Stored;
use utoipa::ToSchema;

/// A number reached through a trunk.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TrunkNumber)]
pub(crate) struct View {
    /// Its id.
    #[schema(format = "uuid")]
    id: String,
    /// The number.
    number: String,
    /// The trunk it is reached through.
    trunk: Named,
    /// Where its calls go.
    destination: DestinationView,
    /// Whether its calls are recorded from the answer on.
    recorded: bool,
    /// Counts its changes; `If-Match` names the one that was seen.
    version: i64,
}

/// Where the calls of a number go.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "to", rename_all = "snake_case")]
#[schema(as = Destination)]
pub(crate) enum DestinationView {
    /// Into a flow.
    Flow { flow: Named },
    /// Straight into a queue.
    Queue { queue: Named },
}

impl View {
    fn new(stored: Stored, names: &Names) -> Self {
        let number = stored.number;
        Self {
            version: stored.version,
            id: number.id.to_string(),
            number: number.number.into(),
            trunk: names.trunk(number.trunk),
            destination: match number.destination {
                Destination::Flow(id) => DestinationView::Flow {
                    flow: names.flow(id),
                },
                Destination::Queue(id) => DestinationView::Queue {
                    queue: names.queue(id),
                },
            },
            recorded: number.recorded,
        }
    }
}

/// A number as it is asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TrunkNumberRequest)]
pub(crate) struct Request {
    /// The number.
    #[schema(value_type = String)]
    number: PhoneNumber,
    /// The trunk it is reached through.
    #[schema(value_type = String, format = "uuid")]
    trunk: TrunkId,
    /// Where its calls go.
    destination: Target,
    /// Whether its calls are recorded from the answer on.
    #[serde(default)]
    recorded: bool,
}

/// Where the calls of a number are to go.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "to", rename_all = "snake_case")]
#[schema(as = DestinationRequest)]
enum Target {
    /// Into a flow.
    Flow {
        /// The flow.
        #[schema(value_type = String, format = "uuid")]
        flow: FlowId,
    },
    /// Straight into a queue.
    Queue {
        /// The queue.
        #[schema(value_type = String, format = "uuid")]
        queue: QueueId,
    },
}

impl Request {
    fn into_number(self, id: TrunkNumberId, enterprise: EnterpriseId) -> TrunkNumber {
        TrunkNumber {
            id,
            enterprise,
            trunk: self.trunk,
            number: self.number,
            destination: match self.destination {
                Target::Flow { flow } => Destination::Flow(flow),
                Target::Queue { queue } => Destination::Queue(queue),
            },
            recorded: self.recorded,
        }
    }
}

/// Says of a trunk, flow or queue that is not there where it was named.
fn naming_part(error: store::Error) -> ApiError {
    let store::Error::NotFound(part @ ("trunk" | "flow" | "queue")) = error else {
        return error.into();
    };
    let pointer = match part {
        "trunk" => "/trunk".to_owned(),
        part => format!("/destination/{part}"),
    };
    ApiError::invalid(pointer, format!("there is no such {part}"))
}

/// The number as it is in force, with its version as the tag that `If-Match` takes.
async fn applied(
    state: &State,
    stored: Stored,
) -> Result<([(HeaderName, String); 1], Json<View>), ApiError> {
    state.configuration.apply().await?;
    let names = Names::load(state, stored.number.enterprise).await?;
    let tag = [(header::ETAG, etag::of(stored.version))];
    Ok((tag, Json(View::new(stored, &names))))
}
