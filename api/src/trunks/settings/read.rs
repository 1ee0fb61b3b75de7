//! From what the API is given to a trunk; everything that is wrong is told at once.

use super::{Account, FromNumber, Gateway, Identity, Inbound, Outbound, Rule, Settings};
use crate::{ApiError, FieldError};
use model::{
    CallerIdentity, DialRules, EnterpriseId, Host, NumberRule, NumberRules, PhoneNumber, Secret,
    Trunk, TrunkAccount, TrunkCredentials, TrunkDetection, TrunkGateway, TrunkId, TrunkInbound,
    TrunkLimits, TrunkMedia, TrunkOutbound, TrunkRegistration,
};
use std::fmt::Display;
use std::str::FromStr;

impl Settings {
    /// The trunk that these settings describe; passwords that are not given are those of `before`.
    pub(crate) fn into_trunk(
        self,
        (id, enterprise): (TrunkId, EnterpriseId),
        before: Option<&Trunk>,
    ) -> Result<Trunk, ApiError> {
        let mut faults = Faults::default();
        let known = before.and_then(|it| it.outbound.as_ref());
        let trunk = Trunk {
            id,
            enterprise,
            name: self.name.trim().to_owned(),
            enabled: self.enabled,
            inbound: inbound(
                self.inbound,
                before.and_then(|it| it.inbound.account.as_ref()),
                &mut faults,
            ),
            outbound: self.outbound.map(|it| {
                let credentials = known.and_then(|it| it.credentials.as_ref());
                outbound(it, credentials, &mut faults)
            }),
            limits: TrunkLimits {
                concurrent_calls: self.limits.concurrent_calls,
                calls_per_second: self.limits.calls_per_second,
            },
            rules: NumberRules {
                caller_in: rules(self.rules.caller_in),
                called_in: rules(self.rules.called_in),
                caller_out: rules(self.rules.caller_out),
                called_out: rules(self.rules.called_out),
            },
            dialing: DialRules {
                allowed_prefixes: self.dialing.allowed_prefixes,
                denied_prefixes: self.dialing.denied_prefixes,
                short_numbers: self.dialing.short_numbers,
            },
            identity: identity(&self.identity, &mut faults),
            media: TrunkMedia {
                codecs: self.media.codecs.into_iter().map(Into::into).collect(),
                dtmf: self.media.dtmf.into(),
                srtp: self.media.srtp.into(),
                timeout_seconds: self.media.timeout_seconds,
                fixups: self.media.fixups.into_iter().map(Into::into).collect(),
            },
            detection: TrunkDetection {
                early_media: self.detection.early_media.into(),
                answering_machine: self.detection.answering_machine,
                fax: self.detection.fax,
            },
        };
        // What could not be read is missing from the trunk, so its other problems may be untrue.
        if faults.0.is_empty() {
            for problem in trunk.problems() {
                faults.note(&problem.field, &problem.fault);
            }
        }
        faults.or(trunk)
    }
}

fn inbound(given: Inbound, known: Option<&TrunkAccount>, faults: &mut Faults) -> TrunkInbound {
    let account = given.account.and_then(|account| {
        let kept = known.filter(|known| known.user == account.user);
        match (account.password, kept) {
            (Some(password), _) => Some(store::trunks::account(&account.user, &password.0)),
            (None, Some(kept)) => Some(kept.clone()),
            (None, None) => {
                faults.note("inbound.account.password", NO_PASSWORD);
                None
            }
        }
    });
    TrunkInbound {
        sources: faults.list("inbound.sources", &given.sources),
        account,
        tls_names: faults.list("inbound.tls_names", &given.tls_names),
        trusts_identity: given.trusts_identity,
    }
}

