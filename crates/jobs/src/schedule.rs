use std::{pin::Pin, sync::Arc};

use store::{Control, Db, Result, Timestamp, Tx, Uuid, View, p, sql};

use crate::claim::Step;

/// How often something recurs, on the house's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Every {
    /// Every so many minutes.
    Minutes(i64),
    /// Every so many hours.
    Hours(i64),
}

impl Every {
    /// The next instant after `now`; missed turns are not made up for.
    #[must_use]
    pub fn next(self, now: Timestamp) -> Timestamp {
        let micros = Timestamp::SECOND
            * 60
            * match self {
                Every::Minutes(m) => m,
                Every::Hours(h) => h * 60,
            };
        Timestamp((now.0.div_euclid(micros) + 1) * micros)
    }
}

pub(crate) type Turn<A> = Arc<dyn Fn(Arc<A>) -> Pin<Box<dyn Future<Output = std::result::Result<(), String>> + Send>> + Send + Sync>;

/// Something the application does by the clock.
pub struct Schedule<A> {
    pub(crate) name: &'static str,
    pub(crate) every: Every,
    pub(crate) turn: Turn<A>,
}

impl<A: Send + Sync + 'static> Schedule<A> {
    /// Names it and says what to do each turn.
    pub fn new<F, R>(name: &'static str, every: Every, turn: F) -> Schedule<A>
    where
        F: Fn(Arc<A>) -> R + Send + Sync + 'static,
        R: Future<Output = std::result::Result<(), String>> + Send + 'static,
    {
        Schedule { name, every, turn: Arc::new(move |app| Box::pin(turn(app))) }
    }

    /// Does what is to be done each turn; trouble is logged and waits for the next one.
    pub(crate) fn take_turn(&self, app: Arc<A>) -> impl Future<Output = ()> + Send + use<A> {
        let (name, turn) = (self.name, self.turn.clone());
        async move {
            if let Err(error) = turn(app).await {
                tracing::warn!(schedule = name, %error, "a schedule's turn failed");
            }
        }
    }
}

/// Claims the turn of a schedule: true for exactly one worker, however many ask.
pub(crate) async fn claim_turn(db: &Db<Control>, name: &'static str, every: Every, now: Timestamp) -> Result<bool> {
    Ok(due(db, name, now).await? && take(db, name, every.next(now), now).await?)
}

// As in claim.rs: the lane's future itself, so that the compiler can see that it is Send.
fn due(db: &Db<Control>, name: &'static str, now: Timestamp) -> impl Future<Output = Result<bool>> + Send {
    db.read(move |view: &mut View<'_, Control>| {
        let row = view.opt(sql!(Control, "SELECT next_at FROM schedule WHERE name = $1"), p![name])?;
        row.map_or(Ok(true), |r| Ok(r.get::<Timestamp>("next_at")? <= now))
    })
}

fn take(db: &Db<Control>, name: &'static str, next: Timestamp, now: Timestamp) -> impl Future<Output = Result<bool>> + Send {
    let text = sql!(
        Control,
        "INSERT INTO schedule (name, next_at, last_at, fence) VALUES ($1, $2, $3, 1)
         ON CONFLICT (name) DO UPDATE SET next_at = excluded.next_at, last_at = excluded.last_at, fence = schedule.fence + 1
         WHERE schedule.next_at <= $3"
    );
    db.write(Uuid::nil(), Step(move |tx: &mut Tx<'_, Control>| tx.exec(text, p![name, next, now]).map(|n| n == 1)))
}
