//! Questions of many, asked at once.
//!
//! What is asked while a request to the node is under way goes together with the next: a facilitator with nothing to do
//! asks at once, and one under load asks for many. A node takes longer to take a request than to answer a question
//! in it, so that fewer and fuller ones are what both sides are fastest with. The next begins before the one before it has ended only where so
//! many wait that they are worth a request of their own, or where that one takes long: a node may be far away, or held up by what a stranger's
//! contract does. A question that several ask at once is asked once.
//!
//! Whoever asked may go away at any time; the request is not theirs. What one of them asks about, a stranger's contract, may break the request for
//! all: then smaller parts are asked for, as long as it seems worth it.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use quittance_core::Fault;
use quittance_core::chain::{ChainAnswer, ChainQuery};
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout};

use crate::chain::Chain;

/// Asks one chain.
pub(crate) struct Gatherer<C>(Arc<Shared<C>>);

struct Shared<C> {
    chain: Arc<C>,
    most: usize,
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    asked: Vec<Asked>,
    /// How many questions these are.
    questions: usize,
    /// How many are asking for all.
    asking: usize,
    /// When the last of them began.
    begun: Option<Instant>,
}

impl Waiting {
    /// Whether what waits is to be asked for now, beside so many others.
    fn is_due_beside(&self, others: usize) -> bool {
        let late = || self.begun.is_none_or(|begun| begun.elapsed() >= SLOW);
        match others {
            0 => true,
            1 if self.questions >= WORTH => true,
            _ => others < AT_ONCE && (self.questions >= ENOUGH || late()),
        }
    }

    /// Whether somebody who has waited for a while begins to ask for all who wait.
    fn begins_late(&mut self) -> bool {
        let begins = !self.asked.is_empty() && self.is_due_beside(self.asking);
        self.asking += usize::from(begins);
        begins
    }
}

/// What was asked of a chain, and what it said.
pub(crate) type Answers = Vec<(ChainQuery, ChainAnswer)>;

struct Asked {
    questions: Vec<ChainQuery>,
    answers: oneshot::Sender<Result<Answers, Fault>>,
}

/// How many requests are under way at most.
const AT_ONCE: usize = 4;
/// How many questions are worth a request of their own while others are under way.
const ENOUGH: usize = 90;
/// How many, while one other is: those of nine payments in a known token. The node works on the one while the other is on its way, and neither side waits; what it
/// spends on a request beside its questions is little then. With a third, both would get less done.
const WORTH: usize = 18;
/// How long the last request has to be under way for nobody to wait for it any more.
const SLOW: Duration = Duration::from_millis(20);

/// How many questions one payment asks, most of the time.
const QUESTIONS_OF_ONE: usize = 4;

/// How many smaller parts are asked for when a request breaks.
const PARTS: usize = 8;

