//! The world outside in a test: a mail server, and a server that stands in for every provider by HTTP.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Json, Router,
    body::Bytes,
    http::{StatusCode, Uri},
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    sync::watch,
};
use url::Url;

/// A mail as a server got it.
#[derive(Debug, Clone, Default)]
pub struct Mail {
    pub to: Vec<String>,
    pub text: String,
}

#[derive(Clone)]
pub struct MailServer {
    pub port: u16,
    mails: Arc<Mutex<Vec<Mail>>>,
}

impl MailServer {
    pub async fn start() -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").await.expect("port"))
    }

    /// One that is down: nothing listens there until [`MailServer::begin`].
    pub async fn down() -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("port");
        listener.local_addr().expect("address").port()
    }

    pub async fn begin(port: u16) -> Self {
        Self::on(TcpListener::bind(("127.0.0.1", port)).await.expect("the port is still free"))
    }

    fn on(listener: TcpListener) -> Self {
        let port = listener.local_addr().expect("address").port();
        let server = Self { port, mails: Arc::default() };
        let mails = server.mails.clone();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(take(socket, mails.clone()));
            }
        });
        server
    }

    pub fn mails(&self) -> Vec<Mail> {
        self.mails.lock().expect("lock").clone()
    }
}

/// Nobody who has `refused` in their address is known here.
async fn take(socket: TcpStream, mails: Arc<Mutex<Vec<Mail>>>) {
    let (read, mut write) = socket.into_split();
    let mut lines = BufReader::new(read).lines();
    let mut mail = Mail::default();
    let mut in_mail = false;
    if write.write_all(b"220 here\r\n").await.is_err() {
        return;
    }
    while let Ok(Some(line)) = lines.next_line().await {
        if in_mail && line != "." {
            mail.text.push_str(&line);
            mail.text.push('\n');
            continue;
        }
        let answer: &[u8] = match line.as_str() {
            "." => {
                in_mail = false;
                mails.lock().expect("lock").push(std::mem::take(&mut mail));
                b"250 kept\r\n"
            }
            "DATA" => {
                in_mail = true;
                b"354 go on\r\n"
            }
            "QUIT" => return,
            line if line.starts_with("RCPT") && line.contains("refused") => b"550 nobody\r\n",
            line => {
                if let Some(to) = line.strip_prefix("RCPT TO:<").and_then(|rest| rest.strip_suffix('>')) {
                    mail.to.push(to.to_owned());
                }
                b"250 yes\r\n"
            }
        };
        if write.write_all(answer).await.is_err() {
            return;
        }
    }
}

/// One request to a provider.
#[derive(Debug, Clone)]
pub struct Asked {
    pub path: String,
    pub body: Bytes,
}

impl Asked {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }
}

type Answer = Arc<dyn Fn(&Asked) -> (u16, Value) + Send + Sync>;

/// Stands in for every provider.
#[derive(Clone)]
pub struct Stand {
    pub url: Url,
    asked: Arc<Mutex<Vec<Asked>>>,
    count: watch::Receiver<usize>,
}

impl Stand {
    /// One that takes everything.
    pub async fn start() -> Self {
        Self::answering(|_| (200, json!({ "access_token": "t", "expires_in": 3600 }))).await
    }

    /// Status 0: no answer, ever.
    pub async fn answering(answer: impl Fn(&Asked) -> (u16, Value) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("port");
        let url = format!("http://{}/", listener.local_addr().expect("address")).parse().expect("URL");
        let (counter, count) = watch::channel(0);
        let stand = Self { url, asked: Arc::default(), count };
        let (asked, counter, answer): (_, _, Answer) =
            (stand.asked.clone(), Arc::new(counter), Arc::new(answer));
        let take = move |uri: Uri, body: Bytes| {
            let request = Asked { path: uri.path().to_owned(), body };
            let (status, body) = answer(&request);
            asked.lock().expect("lock").push(request);
            counter.send_modify(|count| *count += 1);
            async move {
                if status == 0 {
                    std::future::pending::<()>().await;
                }
                (StatusCode::from_u16(status).expect("status"), Json(body))
            }
        };
        tokio::spawn(async move { axum::serve(listener, Router::new().fallback(take)).await });
        stand
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("lock").clone()
    }

    /// Waits until it was asked so often.
    pub async fn until_asked(&self, times: usize) {
        let mut count = self.count.clone();
        let wait = count.wait_for(|count| *count >= times);
        tokio::time::timeout(Duration::from_secs(30), wait).await.expect("asked in time").expect("running");
    }
}
