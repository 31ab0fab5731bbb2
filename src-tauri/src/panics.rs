//! A panic is logged by its place alone: its words may hold what somebody wrote.

pub fn log() {
    let print = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let thread = std::thread::current();
        tracing::error!(place, thread = thread.name().unwrap_or("unnamed"), "panic");
        if cfg!(debug_assertions) {
            print(panic);
        }
    }));
}
