//! What compile-time checking would give, for two engines: every statement in the sources prepares
//! on both, none sorts what an index could give in order, and none is written elsewhere.

use crate::{Db, on_both_engines};
use sqlx::{AssertSqlSafe, Executor, SqlSafeStr};
use std::fs;
use std::path::{Path, PathBuf};

/// Where statements may be built from anything but `sql!`.
const OWN_STATEMENTS: [&str; 3] = ["statement.rs", "statement/tests.rs", "test/postgres.rs"];

#[derive(Debug)]
struct Found {
    _file: String,
    sqlite: String,
    postgres: String,
}

on_both_engines! {
    async fn every_statement_in_the_sources_prepares(db: &Db) {
        let statements = statements();
        assert!(statements.len() > 40, "only {} found", statements.len());
        for found in statements {
            let prepared = match db {
                Db::Sqlite { write, .. } => {
                    let text = AssertSqlSafe(found.sqlite.clone()).into_sql_str();
                    write.prepare(text).await.map(drop)
                }
                Db::Postgres(pool) => {
                    let text = AssertSqlSafe(found.postgres.clone()).into_sql_str();
                    pool.prepare(text).await.map(drop)
                }
            };
            assert!(prepared.is_ok(), "{found:#?}: {:?}", prepared.err());
        }
    }
}

#[tokio::test]
async fn no_fixed_query_sorts_what_an_index_could_give_in_order() {
    let db = crate::test::sqlite().await;
    for found in statements() {
        if found.sqlite.starts_with("SELECT") {
            let plan = plan_of(&db, &found.sqlite).await;
            assert!(!plan.contains("TEMP B-TREE"), "{found:#?}\n{plan}");
        }
    }
}

#[test]
fn no_statement_escapes_the_check() {
    for path in sources() {
        let name = name_of(&path);
        let text = fs::read_to_string(&path).unwrap();
        if OWN_STATEMENTS.contains(&name.as_str()) || name.ends_with("tests.rs") {
            continue;
        }
        for forbidden in ["sqlx::query", "Statement::fixed", "AssertSqlSafe"] {
            assert!(!text.contains(forbidden), "{name} uses {forbidden}");
        }
    }
}

/// The plan SQLite makes, one step a line.
pub(crate) async fn plan_of(db: &Db, text: &str) -> String {
    let Db::Sqlite { read, .. } = db else {
        return String::new();
    };
    let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {text}"));
    let steps: Vec<(i64, i64, i64, String)> =
        sqlx::query_as(explain).fetch_all(read).await.unwrap();
    let steps: Vec<String> = steps.into_iter().map(|step| step.3).collect();
    steps.join("\n")
}

fn statements() -> Vec<Found> {
    sources()
        .iter()
        .filter(|path| !OWN_STATEMENTS.contains(&name_of(path).as_str()))
        .flat_map(|path| {
            let text = fs::read_to_string(path).unwrap();
            let file = name_of(path);
            text.split("sql!(")
                .skip(1)
                .map(|rest| found(&file, rest))
                .collect::<Vec<_>>()
        })
        .collect()
}

fn found(file: &str, rest: &str) -> Found {
    let end = rest.find('\n').unwrap();
    let named = rest.trim_start().starts_with("sqlite:");
    let (sqlite, after) = literal(rest).unwrap_or_else(|| panic!("{file}: {}", &rest[..end]));
    let postgres = if named {
        literal(after).unwrap().0
    } else {
        sqlite.clone()
    };
    Found {
        _file: file.to_owned(),
        sqlite,
        postgres,
    }
}

/// The next string literal and what follows it; statements hold neither quotes nor backslashes.
fn literal(text: &str) -> Option<(String, &str)> {
    let (_, from_start) = text.split_once('"')?;
    let (literal, after) = from_start.split_once('"')?;
    assert!(!literal.contains('\\'), "{literal}");
    Some((literal.to_owned(), after))
}

fn sources() -> Vec<PathBuf> {
    let mut folders = vec![root()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path);
            }
        }
    }
    files
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn name_of(path: &Path) -> String {
    let name = path.strip_prefix(root()).unwrap();
    name.to_string_lossy().into_owned()
}
