use std::sync::atomic::{AtomicUsize, Ordering};

use quittance_core::chain::Call;
use quittance_core::{Address, Amount, Network};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::*;
use crate::chain::{Block, Broadcast, Gas, Head, Log, LogFilter, Receipt, TransactionHash};

/// A node that answers when it is let, and keeps how many questions were in each request, and how often it was asked for its newest block.
#[derive(Default)]
pub(crate) struct Node {
    pub(crate) heads: AtomicUsize,
    requests: Mutex<Vec<usize>>,
    under_way: AtomicUsize,
    go: Option<Semaphore>,
}

impl Node {
    fn held() -> Arc<Self> {
        Arc::new(Self { go: Some(Semaphore::new(0)), ..Self::default() })
    }

    fn requests(&self) -> Vec<usize> {
        self.requests.lock().unwrap().clone()
    }

    fn let_go(&self, requests: usize) {
        self.go.as_ref().unwrap().add_permits(requests);
    }
}

impl Chain for Node {
    fn network(&self) -> Network {
        quittance_core::registry::networks::BASE_SEPOLIA
    }

    async fn ask(&self, questions: &[ChainQuery]) -> Result<Vec<ChainAnswer>, Fault> {
        self.requests.lock().unwrap().push(questions.len());
        self.under_way.fetch_add(1, Ordering::SeqCst);
        if let Some(go) = &self.go {
            go.acquire().await.unwrap().forget();
        }
        self.under_way.fetch_sub(1, Ordering::SeqCst);
        let answer = |question: &ChainQuery| match question {
            ChainQuery::Transactions { account } => ChainAnswer::Bytes(account.as_bytes().as_slice().into()),
            _ => ChainAnswer::Flag(false),
        };
        Ok(questions.iter().map(answer).collect())
    }

    async fn head(&self) -> Result<Head, Fault> {
        self.heads.fetch_add(1, Ordering::SeqCst);
        Err(Fault::ChainUnavailable)
    }

    async fn nonce(&self, _: Address, _: Block) -> Result<u64, Fault> {
        Err(Fault::ChainUnavailable)
    }

    async fn funds(&self, _: Address) -> Result<Amount, Fault> {
        Err(Fault::ChainUnavailable)
    }

    async fn estimate(&self, _: Address, _: &Call) -> Result<Gas, Fault> {
        Err(Fault::ChainUnavailable)
    }

    async fn broadcast(&self, _: &[u8]) -> Result<Broadcast, Fault> {
        Err(Fault::ChainUnavailable)
    }

    async fn receipts(&self, _: &[TransactionHash]) -> Result<Vec<Option<Receipt>>, Fault> {
        Err(Fault::ChainUnavailable)
    }

    async fn blocks(&self, _: &[u64]) -> Result<Vec<Option<[u8; 32]>>, Fault> {
        Err(Fault::ChainUnavailable)
    }

    async fn call(&self, _: TransactionHash) -> Result<Option<Call>, Fault> {
        Err(Fault::ChainUnavailable)
    }

    async fn logs(&self, _: &LogFilter) -> Result<Vec<Log>, Fault> {
        Err(Fault::ChainUnavailable)
    }
}

/// Who asks so many questions that nobody else asks, and looks whether the answers are to them.
fn asker(gatherer: &Arc<Gatherer<Node>>, name: u8, count: u8) -> JoinHandle<()> {
    let gatherer = Arc::clone(gatherer);
    tokio::spawn(async move {
        let account = |number: u8| Address::from_bytes([&[name, number][..], &[0; 18]].concat().try_into().unwrap());
        let questions = (0..count).map(|number| ChainQuery::Transactions { account: account(number) }).collect();
        let answers = gatherer.ask(questions).await.unwrap();
        assert_eq!(answers.len(), usize::from(count));
        for (number, (question, answer)) in (0..count).zip(answers) {
            assert_eq!(question, ChainQuery::Transactions { account: account(number) });
            assert_eq!(answer, ChainAnswer::Bytes(account(number).as_bytes().as_slice().into()));
        }
    })
}

/// Lets everybody come as far as they can, in no time.
async fn settle_down() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}

