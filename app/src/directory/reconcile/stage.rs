//! Bookkeeping of readings: what one would change is staged, what an earlier one staged is dropped.

use access::permissions::ManageMembers;
use command::{Command, Cx, Fail, Never, Node};
use serde::Serialize;
use store::{CustomerId, Region, SourceId, Uuid};

use super::{
    judge::{Class, Why},
    said::News,
    store as rows,
};

/// Rows dropped in one transaction.
const DROP: i64 = 2_000;

/// A change that is staged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staged {
    /// The news behind it.
    pub news: News,
    /// What it is.
    pub class: Class,
    /// Why.
    pub why: Why,
    /// What status it would bring: `in`, `held`, `out`, or empty.
    pub want: &'static str,
}

/// Stages changes. Bookkeeping: what is applied is audited.
#[derive(Debug, Serialize)]
pub struct StageChanges {
    /// Of which customer.
    pub customer: CustomerId,
    /// Which source.
    pub source: SourceId,
    /// Which reading.
    pub reading: Uuid,
    /// The number of the first.
    pub from: i64,
    /// The changes.
    #[serde(skip)]
    pub changes: Vec<Staged>,
}

impl Command for StageChanges {
    const NAME: &'static str = "directory.reconcile.stage";
    const QUIET: bool = true;
    type Home = Region;
    type Needs = ManageMembers;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Never>> {
        let new: Vec<rows::New<'_>> = (self.from..)
            .zip(&self.changes)
            .map(|(seq, change)| rows::New {
                seq,
                key: change.news.key(),
                class: change.class,
                why: change.why,
                want: change.want,
                said: if let News::Is(_, said) = &change.news { Some(said.as_ref()) } else { None },
            })
            .collect();
        Ok(rows::stage(cx.tx, cx.scope, (self.source, self.reading), &new)?)
    }
}

/// Drops a part of what was staged of a source by other readings than this one.
#[derive(Debug, Serialize)]
pub struct DropReadings {
    /// Of which customer.
    pub customer: CustomerId,
    /// Which source.
    pub source: SourceId,
    /// The reading that stays.
    pub but: Uuid,
}

impl Command for DropReadings {
    const NAME: &'static str = "directory.reconcile.drop";
    const QUIET: bool = true;
    type Home = Region;
    type Needs = ManageMembers;
    /// True when there is more.
    type Done = bool;
    type Refusal = Never;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<bool, Fail<Never>> {
        Ok(rows::drop_staged(cx.tx, cx.scope, self.source, self.but, DROP)? == DROP.unsigned_abs())
    }
}

/// Forgets a part of all that a source said and staged. Its members stay, and belong to no source.
#[derive(Debug, Serialize)]
pub struct ForgetSource {
    /// Of which customer.
    pub customer: CustomerId,
    /// Which source.
    pub source: SourceId,
}

impl Command for ForgetSource {
    const NAME: &'static str = "directory.reconcile.forget";
    const QUIET: bool = true;
    type Home = Region;
    type Needs = ManageMembers;
    /// True when there is more.
    type Done = bool;
    type Refusal = Never;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<bool, Fail<Never>> {
        let staged = rows::drop_staged(cx.tx, cx.scope, self.source, Uuid::nil(), DROP)?;
        let said = rows::forget_source(cx.tx, cx.scope, self.source, DROP)?;
        Ok(staged.max(said) == DROP.unsigned_abs())
    }
}
