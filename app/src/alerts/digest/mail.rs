//! The digest itself: worked out when it is sent, as the person who gets it. It names no price.

use access::{Credential, Scope, permissions::Read};
use command::{Call, Fail, Node, Query};
use jiff::civil::Date;
use jobs::{Job, JobCx, Retry};
use serde::{Deserialize, Serialize};
use store::{Control, PartnerId, Result, StaffId, Timestamp, View};
use web::Lang;

use super::{period::Every, store as rows};
use crate::{
    app::App,
    identity::{self, Recipient, Words},
    licensing::subscriptions::{Calendar, Due, Part},
};

/// Lines of one mail; further ones are on the page.
const MOST: usize = 100;

/// Work: mail one person a day's digest.
#[derive(Debug, Serialize, Deserialize)]
pub struct DigestMail {
    /// Of which partner's customers.
    pub partner: PartnerId,
    /// To whom.
    pub staff: StaffId,
    /// Its day, as YYYY-MM-DD.
    pub day: String,
}

impl Job<App> for DigestMail {
    const KIND: &'static str = "alerts.digest";

    async fn run(self, job: JobCx<'_, App>) -> std::result::Result<(), Retry> {
        // Asked as the person: whom they cannot see any more is not in it.
        let call = Call::by(Credential::Holder(self.staff.into()));
        let found = match job.house.ask(&call, DigestOf { partner: self.partner, day: self.day }).await {
            Ok(Some(found)) => found,
            Ok(None) | Err(Fail::Denied(_)) => return Ok(()),
            Err(fail) => return Err(fail.into()),
        };
        found.to.send(job.app, &job.id.to_string(), found.words(job.app, self.partner)).await
    }
}

/// A digest that has something to say.
pub(super) struct Digest {
    pub to: Recipient,
    lines: Vec<Due>,
    until: Date,
}

/// Asks for the asker's digest of a day; none where there is nothing to say, or they want this one no more.
struct DigestOf {
    partner: PartnerId,
    day: String,
}

impl Query for DigestOf {
    type Home = Control;
    type Needs = Read;
    type Found = Option<Digest>;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, now: Timestamp) -> Result<Option<Digest>> {
        let Some(staff) = scope.actor().staff else { return Ok(None) };
        // Another day stands there when a newer one is on its way, or they chose anew.
        let Some(wanted) = rows::of_person(view, self.partner, staff)?.filter(|w| w.told_day == self.day) else { return Ok(None) };
        Digest::of(view, scope, self.partner, staff, wanted.every, now)
    }
}

/// Asks for the digest that the asker would get now: of the rhythm they name, else of the one they chose, else every week.
pub(super) struct DigestNow {
    pub partner: PartnerId,
    pub every: Option<Every>,
}

impl Query for DigestNow {
    type Home = Control;
    type Needs = Read;
    type Found = (Every, Option<Digest>);

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, now: Timestamp) -> Result<Self::Found> {
        let Some(staff) = scope.actor().staff else { return Ok((self.every.unwrap_or(Every::Week), None)) };
        let chosen = rows::of_person(view, self.partner, staff)?.map(|wanted| wanted.every);
        let every = self.every.or(chosen).unwrap_or(Every::Week);
        Ok((every, Digest::of(view, scope, self.partner, staff, every, now)?))
    }
}

impl Digest {
    fn of(
        view: &mut View<'_, Control>,
        scope: &Scope<Read>,
        partner: PartnerId,
        staff: StaffId,
        every: Every,
        now: Timestamp,
    ) -> Result<Option<Digest>> {
        let dues = Calendar { partner, part: Part::Ahead(every.days()) }.run(view, scope, now)?;
        if dues.lines.is_empty() {
            return Ok(None);
        }
        let to = identity::recipient(view, partner, staff)?;
        Ok(to.map(|to| Digest { to, lines: dues.lines, until: *dues.days.end() }))
    }

    /// What the mail says.
    pub fn words(&self, app: &App, partner: PartnerId) -> Words {
        let lang = self.to.lang();
        let (until, count) = (lang.civil(self.until), lang.int(self.lines.len()));
        Words {
            subject: lang.with("alerts-digest-subject", &[("until", until.as_str().into()), ("n", count.as_str().into())]),
            greeting: lang.with("alerts-mail-greeting", &[("name", self.to.name.as_str().into())]),
            paragraphs: paragraphs(lang, &self.lines, &until),
            button: (lang.t("alerts-digest-button"), format!("{}/msp/{partner}/expiring", app.config.origin())),
            footer: lang.with("alerts-digest-footer", &[("partner", self.to.partner.as_str().into())]),
        }
    }
}

/// What it is about, and a paragraph a day.
fn paragraphs(lang: Lang, lines: &[Due], until: &str) -> Vec<String> {
    let mut all = vec![lang.with("alerts-digest-intro", &[("until", until.into())])];
    let shown = lines.get(..MOST).unwrap_or(lines);
    for day in shown.chunk_by(|a, b| a.day == b.day) {
        let head = day.iter().take(1).map(|due| lang.civil(due.day));
        let said: Vec<String> = head.chain(day.iter().map(|due| due.said(lang))).collect();
        all.push(said.join("\n"));
    }
    let more = lines.len() - shown.len();
    if more > 0 {
        all.push(lang.with("alerts-digest-more", &[("n", lang.int(more).into())]));
    }
    all
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::licensing::subscriptions::DueKind;

    #[test]
    fn a_day_is_a_paragraph_and_a_long_list_is_cut() {
        crate::app::install_texts().expect("the texts");
        let due = |n: i8| Due {
            day: date(2026, 12, n),
            kind: DueKind::OrderEnds,
            uid: n.to_string(),
            customer: None,
            what: format!("SEATS-{n}"),
        };
        let said = paragraphs(Lang::En, &[due(1), due(1), due(3)], "31 Dec 2026");
        assert_eq!(said[1..], ["1 Dec 2026\nOrder ends: SEATS-1\nOrder ends: SEATS-1", "3 Dec 2026\nOrder ends: SEATS-3"]);
        let many: Vec<Due> = (0..MOST + 7).map(|_| due(1)).collect();
        let said = paragraphs(Lang::En, &many, "31 Dec 2026");
        assert_eq!((said.len(), said[1].lines().count()), (3, MOST + 1));
        assert!(said[2].contains('7'), "{}", said[2]);
    }
}
