//! One window of the app, driven by WebDriver.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use fantoccini::{Client, ClientBuilder, Locator, elements::Element, key::Key};
use hyper_util::client::legacy::connect::HttpConnector;
use rustix::process::{Pid, Signal};
use serde_json::{Value, json};
use tokio::{net::TcpStream, time::timeout};

use super::{
    display::{Display, with},
    said,
};
use crate::{
    EnginePaths, Person, Spawn, Stack, Supervised,
    engines::binary,
    processes::{self, command_line, descendants},
    project_root, wait_for,
};

/// Any single step; what a page takes time for is waited for by the caller.
const STEP: Duration = Duration::from_secs(60);

const LOGGED: &str = "warn,telestack=info,telestack_app=info,telestack_chat=info,telestack_calls=debug,telestack_media=debug,telestack_backend=info";

/// As `commands::settings::page_fault` says it.
const PAGE_FAILED: &str = "the page failed";

/// How a window is opened.
#[derive(Debug, Clone)]
pub struct WindowOptions {
    /// Names its log.
    pub name: String,
    pub app: PathBuf,
    pub environment: Vec<(String, String)>,
    pub logs: PathBuf,
    /// Left, top, width, height.
    pub place: (u32, u32, u32, u32),
}

impl WindowOptions {
    /// A window on a profile of its own, with the test picture and tone for devices.
    ///
    /// # Errors
    /// The app is not built, or the profile folder cannot be made.
    pub fn new(stack: &Stack, profile: &str) -> Result<Self> {
        let folder = stack.data_dir().join("profiles").join(profile);
        fs::create_dir_all(&folder)?;
        let mut options = Self {
            name: profile.to_owned(),
            app: app_binary()?,
            environment: Vec::new(),
            logs: stack.data_dir().join("logs"),
            place: (0, 0, 1280, 800),
        };
        let EnginePaths { ffi_library, .. } = stack.paths();
        for (key, value) in [
            ("TELESTACK_PROFILE_DIR", folder.to_string_lossy().into_owned()),
            ("TELESTACK_SERVER", stack.info().server.clone()),
            ("TELESTACK_PASSPHRASE", format!("{profile} in a test")),
            ("TELESTACK_FFI_LIBRARY", ffi_library.to_string_lossy().into_owned()),
            ("TELESTACK_TEST_MEDIA", "1".to_owned()),
            ("TELESTACK_CLOSE_QUITS", "1".to_owned()),
            // A story that failed once is understood from its logs.
            ("TELESTACK_LOG", LOGGED.to_owned()),
        ] {
            options = options.env(key, value);
        }
        Ok(options)
    }

    #[must_use]
    pub fn env(mut self, key: &str, value: impl Into<String>) -> Self {
        self.environment.push((key.to_owned(), value.into()));
        self
    }

    /// Leaves the key of its stores to the display's keyring, as on a desktop.
    #[must_use]
    pub fn with_keyring(mut self) -> Self {
        self.environment.retain(|(key, _)| key != "TELESTACK_PASSPHRASE");
        self
    }

    #[must_use]
    pub fn at(mut self, left: u32, top: u32, width: u32, height: u32) -> Self {
        self.place = (left, top, width, height);
        self
    }

    /// What the app's log tells of failures in its page.
    fn page_faults(&self) -> Result<Vec<String>> {
        let profile = self.environment.iter().find(|(key, _)| key == "TELESTACK_PROFILE_DIR");
        let Some((_, profile)) = profile else { return Ok(Vec::new()) };
        let mut faults = Vec::new();
        for entry in fs::read_dir(Path::new(profile).join("logs"))? {
            let text = fs::read_to_string(entry?.path())?;
            faults.extend(text.lines().filter(|line| line.contains(PAGE_FAILED)).map(str::to_owned));
        }
        Ok(faults)
    }

    /// Signs this person in without the form.
    #[must_use]
    pub fn signed_in(self, person: &Person) -> Self {
        self.env("TELESTACK_SIGN_IN_EMAIL", &person.email).env("TELESTACK_SIGN_IN_PASSWORD", &person.password)
    }
}