async fn all(askers: Vec<JoinHandle<()>>) {
    for asker in askers {
        asker.await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn those_who_come_meanwhile_go_together() {
    let node = Node::held();
    let gatherer = Arc::new(Gatherer::new(Arc::clone(&node), 512));
    let mut askers = vec![asker(&gatherer, 0, 3)];
    settle_down().await;
    askers.extend((1..=5).map(|name| asker(&gatherer, name, 3)));
    settle_down().await;
    assert_eq!(node.requests(), [3], "the first is not waited for, and nobody asks beside it");
    node.let_go(1);
    settle_down().await;
    assert_eq!(node.requests(), [3, 15]);
    node.let_go(1);
    all(askers).await;
    let last = asker(&gatherer, 0, 1);
    node.let_go(1);
    last.await.unwrap();
    assert_eq!(node.requests(), [3, 15, 1], "whoever comes later begins anew");
}

#[tokio::test(start_paused = true)]
async fn one_is_on_its_way_while_another_is_worked_on() {
    let node = Node::held();
    let gatherer = Arc::new(Gatherer::new(Arc::clone(&node), 512));
    let mut askers = vec![asker(&gatherer, 0, 2)];
    settle_down().await;
    for name in 1..=31 {
        askers.push(asker(&gatherer, name, 2));
        settle_down().await;
    }
    assert_eq!(node.requests(), [2, WORTH], "and the others go together when either has ended");
    node.let_go(1);
    settle_down().await;
    assert_eq!(node.requests(), [2, WORTH, 64 - 2 - WORTH]);
    node.let_go(2);
    all(askers).await;
}

#[tokio::test(start_paused = true)]
async fn enough_for_a_request_does_not_wait_for_another() {
    let node = Node::held();
    let gatherer = Arc::new(Gatherer::new(Arc::clone(&node), 100));
    let mut askers = Vec::new();
    for name in 0..10 {
        askers.push(asker(&gatherer, name, 90));
        settle_down().await;
    }
    assert_eq!(node.requests(), [90; AT_ONCE], "and not without an end");
    node.let_go(1);
    settle_down().await;
    assert_eq!(node.requests(), [90; AT_ONCE + 1]);
    node.let_go(10);
    all(askers).await;
    assert_eq!(node.requests(), [90; 10], "more than may go at once never do");
}

#[tokio::test(start_paused = true)]
async fn a_request_that_takes_long_is_not_waited_for() {
    let node = Node::held();
    let gatherer = Arc::new(Gatherer::new(Arc::clone(&node), 512));
    let mut askers = vec![asker(&gatherer, 0, 3)];
    settle_down().await;
    sleep(SLOW * 2).await;
    askers.push(asker(&gatherer, 1, 2));
    settle_down().await;
    assert_eq!(node.requests(), [3, 2]);
    // the second has just begun
    askers.push(asker(&gatherer, 2, 1));
    settle_down().await;
    assert_eq!(node.requests(), [3, 2]);
    node.let_go(3);
    all(askers).await;
    assert_eq!((node.requests(), node.under_way.load(Ordering::SeqCst)), (vec![3, 2, 1], 0));
}

#[tokio::test(start_paused = true)]
async fn nobody_has_to_come_for_those_who_wait_behind_a_request_that_takes_long() {
    let node = Node::held();
    let gatherer = Arc::new(Gatherer::new(Arc::clone(&node), 512));
    let mut askers = vec![asker(&gatherer, 0, 3)];
    settle_down().await;
    askers.extend((1..=3).map(|name| asker(&gatherer, name, 2)));
    settle_down().await;
    assert_eq!(node.requests(), [3]);
    sleep(SLOW).await;
    settle_down().await;
    assert_eq!(node.requests(), [3, 6], "together");
    node.let_go(2);
    all(askers).await;
}

#[tokio::test(start_paused = true)]
async fn what_several_ask_is_asked_once() {
    let node = Node::held();
    let gatherer = Arc::new(Gatherer::new(Arc::clone(&node), 512));
    let mut askers = vec![asker(&gatherer, 0, 1)];
    settle_down().await;
    askers.extend((0..4).map(|_| asker(&gatherer, 7, 4)));
    settle_down().await;
    node.let_go(2);
    all(askers).await;
    assert_eq!(node.requests(), [1, 4]);
}
