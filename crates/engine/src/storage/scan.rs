//! Asking a malware scanner: ClamAV's clamd and its INSTREAM, over TCP or a socket of this machine.

use std::{io, path::PathBuf, time::Duration};

use axum::body::Bytes;
use futures_util::{Stream, StreamExt as _};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::{TcpStream, UnixStream},
    time::timeout,
};

use super::blob::BlobError;

const CONNECT: Duration = Duration::from_secs(5);
/// How long clamd may take no byte, and how long it may look at what it has.
const STALLED: Duration = Duration::from_secs(30);
const LOOKING: Duration = Duration::from_secs(120);
/// Bytes of an answer that are read.
const ANSWER: u64 = 4096;

/// How files are looked at before anybody gets them.
#[derive(Debug, Clone)]
pub struct Scanner {
    pub clamd: Clamd,
    /// Larger files are not looked at, as in Appwrite.
    pub largest: i64,
    /// Whether files are let through while clamd does not answer.
    pub lenient: bool,
}

/// Where clamd listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clamd {
    /// `host:port`
    Tcp(String),
    Socket(PathBuf),
}

/// What a scanner thinks of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Clean,
    /// What it calls it.
    Infected(String),
}

/// Why there is no verdict.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    #[error("clamd cannot be asked: {0}")]
    Away(#[from] io::Error),
    #[error("clamd does not answer in time")]
    Late,
    #[error("clamd answers: {0}")]
    Answer(String),
    #[error(transparent)]
    Blob(#[from] BlobError),
}

trait Connection: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Connection for T {}

impl Clamd {
    /// `tcp://host:port` or `unix:/run/clamav/clamd.ctl`.
    #[must_use]
    pub fn of_address(text: &str) -> Option<Self> {
        if let Some(path) = text.strip_prefix("unix:") {
            return path.starts_with('/').then(|| Self::Socket(path.into()));
        }
        let address = text.strip_prefix("tcp://")?;
        let (host, port) = address.rsplit_once(':')?;
        (!host.is_empty() && port.parse::<u16>().is_ok()).then(|| Self::Tcp(address.to_owned()))
    }

    /// Whether it is there.
    ///
    /// # Errors
    /// It is not, or something else listens.
    pub async fn ping(&self) -> Result<(), ScanError> {
        match self.ask(b"zPING\0").await?.as_str() {
            "PONG" => Ok(()),
            other => Err(ScanError::Answer(other.to_owned())),
        }
    }

    /// Which one it is: `ClamAV 1.4.3/27800/...`.
    ///
    /// # Errors
    /// It is not there, or something else listens.
    pub(crate) async fn version(&self) -> Result<String, ScanError> {
        let version = self.ask(b"zVERSION\0").await?;
        if version.starts_with("ClamAV ") { Ok(version) } else { Err(ScanError::Answer(version)) }
    }

    async fn ask(&self, question: &[u8]) -> Result<String, ScanError> {
        let mut connection = self.connect().await?;
        in_time(connection.write_all(question)).await?;
        answer(&mut connection, CONNECT).await
    }

    /// Sends it a content and waits for what it thinks.
    pub(super) async fn scan(
        &self,
        content: impl Stream<Item = Result<Bytes, BlobError>>,
    ) -> Result<Verdict, ScanError> {
        let mut connection = self.connect().await?;
        let sent = async {
            in_time(connection.write_all(b"zINSTREAM\0")).await?;
            let mut content = std::pin::pin!(content);
            while let Some(bytes) = content.next().await.transpose()? {
                let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
                in_time(connection.write_all(&length.to_be_bytes())).await?;
                in_time(connection.write_all(&bytes)).await?;
            }
            in_time(connection.write_all(&0u32.to_be_bytes())).await?;
            in_time(connection.flush()).await
        }
        .await;
        match sent {
            // It may have said why it takes no more.
            Ok(()) | Err(ScanError::Away(_)) => {
                let said = answer(&mut connection, LOOKING).await;
                match (sent, said) {
                    (Ok(()), said) => verdict(&said?),
                    (Err(error), Ok(said)) if said.is_empty() => Err(error),
                    (Err(_), Ok(said)) => verdict(&said),
                    (Err(error), Err(_)) => Err(error),
                }
            }
            Err(error) => Err(error),
        }
    }

    async fn connect(&self) -> Result<Box<dyn Connection>, ScanError> {
        let connection = async {
            Ok::<Box<dyn Connection>, io::Error>(match self {
                Self::Tcp(address) => Box::new(TcpStream::connect(address).await?),
                Self::Socket(path) => Box::new(UnixStream::connect(path).await?),
            })
        };
        Ok(timeout(CONNECT, connection).await.map_err(|_| ScanError::Late)??)
    }
}

async fn in_time(work: impl Future<Output = io::Result<()>>) -> Result<(), ScanError> {
    Ok(timeout(STALLED, work).await.map_err(|_| ScanError::Late)??)
}

/// One line, which ends with NUL, a new line or the connection.
async fn answer(connection: &mut Box<dyn Connection>, patience: Duration) -> Result<String, ScanError> {
    let mut bytes = Vec::new();
    let reading = async {
        let mut connection = connection.take(ANSWER);
        while !bytes.iter().any(|byte| matches!(byte, 0 | b'\n')) {
            if connection.read_buf(&mut bytes).await? == 0 {
                break;
            }
        }
        Ok::<_, io::Error>(())
    };
    timeout(patience, reading).await.map_err(|_| ScanError::Late)??;
    let line = bytes.split(|byte| matches!(byte, 0 | b'\n')).next().unwrap_or_default();
    Ok(String::from_utf8_lossy(line).trim().to_owned())
}

/// `stream: OK`, `stream: NAME FOUND`, or why it says neither. Only the first lets a file through.
fn verdict(answer: &str) -> Result<Verdict, ScanError> {
    if answer == "stream: OK" {
        return Ok(Verdict::Clean);
    }
    let name = answer.strip_prefix("stream: ").and_then(|rest| rest.strip_suffix(" FOUND"));
    name.map(|name| Verdict::Infected(name.to_owned())).ok_or_else(|| ScanError::Answer(answer.to_owned()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn addresses_are_read() {
        assert_eq!(Clamd::of_address("tcp://127.0.0.1:3310"), Some(Clamd::Tcp("127.0.0.1:3310".into())));
        let socket = Clamd::of_address("unix:/run/clamav/clamd.ctl");
        assert_eq!(socket, Some(Clamd::Socket("/run/clamav/clamd.ctl".into())));
        for bad in
            ["", "127.0.0.1:3310", "tcp://127.0.0.1", "tcp://:3310", "tcp://a:x", "unix:clamd", "http://a:1"]
        {
            assert_eq!(Clamd::of_address(bad), None, "{bad}");
        }
    }

    #[test]
    fn answers_are_understood() {
        assert!(matches!(verdict("stream: OK"), Ok(Verdict::Clean)));
        let infected = verdict("stream: Eicar-Signature FOUND");
        assert!(matches!(infected, Ok(Verdict::Infected(name)) if name == "Eicar-Signature"));
        assert!(matches!(verdict("INSTREAM size limit exceeded. ERROR"), Err(ScanError::Answer(_))));
    }

    proptest! {
        #[test]
        fn nothing_but_the_word_lets_a_file_through(answer in ".{0,40}") {
            prop_assert!(answer == "stream: OK" || !matches!(verdict(&answer), Ok(Verdict::Clean)));
        }
    }
}
