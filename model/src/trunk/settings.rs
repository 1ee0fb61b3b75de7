//! A trunk's settings as lines of text, for the audit log: readable, comparable, without secrets.

use super::{
    FromNumber, NumberRule, Trunk, TrunkGateway, TrunkOutbound, TrunkTransport, WhenUnavailable,
};
use crate::AuditChange;

/// What stands for a secret.
const HIDDEN: &str = "•••";

impl Trunk {
    /// What turns `before` into `after`, setting by setting; a secret only tells that it changed.
    pub fn changes(before: Option<&Self>, after: Option<&Self>) -> Vec<AuditChange> {
        let old = before.map(Self::settings).unwrap_or_default();
        let new = after.map(Self::settings).unwrap_or_default();
        let mut changes = Vec::new();
        for (field, value) in &old {
            let kept = new.iter().find(|(name, _)| name == field);
            if kept.is_none_or(|(_, now)| now != value) {
                changes.push(AuditChange {
                    field: field.clone(),
                    before: Some(value.clone()),
                    after: kept.map(|(_, now)| now.clone()),
                    ..AuditChange::default()
                });
            }
        }
        for (field, value) in new {
            if old.iter().all(|(name, _)| *name != field) {
                changes.push(AuditChange::said(&field, value));
            }
        }
        changes.extend(changed_secrets(before, after));
        changes
    }

    fn settings(&self) -> Vec<(String, String)> {
        let mut lines = Lines::default();
        lines.add("name", &self.name);
        lines.flag("enabled", self.enabled);
        lines.list("inbound.sources", &self.inbound.sources);
        lines.list("inbound.tls_names", &self.inbound.tls_names);
        let account = self.inbound.account.as_ref();
        lines.some("inbound.account.user", account.map(|it| &it.user));
        lines.flag("inbound.trusts_identity", self.inbound.trusts_identity);
        if let Some(outbound) = &self.outbound {
            outbound.settings(&mut lines);
        }
        let limits = &self.limits;
        lines.some("limits.concurrent_calls", limits.concurrent_calls);
        lines.some("limits.calls_per_second", limits.calls_per_second);
        for (name, rules) in [
            ("rules.caller_in", &self.rules.caller_in),
            ("rules.called_in", &self.rules.called_in),
            ("rules.caller_out", &self.rules.caller_out),
            ("rules.called_out", &self.rules.called_out),
        ] {
            lines.list(name, &rules.iter().map(rule).collect::<Vec<_>>());
        }
        let dialing = &self.dialing;
        lines.list("dialing.allowed_prefixes", &dialing.allowed_prefixes);
        lines.list("dialing.denied_prefixes", &dialing.denied_prefixes);
        lines.list("dialing.short_numbers", &dialing.short_numbers);
        let identity = &self.identity;
        lines.add(
            "identity.from",
            match &identity.from {
                FromNumber::Caller => "caller",
                FromNumber::TrunkNumber => "trunk_number",
                FromNumber::Fixed(number) => number.as_str(),
            },
        );
        lines.flag("identity.asserted", identity.asserted);
        lines.flag("identity.diversion", identity.diversion);
        lines.flag("identity.privacy", identity.privacy);
        lines.flag("identity.user_phone", identity.user_phone);
        for (at, codec) in self.media.codecs.iter().enumerate() {
            lines.add(&format!("media.codecs[{at}]"), &format!("{codec:?}"));
        }
        lines.add("media.dtmf", &format!("{:?}", self.media.dtmf));
        lines.add("media.srtp", &format!("{:?}", self.media.srtp));
        for (at, fixup) in self.media.fixups.iter().enumerate() {
            lines.add(&format!("media.fixups[{at}]"), &format!("{fixup:?}"));
        }
        let detection = &self.detection;
        let early_media = format!("{:?}", detection.early_media);
        lines.add("detection.early_media", &early_media);
        lines.flag("detection.answering_machine", detection.answering_machine);
        lines.flag("detection.fax", detection.fax);
        lines.0
    }
}

impl TrunkOutbound {
    fn settings(&self, lines: &mut Lines) {
        let gateways: Vec<String> = self.gateways.iter().map(gateway).collect();
        lines.list("outbound.gateways", &gateways);
        let credentials = self.credentials.as_ref();
        lines.some("outbound.credentials.user", credentials.map(|it| &it.user));
        if let Some(it) = &self.registration {
            let text = format!("{}@{} for {} s", it.user, it.domain, it.expires_seconds);
            lines.add("outbound.registration", &text);
        }
        lines.some("outbound.health_seconds", self.health_seconds);
        lines.some("outbound.from_domain", self.from_domain.as_ref());
        lines.flag("outbound.tcp_when_large", self.tcp_when_large);
        lines.flag("outbound.follow_redirects", self.follow_redirects);
        let tries_on = self.when_unavailable == WhenUnavailable::NextGateway;
        lines.some(
            "outbound.when_unavailable",
            tries_on.then_some("next_gateway"),
        );
    }
}

