//! MAX MAU, the hard cap on the different members that are active in a month: by its row's test, and against an oracle that
//! counts the intervals themselves.

use http::Method;
use serde_json::{Value, json};
use store::{CustomerId, PartnerId, Region, Timestamp, Zone, p, sql};

use super::offboarding::ok;
use crate::{
    scenes,
    support::{Answer, Client, Dice, World, rounds},
};

const ZONE: &str = "America/New_York";

/// A tenant with a cap, below a partner in New York.
struct Capped<'a> {
    w: &'a World,
    msp: PartnerId,
    owner: Client,
    customer: CustomerId,
}

async fn partner(w: &mut World) -> (PartnerId, Client) {
    let partner = w.partner_in("Hudson MSP", ZONE).await;
    let owner = w.hire("hudson_owner", partner, "owner").await.keyed();
    let order = owner.post(&format!("/v1/msp/{partner}/orders"), &json!({ "sku": "SEATS-1000-Y", "quantity": 1 })).await;
    assert_eq!(order.status, 201, "{}", order.text);
    (partner, owner)
}

async fn tenant<'a>(w: &'a World, partner: PartnerId, owner: &Client, name: &str, cap: i64, seats: i64) -> Capped<'a> {
    let body = json!({ "name": name, "max_mau": cap, "seats": seats });
    let made = owner.post(&format!("/v1/msp/{partner}/customers"), &body).await;
    assert_eq!(made.status, 202, "{}", made.text);
    w.work().await;
    let customer = made.json["tenant_id"].as_str().expect("an id").parse().expect("an id");
    Capped { w, msp: partner, owner: owner.clone(), customer }
}

/// What the region holds: members in the order in which they came, their intervals, and the count that is kept.
#[derive(Debug)]
struct Shot {
    members: Vec<(String, String)>,
    intervals: Vec<(String, i64, i64)>,
    kept: (i64, i64, i64),
    seats: i64,
    cap: i64,
}

impl Shot {
    fn counted(&self, now: Timestamp) -> Vec<String> {
        let zone = Zone::named(ZONE).expect("a zone");
        let start = zone.month_start(now);
        let end = zone.plus_months(start, 1);
        let mut all: Vec<String> =
            self.intervals.iter().filter(|(_, since, until)| *since < end.0 && *until > start.0).map(|(id, ..)| id.clone()).collect();
        all.sort();
        all.dedup();
        all
    }

    fn active(&self) -> i64 {
        i64::try_from(self.members.iter().filter(|(_, status)| status == "active").count()).expect("few")
    }

    /// Who of those who wait comes in, oldest first; the month's members and the active ones after it.
    fn settled(&self, now: Timestamp) -> (Vec<String>, Vec<String>, i64) {
        let (mut counted, mut active, mut came) = (self.counted(now), self.active(), Vec::new());
        for (id, _) in self.members.iter().filter(|(_, status)| status == "waiting") {
            let fits = counted.contains(id) || i64::try_from(counted.len()).expect("few") < self.cap;
            if active < self.seats && fits {
                active += 1;
                came.push(id.clone());
                if !counted.contains(id) {
                    counted.push(id.clone());
                }
            }
        }
        (came, counted, active)
    }
}

