//! Who holds how much memory, as plain bookkeeping: no clock, no threads, no memory of its own.
//!
//! Time is an argument, so that a test replays hours in no time.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::PressureLevel;

/// Share of the budget above which what can be made anew goes first.
const SOFT: f64 = 0.85;
/// A lower pressure must last this long before we believe it.
const CALM: Duration = Duration::from_secs(10);
/// Who has waited this long goes before everybody, so that nobody waits for ever.
const AGE: Duration = Duration::from_secs(30);

/// Who goes first when memory is short.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// Learning, indexing: may wait.
    Background,
    /// What somebody waits for.
    Foreground,
}

/// What it costs to lose memory that can be made anew.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Eviction {
    /// Seconds of work to have it back.
    pub rebuild_seconds: f64,
    /// Chance that it will be wanted again, 0 to 1.
    pub reuse: f64,
}

/// A wish for memory.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    /// Who wants it, in words a user understands.
    pub component: String,
    /// How much.
    pub bytes: u64,
    /// With how much the work could still be done, a smaller batch perhaps; the same as `bytes` if with no less.
    pub least_bytes: u64,
    /// Who goes first.
    pub priority: Priority,
    /// For what can be made anew.
    pub eviction: Option<Eviction>,
}

/// Memory that somebody holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Holding {
    /// Who holds it.
    pub component: String,
    /// How much.
    pub bytes: u64,
    /// How urgent its work is.
    pub priority: Priority,
    /// Set if it can be made anew.
    pub eviction: Option<Eviction>,
}

/// What becomes of a wish now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Poll {
    /// It is a holding of this name.
    Granted(u64),
    /// It fits once these have gone.
    Evict(Vec<u64>),
    /// Not now.
    Wait,
}

struct Waiting {
    ticket: u64,
    since: Duration,
    ask: Ask,
}

/// All holdings and all wishes.
///
/// Invariant: the bytes of all holdings together never exceed the budget.
pub(super) struct Book {
    budget_bytes: u64,
    reserved_bytes: u64,
    peak_bytes: u64,
    holdings: BTreeMap<u64, Holding>,
    /// Holdings asked to go, not gone yet.
    going: Vec<u64>,
    queue: Vec<Waiting>,
    next: u64,
    level: PressureLevel,
    /// The first of the readings below `level` that have come without a break.
    calm_since: Option<Duration>,
    /// What was reserved when pressure rose: no growth beyond.
    ceiling_bytes: u64,
}

impl Book {
    pub(super) fn new(budget_bytes: u64) -> Book {
        Book {
            budget_bytes,
            reserved_bytes: 0,
            peak_bytes: 0,
            holdings: BTreeMap::new(),
            going: Vec::new(),
            queue: Vec::new(),
            next: 0,
            level: PressureLevel::Normal,
            calm_since: None,
            ceiling_bytes: budget_bytes,
        }
    }

    pub(super) fn reserved_bytes(&self) -> u64 {
        self.reserved_bytes
    }

    pub(super) fn peak_bytes(&self) -> u64 {
        self.peak_bytes
    }

    pub(super) fn level(&self) -> PressureLevel {
        self.level
    }

    pub(super) fn holdings(&self) -> impl Iterator<Item = &Holding> {
        self.holdings.values()
    }

    pub(super) fn holding(&self, id: u64) -> Option<&Holding> {
        self.holdings.get(&id)
    }

    pub(super) fn waiting(&self) -> impl Iterator<Item = &Ask> {
        self.queue.iter().map(|waiting| &waiting.ask)
    }

    /// Takes a wish in and names it. [`poll`](Self::poll) says what becomes of it.
    pub(super) fn ask(&mut self, ask: Ask, now: Duration) -> u64 {
        let ticket = self.name();
        self.queue.push(Waiting {
            ticket,
            since: now,
            ask,
        });
        ticket
    }

    /// Grants a wish, or says what it waits for.
    pub(super) fn poll(&mut self, ticket: u64, now: Duration) -> Poll {
        let Some(place) = self.queue.iter().position(|one| one.ticket == ticket) else {
            return Poll::Wait;
        };
        if self.is_behind(place, now) {
            return Poll::Wait;
        }
        let ask = &self.queue[place].ask;
        let (need, limit) = (ask.bytes, self.limit_bytes());
        let after = self.reserved_bytes.saturating_add(need);
        let soft = ((self.budget_bytes as f64 * SOFT) as u64).min(limit);
        if after > soft {
            // Below our own soft limit before the system complains, by what costs least; if that cannot be, below the hard one.
            for bound in [soft, limit] {
                if after > bound
                    && let Some(victims) = self.victims(after - bound, ask.priority)
                {
                    return Poll::Evict(victims);
                }
                if after <= bound {
                    break;
                }
            }
        }
        if after > limit {
            return Poll::Wait;
        }
        let waiting = self.queue.remove(place);
        Poll::Granted(self.hold(waiting.ask, need))
    }

