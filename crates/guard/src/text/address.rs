//! Addresses of people and of machines.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use core::ops::Range;

use super::find::{Place, Sensitive, ends_at, span};

/// `local@domain.tld`. Beside ASCII, letters of any script may stand on either side.
pub(super) fn email(place: Place<'_>) -> Option<(Sensitive, Range<usize>)> {
    let is_local = |b: u8| b.is_ascii_alphanumeric() || b >= 0x80 || matches!(b, b'.' | b'_' | b'%' | b'+' | b'-' | b'\'');
    let local = span(place.rest, 65, is_local);
    if local == 0 || local > 64 {
        return None;
    }
    let domain = place.rest.get(local..)?.strip_prefix('@')?;
    let length = span(domain, 254, |b| b.is_ascii_alphanumeric() || b >= 0x80 || matches!(b, b'.' | b'-'));
    let domain = domain.get(..length)?.trim_end_matches(['.', '-']);
    let (front, last) = domain.rsplit_once('.')?;
    let is_domain = !front.is_empty() && last.chars().count() >= 2 && last.chars().all(char::is_alphabetic);
    is_domain.then(|| (Sensitive::Email, 0..local.saturating_add(1).saturating_add(domain.len())))
}

/// An IPv4 address as four numbers, or an IPv6 address with at least four of its groups written.
pub(super) fn ip(place: Place<'_>) -> Option<(Sensitive, Range<usize>)> {
    let length = span(place.rest, 46, |b| b.is_ascii_hexdigit() || matches!(b, b'.' | b':'));
    let text = place.rest.get(..length)?.trim_end_matches(['.', ':']);
    if text.len() < 7 || !ends_at(place.rest, text.len()) || place.before.ends_with(['.', ':']) {
        return None;
    }
    let address: IpAddr = match text.parse::<Ipv4Addr>() {
        Ok(address) => address.into(),
        // with a port
        Err(_) if text.contains('.') && !text.contains("::") => text.split_once(':')?.0.parse::<Ipv4Addr>().ok()?.into(),
        Err(_) if text.split(':').filter(|group| !group.is_empty()).count() >= 4 => text.parse::<Ipv6Addr>().ok()?.into(),
        Err(_) => return None,
    };
    let says_nothing = address.is_loopback() || address.is_unspecified() || address == IpAddr::V4(Ipv4Addr::BROADCAST);
    (!says_nothing).then_some((Sensitive::IpAddress, 0..text.len()))
}
