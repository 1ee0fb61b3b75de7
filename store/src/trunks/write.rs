//! From trunks to rows.

use crate::column::{hex, word};
use crate::db::Tx;
use crate::statement::{Statement, sql};
use crate::{Error, Vault};
use model::{
    DialRules, FromNumber, NumberRule, Timestamp, Trunk, TrunkAccount, TrunkId, TrunkOutbound,
    TrunkRegistration,
};

/// The sealed password of a trunk, if it has one.
pub(super) fn sealed(trunk: &Trunk, vault: &Vault) -> Result<Option<String>, Error> {
    let credentials = trunk
        .outbound
        .as_ref()
        .and_then(|it| it.credentials.as_ref());
    credentials
        .map(|it| vault.seal(&trunk.id.to_string(), &it.password))
        .transpose()
}

/// Writes a trunk that is not there yet.
pub(crate) async fn insert(
    tx: &mut Tx,
    trunk: &Trunk,
    sealed: Option<String>,
    at: Timestamp,
) -> Result<(), Error> {
    sql!(
        "INSERT INTO trunks (id, enterprise_id, name, created_at)
         VALUES ($1, $2, $3, $4)"
    )
    .bind(word(&trunk.id))
    .bind(word(&trunk.enterprise))
    .bind(trunk.name.as_str())
    .bind(at.as_millis())
    .run(&mut *tx)
    .await
    .map_err(name_taken)?;
    let first = sql!(
        "UPDATE trunks
         SET name = $1, enabled = $2, trusts_identity = $3, account_user = $4,
             account_ha1_md5 = $5, account_ha1_sha256 = $6, credential_user = $7,
             credential_sealed = $8, registration_user = $9, registration_domain = $10,
             registration_expires_seconds = $11, health_seconds = $12, from_domain = $13,
             tcp_when_large = $14, follow_redirects = $15, concurrent_calls = $16,
             calls_per_second = $17, from_kind = $18, from_number = $19, asserted = $20,
             diversion = $21, privacy = $22, user_phone = $23, dtmf = $24, srtp = $25,
             when_unavailable = $26, early_media = $27, answering_machine = $28, fax = $29,
             media_timeout_seconds = $30
         WHERE id = $31"
    );
    settings(first, trunk, sealed)
        .bind(word(&trunk.id))
        .run(&mut *tx)
        .await?;
    insert_parts(tx, trunk).await
}

/// Replaces the trunk that has this version; gives how many there were: one or none.
pub(super) async fn replace(
    tx: &mut Tx,
    (trunk, version): (&Trunk, i64),
    sealed: Option<String>,
) -> Result<u64, Error> {
    let change = sql!(
        "UPDATE trunks
         SET name = $1, enabled = $2, trusts_identity = $3, account_user = $4,
             account_ha1_md5 = $5, account_ha1_sha256 = $6, credential_user = $7,
             credential_sealed = $8, registration_user = $9, registration_domain = $10,
             registration_expires_seconds = $11, health_seconds = $12, from_domain = $13,
             tcp_when_large = $14, follow_redirects = $15, concurrent_calls = $16,
             calls_per_second = $17, from_kind = $18, from_number = $19, asserted = $20,
             diversion = $21, privacy = $22, user_phone = $23, dtmf = $24,
             srtp = $25, when_unavailable = $26, early_media = $27, answering_machine = $28,
             fax = $29, media_timeout_seconds = $30, version = version + 1
         WHERE id = $31
           AND version = $32"
    );
    let replaced = settings(change, trunk, sealed)
        .bind(word(&trunk.id))
        .bind(version)
        .run(&mut *tx)
        .await
        .map_err(name_taken)?;
    if replaced > 0 {
        clear_parts(tx, trunk.id).await?;
        insert_parts(tx, trunk).await?;
    }
    Ok(replaced)
}

fn name_taken(error: Error) -> Error {
    error.naming_conflict("the trunk name")
}

/// Gives the placeholders $1 to $30 their values.
fn settings(statement: Statement, trunk: &Trunk, sealed: Option<String>) -> Statement {
    let account = trunk.inbound.account.as_ref();
    let outbound = trunk.outbound.as_ref();
    let registration = outbound.and_then(|it| it.registration.as_ref());
    let credentials = outbound.and_then(|it| it.credentials.as_ref());
    let chosen = |choice: fn(&TrunkOutbound) -> bool| outbound.is_some_and(choice);
    let (from_kind, from_number) = match &trunk.identity.from {
        FromNumber::Caller => ("caller", None),
        FromNumber::TrunkNumber => ("trunk_number", None),
        FromNumber::Fixed(number) => ("fixed", Some(number.to_string())),
    };
    let identity = &trunk.identity;
    statement
        .bind(trunk.name.as_str())
        .bind(trunk.enabled)
        .bind(trunk.inbound.trusts_identity)
        .bind(account.map(|it: &TrunkAccount| it.user.clone()))
        .bind(account.map(|it| hex(&it.ha1_md5)))
        .bind(account.map(|it| hex(&it.ha1_sha256)))
        .bind(credentials.map(|it| it.user.clone()))
        .bind(sealed)
        .bind(registration.map(|it: &TrunkRegistration| it.user.clone()))
        .bind(registration.map(|it| it.domain.to_string()))
        .bind(registration.map(|it| i64::from(it.expires_seconds)))
        .bind(outbound.and_then(|it| it.health_seconds).map(i64::from))
        .bind(
            outbound
                .and_then(|it| it.from_domain.as_ref())
                .map(ToString::to_string),
        )
        .bind(chosen(|it| it.tcp_when_large))
        .bind(chosen(|it| it.follow_redirects))
        .bind(trunk.limits.concurrent_calls.map(i64::from))
        .bind(trunk.limits.calls_per_second.map(i64::from))
        .bind(from_kind)
        .bind(from_number)
        .bind(identity.asserted)
        .bind(identity.diversion)
        .bind(identity.privacy)
        .bind(identity.user_phone)
        .bind(word(&trunk.media.dtmf))
        .bind(word(&trunk.media.srtp))
        .bind(word(
            &outbound.map(|it| it.when_unavailable).unwrap_or_default(),
        ))
        .bind(word(&trunk.detection.early_media))
        .bind(trunk.detection.answering_machine)
        .bind(trunk.detection.fax)
        .bind(trunk.media.timeout_seconds.map(i64::from))
}

