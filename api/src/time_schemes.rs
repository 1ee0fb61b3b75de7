//! Time schemes (时间方案): when somebody is there.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod list;
pub(crate) mod update;

use crate::error::FieldError;
use crate::vocabulary::Day;
use crate::{ApiError, State, etag};
use axum::Json;
use axum::http::{HeaderName, header};
use ivr::Document;
use jiff::civil::{Date, Time};
use model::{EnterpriseId, NamedTimeScheme, TimeScheme, TimeSchemeId};
use serde::{Deserialize, Serialize};
use store::time_schemes::Stored;
use utoipa::ToSchema;

/// Characters of a scheme's name.
const NAME_CHARS: usize = 64;

/// When somebody is there, in the enterprise's time zone.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TimeScheme)]
pub(crate) struct View {
    /// Its id.
    #[schema(format = "uuid")]
    id: String,
    #[serde(flatten)]
    settings: Request,
    /// The published flows that look at it.
    used_by: Vec<String>,
    /// Counts its changes; `If-Match` names the one that was seen.
    version: i64,
}

/// A time scheme as it is asked for.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TimeSchemeRequest)]
pub(crate) struct Request {
    /// Its name, by which flows know it.
    name: String,
    /// The hours of a week.
    hours: Vec<Hours>,
    /// Days on which nobody is there, whatever the week says (节假日).
    #[serde(default)]
    holidays: Vec<Holiday>,
    /// Days that are worked all the same (调休上班), even within holidays.
    #[serde(default)]
    workdays: Vec<Workday>,
}

/// A span of hours on days of the week.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OpeningHours)]
struct Hours {
    /// The days on which it begins.
    days: Vec<Day>,
    /// Its beginning.
    #[schema(value_type = String, example = "09:00")]
    from: Time,
    /// Its end; not after `from` means on the next day.
    #[schema(value_type = String, example = "18:00")]
    to: Time,
}

/// Days off.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Holiday {
    /// What is celebrated.
    name: String,
    /// The first day.
    #[schema(value_type = String, format = "date")]
    from: Date,
    /// The last day.
    #[schema(value_type = String, format = "date")]
    to: Date,
}

/// A day that is worked like another day of the week.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Workday {
    /// The day.
    #[schema(value_type = String, format = "date")]
    date: Date,
    /// Whose hours it has.
    like: Day,
}

impl Request {
    fn into_scheme(
        self,
        id: TimeSchemeId,
        enterprise: EnterpriseId,
    ) -> Result<NamedTimeScheme, ApiError> {
        let name = self.name.trim().to_owned();
        let hours = self.hours.into_iter().map(|it| model::Hours {
            days: it.days.into_iter().map(model::Day::from).collect(),
            from: it.from,
            to: it.to,
        });
        let holidays = self.holidays.into_iter().map(|it| model::Holiday {
            name: it.name,
            from: it.from,
            to: it.to,
        });
        let workdays = self.workdays.into_iter().map(|it| model::Workday {
            date: it.date,
            like: it.like.into(),
        });
        let scheme = TimeScheme {
            hours: hours.collect(),
            holidays: holidays.collect(),
            workdays: workdays.collect(),
        };
        let mut errors: Vec<_> = scheme.problems().into_iter().map(error_of).collect();
        if !(1..=NAME_CHARS).contains(&name.chars().count()) {
            errors.push(FieldError {
                pointer: "/name".to_owned(),
                detail: format!("1 to {NAME_CHARS} characters"),
            });
        }
        if !errors.is_empty() {
            return Err(ApiError::Invalid(errors));
        }
        Ok(NamedTimeScheme {
            id,
            enterprise,
            name,
            scheme,
        })
    }
}

fn error_of(problem: model::TimeSchemeProblem) -> FieldError {
    let pointer = problem.path.replace('[', "/").replace("].", "/");
    FieldError {
        pointer: format!("/{}", pointer.trim_end_matches(']')),
        detail: problem.message,
    }
}

impl View {
    fn new(stored: Stored, used_by: Vec<String>) -> Self {
        let NamedTimeScheme {
            id, name, scheme, ..
        } = stored.scheme;
        let hours = scheme.hours.into_iter().map(|it| Hours {
            days: it.days.into_iter().map(Day::from).collect(),
            from: it.from,
            to: it.to,
        });
        let holidays = scheme.holidays.into_iter().map(|it| Holiday {
            name: it.name,
            from: it.from,
            to: it.to,
        });
        let workdays = scheme.workdays.into_iter().map(|it| Workday {
            date: it.date,
            like: it.like.into(),
        });
        Self {
            id: id.to_string(),
            settings: Request {
                name,
                hours: hours.collect(),
                holidays: holidays.collect(),
                workdays: workdays.collect(),
            },
            used_by,
            version: stored.version,
        }
    }
}

/// Which published flows look at which schemes.
struct Uses(Vec<(String, Document)>);

impl Uses {
    async fn load(state: &State, enterprise: EnterpriseId) -> Result<Self, ApiError> {
        let flows = store::flows::list(&state.db, enterprise).await?;
        let read = flows
            .into_iter()
            .filter_map(|flow| Some((flow.name, Document::from_json(&flow.document).ok()?)));
        Ok(Self(read.collect()))
    }

    fn of(&self, scheme: &str) -> Vec<String> {
        let uses = |document: &Document| document.schemes().any(|name| name == scheme);
        let flows = self.0.iter().filter(|(_, document)| uses(document));
        flows.map(|(name, _)| name.clone()).collect()
    }
}

/// Refuses what would leave published flows without their scheme.
async fn require_unused(
    state: &State,
    enterprise: EnterpriseId,
    scheme: &str,
) -> Result<(), ApiError> {
    let uses = Uses::load(state, enterprise).await?.of(scheme);
    if uses.is_empty() {
        return Ok(());
    }
    let flows = uses.join(", ");
    Err(ApiError::InUse(format!(
        "the time scheme {scheme:?} is looked at by flows: {flows}"
    )))
}

/// The scheme as it is in force, with its version as the tag that `If-Match` takes.
async fn applied(
    state: &State,
    stored: Stored,
) -> Result<([(HeaderName, String); 1], Json<View>), ApiError> {
    state.configuration.apply().await?;
    let uses = Uses::load(state, stored.scheme.enterprise).await?;
    let used_by = uses.of(&stored.scheme.name);
    let tag = [(header::ETAG, etag::of(stored.version))];
    Ok((tag, Json(View::new(stored, used_by))))
}
