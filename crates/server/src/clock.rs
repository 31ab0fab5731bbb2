//! The one clock that reads the machine's time.

#[derive(Debug)]
pub struct SystemClock;

impl telestack_engine::Clock for SystemClock {
    fn now(&self) -> i64 {
        chrono::Utc::now().timestamp_millis()
    }
}
