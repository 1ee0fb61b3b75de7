//! Socket addresses in the kernel's form.
#![expect(
    unsafe_code,
    reason = "the kernel's address is a union told apart by its family"
)]

use std::{
    io, mem,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6},
};

/// A `sockaddr` of either family and its length.
#[derive(Clone, Copy)]
pub(crate) struct RawAddress {
    storage: libc::sockaddr_storage,
    length: libc::socklen_t,
}

impl RawAddress {
    /// Room for the kernel to write any address into.
    pub(crate) fn empty() -> Self {
        // SAFETY: sockaddr_storage is plain integers, for which all zero bytes are a value.
        let storage = unsafe { mem::zeroed() };
        Self {
            storage,
            length: super::length_of::<libc::sockaddr_storage>(),
        }
    }

    pub(crate) fn pointer(&self) -> *const libc::sockaddr {
        (&raw const self.storage).cast()
    }

    pub(crate) fn pointer_mut(&mut self) -> *mut libc::sockaddr {
        (&raw mut self.storage).cast()
    }

    pub(crate) fn length(&self) -> libc::socklen_t {
        self.length
    }

    pub(crate) fn length_mut(&mut self) -> *mut libc::socklen_t {
        &raw mut self.length
    }

    /// The address, if it is one of the internet families.
    pub(crate) fn read(&self) -> io::Result<SocketAddr> {
        match libc::c_int::from(self.storage.ss_family) {
            libc::AF_INET => {
                // SAFETY: the family says that the bytes are a sockaddr_in; sockaddr_storage is
                // larger and at least as strictly aligned, and both are plain integers.
                let raw = unsafe { *(&raw const self.storage).cast::<libc::sockaddr_in>() };
                let ip = Ipv4Addr::from(u32::from_be(raw.sin_addr.s_addr));
                Ok(SocketAddr::new(IpAddr::V4(ip), u16::from_be(raw.sin_port)))
            }
            libc::AF_INET6 => {
                // SAFETY: as above, for sockaddr_in6.
                let raw = unsafe { *(&raw const self.storage).cast::<libc::sockaddr_in6>() };
                Ok(SocketAddr::V6(SocketAddrV6::new(
                    Ipv6Addr::from(raw.sin6_addr.s6_addr),
                    u16::from_be(raw.sin6_port),
                    raw.sin6_flowinfo,
                    raw.sin6_scope_id,
                )))
            }
            _ => Err(io::ErrorKind::AddrNotAvailable.into()),
        }
    }

    fn write<T>(raw: T) -> Self {
        const { assert!(size_of::<T>() <= size_of::<libc::sockaddr_storage>()) };
        const { assert!(align_of::<T>() <= align_of::<libc::sockaddr_storage>()) };
        let mut address = Self::empty();
        // SAFETY: the assertions above show that a `T` fits at the start of the storage.
        unsafe { (&raw mut address.storage).cast::<T>().write(raw) };
        address.length = super::length_of::<T>();
        address
    }
}

impl From<SocketAddr> for RawAddress {
    fn from(address: SocketAddr) -> Self {
        match address {
            SocketAddr::V4(address) => Self::write(v4(address)),
            SocketAddr::V6(address) => Self::write(v6(address)),
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "address families are small numbers"
)]
fn v4(address: SocketAddrV4) -> libc::sockaddr_in {
    libc::sockaddr_in {
        sin_family: libc::AF_INET as libc::sa_family_t,
        sin_port: address.port().to_be(),
        sin_addr: libc::in_addr {
            s_addr: u32::from(*address.ip()).to_be(),
        },
        sin_zero: [0; 8],
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "address families are small numbers"
)]
fn v6(address: SocketAddrV6) -> libc::sockaddr_in6 {
    libc::sockaddr_in6 {
        sin6_family: libc::AF_INET6 as libc::sa_family_t,
        sin6_port: address.port().to_be(),
        sin6_flowinfo: address.flowinfo(),
        sin6_addr: libc::in6_addr {
            s6_addr: address.ip().octets(),
        },
        sin6_scope_id: address.scope_id(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_survive_the_kernels_form() {
        for text in [
            "127.0.0.1:5060",
            "0.0.0.0:0",
            "[::1]:20000",
            "[fe80::1%3]:65535",
        ] {
            let address: SocketAddr = text.parse().unwrap();
            assert_eq!(RawAddress::from(address).read().unwrap(), address);
        }
    }

    #[test]
    fn an_address_of_no_internet_family_is_refused() {
        assert!(RawAddress::empty().read().is_err());
    }
}
