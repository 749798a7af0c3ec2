//! What an address is for, after the IANA registries of special-purpose addresses (RFC 6890 and what followed it).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::range::agree;

/// What an address is for. Only [`Kind::Public`] is anybody's on the internet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Somebody on the internet.
    Public,
    /// This machine.
    Loopback,
    /// A network of somebody's own (RFC 1918, RFC 4193).
    Private,
    /// Behind a provider's translation (RFC 6598).
    Shared,
    /// The wire this machine hangs on.
    LinkLocal,
    /// Many at once.
    Multicast,
    /// Where a cloud gives its machines their credentials.
    Metadata,
    /// An IPv6 address that carries an IPv4 address inside, so that it may lead anywhere.
    Embedded,
    /// Documentation, tests, protocols, or not given to anybody.
    Reserved,
}

/// What an address is for.
#[must_use]
pub fn kind(ip: IpAddr) -> Kind {
    match ip {
        IpAddr::V4(ip) => kind4(ip),
        IpAddr::V6(ip) => kind6(ip),
    }
}

/// The first line that fits counts.
const V4: [([u8; 4], u8, Kind); 21] = [
    // Clouds: everybody's link-local one, Azure's wire server (a public number), Alibaba's, Oracle's.
    ([169, 254, 169, 254], 32, Kind::Metadata),
    ([168, 63, 129, 16], 32, Kind::Metadata),
    ([100, 100, 100, 200], 32, Kind::Metadata),
    ([192, 0, 0, 192], 32, Kind::Metadata),
    ([0, 0, 0, 0], 8, Kind::Reserved),
    ([10, 0, 0, 0], 8, Kind::Private),
    ([100, 64, 0, 0], 10, Kind::Shared),
    ([127, 0, 0, 0], 8, Kind::Loopback),
    ([169, 254, 0, 0], 16, Kind::LinkLocal),
    ([172, 16, 0, 0], 12, Kind::Private),
    ([192, 0, 0, 0], 24, Kind::Reserved),
    ([192, 0, 2, 0], 24, Kind::Reserved),
    ([192, 31, 196, 0], 24, Kind::Reserved),
    ([192, 52, 193, 0], 24, Kind::Reserved),
    ([192, 88, 99, 0], 24, Kind::Reserved),
    ([192, 168, 0, 0], 16, Kind::Private),
    ([198, 18, 0, 0], 15, Kind::Reserved),
    ([198, 51, 100, 0], 24, Kind::Reserved),
    ([203, 0, 113, 0], 24, Kind::Reserved),
    ([224, 0, 0, 0], 4, Kind::Multicast),
    ([240, 0, 0, 0], 4, Kind::Reserved),
];

fn kind4(ip: Ipv4Addr) -> Kind {
    let fits = |base: &[u8; 4], bits: u8| agree(u128::from(u32::from_be_bytes(*base)), u128::from(ip.to_bits()), 32 - bits);
    V4.iter().find(|(base, bits, _)| fits(base, *bits)).map_or(Kind::Public, |(_, _, kind)| *kind)
}

/// The first line that fits counts; what none names is nobody's yet.
const V6: [([u16; 8], u8, Kind); 18] = [
    ([0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x0254], 128, Kind::Metadata),
    ([0, 0, 0, 0, 0, 0, 0, 1], 128, Kind::Loopback),
    ([0, 0, 0, 0, 0, 0, 0, 0], 128, Kind::Reserved),
    // IPv4-mapped, IPv4-compatible, translated (RFC 2765), NAT64 (well-known and local), 6to4, Teredo.
    ([0, 0, 0, 0, 0, 0xffff, 0, 0], 96, Kind::Embedded),
    ([0, 0, 0, 0, 0, 0, 0, 0], 96, Kind::Embedded),
    ([0, 0, 0, 0, 0xffff, 0, 0, 0], 96, Kind::Embedded),
    ([0x64, 0xff9b, 0, 0, 0, 0, 0, 0], 96, Kind::Embedded),
    ([0x64, 0xff9b, 1, 0, 0, 0, 0, 0], 48, Kind::Embedded),
    ([0x2002, 0, 0, 0, 0, 0, 0, 0], 16, Kind::Embedded),
    ([0x2001, 0, 0, 0, 0, 0, 0, 0], 32, Kind::Embedded),
    ([0x2001, 0, 0, 0, 0, 0, 0, 0], 23, Kind::Reserved),
    ([0x2001, 0x0db8, 0, 0, 0, 0, 0, 0], 32, Kind::Reserved),
    ([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20, Kind::Reserved),
    ([0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0], 48, Kind::Reserved),
    ([0x2000, 0, 0, 0, 0, 0, 0, 0], 3, Kind::Public),
    ([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7, Kind::Private),
    ([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10, Kind::LinkLocal),
    ([0xff00, 0, 0, 0, 0, 0, 0, 0], 8, Kind::Multicast),
];

fn kind6(ip: Ipv6Addr) -> Kind {
    let fits = |base: &[u16; 8], bits: u8| agree(Ipv6Addr::from(*base).to_bits(), ip.to_bits(), 128 - bits);
    V6.iter().find(|(base, bits, _)| fits(base, *bits)).map_or(Kind::Reserved, |(_, _, kind)| *kind)
}
