//! Simulation.
pub mod bridge;
pub mod philox;
pub mod sobol;