fn outbound(
    given: Outbound,
    known: Option<&TrunkCredentials>,
    faults: &mut Faults,
) -> TrunkOutbound {
    let gateways = given.gateways.iter().enumerate();
    let gateways = gateways
        .filter_map(|(at, it)| gateway(&format!("outbound.gateways[{at}]"), it, faults))
        .collect();
    let credentials = given
        .credentials
        .and_then(|account| credentials(account, known, faults));
    let registration = given.registration.and_then(|it| {
        Some(TrunkRegistration {
            domain: faults.read("outbound.registration.domain", &it.domain)?,
            user: it.user,
            expires_seconds: it.expires_seconds,
        })
    });
    let from_domain = given.from_domain.filter(|domain| !domain.is_empty());
    TrunkOutbound {
        gateways,
        credentials,
        registration,
        health_seconds: given.health_seconds,
        from_domain: from_domain.and_then(|it| faults.read("outbound.from_domain", &it)),
        tcp_when_large: given.tcp_when_large,
        follow_redirects: given.follow_redirects,
        when_unavailable: given.when_unavailable.into(),
    }
}

/// Why a user name alone is not enough.
const NO_PASSWORD: &str = "must be given with a user name that is not stored yet";

fn credentials(
    account: Account,
    known: Option<&TrunkCredentials>,
    faults: &mut Faults,
) -> Option<TrunkCredentials> {
    let kept = known.filter(|known| known.user == account.user);
    match (account.password, kept) {
        (Some(password), _) => Some(TrunkCredentials {
            user: account.user,
            password: Secret::new(password.0),
        }),
        (None, Some(kept)) => Some(kept.clone()),
        (None, None) => {
            faults.note("outbound.credentials.password", NO_PASSWORD);
            None
        }
    }
}

fn gateway(field: &str, given: &Gateway, faults: &mut Faults) -> Option<TrunkGateway> {
    let host: Host = faults.read(&format!("{field}.host"), &given.host)?;
    Some(TrunkGateway {
        host,
        port: given.port,
        transport: given.transport.into(),
        priority: given.priority,
        weight: given.weight,
    })
}

fn rules(given: Vec<Rule>) -> Vec<NumberRule> {
    given
        .into_iter()
        .map(|rule| NumberRule {
            prefix: rule.prefix,
            min_length: rule.min_length,
            max_length: rule.max_length,
            strip: rule.strip,
            prepend: rule.prepend,
        })
        .collect()
}

fn identity(given: &Identity, faults: &mut Faults) -> CallerIdentity {
    let from = match given.from {
        FromNumber::Caller => model::FromNumber::Caller,
        FromNumber::TrunkNumber => model::FromNumber::TrunkNumber,
        FromNumber::Fixed => {
            let number = given.number.as_deref().unwrap_or_default();
            match PhoneNumber::parse(number) {
                Ok(number) => model::FromNumber::Fixed(number),
                Err(fault) => {
                    faults.note("identity.number", fault);
                    model::FromNumber::default()
                }
            }
        }
    };
    CallerIdentity {
        from,
        asserted: given.asserted,
        diversion: given.diversion,
        privacy: given.privacy,
        user_phone: given.user_phone,
    }
}

#[derive(Default)]
struct Faults(Vec<FieldError>);

impl Faults {
    fn note(&mut self, field: &str, fault: impl Display) {
        self.0.push(FieldError {
            pointer: pointer(field),
            detail: fault.to_string(),
        });
    }

    fn read<T: FromStr<Err: Display>>(&mut self, field: &str, text: &str) -> Option<T> {
        let read = text.trim().parse();
        read.map_err(|fault| self.note(field, fault)).ok()
    }

    fn list<T: FromStr<Err: Display>>(&mut self, field: &str, texts: &[String]) -> Vec<T> {
        let texts = texts.iter().enumerate();
        texts
            .filter_map(|(at, text)| self.read(&format!("{field}[{at}]"), text))
            .collect()
    }

    fn or(self, trunk: Trunk) -> Result<Trunk, ApiError> {
        if self.0.is_empty() {
            Ok(trunk)
        } else {
            Err(ApiError::Invalid(self.0))
        }
    }
}

/// The JSON pointer of a setting: `outbound.gateways[1].port` is `/outbound/gateways/1/port`.
pub(crate) fn pointer(field: &str) -> String {
    let parts = field
        .split(['.', '['])
        .map(|part| part.trim_end_matches(']'));
    parts.flat_map(|part| ["/", part]).collect()
}
