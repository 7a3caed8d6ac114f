//! How many bytes may be taken on a device.

use crate::Error;

/// The most bytes that the buffers of one device may hold together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    /// The limit in bytes.
    pub bytes: u64,
    /// The rule that set it, as half a sentence.
    pub origin: String,
}

impl Budget {
    /// Refuses `need` more bytes for `what` beside the `held` ones.
    pub(crate) fn check(&self, what: &str, need: u64, held: u64) -> Result<(), Error> {
        if held.saturating_add(need) <= self.bytes {
            return Ok(());
        }
        Err(Error::Budget {
            what: what.to_owned(),
            need_bytes: need,
            held_bytes: held,
            limit_bytes: self.bytes,
            origin: self.origin.clone(),
        })
    }
}

impl From<&hardware::MemoryBudget> for Budget {
    /// On unified memory, and in software, buffers are main memory.
    fn from(budget: &hardware::MemoryBudget) -> Budget {
        Budget {
            bytes: budget.bytes,
            origin: budget.limit.to_string(),
        }
    }
}
