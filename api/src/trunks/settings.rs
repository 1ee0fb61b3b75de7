//! A trunk's settings as the API reads and writes them.

mod read;
mod write;

pub(crate) use read::pointer;

use crate::vocabulary::{
    Codec, DtmfMode, EarlyMedia, SdpFixup, SrtpPolicy, TrunkTransport, WhenUnavailable,
};
use model::TrunkMedia;
use serde::{Deserialize, Serialize, Serializer};
use utoipa::ToSchema;

/// Everything that can be set of a trunk. What is left out of a request is as in the example.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TrunkSettings)]
pub(crate) struct Settings {
    /// Its name, unique in the enterprise.
    #[schema(min_length = 1, max_length = 64)]
    name: String,
    /// Whether calls go over it.
    #[serde(default = "yes")]
    #[schema(default = true)]
    enabled: bool,
    /// How its calls are recognised: by any one of these.
    #[serde(default)]
    inbound: Inbound,
    /// Where outbound calls go; none for a trunk that only receives.
    #[serde(default)]
    outbound: Option<Outbound>,
    /// How much it carries.
    #[serde(default)]
    limits: Limits,
    /// How numbers are rewritten; of each list the first rule that matches is applied.
    #[serde(default)]
    rules: Rules,
    /// Which numbers may be dialled: none but those that are named here.
    #[serde(default)]
    dialing: Dialing,
    /// Who the callee is told is calling.
    #[serde(default)]
    identity: Identity,
    /// What its calls sound like on the wire.
    #[serde(default)]
    media: Media,
    /// What is listened for in its calls.
    #[serde(default)]
    detection: Detection,
}

/// How calls of a trunk are recognised.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = TrunkInbound)]
struct Inbound {
    /// Blocks of source addresses in CIDR form; the longest over all trunks wins.
    sources: Vec<String>,
    /// The account with which the other side proves itself by digest.
    account: Option<Account>,
    /// Names in the verified TLS certificate of the other side.
    tls_names: Vec<String>,
    /// Whether P-Asserted-Identity, Privacy and Diversion of the other side are believed.
    trusts_identity: bool,
}

/// A user name with its password.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TrunkAccount)]
struct Account {
    /// The user name.
    user: String,
    /// The password; never answered, and kept when it is left out of a change.
    #[serde(default, skip_serializing_if = "never_said")]
    #[schema(write_only)]
    password: Option<Password>,
}

/// A password on its way in.
#[derive(Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, format = "password")]
struct Password(String);

impl Serialize for Password {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_none()
    }
}

/// Passwords go one way only; the specification names them all the same.
fn never_said<T>(_: &T) -> bool {
    true
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(…)")
    }
}

/// Where outbound calls of a trunk go.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TrunkOutbound)]
struct Outbound {
    /// The other side's proxies, at least one.
    gateways: Vec<Gateway>,
    /// With what a challenge is answered.
    #[serde(default)]
    credentials: Option<Account>,
    /// How we register, if the other side wants that.
    #[serde(default)]
    registration: Option<Registration>,
    /// How often every gateway is asked with OPTIONS whether it lives; none for never.
    #[serde(default)]
    #[schema(minimum = 5, maximum = 3600)]
    health_seconds: Option<u32>,
    /// The domain of From and of the request, where it is not the gateway's.
    #[serde(default)]
    from_domain: Option<String>,
    /// Whether a request too large for a datagram goes over TCP.
    #[serde(default)]
    tcp_when_large: bool,
    /// Whether a redirection to a gateway of this trunk is followed.
    #[serde(default)]
    follow_redirects: bool,
    /// What follows where a gateway answers 408 or 480.
    #[serde(default = "end")]
    when_unavailable: WhenUnavailable,
}

/// One proxy of the other side.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TrunkGateway)]
struct Gateway {
    /// Its name or address.
    host: String,
    /// Its port; none to ask DNS, or the transport's own port.
    #[serde(default)]
    #[schema(minimum = 1)]
    port: Option<u16>,
    /// How it is spoken to.
    #[serde(default = "auto")]
    transport: TrunkTransport,
    /// Gateways with the lowest number are tried before all others.
    #[serde(default)]
    priority: u16,
    /// The share of calls among gateways of the same priority.
    #[serde(default = "one")]
    #[schema(default = 1)]
    weight: u16,
}

/// How a trunk registers with the other side.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TrunkRegistration)]
struct Registration {
    /// The user part of the address of record.
    user: String,
    /// Its domain.
    domain: String,
    /// For how long we ask to be registered.
    #[serde(default = "an_hour")]
    #[schema(minimum = 60, maximum = 86400, default = 3600)]
    expires_seconds: u32,
}