impl Capped<'_> {
    fn members(&self) -> String {
        format!("/v1/tenants/{}/members", self.customer)
    }

    async fn create(&self, name: &str, status: &str) -> Answer {
        self.owner.post(&self.members(), &json!({ "email": format!("{name}@capped.example"), "status": status })).await
    }

    async fn turn(&self, id: &str, status: &str) -> Answer {
        self.owner.patch(&format!("{}/{id}", self.members()), &json!({ "status": status })).await
    }

    async fn import(&self, names: &[String]) {
        let csv = names.iter().fold(String::from("email\n"), |csv, n| format!("{csv}{n}@capped.example\n"));
        let path = format!("{}/import?start=true", self.members());
        let begun = self.owner.request(Method::POST, &path, Some("text/csv"), csv.into()).await;
        assert_eq!(begun.status, 202, "{}", begun.text);
        self.w.work().await;
    }

    async fn set_cap(&self, cap: i64) {
        let path = format!("/v1/msp/{}/customers/{}", self.msp, self.customer);
        let tag = self.owner.get(&path).await.header("etag").to_owned();
        let set = self.owner.with("if-match", &tag).patch(&path, &json!({ "max_mau": cap })).await;
        assert_eq!(set.status, 200, "{}", set.text);
    }

    async fn with_status(&self, status: &str) -> Vec<String> {
        let list = ok(&self.owner, &format!("{}?filter[status]={status}&page[size]=200", self.members())).await;
        list["data"].as_array().expect("rows").iter().map(|m| m["id"].as_str().expect("an id").to_owned()).collect()
    }

    async fn shot(&self) -> Shot {
        let customer = self.customer;
        let read = self.w.app.house.region("eu").expect("a region").read(move |view| {
            view.enter(customer.0);
            let text = |v: store::MemberId| v.to_string();
            let rows =
                view.rows(sql!(Region, "SELECT member_id, status FROM member WHERE customer_id = $1 ORDER BY member_id"), p![customer])?;
            let members = rows.iter().map(|r| Ok((text(r.get("member_id")?), r.get("status")?))).collect::<store::Result<_>>()?;
            let rows =
                view.rows(sql!(Region, "SELECT member_id, since, until FROM member_interval WHERE customer_id = $1"), p![customer])?;
            let one = |r: &store::Row| Ok((text(r.get("member_id")?), r.get("since")?, r.get("until")?));
            let intervals = rows.iter().map(one).collect::<store::Result<_>>()?;
            let row = view.one(
                sql!(Region, "SELECT seats, max_mau, month_start, month_end, month_users FROM tenant_policy WHERE customer_id = $1"),
                p![customer],
            )?;
            let kept = (row.get("month_start")?, row.get("month_end")?, row.get("month_users")?);
            Ok(Shot { members, intervals, kept, seats: row.get("seats")?, cap: row.get("max_mau")? })
        });
        read.await.expect("a shot")
    }
}

/// Holds what is kept to what the intervals say.
fn agree(shot: &Shot, now: Timestamp, changed: bool, after: &str) {
    let (start, end, users) = shot.kept;
    let counted = i64::try_from(shot.counted(now).len()).expect("few");
    assert!(counted <= shot.cap, "{counted} of {} after {after}", shot.cap);
    if start <= now.0 && now.0 < end {
        assert_eq!(users, counted, "the month's members after {after}: {shot:?}");
        assert_eq!(shot.settled(now).0, Vec::<String>::new(), "they wait and need not, after {after}");
    } else {
        assert!(!changed, "the month did not turn with {after}");
    }
}

