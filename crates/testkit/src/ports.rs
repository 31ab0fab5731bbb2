//! The loopback ports of one stack.

use std::net::{TcpListener, UdpSocket};

use anyhow::{Context, Result};

/// The ports that one stack listens on, all on 127.0.0.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ports {
    pub server: u16,
    pub synapse: u16,
    pub livekit: u16,
    /// ICE over TCP.
    pub livekit_tcp: u16,
    /// ICE over UDP.
    pub livekit_udp: u16,
}

impl Ports {
    /// Five neighbours from `base` on, in the order of DESIGN.md: 7600 gives the documented development ports.
    #[must_use]
    pub fn from_base(base: u16) -> Self {
        Self {
            server: base,
            synapse: base.saturating_add(1),
            livekit: base.saturating_add(2),
            livekit_tcp: base.saturating_add(3),
            livekit_udp: base.saturating_add(4),
        }
    }

    /// Ports that nobody listens on now. All are held until the last is found, so that no two are the same.
    ///
    /// # Errors
    /// The machine has no free port.
    pub fn free() -> Result<Self> {
        let mut held = Vec::new();
        let mut tcp = || -> Result<u16> {
            let listener = TcpListener::bind("127.0.0.1:0").context("no free port")?;
            let port = listener.local_addr()?.port();
            held.push(listener);
            Ok(port)
        };
        let (server, synapse, livekit, livekit_tcp) = (tcp()?, tcp()?, tcp()?, tcp()?);
        let udp = UdpSocket::bind("127.0.0.1:0").context("no free port")?;
        Ok(Self { server, synapse, livekit, livekit_tcp, livekit_udp: udp.local_addr()?.port() })
    }

    /// The first of these ports that somebody else has.
    #[must_use]
    pub fn taken(&self) -> Option<u16> {
        [self.server, self.synapse, self.livekit, self.livekit_tcp]
            .into_iter()
            .find(|port| TcpListener::bind(("127.0.0.1", *port)).is_err())
            .or_else(|| UdpSocket::bind(("127.0.0.1", self.livekit_udp)).is_err().then_some(self.livekit_udp))
    }

    /// The documented development ports, or the next block of ten that is free.
    ///
    /// # Errors
    /// None of a hundred blocks is free.
    pub fn development() -> Result<Self> {
        (0..100)
            .map(|block| Self::from_base(7600 + block * 10))
            .find(|ports| ports.taken().is_none())
            .context("no free block of five ports between 7600 and 8599")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_ports_differ() {
        let ports = Ports::free().expect("free ports");
        let mut tcp = vec![ports.server, ports.synapse, ports.livekit, ports.livekit_tcp];
        tcp.sort_unstable();
        tcp.dedup();
        assert_eq!(tcp.len(), 4);
    }

    #[test]
    fn a_taken_port_is_named() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("its address").port();
        let mut ports = Ports::free().expect("free ports");
        ports.livekit = port;
        assert_eq!(ports.taken(), Some(port));
    }
}
