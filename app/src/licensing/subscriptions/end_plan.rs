//! Ending a plan's sale, and its life. Who has it keeps it: to the end of its term, at least.

use access::permissions::Purchase;
use command::{Command, Cx, Fail, Node};
use serde::Serialize;
use store::{Control, PartnerId, Timestamp};

use super::{
    book::catch_up,
    plan::{Offer, PlanKind, STANDARD},
    refusal::PlanRefusal,
    store as rows,
};
use crate::hierarchy::edit::tell_terms;

/// Says when a plan's sale and its life end.
#[derive(Debug, Serialize)]
pub struct EndPlan {
    /// Whose.
    pub partner: PartnerId,
    /// Which.
    pub code: String,
    /// Nobody new is assigned to it from then on; none: it is sold.
    pub end_of_sale_at: Option<Timestamp>,
    /// No term of it begins from then on; none: it renews. Without an end of sale the sale ends with it.
    pub end_of_life_at: Option<Timestamp>,
}

impl Command for EndPlan {
    const NAME: &'static str = "licensing.subscriptions.end_plan";
    type Home = Control;
    type Needs = Purchase;
    type Done = Offer;
    type Refusal = PlanRefusal;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Offer, Fail<PlanRefusal>> {
        let Some(old) = rows::hold_offer(cx.tx, self.partner, &self.code)? else { return Err(Fail::Denied(access::Denied::NotFound)) };
        if old.plan.kind != PlanKind::Full {
            return Err(PlanRefusal::TrialPlan {}.into());
        }
        if self.code == STANDARD {
            return Err(PlanRefusal::DefaultPlan {}.into());
        }
        let (life, sale) = (self.end_of_life_at, self.end_of_sale_at.or(self.end_of_life_at));
        let new = Offer { end_of_sale_at: sale, end_of_life_at: life, ..old.clone() };
        if (old.end_of_sale_at, old.end_of_life_at) == (sale, life) {
            return Ok(old);
        }
        // Terms that began stay as they were: a new end of life does not lie in the past.
        let past = life != old.end_of_life_at && life.is_some_and(|life| life < cx.now);
        if past || life.zip(sale).is_some_and(|(life, sale)| life < sale) {
            return Err(PlanRefusal::LifeBeforeSale {}.into());
        }
        // What time brought is booked first: whatever has lapsed by then stays so.
        catch_up(cx)?;
        rows::end_plan(cx.tx, self.partner, &self.code, sale, life, cx.now)?;
        // Whether it follows at the end of a term may be another question now: regions obey the answer.
        for customer in rows::planned(cx.tx, self.partner, &self.code, cx.now)? {
            tell_terms(cx, customer)?;
        }
        cx.changed("plan", &self.code, "end_of_sale_at", old.end_of_sale_at, sale);
        cx.changed("plan", &self.code, "end_of_life_at", old.end_of_life_at, life);
        Ok(new)
    }
}
