//! What a request for many customers was about. With a key it is kept under it: the request sent again is about the same customers,
//! however they stand by then, and another one with that key is refused.

use access::permissions::Read;
use command::{Call, Command, Cx, Fail, House, Never, Node};
use serde::{Deserialize, Serialize};
use store::{Control, PartnerId, Timestamp};
use web::problem::Problem;

use super::bulk::Target;

/// What a request is about, as it stood when it came.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Chosen {
    /// When it was decided.
    pub as_of: Timestamp,
    /// Seats the pool lacks for all of them together.
    pub seats_missing: i64,
    /// What is to be done to whom.
    pub targets: Vec<Target>,
}

impl Chosen {
    /// What the first request with the call's key was about, and whether that was another one than this.
    ///
    /// # Errors
    /// 422 where that one asked for something else; the store's trouble.
    pub async fn kept(self, house: &House, call: &Call, partner: PartnerId, asked: &impl Serialize) -> Result<(Chosen, bool), Problem> {
        if call.key.is_none() {
            return Ok((self, false));
        }
        let asked = serde_json::to_value(asked).unwrap_or_default();
        let answer = house.execute(call.clone(), Choose { partner, asked, chosen: self }).await?;
        Ok((answer.value, answer.replayed))
    }
}

/// Keeps what was chosen, as its answer.
#[derive(Debug, Serialize)]
struct Choose {
    partner: PartnerId,
    asked: serde_json::Value,
    /// Found anew with each request, so it is no part of what is asked.
    #[serde(skip)]
    chosen: Chosen,
}

impl Command for Choose {
    const NAME: &'static str = "portfolio.choose";
    const QUIET: bool = true;
    type Home = Control;
    type Needs = Read;
    type Done = Chosen;
    type Refusal = Never;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, _: &mut Cx<'_, '_, Self>) -> Result<Chosen, Fail<Never>> {
        Ok(self.chosen.clone())
    }
}
