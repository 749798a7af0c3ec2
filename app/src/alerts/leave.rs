//! Whoever works somewhere no more wants no mail from there, nor on the day they come back.

use access::permissions::Operate;
use command::{Command, Cx, Fail, Never, Node};
use jobs::{Job, JobCx, Retry};
use serde::{Deserialize, Serialize};
use store::{Control, PartnerId, StaffId};

use super::{Every, Severity, wish};
use crate::{
    app::App,
    identity::people::{STAFF_LEFT, StaffLeft},
};

/// Drops what somebody wanted to be mailed.
#[derive(Debug, Serialize)]
pub struct ForgetWishes {
    /// By which partner.
    pub partner: PartnerId,
    /// Who.
    pub staff: StaffId,
}

impl Command for ForgetWishes {
    const NAME: &'static str = "alerts.forget_wishes";
    type Home = Control;
    type Needs = Operate;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> std::result::Result<(), Fail<Never>> {
        wish::change::<_, Severity>(cx, self.partner, self.staff, None)?;
        wish::change::<_, Every>(cx, self.partner, self.staff, None)?;
        Ok(())
    }
}

/// News: somebody was shut out.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Left(StaffLeft);

impl Job<App> for Left {
    const KIND: &'static str = STAFF_LEFT;

    async fn run(self, job: JobCx<'_, App>) -> Result<(), Retry> {
        let StaffLeft { partner, staff } = self.0;
        job.execute_as_operator(ForgetWishes { partner, staff }).await.map(drop)
    }
}
