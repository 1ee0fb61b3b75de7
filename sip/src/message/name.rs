//! Header names and their compact forms (RFC 3261 §7.3.3).

macro_rules! names {
    ($($variant:ident = $long:literal $(| $compact:literal)?,)*) => {
        /// A header name; one variant for each that this stack reads or writes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Name {
            $(#[doc = concat!("`", $long, "`.")] $variant,)*
            /// Any other header; it keeps its spelling.
            Other,
        }

        impl Name {
            /// Recognises a long or compact name, whatever its case.
            pub fn from_bytes(text: &[u8]) -> Self {
                if let [letter] = text {
                    return match letter.to_ascii_lowercase() {
                        $($($compact => Self::$variant,)?)*
                        _ => Self::Other,
                    };
                }
                $(if text.len() == $long.len() && text.eq_ignore_ascii_case($long.as_bytes()) {
                    return Self::$variant;
                })*
                Self::Other
            }

            /// The long name in its usual spelling; empty for [`Name::Other`].
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $long,)*
                    Self::Other => "",
                }
            }
        }
    };
}

names! {
    Via = "Via" | b'v',
    From = "From" | b'f',
    To = "To" | b't',
    CallId = "Call-ID" | b'i',
    CSeq = "CSeq",
    MaxForwards = "Max-Forwards",
    ContentLength = "Content-Length" | b'l',
    Contact = "Contact" | b'm',
    ContentType = "Content-Type" | b'c',
    Route = "Route",
    RecordRoute = "Record-Route",
    Allow = "Allow",
    Supported = "Supported" | b'k',
    Require = "Require",
    ProxyRequire = "Proxy-Require",
    Unsupported = "Unsupported",
    UserAgent = "User-Agent",
    Server = "Server",
    Authorization = "Authorization",
    ProxyAuthorization = "Proxy-Authorization",
    WwwAuthenticate = "WWW-Authenticate",
    ProxyAuthenticate = "Proxy-Authenticate",
    AuthenticationInfo = "Authentication-Info",
    Expires = "Expires",
    MinExpires = "Min-Expires",
    SessionExpires = "Session-Expires" | b'x',
    MinSe = "Min-SE",
    Accept = "Accept",
    AcceptEncoding = "Accept-Encoding",
    AcceptLanguage = "Accept-Language",
    AllowEvents = "Allow-Events" | b'u',
    Event = "Event" | b'o',
    SubscriptionState = "Subscription-State",
    ContentDisposition = "Content-Disposition",
    ContentEncoding = "Content-Encoding" | b'e',
    Date = "Date",
    Diversion = "Diversion",
    HistoryInfo = "History-Info",
    Path = "Path",
    ServiceRoute = "Service-Route",
    FlowTimer = "Flow-Timer",
    PAssertedIdentity = "P-Asserted-Identity",
    PPreferredIdentity = "P-Preferred-Identity",
    Privacy = "Privacy",
    RAck = "RAck",
    RSeq = "RSeq",
    Reason = "Reason",
    InfoPackage = "Info-Package",
    RecvInfo = "Recv-Info",
    ReferSub = "Refer-Sub",
    ReferTo = "Refer-To" | b'r',
    ReferredBy = "Referred-By" | b'b',
    RemotePartyId = "Remote-Party-ID",
    Replaces = "Replaces",
    RetryAfter = "Retry-After",
    Subject = "Subject" | b's',
    Timestamp = "Timestamp",
    Warning = "Warning",
}

impl std::fmt::Display for Name {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.as_str())
    }
}
