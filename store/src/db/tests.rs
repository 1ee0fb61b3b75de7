//! Opening, migrating and refusing databases.

use super::*;
use crate::on_both_engines;
use crate::statement::sql;
use crate::test;

on_both_engines! {
    async fn a_unit_of_work_that_is_dropped_leaves_no_trace(db: &Db) {
        let mut tx = db.begin().await.unwrap();
        remember(&mut tx, 7).await;
        drop(tx);
        assert_eq!(crate::projection::position(db, "node").await.unwrap(), 0);

        let mut tx = db.begin().await.unwrap();
        remember(&mut tx, 8).await;
        tx.commit().await.unwrap();
        assert_eq!(crate::projection::position(db, "node").await.unwrap(), 8);
    }

    async fn a_snapshot_does_not_see_what_is_committed_later(db: &Db) {
        let mut snapshot = db.snapshot().await.unwrap();
        assert_eq!(count(&mut snapshot).await, 0);

        let mut tx = db.begin().await.unwrap();
        remember(&mut tx, 1).await;
        tx.commit().await.unwrap();

        assert_eq!(count(&mut snapshot).await, 0);
    }

    async fn an_open_database_answers_a_ping(db: &Db) {
        db.ping().await.unwrap();
    }
}

#[tokio::test]
async fn both_engines_have_the_same_tables_and_columns() {
    let sqlite: Vec<(String, String)> = sql!(
        sqlite: "SELECT tables.name, columns.name
                 FROM sqlite_schema AS tables, pragma_table_info(tables.name) AS columns
                 WHERE tables.type = 'table'",
        postgres: "SELECT 'x', 'x'",
    )
    .all(&*test::sqlite().await)
    .await
    .unwrap();
    let postgres: Vec<(String, String)> = sql!(
        sqlite: "SELECT 'x', 'x'",
        postgres: "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT)
                   FROM information_schema.columns
                   WHERE table_schema = 'public'",
    )
    .all(&*test::postgres().await)
    .await
    .unwrap();

    let (sqlite, postgres) = (sorted(sqlite), sorted(postgres));
    assert!(sqlite.len() > 80, "{sqlite:?}");
    assert_eq!(sqlite, postgres);
}

#[test]
fn both_engines_have_the_same_migrations() {
    let names = |engine| {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../migrations")
            .join(engine);
        let mut names: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|file| file.unwrap().file_name())
            .collect();
        names.sort();
        names
    };

    assert_eq!(names("sqlite"), names("postgres"));
}

#[tokio::test]
async fn a_database_of_a_newer_server_is_refused_on_sqlite() {
    refuses_newer(&test::sqlite().await).await;
}

#[tokio::test]
async fn a_database_of_a_newer_server_is_refused_on_postgres() {
    refuses_newer(&test::postgres().await).await;
}

async fn refuses_newer(db: &test::TestDb) {
    sql!(
        sqlite: "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                 VALUES (9999, 'of the future', TRUE, X'00', 0)",
        postgres: "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                   VALUES (9999, 'of the future', TRUE, '', 0)",
    )
    .run(&**db)
    .await
    .unwrap();

    let refusal = Db::open(db.url(), Limits::default()).await.unwrap_err();

    assert!(
        matches!(refusal, Error::SchemaNewer { found: 9999, known } if known < 9999),
        "{refusal:?}"
    );
    assert!(refusal.to_string().contains("newer server"));
}

#[tokio::test]
async fn servers_that_open_a_fresh_file_at_once_all_get_it() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("fresh.db").display());

    let (one, two, three) = tokio::join!(
        Db::open(&url, Limits::default()),
        Db::open(&url, Limits::default()),
        Db::open(&url, Limits::default()),
    );

    for db in [one, two, three] {
        db.unwrap().ping().await.unwrap();
    }
}

#[tokio::test]
async fn an_address_that_is_none_of_ours_is_named_without_its_password() {
    for url in [
        "mysql://root:secret@host/db",
        "sqlite::memory:",
        "trunkline.db",
    ] {
        let refusal = Db::open(url, Limits::default()).await.unwrap_err();

        assert!(matches!(refusal, Error::Url { .. }), "{refusal:?}");
        assert!(!refusal.to_string().contains("secret"));
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unreachable() {
    let limits = Limits {
        acquire_timeout: Duration::from_secs(2),
        ..Limits::default()
    };

    let refusal = Db::open("postgres://postgres@127.0.0.1:1/none", limits)
        .await
        .unwrap_err();

    assert!(matches!(refusal, Error::Unreachable(_)), "{refusal:?}");
}

async fn remember(tx: &mut Tx, seq: i64) {
    sql!("INSERT INTO journal_positions (node, seq) VALUES ('node', $1)")
        .bind(seq)
        .run(tx)
        .await
        .unwrap();
}

async fn count(tx: &mut Tx) -> i64 {
    let row: (i64,) = sql!("SELECT COUNT(*) FROM journal_positions")
        .one(tx)
        .await
        .unwrap();
    row.0
}

fn sorted(mut columns: Vec<(String, String)>) -> Vec<(String, String)> {
    columns.retain(|(table, _)| !table.starts_with('_') && !table.starts_with("sqlite_"));
    columns.sort();
    columns
}
