//! Which panics end a run.
//!
//! A reader of other people's formats may panic within a guard (`catch_unwind`) that makes an error of it: Parquet's does. Such a
//! panic is no finding. One in a crate of ours is, guarded or not; and whatever leaves the target unguarded ends the run anyway.

/// Replaces libFuzzer's hook, which ends the run at any panic.
pub fn set() {
    std::panic::set_hook(Box::new(|panic| {
        let ours = panic.location().is_some_and(|at| {
            let file = at.file();
            file.contains("crates/") || file.contains("fuzz_targets/")
        });
        if ours {
            eprintln!("{panic}");
            std::process::abort();
        }
        LAST.with_borrow_mut(|last| *last = panic.to_string());
    }));
}

thread_local! {
    static LAST: std::cell::RefCell<String> = const { std::cell::RefCell::new(String::new()) };
}

/// Runs a target; what panicked last is told if it leaves.
pub fn told(run: impl FnOnce()) {
    if let Err(panic) = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)) {
        LAST.with_borrow(|last| eprintln!("{last}"));
        std::panic::resume_unwind(panic);
    }
}