/// The desktop app beside the running program, where cargo puts both.
///
/// # Errors
/// It is not built.
pub fn app_binary() -> Result<PathBuf> {
    let app = binary("telestack", "TELESTACK_APP_BINARY");
    ensure!(app.exists(), "the desktop app is not at {}: run `cargo build -p telestack`", app.display());
    Ok(app)
}

/// An open window. Dropping it ends the app, its media host and its driver.
#[derive(Debug)]
pub struct Window {
    client: Client,
    driver: Supervised,
    options: WindowOptions,
}

impl Window {
    /// Opens the window and waits until its page is there.
    ///
    /// # Errors
    /// The driver is missing, or the app does not come up; with the last lines that it wrote.
    pub async fn open(display: &Display, options: WindowOptions) -> Result<Self> {
        let log = options.logs.join(format!("window-{}.log", options.name));
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        // The app inherits the driver's environment: one driver for each window. Driven directly; the app must allow it.
        let mut environment = display.environment();
        environment.extend(options.environment.iter().cloned());
        environment.push(("TAURI_WEBVIEW_AUTOMATION".to_owned(), "true".to_owned()));
        let driver = with(Spawn::new(&options.name, "WebKitWebDriver"), &environment)
            .arg(format!("--port={port}"))
            .log(&log)
            .start()?;
        wait_for("WebKitWebDriver", STEP, || async move {
            TcpStream::connect(("127.0.0.1", port)).await.ok().map(drop)
        })
        .await
        .with_context(|| driver.last_words())?;
        let wanted = json!({ "webkitgtk:browserOptions": { "binary": options.app, "args": [] } });
        let Value::Object(wanted) = wanted else { bail!("capabilities are an object") };
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(wanted);
        let address = format!("http://127.0.0.1:{port}");
        let client = timeout(STEP, builder.connect(&address))
            .await
            .context("the window does not open")
            .and_then(|session| session.context("the driver has no session with the window"))
            .with_context(|| driver.last_words())?;
        said::opened(&options.name, &client);
        let window = Self { client, driver, options };
        let (left, top, width, height) = window.options.place;
        window.step("place", window.client.set_window_rect(left, top, width, height)).await?;
        window.appears("#app > *", STEP).await?;
        // The first picture of a window can be of what was there before it.
        window.step("first picture", window.client.screenshot()).await?;
        Ok(window)
    }

    #[must_use]
    pub fn name(&self) -> &str {
        &self.options.name
    }

    /// The driver's own client, for what has no word here.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    async fn step<T, E>(&self, what: &str, work: impl Future<Output = Result<T, E>>) -> Result<T>
    where
        E: std::error::Error + Send + Sync + 'static,
    {
        let done = timeout(STEP, work).await.with_context(|| format!("{}: {what} hangs", self.name()))?;
        done.with_context(|| format!("{}: {what}", self.name()))
    }

    /// Runs `script` in the page; `arguments` and `return` as in a function.
    ///
    /// # Errors
    /// The script throws, or the page is gone.
    pub async fn run(&self, script: &str, arguments: Vec<Value>) -> Result<Value> {
        self.step("script", self.client.execute(script, arguments)).await
    }

    /// Asks the page again and again until `script` returns something else than null, false or an empty text.
    ///
    /// # Errors
    /// Names `what`, with what the page says, when `patience` is over.
    pub async fn until(
        &self,
        what: &str,
        patience: Duration,
        script: &str,
        arguments: &[Value],
    ) -> Result<Value> {
        let found = wait_for(what, patience, || async {
            let answer = self.run(script, arguments.to_vec()).await.ok()?;
            (!matches!(&answer, Value::Null | Value::Bool(false)) && answer != json!("")).then_some(answer)
        });
        self.explained(found.await).await
    }

    /// What was waited for; where that was in vain, with what every open window says.
    ///
    /// # Errors
    /// It was in vain.
    pub async fn explained<T>(&self, waited: Result<T>) -> Result<T> {
        match waited {
            Ok(found) => Ok(found),
            Err(fault) => Err(fault.context(format!("{}{}", self.name(), said::all().await))),
        }
    }

