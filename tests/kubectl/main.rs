//! A walk with the real kubectl: what people do on their first day, and what the server can't do yet.
//!
//! Every step ends with status 0, prints what matters, and no word of warning. `gaps.rs` lists what waits.
#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

mod applying;
mod changing;
mod deleting;
mod gaps;
mod generating;
mod looking;
mod making;
mod watching;

use pintle_tests::kubectl_here;

/// A Namespace with a Deployment, a Service, a ConfigMap and a Secret, in one file.
const SHOP: &str = include_str!("shop.yaml");

/// Puts the words of a line on the command line, as a shell would without quotes: `run!(kubectl, "get {}", name)`.
macro_rules! run {
    ($kubectl:expr, $($line:tt)+) => {
        $kubectl.run(&format!($($line)+)).await
    };
}
use run;

/// The same with the shop in it.
macro_rules! shop {
    ($kubectl:ident, $server:ident) => {
        $crate::kubectl_here!($kubectl, $server);
        $kubectl.run_with("create -f -", $crate::SHOP).await.good();
    };
}
use shop;
