//! What the kernel takes for a datagram that comes and one that goes.

use crate::time::time;
use std::io;
use std::net::{Ipv4Addr, UdpSocket};
use std::time::Duration;

/// A frame of G.711 with its header.
const BYTES: usize = 172;
/// Sockets, as many as legs of a busy machine, so that none is warm.
const PAIRS: usize = 500;
const ROUNDS: u32 = 40;
const TURNS: usize = 5;

/// One sent and one received. Who sends over loopback pays for the delivery too, as the server does;
/// what peers pay for their own sending is left out.
pub(super) fn datagram() -> io::Result<Duration> {
    let pairs: io::Result<Vec<_>> = (0..PAIRS).map(|_| pair()).collect();
    let pairs = pairs?;
    let mut best = Duration::MAX;
    for _ in 0..TURNS {
        let mut whole = Duration::ZERO;
        for _ in 0..ROUNDS {
            let (done, spent) = time(|| round(&pairs))?;
            done?;
            whole += spent;
        }
        best = best.min(whole);
    }
    Ok(best / (ROUNDS * PAIRS as u32))
}

fn pair() -> io::Result<(UdpSocket, UdpSocket)> {
    let from = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    let to = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    from.connect(to.local_addr()?)?;
    Ok((from, to))
}

fn round(pairs: &[(UdpSocket, UdpSocket)]) -> io::Result<()> {
    let mut buffer = [0x55; BYTES];
    for (from, _) in pairs {
        from.send(&buffer)?;
    }
    for (_, to) in pairs {
        to.recv_from(&mut buffer)?;
    }
    Ok(())
}
