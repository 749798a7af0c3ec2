//! As of a past day = what was seen that day. A partner lives through random days across a change of its clocks; at the end
//! of each day its dashboard, its list and a technician's dashboard are noted, and looked up again when all is over. The
//! pool is recounted at every day's end too.

use jiff::civil::Date;
use serde_json::{Value, json};
use store::{CustomerId, PartnerId, Timestamp, Zone};
use tenantry::portfolio::PortfolioAt;

use super::books::recount;
use crate::{
    scenes,
    support::{Answer, Client, Dice, World, rounds},
};

/// Zones whose clocks change: at night, at midnight (a day that begins at one o'clock), by half an hour, and never.
const ZONES: [&str; 6] = ["Europe/Berlin", "America/Havana", "Africa/Cairo", "Australia/Lord_Howe", "America/Santiago", "Asia/Kathmandu"];

const DAYS_BEFORE: i64 = 5;
const DAYS: i64 = 18;

struct Tenant {
    id: CustomerId,
    members: Vec<String>,
    sites: Vec<String>,
}

/// One partner's life.
struct Life<'w> {
    w: &'w World,
    dice: Dice,
    partner: PartnerId,
    zone: Zone,
    owner: Client,
    technician: Client,
    tenants: Vec<Tenant>,
    told: i64,
}

/// What was seen at the end of a day.
struct Noted {
    date: Date,
    dashboard: Value,
    list: Value,
    of_technician: Value,
}

/// The first change of the zone's clocks after an instant, if it has one within two years.
fn next_change(zone: &str, after: Timestamp) -> Option<Timestamp> {
    let zone = jiff::tz::TimeZone::get(zone).expect("a zone");
    let change: Timestamp = zone.following(after.to_jiff()).next()?.timestamp().into();
    (change < after.plus_days(730)).then_some(change)
}

