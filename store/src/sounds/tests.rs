//! Sounds are bounded, replaced one writer at a time, and leave a line in the audit log.

use super::*;
use crate::{demo, on_both_engines, users};

on_both_engines! {
    async fn a_sound_is_made_replaced_and_removed_with_a_line_each(db: &Db) {
        let author = author(db).await;
        let later = author.later(author.at);

        let made = create(db, author, "spring", audio(&[1, 2, 0xff], 3)).await.unwrap();
        let id = made.sound.id;
        assert_eq!(show(db, author.enterprise, id).await.unwrap(), made);
        let replaced = replace(db, later, (id, 1), audio(&[9; 100], 12)).await.unwrap();
        assert_eq!(list(db, author.enterprise).await.unwrap(), std::slice::from_ref(&replaced));
        assert_eq!(load(db).await.unwrap(), std::slice::from_ref(&replaced.sound));
        assert_eq!((replaced.version, replaced.created.0), (2, author.at));
        assert_eq!(replaced.changed.0, later.at);
        let heard = super::audio(db, author.enterprise, id).await.unwrap();
        assert_eq!((heard.mulaw, &heard.sha256), (vec![9; 100], &replaced.sound.sha256));
        let stale = replace(db, later, (id, 1), audio(&[1], 1)).await;
        assert!(matches!(stale, Err(Error::Changed { .. })));
        assert!(matches!(delete(db, later, (id, 1)).await, Err(Error::Changed { .. })));
        delete(db, later.later(later.at), (id, 2)).await.unwrap();
        assert_eq!(list(db, author.enterprise).await.unwrap(), []);

        let lines = audit_log::list(db, author.enterprise, None, 9).await.unwrap();
        let told: Vec<_> = lines
            .iter()
            .map(|line| (line.entry.action, line.entry.subject.as_str(), line.entry.changes.len()))
            .collect();
        assert_eq!(told, [
            (AuditAction::SoundDeleted, "spring", 3),
            (AuditAction::SoundChanged, "spring", 2),
            (AuditAction::SoundCreated, "spring", 3),
        ]);
    }

    async fn a_name_is_taken_once_and_sounds_of_others_are_not_there(db: &Db) {
        let author = author(db).await;
        let id = create(db, author, "spring", audio(&[1], 1)).await.unwrap().sound.id;
        let twin = create(db, author, "spring", audio(&[2], 1)).await;
        assert!(matches!(twin, Err(Error::Conflict { .. })));
        let foreign = Author { enterprise: EnterpriseId::from_bytes([9; 16]), ..author };
        let stolen = replace(db, foreign, (id, 1), audio(&[3], 1)).await;
        assert!(matches!(stolen, Err(Error::NotFound(_))));
        assert!(matches!(delete(db, foreign, (id, 1)).await, Err(Error::NotFound(_))));
        let heard = super::audio(db, foreign.enterprise, id).await;
        assert!(matches!(heard, Err(Error::NotFound(_))));
        assert_eq!(list(db, foreign.enterprise).await.unwrap(), []);
    }

    async fn an_enterprise_has_a_bounded_number_and_a_bounded_length_of_sounds(db: &Db) {
        let author = author(db).await;
        let minute = 60_000;
        let first = create(db, author, "first", audio(&[1], 90 * minute)).await.unwrap();
        let second = create(db, author, "second", audio(&[1], 31 * minute)).await;
        assert!(matches!(second, Err(Error::Full(what)) if what == "120 minutes of sounds"));
        let seen = (first.sound.id, 1);
        replace(db, author, seen, audio(&[1], 119 * minute)).await.unwrap();
        for nth in 1..Sound::MOST {
            create(db, author, &nth.to_string(), audio(&[1], 1)).await.unwrap();
        }
        let beyond = create(db, author, "one more", audio(&[1], 1)).await;
        assert!(matches!(beyond, Err(Error::Full(what)) if what == "200 sounds"));
        replace(db, author, (first.sound.id, 2), audio(&[2], 1)).await.unwrap();
    }
}

fn audio(mulaw: &[u8], millis: u64) -> Audio<'_> {
    Audio {
        mulaw,
        length: Duration::from_millis(millis),
    }
}

async fn author(db: &Db) -> Author {
    let settings = demo::Demo {
        password: "one for all",
        outbound_peer: "127.0.0.1:5080".parse().unwrap(),
        now: Timestamp::from_millis(5),
    };
    demo::fill(db, &settings).await.unwrap();
    let admin = users::by_email(db, demo::ADMIN).await.unwrap().unwrap();
    Author {
        enterprise: admin.user.enterprise,
        user: admin.user.id,
        at: Timestamp::from_millis(1_700_000_000_000),
    }
}
