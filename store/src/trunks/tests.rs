//! Trunks keep everything they are told, one writer at a time, and leave a line in the audit log.

use super::*;
use crate::{Vault, audit_log, demo, enterprises, on_both_engines, users};
use model::{
    AuditAction, Codec, DialRules, DtmfMode, EarlyMedia, FromNumber, Host, NumberRule, PhoneNumber,
    SdpFixup, Secret, SrtpPolicy, Timestamp, TrunkAccount, TrunkCredentials, TrunkDetection,
    TrunkGateway, TrunkLimits, TrunkMedia, TrunkOutbound, TrunkRegistration, TrunkTransport,
    WhenUnavailable,
};

type Change = fn(&mut Trunk);

on_both_engines! {
    async fn a_trunk_comes_back_as_it_was_saved(db: &Db) {
        let author = author(db).await;
        let trunk = whole(author, "carrier");

        let made = create(db, &vault(), author, &trunk).await.unwrap();
        let shown = show(db, &vault(), author.enterprise, trunk.id).await.unwrap();

        assert_eq!(made, shown);
        assert_eq!(shown.trunk, trunk);
        assert_eq!(shown.version, 1);
        let directory = crate::directory::load(db, &vault(), Timestamp::default()).await.unwrap();
        assert!(directory.trunks.contains(&trunk));
    }

    async fn a_change_replaces_everything_and_counts_the_version(db: &Db) {
        let author = author(db).await;
        let trunk = whole(author, "carrier");
        create(db, &vault(), author, &trunk).await.unwrap();
        let mut smaller = Trunk::plain(trunk.id, trunk.enterprise, "smaller");
        smaller.inbound.sources = vec!["198.51.100.0/24".parse().unwrap()];

        let changed = update(db, &vault(), author, (&smaller, 1)).await.unwrap();

        assert_eq!(changed.version, 2);
        let shown = show(db, &vault(), author.enterprise, trunk.id).await.unwrap();
        assert_eq!((shown.trunk, shown.version), (smaller, 2));
    }

    async fn who_saw_an_older_version_changes_nothing(db: &Db) {
        let author = author(db).await;
        let trunk = whole(author, "carrier");
        create(db, &vault(), author, &trunk).await.unwrap();
        update(db, &vault(), author, (&trunk, 1)).await.unwrap();

        let late = update(db, &vault(), author, (&trunk, 1)).await;
        let late_removal = delete(db, &vault(), author, (trunk.id, 1)).await;

        assert!(matches!(late, Err(Error::Changed { .. })), "{late:?}");
        assert!(matches!(late_removal, Err(Error::Changed { .. })));
        delete(db, &vault(), author, (trunk.id, 2)).await.unwrap();
        assert!(show(db, &vault(), author.enterprise, trunk.id).await.is_err());
    }

    async fn what_another_trunk_is_recognised_by_is_refused_with_its_name(db: &Db) {
        let author = author(db).await;
        create(db, &vault(), author, &whole(author, "carrier")).await.unwrap();
        let cases: [(&str, Change); 3] = [
            ("inbound.sources[0] also belongs to the trunk carrier", |trunk| {
                trunk.inbound.sources = vec!["192.0.2.99/24".parse().unwrap()];
            }),
            ("inbound.tls_names[0] also belongs to the trunk carrier", |trunk| {
                trunk.inbound.tls_names = vec![Host::parse("sip.carrier.example").unwrap()];
            }),
            ("inbound.account.user also belongs to the phone 1001", |trunk| {
                trunk.inbound.account = Some(account("1001"));
            }),
        ];
        for (expected, change) in cases {
            let mut second = Trunk::plain(TrunkId::from_bytes([9; 16]), author.enterprise, "second");
            change(&mut second);
            let refused = create(db, &vault(), author, &second).await.unwrap_err();
            assert_eq!(refused.to_string(), expected);
            second.enabled = false;
            create(db, &vault(), author, &second).await.unwrap();
            delete(db, &vault(), author, (second.id, 1)).await.unwrap();
        }
        let mut narrower = Trunk::plain(TrunkId::from_bytes([9; 16]), author.enterprise, "second");
        narrower.inbound.sources = vec!["192.0.2.0/25".parse().unwrap()];
        create(db, &vault(), author, &narrower).await.unwrap();
    }

    async fn another_enterprise_does_not_see_a_trunk(db: &Db) {
        let author = author(db).await;
        let trunk = whole(author, "carrier");
        create(db, &vault(), author, &trunk).await.unwrap();
        let stranger = Author { enterprise: EnterpriseId::from_bytes([9; 16]), ..author };
        let taken_over = Trunk { enterprise: stranger.enterprise, ..trunk.clone() };

        assert!(show(db, &vault(), stranger.enterprise, trunk.id).await.is_err());
        assert!(update(db, &vault(), stranger, (&taken_over, 1)).await.is_err());
        assert!(delete(db, &vault(), stranger, (trunk.id, 1)).await.is_err());
        assert_eq!(list(db, &vault(), stranger.enterprise).await.unwrap(), []);
    }

    async fn a_name_is_taken_once(db: &Db) {
        let author = author(db).await;
        let mut trunk = Trunk::plain(TrunkId::from_bytes([9; 16]), author.enterprise, "local");
        trunk.inbound.sources = vec!["203.0.113.1".parse().unwrap()];

        let refused = create(db, &vault(), author, &trunk).await.unwrap_err();

        assert_eq!(refused.to_string(), "the trunk name is already taken");
    }

    async fn a_trunk_with_numbers_stays(db: &Db) {
        let author = author(db).await;
        let local = named(db, author, "local").await;

        let refused = delete(db, &vault(), author, (local, 1)).await.unwrap_err();

        assert_eq!(refused.to_string(), "this trunk is used by 8 trunk number(s)");
    }

    async fn without_its_key_a_password_is_lost_and_nothing_else(db: &Db) {
        let author = author(db).await;
        let trunk = whole(author, "carrier");
        create(db, &vault(), author, &trunk).await.unwrap();
        let other = Vault::new(&[8; 32]);

        let shown = show(db, &other, author.enterprise, trunk.id).await.unwrap();

        assert_eq!(shown.lost_credentials.as_deref(), Some("me"));
        assert_eq!(shown.trunk.outbound.as_ref().unwrap().credentials, None);
        let directory = crate::directory::load(db, &other, Timestamp::default()).await.unwrap();
        assert_eq!(directory.lost_credentials, ["carrier"]);
    }

    async fn every_change_leaves_a_line_that_shows_no_secret(db: &Db) {
        let author = author(db).await;
        let mut trunk = whole(author, "carrier");
        create(db, &vault(), author, &trunk).await.unwrap();
        trunk.limits.concurrent_calls = Some(31);
        update(db, &vault(), author, (&trunk, 1)).await.unwrap();
        delete(db, &vault(), author, (trunk.id, 2)).await.unwrap();

        let mut lines = audit_log::list(db, author.enterprise, None, 2).await.unwrap();
        let oldest_seen = lines[1].entry.id;
        let rest = audit_log::list(db, author.enterprise, Some(oldest_seen), 2).await.unwrap();
        lines.extend(rest);

        let mut actions: Vec<AuditAction> = lines.iter().map(|line| line.entry.action).collect();
        actions.sort_by_key(|action| format!("{action:?}"));
        assert_eq!(
            actions,
            [AuditAction::TrunkChanged, AuditAction::TrunkCreated, AuditAction::TrunkDeleted]
        );
        let changed = lines.iter().find(|it| it.entry.action == AuditAction::TrunkChanged);
        assert_eq!(changed.unwrap().entry.changes[0].before.as_deref(), Some("30"));
        assert_eq!(lines[0].user_name.as_deref(), Some("admin"));
        assert!(!format!("{lines:?}").contains("sesame"));
        let stranger = EnterpriseId::from_bytes([9; 16]);
        assert_eq!(audit_log::list(db, stranger, None, 9).await.unwrap(), []);
    }
}