impl Life<'_> {
    fn msp(&self, rest: &str) -> String {
        format!("/v1/msp/{}/{rest}", self.partner)
    }

    fn any(&mut self) -> usize {
        usize::try_from(self.dice.below(i64::try_from(self.tenants.len()).expect("few"))).expect("small")
    }

    /// An instant of today for a fact: mostly now, else earlier today, or ahead as a sender's clock may be.
    fn instant(&mut self, morning: Timestamp) -> Value {
        let now = self.w.now();
        match self.dice.below(10) {
            0 | 1 => json!(Timestamp(morning.0 + self.dice.below(now.0 - morning.0 + 1))),
            2 | 3 => json!(now.plus_seconds(1 + self.dice.below(299))),
            _ => Value::Null,
        }
    }

    async fn create(&mut self) {
        self.told += 1;
        let name = format!("{} {}", self.dice.pick(&["Åsa", "eklund", "Zebra", "Öst", "Bygg & Co"]), self.told);
        let kind = if self.dice.chance(25) { "trial" } else { "paid" };
        let mut body = json!({ "name": name, "max_mau": 1_000, "kind": kind });
        if kind == "paid" {
            body["seats"] = json!(self.dice.below(30));
        }
        let answer = self.owner.post(&self.msp("customers"), &body).await;
        if let Some(id) = answer.json["tenant_id"].as_str() {
            self.tenants.push(Tenant { id: id.parse().expect("an id"), members: Vec::new(), sites: Vec::new() });
        }
        fits(&answer);
    }

    /// Something happens now.
    async fn act(&mut self, morning: Timestamp) {
        let which = self.dice.below(16);
        if which == 0 {
            return self.create().await;
        }
        let n = self.any();
        let id = self.tenants[n].id;
        let of_tenant = |rest: &str| format!("/v1/tenants/{id}/{rest}");
        let answer = match which {
            1 | 2 => {
                let body = json!({ "ok": self.dice.chance(60), "at": self.instant(morning) });
                self.owner.post(&of_tenant("syncs"), &body).await
            }
            3 | 4 => {
                let body = json!({ "ok": self.dice.chance(60), "at": self.instant(morning) });
                self.owner.post(&of_tenant("mail-checks"), &body).await
            }
            5 | 6 => {
                let delivered = self.dice.below(40);
                let at = match self.instant(morning) {
                    Value::Null => json!(self.w.now()),
                    at => at,
                };
                // A reference told before counts no second time.
                self.told += i64::from(!self.dice.chance(15));
                let run = json!({ "name": "Run", "external_ref": format!("r-{}", self.told), "at": at, "delivered": delivered,
                    "passed": self.dice.below(delivered + 1) });
                self.owner.post(&of_tenant("campaign-results"), &json!({ "runs": [run] })).await
            }
            7 | 8 => {
                let way = if self.dice.chance(60) { "allocate" } else { "release" };
                let body = json!({ "tenant_id": id, "seats": 1 + self.dice.below(12) });
                self.owner.post(&format!("/v1/licenses/{way}"), &body).await
            }
            9 => {
                let turn = *self.dice.pick(&["suspend", "resume", "launch"]);
                self.owner.post(&self.msp(&format!("customers/{id}/{turn}")), &json!({})).await
            }
            10 => self.set_thresholds().await,
            11 => self.edit(id).await,
            12 => self.site(n, id).await,
            13 | 14 => self.member(n, id).await,
            _ => {
                let sku = *self.dice.pick(&["SEATS-100-M", "SEATS-100-Y"]);
                self.owner.post(&self.msp("orders"), &json!({ "sku": sku, "quantity": 1 })).await
            }
        };
        fits(&answer);
    }

    async fn set_thresholds(&mut self) -> Answer {
        let path = self.msp("settings");
        let tag = self.owner.get(&path).await.header("etag").to_owned();
        let body = json!({ "low_pass_percent": 1 + self.dice.below(100), "stale_campaign_days": 1 + self.dice.below(20) });
        self.owner.with("if-match", &tag).patch(&path, &body).await
    }

    async fn edit(&mut self, id: CustomerId) -> Answer {
        let path = self.msp(&format!("customers/{id}"));
        let tag = self.owner.get(&path).await.header("etag").to_owned();
        self.told += 1;
        let body = match self.dice.below(3) {
            0 => json!({ "name": format!("{} {}", self.dice.pick(&["Renamed", "ärlig", "AAA"]), self.told) }),
            1 => json!({ "tier": self.dice.pick(&["starter", "pro", "enterprise"]) }),
            _ => json!({ "domain": format!("d{}.example", self.told) }),
        };
        self.owner.with("if-match", &tag).patch(&path, &body).await
    }

    async fn site(&mut self, n: usize, id: CustomerId) -> Answer {
        let path = format!("/v1/tenants/{id}/sites");
        if let Some(site) = self.tenants[n].sites.pop().filter(|_| self.dice.chance(40)) {
            return self.owner.delete(&format!("{path}/{site}")).await;
        }
        self.told += 1;
        let answer = self.owner.post(&path, &json!({ "name": format!("Site {}", self.told) })).await;
        self.tenants[n].sites.extend(answer.json["id"].as_str().map(str::to_owned));
        answer
    }

    async fn member(&mut self, n: usize, id: CustomerId) -> Answer {
        let path = format!("/v1/tenants/{id}/members");
        if let Some(member) = self.tenants[n].members.last().cloned().filter(|_| self.dice.chance(40)) {
            let status = *self.dice.pick(&["active", "inactive"]);
            return self.owner.patch(&format!("{path}/{member}"), &json!({ "status": status })).await;
        }
        self.told += 1;
        let answer = self.owner.post(&path, &json!({ "email": format!("m{}@people.example", self.told) })).await;
        self.tenants[n].members.extend(answer.json["id"].as_str().map(str::to_owned));
        answer
    }

    /// Lives through a day with some things happening, and notes how it ends.
    async fn day(&mut self, date: Date, busy: bool) -> Noted {
        let end = self.zone.day_end(date);
        let morning = self.zone.day_end(date.yesterday().expect("a day before"));
        let mut moments: Vec<i64> = Vec::new();
        for _ in 0..if busy { self.dice.below(7) } else { 0 } {
            let length = end.0 - morning.0;
            // The first and the last instants of a day are where days are told apart.
            let offset = match self.dice.below(8) {
                0 => 0,
                1 => length - 2,
                2 => length - 1 - self.dice.below(200 * Timestamp::SECOND),
                _ => self.dice.below(length - 1),
            };
            moments.push((morning.0 + offset).max(self.w.now().0 + 1));
        }
        moments.sort_unstable();
        for moment in moments {
            // No two things happen at the same instant.
            self.w.pass_to(Timestamp(moment.max(self.w.now().0 + 1).min(end.0 - 2)));
            self.act(morning).await;
            self.w.work().await;
        }
        self.w.pass_to(Timestamp(end.0 - 1));
        recount(self.w, &self.owner, self.partner, &date.to_string()).await;
        let dashboard = self.owner.get(&self.msp("portfolio")).await.json;
        let list = self.owner.get(&self.msp("customers?page[size]=200")).await.json["data"].clone();
        let of_technician = self.technician.get(&self.msp("portfolio")).await.json;
        Noted { date, dashboard, list, of_technician }
    }

    /// Looks a noted day up again.
    async fn look_up(&self, noted: &Noted, seed: u64) {
        let said = |what: &str, found: &Value, noted_then: &Value| {
            let mut wrong = Vec::new();
            differences("", found, noted_then, &mut wrong);
            assert!(wrong.is_empty(), "seed {seed}, {} in {:?}: {what} (as of, then noted):\n{}", noted.date, self.zone, wrong.join("\n"));
        };
        let path = self.msp(&format!("portfolio?as_of={}", noted.date));
        said("the dashboard", &self.owner.get(&path).await.json, &noted.dashboard);
        said("the technician's dashboard", &self.technician.get(&path).await.json, &noted.of_technician);
        let past = PortfolioAt { partner: self.partner, date: noted.date };
        let past = self.w.app.house.ask(&command::Call::operator(), past).await.expect("answers").expect("a day that has begun");
        said("the list", &serde_json::to_value(past.rows).expect("JSON"), &noted.list);
    }
}

