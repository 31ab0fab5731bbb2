//! Calls of whole apps without windows: sign-in, encrypted chat, media host and SFU, all real.

use std::{
    process::Stdio,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use telestack_testkit::{
    DEMO_ROOMS, EnginePaths, Person, Stack, StackOptions, pinned_library_hash, processes, wait_for,
};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

const PATIENCE: Duration = Duration::from_secs(90);

/// The id of the first demo room; all of them are encrypted.
async fn room(stack: &Stack) -> Result<String> {
    let alias = format!("%23{}%3Alocalhost", DEMO_ROOMS[0].alias);
    let homeserver = &stack.info().matrix.homeserver;
    let url = format!("{homeserver}/_matrix/client/v3/directory/room/{alias}");
    let answer: Value = reqwest::get(url).await?.error_for_status()?.json().await?;
    Ok(answer["room_id"].as_str().context("the room's id")?.to_owned())
}

fn command(stack: &Stack, person: &str) -> Result<Command> {
    let Person { email, password, .. } = stack.person(person).context("a demo person")?;
    let paths = stack.paths();
    let program = paths.telestack_server.with_file_name("telestack-headless");
    ensure!(program.exists(), "build telestack-headless first: {}", program.display());
    let mut command = Command::new(program);
    command
        .args(["--server", &stack.info().server, "--email", email])
        .env("TELESTACK_PASSWORD", password)
        .env("TELESTACK_FFI_LIBRARY", &EnginePaths::below(&telestack_testkit::project_root()).ffi_library)
        .env("TELESTACK_FFI_SHA256", pinned_library_hash()?)
        .stdin(Stdio::null())
        .kill_on_drop(true);
    Ok(command)
}

/// One line of JSON after another.
async fn lines(command: &mut Command) -> Result<Vec<Value>> {
    let output = command.stderr(Stdio::inherit()).output().await?;
    let text = String::from_utf8(output.stdout)?;
    ensure!(output.status.success(), "{command:?} said: {text}");
    text.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
}

/// Somebody in a call, and what their client said.
struct Caller {
    name: &'static str,
    said: Arc<Mutex<Vec<(Instant, Value)>>>,
    process: Child,
}

impl Caller {
    fn call(stack: &Stack, room: &str, name: &'static str, hz: u32, seconds: u32) -> Result<Self> {
        let mut process = command(stack, name)?
            .args(["call", "--room", room, "--seconds", &seconds.to_string()])
            .env("TELESTACK_TEST_TONE_HZ", hz.to_string())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut lines = BufReader::new(process.stdout.take().context("stdout")?).lines();
        let said = Arc::new(Mutex::new(Vec::new()));
        let saying = said.clone();
        tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                let value = serde_json::from_str(&line).unwrap_or(Value::String(line));
                saying.lock().expect("lines").push((Instant::now(), value));
            }
        });
        Ok(Self { name, said, process })
    }

    fn said(&self) -> Vec<(Instant, Value)> {
        self.said.lock().expect("lines").clone()
    }

    /// All figures of another person that were said after `since`.
    fn figures(&self, stack: &Stack, of: &str, since: Instant) -> Vec<Value> {
        let Some(user) = stack.person(of).map(|person| &person.matrix_id) else { return Vec::new() };
        let said = self.said();
        let stats = said.iter().filter(|(at, line)| *at > since && line["event"] == "stats");
        stats
            .flat_map(|(_, line)| line["participants"].as_array().cloned().unwrap_or_default())
            .filter(|one| one["identity"].as_str().is_some_and(|identity| identity.starts_with(user)))
            .collect()
    }

    /// Waits until somebody else's picture moved and their tone was heard, both after `since`; they may be gone by now.
    async fn sees(&self, stack: &Stack, other: &str, hz: f64, since: Instant) -> Result<()> {
        let seen = wait_for(other, PATIENCE, || {
            let figures = self.figures(stack, other, since);
            let numbers = figures.iter().filter_map(|one| one["frameNumber"].as_u64());
            let moved = numbers.clone().min() < numbers.max();
            let heard = |one: &Value| one["audioHz"].as_f64().is_some_and(|tone| (tone - hz).abs() < 10.0);
            let arrived = (moved && figures.iter().any(heard)).then_some(());
            async move { arrived }
        });
        seen.await.with_context(|| format!("{} sees and hears too little: {:#?}", self.name, self.tail()))
    }

    async fn says(&self, what: &str, since: Instant, wished: impl Fn(&Value) -> bool) -> Result<Instant> {
        let said = wait_for(what, PATIENCE, || {
            let said = self.said();
            let found = said.iter().find(|(at, line)| *at > since && wished(line)).map(|(at, _)| *at);
            async move { found }
        });
        said.await.with_context(|| format!("{} did not say so: {:#?}", self.name, self.tail()))
    }

    fn tail(&self) -> Vec<Value> {
        let said = self.said();
        said[said.len().saturating_sub(12)..].iter().map(|(_, line)| line.clone()).collect()
    }

    /// Ends the media host as a crash would.
    fn kill_media_host(&self) -> Result<()> {
        let parent = self.process.id().context("a running client")?;
        let host = processes::descendants(parent).into_iter().find(|id| processes::is_media_host(*id));
        processes::kill(host.with_context(|| format!("{} has no media host", self.name))?)
    }

    /// Waits for the end and gives the final line.
    async fn result(mut self) -> Result<Value> {
        let status =
            tokio::time::timeout(PATIENCE, self.process.wait()).await.context("it does not end")??;
        let said = wait_for("the final line", PATIENCE, || {
            let last = self.said().into_iter().rev().find(|(_, line)| line.get("joined").is_some());
            async move { last }
        });
        let (_, last) = said.await.with_context(|| format!("{:#?}", self.tail()))?;
        ensure!(status.success(), "{status}: {:#?}", self.tail());
        Ok(last)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_call_each_other_and_one_media_process_dies() -> Result<()> {
    let stack = Stack::start(StackOptions::default()).await?;
    let room = room(&stack).await?;
    let begun = Instant::now();
    let ada = Caller::call(&stack, &room, "ada", 440, 45)?;
    let ben = Caller::call(&stack, &room, "ben", 660, 45)?;
    tokio::try_join!(ada.sees(&stack, "ben", 660.0, begun), ben.sees(&stack, "ada", 440.0, begun))?;

    let killed = Instant::now();
    ada.kill_media_host()?;
    let noticed =
        |line: &Value| line["phase"]["kind"] == "reconnecting" && line["phase"]["mediaRestarted"] == true;
    ada.says("that its media restarts", killed, noticed).await?;
    let back = ada.says("that it is back", killed, |line| line["phase"]["kind"] == "connected").await?;
    ensure!(back - killed < Duration::from_secs(3), "back after {:?}", back - killed);
    tokio::try_join!(ada.sees(&stack, "ben", 660.0, back), ben.sees(&stack, "ada", 440.0, back))?;

    let (ada, ben) = tokio::try_join!(ada.result(), ben.result())?;
    for result in [ada, ben] {
        ensure!(result["joined"] == true && result["joinToFirstFrameMs"].is_u64(), "{result}");
        let other = &result["participants"][0];
        ensure!(other["frames"].as_u64().is_some_and(|frames| frames > 20), "{result}");
        ensure!(other["width"].as_u64().is_some_and(|width| width > 0), "{result}");
        ensure!(other["audioPeak"].as_f64().is_some_and(|peak| peak > 0.0), "{result}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn when_somebody_leaves_the_others_go_on_under_a_new_key() -> Result<()> {
    let stack = Stack::start(StackOptions::default()).await?;
    let room = room(&stack).await?;
    let begun = Instant::now();
    let ada = Caller::call(&stack, &room, "ada", 440, 60)?;
    let ben = Caller::call(&stack, &room, "ben", 660, 60)?;
    ada.sees(&stack, "ben", 660.0, begun).await?;
    // Comes when the key is older than ten seconds or not, and goes again.
    let chloe = Caller::call(&stack, &room, "chloe", 880, 5)?;
    chloe.sees(&stack, "ada", 440.0, begun).await?;
    ada.sees(&stack, "chloe", 880.0, begun).await?;
    chloe.result().await?;
    let three =
        |line: &Value| line["event"] == "tiles" && line["identities"].as_array().map(Vec::len) == Some(3);
    let third = ada.says("that there were three", begun, three).await?;
    let two =
        |line: &Value| line["event"] == "tiles" && line["identities"].as_array().map(Vec::len) == Some(2);
    let left = ada.says("that she left", third, two).await?;
    // New keys are in use a second after they were sent.
    let later = left + Duration::from_secs(3);
    tokio::try_join!(ada.sees(&stack, "ben", 660.0, later), ben.sees(&stack, "ada", 440.0, later))?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_writes_finds_people_and_uploads() -> Result<()> {
    let stack = Stack::start(StackOptions::default()).await?;
    let room = room(&stack).await?;
    let people = lines(command(&stack, "ada")?.args(["people", "ben"])).await?;
    let ben = &stack.person("ben").context("Ben")?.matrix_id;
    ensure!(people.iter().any(|line| line["person"]["matrixId"] == ben.as_str()), "{people:#?}");
    let sent = lines(command(&stack, "ada")?.args(["send", "--room", &room, "The build is green"])).await?;
    ensure!(sent.iter().any(|line| line["event"] == "sent" && line["eventId"].is_string()), "{sent:#?}");
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("notes.txt");
    std::fs::write(&file, "What we agreed on")?;
    let upload = lines(command(&stack, "ada")?.arg("upload").arg(&file)).await?;
    ensure!(upload.iter().any(|line| line["upload"]["state"]["kind"] == "done"), "{upload:#?}");
    let refused =
        command(&stack, "ada")?.env("TELESTACK_PASSWORD", "wrong").args(["people", "x"]).output().await?;
    ensure!(!refused.status.success());
    ensure!(String::from_utf8_lossy(&refused.stdout).contains("wrong-credentials"));
    Ok(())
}
