//! One ledger of memory for the whole process: reserve before you allocate.
//!
//! ```text
//! invariant   sum of all reservations <= budget
//! soft limit  85 % of the budget: what can be made anew goes first, least (rebuild seconds * chance of use) / bytes first
//! WARNING     no growth beyond what was held when it came, batches of half the size
//! CRITICAL    nothing new; what is held stays, and caches are not walked
//! ```
//! A pressure that falls is believed once it has lasted ten seconds, one step at a time, so that nothing flaps. Whoever has waited
//! thirty seconds goes before everybody, so that nobody waits for ever. On unified memory a buffer that CPU and GPU share is reserved
//! once.
//!
//! A reservation is bookkeeping: it allocates nothing and proves nothing about who keeps to it. Rooms receive theirs as an argument.
//!
//! ```
//! use std::time::Duration;
//! use hardware::ledger::{Ask, Ledger, Priority};
//!
//! let machine = hardware::detect();
//! let ledger = Ledger::new(hardware::memory_budget(&machine, None));
//! let tree = ledger.reserve(Ask::of("search tree", 32 << 20, Priority::Foreground), Duration::ZERO)?;
//! assert_eq!(ledger.reserved_bytes(), tree.bytes());
//! drop(tree);
//! assert_eq!(ledger.reserved_bytes(), 0);
//! # Ok::<(), hardware::Error>(())
//! ```

mod book;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

pub use book::{Ask, Eviction, Holding, Priority};
use book::{Book, Poll};

use crate::machine::Bytes;
use crate::{Error, MemoryBudget, PressureLevel};

impl Ask {
    /// All of `bytes` or nothing, and nobody may take them back.
    pub fn of(component: impl Into<String>, bytes: u64, priority: Priority) -> Ask {
        Ask {
            component: component.into(),
            bytes,
            least_bytes: bytes,
            priority,
            eviction: None,
        }
    }

    /// Less will do, down to `least_bytes`.
    pub fn or_at_least(mut self, least_bytes: u64) -> Ask {
        self.least_bytes = least_bytes.min(self.bytes);
        self
    }
}

/// Frees the memory behind a reservation when others need it more.
type Evict = Box<dyn FnOnce() + Send>;

/// The ledger; clones are the same one.
#[derive(Clone)]
pub struct Ledger {
    shared: Arc<Shared>,
}

struct Shared {
    budget: MemoryBudget,
    started: Instant,
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    book: Book,
    evicts: BTreeMap<u64, Evict>,
}

impl Ledger {
    /// An empty ledger.
    pub fn new(budget: MemoryBudget) -> Ledger {
        Ledger {
            shared: Arc::new(Shared {
                state: Mutex::new(State {
                    book: Book::new(budget.bytes),
                    evicts: BTreeMap::new(),
                }),
                budget,
                started: Instant::now(),
                changed: Condvar::new(),
            }),
        }
    }

    /// Reserves, at once or within `patience`; after that with less if less will do.
    ///
    /// # Errors
    /// [`Error::MemoryRefused`] if it can never fit, [`Error::MemoryBusy`] if it does not fit now: both with what is needed, what
    /// there is, and what to do.
    pub fn reserve(&self, ask: Ask, patience: Duration) -> Result<Reservation, Error> {
        self.settle(ask, None, patience)
    }

    /// Reserves for what can be made anew: `evict` is called, from whichever thread needs the room, when it must go. It frees the
    /// memory before it returns, and it must not reserve.
    ///
    /// # Errors
    /// As [`reserve`](Self::reserve).
    pub fn reserve_evictable(
        &self,
        mut ask: Ask,
        eviction: Eviction,
        evict: impl FnOnce() + Send + 'static,
        patience: Duration,
    ) -> Result<Reservation, Error> {
        ask.eviction = Some(eviction);
        self.settle(ask, Some(Box::new(evict)), patience)
    }

