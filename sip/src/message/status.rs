//! Status codes and their reason phrases (RFC 3261 §21).

use serde::{Deserialize, Serialize};

/// A status code between 100 and 699.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Status(u16);

impl Status {
    /// 100: the request was received and is being worked on.
    pub const TRYING: Self = Self(100);
    /// 180: the callee is being alerted.
    pub const RINGING: Self = Self(180);
    /// 183: early media or other progress.
    pub const SESSION_PROGRESS: Self = Self(183);
    /// 200: done.
    pub const OK: Self = Self(200);
    /// 202: taken, without a promise of the outcome.
    pub const ACCEPTED: Self = Self(202);
    /// 400: the request cannot be understood.
    pub const BAD_REQUEST: Self = Self(400);
    /// 401: credentials are wanted by a server of the user.
    pub const UNAUTHORIZED: Self = Self(401);
    /// 403: refused, and credentials will not help.
    pub const FORBIDDEN: Self = Self(403);
    /// 404: there is no such user.
    pub const NOT_FOUND: Self = Self(404);
    /// 405: the method is known but not allowed here.
    pub const METHOD_NOT_ALLOWED: Self = Self(405);
    /// 406: no answer would be in a form that the sender accepts.
    pub const NOT_ACCEPTABLE: Self = Self(406);
    /// 408: nobody answered in time.
    pub const REQUEST_TIMEOUT: Self = Self(408);
    /// 415: the body's type is not understood.
    pub const UNSUPPORTED_MEDIA_TYPE: Self = Self(415);
    /// 416: the scheme of the Request-URI is not understood.
    pub const UNSUPPORTED_URI_SCHEME: Self = Self(416);
    /// 420: an extension is required that is not supported.
    pub const BAD_EXTENSION: Self = Self(420);
    /// 422: the session interval is shorter than somebody on the way accepts.
    pub const SESSION_INTERVAL_TOO_SMALL: Self = Self(422);
    /// 423: the asked lifetime is too short.
    pub const INTERVAL_TOO_BRIEF: Self = Self(423);
    /// 439: a proxy on the way does not keep the flow that Outbound needs.
    pub const FIRST_HOP_LACKS_OUTBOUND: Self = Self(439);
    /// 469: the package of an INFO is not understood.
    pub const BAD_INFO_PACKAGE: Self = Self(469);
    /// 480: the callee cannot be reached for the time being.
    pub const TEMPORARILY_UNAVAILABLE: Self = Self(480);
    /// 481: no such dialog or transaction.
    pub const CALL_DOES_NOT_EXIST: Self = Self(481);
    /// 482: the request has been here before.
    pub const LOOP_DETECTED: Self = Self(482);
    /// 483: the request has made too many hops.
    pub const TOO_MANY_HOPS: Self = Self(483);
    /// 486: busy.
    pub const BUSY_HERE: Self = Self(486);
    /// 487: given up by the caller.
    pub const REQUEST_TERMINATED: Self = Self(487);
    /// 488: the offered session is not acceptable.
    pub const NOT_ACCEPTABLE_HERE: Self = Self(488);
    /// 489: the event of a subscription is not known.
    pub const BAD_EVENT: Self = Self(489);
    /// 491: both sides made an offer at once.
    pub const REQUEST_PENDING: Self = Self(491);
    /// 500: this server cannot do it.
    pub const SERVER_INTERNAL_ERROR: Self = Self(500);
    /// 501: the method is not known.
    pub const NOT_IMPLEMENTED: Self = Self(501);
    /// 503: overloaded or shutting down.
    pub const SERVICE_UNAVAILABLE: Self = Self(503);
    /// 505: another version of SIP.
    pub const VERSION_NOT_SUPPORTED: Self = Self(505);
    /// 603: the callee does not want the call.
    pub const DECLINE: Self = Self(603);
    /// 513: longer than this element reads.
    pub const MESSAGE_TOO_LARGE: Self = Self(513);

    /// Takes a code between 100 and 699.
    pub const fn new(code: u16) -> Option<Self> {
        if code >= 100 && code < 700 {
            Some(Self(code))
        } else {
            None
        }
    }

