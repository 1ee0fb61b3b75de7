//! A fresh database per test: SQLite in a temporary folder, or PostgreSQL that the tests start.

mod postgres;

use crate::statement::sql;
use crate::{Db, Limits};
use std::ops::Deref;
use std::time::Duration;
use tempfile::TempDir;

/// A database that nobody else uses.
#[derive(Debug)]
pub struct TestDb {
    db: Db,
    url: String,
    _folder: Option<TempDir>,
}

impl TestDb {
    /// The address it can be opened with again.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Takes the audit log away, so that nothing that must be noted can be.
    ///
    /// # Panics
    /// If the database does not do so.
    pub async fn lose_audit_log(&self) {
        let lost = sql!("DROP TABLE audit_log").run(&self.db).await;
        lost.expect("a table that nothing refers to can be dropped");
    }
}

impl Deref for TestDb {
    type Target = Db;

    fn deref(&self) -> &Db {
        &self.db
    }
}

/// A migrated, empty SQLite database in a temporary folder that goes with it.
///
/// # Panics
/// If the folder or the database cannot be made.
pub async fn sqlite() -> TestDb {
    let folder = tempfile::tempdir().expect("the temporary folder takes a folder");
    let url = format!("sqlite://{}", folder.path().join("test.db").display());
    TestDb {
        db: open(&url).await,
        url,
        _folder: Some(folder),
    }
}

/// A migrated, empty PostgreSQL database on a server that the tests of this machine share and
/// that stops when none of them runs.
///
/// # Panics
/// If PostgreSQL is not installed; the message says how to install it.
pub async fn postgres() -> TestDb {
    let url = postgres::fresh_database().await;
    TestDb {
        db: open(&url).await,
        url,
        _folder: None,
    }
}

async fn open(url: &str) -> Db {
    let limits = Limits {
        connections: 3,
        acquire_timeout: Duration::from_secs(30),
        busy_timeout: Duration::from_secs(30),
    };
    Db::open(url, limits)
        .await
        .expect("a fresh database opens and migrates")
}

/// Makes two tests of each story, one on each engine.
#[macro_export]
macro_rules! on_both_engines {
    ($($(#[$attribute:meta])* async fn $story:ident($db:ident: &Db) $body:block)+) => {$(
        $(#[$attribute])*
        async fn $story($db: &$crate::Db) $body

        mod $story {
            #[tokio::test]
            async fn on_sqlite() {
                super::$story(&*$crate::test::sqlite().await).await;
            }

            #[tokio::test]
            async fn on_postgres() {
                super::$story(&*$crate::test::postgres().await).await;
            }
        }
    )+};
}
