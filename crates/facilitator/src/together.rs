//! Many futures at once, and one that may panic.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::task::Poll;

/// Waits for all of them, at once, and gives what came of them in their order.
pub(crate) async fn together<F: Future>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let mut running: Vec<Result<F::Output, Pin<Box<F>>>> = futures.into_iter().map(|future| Err(Box::pin(future))).collect();
    poll_fn(|cx| {
        let mut waiting = false;
        for slot in &mut running {
            if let Err(future) = slot {
                match future.as_mut().poll(cx) {
                    Poll::Ready(output) => *slot = Ok(output),
                    Poll::Pending => waiting = true,
                }
            }
        }
        if waiting { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
    running.into_iter().filter_map(Result::ok).collect()
}

/// What comes of a future; nothing when it panics. What it held is dropped then.
pub(crate) async fn caught<T>(future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
        Ok(Poll::Ready(output)) => Poll::Ready(Some(output)),
        Ok(Poll::Pending) => Poll::Pending,
        Err(_) => Poll::Ready(None),
    })
    .await
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn they_wait_at_once_and_keep_their_order() {
        let begun = tokio::time::Instant::now();
        let wait = |seconds| async move {
            tokio::time::sleep(Duration::from_secs(seconds)).await;
            seconds
        };
        assert_eq!(together([wait(3), wait(1), wait(2)]).await, [3, 1, 2]);
        assert_eq!(begun.elapsed().as_secs(), 3);
    }

    #[tokio::test]
    async fn a_panic_ends_the_one_that_panics() {
        assert_eq!(caught(async { 1 }).await, Some(1));
        assert_eq!(caught(async { panic!("as anything may") }).await, None::<()>);
    }
}
