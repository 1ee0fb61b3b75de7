//! Request methods (RFC 3261 §7.1 and the RFCs that add one each).

use serde::{Deserialize, Serialize};

macro_rules! methods {
    ($($(#[$doc:meta])* $variant:ident = $text:literal,)*) => {
        /// What a request asks for. Methods are case-sensitive.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[non_exhaustive]
        pub enum Method {
            $($(#[$doc])* $variant,)*
            /// A method that this stack does not know; `Message::method_text` has its spelling.
            Other,
        }

        impl Method {
            /// Recognises the spelling of a method.
            pub fn from_bytes(text: &[u8]) -> Self {
                $(if text == $text.as_bytes() { return Self::$variant; })*
                Self::Other
            }

            /// The method's spelling; `UNKNOWN` for [`Method::Other`].
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Other => "UNKNOWN",
                }
            }

            /// The methods that this stack knows by name.
            pub const KNOWN: &'static [Self] = &[$(Self::$variant,)*];
        }
    };
}

methods! {
    /// Opens or changes a session.
    Invite = "INVITE",
    /// Confirms a final answer to an INVITE.
    Ack = "ACK",
    /// Ends a session.
    Bye = "BYE",
    /// Gives up an INVITE that has no final answer.
    Cancel = "CANCEL",
    /// Asks for capabilities, or whether one is alive.
    Options = "OPTIONS",
    /// Binds an address to contacts.
    Register = "REGISTER",
    /// Confirms a reliable provisional response (RFC 3262).
    Prack = "PRACK",
    /// Changes a session before it is answered (RFC 3311).
    Update = "UPDATE",
    /// Asks the peer to call someone else (RFC 3515).
    Refer = "REFER",
    /// Reports an event (RFC 6665).
    Notify = "NOTIFY",
    /// Asks for event reports (RFC 6665).
    Subscribe = "SUBSCRIBE",
    /// Carries an instant message (RFC 3428).
    Message = "MESSAGE",
    /// Carries application data inside a session (RFC 6086).
    Info = "INFO",
    /// Publishes event state (RFC 3903).
    Publish = "PUBLISH",
}

impl std::fmt::Display for Method {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.as_str())
    }
}
