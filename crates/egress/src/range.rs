//! A range of addresses, as an operator writes it: `10.0.0.0/8`, `fd12::/16`, or one address.

use std::{fmt, net::IpAddr, str::FromStr};

/// A range of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    base: IpAddr,
    /// Leading bits that must agree.
    bits: u8,
}

/// Not a range of addresses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no range of addresses; write one like 10.0.0.0/8 or fd12:3456::/32")]
pub struct BadRange(String);

impl Range {
    /// Whether an address lies in it. An IPv4 address written as IPv6 is another address.
    #[must_use]
    pub fn contains(&self, ip: IpAddr) -> bool {
        match (self.base, ip) {
            (IpAddr::V4(base), IpAddr::V4(ip)) => agree(u128::from(base.to_bits()), u128::from(ip.to_bits()), 32 - self.bits),
            (IpAddr::V6(base), IpAddr::V6(ip)) => agree(base.to_bits(), ip.to_bits(), 128 - self.bits),
            _ => false,
        }
    }

    /// Whether it is one address and no more.
    #[must_use]
    pub fn is_one(&self) -> bool {
        self.bits == width(self.base)
    }
}

/// Whether two numbers agree but for their last bits.
pub(crate) fn agree(one: u128, other: u128, free: u8) -> bool {
    (one ^ other).checked_shr(u32::from(free)).unwrap_or(0) == 0
}

fn width(ip: IpAddr) -> u8 {
    if ip.is_ipv4() { 32 } else { 128 }
}

impl FromStr for Range {
    type Err = BadRange;

    fn from_str(text: &str) -> Result<Self, BadRange> {
        let bad = || BadRange(text.to_owned());
        let (base, bits) = text.trim().split_once('/').map_or((text.trim(), None), |(base, bits)| (base, Some(bits)));
        let base: IpAddr = base.parse().map_err(|_| bad())?;
        let bits = bits.map_or(Ok(width(base)), str::parse).map_err(|_| bad())?;
        if bits > width(base) { Err(bad()) } else { Ok(Range { base, bits }) }
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.base, self.bits)
    }
}
