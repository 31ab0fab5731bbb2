//! After a session nothing of it can be read on the disk without the key.

use std::path::Path;

use telestack_chat::{Chat, ChatConfig, ChatError};

use crate::world::{Window, direct_room, newcomer, stack};

const CANARY: &str = "canary-in-the-coal-mine";

#[tokio::test(flavor = "multi_thread")]
async fn the_store_keeps_its_secrets() {
    let stack = stack().await;
    let lea = newcomer(&stack, "lea").await;
    let max = newcomer(&stack, "max").await;
    let key = lea.chat.set_up_encryption().await.expect("set up").expect("a recovery key");
    let room = direct_room(&lea, &max).await;
    let mut window = Window::open(&lea.chat, &room).await;
    lea.chat.send_text(&room, &format!("{CANARY} sent"), None, &[]).await.expect("written");
    window.sent(&format!("{CANARY} sent")).await;
    max.chat.send_text(&room, &format!("{CANARY} received"), None, &[]).await.expect("written");
    window.message(&format!("{CANARY} received")).await;
    lea.chat.set_draft(&room, &format!("{CANARY} draft")).await.expect("a draft");
    let file = lea.folder.path().join("note.txt");
    std::fs::write(&file, format!("{CANARY} attached")).expect("a file");
    lea.chat.send_file(&room, &file, None).await.expect("a file");
    lea.wire.cut();
    lea.offline().await;
    lea.chat.send_text(&room, &format!("{CANARY} queued"), None, &[]).await.expect("written");
    lea.chat.stop().await;
    std::fs::remove_file(&file).expect("removed");

    let secrets = [CANARY, &lea.session.access_token, &key, &key.replace(' ', "")];
    let mut files = 0;
    search(lea.folder.path(), &secrets.map(str::as_bytes), &mut files);
    assert!(files >= 4, "{files} files");

    // With another key the store says that it cannot be read; nothing is overwritten.
    let (config, session) = (lea.config, lea.session);
    drop(window);
    drop(lea.chat);
    let wrong = ChatConfig { store_key: [8; 32], ..config.clone() };
    let refused = Chat::restore(wrong, session.clone()).await.err();
    assert!(matches!(refused, Some(ChatError::StoreDamaged(_))), "{refused:?}");
    let chat = Chat::restore(config, session).await.expect("restored without a network");
    let mut window = Window::open(&chat, &room).await;
    window.message(&format!("{CANARY} received")).await;
}

fn search(folder: &Path, secrets: &[&[u8]], files: &mut usize) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            search(&path, secrets, files);
            continue;
        }
        *files += 1;
        let bytes = std::fs::read(&path).expect("bytes");
        for secret in secrets {
            assert!(
                !bytes.windows(secret.len()).any(|part| part == *secret),
                "{} can be read",
                path.display()
            );
        }
    }
}
