//! A directory sync ended: a fact about the customer, from which its health follows (D6).

use access::permissions::RecordFacts;
use command::{Command, Cx, Fail, Node, Refusal};
use serde::{Deserialize, Serialize};
use store::{Control, CustomerId, FactId, Timestamp};

use super::rules::is_sane;
use crate::{
    hierarchy::{
        standing::{self, OwnReason, SyncReason},
        trial,
    },
    noun::{Name, Note},
};

/// Records how a sync ended.
#[derive(Debug, Clone, Serialize)]
pub struct RecordSync {
    /// Of which customer.
    pub customer: CustomerId,
    /// Whether it ended well.
    pub ok: bool,
    /// What was synced with: `entra`, `google`, `csv`.
    pub source: Name,
    /// Why it failed.
    pub reason: Option<Note>,
    /// Where that is a reason of our own.
    pub own: Option<OwnReason>,
    /// When it ended; now when absent. A sender's clock may run ahead a little: then it counts from now.
    pub at: Option<Timestamp>,
}

/// A fact that was recorded.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Recorded {
    /// The fact's id.
    pub id: FactId,
    /// When it counts.
    pub at: Timestamp,
}

/// Why a fact cannot be recorded.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SyncRefused {
    /// Its time lies in the future, or before 2000.
    NotATime {
        /// The time.
        at: Timestamp,
    },
    /// The free plan has no sync.
    FreePlan {},
}

impl Refusal for SyncRefused {
    fn status(&self) -> u16 {
        match self {
            SyncRefused::NotATime { .. } => 422,
            SyncRefused::FreePlan {} => 409,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            SyncRefused::NotATime { .. } => "not-a-time",
            SyncRefused::FreePlan {} => "free-plan",
        }
    }
    fn title(&self) -> String {
        match self {
            SyncRefused::NotATime { at } => format!("{at} cannot be the time of this"),
            SyncRefused::FreePlan {} => "The free plan has no sync".into(),
        }
    }
    fn detail(&self) -> String {
        let why = match self {
            SyncRefused::NotATime { .. } => "It lies in the future or before 2000. Check the clock of the sending system.",
            SyncRefused::FreePlan {} => "Extend the trial or upgrade the customer.",
        };
        format!("{why} Nothing was changed.")
    }
    fn pointer(&self) -> Option<&'static str> {
        matches!(self, SyncRefused::NotATime { .. }).then_some("/at")
    }
}

impl Command for RecordSync {
    const NAME: &'static str = "directory.record_sync";
    type Home = Control;
    type Needs = RecordFacts;
    type Done = Recorded;
    type Refusal = SyncRefused;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Recorded, Fail<SyncRefused>> {
        let at = self.at.unwrap_or(cx.now);
        if !is_sane(at, cx.now) {
            return Err(SyncRefused::NotATime { at }.into());
        }
        if trial::is_free(cx.tx, cx.scope, self.customer, at.min(cx.now))? {
            return Err(SyncRefused::FreePlan {}.into());
        }
        let at = at.min(cx.now);
        let id: FactId = cx.new_id();
        let reason = self.reason.as_ref().map(|text| SyncReason { text: text.as_str().to_owned(), own: self.own.clone() });
        let news =
            standing::publish_sync(cx.tx, cx.scope, self.customer, id.0, at, self.ok, self.source.as_str(), reason.as_ref(), cx.now)?;
        standing::tell(cx, self.customer, news);
        cx.changed("customer", self.customer, "sync", (), if self.ok { "ok" } else { "failed" });
        Ok(Recorded { id, at })
    }
}
