/// What can go wrong between a command and its database. The texts are for operators; rooms turn domain answers into
/// refusals before they become one of these.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The lane's queue is full. Nothing was done; try again shortly.
    #[error("the database is busy: its queue is full; nothing was changed")]
    Busy,
    /// The disk is full: reads go on, writes are refused until space returns.
    #[error("the disk is full: the installation is read-only until space is freed; nothing was changed")]
    Full,
    /// The connection died while the commit was under way: done or not done, never half done.
    #[error("the connection was lost during commit: send the request again with the same idempotency key")]
    Unknown,
    /// No connection can be made at present.
    #[error("the database cannot be reached: {0}")]
    Unavailable(String),
    /// The command panicked; its changes were rolled back.
    #[error("the command failed inside and was rolled back")]
    Panicked,
    /// A constraint refused the row. Names the constraint (PostgreSQL) or the columns (SQLite).
    #[error("a constraint refused the change: {0}")]
    Constraint(String),
    /// The server shuts down.
    #[error("the database is closed")]
    Closed,
    /// A stored value is not what the code expects.
    #[error("stored data is not as expected: {0}")]
    Corrupt(String),
    /// Any other answer of the engine.
    #[error("database error: {0}")]
    Engine(String),
}

impl Error {
    /// True when the same request may succeed in a moment without anybody mending anything.
    #[must_use]
    pub fn passes(&self) -> bool {
        matches!(self, Error::Busy | Error::Unknown | Error::Unavailable(_) | Error::Full)
    }
}

/// What the lane must do after an engine error, apart from answering it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// 40001 or 40P01: roll back and run the batch again.
    Rerun,
    /// The connection is dead: reconnect, then run the batch again.
    Lost,
    /// The disk is full.
    Full,
}
