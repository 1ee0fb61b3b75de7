//! SIP trunks (中继): their settings, and how they are doing.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod list;
pub(crate) mod settings;
pub(crate) mod show;
pub(crate) mod status;
pub(crate) mod strangers;
pub(crate) mod update;

use crate::etag;
use axum::Json;
use axum::http::{HeaderName, header};
use call::LiveView;
use serde::Serialize;
use settings::Settings;
use status::Status;
use store::trunks::Stored;
use utoipa::ToSchema;

/// A SIP trunk.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Trunk)]
pub(crate) struct View {
    /// Its id.
    #[schema(format = "uuid")]
    id: String,
    /// Counts its changes; `If-Match` names the one that was seen.
    version: i64,
    /// Everything that can be set; passwords are left out.
    settings: Settings,
    /// Whether a password is stored that the key in force does not open: it must be given anew.
    password_lost: bool,
    /// How it is doing; none while it is disabled.
    status: Option<Status>,
}

impl View {
    fn new(stored: &Stored, live: &LiveView) -> Self {
        let trunk = &stored.trunk;
        let status = live.trunks.iter().find(|it| it.id == trunk.id);
        Self {
            id: trunk.id.to_string(),
            version: stored.version,
            settings: Settings::from(trunk),
            password_lost: stored.lost_credentials.is_some(),
            status: status.map(Status::from),
        }
    }

    /// The trunk with its version as the tag that `If-Match` takes.
    fn tagged(self) -> ([(HeaderName, String); 1], Json<Self>) {
        ([(header::ETAG, etag::of(self.version))], Json(self))
    }
}