async fn chance(t: &Capped<'_>, seed: u64) {
    let mut dice = Dice::new(seed);
    let mut done = Vec::new();
    let zone = Zone::named(ZONE).expect("a zone");
    for n in 0..60 {
        let now = t.w.now();
        let next = zone.plus_months(zone.month_start(now), 1);
        let to = *dice.pick(&[now, now, now.plus_seconds(1), now.plus_days(3), next.plus_seconds(-1), next]);
        t.w.pass_to(to.max(now));
        let now = t.w.now();
        let before = t.shot().await;
        let (_, counted, active) = before.settled(now);
        let (used, free) = (i64::try_from(counted.len()).expect("few"), before.seats - active);
        let name = format!("p{seed}-{n}");
        let step = match dice.below(9) {
            0 | 1 => {
                let made = t.create(&name, "active").await;
                let meant = if used >= before.cap {
                    "mau-cap-reached"
                } else if free <= 0 {
                    "no-free-seat"
                } else {
                    ""
                };
                assert_eq!((made.status == 201, made.code()), (meant.is_empty(), meant), "{done:?}: {}", made.text);
                (format!("create {meant}"), meant.is_empty())
            }
            2 | 3 if !before.members.is_empty() => {
                let (id, status) = dice.pick(&before.members).clone();
                let came = before.settled(now).0.contains(&id);
                let turned = t.turn(&id, "active").await;
                let stays = status == "active" || came;
                let meant = match (stays, counted.contains(&id)) {
                    (true, _) => "",
                    (_, false) if used >= before.cap => "mau-cap-reached",
                    _ if free <= 0 => "no-free-seat",
                    _ => "",
                };
                assert_eq!((turned.status == 200, turned.code()), (meant.is_empty(), meant), "{done:?} {status}: {}", turned.text);
                (format!("activate {status} {meant}"), meant.is_empty() && status != "active")
            }
            4 | 5 if !before.members.is_empty() => {
                let (id, status) = dice.pick(&before.members).clone();
                assert_eq!(t.turn(&id, "inactive").await.status, 200);
                (format!("deactivate {status}"), status != "inactive")
            }
            6 => {
                t.import(&[format!("{name}-a"), format!("{name}-b"), format!("{name}-c")]).await;
                ("import".to_owned(), true)
            }
            7 if !before.members.is_empty() => {
                let (id, status) = dice.pick(&before.members).clone();
                assert_eq!(t.owner.delete(&format!("{}/{id}", t.members())).await.status, 200);
                (format!("remove {status}"), status == "active")
            }
            _ if dice.chance(30) => {
                t.set_cap(before.cap + 1).await;
                ("raise".to_owned(), false)
            }
            _ => {
                tenantry::directory::let_in_those_who_wait(&t.w.app).await.expect("ran");
                ("the clock".to_owned(), false)
            }
        };
        done.push(step.0.clone());
        agree(&t.shot().await, now, step.1, &format!("{seed}: {done:?}"));
    }
}

