//! Every SQL statement there is, over SQLite and PostgreSQL alike.
//!
//! [`Db`] is the one place that knows which engine runs. A module per noun holds the questions the
//! product asks about it; [`projection`] folds the journal's facts into the tables people read.
//! Time and passwords are parameters; what is random (ids, tokens, salts) is drawn here from the
//! operating system.

pub mod agents;
pub mod audit_log;
pub mod call_records;
mod column;
mod db;
pub mod demo;
pub mod directory;
pub mod enterprises;
mod error;
pub mod facts;
pub mod flow_counts;
pub mod flow_drafts;
pub mod flow_tests;
pub mod flows;
mod migrate;
mod page;
pub mod password;
pub mod projection;
pub mod queues;
mod random;
pub mod recordings;
pub mod sessions;
pub mod sounds;
mod statement;
#[cfg(any(test, feature = "test"))]
pub mod test;
pub mod time_schemes;
pub mod trunk_numbers;
pub mod trunks;
pub mod users;
mod vault;

pub use db::{Db, Limits};
pub use directory::Directory;
pub use error::Error;
pub use page::{Cursor, CursorError, Page, Slice};
pub use vault::Vault;

#[cfg(test)]
mod story;
