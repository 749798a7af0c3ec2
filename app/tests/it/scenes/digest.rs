//! The digest by mail: what ends soon, to whoever wants it, about whom they may see, once a day of it.

use access::Role;
use futures_util::future::join_all;
use serde_json::{Value, json};
use store::{PartnerId, Timestamp};

use super::identity::{PHRASE, browser, person, sign_in};
use crate::{
    scenes,
    support::{Client, World},
};

fn instant(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

/// A plan of so many months that ends with its term.
async fn plan(owner: &Client, msp: PartnerId, months: i64) {
    let body = json!({ "code": format!("ends-{months}"), "name": format!("Ends {months}"), "term_months": months });
    let made = owner.post(&format!("/v1/msp/{msp}/plans"), &body).await;
    assert_eq!(made.status, 201, "{}", made.text);
}

/// The subscription of a customer's seats.
async fn subscription(owner: &Client, customer: &str) -> String {
    let held = owner.get(&format!("/v1/tenants/{customer}/subscriptions")).await;
    held.json["data"][0]["id"].as_str().unwrap_or_else(|| panic!("{}", held.text)).to_owned()
}

/// Puts a customer's seats on such a plan, now.
async fn put_on(owner: &Client, customer: &str, months: i64) {
    let id = subscription(owner, customer).await;
    let path = format!("/v1/tenants/{customer}/subscriptions/{id}/plan");
    let changed = owner.keyed().post(&path, &json!({ "plan": format!("ends-{months}") })).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
}

/// Says how often somebody wants it.
async fn choose(of: &Client, msp: PartnerId, every: Value) {
    let chosen = of.put(&format!("/v1/msp/{msp}/alerts/digest"), &json!({ "every": every })).await;
    assert_eq!((chosen.status, &chosen.json), (200, &json!({ "every": every })), "{}", chosen.text);
}

/// The digests somebody got, newest first; everybody's for an empty name.
fn digests(w: &World, to: &str) -> Vec<String> {
    let caught = w.app.catcher.as_ref().expect("a catcher").list();
    let mine = caught.iter().filter(|m| m.to().contains(to) && m.text().contains("/expiring"));
    mine.map(|m| format!("{}\n{}", m.subject(), m.text())).collect()
}

/// How many digests somebody has got once everything due at an instant is done.
async fn got_by(w: &World, to: &str, at: &str) -> usize {
    w.pass_to(instant(at));
    w.work().await;
    digests(w, to).len()
}

scenes! {
    async fn f1_18_a_digest_comes_once_a_week_about_those_one_may_see(w: World) {
        let owner = w.client("owner");
        plan(&owner, w.partner, 1).await;
        let (mine, hidden, _) = (w.customer("Mine AB", 0).await, w.customer("Hidden AB", 0).await, w.customer("Later AB", 0).await);
        for customer in [mine, hidden] {
            put_on(&owner, &customer.to_string(), 1).await;
        }
        w.assign("technician", &[mine]).await;
        let path = format!("/v1/msp/{}/alerts/digest", w.partner);
        assert_eq!(owner.get(&path).await.json, json!({ "every": null }), "nobody gets what they did not ask for");
        for who in ["owner", "technician"] {
            choose(&w.client(who), w.partner, json!("week")).await;
        }
        assert_eq!(owner.get(&path).await.json, json!({ "every": "week" }));
        assert_eq!(w.client("auditor").get(&path).await.json, json!({ "every": null }), "each for themselves");
        assert_eq!(w.client("other_owner").put(&path, &json!({ "every": "week" })).await.status, 404);
        choose(&w.client("other_owner"), w.other, json!("week")).await;
        w.work().await;
        assert_eq!(got_by(&w, "", "2026-11-23T06:59:59Z").await, 0, "not before Monday at seven");

        w.pass_to(instant("2026-11-23T07:00:00Z"));
        // However many servers look at once.
        let told = join_all((0..4).map(|_| tenantry::alerts::tell_digests(&w.app))).await;
        assert!(told.iter().all(Result::is_ok), "{told:?}");
        let workers = [w.app.worker().expect("a worker"), w.app.worker().expect("a worker")];
        join_all(workers.iter().map(|worker| worker.drain())).await;
        w.work().await;
        let (all, some) = (digests(&w, "owner@staff.example"), digests(&w, "technician@staff.example"));
        assert_eq!(digests(&w, "").len(), 2, "one each, and none to whom there is nothing to say: {:?}", digests(&w, ""));
        let [all, some] = [&all[0], &some[0]];
        assert!(all.contains("21 Dec 2026\nHidden AB: Ends 1 expires\nMine AB: Ends 1 expires"), "{all}");
        assert!(all.contains(&format!("/msp/{}/expiring", w.partner)) && !all.contains("Later AB"), "{all}");
        assert!(some.contains("Mine AB") && !some.contains("Hidden AB"), "nothing of whom they cannot see: {some}");

        choose(&w.client("technician"), w.partner, Value::Null).await;
        assert_eq!(got_by(&w, "owner@staff.example", "2026-11-30T07:00:00Z").await, 2, "the next week");
        assert_eq!(digests(&w, "technician@staff.example").len(), 1, "they want no more");
        for customer in [mine, hidden] {
            let customer = customer.to_string();
            let path = format!("/v1/tenants/{customer}/subscriptions/{}/renew", subscription(&owner, &customer).await);
            let renewed = owner.keyed().post(&path, &json!({})).await;
            assert_eq!(renewed.status, 200, "{}", renewed.text);
        }
        assert_eq!(got_by(&w, "", "2026-12-07T07:00:00Z").await, 3, "nothing ends soon, and nothing is sent");
    }

    async fn f1_18_a_digest_is_shown_as_it_would_be_sent_and_not_sent(w: World) {
        let owner = w.client("owner");
        plan(&owner, w.partner, 1).await;
        plan(&owner, w.partner, 2).await;
        let (mine, hidden, later) = (w.customer("Mine AB", 0).await, w.customer("Hidden AB", 0).await, w.customer("Later AB", 0).await);
        for (customer, months) in [(mine, 1), (hidden, 1), (later, 2)] {
            put_on(&owner, &customer.to_string(), months).await;
        }
        w.assign("technician", &[mine]).await;
        let page = format!("/msp/{}/alerts/digest", w.partner);
        let look = async |who: &str, query: &str| {
            let shown = w.browser(who).await.get(&format!("{page}{query}")).await;
            assert_eq!(shown.status, 200, "{who}{query}: {}", shown.text);
            shown.text
        };
        assert!(w.browser("owner").await.get(&format!("/msp/{}/alerts", w.partner)).await.text.contains(&format!(r#"href="{page}""#)));
        let (all, some) = (look("owner", "").await, look("technician", "").await);
        assert!(all.contains("Hidden AB: Ends 1 expires") && all.contains("owner@staff.example") && !all.contains("Later AB"), "{all}");
        assert!(some.contains("Mine AB: Ends 1 expires") && !some.contains("Hidden AB"), "nothing of whom they cannot see: {some}");
        assert!(look("owner", "?every=month").await.contains("Later AB: Ends 2 expires"));
        assert!(!look("owner", "?every=day").await.contains("Later AB"), "no rhythm is the usual one");
        let theirs = w.browser("other_owner").await;
        assert_eq!(theirs.get(&page).await.status, 404);
        let nothing = theirs.get(&format!("/msp/{}/alerts/digest?every=month", w.other)).await;
        assert!(nothing.status == 200 && nothing.text.contains("Nothing would come now") && nothing.text.contains("90 days"), "{}", nothing.text);
        w.work().await;
        assert_eq!((digests(&w, "").len(), owner.get(&format!("/v1{page}")).await.json), (0, json!({ "every": null })), "nothing was sent or chosen");

        // What comes is what was shown, to the letter; and in the language they get mail in.
        choose(&owner, w.partner, json!("month")).await;
        assert!(look("owner", "").await.contains("Later AB"), "the rhythm they chose");
        choose(&owner, w.partner, json!("week")).await;
        assert_eq!(got_by(&w, "owner@staff.example", "2026-11-23T07:00:00Z").await, 1);
        let (told, shown) = (digests(&w, "owner@staff.example"), look("owner", "").await);
        for line in told[0].lines() {
            assert!(shown.contains(line.trim_end()), "{line}: {shown}");
        }
        let spoken = w.browser("owner").await.form("/profile/language", &[("language", "de")]).await;
        assert!(spoken.status < 400, "{}", spoken.text);
        let german = look("owner", "").await;
        assert!(german.contains("Dies endet oder verlängert sich bis") && german.contains(r#"<article class="prose" lang="de">"#), "{german}");
        assert_eq!(digests(&w, "").len(), 1);
    }

    async fn f1_18_a_late_worker_tells_the_newest_month_alone(w: World) {
        let owner = w.client("owner");
        plan(&owner, w.partner, 3).await;
        let customer = w.customer("Slow AB", 0).await;
        put_on(&owner, &customer.to_string(), 3).await;
        let browser = w.browser("owner").await;
        let alerts = format!("/msp/{}/alerts", w.partner);
        let form = [("every", "month"), ("idempotency_key", "digest-1")];
        let chosen = browser.form(&format!("{alerts}/digest"), &form).await;
        assert!(chosen.status < 400, "{}", chosen.text);
        assert!(browser.get(&alerts).await.text.contains("<option value=\"month\" selected>"));
        let wrong = browser.form(&format!("{alerts}/digest"), &[("every", "day"), ("idempotency_key", "digest-2")]).await;
        assert_eq!(wrong.status, 422, "{}", wrong.text);

        // Nobody worked on the first of December, nor on that of January.
        assert_eq!(got_by(&w, "", "2027-01-20T12:00:00Z").await, 1, "December's stays untold");
        let told = digests(&w, "owner@staff.example");
        assert!(told[0].contains("Ends or renews until 20 Apr 2027: 1\n") && told[0].contains("21 Feb 2027\nSlow AB: Ends 3 expires"), "{told:?}");
        // Another rhythm begins with its next day.
        choose(&owner, w.partner, json!("week")).await;
        assert_eq!(got_by(&w, "", "2027-01-20T12:05:00Z").await, 1);
        assert_eq!(got_by(&w, "", "2027-01-25T07:00:00Z").await, 2);
        assert_eq!(got_by(&w, "", "2027-02-01T06:55:00Z").await, 2, "the month is not theirs any more");
        assert_eq!(got_by(&w, "", "2027-02-01T07:00:00Z").await, 3, "a Monday too");
        let entries = w.get("auditor", "audit?filter[command]=alerts.choose_digest").await;
        assert_eq!(entries["page"]["total"], 2, "{entries}");
        let sent = w.get("auditor", "audit?filter[command]=alerts.tell_digests").await;
        assert_eq!(sent["page"]["total"], 0, "what the clock does is no change: {sent}");
    }

    async fn f1_18_a_digest_keeps_to_the_clocks_of_the_partner_and_the_language_of_its_reader(w: World) {
        let there = w.partner_in("Berlin MSP", "Europe/Berlin").await;
        let owner = w.hire("berlin", there, "owner").await;
        let made = owner.keyed().post(&format!("/v1/msp/{there}/customers"), &json!({ "name": "Spree GmbH", "max_mau": 10 })).await;
        assert_eq!(made.status, 202, "{}", made.text);
        w.work().await;
        let tenant = made.json["tenant_id"].as_str().expect("an id").to_owned();
        plan(&owner, there, 5).await;
        put_on(&owner, &tenant, 5).await;
        let spoken = w.browser("berlin").await.form("/profile/language", &[("language", "de")]).await;
        assert!(spoken.status < 400, "{}", spoken.text);
        choose(&owner, there, json!("week")).await;
        // The week before: seven there is six in UTC.
        assert_eq!(got_by(&w, "", "2027-03-22T05:59:59Z").await, 1, "the week that was missed last");
        assert_eq!(got_by(&w, "", "2027-03-22T06:00:00Z").await, 2);
        // The clocks were put forward on Sunday: seven there is five in UTC.
        assert_eq!(got_by(&w, "", "2027-03-29T04:59:59Z").await, 2);
        assert_eq!(got_by(&w, "", "2027-03-29T05:00:00Z").await, 3);
        assert_eq!(got_by(&w, "", "2027-03-29T06:00:00Z").await, 3, "once, whatever the clocks were put to");
        let told = digests(&w, "berlin@staff.example");
        assert!(told[0].contains("Dies endet oder verlängert sich bis 28. Apr. 2027") && told[0].contains("21. Apr. 2027\nSpree GmbH: "), "{told:?}");
    }

    async fn f1_18_whoever_was_shut_out_comes_back_without_their_mail(w: World) {
        let email = "ann@meridian.example";
        let id = person(&w, email, Role::Admin).await;
        let at = |what: &str| format!("/v1/msp/{}/alerts/{what}", w.partner);
        let ann = browser(&w, &sign_in(&w, email, PHRASE).await);
        for (page, name, value) in [("digest", "every", "week"), ("subscription", "severity", "warning")] {
            let path = format!("/msp/{}/alerts/{page}", w.partner);
            let chosen = ann.form(&path, &[(name, value), ("idempotency_key", page)]).await;
            assert!(chosen.status < 400, "{}", chosen.text);
            assert_eq!(ann.get(&at(page)).await.json, json!({ name: value }));
        }
        choose(&w.client("technician"), w.partner, json!("week")).await;
        let staff = format!("/v1/msp/{}/staff/{id}", w.partner);
        let owner = w.client("owner");
        let turn = async |version: &str, disabled: bool| {
            let turned = owner.with("if-match", version).patch(&staff, &json!({ "disabled": disabled })).await;
            assert_eq!(turned.status, 200, "{}", turned.text);
            w.work().await;
        };
        let told = async || w.get("auditor", "audit?filter[command]=alerts.forget_wishes").await["page"]["total"].clone();
        turn("\"1\"", true).await;
        assert_eq!(told().await, 1);
        turn("\"2\"", false).await;
        let back = browser(&w, &sign_in(&w, email, PHRASE).await);
        assert_eq!(back.get(&at("digest")).await.json, json!({ "every": null }), "nobody gets what they did not ask for again");
        assert_eq!(back.get(&at("subscription")).await.json, json!({ "severity": null }));
        assert_eq!(w.client("technician").get(&at("digest")).await.json, json!({ "every": "week" }), "the others keep theirs");
        turn("\"3\"", true).await;
        assert_eq!(told().await, 1, "who wanted nothing loses nothing");
    }
}
