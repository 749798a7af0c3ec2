//! Bringing standings up to now: a status that time alone changes, and trials that have ended.

use access::permissions::{Operate, Read};
use command::{Call, Command, Cx, Fail, House, Never, Node};
use futures_util::{StreamExt, stream};
use serde::Serialize;
use store::{Control, CustomerId, PartnerId, Timestamp, View};
use web::{caller::Caller, door, problem::Problem};

use super::store as rows;
use crate::{app::App, hierarchy::trial::EndTrial};

const CHUNK: i64 = 200;
/// Trials ended at once: their commits are shared.
const AT_ONCE: usize = 32;

/// Judges the customers of a partner whose standing time has overtaken, up to a chunk.
#[derive(Debug, Serialize)]
pub struct SettleDue {
    /// Whose customers.
    pub partner: PartnerId,
}

impl Command for SettleDue {
    const NAME: &'static str = "hierarchy.standing.settle";
    const QUIET: bool = true;
    type Home = Control;
    type Needs = Operate;
    type Done = i64;
    type Refusal = Never;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<i64, Fail<Never>> {
        let due = rows::due(cx.tx, self.partner, cx.now, CHUNK)?;
        let mut settled = 0;
        for customer in due {
            let news = rows::change(cx.tx, cx.scope, customer, cx.now, |_| ())?;
            super::tell(cx, customer, news);
            settled += 1;
        }
        Ok(settled)
    }
}

/// Settles a partner's standings if time has overtaken any: called before totals are read, so that they are right whatever
/// the worker does. One indexed read when nothing is due.
///
/// # Errors
/// The store's. A full disk is no error: then the last settled state is shown.
pub async fn settle(house: &House, partner: PartnerId) -> ::store::Result<()> {
    loop {
        let now = house.now();
        let Some(over) = due(house, partner, now).await? else { return Ok(()) };
        let more = i64::try_from(over.len()).is_ok_and(|n| n == CHUNK);
        let ended: Vec<_> = stream::iter(over).map(|customer| end_trial(house, customer)).buffer_unordered(AT_ONCE).collect().await;
        match ended.into_iter().collect::<::store::Result<Vec<bool>>>() {
            Ok(booked) if more && booked.contains(&true) => continue,
            Ok(_) => {}
            Err(::store::Error::Full) => return Ok(()),
            Err(error) => return Err(error),
        }
        match house.execute(Call::operator(), SettleDue { partner }).await {
            Ok(answer) if answer.value < CHUNK => return Ok(()),
            Ok(_) => {}
            Err(Fail::Store(::store::Error::Full)) => return Ok(()),
            Err(Fail::Store(error)) => return Err(error),
            Err(_) => return Ok(()),
        }
    }
}

/// The trials that are over, where time has overtaken any standing.
async fn due(house: &House, partner: PartnerId, now: Timestamp) -> ::store::Result<Option<Vec<CustomerId>>> {
    house
        .control()
        .read(move |view: &mut View<'_, Control>| {
            view.enter(partner.0);
            if rows::due(view, partner, now, 1)?.is_empty() {
                return Ok(None);
            }
            rows::trials_over(view, partner, now, CHUNK).map(Some)
        })
        .await
}

/// A customer that went meanwhile has no trial to end.
async fn end_trial(house: &House, customer: CustomerId) -> ::store::Result<bool> {
    match house.execute(Call::operator(), EndTrial { customer }).await {
        Ok(answer) => Ok(answer.value),
        Err(Fail::Store(error)) => Err(error),
        Err(_) => Ok(false),
    }
}

/// Lets a caller who may see the partner see it as it stands at this instant, whatever the worker does.
///
/// # Errors
/// 401, 404, 403, or the store's trouble.
pub async fn settled(house: &House, caller: &Caller, partner: PartnerId) -> Result<(), Problem> {
    door::probe::<Read>(house, caller, partner).await?;
    Ok(settle(house, partner).await?)
}

/// Settles every partner; the hourly schedule.
///
/// # Errors
/// The store's, in words.
pub async fn settle_everyone(app: &App) -> Result<(), String> {
    for partner in app.house.control().read(crate::hierarchy::all_partners).await.map_err(|e| e.to_string())? {
        settle(&app.house, partner).await.map_err(|e| e.to_string())?;
    }
    Ok(())
}
