//! Several connections, opened once.

use crate::client::Client;
use crate::failure::Failure;
use crate::place::Place;

/// Opened connections, which clients share evenly.
#[derive(Debug)]
pub(crate) struct Pool(Vec<Client>);

impl Pool {
    /// Opens so many.
    ///
    /// # Errors
    /// When one can't be opened.
    pub(crate) async fn open(place: &Place, connections: usize) -> Result<Pool, Failure> {
        let mut clients = Vec::new();
        for _ in 0..connections.max(1) {
            clients.push(Client::connect(place).await?);
        }
        Ok(Pool(clients))
    }

    /// For the client of this number.
    pub(crate) fn client(&self, number: usize) -> Client {
        self.0[number % self.0.len()].share()
    }
}