    fn settle(
        &self,
        ask: Ask,
        evict: Option<Evict>,
        patience: Duration,
    ) -> Result<Reservation, Error> {
        // What the budget never holds is refused before anybody is asked to go.
        self.shared.budget.check(ask.least_bytes, &ask.component)?;
        let until = Instant::now() + patience;
        let wanted = ask.clone();
        let mut state = self.lock();
        let ticket = state.book.ask(ask, self.now());
        let id = loop {
            match state.book.poll(ticket, self.now()) {
                Poll::Granted(id) => break Some(id),
                Poll::Evict(victims) => {
                    let calls: Vec<(u64, Option<Evict>)> = victims
                        .into_iter()
                        .map(|id| {
                            state.book.goes(id);
                            (id, state.evicts.remove(&id))
                        })
                        .collect();
                    // Not under the lock: whoever frees memory may look at the ledger.
                    drop(state);
                    for (id, call) in calls {
                        if let Some(call) = call {
                            call();
                        }
                        self.lock().book.release(id);
                    }
                    self.shared.changed.notify_all();
                    state = self.lock();
                }
                Poll::Wait => {
                    let left = until.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        break state.book.give_up(ticket, self.now());
                    }
                    // Age and calm change with time alone: look again now and then.
                    let nap = left.min(Duration::from_millis(100));
                    state = match self.shared.changed.wait_timeout(state, nap) {
                        Ok((state, _)) => state,
                        Err(poisoned) => poisoned.into_inner().0,
                    };
                }
            }
        };
        let Some(id) = id else {
            let busy = Error::MemoryBusy {
                what: wanted.component,
                need_bytes: wanted.least_bytes,
                free_bytes: state
                    .book
                    .limit_bytes()
                    .saturating_sub(state.book.reserved_bytes()),
                budget_bytes: self.shared.budget.bytes,
                level: state.book.level(),
                holders: holders(&state.book),
            };
            drop(state);
            // Somebody behind us may fit now.
            self.shared.changed.notify_all();
            return Err(busy);
        };
        if let Some(evict) = evict {
            state.evicts.insert(id, evict);
        }
        let bytes = state.book.holding(id).map_or(0, |holding| holding.bytes);
        drop(state);
        self.shared.changed.notify_all();
        Ok(Reservation {
            ledger: self.clone(),
            id,
            bytes,
        })
    }

    /// Tells the ledger how short of memory the system is. Call it every second or so, also while nothing changes.
    pub fn observe(&self, level: PressureLevel) {
        let now = self.now();
        self.lock().book.observe(level, now);
        self.shared.changed.notify_all();
    }

    /// The pressure as the ledger believes it.
    pub fn level(&self) -> PressureLevel {
        self.lock().book.level()
    }

    /// Share of the usual batch to work with now: 1, 0.5, or 0 while new work should pause.
    pub fn batch_share(&self) -> f64 {
        self.lock().book.batch_share()
    }

    /// Bytes reserved now.
    pub fn reserved_bytes(&self) -> u64 {
        self.lock().book.reserved_bytes()
    }

    /// The most that was ever reserved at once.
    pub fn peak_bytes(&self) -> u64 {
        self.lock().book.peak_bytes()
    }

    /// The budget and what set it.
    pub fn budget(&self) -> &MemoryBudget {
        &self.shared.budget
    }

    /// Who holds what, who waits, and why the limit is what it is.
    pub fn explain(&self) -> Explanation {
        let state = self.lock();
        Explanation {
            budget: self.shared.budget.clone(),
            level: state.book.level(),
            reserved_bytes: state.book.reserved_bytes(),
            peak_bytes: state.book.peak_bytes(),
            holdings: state.book.holdings().cloned().collect(),
            waiting: state.book.waiting().cloned().collect(),
        }
    }

    fn now(&self) -> Duration {
        self.shared.started.elapsed()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Bookkeeping is whole after every call: what a panicking holder left is still true.
        self.shared
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// The three largest holders, for an error that says who to ask.
fn holders(book: &Book) -> String {
    let mut all: Vec<&Holding> = book.holdings().collect();
    all.sort_by_key(|holding| std::cmp::Reverse(holding.bytes));
    let named: Vec<String> = all
        .iter()
        .take(3)
        .map(|holding| format!("{} {}", holding.component, Bytes(holding.bytes)))
        .collect();
    if named.is_empty() {
        "nobody".to_owned()
    } else {
        named.join(", ")
    }
}

/// Memory that may be taken; dropping it gives it back.
pub struct Reservation {
    ledger: Ledger,
    id: u64,
    bytes: u64,
}

impl Reservation {
    /// How much was granted: what was asked for, or less if less was said to do.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Gives back all but `bytes`. It never grows.
    pub fn shrink(&mut self, bytes: u64) {
        if bytes < self.bytes {
            self.bytes = bytes;
            self.ledger.lock().book.shrink(self.id, bytes);
            self.ledger.shared.changed.notify_all();
        }
    }

    /// Whether it was taken back by eviction.
    pub fn is_gone(&self) -> bool {
        self.ledger.lock().book.holding(self.id).is_none()
    }
}

impl fmt::Debug for Reservation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reservation({} of {})", Bytes(self.bytes), self.id)
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        let mut state = self.ledger.lock();
        state.book.release(self.id);
        let evict = state.evicts.remove(&self.id);
        drop(state);
        // What it captured may hold a reservation itself: never dropped under the lock.
        drop(evict);
        self.ledger.shared.changed.notify_all();
    }
}

/// The ledger as it stands.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// The budget and its origin.
    pub budget: MemoryBudget,
    /// The pressure as the ledger believes it.
    pub level: PressureLevel,
    /// Bytes reserved.
    pub reserved_bytes: u64,
    /// The most that was reserved at once.
    pub peak_bytes: u64,
    /// Who holds what, the oldest first.
    pub holdings: Vec<Holding>,
    /// Who waits, the oldest first.
    pub waiting: Vec<Ask>,
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "budget    {}", self.budget)?;
        writeln!(
            f,
            "reserved  {} (at most {} so far), pressure {}",
            Bytes(self.reserved_bytes),
            Bytes(self.peak_bytes),
            self.level
        )?;
        for holding in &self.holdings {
            write!(
                f,
                "  {}  {}, {}",
                Bytes(holding.bytes),
                holding.component,
                match holding.priority {
                    Priority::Foreground => "somebody waits for it",
                    Priority::Background => "in the background",
                }
            )?;
            match holding.eviction {
                Some(eviction) => writeln!(
                    f,
                    ", can go: {:.1} s to make anew, {:.0} % likely to be wanted",
                    eviction.rebuild_seconds,
                    eviction.reuse * 100.0
                )?,
                None => writeln!(f, ", stays")?,
            }
        }
        for ask in &self.waiting {
            writeln!(f, "  {}  {}, waits", Bytes(ask.bytes), ask.component)?;
        }
        Ok(())
    }
}