#[tokio::test]
async fn no_file_of_the_database_holds_the_password() {
    let db = crate::test::sqlite().await;
    let author = author(&db).await;
    create(&db, &vault(), author, &whole(author, "carrier"))
        .await
        .unwrap();

    let file = db.url().trim_start_matches("sqlite://").to_owned();
    for file in [file.clone(), format!("{file}-wal")] {
        let bytes = std::fs::read(&file).unwrap();
        let found = bytes.windows(6).any(|window| window == b"sesame");
        assert!(!found, "{file}");
    }
}

fn vault() -> Vault {
    Vault::new(&[7; 32])
}

fn account(user: &str) -> TrunkAccount {
    TrunkAccount {
        user: user.to_owned(),
        ha1_md5: [1; 16],
        ha1_sha256: [2; 32],
    }
}

async fn author(db: &Db) -> Author {
    let demo = demo::Demo {
        password: "one for all",
        outbound_peer: "127.0.0.1:5080".parse().unwrap(),
        now: Timestamp::from_millis(5),
    };
    demo::fill(db, &demo).await.unwrap();
    let admin = users::by_email(db, demo::ADMIN).await.unwrap().unwrap();
    Author {
        enterprise: enterprises::all(db).await.unwrap()[0].id,
        user: admin.user.id,
        at: Timestamp::from_millis(1_700_000_000_000),
    }
}

