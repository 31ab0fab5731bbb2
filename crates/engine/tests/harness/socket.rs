//! One socket of realtime, as a client of it.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{Message, client::IntoClientRequest as _},
};

use super::{Client, Running};

pub struct Socket {
    pub stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Socket {
    pub async fn open(engine: &Running, more: &str, client: &Client) -> (Self, Value) {
        let url = engine.base.replacen("http", "ws", 1);
        let url = format!("{url}/realtime?project={}{more}", client.project);
        let mut request = url.into_client_request().expect("a request");
        for (name, value) in client.headers() {
            let name: reqwest::header::HeaderName = name.parse().expect("name");
            request.headers_mut().insert(name, value.parse().expect("value"));
        }
        let (stream, _) = tokio_tungstenite::connect_async(request).await.expect("connected");
        let mut socket = Self { stream };
        let first = socket.next().await;
        (socket, first)
    }

    pub async fn say(&mut self, kind: &str, data: Value) {
        let text = json!({ "type": kind, "data": data }).to_string();
        self.stream.send(Message::text(text)).await.expect("sent");
    }

    /// The next message; a close is `{"type":"close","code"}`.
    pub async fn next(&mut self) -> Value {
        let wait = async {
            loop {
                match self.stream.next().await {
                    Some(Ok(Message::Text(text))) => return serde_json::from_str(&text).expect("JSON"),
                    Some(Ok(Message::Close(frame))) => {
                        return json!({ "type": "close", "code": frame.map(|frame| u16::from(frame.code)) });
                    }
                    Some(Ok(_)) => {}
                    other => panic!("{other:?}"),
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(20), wait).await.expect("a message in time")
    }

    /// Subscribes and waits until that counts.
    pub async fn subscribe(&mut self, id: &str, channels: &[&str], queries: &[Value]) {
        let queries: Vec<String> = queries.iter().map(Value::to_string).collect();
        let one = json!({ "subscriptionId": id, "channels": channels, "queries": queries });
        self.say("subscribe", json!([one])).await;
        let answer = self.next().await;
        assert_eq!(
            (&answer["type"], &answer["data"]["success"]),
            (&json!("response"), &json!(true)),
            "{answer}"
        );
    }

    /// The next event must be this one.
    pub async fn event(&mut self, name: &str) -> Value {
        let event = self.next().await;
        assert_eq!(event["type"], "event", "{event}");
        assert_eq!(event["data"]["events"][0], name);
        event["data"].clone()
    }

    /// Nothing came before the answer to a ping, which comes after everything that was told before.
    pub async fn silent(&mut self) {
        self.say("ping", Value::Null).await;
        assert_eq!(self.next().await, json!({ "type": "pong" }));
    }
}
