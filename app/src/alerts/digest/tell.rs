//! Telling a day's digests: each is booked as told in the transaction that makes its job, so it is one job however many servers look.

use access::permissions::Operate;
use command::{Call, Command, Cx, Fail, Never, Node};
use jobs::Job;
use serde::Serialize;
use store::{Control, PartnerId, Result, Timestamp, View};

use super::{
    mail::DigestMail,
    store::{self as rows, Wanted},
};
use crate::{app::App, hierarchy::standing};

/// Those whose last digest is told of an earlier day than the one that is due, with that day. What was missed before it stays untold.
fn due(view: &mut View<'_, Control>, partner: PartnerId, now: Timestamp) -> Result<Vec<(Wanted, String)>> {
    let all = rows::of_partner(view, partner)?;
    if all.is_empty() {
        return Ok(Vec::new());
    }
    let clock = standing::zone(view, partner)?.clock(now);
    let days = all.into_iter().map(|wanted| {
        let day = wanted.every.day(clock).to_string();
        (wanted, day)
    });
    Ok(days.filter(|(wanted, day)| *day > wanted.told_day).collect())
}

/// Tells the digests of a partner that are due.
#[derive(Debug, Serialize)]
pub struct TellDigests {
    /// Whose.
    pub partner: PartnerId,
}

impl Command for TellDigests {
    const NAME: &'static str = "alerts.tell_digests";
    const QUIET: bool = true;
    type Home = Control;
    type Needs = Operate;
    /// How many were told.
    type Done = usize;
    type Refusal = Never;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> std::result::Result<usize, Fail<Never>> {
        let mut told = 0;
        for (wanted, day) in due(cx.tx, self.partner, cx.now)? {
            if rows::tell(cx.tx, self.partner, &wanted, &day)? {
                cx.tell(<DigestMail as Job<App>>::KIND, &DigestMail { partner: self.partner, staff: wanted.staff, day });
                told += 1;
            }
        }
        Ok(told)
    }
}

/// Tells every partner's digests that are due; the schedule.
///
/// # Errors
/// In words; the others were looked at all the same.
pub async fn tell_digests(app: &App) -> std::result::Result<(), String> {
    let (now, control) = (app.house.now(), app.house.control());
    let mut trouble = None;
    for partner in control.read(crate::hierarchy::all_partners).await.map_err(|e| e.to_string())? {
        let found = control.read(move |view: &mut View<'_, Control>| {
            view.enter(partner.0);
            Ok(due(view, partner, now)?.is_empty())
        });
        let told = match found.await {
            Ok(true) => continue,
            Ok(false) => app.house.execute(Call::operator(), TellDigests { partner }).await.map(drop).map_err(|why| format!("{why:?}")),
            Err(why) => Err(why.to_string()),
        };
        if let Err(why) = told {
            trouble.get_or_insert(format!("{partner}: {why}"));
        }
    }
    trouble.map_or(Ok(()), Err)
}
