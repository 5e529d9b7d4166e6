//! One look at a chain for all who wait on it.
//!
//! Whoever waits says which transactions it waits for; each new block is looked at once, with the receipts of all of them in one request. Nothing
//! is asked while nobody waits. What comes out is what the chain said at one moment: a receipt that was there may be gone from the next
//! [`View`], and whoever decides by it counts the blocks that stand on it.
//!
//! Where none has to stand on it the block and the receipts are asked for at once, as soon as something was sent. Where some have to, the receipts
//! are asked for after the block by which they are counted, so that none is counted that is of a history before it. A look that is due while
//! something is about to be sent waits for it, for as long as until the next at most: it would find nothing of that, and the node would be
//! busy with it.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use quittance_core::{Fault, UnixSeconds};
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::chain::{Chain, Head, Receipt, TransactionHash};
use crate::news as watch;

/// What the chain said at one moment.
#[derive(Debug)]
pub(crate) struct View {
    pub(crate) head: Head,
    pub(crate) at: Instant,
    receipts: HashMap<TransactionHash, Receipt>,
}

impl View {
    /// A look at a block, without any receipt.
    pub(crate) fn of(head: Head) -> Self {
        Self { head, at: Instant::now(), receipts: HashMap::new() }
    }

    /// The receipt of a transaction that somebody waits for, if it is in a block.
    pub(crate) fn receipt(&self, hash: &TransactionHash) -> Option<&Receipt> {
        self.receipts.get(hash)
    }

    /// Whether so many blocks stand on the block of a number.
    pub(crate) const fn is_deep(&self, block: u64, confirmations: u64) -> bool {
        match block.checked_add(confirmations) {
            Some(needed) => needed <= self.head.number,
            None => false,
        }
    }

    /// Whether the chain's clock has passed a time.
    pub(crate) fn is_past(&self, time: UnixSeconds) -> bool {
        self.head.time >= time
    }
}

/// Looks at one chain. Clones are the same.
#[derive(Clone)]
pub(crate) struct Watcher(Arc<Shared>);

struct Shared {
    waiting: Mutex<Waiting>,
    wake: Notify,
    /// Something was sent, which may be in a block by now.
    sent: Notify,
    view: watch::Sender<Option<Arc<View>>>,
}

#[derive(Default)]
struct Waiting {
    /// Who waits for which transaction, and whether it was looked for.
    hashes: BTreeMap<TransactionHash, Wanted>,
    /// How many wait, also those who wait for a block only.
    count: usize,
    /// How many are about to send something.
    leaving: usize,
}

#[derive(Default)]
struct Wanted {
    count: usize,
    looked: bool,
}

/// How many looks without a new block until receipts are asked for all the same: of two nodes behind one address one may be behind.
const PATIENCE: u32 = 8;
/// How many receipts are asked for at once.
const AT_ONCE: usize = 256;
/// How many are few enough to be asked for beside the newest block: nodes bound what one request may hold.
const FEW: usize = 16;

impl Watcher {
    pub(crate) fn new() -> Self {
        let shared = Shared { waiting: Mutex::default(), wake: Notify::new(), sent: Notify::new(), view: watch::Sender::new(None) };
        Self(Arc::new(shared))
    }

    /// Waits for what comes of transactions, none at first, as long as the value lives.
    pub(crate) fn wait(&self) -> Wait {
        self.with(|waiting| waiting.count += 1);
        self.0.wake.notify_one();
        let views = self.0.view.subscribe();
        Wait { watcher: self.clone(), views, hashes: Vec::new() }
    }

    /// Something is about to be sent, as long as the value lives.
    pub(crate) fn leaving(&self) -> Leaving {
        self.with(|waiting| waiting.leaving += 1);
        Leaving(self.clone())
    }

    /// Looks at once, because something was sent: a chain that makes a block for each transaction has it by now.
    pub(crate) fn sent(&self) {
        self.0.sent.notify_one();
    }

    /// What was seen last, if that is no longer ago than this.
    pub(crate) fn last(&self, age: Duration) -> Option<Arc<View>> {
        self.0.view.borrow().clone().filter(|view| view.at.elapsed() <= age)
    }

    /// The block of a transaction, if it was in one when the chain was last looked at.
    pub(crate) fn place(&self, hash: &TransactionHash) -> Option<(u64, [u8; 32])> {
        let view = self.0.view.borrow().clone()?;
        view.receipt(hash).map(|receipt| (receipt.block, receipt.block_hash))
    }

    /// Looks as long as the process lives, at a chain on which so many blocks have to stand on a receipt.
    pub(crate) async fn run<C: Chain>(self, chain: Arc<C>, poll: Duration, confirmations: u64) {
        let (mut last, mut idle) = (None, 0);
        loop {
            while self.with(|waiting| waiting.count == 0) {
                self.0.wake.notified().await;
            }
            let looked = match self.few_sent().filter(|_| confirmations == 0) {
                Some(hashes) => self.look_at_once(&*chain, hashes).await.map(Some),
                None => self.look(&*chain, last, idle >= PATIENCE).await,
            };
            match looked {
                Ok(Some(hash)) => (last, idle) = (Some(hash), 0),
                Ok(None) => idle += 1,
                Err(fault) => tracing::warn!(network = %chain.network(), fault = fault.code(), "the chain cannot be watched"),
            }
            if !self.pause(poll).await && self.with(|waiting| waiting.leaving > 0) {
                // who takes long to send is not waited for
                self.pause(poll).await;
            }
        }
    }

    /// Waits until it is time for the next look, and says whether that is because something was sent.
    async fn pause(&self, poll: Duration) -> bool {
        tokio::select! {
            biased;
            () = self.0.sent.notified() => true,
            () = tokio::time::sleep(poll) => false,
        }
    }

