//! What a facilitator can do, asked once in a while.

use std::time::Duration;

use quittance_core::Fault;
use quittance_core::wire::SupportedResponse;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// For how long an answer counts.
const FRESH: Duration = Duration::from_secs(300);
/// For how long an answer stands in for one that does not come: what a facilitator can do changes rarely, and to say that it can do nothing
/// would be worse than to say what it could an hour ago.
const STANDS_IN: Duration = Duration::from_secs(3_600);
/// For how long nobody asks again after a failure.
const PAUSE: Duration = Duration::from_secs(2);

/// The latest answer.
#[derive(Default)]
pub(crate) struct Cached(Mutex<Latest>);

#[derive(Default)]
struct Latest {
    answer: Option<(SupportedResponse, Instant)>,
    failed: Option<(Fault, Instant)>,
}

impl Cached {
    /// The answer, from before or from now. However many wait, one asks.
    pub(crate) async fn answer(
        &self,
        ask: impl Future<Output = Result<SupportedResponse, Fault>>,
    ) -> Result<SupportedResponse, Fault> {
        let mut latest = self.0.lock().await;
        let within = |at: Instant, time: Duration| at.elapsed() < time;
        if let Some((answer, at)) = &latest.answer
            && within(*at, FRESH)
        {
            return Ok(answer.clone());
        }
        let outcome = match latest.failed.filter(|(_, at)| within(*at, PAUSE)) {
            Some((fault, _)) => Err(fault),
            None => ask.await,
        };
        match outcome {
            Ok(answer) => {
                latest.failed = None;
                latest.answer = Some((answer.clone(), Instant::now()));
                Ok(answer)
            }
            Err(fault) => {
                latest.failed = latest.failed.filter(|(_, at)| within(*at, PAUSE)).or_else(|| Some((fault, Instant::now())));
                let old = latest.answer.as_ref().filter(|(_, at)| within(*at, STANDS_IN));
                old.map(|(answer, _)| answer.clone()).ok_or(fault)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn an_answer_counts_for_a_while_and_stands_in_for_longer() {
        let cached = Cached::default();
        let yes = || async { Ok(SupportedResponse::new(Vec::new())) };
        let no = || async { Err(Fault::FacilitatorUnreachable) };
        assert_eq!(cached.answer(no()).await.unwrap_err(), Fault::FacilitatorUnreachable);
        assert!(cached.answer(yes()).await.is_err(), "nobody asks again at once");
        tokio::time::advance(PAUSE).await;
        assert!(cached.answer(yes()).await.is_ok());
        tokio::time::advance(FRESH - Duration::from_secs(1)).await;
        assert!(cached.answer(async { panic!("it is fresh") }).await.is_ok());
        tokio::time::advance(Duration::from_secs(1)).await;
        assert!(cached.answer(no()).await.is_ok(), "the old one stands in");
        tokio::time::advance(STANDS_IN).await;
        assert!(cached.answer(no()).await.is_err());
    }
}
