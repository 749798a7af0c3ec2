//! The transport of tests: keeps messages, and fails when told to.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::{Accepted, Failure, Message};

/// Keeps what is sent. Clones share one store.
#[derive(Debug, Clone, Default)]
pub struct Memory(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    sent: Vec<Message>,
    failures: VecDeque<Failure>,
}

impl Memory {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// What was sent, oldest first.
    pub fn sent(&self) -> Vec<Message> {
        self.lock().sent.clone()
    }

    /// The next message not yet failed fails like this. An unknown failure keeps the message, as a server might.
    pub fn fail_next(&self, failure: Failure) {
        self.lock().failures.push_back(failure);
    }

    pub(crate) fn take(&self, message: Message) -> Result<Accepted, Failure> {
        let mut inner = self.lock();
        let failure = inner.failures.pop_front();
        if matches!(failure, None | Some(Failure::Unknown { .. })) {
            inner.sent.push(message);
        }
        failure.map_or_else(|| Ok(Accepted { text: "kept".to_owned() }), Err)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
