//! Who may sign in.

use super::*;
use crate::{enterprises, on_both_engines, password, sessions};
use model::{Enterprise, Region};
use std::time::Duration;

on_both_engines! {
    async fn a_user_is_found_by_address_whatever_its_case(db: &Db) {
        let ann = add(db, "ann@example.com").await.unwrap();

        let found = by_email(db, " Ann@Example.com ").await.unwrap().unwrap();

        assert_eq!(found.user, ann);
        assert!(password::verify("secret", Some(&found.password_hash)));
        assert_eq!(show(db, ann.id).await.unwrap(), ann);
        assert_eq!(list(db, ann.enterprise).await.unwrap(), [ann]);
        assert_eq!(by_email(db, "bob@example.com").await.unwrap(), None);
    }

    async fn an_address_is_taken_once(db: &Db) {
        add(db, "ann@example.com").await.unwrap();

        let refusal = add(db, "ann@example.com").await.unwrap_err();

        assert_eq!(refusal.to_string(), "the e-mail address is already taken");
    }

    async fn another_password_ends_every_session(db: &Db) {
        let ann = add(db, "ann@example.com").await.unwrap();
        let now = Timestamp::from_millis(1_000);
        let opened = sessions::open(db, ann.id, now, Duration::from_mins(1)).await.unwrap();

        let other = password::hash("other").unwrap();
        set_password(db, ann.id, &other, now).await.unwrap();

        let found = by_email(db, "ann@example.com").await.unwrap().unwrap();
        assert!(password::verify("other", Some(&found.password_hash)));
        let session = sessions::find(db, opened.token.as_str(), now).await.unwrap();
        assert_eq!(session, None);
    }

    async fn a_password_of_nobody_cannot_be_set(db: &Db) {
        let nobody = UserId::new(Timestamp::default(), [7; 10]);
        let hash = password::hash("x").unwrap();

        let refusal = set_password(db, nobody, &hash, Timestamp::default()).await;

        assert!(matches!(refusal, Err(Error::NotFound("user"))), "{refusal:?}");
    }
}

/// Adds a user of a new enterprise whose password is `secret`.
async fn add(db: &Db, email: &str) -> Result<User, Error> {
    let at = Timestamp::from_millis(500);
    let enterprise = Enterprise {
        id: EnterpriseId::new(at, crate::random::bytes()?),
        name: word(&UserId::new(at, crate::random::bytes()?)),
        time_zone: "Asia/Shanghai".to_owned(),
        region: Region::default(),
        language: "zh-CN".to_owned(),
    };
    let user = User {
        id: UserId::new(at, crate::random::bytes()?),
        enterprise: enterprise.id,
        email: email.to_owned(),
        name: "Ann".to_owned(),
        role: Role::Supervisor,
        agent: None,
        extension: None,
    };
    let credentials = Credentials {
        user: user.clone(),
        password_hash: password::hash("secret")?,
    };
    let mut tx = db.begin().await?;
    enterprises::insert(&mut tx, &enterprise, at).await?;
    insert(&mut tx, &credentials, at).await?;
    tx.commit().await?;
    Ok(user)
}
