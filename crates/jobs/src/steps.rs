//! Work of several steps, each with a do and an undo, both idempotent. The caller's [`Ledger`] keeps the state of each step
//! and what making it gave, so a killed process goes on where it was, forwards or backwards: a step that fails for good, or
//! somebody who calls the work off, unwinds what was made, last first.

use std::pin::Pin;

use serde_json::Value;

use crate::Retry;

/// A making step's future: what it gives is kept, shown to people and handed to its undo.
pub type Making<'a> = Pin<Box<dyn Future<Output = Result<Value, Retry>> + Send + 'a>>;
/// An undoing step's future.
pub type Undoing<'a> = Pin<Box<dyn Future<Output = Result<(), Retry>> + Send + 'a>>;

/// One named step over a context `C`.
pub struct Step<C> {
    /// Shown to people.
    pub name: &'static str,
    /// Makes it so; called again after a crash between making and booking.
    pub make: for<'a> fn(&'a C) -> Making<'a>,
    /// Takes it back, given what making gave (null when that is not known: it may have done half); called again after a crash.
    pub undo: for<'a> fn(&'a C, &'a Value) -> Undoing<'a>,
}

/// Where progress is kept.
pub trait Ledger: Sync {
    /// The states booked so far, first step first. Steps that were never begun may be missing at the end.
    fn states(&self) -> impl Future<Output = Result<Vec<StepState>, Retry>> + Send;
    /// True once somebody has called the work off. Asked before every step.
    fn called_off(&self) -> impl Future<Output = Result<bool, Retry>> + Send;
    /// Books the state of one step.
    fn book(&self, position: usize, state: &StepState) -> impl Future<Output = Result<(), Retry>> + Send;
}

/// The state of one step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepState {
    /// Not begun.
    Pending,
    /// Under way, or cut short by a crash; or tried again later, and why.
    Running(Option<String>),
    /// Made, with what it gave.
    Made(Value),
    /// Failed for good, in words. Booked before anything is unwound: after a crash the unwinding goes on.
    Failed(String),
    /// Taken back.
    Undone,
}

/// How a run of steps ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Ended {
    /// All are made.
    Made,
    /// One failed for good, and everything was taken back.
    Unwound { step: &'static str, why: String },
    /// Somebody called it off, and everything was taken back.
    CalledOff,
}

/// Runs the steps that are not made yet, in order; or goes on unwinding where an earlier run began to.
///
/// # Errors
/// [`Retry`] when a step asks for it, or cannot be taken back: the next run goes on there.
pub async fn run<C: Sync>(steps: &[Step<C>], cx: &C, ledger: &impl Ledger) -> Result<Ended, Retry> {
    let mut states = ledger.states().await?;
    states.resize(steps.len(), StepState::Pending);
    if let Some(ended) = failed(steps, &states) {
        unwind(steps, cx, ledger, &mut states).await?;
        return Ok(ended);
    }
    for (position, step) in steps.iter().enumerate() {
        if matches!(states[position], StepState::Made(_)) {
            continue;
        }
        if ledger.called_off().await? {
            break;
        }
        set(ledger, &mut states, position, StepState::Running(None)).await?;
        match (step.make)(cx).await {
            Ok(given) => set(ledger, &mut states, position, StepState::Made(given)).await?,
            Err(Retry::Later(why)) => {
                // For people to read; that it is tried again does not hang on it.
                let _ = ledger.book(position, &StepState::Running(Some(why.clone()))).await;
                return Err(Retry::Later(why));
            }
            Err(Retry::Dead(why)) => {
                set(ledger, &mut states, position, StepState::Failed(why.clone())).await?;
                unwind(steps, cx, ledger, &mut states).await?;
                return Ok(Ended::Unwound { step: step.name, why });
            }
        }
    }
    if !ledger.called_off().await? {
        return Ok(Ended::Made);
    }
    unwind(steps, cx, ledger, &mut states).await?;
    Ok(Ended::CalledOff)
}

fn failed<C>(steps: &[Step<C>], states: &[StepState]) -> Option<Ended> {
    steps.iter().zip(states).find_map(|(step, state)| match state {
        StepState::Failed(why) => Some(Ended::Unwound { step: step.name, why: why.clone() }),
        _ => None,
    })
}

async fn set(ledger: &impl Ledger, states: &mut [StepState], position: usize, state: StepState) -> Result<(), Retry> {
    ledger.book(position, &state).await?;
    states[position] = state;
    Ok(())
}