fn gateway(gateway: &TrunkGateway) -> String {
    let transport = match gateway.transport {
        TrunkTransport::Auto => "auto",
        TrunkTransport::Udp => "udp",
        TrunkTransport::Tcp => "tcp",
        TrunkTransport::Tls => "tls",
    };
    let host = &gateway.host;
    let place = match (gateway.host.address(), gateway.port) {
        (_, None) => host.to_string(),
        (Some(address), Some(port)) => std::net::SocketAddr::new(address, port).to_string(),
        (None, Some(port)) => format!("{host}:{port}"),
    };
    let (priority, weight) = (gateway.priority, gateway.weight);
    format!("{place} {transport}, priority {priority}, weight {weight}")
}

fn rule(rule: &NumberRule) -> String {
    let bound = |length: Option<u8>| length.map_or(String::new(), |it| it.to_string());
    format!(
        "{:?}, length {}..{}: strip {}, prepend {:?}",
        rule.prefix,
        bound(rule.min_length),
        bound(rule.max_length),
        rule.strip,
        rule.prepend
    )
}

fn changed_secrets(before: Option<&Trunk>, after: Option<&Trunk>) -> Vec<AuditChange> {
    let account = |trunk: &Trunk| {
        let account = trunk.inbound.account.as_ref();
        account.map(|it| format!("{:?}", it.ha1_sha256))
    };
    let credentials = |trunk: &Trunk| {
        let credentials = trunk.outbound.as_ref()?.credentials.as_ref();
        credentials.map(|it| it.password.reveal().to_owned())
    };
    let both = |secret: &dyn Fn(&Trunk) -> Option<String>| {
        (before.and_then(secret), after.and_then(secret))
    };
    [
        ("inbound.account.password", both(&account)),
        ("outbound.credentials.password", both(&credentials)),
    ]
    .into_iter()
    .filter(|(_, (before, after))| before != after)
    .map(|(field, (before, after))| AuditChange {
        field: field.to_owned(),
        before: before.map(|_| HIDDEN.to_owned()),
        after: after.map(|_| HIDDEN.to_owned()),
        ..AuditChange::default()
    })
    .collect()
}

#[derive(Default)]
struct Lines(Vec<(String, String)>);

impl Lines {
    fn add(&mut self, field: &str, value: &(impl ToString + ?Sized)) {
        self.0.push((field.to_owned(), value.to_string()));
    }

    fn some(&mut self, field: &str, value: Option<impl ToString>) {
        if let Some(value) = value {
            self.add(field, &value);
        }
    }

    /// A flag is mentioned where it is set.
    fn flag(&mut self, field: &str, set: bool) {
        self.some(field, set.then_some("yes"));
    }

    fn list(&mut self, field: &str, values: &[impl ToString]) {
        for (at, value) in values.iter().enumerate() {
            self.add(&format!("{field}[{at}]"), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{EnterpriseId, Secret, TrunkCredentials, TrunkId};

    fn trunk() -> Trunk {
        let id = TrunkId::from_bytes([1; 16]);
        let mut trunk = Trunk::plain(id, EnterpriseId::from_bytes([2; 16]), "carrier");
        let gateway = TrunkGateway::udp("192.0.2.7:5080".parse().unwrap());
        trunk.outbound = Some(TrunkOutbound {
            credentials: Some(TrunkCredentials {
                user: "me".to_owned(),
                password: Secret::new("open sesame".to_owned()),
            }),
            ..TrunkOutbound::to(gateway)
        });
        trunk
    }

    fn lines(changes: &[AuditChange]) -> Vec<String> {
        let text = |side: &Option<String>| side.clone().unwrap_or_else(|| "-".to_owned());
        changes
            .iter()
            .map(|it| format!("{}: {} → {}", it.field, text(&it.before), text(&it.after)))
            .collect()
    }

    #[test]
    fn a_change_names_what_differs_and_hides_secrets() {
        let mut after = trunk();
        after.enabled = false;
        after.rules.called_in = vec![NumberRule::replacing("+86", "")];
        let outbound = after.outbound.as_mut().unwrap();
        outbound.gateways[0].port = None;
        let credentials = outbound.credentials.as_mut().unwrap();
        credentials.password = Secret::new("another".to_owned());

        let changes = Trunk::changes(Some(&trunk()), Some(&after));

        assert_eq!(
            lines(&changes),
            [
                "enabled: yes → -",
                "outbound.gateways[0]: 192.0.2.7:5080 udp, priority 0, weight 1 \
                 → 192.0.2.7 udp, priority 0, weight 1",
                "rules.called_in[0]: - → \"+86\", length ..: strip 3, prepend \"\"",
                "outbound.credentials.password: ••• → •••",
            ]
        );
    }

    #[test]
    fn a_trunk_that_comes_or_goes_is_told_whole_and_without_its_password() {
        let made = Trunk::changes(None, Some(&trunk()));
        let gone = Trunk::changes(Some(&trunk()), None);

        assert_eq!(made.len(), gone.len());
        assert!(!format!("{made:?}{gone:?}").contains("sesame"));
        assert_eq!(Trunk::changes(Some(&trunk()), Some(&trunk())), []);
    }
}
