//! A sound is read again when its audio is new, and only then.

use super::*;
use model::Timestamp;
use std::time::Duration;
use store::audit_log::Author;
use store::sounds::{self, Audio};

#[tokio::test]
async fn a_sound_is_read_when_it_is_new_and_forgotten_when_it_is_gone() {
    let db = store::test::sqlite().await;
    let author = author(&db).await;
    let heard = Heard::default();
    let spring = sounds::create(&db, author, "spring", audio(&[1; 800]))
        .await
        .unwrap();
    sounds::create(&db, author, "autumn", audio(&[2; 800]))
        .await
        .unwrap();
    let first = all(&heard, &db, author).await;
    let again = all(&heard, &db, author).await;
    assert!(Arc::ptr_eq(&first["spring"], &again["spring"]));

    let seen = (spring.sound.id, 1);
    sounds::replace(&db, author, seen, audio(&[3; 400]))
        .await
        .unwrap();
    let replaced = all(&heard, &db, author).await;
    assert_eq!(replaced["spring"].bytes(media::Law::Mu), [3; 400]);
    assert_eq!(
        first["spring"].len(),
        800,
        "a call keeps what it has begun with"
    );
    assert!(Arc::ptr_eq(&first["autumn"], &replaced["autumn"]));

    sounds::delete(&db, author, (spring.sound.id, 2))
        .await
        .unwrap();
    let left = all(&heard, &db, author).await;
    assert_eq!(left.keys().collect::<Vec<_>>(), ["autumn"]);
    assert_eq!(heard.0.lock().await.len(), 1);
}

async fn all(heard: &Heard, db: &Db, author: Author) -> HashMap<String, Arc<Prompt>> {
    let stored = sounds::list(db, author.enterprise).await.unwrap();
    let stored: Vec<_> = stored.into_iter().map(|it| it.sound).collect();
    let mut all = heard.of(db, &stored).await.unwrap();
    all.remove(&author.enterprise).unwrap_or_default()
}

fn audio(mulaw: &[u8]) -> Audio<'_> {
    let length = Duration::from_millis(100);
    Audio { mulaw, length }
}

async fn author(db: &Db) -> Author {
    let demo = store::demo::Demo {
        password: "one for all",
        outbound_peer: "127.0.0.1:5080".parse().unwrap(),
        now: Timestamp::from_millis(5),
    };
    store::demo::fill(db, &demo).await.unwrap();
    let admin = store::users::by_email(db, store::demo::ADMIN).await;
    let admin = admin.unwrap().unwrap().user;
    Author {
        enterprise: admin.enterprise,
        user: admin.id,
        at: Timestamp::from_millis(1_700_000_000_000),
    }
}
