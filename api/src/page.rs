//! Lists: the page that every list answers with, and its bounds.

use serde::Serialize;
use utoipa::ToSchema;

/// How many items a page has when the caller does not say.
pub(crate) const USUAL_PAGE: u32 = 50;

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Page<T> {
    /// The items, in the list's order.
    pub(crate) items: Vec<T>,
    /// Give it as `cursor` to get the next page; none on the last page.
    pub(crate) next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// A list that has one page only.
    pub(crate) fn whole(items: impl IntoIterator<Item = T>) -> Self {
        Self {
            items: items.into_iter().collect(),
            next_cursor: None,
        }
    }
}
