//! Network addresses, as budgets count them.

use std::net::IpAddr;

/// Under what an address pays for what it does: a home or office has a whole /64 of IPv6, so that is counted as one. An
/// IPv4 address, also one written inside IPv6, stands for itself; so does what is no address.
pub fn budget_key(ip: &str) -> String {
    match ip.parse::<IpAddr>().map(|ip| ip.to_canonical()) {
        Ok(IpAddr::V4(v4)) => v4.to_string(),
        Ok(IpAddr::V6(v6)) => {
            let [a, b, c, d, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        Err(_) => ip.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::budget_key;

    #[test]
    fn a_home_pays_as_one() {
        for (ip, key) in [
            ("203.0.113.7", "203.0.113.7"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
            ("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
            ("2001:0DB8:0001:0002::9", "2001:db8:1:2::/64"),
            ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
            ("local", "local"),
            ("", ""),
        ] {
            assert_eq!(budget_key(ip), key, "{ip}");
        }
    }
}
