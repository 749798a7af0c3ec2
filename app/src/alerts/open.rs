//! Raising an alert by name: for rooms and programs that notice something themselves.

use access::permissions::RecordFacts;
use command::{Command, Cx, Fail, Never, Node};
use serde::Serialize;
use store::{AlertId, Control, CustomerId};

use super::{evaluate::raise, rules::Code};

/// Opens an alert; doing it twice does it once.
#[derive(Debug, Serialize)]
pub struct OpenAlert {
    /// About which customer.
    pub customer: CustomerId,
    /// About what.
    pub code: Code,
    /// Which part of it.
    pub subject: String,
    /// Numbers and words behind it, as a JSON object.
    pub detail: serde_json::Value,
}

impl Command for OpenAlert {
    const NAME: &'static str = "alerts.open";
    type Home = Control;
    type Needs = RecordFacts;
    /// The alert, if none was open.
    type Done = Option<AlertId>;
    type Refusal = Never;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Option<AlertId>, Fail<Never>> {
        Ok(raise(cx, self.customer, self.code, &self.subject, &self.detail)?)
    }
}
