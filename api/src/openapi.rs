//! The head of the specification: title, tags, and how to prove who you are.

use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

/// What the routes are added to.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Trunkline",
        description = "The API of the Trunkline contact centre. Lists answer \
            `{\"items\", \"next_cursor\"}`; errors are RFC 9457 problems with a stable `code`.",
        license(name = "Apache-2.0 OR MIT", identifier = "Apache-2.0 OR MIT"),
    ),
    tags(
        (name = "sessions", description = "Signing in and out"),
        (name = "call-records", description = "Calls as people look them up afterwards"),
        (name = "calls", description = "Calls in progress"),
        (name = "agents", description = "Who takes calls, and their states"),
        (name = "queues", description = "Where calls wait"),
        (name = "trunks", description = "SIP trunks"),
        (name = "trunk-numbers", description = "Numbers reached through trunks"),
        (name = "time-schemes", description = "When somebody is there"),
        (name = "sounds", description = "Recordings that flows play"),
        (name = "speech-engines", description = "What speaks the texts of flows"),
        (name = "flows", description = "IVR flows"),
        (name = "operation", description = "Probes, metrics and this specification"),
    ),
    security(("bearer" = []), ("cookie" = [])),
    components(schemas(crate::call_records::range::QuickRange)),
    modifiers(&Security),
)]
pub(crate) struct Head;

struct Security;

impl Modify for Security {
    fn modify(&self, document: &mut Document) {
        let components = document.components.get_or_insert_default();
        components.add_security_scheme(
            "bearer",
            SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build()),
        );
        components.add_security_scheme(
            "cookie",
            SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(crate::auth::COOKIE))),
        );
    }
}
