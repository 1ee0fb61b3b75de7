//! Which call records are wanted, as the query of the address says it.

use super::range::{Period, QuickRange};
use crate::auth::Caller;
use crate::page::USUAL_PAGE;
use crate::time::At;
use crate::vocabulary::{AnswerMode, CallType, EndReason};
use crate::{ApiError, FieldError, State};
use model::{AgentId, PhoneNumber, QueueId, Timestamp};
use serde::{Deserialize, Deserializer, de};
use store::call_records::Filter;
use store::{Cursor, Page};
use utoipa::IntoParams;

/// The query of a search. A parameter that is not listed here is refused.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Search {
    /// Whole days in the enterprise's zone; not together with `from` and `to`.
    range: Option<QuickRange>,
    /// Calls that came in at this instant or later, RFC 3339.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<Instant>,
    /// Calls that came in before this instant, RFC 3339.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<Instant>,
    /// The number of ours.
    #[param(value_type = Option<String>)]
    trunk_number: Option<PhoneNumber>,
    /// The calling number.
    #[param(value_type = Option<String>)]
    caller: Option<PhoneNumber>,
    /// The called number.
    #[param(value_type = Option<String>)]
    called: Option<PhoneNumber>,
    /// The agent who talked last.
    #[param(value_type = Option<String>, format = Uuid)]
    agent: Option<AgentId>,
    /// The first queue.
    #[param(value_type = Option<String>, format = Uuid)]
    queue: Option<QueueId>,
    /// How the call came about.
    call_type: Option<CallType>,
    /// The device of the agent.
    answer_mode: Option<AnswerMode>,
    /// Why it ended.
    ended_reason: Option<EndReason>,
    /// The order; there is one, newest first.
    #[serde(rename = "sort")]
    #[param(inline)]
    _sort: Option<Sort>,
    /// How many at most, 1 to 200; 50 when not given.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

/// The orders in which calls can be listed.
#[derive(Debug, Clone, Copy, Deserialize, utoipa::ToSchema)]
enum Sort {
    /// Newest first.
    #[serde(rename = "-started_at")]
    NewestFirst,
}

/// An instant in RFC 3339.
#[derive(Debug, Clone, Copy)]
struct Instant(Timestamp);

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let at: jiff::Timestamp = text.parse().map_err(|_| {
            de::Error::custom(format!("{text:?} is not an RFC 3339 time with its offset"))
        })?;
        Ok(Self(Timestamp::from_millis(at.as_millisecond())))
    }
}

/// A search that the store can answer, and between which instants it looks.
pub(crate) struct Wanted {
    pub(crate) filter: Filter,
    pub(crate) page: Page,
    pub(crate) period: Period,
}

impl Search {
    /// Resolves what depends on the caller: the zone of quick ranges, and whose calls they see.
    pub(crate) async fn resolve(self, state: &State, caller: &Caller) -> Result<Wanted, ApiError> {
        let page = self.page()?;
        let (from, until) = self.period(state, caller).await?;
        let filter = Filter {
            from,
            until,
            trunk_number: self.trunk_number,
            caller: self.caller,
            called: self.called,
            agent: self.agent,
            queue: self.queue,
            call_type: self.call_type.map(Into::into),
            answer_mode: self.answer_mode.map(Into::into),
            ended_reason: self.ended_reason.map(Into::into),
        };
        Ok(Wanted {
            filter,
            page,
            period: Period {
                from: from.map(At),
                to: until.map(At),
            },
        })
    }

    fn page(&self) -> Result<Page, ApiError> {
        let mut errors = Vec::new();
        let mut refuse = |pointer: &str, detail: String| {
            errors.push(FieldError {
                pointer: pointer.to_owned(),
                detail,
            });
        };
        let limit = self.limit.unwrap_or(USUAL_PAGE);
        if !(1..=Page::LONGEST).contains(&limit) {
            refuse("limit", format!("allowed are 1 to {}", Page::LONGEST));
        }
        let after = match self.cursor.as_deref().map(str::parse::<Cursor>) {
            None => None,
            Some(Ok(cursor)) => Some(cursor),
            Some(Err(fault)) => {
                refuse("cursor", fault.to_string());
                None
            }
        };
        if self.range.is_some() && (self.from.is_some() || self.to.is_some()) {
            refuse("range", "give either range or from and to".to_owned());
        }
        if errors.is_empty() {
            Ok(Page { limit, after })
        } else {
            Err(ApiError::Invalid(errors))
        }
    }

    async fn period(
        &self,
        state: &State,
        caller: &Caller,
    ) -> Result<(Option<Timestamp>, Option<Timestamp>), ApiError> {
        let Some(range) = self.range else {
            return Ok((self.from.map(|at| at.0), self.to.map(|at| at.0)));
        };
        let enterprise = store::enterprises::show(&state.db, caller.enterprise()).await?;
        let (from, until) = range.resolve(crate::sessions::now(), &enterprise.time_zone)?;
        Ok((Some(from), Some(until)))
    }
}
