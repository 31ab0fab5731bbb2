//! Joining again and again: each time, picture and sound of the other must arrive, both ways.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use crate::support::Server;

#[tokio::test(flavor = "multi_thread")]
async fn every_join_brings_picture_and_sound() -> Result<()> {
    let joins: usize = std::env::var("TELESTACK_JOINS").ok().and_then(|n| n.parse().ok()).unwrap_or(10);
    let server = Server::start().await?;
    let mut complete = 0;
    let mut slowest = Duration::ZERO;
    for turn in 0..joins {
        // Publishing right after joining is what loses pictures where it can.
        let room = format!("room-{turn}");
        let encryption = turn % 2 == 0;
        let begun = Instant::now();
        let mut ada = server.join(&room, "ada", encryption).await?;
        let mut ben = server.join(&room, "ben", encryption).await?;
        if encryption {
            for person in [&ada, &ben] {
                person.room.set_key("ada", 1, &[1; 16])?;
                person.room.set_key("ben", 2, &[2; 16])?;
            }
        }
        tokio::try_join!(ada.show(320, 180, 90), ben.show(320, 180, 160))?;
        tokio::try_join!(ada.sound(440.0), ben.sound(660.0))?;
        let both = tokio::join!(
            ada.wait("ben", "Ben", |b| b.frames > 2 && b.hz > 0.0),
            ben.wait("ada", "Ada", |a| a.frames > 2 && a.hz > 0.0)
        );
        slowest = slowest.max(begun.elapsed());
        match both {
            (Ok(_), Ok(_)) => complete += 1,
            (ada, ben) => eprintln!("join {turn}: {:?} {:?}", ada.err(), ben.err()),
        }
    }
    eprintln!("{complete} of {joins} joins complete, the slowest in {:.1} s", slowest.as_secs_f64());
    ensure!(complete == joins, "{complete} of {joins} joins had everything");
    Ok(())
}
