//! What one sends oneself is seen from the press of Enter on, wherever its bytes lie at the moment.

use telestack_chat::view::{Body, Message, SendState};

use crate::world::{Window, newcomer, stack};

const PICTURES: usize = 8;

fn picture_of(window: &Window, name: &str) -> Option<Message> {
    let found = |message: &&Message| matches!(&message.body, Body::Image { name: said, .. } if said == name);
    window.messages().find(found).cloned()
}

fn is_sent(message: &Message) -> bool {
    message.state == SendState::Sent && message.event_id.is_some()
}

#[tokio::test(flavor = "multi_thread")]
async fn ones_own_picture_is_there_while_it_goes_up() {
    let stack = stack().await;
    let ada = newcomer(&stack, "ada").await;
    ada.online().await;
    let room = ada.chat.create_room("Pictures", "", &[]).await.expect("a room");
    let mut window = Window::open(&ada.chat, &room).await;
    for number in 0..PICTURES {
        let name = format!("{number}.png");
        let mut bytes = std::io::Cursor::new(Vec::new());
        let picture = image::RgbImage::from_fn(640, 400, |x, y| image::Rgb([x as u8, y as u8, number as u8]));
        picture.write_to(&mut bytes, image::ImageFormat::Png).expect("a picture");
        ada.chat.send_bytes(&room, &name, bytes.into_inner(), None).await.expect("queued");
        let item = window.until("the picture", |window| picture_of(window, &name)).await.id;
        let look = async {
            loop {
                ada.chat.thumbnail(&room, &item, 200).await.expect("one's own picture");
            }
        };
        tokio::select! {
            () = look => {}
            _ = window.until("the picture sent", |window| picture_of(window, &name).filter(is_sent)) => {}
        }
    }
}