/// Takes back what was begun, last first. A step that failed may have done half of its work, so it is taken back too; it stays
/// booked as failed, for people to read.
async fn unwind<C: Sync>(steps: &[Step<C>], cx: &C, ledger: &impl Ledger, states: &mut [StepState]) -> Result<(), Retry> {
    for (position, step) in steps.iter().enumerate().rev() {
        match states[position].clone() {
            StepState::Pending | StepState::Undone => {}
            StepState::Failed(_) => (step.undo)(cx, &Value::Null).await?,
            StepState::Running(_) => {
                (step.undo)(cx, &Value::Null).await?;
                set(ledger, states, position, StepState::Undone).await?;
            }
            StepState::Made(given) => {
                (step.undo)(cx, &given).await?;
                set(ledger, states, position, StepState::Undone).await?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// A world whose process can be killed: after so many awaits every further one fails, until it is started again.
    #[derive(Default)]
    struct World {
        made: Mutex<Vec<&'static str>>,
        calls: Mutex<Vec<String>>,
        booked: Mutex<Vec<StepState>>,
        dead_at: Option<&'static str>,
        off_at: Option<usize>,
        lives: Mutex<Option<usize>>,
    }

    impl World {
        /// One thing that can be the last one.
        fn live(&self) -> Result<(), Retry> {
            let mut lives = self.lives.lock().expect("lock");
            match lives.as_mut() {
                Some(0) => return Err(Retry::Later("killed".into())),
                Some(left) => *left -= 1,
                None => {}
            }
            Ok(())
        }
        fn make(&self, name: &'static str) -> Making<'_> {
            Box::pin(async move {
                self.live()?;
                self.calls.lock().expect("lock").push(format!("make {name}"));
                let mut made = self.made.lock().expect("lock");
                if !made.contains(&name) {
                    made.push(name);
                }
                if self.dead_at == Some(name) { Err(Retry::Dead("broken".into())) } else { Ok(Value::String(name.into())) }
            })
        }
        fn undo<'a>(&'a self, name: &'static str, given: &'a Value) -> Undoing<'a> {
            Box::pin(async move {
                self.live()?;
                assert!(given.is_null() || given == name, "an undo is given what its make gave");
                self.calls.lock().expect("lock").push(format!("undo {name}"));
                self.made.lock().expect("lock").retain(|n| *n != name);
                Ok(())
            })
        }
        /// Runs until it ends, killed after 0, 1, 2 … awaits of each life.
        async fn killed_everywhere(&self) -> Ended {
            for lives in 0..100 {
                *self.lives.lock().expect("lock") = Some(lives);
                match run(&STEPS, self, self).await {
                    Ok(ended) => return ended,
                    Err(Retry::Later(why)) => assert_eq!(why, "killed"),
                    Err(Retry::Dead(why)) => panic!("{why}"),
                }
            }
            panic!("it does not end");
        }
        fn count(&self, call: &str) -> usize {
            self.calls.lock().expect("lock").iter().filter(|c| *c == call).count()
        }
    }

    impl Ledger for World {
        async fn states(&self) -> Result<Vec<StepState>, Retry> {
            self.live()?;
            Ok(self.booked.lock().expect("lock").clone())
        }
        async fn called_off(&self) -> Result<bool, Retry> {
            self.live()?;
            let made = self.booked.lock().expect("lock").iter().filter(|s| matches!(s, StepState::Made(_))).count();
            let begun = self.booked.lock().expect("lock").contains(&StepState::Undone);
            Ok(self.off_at.is_some_and(|at| made >= at || begun))
        }
        async fn book(&self, position: usize, state: &StepState) -> Result<(), Retry> {
            self.live()?;
            let mut booked = self.booked.lock().expect("lock");
            if booked.len() <= position {
                booked.resize(position + 1, StepState::Pending);
            }
            booked[position] = state.clone();
            Ok(())
        }
    }

    const STEPS: [Step<World>; 3] = [
        Step { name: "a", make: |w| w.make("a"), undo: |w, v| w.undo("a", v) },
        Step { name: "b", make: |w| w.make("b"), undo: |w, v| w.undo("b", v) },
        Step { name: "c", make: |w| w.make("c"), undo: |w, v| w.undo("c", v) },
    ];

    #[tokio::test]
    async fn every_step_may_fail_and_leaves_nothing_behind() {
        for step in &STEPS {
            let world = World { dead_at: Some(step.name), ..World::default() };
            let unwound = Ended::Unwound { step: step.name, why: "broken".into() };
            assert_eq!(run(&STEPS, &world, &world).await.expect("ends"), unwound);
            assert!(world.made.lock().expect("lock").is_empty(), "nothing is left after {} failed", step.name);
            assert_eq!(run(&STEPS, &world, &world).await.expect("ends"), unwound, "a later run says the same");
            assert_eq!(world.count(&format!("make {}", step.name)), 1, "and does not try again");
        }
    }

    #[tokio::test]
    async fn what_is_made_is_not_made_again() {
        let world = World::default();
        assert_eq!(run(&STEPS, &world, &world).await.expect("ends"), Ended::Made);
        assert_eq!(run(&STEPS, &world, &world).await.expect("ends"), Ended::Made);
        assert_eq!(*world.calls.lock().expect("lock"), ["make a", "make b", "make c"]);
    }

    #[tokio::test]
    async fn a_process_killed_anywhere_goes_on_where_it_was() {
        let world = World::default();
        assert_eq!(world.killed_everywhere().await, Ended::Made);
        assert_eq!(*world.made.lock().expect("lock"), ["a", "b", "c"]);
        for step in &STEPS {
            assert!(world.count(&format!("make {}", step.name)) <= 3, "{} is made again only if its booking was lost", step.name);
        }
    }

    #[tokio::test]
    async fn an_unwinding_killed_anywhere_ends_with_nothing_left() {
        for step in &STEPS {
            let world = World { dead_at: Some(step.name), ..World::default() };
            assert_eq!(world.killed_everywhere().await, Ended::Unwound { step: step.name, why: "broken".into() });
            assert!(world.made.lock().expect("lock").is_empty(), "{:?}", world.calls.lock().expect("lock"));
        }
    }

    #[tokio::test]
    async fn what_is_called_off_is_taken_back_in_reverse_order() {
        for made in 0..=3 {
            let world = World { off_at: Some(made), ..World::default() };
            assert_eq!(run(&STEPS, &world, &world).await.expect("ends"), Ended::CalledOff);
            let undone: Vec<String> = STEPS[..made].iter().rev().map(|s| format!("undo {}", s.name)).collect();
            assert_eq!(world.calls.lock().expect("lock")[made..], undone);
            let world = World { off_at: Some(made), ..World::default() };
            assert_eq!(world.killed_everywhere().await, Ended::CalledOff);
            assert!(world.made.lock().expect("lock").is_empty());
        }
    }
}