async fn named(db: &Db, author: Author, name: &str) -> TrunkId {
    let all = names(db, author.enterprise).await.unwrap();
    all.into_iter().find(|(_, it)| it == name).unwrap().0
}

fn whole(author: Author, name: &str) -> Trunk {
    let mut trunk = Trunk::plain(TrunkId::from_bytes([3; 16]), author.enterprise, name);
    trunk.inbound.sources = vec!["192.0.2.0/24".parse().unwrap()];
    trunk.inbound.account = Some(account("them"));
    trunk.inbound.tls_names = vec![Host::parse("sip.carrier.example").unwrap()];
    trunk.inbound.trusts_identity = true;
    let gateway = |nth: u16, transport| TrunkGateway {
        host: Host::parse("sip.carrier.example").unwrap(),
        port: Some(5060 + nth),
        transport,
        priority: nth,
        weight: 10 * nth,
    };
    trunk.outbound = Some(TrunkOutbound {
        gateways: vec![
            gateway(2, TrunkTransport::Tls),
            gateway(1, TrunkTransport::Auto),
        ],
        credentials: Some(TrunkCredentials {
            user: "me".to_owned(),
            password: Secret::new("open sesame".to_owned()),
        }),
        registration: Some(TrunkRegistration {
            user: "4008110510".to_owned(),
            domain: Host::parse("carrier.example").unwrap(),
            expires_seconds: 600,
        }),
        health_seconds: Some(30),
        from_domain: Some(Host::parse("us.example").unwrap()),
        tcp_when_large: true,
        follow_redirects: true,
        when_unavailable: WhenUnavailable::NextGateway,
    });
    trunk.limits = TrunkLimits {
        concurrent_calls: Some(30),
        calls_per_second: Some(5),
    };
    trunk.rules.called_in = vec![
        NumberRule::replacing("+86", ""),
        NumberRule::replacing("86", "0"),
    ];
    trunk.rules.caller_out = vec![NumberRule {
        min_length: Some(3),
        max_length: Some(20),
        ..NumberRule::replacing("0", "+86")
    }];
    trunk.dialing = DialRules {
        denied_prefixes: vec!["+8616".to_owned(), "16".to_owned()],
        ..DialRules::domestic()
    };
    trunk.identity.from = FromNumber::Fixed(PhoneNumber::parse("4008110510").unwrap());
    trunk.identity.asserted = true;
    trunk.identity.diversion = true;
    trunk.media = TrunkMedia {
        codecs: vec![Codec::Pcmu, Codec::G722, Codec::Opus, Codec::G729],
        dtmf: DtmfMode::Inband,
        fixups: vec![SdpFixup::OmitPtime, SdpFixup::AddressFromSource],
        srtp: SrtpPolicy::Required,
        timeout_seconds: None,
    };
    trunk.detection = TrunkDetection {
        early_media: EarlyMedia::End,
        answering_machine: true,
        fax: true,
    };
    trunk
}
