//! Which bots may be called: an address in a flow must not open doors of the network that the
//! server is in.

use crate::networks::is_public;
use std::net::SocketAddr;
use tokio_tungstenite::tungstenite::http::Uri;

/// Where a bot is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) uri: Uri,
    pub(super) host: String,
    port: u16,
    /// Whether it is spoken to inside TLS.
    pub(super) secure: bool,
    /// Whether the configuration names it.
    allowed: bool,
}

/// Reads an address. What is not inside TLS is for hosts that the configuration names.
pub(super) fn parse(url: &str, allowed: &[String]) -> Result<Place, String> {
    let uri: Uri = url.parse().map_err(|_| "not an address".to_owned())?;
    let (secure, port) = match uri.scheme_str() {
        Some("wss") => (true, 443),
        Some("ws") => (false, 80),
        Some("tcp") => (false, 9_092),
        _ => return Err("not an address of a bot".to_owned()),
    };
    let host = uri.host().unwrap_or("").trim_matches(['[', ']']).to_owned();
    if host.is_empty() {
        return Err("no host".to_owned());
    }
    if uri.authority().is_some_and(|it| it.as_str().contains('@')) {
        return Err("a password in an address is not sent".to_owned());
    }
    let port = uri.port_u16().unwrap_or(port);
    let names = [host.clone(), format!("{host}:{port}")];
    let is_named = |entry: &String| names.iter().any(|name| name.eq_ignore_ascii_case(entry));
    let allowed = allowed.iter().any(is_named);
    if !secure && !allowed {
        return Err(format!(
            "{host} is spoken to without TLS only if bots.allowed_hosts names it"
        ));
    }
    Ok(Place {
        uri,
        host,
        port,
        secure,
        allowed,
    })
}

/// The addresses of a host that may be connected to. What was looked at is what is connected to, so
/// that a name that changes its mind gains nothing.
pub(super) async fn resolve(place: &Place) -> Result<Vec<SocketAddr>, String> {
    let found = tokio::net::lookup_host((place.host.as_str(), place.port));
    let found = found.await.map_err(|error| error.to_string())?;
    let may: Vec<SocketAddr> = found
        .filter(|address| place.allowed || is_public(address.ip()))
        .collect();
    if may.is_empty() {
        return Err(format!(
            "{} is in a private network and bots.allowed_hosts does not name it",
            place.host
        ));
    }
    Ok(may)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_inside_tls_has_to_be_named() {
        let named = ["127.0.0.1".to_owned(), "bot.local:9000".to_owned()];
        for (url, fine) in [
            ("wss://bot.example/a?b=c", true),
            ("ws://bot.example/", false),
            ("ws://127.0.0.1:7000/bot", true),
            ("ws://BOT.local:9000/", true),
            ("ws://bot.local:9001/", false),
            ("tcp://127.0.0.1:9092", true),
            ("tcp://bot.example:9092", false),
            ("http://127.0.0.1/", false),
            ("wss://user:word@bot.example/", false),
            ("wss:///x", false),
            ("", false),
        ] {
            assert_eq!(parse(url, &named).is_ok(), fine, "{url}");
        }
    }
}