/// Done, or refused for a reason of the world.
fn fits(answer: &Answer) {
    assert!([200, 201, 202, 204, 409].contains(&answer.status), "{} {}", answer.status, answer.text);
}

/// Where two answers differ.
fn differences(at: &str, a: &Value, b: &Value, wrong: &mut Vec<String>) {
    match (a, b) {
        (Value::Object(x), Value::Object(y)) => {
            let names: std::collections::BTreeSet<&String> = x.keys().chain(y.keys()).collect();
            for name in names {
                differences(&format!("{at}/{name}"), &a[name.as_str()], &b[name.as_str()], wrong);
            }
        }
        (Value::Array(x), Value::Array(y)) if x.len() == y.len() => {
            for (n, (a, b)) in x.iter().zip(y).enumerate() {
                differences(&format!("{at}/{n}"), a, b, wrong);
            }
        }
        _ if a == b => {}
        _ => wrong.push(format!("{at}: {a} / {b}")),
    }
}

async fn live(w: &mut World, seed: u64) {
    let mut dice = Dice::new(seed);
    let zone = ZONES[usize::try_from(seed).expect("small") % ZONES.len()];
    let partner = w.partner_in(&format!("Partner {seed}"), zone).await;
    let [owner, technician] = ["owner", "technician"].map(|role| String::leak(format!("{role}_of_{seed}")) as &str);
    let (by_owner, by_technician) = (w.hire(owner, partner, "owner").await.keyed(), w.hire(technician, partner, "technician").await);
    let around = next_change(zone, w.now().plus_days(DAYS_BEFORE + 1)).unwrap_or(w.now().plus_days(20));
    let named = Zone::named(zone).expect("a zone");
    let first = named.date(around.plus_days(-DAYS_BEFORE));
    w.pass_to(named.day_end(first.yesterday().expect("a day before")));
    let mut life = Life {
        w,
        dice: Dice::new(seed + 1_000_000),
        partner,
        zone: named,
        owner: by_owner,
        technician: by_technician,
        tenants: Vec::new(),
        told: 0,
    };
    fits(&life.owner.post(&life.msp("orders"), &json!({ "sku": "SEATS-100-Y", "quantity": 2 })).await);
    for _ in 0..4 {
        life.create().await;
        life.w.work().await;
    }
    life.w.assign(technician, &[life.tenants[0].id, life.tenants[2].id]).await;
    let mut noted = Vec::new();
    let mut date = first;
    for n in 0..DAYS {
        noted.push(life.day(date, n < 2 || dice.chance(75)).await);
        // Beyond the change of the clocks weeks may pass in which time alone changes what is seen.
        let gap = if n > 2 * DAYS_BEFORE && dice.chance(40) { 1 + dice.below(25) } else { 1 };
        date = date.checked_add(jiff::Span::new().days(gap)).expect("a day");
    }
    for day in &noted {
        life.look_up(day, seed).await;
    }
}