    /// The first element that is shown for a selector.
    ///
    /// # Errors
    /// There is none when `patience` is over.
    pub async fn appears(&self, selector: &str, patience: Duration) -> Result<Element> {
        const SHOWN: &str = "const found = [...document.querySelectorAll(arguments[0])];
            return found.some((each) => each.checkVisibility())";
        self.until(selector, patience, SHOWN, &[json!(selector)]).await?;
        // What the page drew anew between the two is found when it is asked for again.
        let found =
            wait_for(selector, STEP, || async { self.client.find(Locator::Css(selector)).await.ok() });
        self.explained(found.await).await
    }

    /// Waits until the page shows this text, whatever spaces and line breaks its layout puts between the words.
    ///
    /// # Errors
    /// It does not when `patience` is over.
    pub async fn says(&self, text: &str, patience: Duration) -> Result<()> {
        let script = "return document.body.innerText.replace(/\\s+/g, ' ').includes(arguments[0])";
        self.until(&format!("\"{text}\""), patience, script, &[json!(text)]).await.map(|_| ())
    }

    /// Presses the first element shown for a selector, once it is there and may be pressed.
    ///
    /// # Errors
    /// There is none within a minute.
    pub async fn press(&self, selector: &str) -> Result<()> {
        const PRESS: &str = "const all = [...document.querySelectorAll(arguments[0])];
            const one = all.find((each) => each.checkVisibility() && !each.disabled);
            if (!one) return false;
            one.click();
            return true";
        self.until(&format!("{selector} to press"), STEP, PRESS, &[json!(selector)]).await.map(|_| ())
    }

    /// Presses the button or link whose name (label or text) this is, or begins with it.
    ///
    /// # Errors
    /// There is none within a minute.
    pub async fn press_named(&self, name: &str) -> Result<()> {
        const PRESS: &str = "const name = (each) => (each.ariaLabel ?? each.innerText ?? '').trim();
            const all = [...document.querySelectorAll('button, a, [role=button], [role=option], [role=menuitem], [role=tab]')]
                .filter((each) => each.checkVisibility() && !each.disabled);
            const one = all.find((each) => name(each) === arguments[0]) ?? all.find((each) => name(each).startsWith(arguments[0]));
            if (!one) return false;
            one.click();
            return true";
        self.until(&format!("\"{name}\" to press"), STEP, PRESS, &[json!(name)]).await.map(|_| ())
    }

    /// Types into the first element shown for a selector, as a keyboard would.
    ///
    /// # Errors
    /// There is none within a minute, or it takes no keys.
    pub async fn type_into(&self, selector: &str, text: &str) -> Result<()> {
        let field = self.appears(selector, STEP).await?;
        self.step(selector, field.send_keys(text)).await
    }

    /// Types a key into what has the focus.
    ///
    /// # Errors
    /// Nothing has it.
    pub async fn key(&self, key: Key) -> Result<()> {
        self.type_on(&char::from(key).to_string()).await
    }

    /// Types a character into what has the focus while a key is held.
    ///
    /// # Errors
    /// Nothing has it.
    pub async fn chord(&self, held: Key, character: char) -> Result<()> {
        self.type_on(&String::from_iter([char::from(held), character, char::from(held)])).await
    }

    async fn type_on(&self, keys: &str) -> Result<()> {
        let focused = self.step("focus", self.client.active_element()).await?;
        self.step("key", focused.send_keys(keys)).await
    }

    /// Calls a command as a script in the page could: `{"ok": answer}` or `{"error": answer}`.
    ///
    /// # Errors
    /// The page is gone.
    pub async fn invoke(&self, command: &str, arguments: Value) -> Result<Value> {
        const INVOKE: &str = "const [command, given, done] = arguments;
            window.__TAURI_INTERNALS__.invoke(command, given).then((ok) => done({ ok }), (error) => done({ error: String(error?.code ?? error) }))";
        self.step(command, self.client.execute_async(INVOKE, vec![json!(command), arguments])).await
    }

