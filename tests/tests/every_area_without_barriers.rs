//! axe-core looks at the sign-in page and at every area, light, dark and in high contrast.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use telestack_e2e::{PATIENCE, Stage, enter_room, open_area, picture};
use telestack_testkit::windows::{Window, WindowOptions};

/// What the window is shown in; the rest of the settings stay.
const LOOKS: [(&str, &str, bool); 3] =
    [("light", "light", false), ("dark", "dark", false), ("contrast", "light", true)];

async fn look(window: &Window, theme: &str, high_contrast: bool) -> Result<()> {
    let settings = json!({
        "theme": theme, "highContrast": high_contrast, "textSize": 100, "density": "comfortable",
        // axe measures colours; half-way through a fade they are wrong.
        "reduceMotion": true, "language": null, "notifications": true, "notificationText": true,
        "microphone": null, "speaker": null, "camera": null, "noiseSuppression": true,
    });
    let saved = window.invoke("save_settings", json!({ "settings": settings })).await?;
    ensure!(saved == json!({ "ok": Value::Null }), "save_settings answered {saved}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_serious_stands_in_anybodys_way() -> Result<()> {
    let stage = Stage::start().await?;
    let mut barriers = Vec::new();
    let guest = Window::open(&stage.display, WindowOptions::new(&stage.stack, "guest")?).await?;
    guest.appears("#password", PATIENCE).await?;
    barriers.extend(guest.barriers().await?.into_iter().map(|each| format!("sign-in: {each}")));
    guest.close().await?;

    let window = stage.first_window(stage.options("ada")?).await?;
    for (name, theme, high_contrast) in LOOKS {
        look(&window, theme, high_contrast).await?;
        for area in ["chat", "calls", "files", "people", "settings"] {
            open_area(&window, area).await?;
            if area == "chat" {
                enter_room(&window).await?;
            }
            let settled = "return !document.querySelector('[aria-busy=true]')";
            window.until("what is loading", PATIENCE, settled, &[]).await?;
            let found = window.barriers().await.with_context(|| format!("{area}, {name}"))?;
            barriers.extend(found.into_iter().map(|each| format!("{area}, {name}: {each}")));
            window.picture(&picture(&format!("{area}-{name}"))).await?;
        }
    }
    ensure!(barriers.is_empty(), "{}", barriers.join("\n"));
    window.close().await
}
