//! Reading a customer's people is on record: one entry of the trail for each reader, customer and day. Whoever opens page after page,
//! or asks every minute, has still read that customer's people on that day; a line for each would hide it.

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
};

use access::{Credential, permissions::ReadMembers};
use command::{Command, Cx, Fail, Never, Node};
use serde::Serialize;
use store::{CustomerId, Error, Region, Zone};
use web::{caller::Caller, problem::Problem};

use crate::app::App;

/// Readings remembered at once; beyond them all are forgotten, and asked for again.
const MOST: usize = 50_000;

/// What this process has put on record. It only saves asking: that there is one entry is the key's doing.
#[derive(Debug, Default)]
pub struct Readings(Mutex<HashSet<(Credential, CustomerId, i64)>>);

impl Readings {
    fn holds(&self, one: &(Credential, CustomerId, i64)) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(one)
    }

    fn keep(&self, one: (Credential, CustomerId, i64)) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST {
            all.clear();
        }
        all.insert(one);
    }
}

/// Puts on record that somebody reads a customer's people. Days are those of UTC, whatever the reader's zone.
#[derive(Debug, Serialize)]
struct ReadPeople {
    customer: CustomerId,
    day: i64,
}

impl Command for ReadPeople {
    const NAME: &'static str = "directory.read_people";
    type Home = Region;
    type Needs = ReadMembers;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Never>> {
        cx.changed("tenant", self.customer, "people_read", (), Zone::utc().date(cx.now).to_string());
        Ok(())
    }
}

/// Notes the reading before anything is shown: what cannot be put on record is not read, except while the disk is full.
///
/// # Errors
/// The denial of whoever may not read them, or the store's.
pub async fn note(app: &App, caller: &Caller, customer: CustomerId) -> Result<(), Problem> {
    let day = Zone::utc().day(app.house.now());
    let one = (caller.credential, customer, day);
    if app.readings.holds(&one) {
        return Ok(());
    }
    let mut noted = put(app, caller, customer, day).await;
    if matches!(noted, Err(Fail::Store(Error::Busy))) {
        // Another process put the same reading on record at this instant: now its entry is found.
        noted = put(app, caller, customer, day).await;
    }
    match noted {
        Ok(()) => app.readings.keep(one),
        Err(Fail::Store(Error::Full)) => {}
        Err(fail) => return Err(fail.into()),
    }
    Ok(())
}

async fn put(app: &App, caller: &Caller, customer: CustomerId, day: i64) -> Result<(), Fail<Never>> {
    let call = caller.call().keyed(format!("people-{day}"));
    app.house.execute(call, ReadPeople { customer, day }).await.map(drop)
}
