//! Begins a sandbox, says where it listens, and serves until its standard input ends.

use std::io::{Write, stdin, stdout};

use quittance_devnet::Devnet;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let devnet = Devnet::builder().start().await?;
    println!("{}", devnet.url());
    stdout().flush()?;
    tokio::task::spawn_blocking(|| stdin().lines().for_each(drop)).await?;
    Ok(())
}
