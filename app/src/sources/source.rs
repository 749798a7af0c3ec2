//! The nouns of sources and their one list of refusals.

use command::Refusal;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{SourceId, SourceRunId, Timestamp};

use super::way::Kind;
use crate::{
    directory::reconcile::{Applied, Class, Tally},
    hierarchy::standing::OwnReason,
};

/// The share of a source's people, in percent, that a run may let go of when nothing else is said.
pub const USUAL_STOP: i64 = 10;
/// Fewer people than this are let go of without a question, unless they are all.
pub const FEW: i64 = 5;
/// The most sources of a customer.
pub const MOST: i64 = 10;
/// Minutes between two runs: the least and the most.
pub const EVERY: std::ops::RangeInclusive<i64> = 5..=10_080;

/// Why a source could not be read, or a run did not do what it was to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Trouble {
    /// Machine word: `unreachable`, `consent-needed`, `safeguard`, …
    pub code: String,
    /// What happened and what to do, for programs; the console says it in the reader's language.
    pub detail: String,
    /// What the source itself said, in the moment it said it.
    #[serde(skip)]
    pub said: Option<String>,
}

impl Trouble {
    /// One of which the source itself says nothing.
    #[must_use]
    pub fn of(code: &str, detail: impl Into<String>) -> Trouble {
        Trouble { code: code.to_owned(), detail: detail.into(), said: None }
    }

    /// Whether what the source said helps whoever reads it; the rest is for programs.
    #[must_use]
    pub fn speaks(&self) -> bool {
        ["not-understood", "sign-in-refused", "consent-needed", "bad-settings", "forbidden-address"].contains(&self.code.as_str())
    }

    /// The reason it gives a customer's health.
    #[must_use]
    pub fn own(&self) -> OwnReason {
        let said = self.said.as_ref().filter(|_| self.speaks()).map(|text| text.chars().take(300).collect());
        OwnReason { code: self.code.clone(), said }
    }
}

/// How a source stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SourceStatus {
    /// It was never read.
    New,
    /// It is being read, or its changes are being made.
    Running,
    /// Somebody has to look at its changes.
    Stopped,
    /// An administrator there has to allow the reading.
    ConsentNeeded,
    /// Its last run failed.
    Failed,
    /// Its last run ended well.
    Ok,
}

/// Where a customer's people come from.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Source {
    /// Its id.
    pub id: SourceId,
    /// Its kind.
    pub kind: Kind,
    /// What people call it.
    pub name: String,
    /// How it is reached. Never holds the secret.
    pub settings: Value,
    /// Whether a secret is kept. It is shown nowhere.
    pub has_secret: bool,
    /// Minutes between two runs; null where it is read by hand.
    pub every_minutes: Option<i64>,
    /// A run that would let go of more than this share of its people stops and waits for a person.
    pub stop_percent: i64,
    /// When it is read next.
    pub next_at: Option<Timestamp>,
    /// How it stands.
    pub status: SourceStatus,
    /// Why its last run failed.
    pub trouble: Option<Trouble>,
    /// Its last run.
    pub last_run: Option<Run>,
    /// People it names.
    pub people: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// Rises with every change.
    pub version: i64,
}

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// The source is being read.
    Reading,
    /// What would change is known, and waits to be applied or discarded.
    Judged,
    /// It would let go of too many people: somebody has to look.
    Stopped,
    /// The changes are being made.
    Applying,
    /// All is done.
    Done,
    /// It came to no end: the source could not be read, or the work was given up. What was made before stays.
    Failed,
    /// Nobody wanted it.
    Discarded,
}

impl RunStatus {
    /// All of them.
    pub const ALL: [RunStatus; 7] = [
        RunStatus::Reading,
        RunStatus::Judged,
        RunStatus::Stopped,
        RunStatus::Applying,
        RunStatus::Done,
        RunStatus::Failed,
        RunStatus::Discarded,
    ];

    /// The stored word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            RunStatus::Reading => "reading",
            RunStatus::Judged => "judged",
            RunStatus::Stopped => "stopped",
            RunStatus::Applying => "applying",
            RunStatus::Done => "done",
            RunStatus::Failed => "failed",
            RunStatus::Discarded => "discarded",
        }
    }

    /// Reads the stored word.
    #[must_use]
    pub fn parse(word: &str) -> Option<RunStatus> {
        RunStatus::ALL.into_iter().find(|s| s.word() == word)
    }

    /// Whether it is at work.
    #[must_use]
    pub const fn works(self) -> bool {
        matches!(self, RunStatus::Reading | RunStatus::Applying)
    }

    /// Whether it waits for a person.
    #[must_use]
    pub const fn waits(self) -> bool {
        matches!(self, RunStatus::Judged | RunStatus::Stopped)
    }
}

/// What a run has found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct Counts {
    /// People the source has named.
    pub people: i64,
    /// Those about whom nothing is new.
    pub unchanged: i64,
    /// What would change.
    #[serde(flatten)]
    pub tally: Tally,
}