    /// The wish ends unmet: with less than it wanted if less will do, else with nothing.
    pub(super) fn give_up(&mut self, ticket: u64, now: Duration) -> Option<u64> {
        let place = self.queue.iter().position(|one| one.ticket == ticket)?;
        let behind = self.is_behind(place, now);
        let waiting = self.queue.remove(place);
        let room = self.limit_bytes().saturating_sub(self.reserved_bytes);
        let fits = waiting.ask.bytes.min(room);
        if behind || fits < waiting.ask.least_bytes || fits == 0 {
            return None;
        }
        Some(self.hold(waiting.ask, fits))
    }

    /// Memory comes back.
    pub(super) fn release(&mut self, id: u64) {
        if let Some(holding) = self.holdings.remove(&id) {
            self.reserved_bytes -= holding.bytes;
        }
        self.going.retain(|&going| going != id);
    }

    /// A holding gets smaller; larger it never gets.
    pub(super) fn shrink(&mut self, id: u64, bytes: u64) {
        if let Some(holding) = self.holdings.get_mut(&id)
            && bytes < holding.bytes
        {
            self.reserved_bytes -= holding.bytes - bytes;
            holding.bytes = bytes;
        }
    }

    /// Holdings are on their way out: they are asked only once.
    pub(super) fn goes(&mut self, id: u64) {
        self.going.push(id);
    }

    /// The system says how short of memory it is. A rise counts at once, a fall once it has lasted.
    pub(super) fn observe(&mut self, level: PressureLevel, now: Duration) {
        if level >= self.level {
            self.calm_since = None;
            if level > self.level {
                if self.level == PressureLevel::Normal {
                    self.ceiling_bytes = self.reserved_bytes;
                }
                self.level = level;
            }
            return;
        }
        let since = *self.calm_since.get_or_insert(now);
        if now.saturating_sub(since) >= CALM {
            // One step at a time: from critical to warning, and only after as long a calm to normal.
            self.level = match self.level {
                PressureLevel::Critical => PressureLevel::Warning,
                _ => PressureLevel::Normal,
            };
            self.calm_since = Some(now);
        }
    }

    /// Share of the usual batch to work with: half under pressure, none where the system is about to kill.
    pub(super) fn batch_share(&self) -> f64 {
        match self.level {
            PressureLevel::Normal => 1.0,
            PressureLevel::Warning => 0.5,
            PressureLevel::Critical => 0.0,
        }
    }

    /// What may be reserved in sum, under the pressure there is.
    pub(super) fn limit_bytes(&self) -> u64 {
        match self.level {
            PressureLevel::Normal => self.budget_bytes,
            // No growth; what has gone since may come back.
            PressureLevel::Warning => self.ceiling_bytes.min(self.budget_bytes),
            // Nothing new at all.
            PressureLevel::Critical => 0,
        }
    }

    /// Whether somebody goes before the wish at `place`: of a higher priority, or of the same one and earlier.
    fn is_behind(&self, place: usize, now: Duration) -> bool {
        let rank = |waiting: &Waiting| {
            let aged = now.saturating_sub(waiting.since) >= AGE;
            // Among the aged only age counts.
            (
                aged,
                if aged {
                    None
                } else {
                    Some(waiting.ask.priority)
                },
            )
        };
        let own = rank(&self.queue[place]);
        self.queue.iter().enumerate().any(|(other, waiting)| {
            let theirs = rank(waiting);
            theirs > own || (theirs == own && other < place)
        })
    }

    /// What to lose so that `bytes` come free: the least worth by its byte first. `None` if all of it does not suffice, so that
    /// nothing is lost for nothing.
    fn victims(&self, bytes: u64, priority: Priority) -> Option<Vec<u64>> {
        let worth = |holding: &Holding, eviction: &Eviction| {
            eviction.rebuild_seconds * eviction.reuse / holding.bytes.max(1) as f64
        };
        let mut able: Vec<(f64, u64, u64)> = self
            .holdings
            .iter()
            .filter(|(id, holding)| holding.priority <= priority && !self.going.contains(id))
            .filter_map(|(&id, holding)| {
                let eviction = holding.eviction.as_ref()?;
                Some((worth(holding, eviction), id, holding.bytes))
            })
            .collect();
        able.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let (mut freed, mut victims) = (0_u64, Vec::new());
        for (_, id, size) in able {
            if freed >= bytes {
                break;
            }
            freed += size;
            victims.push(id);
        }
        (freed >= bytes).then_some(victims)
    }

    fn hold(&mut self, ask: Ask, bytes: u64) -> u64 {
        let id = self.name();
        self.reserved_bytes += bytes;
        assert!(
            self.reserved_bytes <= self.budget_bytes,
            "more reserved than the budget holds"
        );
        self.peak_bytes = self.peak_bytes.max(self.reserved_bytes);
        self.holdings.insert(
            id,
            Holding {
                component: ask.component,
                bytes,
                priority: ask.priority,
                eviction: ask.eviction,
            },
        );
        id
    }

    fn name(&mut self) -> u64 {
        self.next += 1;
        self.next
    }
}
