//! What a machine can do at most: a process that writes the same bytes to as many sockets, one after another, and does
//! nothing else.

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
};

use anyhow::{Context, Result};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// What this program is started with to be that process.
pub const NAME: &str = "bare-sockets";

/// The process, seen from outside.
pub struct Writer {
    process: Child,
    /// A byte sent here makes it write.
    bell: tokio::net::TcpStream,
}

/// The process itself. It is told how many sockets come, and how many bytes each gets at a time.
pub fn serve(sockets: usize, bytes: usize) -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    std::io::stdout().write_all(&listener.local_addr()?.port().to_be_bytes())?;
    std::io::stdout().flush()?;
    let (mut bell, _) = listener.accept()?;
    let accept = || -> Result<TcpStream> {
        let (socket, _) = listener.accept()?;
        socket.set_nodelay(true)?;
        Ok(socket)
    };
    let sockets = (0..sockets).map(|_| accept()).collect::<Result<Vec<_>>>()?;
    bell.write_all(&[0])?;
    let message = vec![b'.'; bytes];
    while bell.read_exact(&mut [0]).is_ok() {
        for mut socket in &sockets {
            socket.write_all(&message)?;
        }
    }
    Ok(())
}

impl Writer {
    /// Starts it and connects as many sockets.
    pub async fn start(sockets: usize, bytes: usize) -> Result<(Self, Vec<tokio::net::TcpStream>)> {
        let mut process = Command::new(std::env::current_exe()?)
            .args([NAME, &sockets.to_string(), &bytes.to_string()])
            .stdout(Stdio::piped())
            .spawn()?;
        let mut port = [0; 2];
        process.stdout.take().context("its output")?.read_exact(&mut port)?;
        let address = ("127.0.0.1", u16::from_be_bytes(port));
        let mut bell = tokio::net::TcpStream::connect(address).await?;
        bell.set_nodelay(true)?;
        let mut listeners = Vec::with_capacity(sockets);
        for _ in 0..sockets {
            listeners.push(tokio::net::TcpStream::connect(address).await?);
        }
        bell.read_exact(&mut [0]).await?;
        Ok((Self { process, bell }, listeners))
    }

    pub async fn ring(&mut self) -> Result<()> {
        Ok(self.bell.write_all(&[0]).await?)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
