//! Where a request may go, as far as its text tells; which networks are open is the server's to know.

/// Whether an address has a scheme and a host of its own, whatever its variables hold.
pub(super) fn check(url: &str) -> Result<(), &'static str> {
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"))
        .ok_or("an address begins with https:// or http://")?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.is_empty() {
        return Err("an address has a host");
    }
    if authority.contains("${") {
        return Err("variables stand in the path and the query, not in the host");
    }
    if authority.contains('@') {
        return Err("a password in an address is not sent; use a header");
    }
    if authority.contains(|letter: char| letter.is_whitespace() || letter == '\\') {
        return Err("a host has no spaces");
    }
    Ok(())
}

/// Whether a header may be set by a flow.
pub(super) fn check_header(name: &str) -> Result<(), &'static str> {
    const OURS: [&str; 10] = [
        "connection",
        "content-length",
        "content-type",
        "expect",
        "host",
        "idempotency-key",
        "proxy-authorization",
        "te",
        "transfer-encoding",
        "upgrade",
    ];
    let is_token =
        |letter: char| letter.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(letter);
    if name.is_empty() || name.len() > 64 || !name.chars().all(is_token) {
        return Err("a header's name has 1 to 64 letters, digits and hyphens");
    }
    if OURS.contains(&name.to_ascii_lowercase().as_str()) {
        return Err("this header is set by the server");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn callers_cannot_choose_the_host() {
        for (url, fine) in [
            ("https://crm.example/customers?number=${caller}", true),
            ("http://127.0.0.1:8080/${order}", true),
            ("https://${host}/", false),
            ("https://crm.example${suffix}/", false),
            ("https://user:word@crm.example/", false),
            ("ftp://crm.example/", false),
            ("${url}", false),
            ("https:///x", false),
            ("https://a b/", false),
            ("https://crm.example\\@evil.example/", false),
        ] {
            assert_eq!(check(url).is_ok(), fine, "{url}");
        }
    }

    #[test]
    fn headers_that_frame_a_request_are_not_a_flows() {
        assert!(check_header("Authorization").is_ok());
        assert!(check_header("X-Shop").is_ok());
        for name in ["Host", "content-length", "", "A B", "A:B", "ä"] {
            assert!(check_header(name).is_err(), "{name}");
        }
    }
}
