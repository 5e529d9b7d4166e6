//! The whole of a store, and many questions at once.

use std::collections::BTreeMap;

use quittance_core::Amount;
use quittance_guard::budget::{Record, Sum};
use quittance_guard::replay::Entry;
use quittance_guard::rolling;
use quittance_store::Store;

/// Every sum is what the attempts come to, and nothing else is in it.
pub(crate) async fn check_sums(store: &Store) {
    let mut counted = BTreeMap::<(Sum, u64), Amount>::new();
    for record in all_records(store).await {
        for sum in Sum::all_of(&record.purchase) {
            let slot = rolling::slot(sum.span(), record.at);
            let amount = counted.entry((sum, slot)).or_insert(Amount::ZERO);
            *amount = amount.checked_add(record.counts()).unwrap();
        }
    }
    let kept: BTreeMap<_, _> = store.sums().await.unwrap().into_iter().map(|(sum, slot, amount)| ((sum, slot), amount)).collect();
    assert_eq!(kept, counted);
}

pub(crate) async fn all_records(store: &Store) -> Vec<Record> {
    let mut all = Vec::<Record>::new();
    loop {
        let behind = all.last().map(quittance_guard::budget::Ticket::of);
        let page = store.records(behind.as_ref(), 1_000).await.unwrap();
        if page.is_empty() {
            return all;
        }
        all.extend(page);
    }
}

pub(crate) async fn all_entries(store: &Store) -> Vec<Entry> {
    let mut all = Vec::<Entry>::new();
    loop {
        let page = store.entries(all.last().map(|entry| &entry.key), 1_000).await.unwrap();
        if page.is_empty() {
            return all;
        }
        all.extend(page);
    }
}

/// Polls all of them until each has ended.
pub(crate) async fn together<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let mut waiting: Vec<_> = futures.into_iter().map(|future| (Box::pin(future), None)).collect();
    std::future::poll_fn(move |context| {
        let mut pending = false;
        for (future, output) in &mut waiting {
            if output.is_none() {
                match future.as_mut().poll(context) {
                    std::task::Poll::Ready(ready) => *output = Some(ready),
                    std::task::Poll::Pending => pending = true,
                }
            }
        }
        if pending {
            return std::task::Poll::Pending;
        }
        std::task::Poll::Ready(waiting.iter_mut().filter_map(|(_, output)| output.take()).collect())
    })
    .await
}