    /// What is waited for, if some of it was not looked for yet and it is not much.
    fn few_sent(&self) -> Option<Vec<TransactionHash>> {
        self.with(|waiting| {
            let hashes = &waiting.hashes;
            let news = hashes.len() <= FEW && hashes.values().any(|wanted| !wanted.looked);
            news.then(|| hashes.keys().copied().collect())
        })
    }

    /// The hash of the block that was looked at.
    async fn look_at_once<C: Chain>(&self, chain: &C, hashes: Vec<TransactionHash>) -> Result<[u8; 32], Fault> {
        let (head, found) = chain.look(&hashes).await?;
        let mut receipts = HashMap::new();
        told(&hashes, found, &mut receipts)?;
        self.show(head, &hashes, receipts);
        Ok(head.hash)
    }

    /// The hash of the block that was looked at, if there was reason to.
    async fn look<C: Chain>(&self, chain: &C, last: Option<[u8; 32]>, anyway: bool) -> Result<Option<[u8; 32]>, Fault> {
        let head = chain.head().await?;
        let news = self.with(|waiting| waiting.hashes.values().any(|wanted| !wanted.looked));
        if last == Some(head.hash) && !news && !anyway {
            return Ok(None);
        }
        let hashes: Vec<_> = self.with(|waiting| waiting.hashes.keys().copied().collect());
        let mut receipts = HashMap::new();
        for part in hashes.chunks(AT_ONCE) {
            told(part, chain.receipts(part).await?, &mut receipts)?;
        }
        self.show(head, &hashes, receipts);
        Ok(Some(head.hash))
    }

    /// Shows what was seen to all who wait.
    fn show(&self, head: Head, hashes: &[TransactionHash], receipts: HashMap<TransactionHash, Receipt>) {
        self.with(|waiting| {
            for hash in hashes {
                if let Some(wanted) = waiting.hashes.get_mut(hash) {
                    wanted.looked = true;
                }
            }
        });
        self.0.view.send_replace(Some(Arc::new(View { head, at: Instant::now(), receipts })));
    }

    fn with<T>(&self, change: impl FnOnce(&mut Waiting) -> T) -> T {
        change(&mut self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Takes what a node tells of transactions. One that tells of another than it was asked for tells nothing.
fn told(
    hashes: &[TransactionHash],
    found: Vec<Option<Receipt>>,
    receipts: &mut HashMap<TransactionHash, Receipt>,
) -> Result<(), Fault> {
    if found.len() != hashes.len() {
        return Err(Fault::ChainReply);
    }
    let told = hashes.iter().zip(found).filter_map(|(hash, receipt)| Some((*hash, receipt?)));
    receipts.extend(told.filter(|(hash, receipt)| receipt.transaction == *hash));
    Ok(())
}

/// Something that is about to be sent.
#[must_use]
pub(crate) struct Leaving(Watcher);

impl Drop for Leaving {
    fn drop(&mut self) {
        self.0.with(|waiting| waiting.leaving = waiting.leaving.saturating_sub(1));
    }
}

/// Somebody who waits.
pub(crate) struct Wait {
    watcher: Watcher,
    views: watch::Receiver<Option<Arc<View>>>,
    hashes: Vec<TransactionHash>,
}

impl Wait {
    /// Waits for this one as well. What waits is looked for before the transaction is sent, so that no block is missed.
    pub(crate) fn also(&mut self, hash: TransactionHash) {
        if !self.hashes.contains(&hash) {
            self.hashes.push(hash);
            self.watcher.with(|waiting| waiting.hashes.entry(hash).or_default().count += 1);
        }
    }

    /// The transactions.
    pub(crate) fn hashes(&self) -> &[TransactionHash] {
        &self.hashes
    }

    /// The next look at the chain, begun after this one began to wait or after the last that it saw.
    pub(crate) async fn next(&mut self) -> Arc<View> {
        loop {
            if self.views.changed().await.is_err() {
                // the watcher is held here, so that it cannot be gone
                std::future::pending::<()>().await;
            }
            if let Some(view) = self.views.borrow_and_update().clone() {
                return view;
            }
        }
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        self.watcher.with(|waiting| {
            waiting.count = waiting.count.saturating_sub(1);
            for hash in &self.hashes {
                if let Some(wanted) = waiting.hashes.get_mut(hash) {
                    wanted.count = wanted.count.saturating_sub(1);
                    if wanted.count == 0 {
                        waiting.hashes.remove(hash);
                    }
                }
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use tokio::time::sleep;

    use super::*;
    use crate::gather::tests::Node;

    #[tokio::test(start_paused = true)]
    async fn a_look_that_is_due_waits_for_what_is_about_to_be_sent_and_not_for_long() {
        const POLL: Duration = Duration::from_millis(100);
        let (watcher, node) = (Watcher::new(), Arc::new(Node::default()));
        tokio::spawn(watcher.clone().run(Arc::clone(&node), POLL, 0));
        let _wait = watcher.wait();
        let looks = async |after| {
            sleep(Duration::from_millis(after)).await;
            node.heads.load(Ordering::SeqCst)
        };
        assert_eq!(looks(50).await, 1, "at once");
        let leaving = watcher.leaving();
        assert_eq!(looks(100).await, 1, "it was due at 100");
        watcher.sent();
        assert_eq!(looks(1).await, 2, "it has left");
        assert_eq!(looks(198).await, 2, "another is about to leave, and it was due at 250");
        assert_eq!(looks(2).await, 3, "that takes long");
        drop(leaving);
        assert_eq!(looks(100).await, 4, "nothing is");
    }
}
