//! What was there before a migration means the same after it.

use crate::{Db, demo, on_both_engines, statement::sql, trunks};
use model::Timestamp;

const TRUNKS: &str = include_str!("../../../migrations/sqlite/0002_trunks.sql");

on_both_engines! {
    async fn a_peer_becomes_a_gateway(db: &Db) {
        let settings = demo::Demo {
            password: "one for all",
            outbound_peer: "127.0.0.1:5080".parse().unwrap(),
            now: Timestamp::from_millis(5),
        };
        demo::fill(db, &settings).await.unwrap();
        for (name, peer) in [("local", "[2001:db8::5]:50600"), ("local-out", "192.0.2.7:5061")] {
            let statement = sql!("UPDATE trunks SET peer = $1 WHERE name = $2");
            statement.bind(peer).bind(name).run(db).await.unwrap();
        }
        sql!("DELETE FROM trunk_gateways").run(db).await.unwrap();

        let moved = TRUNKS.split(';').find(|it| it.contains("INSERT INTO trunk_gateways")).unwrap();
        let text = sqlx::AssertSqlSafe(moved.to_owned());
        match db {
            Db::Sqlite { write, .. } => sqlx::raw_sql(text).execute(write).await.map(drop),
            Db::Postgres(pool) => sqlx::raw_sql(text).execute(pool).await.map(drop),
        }
        .unwrap();

        let vault = crate::Vault::new(&[7; 32]);
        let enterprise = crate::enterprises::all(db).await.unwrap()[0].id;
        let gateways: Vec<_> = trunks::list(db, &vault, enterprise)
            .await
            .unwrap()
            .into_iter()
            .map(|stored| stored.trunk.outbound.unwrap().gateways[0].address().unwrap().to_string())
            .collect();
        assert_eq!(gateways, ["[2001:db8::5]:50600", "192.0.2.7:5061"]);
    }
}
