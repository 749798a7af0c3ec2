//! What the clock does once a day: members whose retention is over are removed, customer by customer, and words about activity that
//! count no more are forgotten, as are old requests to link a customer.

use access::permissions::{Operate, ReadMembers};
use command::{Call, Fail, Node, Query};
use store::{Control, CustomerId, PartnerId, Timestamp, View};

use super::{erasures, purge_store as takes, store as rows};
use crate::{
    app::App,
    directory::{RetireMembers, activity::ForgetWords},
    hierarchy::{customers, links},
};

/// Removes the members of all customers whose retention is over, and forgets old words about anybody's activity.
///
/// # Errors
/// In words; the others were looked at all the same.
pub async fn retire(app: &App) -> Result<(), String> {
    let mut trouble = None;
    for partner in app.house.control().read(takes::partners).await.map_err(|e| e.to_string())? {
        let kept = app.house.ask(&Call::operator(), KeptFor { partner }).await.map_err(|e| format!("{e:?}"))?;
        if let Err(why) = links::forget(app, partner).await {
            trouble.get_or_insert(why);
        }
        for (customer, days) in kept {
            if let Err(why) = retire_of(app, customer, days).await {
                trouble.get_or_insert(why);
            }
        }
        for customer in app.house.ask(&Call::operator(), LivingOf { partner }).await.map_err(|e| format!("{e:?}"))? {
            if let Err(why) = forget_words(app, customer).await {
                trouble.get_or_insert(why);
            }
        }
    }
    // What was erased leaves the files too.
    erasures::forget_daily(app).await?;
    trouble.map_or(Ok(()), Err)
}

async fn retire_of(app: &App, customer: CustomerId, days: i64) -> Result<(), String> {
    let inactive_since = app.house.now().plus_days(-days);
    loop {
        match app.house.execute(Call::operator(), RetireMembers { customer, inactive_since }).await {
            Ok(answer) if answer.value > 0 => {}
            // Removed just now: its members go with it.
            Ok(_) | Err(Fail::Denied(_)) => return Ok(()),
            Err(fail) => return Err(format!("{customer}: {fail:?}")),
        }
    }
}

async fn forget_words(app: &App, customer: CustomerId) -> Result<(), String> {
    loop {
        match app.house.execute(Call::operator(), ForgetWords { customer }).await {
            Ok(answer) if answer.value => {}
            // Removed just now: its words go with it.
            Ok(_) | Err(Fail::Denied(_)) => return Ok(()),
            Err(fail) => return Err(format!("{customer}: {fail:?}")),
        }
    }
}

/// Asks for the customers of a partner that are used, or suspended.
struct LivingOf {
    partner: PartnerId,
}

impl Query for LivingOf {
    type Home = Control;
    type Needs = Operate;
    type Found = Vec<CustomerId>;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, _: &access::Scope<Operate>, _: Timestamp) -> store::Result<Self::Found> {
        rows::living(view, self.partner)
    }
}

/// Asks for the customers of a partner whose inactive members are not kept for ever.
struct KeptFor {
    partner: PartnerId,
}

impl Query for KeptFor {
    type Home = Control;
    type Needs = Operate;
    type Found = Vec<(CustomerId, i64)>;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, _: &access::Scope<Operate>, _: Timestamp) -> store::Result<Self::Found> {
        rows::kept_for(view, self.partner)
    }
}

/// Asks after how many days a customer's inactive members are removed.
pub(super) struct DaysOf {
    pub customer: CustomerId,
}

impl Query for DaysOf {
    type Home = Control;
    type Needs = ReadMembers;
    type Found = Option<i64>;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &access::Scope<ReadMembers>, _: Timestamp) -> store::Result<Option<i64>> {
        Ok(customers::find(view, scope, self.customer)?.and_then(|c| c.member_retention_days))
    }
}
