//! `quittance demo`: one request that costs a cent, packet by packet; what is done against it; and what the agent may not buy.
//!
//! Chain, facilitator, shop and agent are the real ones, in this process and on ports of this machine. Only the money is nobody's, and the keys
//! are known to everybody.

mod against;
mod paste;
mod stage;
mod story;
mod watch;

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use tokio::sync::mpsc;

use crate::format::Format;
use crate::stop::Stop;
use crate::waiting::Waiting;
use crate::{Answer, Failure};
use stage::Stage;
use story::{Scene, Teller};

#[derive(Args)]
pub(crate) struct Arguments {
    /// Wait for Enter after each packet.
    #[arg(long)]
    step: bool,
    /// Leave everything running afterwards, and show how to try it.
    #[arg(long)]
    serve: bool,
}

/// How long whoever waits for an answer has patience while a person reads.
const READING: Duration = Duration::from_secs(24 * 3_600);

pub(crate) fn run(arguments: &Arguments, format: Format, out: &mut impl Write) -> Result<Answer, Failure> {
    if format == Format::Csv {
        return Err(Failure::new("a story is no table: leave --csv out"));
    }
    if format == Format::Human {
        writeln!(out, "quittance demo: a request that costs a cent, on a chain, a facilitator and a shop of its own\n")?;
        out.flush()?;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let (teller, mut told) = Teller::new();
        let patience = arguments.step.then_some(READING);
        let mut whole = Vec::new();
        let (stage, held) = {
            let mut play = std::pin::pin!(play(Arc::new(teller), patience, format));
            loop {
                tokio::select! {
                    biased;
                    Some((scene, go_on)) = told.recv() => {
                        match format {
                            Format::Json => whole.push(scene.json()),
                            Format::Human | Format::Csv => {
                                scene.write(out)?;
                                out.flush()?;
                                if arguments.step && scene.is_packet() {
                                    enter().await?;
                                }
                            }
                        }
                        // whoever told it may be gone
                        let _gone = go_on.send(());
                    }
                    played = &mut play => break played?,
                }
            }
        };
        match format {
            Format::Json => crate::format::json(out, &serde_json::json!({ "held": held, "scenes": whole }))?,
            Format::Human | Format::Csv if held => writeln!(out, "Everything held.")?,
            Format::Human | Format::Csv => writeln!(out, "Something did not hold.")?,
        }
        out.flush()?;
        if arguments.serve {
            let stop = Stop::hear()?;
            stage.explain(format, out)?;
            out.flush()?;
            stop.asked().await?;
        }
        Ok(if held { Answer::Yes } else { Answer::No })
    })
}

/// The whole of it; whether all went as it has to.
async fn play(teller: Arc<Teller>, patience: Option<Duration>, format: Format) -> Result<(Stage, bool), Failure> {
    let waiting = Waiting::on("a chain, a facilitator and a shop to start", format);
    let stage = Stage::set(Arc::clone(&teller), patience).await?;
    drop(waiting);
    teller.tell(stage.introduction()).await;
    teller.tell(Scene::part("Seven packets")).await;
    let paid = stage.buy().await?;
    teller.tell(Scene::part("Five attacks")).await;
    let held = against::all(&stage, &teller).await?;
    teller.tell(Scene::part("One refusal")).await;
    let refused = stage.refuse().await?;
    teller.tell(stage.ledger().await?).await;
    Ok((stage, paid && held && refused))
}

async fn enter() -> Result<(), Failure> {
    let read = tokio::task::spawn_blocking(|| std::io::stdin().read_line(&mut String::new()));
    read.await.map_err(|error| Failure::new(error.to_string()))??;
    Ok(())
}

/// Where scenes come out.
type Told = mpsc::UnboundedReceiver<(Scene, tokio::sync::oneshot::Sender<()>)>;
