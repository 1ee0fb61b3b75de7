//! Every key there is.

/// A key with its default and meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Key {
    /// Its name, sections separated by dots.
    pub(crate) name: &'static str,
    /// Its value when nothing is given.
    pub(crate) default: &'static str,
    /// Whether its value is not to be shown.
    pub(crate) secret: bool,
}

/// All keys, in the order in which they are shown.
pub(crate) const KEYS: &[Key] = &[
    open("data_dir", "./data"),
    open("database.url", "sqlite://{data_dir}/trunkline.db"),
    Key {
        name: "secrets.key",
        default: "",
        secret: true,
    },
    open("http.listen", "127.0.0.1:8080"),
    open("http.tls_cert", ""),
    open("http.tls_key", ""),
    open("http.allowed_origins", ""),
    open("sip.udp", "0.0.0.0:5060"),
    open("sip.tcp", "0.0.0.0:5060"),
    open("sip.tls", ""),
    open("sip.tls_cert", ""),
    open("sip.tls_key", ""),
    open("sip.tls_client_ca", ""),
    open("sip.tls_ca", ""),
    open("sip.advertise", ""),
    open("sip.drain_seconds", "10"),
    open("sip.probe_seconds", "0"),
    open("sip.service_route", ""),
    open("dns.servers", ""),
    open("media.listen", "0.0.0.0"),
    open("media.advertise", ""),
    open("media.phone_srtp", "optional"),
    open("supervision.auto_answer", "on"),
    open("media.ports", "20000-29999"),
    open("media.workers", "auto"),
    open("recording.compress", "off"),
    open("bucket.name", ""),
    open("bucket.endpoint", ""),
    open("bucket.region", "us-east-1"),
    open("bucket.prefix", ""),
    open("bucket.path_style", "on"),
    open("bucket.key_id", ""),
    Key {
        name: "bucket.secret",
        default: "",
        secret: true,
    },
    open("bucket.secret_file", ""),
    open("bucket.tls_ca", ""),
    open("limits.calls", "5000"),
    open("flows.allowed_hosts", ""),
    open("flows.tls_ca", ""),
    open("speech.cache_mib", "512"),
    open("bots.allowed_hosts", ""),
    open("bots.tls_ca", ""),
    Key {
        name: "bots.auth_token",
        default: "",
        secret: true,
    },
    Key {
        name: "demo.password",
        default: "",
        secret: true,
    },
    open("demo.outbound_peer", "127.0.0.1:5080"),
    open("log.filter", "info"),
    open("log.format", "text"),
];

/// The keys of each speech engine, behind `speech.engines.` and its name.
pub(crate) const ENGINE_KEYS: &[Key] = &[
    open("driver", ""),
    open("preset", ""),
    open("voices", ""),
    open("command", ""),
    open("url", ""),
    open("model", ""),
    Key {
        name: "key",
        default: "",
        secret: true,
    },
    open("key_file", ""),
    Key {
        name: "headers",
        default: "",
        secret: true,
    },
    open("body", ""),
    open("format", ""),
    open("rate", ""),
    open("answer", ""),
    open("version", ""),
    open("timeout_seconds", "30"),
    open("deadline_ms", "1500"),
    open("at_a_time", "2"),
];

const fn open(name: &'static str, default: &'static str) -> Key {
    Key {
        name,
        default,
        secret: false,
    }
}

/// The key with this name.
pub(crate) fn find(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}

/// The key whose name is most like `name`.
pub(crate) fn nearest(name: &str) -> &'static str {
    KEYS.iter()
        .map(|key| key.name)
        .max_by(|left, right| {
            let likeness = |known: &str| strsim::jaro_winkler(known, name);
            likeness(left).total_cmp(&likeness(right))
        })
        .unwrap_or("data_dir")
}
