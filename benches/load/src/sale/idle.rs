//! Connections on which nothing happens.

use crate::failure::{Failure, failure};
use crate::http::Connection;

/// Connections that were served once and stay open.
pub(super) struct Idle(Vec<Connection>);

const ASK: &[u8] = b"GET /free HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n";

/// Opens so many, each of which is served once.
pub(super) async fn open(address: &str, count: usize) -> Result<Idle, Failure> {
    let mut connections = Vec::with_capacity(count);
    for _ in 0..count {
        let mut connection = Connection::lean(address).await?;
        serve(&mut connection).await?;
        connections.push(connection);
    }
    Ok(Idle(connections))
}

impl Idle {
    /// How many of them are served as before.
    pub(super) async fn still_served(self) -> Result<usize, Failure> {
        let count = self.0.len();
        for mut connection in self.0 {
            serve(&mut connection).await?;
        }
        Ok(count)
    }
}

async fn serve(connection: &mut Connection) -> Result<(), Failure> {
    match connection.ask(ASK).await?.status() {
        Some(200) => Ok(()),
        other => Err(failure(format!("a free route answered with {other:?}"))),
    }
}