/// Removes what lies in tables of its own.
pub(super) async fn clear_parts(tx: &mut Tx, trunk: TrunkId) -> Result<(), Error> {
    for statement in [
        sql!("DELETE FROM trunk_sources WHERE trunk_id = $1"),
        sql!("DELETE FROM trunk_tls_names WHERE trunk_id = $1"),
        sql!("DELETE FROM trunk_gateways WHERE trunk_id = $1"),
        sql!("DELETE FROM trunk_rules WHERE trunk_id = $1"),
        sql!("DELETE FROM trunk_dial_rules WHERE trunk_id = $1"),
        sql!("DELETE FROM trunk_codecs WHERE trunk_id = $1"),
        sql!("DELETE FROM trunk_fixups WHERE trunk_id = $1"),
    ] {
        statement.bind(word(&trunk)).run(&mut *tx).await?;
    }
    Ok(())
}

async fn insert_parts(tx: &mut Tx, trunk: &Trunk) -> Result<(), Error> {
    let id = word(&trunk.id);
    for network in &trunk.inbound.sources {
        sql!("INSERT INTO trunk_sources (trunk_id, network) VALUES ($1, $2)")
            .bind(id.as_str())
            .bind(network.to_string())
            .run(&mut *tx)
            .await?;
    }
    for name in &trunk.inbound.tls_names {
        sql!("INSERT INTO trunk_tls_names (trunk_id, name) VALUES ($1, $2)")
            .bind(id.as_str())
            .bind(name.as_str())
            .run(&mut *tx)
            .await?;
    }
    let gateways = trunk.outbound.iter().flat_map(|it| &it.gateways);
    for (position, gateway) in (0_i64..).zip(gateways) {
        sql!(
            "INSERT INTO trunk_gateways (trunk_id, position, host, port, transport, priority,
                                         weight)
             VALUES ($1, $2, $3, $4, $5, $6, $7)"
        )
        .bind(id.as_str())
        .bind(position)
        .bind(gateway.host.as_str())
        .bind(gateway.port.map(i64::from))
        .bind(word(&gateway.transport))
        .bind(i64::from(gateway.priority))
        .bind(i64::from(gateway.weight))
        .run(&mut *tx)
        .await?;
    }
    for (position, codec) in (0_i64..).zip(&trunk.media.codecs) {
        sql!("INSERT INTO trunk_codecs (trunk_id, position, codec) VALUES ($1, $2, $3)")
            .bind(id.as_str())
            .bind(position)
            .bind(word(codec))
            .run(&mut *tx)
            .await?;
    }
    for (position, fixup) in (0_i64..).zip(&trunk.media.fixups) {
        sql!("INSERT INTO trunk_fixups (trunk_id, position, fixup) VALUES ($1, $2, $3)")
            .bind(id.as_str())
            .bind(position)
            .bind(word(fixup))
            .run(&mut *tx)
            .await?;
    }
    for (side, rules) in [
        ("caller_in", &trunk.rules.caller_in),
        ("called_in", &trunk.rules.called_in),
        ("caller_out", &trunk.rules.caller_out),
        ("called_out", &trunk.rules.called_out),
    ] {
        insert_rules(tx, (&id, side), rules).await?;
    }
    insert_dial_rules(tx, &id, &trunk.dialing).await
}

async fn insert_rules(
    tx: &mut Tx,
    (trunk, side): (&str, &str),
    rules: &[NumberRule],
) -> Result<(), Error> {
    for (position, rule) in (0_i64..).zip(rules) {
        sql!(
            "INSERT INTO trunk_rules (trunk_id, side, position, prefix, min_length, max_length,
                                      strip, prepend)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
        )
        .bind(trunk)
        .bind(side)
        .bind(position)
        .bind(rule.prefix.as_str())
        .bind(rule.min_length.map(i64::from))
        .bind(rule.max_length.map(i64::from))
        .bind(i64::from(rule.strip))
        .bind(rule.prepend.as_str())
        .run(&mut *tx)
        .await?;
    }
    Ok(())
}

async fn insert_dial_rules(tx: &mut Tx, trunk: &str, dialing: &DialRules) -> Result<(), Error> {
    for (kind, numbers) in [
        ("allowed", &dialing.allowed_prefixes),
        ("denied", &dialing.denied_prefixes),
        ("short", &dialing.short_numbers),
    ] {
        for (position, number) in (0_i64..).zip(numbers) {
            sql!(
                "INSERT INTO trunk_dial_rules (trunk_id, kind, position, number)
                 VALUES ($1, $2, $3, $4)"
            )
            .bind(trunk)
            .bind(kind)
            .bind(position)
            .bind(number.as_str())
            .run(&mut *tx)
            .await?;
        }
    }
    Ok(())
}