impl Counts {
    /// How many changes of a class there are; of all when none is named.
    #[must_use]
    pub fn of(&self, class: Option<Class>) -> i64 {
        let t = &self.tally;
        match class {
            Some(Class::Joins) => t.joins,
            Some(Class::Moves) => t.moves,
            Some(Class::Leaves) => t.leaves,
            Some(Class::Returns) => t.returns,
            Some(Class::Conflict) => t.conflicts,
            Some(Class::Nothing) => 0,
            None => t.changes() + t.conflicts,
        }
    }
}

/// One reading of a source and what came of it.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Run {
    /// Its id.
    pub id: SourceRunId,
    /// Of which source.
    pub source_id: SourceId,
    /// Where it stands.
    pub status: RunStatus,
    /// Whether it was only to be looked at.
    pub preview: bool,
    /// Whether the clock began it.
    pub scheduled: bool,
    /// What it has found.
    pub counts: Counts,
    /// What was made of it.
    pub applied: Applied,
    /// Why it failed or stopped.
    pub trouble: Option<Trouble>,
    /// When it began.
    pub created_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// The reading whose changes count.
    #[serde(skip, default = "nowhere")]
    pub reading: store::Uuid,
}

fn nowhere() -> store::Uuid {
    store::Uuid::nil()
}

/// The sources' "no".
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceRefusal {
    /// The customer has as many as it may.
    TooManySources {
        /// So many.
        max: i64,
    },
    /// It was changed since it was read.
    Stale {
        /// Its version now.
        version: i64,
    },
    /// The secret goes elsewhere from now on, and was not given.
    SecretNeeded {},
    /// It is being read already.
    RunUnderWay {
        /// By which run.
        run_id: SourceRunId,
    },
    /// The run stands elsewhere.
    RunWrongState {
        /// Where.
        state: RunStatus,
    },
    /// A file has to come with it.
    FileNeeded {},
    /// No file can come with it.
    NoFile {},
    /// The customer's region is still being prepared.
    NotReady {},
    /// The free plan has no sync.
    FreePlan {},
}

impl Refusal for SourceRefusal {
    fn status(&self) -> u16 {
        match self {
            SourceRefusal::Stale { .. } => 412,
            SourceRefusal::SecretNeeded {} | SourceRefusal::FileNeeded {} | SourceRefusal::NoFile {} => 422,
            _ => 409,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            SourceRefusal::TooManySources { .. } => "too-many-sources",
            SourceRefusal::Stale { .. } => "stale",
            SourceRefusal::SecretNeeded {} => "secret-needed",
            SourceRefusal::RunUnderWay { .. } => "run-under-way",
            SourceRefusal::RunWrongState { .. } => "run-wrong-state",
            SourceRefusal::FileNeeded {} => "file-needed",
            SourceRefusal::NoFile {} => "no-file",
            SourceRefusal::NotReady {} => "tenant-not-ready",
            SourceRefusal::FreePlan {} => "free-plan",
        }
    }
    fn title(&self) -> String {
        match self {
            SourceRefusal::TooManySources { max } => format!("A customer has at most {max} sources"),
            SourceRefusal::Stale { .. } => "The source was changed since you read it".into(),
            SourceRefusal::SecretNeeded {} => "The secret has to be given again".into(),
            SourceRefusal::RunUnderWay { .. } => "The source is being read already".into(),
            SourceRefusal::RunWrongState { state } => format!("This run is {}", state.word()),
            SourceRefusal::FileNeeded {} => "A file is needed".into(),
            SourceRefusal::NoFile {} => "This source is read by itself".into(),
            SourceRefusal::NotReady {} => "This customer is still being prepared".into(),
            SourceRefusal::FreePlan {} => "The free plan has no sync".into(),
        }
    }
    fn detail(&self) -> String {
        let next = match self {
            SourceRefusal::TooManySources { .. } => "Remove one you do not use.",
            SourceRefusal::Stale { .. } => "Read it again and repeat your change.",
            SourceRefusal::SecretNeeded {} => "It would be shown to another place than the one it was given for.",
            SourceRefusal::RunUnderWay { .. } => "Wait for that run to end.",
            SourceRefusal::RunWrongState { .. } => "Only a run that waits for a decision can be applied or discarded.",
            SourceRefusal::FileNeeded {} => "Send the file as text/csv.",
            SourceRefusal::NoFile {} => "Start the run without a file.",
            SourceRefusal::NotReady {} => "Try again in a few seconds.",
            SourceRefusal::FreePlan {} => "Extend the trial or upgrade the customer; its sources are kept.",
        };
        format!("{next} Nothing was changed.")
    }
    fn pointer(&self) -> Option<&'static str> {
        match self {
            SourceRefusal::SecretNeeded {} => Some("/secret"),
            SourceRefusal::FileNeeded {} => Some("/file"),
            _ => None,
        }
    }
}
