//! Which bots may be called: an address in a flow must not open doors of the network that the
//! server is in.

use std::net::{IpAddr, SocketAddr};
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

fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            let [a, b, c, _] = ip.octets();
            let shared = a == 100 && (64..128).contains(&b);
            let special = (a == 192 && b == 0 && c == 0) || (a == 198 && (b == 18 || b == 19));
            !(ip.is_private()
                || ip.is_loopback()
                || ip.is_link_local()
                || ip.is_multicast()
                || ip.is_documentation()
                || a == 0
                || a >= 240
                || shared
                || special)
        }
        IpAddr::V6(ip) => {
            let head = ip.segments();
            if let Some(inner) = ip.to_ipv4_mapped() {
                return is_public(IpAddr::V4(inner));
            }
            // 64:ff9b::/96 and 2002::/16 lead to addresses of IPv4, which these could be.
            let translated = head[0] == 0x64 && head[1] == 0xFF9B || head[0] == 0x2002;
            let documentation = head[0] == 0x2001 && head[1] == 0xDB8;
            // Global unicast is 2000::/3.
            head[0] & 0xE000 == 0x2000 && !translated && !documentation
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_are_called_unasked() {
        for (ip, public) in [
            ("93.184.215.14", true),
            ("2606:2800:220:1::1", true),
            ("127.0.0.1", false),
            ("10.1.2.3", false),
            ("172.16.0.1", false),
            ("192.168.1.1", false),
            ("169.254.169.254", false),
            ("100.64.0.1", false),
            ("0.0.0.0", false),
            ("224.0.0.1", false),
            ("255.255.255.255", false),
            ("::1", false),
            ("::", false),
            ("fd00::1", false),
            ("fe80::1", false),
            ("::ffff:127.0.0.1", false),
            ("64:ff9b::7f00:1", false),
            ("2002:7f00:1::", false),
        ] {
            assert_eq!(is_public(ip.parse().unwrap()), public, "{ip}");
        }
    }

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
