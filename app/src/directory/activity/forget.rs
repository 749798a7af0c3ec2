//! Words that count no more are forgotten: no word of their time is taken any longer, so no line is drawn anew through them.

use access::permissions::Operate;
use command::{Command, Cx, Fail, Never, Node};
use serde::Serialize;
use store::{CustomerId, Region};

use super::{store as rows, word::LATE_DAYS};
use crate::directory::import::CHUNK;

/// Days for which a word is kept: one more than those after which one comes too late, for who judged one just before.
const KEPT_DAYS: i64 = LATE_DAYS + 1;

/// Forgets up to a chunk of a customer's words that count no more.
#[derive(Debug, Serialize)]
pub struct ForgetWords {
    /// Of which customer.
    pub customer: CustomerId,
}

impl Command for ForgetWords {
    const NAME: &'static str = "directory.forget_words";
    const QUIET: bool = true;
    type Home = Region;
    type Needs = Operate;
    /// Whether there may be more.
    type Done = bool;
    type Refusal = Never;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<bool, Fail<Never>> {
        let most = i64::try_from(CHUNK).unwrap_or(1_000);
        Ok(rows::prune(cx.tx, cx.scope, cx.now.plus_days(-KEPT_DAYS), most)? == most)
    }
}
