//! A message on its way is a message like any other: it is seen, changed and taken back, at whatever moment.

use telestack_chat::view::{Body, Message, SendState};

use crate::world::{Window, direct_room, newcomer, stack};

const PICTURES: usize = 8;
const MESSAGES: usize = 8;

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
    let vera = newcomer(&stack, "vera").await;
    let room = vera.chat.create_room("Pictures", "", &[]).await.expect("a room");
    let mut window = Window::open(&vera.chat, &room).await;
    for number in 0..PICTURES {
        let name = format!("{number}.png");
        let mut bytes = std::io::Cursor::new(Vec::new());
        let picture = image::RgbImage::from_fn(640, 400, |x, y| image::Rgb([x as u8, y as u8, number as u8]));
        picture.write_to(&mut bytes, image::ImageFormat::Png).expect("a picture");
        vera.chat.send_bytes(&room, &name, bytes.into_inner(), None).await.expect("queued");
        let item = window.until("the picture", |window| picture_of(window, &name)).await.id;
        let look = async {
            loop {
                vera.chat.thumbnail(&room, &item, 200).await.expect("one's own picture");
            }
        };
        tokio::select! {
            () = look => {}
            _ = window.until("the picture sent", |window| picture_of(window, &name).filter(is_sent)) => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_changed_on_its_way_is_changed_for_everybody() {
    let stack = stack().await;
    let (wim, xenia) = tokio::join!(newcomer(&stack, "wim"), newcomer(&stack, "xenia"));
    let room = direct_room(&wim, &xenia).await;
    let (mut wims, mut xenias) =
        tokio::join!(Window::open(&wim.chat, &room), Window::open(&xenia.chat, &room));
    for number in 0..MESSAGES {
        let first = format!("message {number}");
        wim.chat.send_text(&room, &first, None, &[]).await.expect("queued");
        let item = wims.message(&first).await.id;
        let mut changes = 0;
        let change = async {
            loop {
                changes += 1;
                let text = format!("message {number}, change {changes}");
                wim.chat.edit_text(&room, &item, &text).await.expect("changed");
            }
        };
        let is_out = |window: &Window| {
            window.messages().find(|message| message.id == item && is_sent(message)).map(drop)
        };
        tokio::select! {
            () = change => {}
            () = wims.until("the message out", is_out) => {}
        }
        let last = format!("message {number} at last");
        wim.chat.edit_text(&room, &item, &last).await.expect("changed");
        xenias.message(&last).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_back_on_its_way_is_gone_for_everybody() {
    let stack = stack().await;
    let (yara, zoe) = tokio::join!(newcomer(&stack, "yara"), newcomer(&stack, "zoe"));
    let room = direct_room(&yara, &zoe).await;
    let (mut yaras, mut zoes) = tokio::join!(Window::open(&yara.chat, &room), Window::open(&zoe.chat, &room));
    for number in 0..MESSAGES {
        let text = format!("never mind {number}");
        yara.chat.send_text(&room, &text, None, &[]).await.expect("queued");
        let item = yaras.message(&text).await.id;
        // As late as the window still thinks that it is not out, in one of two.
        if number % 2 == 1 {
            let shown =
                |window: &Window| window.find(&text).filter(|message| message.event_id.is_some()).map(drop);
            zoes.until("it shown", |window| window.find(&text).map(drop)).await;
            yaras.until("it out", shown).await;
        }
        yara.chat.redact(&room, &item).await.expect("taken back");
        yaras.until("it gone", |window| window.find(&text).is_none().then_some(())).await;
        let after = format!("after {number}");
        yara.chat.send_text(&room, &after, None, &[]).await.expect("queued");
        zoes.message(&after).await;
        zoes.until("it gone", |window| window.find(&text).is_none().then_some(())).await;
    }
}