    /// The number.
    pub const fn code(self) -> u16 {
        self.0
    }

    /// Whether more responses follow (1xx).
    pub const fn is_provisional(self) -> bool {
        self.0 < 200
    }

    /// Whether this is a 2xx.
    pub const fn is_success(self) -> bool {
        self.0 / 100 == 2
    }

    /// Whether this response ends its transaction (2xx to 6xx).
    pub const fn is_final(self) -> bool {
        self.0 >= 200
    }

    /// The phrase that the RFCs recommend, or that of the class for a code of no RFC.
    pub fn reason(self) -> &'static str {
        PHRASES
            .binary_search_by_key(&self.0, |(code, _)| *code)
            .map_or_else(|_| self.class_phrase(), |at| PHRASES[at].1)
    }

    const fn class_phrase(self) -> &'static str {
        match self.0 / 100 {
            1 => "Progress",
            2 => "Success",
            3 => "Redirection",
            4 => "Request Failure",
            5 => "Server Failure",
            _ => "Global Failure",
        }
    }
}

impl std::fmt::Display for Status {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} {}", self.0, self.reason())
    }
}

const PHRASES: &[(u16, &str)] = &[
    (100, "Trying"),
    (180, "Ringing"),
    (181, "Call Is Being Forwarded"),
    (182, "Queued"),
    (183, "Session Progress"),
    (199, "Early Dialog Terminated"),
    (200, "OK"),
    (202, "Accepted"),
    (204, "No Notification"),
    (300, "Multiple Choices"),
    (301, "Moved Permanently"),
    (302, "Moved Temporarily"),
    (305, "Use Proxy"),
    (380, "Alternative Service"),
    (400, "Bad Request"),
    (401, "Unauthorized"),
    (402, "Payment Required"),
    (403, "Forbidden"),
    (404, "Not Found"),
    (405, "Method Not Allowed"),
    (406, "Not Acceptable"),
    (407, "Proxy Authentication Required"),
    (408, "Request Timeout"),
    (410, "Gone"),
    (412, "Conditional Request Failed"),
    (413, "Request Entity Too Large"),
    (414, "Request-URI Too Long"),
    (415, "Unsupported Media Type"),
    (416, "Unsupported URI Scheme"),
    (417, "Unknown Resource-Priority"),
    (420, "Bad Extension"),
    (421, "Extension Required"),
    (422, "Session Interval Too Small"),
    (423, "Interval Too Brief"),
    (424, "Bad Location Information"),
    (428, "Use Identity Header"),
    (429, "Provide Referrer Identity"),
    (430, "Flow Failed"),
    (433, "Anonymity Disallowed"),
    (436, "Bad Identity Info"),
    (437, "Unsupported Credential"),
    (438, "Invalid Identity Header"),
    (439, "First Hop Lacks Outbound Support"),
    (440, "Max-Breadth Exceeded"),
    (469, "Bad Info Package"),
    (470, "Consent Needed"),
    (480, "Temporarily Unavailable"),
    (481, "Call/Transaction Does Not Exist"),
    (482, "Loop Detected"),
    (483, "Too Many Hops"),
    (484, "Address Incomplete"),
    (485, "Ambiguous"),
    (486, "Busy Here"),
    (487, "Request Terminated"),
    (488, "Not Acceptable Here"),
    (489, "Bad Event"),
    (491, "Request Pending"),
    (493, "Undecipherable"),
    (494, "Security Agreement Required"),
    (500, "Server Internal Error"),
    (501, "Not Implemented"),
    (502, "Bad Gateway"),
    (503, "Service Unavailable"),
    (504, "Server Time-out"),
    (505, "Version Not Supported"),
    (513, "Message Too Large"),
    (555, "Push Notification Service Not Supported"),
    (580, "Precondition Failure"),
    (600, "Busy Everywhere"),
    (603, "Decline"),
    (604, "Does Not Exist Anywhere"),
    (606, "Not Acceptable"),
    (607, "Unwanted"),
    (608, "Rejected"),
];
