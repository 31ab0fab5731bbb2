//! Verification: two devices show their people the same seven emoji, and the people say whether they are the same.
//!
//! A flow is followed until it ends, and shown until it is put away. The requester starts the comparison, so that the
//! two do not start one each.

mod devices;
mod flow;

use std::sync::{Arc, Mutex, PoisonError};

use matrix_sdk::{
    Client, Room,
    encryption::verification::{SasVerification, VerificationRequest},
    ruma::{
        DeviceId, OwnedUserId, UserId,
        events::{
            key::verification::{VerificationMethod, request::ToDeviceKeyVerificationRequestEvent},
            room::message::{MessageType, OriginalSyncRoomMessageEvent},
        },
    },
};
use tokio::{sync::watch, time::timeout};

use self::flow::PATIENCE;
use crate::{
    ChatError,
    view::{Verification, VerificationStep},
};

pub use devices::own as own_devices;

/// The only way of comparing that is offered; QR codes need a camera on one of the two.
fn methods() -> Vec<VerificationMethod> {
    vec![VerificationMethod::SasV1]
}

/// What runs, oldest first. Cheap to clone.
#[derive(Clone)]
pub struct Verifications {
    flows: Arc<Mutex<Vec<Flow>>>,
    shown: watch::Sender<Vec<Verification>>,
}

struct Flow {
    view: Verification,
    request: VerificationRequest,
    sas: Option<SasVerification>,
}

impl Verifications {
    pub fn new() -> Self {
        Self { flows: Arc::default(), shown: watch::Sender::new(Vec::new()) }
    }

    pub fn watch(&self) -> watch::Receiver<Vec<Verification>> {
        self.shown.subscribe()
    }

    /// Shows what others ask for.
    pub fn listen(&self, client: &Client) {
        let verifications = self.clone();
        client.add_event_handler(move |event: ToDeviceKeyVerificationRequestEvent, client: Client| {
            let verifications = verifications.clone();
            async move {
                verifications.asked(&client, &event.sender, event.content.transaction_id.as_str()).await;
            }
        });
        let verifications = self.clone();
        client.add_event_handler(move |event: OriginalSyncRoomMessageEvent, room: Room| {
            let verifications = verifications.clone();
            async move {
                if let MessageType::VerificationRequest(_) = event.content.msgtype {
                    verifications.asked(&room.client(), &event.sender, event.event_id.as_str()).await;
                }
            }
        });
    }

    async fn asked(&self, client: &Client, sender: &UserId, flow: &str) {
        // None for what is too old, or was sent by this device.
        if let Some(request) = client.encryption().get_verification_request(sender, flow).await
            && !request.we_started()
            && !request.is_cancelled()
        {
            self.follow(client, request).await;
        }
    }

    async fn follow(&self, client: &Client, request: VerificationRequest) {
        let id = request.flow_id().to_owned();
        let view = flow::view(client, &request).await;
        {
            let mut flows = self.lock();
            if flows.iter().any(|flow| flow.view.id == id) {
                return;
            }
            flows.push(Flow { view, request: request.clone(), sas: None });
        }
        self.publish();
        let verifications = self.clone();
        tokio::spawn(async move { flow::run(&verifications, request).await });
    }

    /// Asks the account's other devices, or one of them.
    pub async fn ask_own(&self, client: &Client, device: Option<&str>) -> Result<(), ChatError> {
        let me = client.user_id().ok_or(ChatError::SignedOut)?.to_owned();
        let request = match device {
            Some(device) => {
                let device = client.encryption().get_device(&me, <&DeviceId>::from(device)).await;
                let device = device.map_err(|error| ChatError::store(&error))?.ok_or(ChatError::NotFound)?;
                let asked = device.request_verification_with_methods(methods());
                timeout(PATIENCE, asked).await.map_err(|_| ChatError::Offline)??
            }
            None => self.request(client, &me).await?,
        };
        self.follow(client, request).await;
        Ok(())
    }

    /// Asks somebody else, in the direct room with them, which is made if there is none.
    pub async fn ask_person(&self, client: &Client, person: &str) -> Result<(), ChatError> {
        let person: OwnedUserId =
            UserId::parse(person).map_err(|_| ChatError::Invalid(format!("{person} is no Matrix id")))?;
        let request = self.request(client, &person).await?;
        self.follow(client, request).await;
        Ok(())
    }

    async fn request(&self, client: &Client, user: &UserId) -> Result<VerificationRequest, ChatError> {
        let ask = async {
            let identity =
                client.encryption().request_user_identity(user).await?.ok_or(ChatError::NotFound)?;
            Ok::<_, ChatError>(identity.request_verification_with_methods(methods()).await?)
        };
        timeout(PATIENCE, ask).await.map_err(|_| ChatError::Offline)?
    }

    pub async fn accept(&self, id: &str) -> Result<(), ChatError> {
        let request = self.find(id, |flow| Some(flow.request.clone()))?;
        let accepted = request.accept_with_methods(methods());
        timeout(PATIENCE, accepted).await.map_err(|_| ChatError::Offline)??;
        Ok(())
    }

    /// `same`: the emoji are the same on both sides.
    pub async fn compared(&self, id: &str, same: bool) -> Result<(), ChatError> {
        let sas = self.find(id, |flow| flow.sas.clone())?;
        let said = async { if same { sas.confirm().await } else { sas.mismatch().await } };
        timeout(PATIENCE, said).await.map_err(|_| ChatError::Offline)??;
        Ok(())
    }

    /// Ends what runs and puts away what has ended.
    pub async fn close(&self, id: &str) -> Result<(), ChatError> {
        let (request, sas, over) =
            self.find(id, |flow| Some((flow.request.clone(), flow.sas.clone(), flow.view.step.is_over())))?;
        self.remove(id);
        if over {
            return Ok(());
        }
        let cancelled = async {
            match sas {
                Some(sas) => sas.cancel().await,
                None => request.cancel().await,
            }
        };
        timeout(PATIENCE, cancelled).await.map_err(|_| ChatError::Offline)??;
        Ok(())
    }

    fn find<T>(&self, id: &str, part: impl Fn(&Flow) -> Option<T>) -> Result<T, ChatError> {
        self.lock().iter().find(|flow| flow.view.id == id).and_then(part).ok_or(ChatError::NotFound)
    }

    fn remove(&self, id: &str) {
        self.lock().retain(|flow| flow.view.id != id);
        self.publish();
    }

    fn step(&self, id: &str, step: VerificationStep, sas: Option<&SasVerification>) {
        if let Some(flow) = self.lock().iter_mut().find(|flow| flow.view.id == id) {
            flow.view.step = step;
            if let Some(sas) = sas {
                flow.sas = Some(sas.clone());
            }
        }
        self.publish();
    }

    fn name_device(&self, id: &str, device: String) {
        if let Some(flow) = self.lock().iter_mut().find(|flow| flow.view.id == id) {
            flow.view.device = Some(device);
        }
    }

    fn publish(&self) {
        let now: Vec<Verification> = self.lock().iter().map(|flow| flow.view.clone()).collect();
        self.shown.send_if_modified(|shown| {
            let changed = *shown != now;
            *shown = now;
            changed
        });
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Flow>> {
        self.flows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
