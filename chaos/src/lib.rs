//! Which promises a storage broke, found from what clients saw: for chaos with real processes, for simulation, for any
//! test that records its calls.
//!
//! ```text
//! history  every call, with what became of it   --> model: is there an order in which all of it makes sense?
//! told     what a watch told, in that order     --> checks: the verdict over calls, watch and what is there at the end
//! ```
//!
//! It never knows how calls were made, or who hurt whom.

pub mod checks;
pub mod history;
pub mod keys;
pub mod model;
pub mod told;