impl<C: Chain + 'static> Gatherer<C> {
    /// Asks for at most so many answers at once, or for as many as one caller wants.
    pub(crate) fn new(chain: Arc<C>, most: usize) -> Self {
        Self(Arc::new(Shared { chain, most, waiting: Mutex::default() }))
    }

    /// The answer to one question.
    pub(crate) async fn ask_one(&self, question: ChainQuery) -> Result<ChainAnswer, Fault> {
        let answers = self.ask(vec![question]).await?;
        answers.into_iter().next().map(|(_, answer)| answer).ok_or(Fault::ChainReply)
    }

    /// The questions with their answers, in their order.
    pub(crate) async fn ask(&self, questions: Vec<ChainQuery>) -> Result<Answers, Fault> {
        if questions.is_empty() {
            return Ok(Answers::new());
        }
        let (answers, mut answered) = oneshot::channel();
        let mut begins = self.0.with(|waiting| {
            waiting.questions = waiting.questions.saturating_add(questions.len());
            waiting.asked.push(Asked { questions, answers });
            let begins = waiting.is_due_beside(waiting.asking);
            waiting.asking += usize::from(begins);
            begins
        });
        loop {
            if begins {
                let shared = Arc::clone(&self.0);
                tokio::spawn(async move { shared.run().await });
            }
            match timeout(SLOW, &mut answered).await {
                Ok(answers) => return answers.unwrap_or(Err(Fault::ChainUnavailable)),
                // nobody else may come who would begin
                Err(_) => begins = self.0.with(Waiting::begins_late),
            }
        }
    }
}
impl<C: Chain> Shared<C> {
    fn with<T>(&self, change: impl FnOnce(&mut Waiting) -> T) -> T {
        change(&mut self.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn run(self: Arc<Self>) {
        let over = Over(&self);
        // those who ask at this very moment come along
        tokio::task::yield_now().await;
        while let Some(asked) = self.take() {
            self.ask_for(asked).await;
        }
        core::mem::forget(over);
    }

    /// Those whose turn it is. None when nobody waits, and then whoever comes next begins anew; and none when others ask, who can ask for the few
    /// that wait.
    fn take(&self) -> Option<Vec<Asked>> {
        self.with(|waiting| {
            if waiting.asked.is_empty() || !waiting.is_due_beside(waiting.asking.saturating_sub(1)) {
                waiting.asking = waiting.asking.saturating_sub(1);
                return None;
            }
            let (mut count, mut sum) = (0, 0_usize);
            for asked in &waiting.asked {
                sum = sum.saturating_add(asked.questions.len());
                if count > 0 && sum > self.most {
                    break;
                }
                count += 1;
            }
            let taken = waiting.asked.drain(..count).collect::<Vec<_>>();
            let taken_questions = taken.iter().map(|asked| asked.questions.len()).sum();
            waiting.questions = waiting.questions.saturating_sub(taken_questions);
            waiting.begun = Some(Instant::now());
            Some(taken)
        })
    }

    async fn ask_for(&self, asked: Vec<Asked>) {
        let mut parts = vec![asked];
        let mut spent = 0;
        while let Some(mut part) = parts.pop() {
            match self.ask_once(&part).await {
                Ok(answers) => part.into_iter().zip(answers).for_each(|(asked, answers)| asked.tell(Ok(answers))),
                Err(_) if part.len() > 1 && spent < PARTS => {
                    spent += 1;
                    let rest = part.split_off(part.len() / 2);
                    parts.extend([rest, part]);
                }
                Err(fault) => part.into_iter().for_each(|asked| asked.tell(Err(fault))),
            }
        }
    }

    /// One request for all of a part, and the answers of each.
    async fn ask_once(&self, part: &[Asked]) -> Result<Vec<Vec<ChainAnswer>>, Fault> {
        let mut places = HashMap::with_capacity_and_hasher(QUESTIONS_OF_ONE * part.len(), BuildHasherDefault::<Mixed>::default());
        let mut questions = Vec::new();
        for question in part.iter().flat_map(|asked| &asked.questions) {
            places.entry(question).or_insert_with(|| {
                questions.push(question.clone());
                questions.len() - 1
            });
        }
        let answers = self.chain.ask(&questions).await?;
        if answers.len() != questions.len() {
            return Err(Fault::ChainReply);
        }
        let of = |question: &ChainQuery| places.get(question).and_then(|place| answers.get(*place)).cloned();
        let all = |asked: &Asked| asked.questions.iter().map(of).collect::<Option<Vec<_>>>();
        part.iter().map(all).collect::<Option<Vec<_>>>().ok_or(Fault::ChainReply)
    }
}

/// Hashes questions of one request, hundreds of bytes each: eight bytes at a time, and with nothing secret. Whoever makes his collide finds them
/// compared with each other, which are as many as fit into one request.
#[derive(Default)]
struct Mixed(u64);

impl Hasher for Mixed {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        words.iter().for_each(|word| self.write_u64(u64::from_le_bytes(*word)));
        rest.iter().for_each(|byte| self.write_u8(*byte));
    }

    fn write_u8(&mut self, byte: u8) {
        self.write_u64(byte.into());
    }

    fn write_u64(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(23) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn write_usize(&mut self, size: usize) {
        self.write_u64(size as u64);
    }

    fn finish(&self) -> u64 {
        self.0 ^ self.0 >> 32
    }
}

impl Asked {
    /// Whoever asked may have gone away.
    fn tell(self, answers: Result<Vec<ChainAnswer>, Fault>) {
        drop(self.answers.send(answers.map(|answers| self.questions.into_iter().zip(answers).collect())));
    }
}

/// Lets the next begin anew when asking ends in a panic; those who wait hear that nobody could be asked.
struct Over<'a, C: Chain>(&'a Shared<C>);

impl<C: Chain> Drop for Over<'_, C> {
    fn drop(&mut self) {
        self.0.with(|waiting| {
            waiting.asking = waiting.asking.saturating_sub(1);
            if waiting.asking == 0 {
                waiting.asked.clear();
                waiting.questions = 0;
            }
        });
    }
}

#[cfg(test)]
pub(crate) mod tests;