scenes! {
    async fn f0_09_max_mau_is_a_hard_cap_on_a_months_different_members(w: World) {
        let (msp, owner) = partner(&mut w).await;
        let t = tenant(&w, msp, &owner, "Ten", 10, 50).await;
        let customer = t.customer;
        for n in 0..10 {
            assert_eq!(t.create(&format!("m{n}"), "active").await.status, 201);
        }
        let eleventh = t.create("m10", "active").await;
        assert_eq!((eleventh.status, eleventh.code()), (409, "mau-cap-reached"), "{}", eleventh.text);
        assert_eq!((&eleventh.json["max_mau"], &eleventh.json["active_this_month"]), (&json!(10), &json!(10)), "{}", eleventh.text);
        assert_eq!(eleventh.json["month_ends_at"], "2026-12-01T05:00:00Z", "the month ends in New York");
        assert_eq!(t.create("m10", "inactive").await.status, 201);
        let outside = t.with_status("inactive").await.remove(0);
        // One of the ten leaves: its place in the month stays its own.
        let one = t.with_status("active").await.remove(0);
        assert_eq!(t.turn(&one, "inactive").await.status, 200);
        assert_eq!(t.turn(&outside, "active").await.code(), "mau-cap-reached");
        assert_eq!(t.turn(&one, "active").await.status, 200);
        let page = w.browser("hudson_owner").await.form(&format!("/msp/{msp}/customers/{customer}/members/{outside}/activate"), &[]).await;
        assert!(page.status == 422 && page.text.contains("10 different members were active this month, and MAX MAU is 10"), "{}", page.text);

        // From a file they wait, and an alert says for what.
        t.import(&["w0".into(), "w1".into()]).await;
        let access = async |name: &str| ok(&owner, &format!("/v1/tenants/{customer}/access/{name}@capped.example")).await["allow"].clone();
        assert_eq!((access("m0").await, access("w0").await), (json!(true), json!(false)));
        let alert = ok(&owner, &format!("/v1/msp/{msp}/alerts?filter[code]=members-waiting&filter[status]=open")).await;
        assert_eq!(alert["data"][0]["detail"], json!({ "waiting": 2, "max_mau": 10 }), "{alert}");

        // The last second of the month in New York, and its end.
        w.pass_to("2026-12-01T04:59:59Z".parse().expect("a time"));
        assert_eq!(t.turn(&outside, "active").await.code(), "mau-cap-reached");
        tenantry::directory::let_in_those_who_wait(&w.app).await.expect("ran");
        assert_eq!(t.with_status("waiting").await.len(), 2);
        w.pass_to("2026-12-01T05:00:00Z".parse().expect("a time"));
        // In the month's first instant three go: they were not active in it. Those who waited come first.
        for id in t.with_status("active").await.into_iter().take(3) {
            assert_eq!(t.turn(&id, "inactive").await.status, 200);
        }
        assert_eq!(t.with_status("waiting").await, Vec::<String>::new());
        assert_eq!((access("w0").await, t.turn(&outside, "active").await.status), (json!(true), 200));
        assert_eq!(t.create("m11", "active").await.code(), "mau-cap-reached", "7 + 2 + 1");
        let alerts = ok(&owner, &format!("/v1/msp/{msp}/alerts?filter[code]=members-waiting&filter[status]=open")).await;
        assert_eq!(alerts["page"]["total"], 0, "{alerts}");

        // By the clock alone, in a month in which the clocks change: it ends an hour earlier in UTC.
        w.pass_to("2027-03-14T12:00:00Z".parse().expect("a time"));
        t.import(&["w2".into()]).await;
        assert_eq!(t.with_status("waiting").await.len(), 1);
        w.pass_to("2027-04-01T03:59:59Z".parse().expect("a time"));
        assert_eq!(t.create("m12", "active").await.code(), "mau-cap-reached");
        w.pass_to("2027-04-01T04:00:00Z".parse().expect("a time"));
        let one = t.with_status("active").await.remove(0);
        assert_eq!(t.turn(&one, "inactive").await.status, 200);
        let waited = t.with_status("waiting").await;
        assert!(waited.is_empty(), "{waited:?}");

        // More is at once more, and a big number blocks nobody.
        t.set_cap(1_000_000).await;
        assert_eq!(t.create("m13", "active").await.status, 201);
        assert_eq!(t.create("m14", "active").await.status, 201);
        agree(&t.shot().await, w.now(), true, "all of it");
    }

    async fn f0_10_nine_tenths_of_the_cap_are_told_once_until_it_is_raised_or_the_month_turns(w: World) {
        let (msp, owner) = partner(&mut w).await;
        let auditor = w.hire("hudson_auditor", msp, "auditor").await;
        let t = tenant(&w, msp, &owner, "Nearly", 10, 50).await;
        let (path, edit) = (format!("/v1/msp/{msp}/alerts"), format!("/msp/{msp}/customers/{}/edit#max_mau", t.customer));
        assert_eq!(owner.put(&format!("{path}/subscription"), &json!({ "severity": "warning" })).await.status, 200);
        // Open ones, each by its numbers, and how many there ever were. Nobody works in the background.
        let told = async || {
            let all = owner.get(&format!("{path}?filter[code]=cap-near")).await;
            assert_eq!(all.status, 200, "{}", all.text);
            let rows = all.json["data"].as_array().expect("rows").clone();
            (rows.iter().filter(|a| a["status"] == "open").map(|a| a["detail"].clone()).collect::<Vec<_>>(), rows.len())
        };
        let near = |count: i64, cap: i64| vec![json!({ "count": count, "cap": cap })];
        for n in 0..8 {
            assert_eq!(t.create(&format!("m{n}"), "active").await.status, 201);
        }
        assert_eq!(told().await, (vec![], 0), "eight of ten");
        assert_eq!(t.create("m8", "active").await.status, 201);
        assert_eq!(told().await, (near(9, 10), 1), "the ninth");
        let one = t.with_status("active").await.remove(0);
        for status in ["inactive", "active"] {
            assert_eq!(t.turn(&one, status).await.status, 200);
            assert_eq!(told().await, (near(9, 10), 1), "the month holds it, whether or not it is active");
        }
        assert_eq!(t.create("m9", "active").await.status, 201);
        assert_eq!(t.create("m10", "active").await.code(), "mau-cap-reached");
        assert_eq!(told().await, (near(10, 10), 1), "the tenth is told by the same");
        w.work().await;
        let letters = w.app.catcher.as_ref().expect("a catcher").list();
        let about: Vec<_> = letters.iter().filter(|m| m.subject().contains("Nearly: MAX MAU")).collect();
        assert!(about.len() == 1 && about[0].text().contains("10 different members were active this month"), "{}", about.len());
        let page = w.browser("hudson_owner").await.get(&format!("/msp/{msp}/alerts")).await;
        assert!(page.text.contains("MAX MAU allows 10") && page.text.contains(&edit), "{}", page.text);
        let german = w.browser("hudson_owner").await.speaking("de").get(&format!("/msp/{msp}/alerts")).await;
        assert!(german.text.contains("Die MAX MAU ist fast erreicht") && german.text.contains("MAX MAU ändern"), "{}", german.text);
        let page = w.browser("hudson_auditor").await.get(&format!("/msp/{msp}/alerts")).await;
        assert!(page.text.contains("MAX MAU allows 10") && !page.text.contains(&edit), "an auditor changes no cap: {}", page.text);
        assert_eq!(auditor.get(&format!("{path}?filter[code]=cap-near")).await.json["page"]["total"], 1);

        // Twenty are enough by far, twelve just so; of eleven ten are more than nine tenths.
        for (cap, open, ever) in [(20, vec![], 1), (12, vec![], 1), (11, near(10, 11), 2), (12, vec![], 2), (10, near(10, 10), 3)] {
            t.set_cap(cap).await;
            assert_eq!(told().await, (open, ever), "of {cap}");
        }
        let first = owner.get(&format!("{path}?filter[code]=cap-near&filter[status]=resolved")).await;
        assert!(first.json["data"].as_array().expect("rows").iter().all(|a| a["resolved_by"] == "rule"), "{}", first.text);

        // Resolved by a person it stays away in this month, and is told anew in the next if it still holds.
        let open = owner.get(&format!("{path}?filter[code]=cap-near&filter[status]=open")).await;
        let id = open.json["data"][0]["id"].as_str().expect("an id").to_owned();
        assert_eq!(owner.post(&format!("{path}/{id}/resolve"), &json!({ "reason": "a bigger plan comes" })).await.status, 200);
        assert_eq!(t.turn(&one, "inactive").await.status, 200);
        w.pass_to("2026-12-01T04:59:59Z".parse().expect("a time"));
        assert_eq!(told().await, (vec![], 3));
        w.pass_to("2026-12-01T05:00:00Z".parse().expect("a time"));
        assert_eq!(told().await, (near(9, 10), 4), "nine are active as December begins");
        // In its first instant one goes: it was not active in this month. Then it comes, and goes again with five.
        assert_eq!(t.turn(&t.with_status("active").await.remove(0), "inactive").await.status, 200);
        assert_eq!(told().await, (vec![], 4));
        w.pass_to("2026-12-15T00:00:00Z".parse().expect("a time"));
        assert_eq!(t.turn(&one, "active").await.status, 200);
        for id in t.with_status("active").await.into_iter().take(5) {
            assert_eq!(t.turn(&id, "inactive").await.status, 200);
        }
        assert_eq!(told().await, (near(9, 10), 5));
        w.pass_to("2027-01-01T04:59:59Z".parse().expect("a time"));
        assert_eq!(told().await, (near(9, 10), 5));
        w.pass_to("2027-01-01T05:00:00Z".parse().expect("a time"));
        assert_eq!(told().await, (vec![], 5), "four are active as January begins, and nothing happened");
        agree(&t.shot().await, w.now(), false, "all of it");
    }

    async fn those_who_wait_for_the_cap_come_in_when_it_is_raised_or_the_clock_ticks(w: World) {
        let (msp, owner) = partner(&mut w).await;
        let other = w.partner_in("Tokyo MSP", "Asia/Tokyo").await;
        let there = w.hire("tokyo_owner", other, "owner").await.keyed();
        let t = tenant(&w, msp, &owner, "Waiters", 2, 50).await;
        t.import(&(0..6).map(|n| format!("w{n}")).collect::<Vec<_>>()).await;
        let waiting = t.with_status("waiting").await;
        assert_eq!(waiting.len(), 4);
        t.set_cap(3).await;
        assert_eq!(t.with_status("waiting").await.len(), 3);
        let mut oldest = waiting.clone();
        oldest.sort();
        assert!(t.with_status("active").await.contains(&oldest[0]), "who came first is first");
        // Whoever leaves frees a seat and no place in the month.
        let one = t.with_status("active").await.remove(0);
        assert_eq!(t.turn(&one, "inactive").await.status, 200);
        assert_eq!(t.with_status("waiting").await.len(), 3);
        w.pass_to("2026-12-01T05:00:00Z".parse().expect("a time"));
        tenantry::directory::let_in_those_who_wait(&w.app).await.expect("ran");
        assert_eq!(t.with_status("waiting").await.len(), 2, "two stayed active, one of three places was left");
        let order = there.post(&format!("/v1/msp/{other}/orders"), &json!({ "sku": "SEATS-1000-Y", "quantity": 1 })).await;
        assert_eq!(order.status, 201, "{}", order.text);
        let moved = w.client("distributor_owner").keyed();
        let path = format!("/v1/msp/{msp}/customers/{}/move", t.customer);
        let answer = moved.post(&path, &json!({ "msp_id": other })).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        tenantry::directory::let_in_those_who_wait(&w.app).await.expect("ran");
        // Its new partner cuts months elsewhere: the one that runs ends as it began, the next ends in Tokyo.
        let month = |at: &str| at.parse::<Timestamp>().expect("a time").0;
        let shot = t.shot().await;
        assert_eq!((shot.kept.0, shot.kept.1), (month("2026-12-01T05:00:00Z"), month("2027-01-01T05:00:00Z")), "{shot:?}");
        w.pass_to("2027-01-10T00:00:00Z".parse().expect("a time"));
        let t = Capped { w: &w, msp: other, owner: there.clone(), customer: t.customer };
        let one = t.with_status("active").await.remove(0);
        assert_eq!(t.turn(&one, "inactive").await.status, 200);
        let shot = t.shot().await;
        assert_eq!((shot.kept.0, shot.kept.1), (month("2027-01-01T05:00:00Z"), month("2027-01-31T15:00:00Z")), "{shot:?}");
    }

    async fn activations_at_once_never_exceed_the_cap(w: World) {
        let (msp, owner) = partner(&mut w).await;
        let t = tenant(&w, msp, &owner, "Crowd", 10, 500).await;
        let second = owner.at(&w.second());
        let mut tasks = tokio::task::JoinSet::new();
        for n in 0..60 {
            let client = if n % 2 == 0 { owner.clone() } else { second.clone() };
            let path = t.members();
            tasks.spawn(async move { client.post(&path, &json!({ "email": format!("c{n}@capped.example") })).await });
        }
        let answers = tasks.join_all().await;
        let made = answers.iter().filter(|a| a.status == 201).count();
        let others: Vec<&str> = answers.iter().filter(|a| a.status != 201).map(Answer::code).filter(|c| *c != "mau-cap-reached").collect();
        assert_eq!((made, others), (10, Vec::<&str>::new()));
        let shot = t.shot().await;
        agree(&shot, w.now(), true, "a crowd");
        assert_eq!(shot.counted(w.now()).len(), 10);
    }

    async fn the_cap_agrees_with_the_intervals_whatever_people_do(w: World) {
        let (msp, owner) = partner(&mut w).await;
        for seed in 0..rounds(2) {
            // A play lasts for years, an order for one.
            let order = owner.post(&format!("/v1/msp/{msp}/orders"), &json!({ "sku": "SEATS-1000-Y", "quantity": 1 })).await;
            assert_eq!(order.status, 201, "{}", order.text);
            let t = tenant(&w, msp, &owner, &format!("Chance {seed}"), 4, 6).await;
            chance(&t, seed).await;
        }
        let none: Value = json!([]);
        assert_ne!(owner.get(&format!("/v1/msp/{msp}/customers")).await.json["data"], none);
    }
}