/// How much a trunk carries; none for as much as the server does.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = TrunkLimits)]
struct Limits {
    /// Calls in progress at most, both directions together.
    #[schema(minimum = 1)]
    concurrent_calls: Option<u32>,
    /// New calls a second at most, both directions together.
    #[schema(minimum = 1)]
    calls_per_second: Option<u32>,
}

/// How a trunk rewrites numbers.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = NumberRules)]
struct Rules {
    /// For the caller's number of calls that come in.
    caller_in: Vec<Rule>,
    /// For the called number of calls that come in.
    called_in: Vec<Rule>,
    /// For the caller's number of calls that go out.
    caller_out: Vec<Rule>,
    /// For the called number of calls that go out.
    called_out: Vec<Rule>,
}

/// One rule: takes characters off the front of a number and puts others there.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NumberRule)]
struct Rule {
    /// With what the number must begin; empty for any number.
    #[serde(default)]
    prefix: String,
    /// How long the number must be at least.
    #[serde(default)]
    min_length: Option<u8>,
    /// How long the number may be at most.
    #[serde(default)]
    max_length: Option<u8>,
    /// How many characters are taken off the front.
    #[serde(default)]
    strip: u8,
    /// What is put in front of the rest.
    #[serde(default)]
    prepend: String,
}

/// Which numbers may be dialled over a trunk, as the rules have written them.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = DialRules)]
struct Dialing {
    /// Beginnings of numbers that may be dialled. One without + opens no number abroad, whether
    /// that is written with + or with 00.
    allowed_prefixes: Vec<String>,
    /// Beginnings of numbers that may not be dialled, whatever allows them.
    denied_prefixes: Vec<String>,
    /// Numbers of at most three digits that may be dialled, each in full.
    short_numbers: Vec<String>,
}

/// How the caller is presented on outbound calls.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = CallerIdentity)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "four header fields, each with its own switch"
)]
struct Identity {
    /// The number in From.
    from: FromNumber,
    /// The number, if From carries always the same.
    number: Option<String>,
    /// Whether P-Asserted-Identity carries the number, too.
    asserted: bool,
    /// Whether Diversion names the number that was called.
    diversion: bool,
    /// Whether the callee is not told the number.
    privacy: bool,
    /// Whether numbers are marked `user=phone`.
    user_phone: bool,
}

/// The number that From carries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum FromNumber {
    /// Whoever called us.
    Caller,
    /// The number of ours that the call belongs to.
    #[default]
    TrunkNumber,
    /// Always the one in `number`.
    Fixed,
}

/// Codecs, key presses and repairs of session descriptions.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = TrunkMedia)]
struct Media {
    /// The codecs offered and accepted, best first; at least one.
    codecs: Vec<Codec>,
    /// How key presses travel.
    dtmf: DtmfMode,
    /// What is set right in session descriptions.
    fixups: Vec<SdpFixup>,
    /// Whether media is encrypted.
    srtp: SrtpPolicy,
    /// After how many seconds in which nothing came from any side a call is ended; none for never.
    #[schema(minimum = 5, maximum = 3600)]
    timeout_seconds: Option<u32>,
}

impl Default for Media {
    fn default() -> Self {
        Self {
            codecs: vec![Codec::Pcma, Codec::Pcmu],
            dtmf: DtmfMode::Rfc4733,
            fixups: Vec::new(),
            srtp: SrtpPolicy::Optional,
            timeout_seconds: Some(TrunkMedia::TIMEOUT_SECONDS),
        }
    }
}

/// What is listened for in a trunk's calls.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = TrunkDetection)]
struct Detection {
    /// What is done with tones and announcements before the answer that say why a number is not
    /// reached: noted, ignored, or the call is given up at once.
    early_media: EarlyMedia,
    /// Whether it is told if a human or a machine answered a call that went out.
    answering_machine: bool,
    /// Whether faxes are recognised at the beginning of a call.
    fax: bool,
}

impl Default for Detection {
    fn default() -> Self {
        Self {
            early_media: EarlyMedia::Record,
            answering_machine: false,
            fax: false,
        }
    }
}

fn yes() -> bool {
    true
}

fn one() -> u16 {
    1
}

fn an_hour() -> u32 {
    3_600
}

fn end() -> WhenUnavailable {
    WhenUnavailable::End
}

fn auto() -> TrunkTransport {
    TrunkTransport::Auto
}
