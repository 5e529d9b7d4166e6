//! A value that one changes and many wait for.
//!
//! As tokio's `watch`, but those who wait are woken in the order in which they began to: so that what happens in a simulated world happens in the same
//! order whenever it is run again.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// Changes the value.
pub(crate) struct Sender<T>(Arc<Shared<T>>);

/// Waits for the value to change.
pub(crate) struct Receiver<T> {
    shared: Arc<Shared<T>>,
    seen: u64,
}

/// Nobody will change the value any more.
#[derive(Debug)]
pub(crate) struct Closed;

struct Shared<T> {
    state: Mutex<State<T>>,
    changed: Notify,
}

struct State<T> {
    value: T,
    version: u64,
    receivers: usize,
    closed: bool,
}

/// What is read; nobody else reads or changes it meanwhile, so that whoever has it asks for nothing else of the same value.
pub(crate) struct Ref<'a, T>(MutexGuard<'a, State<T>>);

impl<T> core::ops::Deref for Ref<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0.value
    }
}

impl<T> Shared<T> {
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A value, and somebody who has seen it.
pub(crate) fn channel<T>(value: T) -> (Sender<T>, Receiver<T>) {
    let sender = Sender::new(value);
    let receiver = sender.subscribe();
    (sender, receiver)
}

impl<T> Sender<T> {
    pub(crate) fn new(value: T) -> Self {
        let state = State { value, version: 0, receivers: 0, closed: false };
        Self(Arc::new(Shared { state: Mutex::new(state), changed: Notify::new() }))
    }

    /// Somebody who has seen the value as it is now.
    pub(crate) fn subscribe(&self) -> Receiver<T> {
        let mut state = self.0.lock();
        state.receivers += 1;
        Receiver { shared: Arc::clone(&self.0), seen: state.version }
    }

    pub(crate) fn send_replace(&self, value: T) -> T {
        let mut state = self.0.lock();
        state.version += 1;
        let before = core::mem::replace(&mut state.value, value);
        drop(state);
        self.0.changed.notify_waiters();
        before
    }

    pub(crate) fn borrow(&self) -> Ref<'_, T> {
        Ref(self.0.lock())
    }

    /// Whether nobody is left to see it.
    pub(crate) fn is_closed(&self) -> bool {
        self.0.lock().receivers == 0
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        self.0.lock().closed = true;
        self.0.changed.notify_waiters();
    }
}

impl<T> Receiver<T> {
    pub(crate) fn borrow(&self) -> Ref<'_, T> {
        Ref(self.shared.lock())
    }

    /// The value, which is seen by that.
    pub(crate) fn borrow_and_update(&mut self) -> Ref<'_, T> {
        let state = self.shared.lock();
        self.seen = state.version;
        Ref(state)
    }

    /// Waits until it is another than the one that was seen last.
    pub(crate) async fn changed(&mut self) -> Result<(), Closed> {
        loop {
            let mut changed = core::pin::pin!(self.shared.changed.notified());
            // from here on no change is missed
            changed.as_mut().enable();
            {
                let state = self.shared.lock();
                if state.version != self.seen {
                    self.seen = state.version;
                    return Ok(());
                }
                if state.closed {
                    return Err(Closed);
                }
            }
            changed.await;
        }
    }
}

impl<T: Clone> Receiver<T> {
    /// Waits until it is one that is wanted.
    pub(crate) async fn wait_for(&mut self, mut wanted: impl FnMut(&T) -> bool) -> Result<T, Closed> {
        loop {
            {
                let value = self.borrow_and_update();
                if wanted(&value) {
                    return Ok(value.clone());
                }
            }
            self.changed().await?;
        }
    }
}

impl<T> Clone for Receiver<T> {
    fn clone(&self) -> Self {
        self.shared.lock().receivers += 1;
        Self { shared: Arc::clone(&self.shared), seen: self.seen }
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        state.receivers = state.receivers.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn those_who_wait_are_woken_in_their_order_and_see_the_newest() {
        let (sender, receiver) = channel(0);
        let order = Arc::new(Mutex::new(Vec::new()));
        let waiting = (0..50).map(|who| {
            let (mut receiver, order) = (receiver.clone(), Arc::clone(&order));
            tokio::spawn(async move {
                receiver.changed().await.unwrap();
                order.lock().unwrap().push((who, *receiver.borrow()));
            })
        });
        let waiting = waiting.collect::<Vec<_>>();
        tokio::task::yield_now().await;
        assert_eq!((sender.send_replace(1), sender.send_replace(2)), (0, 1));
        for one in waiting {
            one.await.unwrap();
        }
        assert_eq!(*order.lock().unwrap(), (0..50).map(|who| (who, 2)).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn what_was_said_before_the_end_is_heard_and_then_the_end() {
        let (sender, mut receiver) = channel(0);
        let mut late = sender.subscribe();
        sender.send_replace(7);
        assert_eq!(*sender.borrow(), 7);
        assert!(!sender.is_closed());
        drop(sender);
        assert!(receiver.changed().await.is_ok() && *receiver.borrow_and_update() == 7);
        assert!(receiver.changed().await.is_err());
        assert_eq!(late.wait_for(|value| *value == 7).await.ok(), Some(7));
        assert!(late.wait_for(|value| *value == 8).await.is_err());
        let sender = Sender::new(());
        assert!(sender.is_closed());
        let receiver = sender.subscribe();
        assert!(!sender.is_closed());
        drop(receiver);
        assert!(sender.is_closed());
    }
}
