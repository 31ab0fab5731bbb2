//! Calls and devices.

use super::App;
use crate::{ApiError, ErrorCode, Sink};
use telestack_calls::view::CallsView;
use telestack_media::view::{DeviceKind, Devices, FrameSocket, TileSize};

impl App {
    pub async fn calls(&self, updates: Sink<CallsView>) -> Result<u32, ApiError> {
        let _ = (updates,);
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }

    pub async fn start_call(&self, room_id: String, mic: bool, camera: bool) -> Result<(), ApiError> {
        let _ = (room_id, mic, camera);
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }

    pub async fn accept_call(&self, ring_id: String, camera: bool) -> Result<(), ApiError> {
        let _ = (ring_id, camera);
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }

    pub async fn decline_call(&self, ring_id: String) -> Result<(), ApiError> {
        let _ = (ring_id,);
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }

    pub async fn leave_call(&self) -> Result<(), ApiError> {
        let _ = ();
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }

    pub async fn set_mic(&self, on: bool) -> Result<(), ApiError> {
        let _ = (on,);
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }

    pub async fn set_camera(&self, on: bool) -> Result<(), ApiError> {
        let _ = (on,);
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }

    pub async fn set_screen(&self, on: bool) -> Result<(), ApiError> {
        let _ = (on,);
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }

    pub async fn layout_tiles(&self, tiles: Vec<TileSize>) -> Result<(), ApiError> {
        let _ = (tiles,);
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }

    pub async fn start_preview(&self) -> Result<(), ApiError> {
        let _ = ();
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }

    pub async fn stop_preview(&self) -> Result<(), ApiError> {
        let _ = ();
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }

    pub async fn devices(&self, updates: Sink<Devices>) -> Result<u32, ApiError> {
        let _ = (updates,);
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }

    pub async fn select_device(&self, kind: DeviceKind, id: Option<String>) -> Result<(), ApiError> {
        let _ = (kind, id);
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }

    pub async fn frame_socket(&self) -> Result<FrameSocket, ApiError> {
        let _ = ();
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }
}
