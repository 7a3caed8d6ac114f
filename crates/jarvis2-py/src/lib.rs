//! Jarvis2 from Python: the extension `jarvis2._jarvis2`. The package around it is `python/jarvis2`.
//!
//! It converts and calls: `pricing`, `search`, `experience`, `index`, `hardware` and `jarvis2::ask` do the work. Deliberately absent:
//! logic.

mod bench;
mod columns;
mod command;
mod errors;
mod experience;
mod greeks;
mod index;
mod model;
mod numbers;
mod pricing;
mod search;
mod surface;
mod table;

use pyo3::prelude::*;

/// The part of `jarvis2` that is written in Rust.
#[pymodule]
mod _jarvis2 {
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::bench::_Batch;
    #[pymodule_export]
    use crate::command::_ask;
    #[pymodule_export]
    use crate::experience::PyExperience;
    #[pymodule_export]
    use crate::greeks::{GreekArrays, PyGreeks};
    #[pymodule_export]
    use crate::index::PyIndex;
    #[pymodule_export]
    use crate::pricing::{
        american_greeks, american_implied_vol, american_price, boundary, greeks, implied_vol, price,
    };
    #[pymodule_export]
    use crate::search::{Branch, Counts, Edge, PyTree, Step, py_search};
    #[pymodule_export]
    use crate::surface::{PyExpiry, PySurface, surface};
    #[pymodule_export]
    use crate::table::Table;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))?;
        module.add(
            "STATUS",
            pyo3::types::PyTuple::new(module.py(), crate::errors::WORDS)?,
        )
    }
}
