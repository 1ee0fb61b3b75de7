//! What people get wrong in a configuration, and what they are told.

use super::*;

#[test]
fn an_empty_configuration_is_complete() {
    let config = load(&[]).unwrap();

    assert_eq!(config.database_url, "sqlite://./data/trunkline.db");
    assert_eq!(config.media_ports, 20_000..=29_999);
    assert!(!config.sip.udp.is_empty());
}

#[test]
fn an_unknown_key_is_named_with_the_nearest_one() {
    let faults = load(&[("TRUNKLINE__MEDIA__PORT", "20000-20100")]).unwrap_err();

    assert_eq!(
        faults.to_string(),
        "the configuration is wrong:\n  media.port: there is no such key; the nearest is \
         \"media.ports\" (TRUNKLINE__MEDIA__PORT)"
    );
}

#[test]
fn all_faults_are_reported_at_once() {
    let faults = load(&[
        ("TRUNKLINE__HTTP__LISTEN", "8080"),
        ("TRUNKLINE__MEDIA__PORTS", "30000-20000"),
        ("TRUNKLINE__LOG__FORMAT", "xml"),
    ])
    .unwrap_err();

    assert_eq!(faults.0.len(), 3, "{faults}");
}

#[test]
fn an_empty_text_switches_a_listener_off() {
    let config = load(&[("TRUNKLINE__SIP__TCP", "")]).unwrap();

    assert!(config.sip.tcp.is_empty());
}

#[test]
fn a_listener_may_have_addresses_of_both_families() {
    let config = load(&[("TRUNKLINE__SIP__UDP", "0.0.0.0:5060, [::]:5060")]).unwrap();

    assert_eq!(config.sip.udp.len(), 2);
    assert!(config.sip.udp[1].is_ipv6());
}

#[test]
fn what_is_advertised_is_one_address_of_each_family() {
    let config = load(&[
        ("TRUNKLINE__SIP__UDP", "0.0.0.0:5060, [::]:5060"),
        ("TRUNKLINE__SIP__ADVERTISE", "192.0.2.7, 2001:db8::7"),
        ("TRUNKLINE__MEDIA__LISTEN", "::"),
        ("TRUNKLINE__MEDIA__ADVERTISE", "2001:db8::7,192.0.2.7"),
    ])
    .unwrap();
    assert_eq!(config.sip.advertise.len(), 2);
    assert_eq!(config.media_advertise.len(), 2);

    for (key, value, problem) in [
        ("SIP", "192.0.2.7,192.0.2.8", "at most one address of IPv4"),
        ("SIP", "pbx.example", "must be an IP address"),
        ("SIP", "0.0.0.0", "that peers can send to"),
        ("SIP", "2001:db8::7", "no SIP listener is of the family"),
        ("MEDIA", "2001:db8::7", "media.listen is 0.0.0.0"),
    ] {
        let name = format!("TRUNKLINE__{key}__ADVERTISE");
        let faults = load(&[(&name, value)]).unwrap_err().to_string();
        let named = format!("{}.advertise: ", key.to_lowercase());
        assert!(
            faults.contains(&named) && faults.contains(problem),
            "{faults}"
        );
    }
}

#[test]
fn tls_without_a_certificate_or_its_key_is_refused_by_name() {
    let faults = load(&[("TRUNKLINE__SIP__TLS", "0.0.0.0:5061")]).unwrap_err();
    assert!(faults.to_string().contains("sip.tls_cert: must be set"));

    let faults = load(&[("TRUNKLINE__HTTP__TLS_CERT", "cert.pem")]).unwrap_err();
    assert!(faults.to_string().contains("http.tls_key: must be set"));
}

#[test]
fn a_name_server_needs_no_port() {
    let config = load(&[("TRUNKLINE__DNS__SERVERS", "192.0.2.53,[::1]:5353")]).unwrap();

    let servers = ["192.0.2.53:53", "[::1]:5353"].map(|it| it.parse().unwrap());
    assert_eq!(config.dns_servers, servers);
}

#[test]
fn the_password_of_a_database_is_not_shown() {
    let key = keys::find("database.url").unwrap();

    assert_eq!(
        masked(key, "postgres://me:secret@db.example/x"),
        "postgres://me:********@db.example/x"
    );
    assert_eq!(masked(key, "sqlite://x.db"), "sqlite://x.db");
}

fn load(environment: &[(&str, &str)]) -> Result<Config, Faults> {
    let environment = environment
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let (given, mut faults) = sources::read(None, environment);
    let config = Config::build(given, &mut faults);
    config.filter(|_| faults.is_empty()).ok_or(Faults(faults))
}

