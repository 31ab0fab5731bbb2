//! The preview on the frame socket, and the devices of test media.

use anyhow::{Context, Result, bail, ensure};
use futures_util::{SinkExt, StreamExt};
use telestack_media::{
    control::ToHost,
    picture::{Picture, read_stamp},
    view::{FrameSocket, TileSize},
};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest, http::HeaderValue},
};

use crate::support::{Host, PATIENCE};

pub struct Window {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Window {
    pub async fn open(address: &FrameSocket) -> Result<Self> {
        let mut request = address.url.as_str().into_client_request()?;
        request.headers_mut().insert("origin", HeaderValue::from_static("tauri://localhost"));
        let (mut socket, _) = connect_async(request).await?;
        socket.send(Message::text(format!("{{\"token\":\"{}\"}}", address.token))).await?;
        Ok(Self { socket })
    }

    /// The next frame and its tile; drawn at once.
    pub async fn frame(&mut self) -> Result<(u32, Picture)> {
        let message = timeout(PATIENCE, self.socket.next()).await?.context("the socket ended")??;
        let Message::Binary(data) = message else { bail!("not a frame") };
        ensure!(data.len() > 32 && data[..4] == *b"TSF1", "not a frame");
        let tile = u32::from_le_bytes(data[4..8].try_into()?);
        let captured = i64::from_le_bytes(data[16..24].try_into()?);
        let side = |at: usize| u32::from(u16::from_le_bytes([data[at], data[at + 1]]));
        let picture = Picture::new(side(24), side(26), captured, data[32..].to_vec()).context("its size")?;
        self.socket.send(Message::text(format!("{{\"credit\":{tile}}}"))).await?;
        Ok((tile, picture))
    }
}

#[tokio::test]
async fn the_preview_moves_in_the_size_of_its_tile() -> Result<()> {
    let host = Host::new()?;
    host.media.send(ToHost::Layout { tiles: vec![TileSize { id: 0, width: 320, height: 180 }] }).await?;
    host.media.send(ToHost::StartPreview).await?;
    let address = host.media.frame_socket().await?;
    let mut window = Window::open(&address).await?;
    let mut last = None;
    for _ in 0..20 {
        let (tile, picture) = window.frame().await?;
        assert_eq!((tile, picture.width(), picture.height()), (address.preview_tile, 320, 180));
        let stamp = read_stamp(&picture).context("a readable stamp")?;
        assert!(last.is_none_or(|last| stamp.number > last), "{last:?} then {}", stamp.number);
        assert!((picture.captured() - stamp.captured).abs() <= 16);
        last = Some(stamp.number);
    }
    host.media.send(ToHost::StopPreview).await?;
    host.media.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn the_device_list_and_the_level_of_the_microphone_are_watched() -> Result<()> {
    let host = Host::new()?;
    let mut devices = host.media.devices();
    host.media.send(ToHost::WatchDevices { on: true }).await?;
    let loud = devices.wait_for(|devices| devices.level > 0.25 && !devices.cameras.is_empty());
    let loud = timeout(PATIENCE, loud).await??.clone();
    assert!((loud.level - 0.3).abs() < 0.05, "{}", loud.level);
    let id = loud.microphones[0].id.clone();
    let select =
        ToHost::SelectDevice { device: telestack_media::view::DeviceKind::Microphone, id: Some(id.clone()) };
    host.media.send(select).await?;
    timeout(PATIENCE, devices.wait_for(|devices| devices.microphone.as_ref() == Some(&id))).await??;
    host.media.shutdown().await;
    Ok(())
}
