//! What follows the erasure of a person: a line in the erasure log, and a log of the database that holds nothing of them.

use command::{Call, Fail};
use jobs::{Job, JobCx, Retry};
use serde::{Deserialize, Serialize};
use store::{CustomerId, MemberId};

use super::erasures::{self, Erasure};
use crate::{
    app::App,
    directory::{EraseMember, MEMBER_ERASED, MemberErased},
};

/// News of an erased member.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NoteErasure(MemberErased);

impl Job<App> for NoteErasure {
    const KIND: &'static str = MEMBER_ERASED;
    const PROMPT: bool = true;

    async fn run(self, job: JobCx<'_, App>) -> Result<(), Retry> {
        let MemberErased { customer, member } = self.0;
        erasures::note(job.app, Erasure::Member { customer, member }).await.map_err(Retry::Later)
    }
}

/// Erases a member again that a restore has brought back.
pub(super) async fn again(app: &App, customer: CustomerId, member: MemberId) -> Result<(), String> {
    match app.house.execute(Call::operator(), EraseMember { customer, member }).await {
        Ok(_) | Err(Fail::Denied(_)) => Ok(()),
        Err(fail) => Err(format!("{fail:?}")),
    }
}
