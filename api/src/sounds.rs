//! Sounds (语音文件): recordings of the enterprise's own that flows play by name.

pub(crate) mod audio;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod list;
pub(crate) mod replace;
mod upload;
mod uses;

use crate::names::{Named, Names};
use crate::time::At;
use crate::{ApiError, State, etag};
use axum::Json;
use axum::http::{HeaderName, header};
use serde::Serialize;
use store::sounds::Stored;
use uses::Uses;
use utoipa::ToSchema;

/// A recording that flows play.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Sound)]
pub(crate) struct View {
    /// Its id.
    #[schema(format = "uuid")]
    id: String,
    /// Its name, by which flows know it.
    name: String,
    /// How long it is.
    length_ms: u64,
    /// The flows that play it, or whose drafts do.
    used_by: Vec<String>,
    /// When it was made.
    created_at: At,
    /// Who made it.
    created_by: Named,
    /// When its audio came.
    changed_at: At,
    /// Who sent it.
    changed_by: Named,
    /// Counts its changes; `If-Match` names the one that was seen.
    version: i64,
}

impl View {
    fn new(stored: Stored, uses: &Uses, names: &Names) -> Self {
        let (created_at, created_by) = stored.created;
        let (changed_at, changed_by) = stored.changed;
        let length = stored.sound.length.as_millis();
        Self {
            id: stored.sound.id.to_string(),
            length_ms: u64::try_from(length).unwrap_or(u64::MAX),
            used_by: uses.of(&stored.sound.name),
            name: stored.sound.name,
            created_at: At(created_at),
            created_by: names.user(created_by),
            changed_at: At(changed_at),
            changed_by: names.user(changed_by),
            version: stored.version,
        }
    }
}

/// The sound as it is in force, with its version as the tag that `If-Match` takes.
async fn applied(
    state: &State,
    stored: Stored,
) -> Result<([(HeaderName, String); 1], Json<View>), ApiError> {
    state.configuration.apply().await?;
    let enterprise = stored.sound.enterprise;
    let uses = Uses::load(state, enterprise).await?;
    let names = Names::load(state, enterprise).await?;
    let tag = [(header::ETAG, etag::of(stored.version))];
    Ok((tag, Json(View::new(stored, &uses, &names))))
}