    /// The page as a PNG file.
    ///
    /// # Errors
    /// The window gives none, or the file cannot be written.
    pub async fn picture(&self, file: &Path) -> Result<()> {
        // WebKitGTK draws a change of the page only with the picture after it.
        self.step("picture", self.client.screenshot()).await?;
        let picture = self.step("picture", self.client.screenshot()).await?;
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(file, picture).with_context(|| format!("cannot write {}", file.display()))
    }

    /// The id of a room of the list, once it is there.
    ///
    /// # Errors
    /// It does not come.
    pub async fn room_id(&self, name: &str, patience: Duration) -> Result<String> {
        const ID: &str = "return [...document.querySelectorAll('[data-room]')].find((row) => row.dataset.name === arguments[0])?.dataset.room";
        let id = self.until(name, patience, ID, &[name.into()]).await?;
        Ok(id.as_str().context("an id")?.to_owned())
    }

    /// The page as it is drawn.
    ///
    /// # Errors
    /// The window gives no picture.
    pub async fn pixels(&self) -> Result<image::RgbaImage> {
        let picture = self.step("picture", self.client.screenshot()).await?;
        Ok(image::load_from_memory(&picture)?.into_rgba8())
    }

    /// What axe-core finds that keeps somebody from using the page: serious and critical, a line each.
    ///
    /// # Errors
    /// axe-core is not installed, or does not run.
    pub async fn barriers(&self) -> Result<Vec<String>> {
        const RUN: &str = "const done = arguments[0];
            axe.run(document, { resultTypes: ['violations'] }).then(
                (found) => done(found.violations
                    .filter((each) => each.impact === 'serious' || each.impact === 'critical')
                    .map((each) => each.id + ': ' + each.nodes.map((node) => node.html + ' (' + (node.any[0]?.message ?? node.failureSummary) + ')').join(' | '))),
                (error) => done(['axe does not run: ' + error]))";
        let axe = project_root().join("ui/node_modules/axe-core/axe.min.js");
        let axe = fs::read_to_string(&axe)
            .with_context(|| format!("{} is missing: run `cargo xtask install`", axe.display()))?;
        self.run(&axe, Vec::new()).await?;
        let found = self.step("axe", self.client.execute_async(RUN, Vec::new())).await?;
        serde_json::from_value(found).context("axe answers with a list")
    }

    /// The app's process, or its media host.
    #[must_use]
    pub fn process(&self, media_host: bool) -> Option<u32> {
        let app = self.options.app.to_string_lossy();
        descendants(self.driver.id()).into_iter().find(|id| {
            let line = command_line(*id);
            line.first().is_some_and(|program| *program == app)
                && (line.get(1).is_some_and(|argument| argument == "media-host") == media_host)
        })
    }

    /// Ends the app or its media host as a crash would.
    ///
    /// # Errors
    /// It does not run.
    pub fn kill(&self, media_host: bool) -> Result<()> {
        let id = self.process(media_host).context("no such process runs")?;
        processes::kill(id)
    }

    /// Closes the window as a person would, and waits for the app's end.
    ///
    /// # Errors
    /// The app does not end in time; it is killed then. Or something in its page failed and was caught by nothing there.
    pub async fn close(self) -> Result<()> {
        let Self { client, driver, options } = self;
        let app = {
            let name = options.app.to_string_lossy();
            descendants(driver.id())
                .into_iter()
                .find(|id| command_line(*id).first().is_some_and(|p| *p == name))
        };
        if let Some(id) = app.and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw) {
            // The driver would kill it; this is how a desktop asks.
            rustix::process::kill_process(id, Signal::TERM)?;
        }
        wait_for("the app's end", Duration::from_secs(20), || async {
            app.is_none_or(|id| !processes::runs(id)).then_some(())
        })
        .await?;
        // The session's window is gone, which the driver may call an error.
        let _ = timeout(Duration::from_secs(5), client.close()).await;
        let faults = options.page_faults()?;
        ensure!(faults.is_empty(), "{}: the page failed: {}", options.name, faults.join("\n"));
        Ok(())
    }
}
