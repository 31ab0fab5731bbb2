//! The network between clients and a server, as bad as a story wants it: a TCP relay with a delay and a limited rate.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context, Result};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::{mpsc, watch},
    task::{AbortHandle, JoinSet},
    time::{Instant, sleep, sleep_until},
};

/// Small, so that a large answer does not hold up a small one for long.
const PIECE: usize = 2048;
/// Pieces of one connection that are under way.
const UNDER_WAY: usize = 64;

/// What a link does to everything that passes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Network {
    /// Each way.
    pub delay: Duration,
    /// Each way, of all connections together. None: as fast as it goes.
    pub bits_per_second: Option<u32>,
}

impl Network {
    /// A train's: 300 ms each way, 256 kbit/s.
    #[must_use]
    pub fn slow() -> Self {
        Self { delay: Duration::from_millis(300), bits_per_second: Some(256_000) }
    }
}

/// Relays a port of its own to another one of this machine until it is dropped.
#[derive(Debug)]
pub struct Link {
    port: u16,
    network: watch::Sender<Network>,
    relay: AbortHandle,
}

impl Link {
    /// A link that changes nothing yet.
    ///
    /// # Errors
    /// The machine has no free port.
    pub async fn to(port: u16) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.context("no free port")?;
        let own = listener.local_addr()?.port();
        let network = watch::Sender::new(Network::default());
        let lanes = [(); 2]
            .map(|()| Arc::new(Lane { network: network.subscribe(), free: Mutex::new(Instant::now()) }));
        let target = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let relay = tokio::spawn(relay(listener, target, lanes)).abort_handle();
        Ok(Self { port: own, network, relay })
    }

    /// What clients are given in place of the server's port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// From now on, for open connections too.
    pub fn become_like(&self, network: Network) {
        self.network.send_replace(network);
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.relay.abort();
    }
}

/// One direction, shared by all connections.
#[derive(Debug)]
struct Lane {
    network: watch::Receiver<Network>,
    /// When what is under way now has left.
    free: Mutex<Instant>,
}

impl Lane {
    fn delay(&self) -> Duration {
        self.network.borrow().delay
    }

    /// When bytes that came just now arrive.
    fn arrival(&self, bytes: usize) -> Instant {
        let network = *self.network.borrow();
        let Some(rate) = network.bits_per_second.filter(|rate| *rate > 0) else {
            return Instant::now() + network.delay;
        };
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let bits = u32::try_from(bytes * 8).unwrap_or(u32::MAX);
        *free = (*free).max(Instant::now()) + Duration::from_secs_f64(f64::from(bits) / f64::from(rate));
        *free + network.delay
    }
}

async fn relay(listener: TcpListener, target: SocketAddr, [there, back]: [Arc<Lane>; 2]) {
    // Ends with this task.
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            client = listener.accept() => {
                let Ok((client, _)) = client else { continue };
                connections.spawn(connection(client, target, there.clone(), back.clone()));
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

/// A side that fails takes the other with it, as both sockets are dropped.
async fn connection(
    client: TcpStream,
    target: SocketAddr,
    there: Arc<Lane>,
    back: Arc<Lane>,
) -> io::Result<()> {
    // Opening one costs a way there and back.
    sleep(there.delay() + back.delay()).await;
    let server = TcpStream::connect(target).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    tokio::try_join!(pump(from_client, to_server, there), pump(from_server, to_client, back))?;
    Ok(())
}

async fn pump(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, lane: Arc<Lane>) -> io::Result<()> {
    let (give, mut take) = mpsc::channel::<(Instant, Vec<u8>)>(UNDER_WAY);
    let read = async move {
        let mut piece = vec![0; PIECE];
        loop {
            let length = from.read(&mut piece).await?;
            // Nobody takes any more once writing has failed.
            if length == 0 || give.send((lane.arrival(length), piece[..length].to_vec())).await.is_err() {
                return Ok(());
            }
        }
    };
    let write = async move {
        while let Some((arrival, piece)) = take.recv().await {
            sleep_until(arrival).await;
            to.write_all(&piece).await?;
        }
        to.shutdown().await
    };
    tokio::try_join!(read, write).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers each connection with what came, once no more comes.
    async fn echo() -> u16 {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let port = listener.local_addr().expect("its address").port();
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let mut all = Vec::new();
                client.read_to_end(&mut all).await.expect("read");
                client.write_all(&all).await.expect("written");
            }
        });
        port
    }

    async fn there_and_back(link: &Link, bytes: &[u8]) -> (Vec<u8>, Duration) {
        let start = Instant::now();
        let mut client = TcpStream::connect((Ipv4Addr::LOCALHOST, link.port())).await.expect("connected");
        client.write_all(bytes).await.expect("written");
        client.shutdown().await.expect("all is said");
        let mut all = Vec::new();
        client.read_to_end(&mut all).await.expect("read");
        (all, start.elapsed())
    }

    #[tokio::test]
    async fn everything_arrives_in_order_and_no_earlier_than_the_network_allows() {
        let link = Link::to(echo().await).await.expect("a link");
        let bytes: Vec<u8> = (0..20_000_u32).map(|n| (n % 251) as u8).collect();
        assert_eq!(there_and_back(&link, &bytes).await.0, bytes);
        link.become_like(Network { delay: Duration::from_millis(50), bits_per_second: Some(800_000) });
        let (came, took) = there_and_back(&link, &bytes).await;
        assert_eq!(came, bytes);
        // Four ways of 50 ms, and 160,000 bits at 800,000 each way.
        assert!(took >= Duration::from_millis(600), "{took:?}");
    }

    #[tokio::test]
    async fn a_server_that_is_gone_ends_its_connections() {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .expect("a port")
            .local_addr()
            .expect("one")
            .port();
        let link = Link::to(port).await.expect("a link");
        let mut client = TcpStream::connect((Ipv4Addr::LOCALHOST, link.port())).await.expect("connected");
        let mut nothing = [0; 1];
        assert!(matches!(client.read(&mut nothing).await, Ok(0) | Err(_)));
    }
}
