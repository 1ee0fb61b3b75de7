//! From a trunk to what the API answers.

use super::{
    Account, Detection, Dialing, FromNumber, Gateway, Identity, Inbound, Limits, Media, Outbound,
    Registration, Rule, Rules, Settings,
};
use model::{NumberRule, Trunk, TrunkGateway, TrunkOutbound};

impl From<&Trunk> for Settings {
    fn from(trunk: &Trunk) -> Self {
        let inbound = &trunk.inbound;
        Self {
            name: trunk.name.clone(),
            enabled: trunk.enabled,
            inbound: Inbound {
                sources: inbound.sources.iter().map(ToString::to_string).collect(),
                account: inbound.account.as_ref().map(|it| account(&it.user)),
                tls_names: inbound.tls_names.iter().map(ToString::to_string).collect(),
                trusts_identity: inbound.trusts_identity,
            },
            outbound: trunk.outbound.as_ref().map(outbound),
            limits: Limits {
                concurrent_calls: trunk.limits.concurrent_calls,
                calls_per_second: trunk.limits.calls_per_second,
            },
            rules: Rules {
                caller_in: trunk.rules.caller_in.iter().map(rule).collect(),
                called_in: trunk.rules.called_in.iter().map(rule).collect(),
                caller_out: trunk.rules.caller_out.iter().map(rule).collect(),
                called_out: trunk.rules.called_out.iter().map(rule).collect(),
            },
            dialing: Dialing {
                allowed_prefixes: trunk.dialing.allowed_prefixes.clone(),
                denied_prefixes: trunk.dialing.denied_prefixes.clone(),
                short_numbers: trunk.dialing.short_numbers.clone(),
            },
            identity: identity(&trunk.identity),
            media: Media {
                codecs: trunk.media.codecs.iter().copied().map(Into::into).collect(),
                dtmf: trunk.media.dtmf.into(),
                srtp: trunk.media.srtp.into(),
                timeout_seconds: trunk.media.timeout_seconds,
                fixups: trunk.media.fixups.iter().copied().map(Into::into).collect(),
            },
            detection: Detection {
                early_media: trunk.detection.early_media.into(),
                answering_machine: trunk.detection.answering_machine,
                fax: trunk.detection.fax,
            },
        }
    }
}

fn account(user: &str) -> Account {
    Account {
        user: user.to_owned(),
        password: None,
    }
}

fn outbound(outbound: &TrunkOutbound) -> Outbound {
    let registration = outbound.registration.as_ref();
    Outbound {
        gateways: outbound.gateways.iter().map(gateway).collect(),
        credentials: outbound.credentials.as_ref().map(|it| account(&it.user)),
        registration: registration.map(|it| Registration {
            user: it.user.clone(),
            domain: it.domain.to_string(),
            expires_seconds: it.expires_seconds,
        }),
        health_seconds: outbound.health_seconds,
        from_domain: outbound.from_domain.as_ref().map(ToString::to_string),
        tcp_when_large: outbound.tcp_when_large,
        follow_redirects: outbound.follow_redirects,
        when_unavailable: outbound.when_unavailable.into(),
    }
}

fn gateway(gateway: &TrunkGateway) -> Gateway {
    Gateway {
        host: gateway.host.to_string(),
        port: gateway.port,
        transport: gateway.transport.into(),
        priority: gateway.priority,
        weight: gateway.weight,
    }
}

fn rule(rule: &NumberRule) -> Rule {
    Rule {
        prefix: rule.prefix.clone(),
        min_length: rule.min_length,
        max_length: rule.max_length,
        strip: rule.strip,
        prepend: rule.prepend.clone(),
    }
}

fn identity(identity: &model::CallerIdentity) -> Identity {
    let (from, number) = match &identity.from {
        model::FromNumber::Caller => (FromNumber::Caller, None),
        model::FromNumber::TrunkNumber => (FromNumber::TrunkNumber, None),
        model::FromNumber::Fixed(number) => (FromNumber::Fixed, Some(number.to_string())),
    };
    Identity {
        from,
        number,
        asserted: identity.asserted,
        diversion: identity.diversion,
        privacy: identity.privacy,
        user_phone: identity.user_phone,
    }
}
