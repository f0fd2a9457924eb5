//! A frontend of the API: stateless, any number of them over one storage tier.
//!
//! `request/` is the life of a request, stage by stage; `served/` what there is to ask for; `background/` what
//! runs beside requests; `config/` what can be set. Knows nothing of consensus, disks, or a kind's name.

pub mod background;
pub mod config;
pub mod request;
mod run;
pub mod served;
pub mod server;
pub mod sources;
mod stopping;

pub use config::Config;
pub use run::{StartError, run};
pub use server::Server;
pub use stopping::Stopping;
