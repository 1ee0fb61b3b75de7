//! Trunks (中继): how calls of a carrier are recognised, sent out, limited and rewritten.
//!
//! The texts in here are valid because they exist; what only the parts together can tell is found
//! by [`Trunk::problems`].

mod check;
mod detection;
mod dialing;
mod host;
mod identity;
mod media;
mod network;
mod outbound;
mod rules;
mod settings;

pub use check::{TrunkFault, TrunkProblem};
pub use detection::{EarlyMedia, TrunkDetection};
pub use dialing::{DialRefusal, DialRules};
pub use host::{Host, HostError};
pub use identity::{CallerIdentity, FromNumber};
pub use media::{Codec, DtmfMode, SdpFixup, SrtpPolicy, TrunkMedia};
pub use network::{Network, NetworkError};
pub use outbound::{
    TrunkCredentials, TrunkGateway, TrunkOutbound, TrunkRegistration, TrunkTransport,
    WhenUnavailable,
};
pub use rules::{NumberRule, NumberRules};

use crate::{EnterpriseId, FlowId, PhoneNumber, QueueId, TrunkId, TrunkNumberId};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A SIP trunk (中继).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trunk {
    /// Its identity.
    pub id: TrunkId,
    /// Whose it is.
    pub enterprise: EnterpriseId,
    /// Its name, unique in the enterprise.
    pub name: String,
    /// Whether calls go over it; a disabled trunk recognises nobody and registers nowhere.
    pub enabled: bool,
    /// How its calls are recognised.
    pub inbound: TrunkInbound,
    /// Where outbound calls go; none for a trunk that only receives.
    pub outbound: Option<TrunkOutbound>,
    /// How much it carries.
    pub limits: TrunkLimits,
    /// How numbers are rewritten.
    pub rules: NumberRules,
    /// Which numbers may be dialled.
    pub dialing: DialRules,
    /// Who the callee is told is calling.
    pub identity: CallerIdentity,
    /// What its calls sound like on the wire.
    pub media: TrunkMedia,
    /// What is listened for in its calls.
    pub detection: TrunkDetection,
}

impl Trunk {
    /// A trunk that recognises nobody, dials nothing and rewrites nothing.
    pub fn plain(id: TrunkId, enterprise: EnterpriseId, name: &str) -> Self {
        Self {
            id,
            enterprise,
            name: name.to_owned(),
            enabled: true,
            inbound: TrunkInbound::default(),
            outbound: None,
            limits: TrunkLimits::default(),
            rules: NumberRules::default(),
            dialing: DialRules::default(),
            identity: CallerIdentity::default(),
            media: TrunkMedia::default(),
            detection: TrunkDetection::default(),
        }
    }
}

/// How the calls of a trunk are recognised: by any one of these.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TrunkInbound {
    /// Source addresses; the longest matching prefix over all trunks wins.
    pub sources: Vec<Network>,
    /// The account with which the other side proves itself by digest.
    pub account: Option<TrunkAccount>,
    /// Names in the verified TLS certificate of the other side.
    pub tls_names: Vec<Host>,
    /// Whether P-Asserted-Identity, Privacy and Diversion of the other side are believed
    /// (RFC 3325 §7).
    pub trusts_identity: bool,
}

/// A digest account of the other side. The password itself is stored nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct TrunkAccount {
    /// The user name.
    pub user: String,
    /// MD5 over `user:realm:password`.
    pub ha1_md5: [u8; 16],
    /// SHA-256 over `user:realm:password`.
    pub ha1_sha256: [u8; 32],
}

impl fmt::Debug for TrunkAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TrunkAccount")
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

/// How much a trunk carries; none for as much as the server does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TrunkLimits {
    /// Calls in progress at most, both directions together.
    pub concurrent_calls: Option<u32>,
    /// New calls a second at most, both directions together.
    pub calls_per_second: Option<u32>,
}

/// Where the calls of a number go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Destination {
    /// Into a flow.
    Flow(FlowId),
    /// Straight into a queue.
    Queue(QueueId),
}

/// A number reached through a trunk (中继号码).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrunkNumber {
    /// Its identity.
    pub id: TrunkNumberId,
    /// Whose it is.
    pub enterprise: EnterpriseId,
    /// The trunk it is reached through.
    pub trunk: TrunkId,
    /// The number.
    pub number: PhoneNumber,
    /// Where its calls go.
    pub destination: Destination,
    /// Whether its calls are recorded from the answer on.
    pub recorded: bool,
}
