//! The signed-in person and their enterprise, as the API writes them.

use crate::vocabulary::Role;
use model::{Enterprise, User};
use serde::Serialize;
use utoipa::ToSchema;

/// A person.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = User)]
pub(crate) struct UserView {
    /// Their id.
    #[schema(format = "uuid")]
    id: String,
    /// With what they sign in.
    email: String,
    /// How they are shown.
    name: String,
    /// What they may do.
    role: Role,
    /// The agent they are, if they take calls.
    #[schema(format = "uuid")]
    agent: Option<String>,
    /// The work number, if they take calls.
    extension: Option<String>,
}

/// An enterprise.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Enterprise)]
pub(crate) struct EnterpriseView {
    /// Its id.
    #[schema(format = "uuid")]
    id: String,
    /// Its short name.
    name: String,
    /// IANA zone of its days and hours.
    time_zone: String,
    /// Its default language.
    language: String,
    /// Its country, whose tones its callers hear (ISO 3166-1 alpha-2).
    region: String,
}

impl From<User> for UserView {
    fn from(user: User) -> Self {
        Self {
            id: user.id.to_string(),
            email: user.email,
            name: user.name,
            role: user.role.into(),
            agent: user.agent.map(|id| id.to_string()),
            extension: user.extension,
        }
    }
}

impl From<Enterprise> for EnterpriseView {
    fn from(enterprise: Enterprise) -> Self {
        Self {
            id: enterprise.id.to_string(),
            name: enterprise.name,
            time_zone: enterprise.time_zone,
            language: enterprise.language,
            region: enterprise.region.to_string(),
        }
    }
}
