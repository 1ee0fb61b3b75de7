//! Which addresses a flow may reach unasked: those that everybody on the Internet reaches too.

use std::net::IpAddr;

/// Whether an address is outside of private and special networks.
pub(crate) fn is_public(ip: IpAddr) -> bool {
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
}