scenes! {
    async fn a_past_day_is_what_was_seen_that_day(w: World) {
        for seed in 0..rounds(3) {
            live(&mut w, seed).await;
        }
    }

    async fn a_fact_told_late_belongs_to_its_own_day(w: World) {
        let customer = w.customer("Late", 0).await;
        let owner = w.client("owner").keyed();
        let then = w.now();
        let day = then.to_string()[..10].to_owned();
        w.pass_days(3);
        let path = format!("/v1/msp/{}/portfolio?as_of={day}", w.partner);
        let before = owner.get(&path).await.json["attention"][0]["status"].clone();
        let told = owner.post(&format!("/v1/tenants/{customer}/syncs"), &json!({ "ok": false, "at": then })).await;
        assert_eq!(told.status, 201, "{}", told.text);
        let after = owner.get(&path).await.json["attention"][0]["status"].clone();
        assert_eq!((before, after), (json!("email_unverified"), json!("sync_failed")), "what is known now of that day");
    }

    async fn a_fact_dated_ahead_counts_from_now(w: World) {
        let customer = w.customer("Ahead", 0).await;
        let owner = w.client("owner").keyed();
        for (path, mut body) in [("syncs", json!({ "ok": false })), ("mail-checks", json!({ "ok": true }))] {
            body["at"] = json!(w.now().plus_seconds(200));
            let told = owner.post(&format!("/v1/tenants/{customer}/{path}"), &body).await;
            assert_eq!((told.status, &told.json["at"]), (201, &json!(w.now())), "{}", told.text);
        }
        let run = json!({ "name": "Run", "external_ref": "r", "at": w.now().plus_seconds(200), "delivered": 10, "passed": 9 });
        assert_eq!(owner.post(&format!("/v1/tenants/{customer}/campaign-results"), &json!({ "runs": [run] })).await.status, 200);
        let list = w.get("owner", "customers").await;
        assert_eq!((&list["data"][0]["last_campaign_at"], &list["data"][0]["pass_rate"]["of"]), (&json!(w.now()), &json!(10)), "{list}");
    }
}

#[test]
fn sabotage_a_changed_past_is_reported() {
    let noted = json!({ "kpis": { "seats": 10 }, "attention": [{ "id": 1 }, { "id": 2 }] });
    let told = |found: Value| {
        let mut wrong = Vec::new();
        differences("", &found, &noted, &mut wrong);
        wrong
    };
    assert_eq!(told(noted.clone()), Vec::<String>::new());
    assert_eq!(
        told(json!({ "kpis": { "seats": 11 }, "attention": [{ "id": 1 }, { "id": 3 }] })),
        ["/attention/1/id: 3 / 2", "/kpis/seats: 11 / 10"]
    );
    assert_eq!(told(json!({ "kpis": { "seats": 10 } })).len(), 1);
}
