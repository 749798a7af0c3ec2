//! Work of several steps, each with a do and an undo, both idempotent. Progress is stored per step by the caller's
//! [`Ledger`], so a killed process goes on where it was; a step that fails for good unwinds the ones before it.

use std::pin::Pin;

use crate::Retry;

/// A step's future.
pub type Doing<'a> = Pin<Box<dyn Future<Output = Result<(), Retry>> + Send + 'a>>;

/// One named step over a context `C`.
pub struct Step<C> {
    /// Shown to people.
    pub name: &'static str,
    /// Makes it so; called again after a crash.
    pub make: for<'a> fn(&'a C) -> Doing<'a>,
    /// Takes it back; called again after a crash.
    pub undo: for<'a> fn(&'a C) -> Doing<'a>,
}

/// Where progress is kept.
pub trait Ledger: Sync {
    /// How many steps are made; negative while unwinding is not stored: unwinding starts from this number.
    fn made(&self) -> impl Future<Output = Result<usize, Retry>> + Send;
    /// Books the state of one step.
    fn book(&self, position: usize, state: StepState) -> impl Future<Output = Result<(), Retry>> + Send;
}

/// The state of one step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepState {
    /// Under way.
    Running,
    /// Made.
    Made,
    /// Failed for good, in words.
    Failed(String),
    /// Taken back.
    Undone,
}

/// How a run of steps ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Ended {
    /// All are made.
    Made,
    /// One failed for good and everything before it was taken back.
    Unwound { step: &'static str, why: String },
}

/// Runs the steps that are not made yet, in order.
///
/// # Errors
/// [`Retry::Later`] when a step asks for it: nothing is unwound, the next run goes on there.
pub async fn run<C: Sync>(steps: &[Step<C>], cx: &C, ledger: &impl Ledger) -> Result<Ended, Retry> {
    for (position, step) in steps.iter().enumerate().skip(ledger.made().await?) {
        ledger.book(position, StepState::Running).await?;
        match (step.make)(cx).await {
            Ok(()) => ledger.book(position, StepState::Made).await?,
            Err(Retry::Later(why)) => return Err(Retry::Later(why)),
            Err(Retry::Dead(why)) => {
                unwind(&steps[..=position], cx, ledger).await?;
                ledger.book(position, StepState::Failed(why.clone())).await?;
                return Ok(Ended::Unwound { step: step.name, why });
            }
        }
    }
    Ok(Ended::Made)
}

/// Takes back the given steps, last first. The failed one is among them: it may have done half of its work.
async fn unwind<C: Sync>(steps: &[Step<C>], cx: &C, ledger: &impl Ledger) -> Result<(), Retry> {
    for (position, step) in steps.iter().enumerate().rev() {
        (step.undo)(cx).await?;
        ledger.book(position, StepState::Undone).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[derive(Default)]
    struct World {
        made: Mutex<Vec<&'static str>>,
        dead_at: Option<&'static str>,
        booked: Mutex<Vec<StepState>>,
    }

    impl World {
        fn make(&self, name: &'static str) -> Doing<'_> {
            Box::pin(async move {
                let mut made = self.made.lock().expect("lock");
                if !made.contains(&name) {
                    made.push(name);
                }
                if self.dead_at == Some(name) { Err(Retry::Dead("broken".into())) } else { Ok(()) }
            })
        }
        fn undo(&self, name: &'static str) -> Doing<'_> {
            Box::pin(async move {
                self.made.lock().expect("lock").retain(|n| *n != name);
                Ok(())
            })
        }
    }

    impl Ledger for World {
        async fn made(&self) -> Result<usize, Retry> {
            Ok(self.booked.lock().expect("lock").iter().filter(|s| **s == StepState::Made).count())
        }
        async fn book(&self, position: usize, state: StepState) -> Result<(), Retry> {
            let mut booked = self.booked.lock().expect("lock");
            if booked.len() <= position {
                booked.resize(position + 1, StepState::Running);
            }
            booked[position] = state;
            Ok(())
        }
    }

    const STEPS: [Step<World>; 3] = [
        Step { name: "a", make: |w| w.make("a"), undo: |w| w.undo("a") },
        Step { name: "b", make: |w| w.make("b"), undo: |w| w.undo("b") },
        Step { name: "c", make: |w| w.make("c"), undo: |w| w.undo("c") },
    ];

    #[tokio::test]
    async fn every_step_may_fail_and_leaves_nothing_behind() {
        for step in &STEPS {
            let world = World { dead_at: Some(step.name), ..World::default() };
            let ended = run(&STEPS, &world, &world).await.expect("ends");
            assert_eq!(ended, Ended::Unwound { step: step.name, why: "broken".into() });
            assert!(world.made.lock().expect("lock").is_empty(), "nothing is left after {} failed", step.name);
        }
    }

    #[tokio::test]
    async fn a_second_run_changes_nothing() {
        let world = World::default();
        assert_eq!(run(&STEPS, &world, &world).await.expect("ends"), Ended::Made);
        world.booked.lock().expect("lock").clear();
        assert_eq!(run(&STEPS, &world, &world).await.expect("ends"), Ended::Made);
        assert_eq!(*world.made.lock().expect("lock"), ["a", "b", "c"]);
    }
}
