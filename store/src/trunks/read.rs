//! From rows to trunks.

use super::Stored;
use crate::column::{Word, from_hex, word};
use crate::db::Tx;
use crate::statement::sql;
use crate::{Error, Vault};
use model::{
    CallerIdentity, Codec, DialRules, DtmfMode, EarlyMedia, EnterpriseId, FromNumber, Host,
    Network, NumberRule, NumberRules, PhoneNumber, SdpFixup, SrtpPolicy, Trunk, TrunkAccount,
    TrunkCredentials, TrunkDetection, TrunkGateway, TrunkId, TrunkInbound, TrunkLimits, TrunkMedia,
    TrunkOutbound, TrunkRegistration, TrunkTransport, WhenUnavailable,
};
use std::collections::BTreeMap;

#[derive(sqlx::FromRow)]
#[expect(clippy::struct_excessive_bools, reason = "one field for each column")]
struct TrunkRow {
    id: Word<TrunkId>,
    enterprise_id: Word<EnterpriseId>,
    name: String,
    version: i64,
    enabled: bool,
    trusts_identity: bool,
    account_user: Option<String>,
    account_ha1_md5: Option<String>,
    account_ha1_sha256: Option<String>,
    credential_user: Option<String>,
    credential_sealed: Option<String>,
    registration_user: Option<String>,
    registration_domain: Option<String>,
    registration_expires_seconds: Option<i64>,
    health_seconds: Option<i64>,
    from_domain: Option<String>,
    tcp_when_large: bool,
    follow_redirects: bool,
    when_unavailable: Word<WhenUnavailable>,
    concurrent_calls: Option<i64>,
    calls_per_second: Option<i64>,
    from_kind: String,
    from_number: Option<Word<PhoneNumber>>,
    asserted: bool,
    diversion: bool,
    privacy: bool,
    user_phone: bool,
    dtmf: Word<DtmfMode>,
    srtp: Word<SrtpPolicy>,
    early_media: Word<EarlyMedia>,
    answering_machine: bool,
    fax: bool,
    media_timeout_seconds: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct GatewayRow {
    trunk_id: Word<TrunkId>,
    host: String,
    port: Option<i64>,
    transport: Word<TrunkTransport>,
    priority: i64,
    weight: i64,
}

#[derive(sqlx::FromRow)]
struct RuleRow {
    trunk_id: Word<TrunkId>,
    side: String,
    prefix: String,
    min_length: Option<i64>,
    max_length: Option<i64>,
    strip: i64,
    prepend: String,
}

/// What lies in tables of its own, by trunk.
#[derive(Default)]
struct Parts {
    sources: Vec<Network>,
    tls_names: Vec<Host>,
    gateways: Vec<TrunkGateway>,
    rules: NumberRules,
    dialing: DialRules,
    codecs: Vec<Codec>,
    fixups: Vec<SdpFixup>,
}

/// The trunks of one enterprise or of all, one of them or all.
pub(super) async fn trunks(
    tx: &mut Tx,
    vault: &Vault,
    (enterprise, trunk): (Option<EnterpriseId>, Option<TrunkId>),
) -> Result<Vec<Stored>, Error> {
    let rows: Vec<TrunkRow> = sql!(
        "SELECT id, enterprise_id, name, version, enabled, trusts_identity, account_user,
                account_ha1_md5, account_ha1_sha256, credential_user, credential_sealed,
                registration_user, registration_domain, registration_expires_seconds,
                health_seconds, from_domain, tcp_when_large, follow_redirects, concurrent_calls,
                calls_per_second, from_kind, from_number, asserted, diversion, privacy,
                user_phone, dtmf, srtp, when_unavailable, early_media, answering_machine, fax,
                media_timeout_seconds
         FROM trunks
         WHERE enterprise_id = COALESCE($1, enterprise_id)
           AND id = COALESCE($2, id)
         ORDER BY id"
    )
    .bind(enterprise.as_ref().map(word))
    .bind(trunk.as_ref().map(word))
    .all(&mut *tx)
    .await?;
    let mut parts = load_parts(tx).await?;
    rows.into_iter()
        .map(|row| {
            let parts = parts.remove(&row.id.0).unwrap_or_default();
            stored(row, parts, vault)
        })
        .collect()
}

async fn load_parts(tx: &mut Tx) -> Result<BTreeMap<TrunkId, Parts>, Error> {
    let mut parts: BTreeMap<TrunkId, Parts> = BTreeMap::new();
    let sources: Vec<(Word<TrunkId>, Word<Network>)> = sql!(
        "SELECT trunk_id, network
         FROM trunk_sources
         ORDER BY trunk_id, network"
    )
    .all(&mut *tx)
    .await?;
    for (trunk, network) in sources {
        parts.entry(trunk.0).or_default().sources.push(network.0);
    }
    let names: Vec<(Word<TrunkId>, String)> = sql!(
        "SELECT trunk_id, name
         FROM trunk_tls_names
         ORDER BY trunk_id, name"
    )
    .all(&mut *tx)
    .await?;
    for (trunk, name) in names {
        let name = host(&name)?;
        parts.entry(trunk.0).or_default().tls_names.push(name);
    }
    let gateways: Vec<GatewayRow> = sql!(
        "SELECT trunk_id, host, port, transport, priority, weight
         FROM trunk_gateways
         ORDER BY trunk_id, position"
    )
    .all(&mut *tx)
    .await?;
    for row in gateways {
        let trunk = row.trunk_id.0;
        let gateway = gateway(&row)?;
        parts.entry(trunk).or_default().gateways.push(gateway);
    }
    load_rules(tx, &mut parts).await?;
    load_dial_rules(tx, &mut parts).await?;
    load_media(tx, &mut parts).await?;
    Ok(parts)
}

async fn load_rules(tx: &mut Tx, parts: &mut BTreeMap<TrunkId, Parts>) -> Result<(), Error> {
    let rules: Vec<RuleRow> = sql!(
        "SELECT trunk_id, side, prefix, min_length, max_length, strip, prepend
         FROM trunk_rules
         ORDER BY trunk_id, side, position"
    )
    .all(&mut *tx)
    .await?;
    for row in rules {
        let rules = &mut parts.entry(row.trunk_id.0).or_default().rules;
        let side = match row.side.as_str() {
            "caller_in" => &mut rules.caller_in,
            "called_in" => &mut rules.called_in,
            "caller_out" => &mut rules.caller_out,
            _ => &mut rules.called_out,
        };
        side.push(rule(row)?);
    }
    Ok(())
}

async fn load_dial_rules(tx: &mut Tx, parts: &mut BTreeMap<TrunkId, Parts>) -> Result<(), Error> {
    let rules: Vec<(Word<TrunkId>, String, String)> = sql!(
        "SELECT trunk_id, kind, number
         FROM trunk_dial_rules
         ORDER BY trunk_id, kind, position"
    )
    .all(&mut *tx)
    .await?;
    for (trunk, kind, number) in rules {
        let dialing = &mut parts.entry(trunk.0).or_default().dialing;
        let numbers = match kind.as_str() {
            "allowed" => &mut dialing.allowed_prefixes,
            "denied" => &mut dialing.denied_prefixes,
            _ => &mut dialing.short_numbers,
        };
        numbers.push(number);
    }
    Ok(())
}

async fn load_media(tx: &mut Tx, parts: &mut BTreeMap<TrunkId, Parts>) -> Result<(), Error> {
    let codecs: Vec<(Word<TrunkId>, Word<Codec>)> = sql!(
        "SELECT trunk_id, codec
         FROM trunk_codecs
         ORDER BY trunk_id, position"
    )
    .all(&mut *tx)
    .await?;
    for (trunk, codec) in codecs {
        parts.entry(trunk.0).or_default().codecs.push(codec.0);
    }
    let fixups: Vec<(Word<TrunkId>, Word<SdpFixup>)> = sql!(
        "SELECT trunk_id, fixup
         FROM trunk_fixups
         ORDER BY trunk_id, position"
    )
    .all(&mut *tx)
    .await?;
    for (trunk, fixup) in fixups {
        parts.entry(trunk.0).or_default().fixups.push(fixup.0);
    }
    Ok(())
}

fn stored(row: TrunkRow, parts: Parts, vault: &Vault) -> Result<Stored, Error> {
    let account = account(&row)?;
    let (credentials, lost_credentials) = credentials(&row, vault);
    let limits = TrunkLimits {
        concurrent_calls: optional(row.concurrent_calls)?,
        calls_per_second: optional(row.calls_per_second)?,
    };
    let from = match (row.from_kind.as_str(), &row.from_number) {
        ("fixed", Some(number)) => FromNumber::Fixed(number.0.clone()),
        ("caller", _) => FromNumber::Caller,
        _ => FromNumber::TrunkNumber,
    };
    let registration = registration(&row)?;
    let outbound = TrunkOutbound {
        gateways: parts.gateways,
        credentials,
        registration,
        health_seconds: optional(row.health_seconds)?,
        from_domain: row.from_domain.as_deref().map(host).transpose()?,
        tcp_when_large: row.tcp_when_large,
        follow_redirects: row.follow_redirects,
        when_unavailable: row.when_unavailable.0,
    };
    let trunk = Trunk {
        id: row.id.0,
        enterprise: row.enterprise_id.0,
        name: row.name,
        enabled: row.enabled,
        inbound: TrunkInbound {
            sources: parts.sources,
            account,
            tls_names: parts.tls_names,
            trusts_identity: row.trusts_identity,
        },
        outbound: Some(outbound).filter(|outbound| !outbound.gateways.is_empty()),
        limits,
        rules: parts.rules,
        dialing: parts.dialing,
        identity: CallerIdentity {
            from,
            asserted: row.asserted,
            diversion: row.diversion,
            privacy: row.privacy,
            user_phone: row.user_phone,
        },
        media: TrunkMedia {
            codecs: parts.codecs,
            dtmf: row.dtmf.0,
            fixups: parts.fixups,
            srtp: row.srtp.0,
            timeout_seconds: optional(row.media_timeout_seconds)?,
        },
        detection: TrunkDetection {
            early_media: row.early_media.0,
            answering_machine: row.answering_machine,
            fax: row.fax,
        },
    };
    Ok(Stored {
        trunk,
        version: row.version,
        lost_credentials,
    })
}

fn account(row: &TrunkRow) -> Result<Option<TrunkAccount>, Error> {
    let (Some(user), Some(md5), Some(sha256)) = (
        &row.account_user,
        &row.account_ha1_md5,
        &row.account_ha1_sha256,
    ) else {
        return Ok(None);
    };
    let damaged = || unreadable(&format!("the hash of account {user}"));
    Ok(Some(TrunkAccount {
        user: user.clone(),
        ha1_md5: from_hex(md5).ok_or_else(damaged)?,
        ha1_sha256: from_hex(sha256).ok_or_else(damaged)?,
    }))
}

fn credentials(row: &TrunkRow, vault: &Vault) -> (Option<TrunkCredentials>, Option<String>) {
    let (Some(user), Some(sealed)) = (&row.credential_user, &row.credential_sealed) else {
        return (None, None);
    };
    match vault.open(&row.id.0.to_string(), sealed) {
        Some(password) => {
            let user = user.clone();
            (Some(TrunkCredentials { user, password }), None)
        }
        None => (None, Some(user.clone())),
    }
}

fn registration(row: &TrunkRow) -> Result<Option<TrunkRegistration>, Error> {
    let (Some(user), Some(domain), Some(expires)) = (
        &row.registration_user,
        &row.registration_domain,
        row.registration_expires_seconds,
    ) else {
        return Ok(None);
    };
    Ok(Some(TrunkRegistration {
        user: user.clone(),
        domain: host(domain)?,
        expires_seconds: number(expires)?,
    }))
}

fn gateway(row: &GatewayRow) -> Result<TrunkGateway, Error> {
    Ok(TrunkGateway {
        host: host(&row.host)?,
        port: optional(row.port)?,
        transport: row.transport.0,
        priority: number(row.priority)?,
        weight: number(row.weight)?,
    })
}

fn rule(row: RuleRow) -> Result<NumberRule, Error> {
    Ok(NumberRule {
        prefix: row.prefix,
        min_length: optional(row.min_length)?,
        max_length: optional(row.max_length)?,
        strip: number(row.strip)?,
        prepend: row.prepend,
    })
}

fn host(text: &str) -> Result<Host, Error> {
    Host::parse(text).map_err(|fault| unreadable(&fault.to_string()))
}

fn number<T: TryFrom<i64>>(value: i64) -> Result<T, Error> {
    T::try_from(value).map_err(|_| unreadable(&format!("the number {value}")))
}

fn optional<T: TryFrom<i64>>(value: Option<i64>) -> Result<Option<T>, Error> {
    value.map(number).transpose()
}

fn unreadable(problem: &str) -> Error {
    Error::Unreadable {
        what: "trunk",
        problem: problem.to_owned(),
    }
}