#[test]
fn a_bucket_is_named_with_what_opens_it_or_refused_by_the_key_that_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret");
    std::fs::write(&file, "from a file\n").unwrap();
    let file = file.display().to_string();
    let whole = [
        ("TRUNKLINE__BUCKET__NAME", "calls"),
        ("TRUNKLINE__BUCKET__ENDPOINT", "https://s3.example.com/"),
        ("TRUNKLINE__BUCKET__PREFIX", "/site-a/"),
        ("TRUNKLINE__BUCKET__KEY_ID", "me"),
        ("TRUNKLINE__BUCKET__SECRET_FILE", file.as_str()),
    ];
    let bucket = load(&whole).unwrap().bucket.unwrap();
    assert_eq!(bucket.secret, "from a file");
    assert_eq!(bucket.prefix, "site-a/");
    assert_eq!(bucket.endpoint.as_deref(), Some("https://s3.example.com"));
    assert!(load(&[]).unwrap().bucket.is_none());

    for (key, value, problem) in [
        ("NAME", "s3://calls", "the name of a bucket"),
        ("ENDPOINT", "s3.example.com", "http:// or https://"),
        ("PREFIX", "a/../b", "letters, digits"),
        ("KEY_ID", "", "must be set where bucket.name is"),
        ("SECRET_FILE", "", "must be set where bucket.name is"),
        ("SECRET_FILE", "/nowhere/at/all", "cannot be read"),
        ("SECRET", "another", "cannot be set beside bucket.secret"),
        ("PATH_STYLE", "perhaps", "must be one of on, off"),
    ] {
        let name = format!("TRUNKLINE__BUCKET__{key}");
        let mut given = whole.to_vec();
        given.push((&name, value));
        let faults = load(&given).unwrap_err().to_string();
        assert!(
            faults.contains("bucket.") && faults.contains(problem),
            "{key} = {value:?}: {faults}"
        );
    }
}

const FLITE: [(&str, &str); 2] = [
    ("TRUNKLINE__SPEECH__ENGINES__FLITE__DRIVER", "command"),
    ("TRUNKLINE__SPEECH__ENGINES__FLITE__PRESET", "flite"),
];

const CLOUD: [(&str, &str); 5] = [
    ("TRUNKLINE__SPEECH__ENGINES__CLOUD__DRIVER", "openai"),
    (
        "TRUNKLINE__SPEECH__ENGINES__CLOUD__URL",
        "https://tts.example/v1",
    ),
    (
        "TRUNKLINE__SPEECH__ENGINES__CLOUD__VOICES",
        "mei zh-CN, any",
    ),
    ("TRUNKLINE__SPEECH__ENGINES__CLOUD__KEY", "sesame"),
    ("TRUNKLINE__SPEECH__ENGINES__CLOUD__FORMAT", "pcm"),
];

fn engine(given: &[(&str, &str)], name: &str) -> speech::Engine {
    load(given).unwrap().speech.engines[name].clone()
}

#[test]
fn a_program_that_speaks_never_gets_the_text_as_an_argument() {
    let read = engine(&FLITE, "flite");
    assert_eq!(read.voices[0].name, "slt");
    assert_eq!(read.deadline.as_millis(), 1_500);
    let speech::Driver::Command(arguments) = &read.driver else {
        panic!("{:?}", read.driver);
    };
    assert_eq!(arguments[..2], ["flite", "-voice"]);
    let mut open = FLITE.to_vec();
    let text = "flite -t {text} -o {out}";
    open.push(("TRUNKLINE__SPEECH__ENGINES__FLITE__COMMAND", text));
    let faults = load(&open).unwrap_err().to_string();
    assert!(faults.contains("gives the text as an argument"), "{faults}");
}

#[test]
fn a_system_that_speaks_is_read_with_what_its_kind_has_in_common() {
    let read = engine(&CLOUD, "cloud");
    assert_eq!(
        read.format,
        speech::Format::Raw(media::sound::Raw::Pcm, 24_000)
    );
    assert_eq!(read.voices.len(), 2);
    let speech::Driver::Remote(request) = &read.driver else {
        panic!("{:?}", read.driver);
    };
    assert_eq!(request.url, "https://tts.example/v1/audio/speech");
    assert!(!format!("{read:?}").contains("sesame"));
    let mut louder = CLOUD.to_vec();
    louder.push(("TRUNKLINE__SPEECH__ENGINES__CLOUD__VERSION", "2"));
    assert_ne!(engine(&louder, "cloud").digest, read.digest);
    let mut other_key = CLOUD.to_vec();
    other_key.push(("TRUNKLINE__SPEECH__ENGINES__CLOUD__KEY", "other"));
    assert_eq!(engine(&other_key, "cloud").digest, read.digest);
}

#[test]
fn a_speech_engine_is_refused_by_the_key_that_is_wrong() {
    for (key, value, problem) in [
        (
            "DRIVER",
            "magic",
            "must be one of command, openai, template",
        ),
        ("VOICES", "", "must name at least one"),
        ("VOICES", "mei fr-FR", "unknown language"),
        ("VOICES", "-o", "taken for an option"),
        (
            "URL",
            "tts.example",
            "must be http:// or https:// with a host",
        ),
        ("URL", "https://{voice}.example/", "with a host"),
        ("FORMAT", "opus", "must be one of wav, mp3, pcm"),
        ("RATE", "1", "must be 4000 to 192000"),
        ("HEADERS", "nonsense", "a name, a colon and a value"),
        ("HEADERS", "Content-Type: text/plain", "JSON, XML or form"),
        ("ANSWER", "audio", "must be a JSON pointer"),
        ("KEY_FILE", "/nowhere", "cannot be set beside key"),
        ("DEADLINE_MS", "0", "must be a whole number from 1"),
        ("AT_A_TIME", "65", "must be a whole number from 1 to 64"),
        (
            "SECRET",
            "x",
            "has a name of a-z, 0-9, - and _, and the keys driver",
        ),
    ] {
        let name = format!("TRUNKLINE__SPEECH__ENGINES__CLOUD__{key}");
        let mut given = CLOUD.to_vec();
        given.push((&name, value));
        let faults = load(&given).unwrap_err().to_string();
        let named = format!("speech.engines.cloud.{}", key.to_lowercase());
        assert!(
            faults.contains(&named) && faults.contains(problem),
            "{faults}"
        );
    }
}
