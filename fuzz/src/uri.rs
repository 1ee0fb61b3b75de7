//! A URI from the network: whatever is read of it can be printed and read again.

use sip::uri::{Uri, escape_user, unescape};

/// Reads the bytes as a URI and looks at all of it.
pub fn run(data: &[u8]) {
    let Ok(uri) = Uri::from_bytes(data) else {
        return;
    };
    assert!(uri.is_equivalent(&uri), "{uri} differs from itself");
    let printed = uri.to_string();
    let again = Uri::parse(&printed).unwrap_or_else(|error| panic!("{printed}: {error}"));
    assert!(again.is_equivalent(&uri), "{uri} and {again}");
    let _ = (uri.password(), uri.host_address(), uri.parameter("lr"));
    let _ = (uri.parameters().count(), uri.headers().count());
    if let Some(user) = uri.user_unescaped() {
        let text = String::from_utf8_lossy(&user);
        let escaped = escape_user(&text);
        assert_eq!(unescape(escaped.as_bytes()), text.as_bytes());
        let rebuilt = format!("sip:{escaped}@h");
        let rebuilt = Uri::parse(&rebuilt).unwrap_or_else(|error| panic!("{rebuilt}: {error}"));
        assert_eq!(rebuilt.host(), Some("h"), "a user that leaves its place");
    }
}
