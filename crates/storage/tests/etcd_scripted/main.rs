//! The etcd client against members that do what a script says: what is sent again and what is not, streams that
//! break, and readers who are slow. No real etcd does these on demand.

mod calls;
mod failover;
mod fake;
mod keep_alive;
mod large_ranges;
mod lost_streams;
mod slow_readers;
mod watches;
