//! The free plan: who is active on it, who sees what of it, and what nobody is told of.

use serde_json::{Value, json};
use store::CustomerId;

use super::trials::{TEN, at, end, extend, id_of, list, trial, upgrade, with};
use crate::{
    scenes,
    support::{Answer, Client, World},
};

async fn choose(by: &Client, id: CustomerId, members: &[&String]) -> Answer {
    by.keyed().put(&format!("/v1/tenants/{id}/free-members"), &json!({ "members": members })).await
}

/// How many alerts about members who wait there ever were.
async fn told_of_waiting(w: &World, id: CustomerId) -> Value {
    w.work().await;
    w.get("owner", &format!("alerts?filter[customer]={id}&filter[code]=members-waiting")).await["page"]["total"].clone()
}

scenes! {
    async fn f3_13_on_the_free_plan_whoever_is_chosen_takes_anothers_place(w: World) {
        let (id, owner) = (trial(&w, "Acme", &TEN).await, w.client("owner"));
        w.pass_to(end(&w, id).await);
        assert_eq!(with(&owner, id, "active").await, ["boss", "p0", "p1"]);
        let [boss, p0, p5, p6] = [id_of(&w, id, "boss").await, id_of(&w, id, "p0").await, id_of(&w, id, "p5").await, id_of(&w, id, "p6").await];
        let path = format!("/v1/tenants/{id}/free-members");
        let preview = owner.keyed().put(&format!("{path}?preview=true"), &json!({ "members": [p5] })).await;
        assert_eq!((preview.status, &preview.json["preview"]), (200, &json!(true)), "{}", preview.text);
        assert_eq!(with(&owner, id, "active").await, ["boss", "p0", "p1"], "a preview changes nothing");

        // p2 to p4 have waited as long, and yet it is p5 who comes; of the others the usual order says who stays.
        let done = choose(&owner, id, &[&p5]).await;
        assert_eq!((done.status, with(&owner, id, "active").await), (204, vec!["boss".to_owned(), "p0".into(), "p5".into()]), "{}", done.text);
        assert_eq!(with(&owner, id, "waiting").await.len(), 7, "as many as before");
        let may = async |who: &str| owner.get(&format!("/v1/tenants/{id}/access/{who}@acme.example")).await.json["allow"].clone();
        assert_eq!((may("p5").await, may("p1").await), (json!(true), json!(false)));
        assert_eq!(choose(&owner, id, &[&p5]).await.status, 204, "said again, it stands");
        let card = list(&owner, &w, "expired-trials").await["data"][0].clone();
        assert_eq!((&card["active_users"], &card["waiting"]), (&json!(3), &json!(7)), "{card}");

        // On the page the choice begins with who is active, and names who waits.
        let (browser, page) = (w.browser("owner").await, format!("/msp/{}/customers/{id}/trial", w.partner));
        let shown = browser.get(&page).await;
        assert!(shown.text.contains("Who is active on the free plan") && shown.text.contains("p6@acme.example"), "{}", shown.text);
        assert!(shown.text.contains(&format!("value=\"{p5}\" selected")), "{}", shown.text);
        let sent = browser.form(&format!("{page}/stay"), &[("first", &p6), ("second", &p0), ("third", &p5)]).await;
        assert_eq!((sent.status, with(&owner, id, "active").await), (303, vec!["p0".to_owned(), "p5".into(), "p6".into()]), "{}", sent.text);

        // Where nobody can become active, nobody has to go either.
        assert_eq!(owner.keyed().post(&format!("{}/suspend", at(&w, id)), &json!({})).await.status, 200);
        let no = choose(&owner, id, &[&boss]).await;
        assert_eq!((no.status, no.code(), with(&owner, id, "active").await.len()), (409, "tenant-limit", 3), "{}", no.text);
        let refused = browser.form(&format!("{page}/stay"), &[("first", &boss)]).await;
        assert!(refused.status == 422 && refused.text.contains("Nobody else can become active"), "{}", refused.text);
        assert_eq!(owner.keyed().post(&format!("{}/resume", at(&w, id)), &json!({})).await.status, 200);
        assert_eq!(with(&owner, id, "active").await, ["p0", "p5", "p6"]);

        // The next end finds the choice that was made last.
        assert_eq!(extend(&owner, &w, id, 10).await.status, 200);
        assert_eq!(with(&owner, id, "active").await.len(), 10, "all of them are back");
        w.pass_days(10);
        assert_eq!(with(&owner, id, "active").await, ["p0", "p5", "p6"]);
    }

    async fn f3_13_whoever_comes_in_by_choice_counts_in_the_month(w: World) {
        let (id, owner) = (trial(&w, "Acme", &["ann", "bo", "cy", "dee", "boss"]).await, w.client("owner").keyed());
        let tag = owner.get(&at(&w, id)).await.header("etag").to_owned();
        assert_eq!(owner.with("if-match", &tag).patch(&at(&w, id), &json!({ "max_mau": 4 })).await.status, 200);
        w.pass_to(end(&w, id).await);
        assert_eq!(with(&owner, id, "active").await, ["ann", "bo", "boss"]);
        let [bo, cy, dee] = [id_of(&w, id, "bo").await, id_of(&w, id, "cy").await, id_of(&w, id, "dee").await];
        // A month that begins with three has room for one more.
        w.pass_to("2027-01-05T12:00:00Z".parse().expect("a time"));
        assert_eq!((choose(&owner, id, &[&cy]).await.status, with(&owner, id, "active").await), (204, vec!["ann".to_owned(), "boss".into(), "cy".into()]));
        let no = choose(&owner, id, &[&dee]).await;
        assert_eq!((no.status, no.code(), &no.json["active_this_month"]), (409, "mau-cap-reached", &json!(4)), "{}", no.text);
        let page = format!("/msp/{}/customers/{id}/trial/stay", w.partner);
        let refused = w.browser("owner").await.form(&page, &[("first", &dee)]).await;
        assert!(refused.status == 422 && refused.text.contains("4 different members were active this month"), "{}", refused.text);
        assert_eq!(with(&owner, id, "active").await, ["ann", "boss", "cy"], "nobody had to go for it");
        assert_eq!((choose(&owner, id, &[&bo]).await.status, with(&owner, id, "active").await), (204, vec!["ann".to_owned(), "bo".into(), "boss".into()]));
    }

    async fn f3_18_the_customers_own_administrator_reads_nothing_of_the_msps_dealings(w: World) {
        w.order_seats(1).await;
        let id = trial(&w, "Acme", &["ann"]).await;
        w.hire("customer_admin", id, "customer_admin").await;
        assert_eq!(extend(&w.client("owner"), &w, id, 5).await.status, 200);
        for (who, sees) in [("owner", true), ("auditor", true), ("technician", false), ("customer_admin", false)] {
            let state = w.client(who).get(&format!("{}/trial", at(&w, id))).await;
            assert_eq!((state.status, &state.json["kind"], state.json["msp"].is_object()), (200, &json!("trial"), sees), "{who}: {}", state.text);
            let page = w.browser(who).await.get(&format!("/msp/{}/customers/{id}/trial", w.partner)).await;
            for said in [&state.text, &page.text] {
                assert_eq!(said.contains("the budget comes in spring"), sees, "{who}: {said}");
            }
            assert!(page.status == 200 && (who == "owner") == page.text.contains("are available in your pool"), "{who}: {}", page.text);
        }
        let dealings = w.client("owner").get(&format!("{}/trial", at(&w, id))).await.json["msp"].clone();
        assert_eq!((&dealings["available"], &dealings["extensions_left"]), (&json!(1_000), &json!(1)), "{dealings}");
    }

    async fn f3_19_an_end_an_extension_and_an_upgrade_alarm_nobody(w: World) {
        w.order_seats(1).await;
        let owner = w.client("owner");
        let subscribed = owner.put(&format!("/v1/msp/{}/alerts/subscription", w.partner), &json!({ "severity": "warning" })).await;
        assert_eq!(subscribed.status, 200, "{}", subscribed.text);
        let id = trial(&w, "Acme", &TEN).await;
        w.pass_to(end(&w, id).await);
        // A list of members lets seven wait before the end is booked.
        assert_eq!((with(&owner, id, "waiting").await.len(), told_of_waiting(&w, id).await), (7, json!(0)), "at the end");
        assert_eq!(extend(&owner, &w, id, 10).await.status, 200);
        assert_eq!((with(&owner, id, "active").await.len(), told_of_waiting(&w, id).await), (10, json!(0)), "at the extension");
        w.pass_days(11);
        assert_eq!((list(&owner, &w, "expired-trials").await["data"][0]["waiting"].clone(), told_of_waiting(&w, id).await), (json!(7), json!(0)));
        assert_eq!(upgrade(&owner, &w, id, 20).await.status, 200);
        assert_eq!((with(&owner, id, "active").await.len(), told_of_waiting(&w, id).await), (10, json!(0)), "at the upgrade");
    }

    async fn f3_12_an_end_that_two_servers_see_at_once_is_booked_once(w: World) {
        let owner = w.client("owner");
        let elsewhere = owner.at(&w.second());
        let mut all = 0;
        for n in 0..5 {
            let id = trial(&w, &format!("Raced {n}"), &["ann", "bo", "cy", "dee", "eve"]).await;
            w.pass_to(end(&w, id).await);
            let (center, members) = (format!("/v1/msp/{}/command-center", w.partner), format!("/v1/tenants/{id}/members"));
            let (a, b, c, d) = tokio::join!(owner.get(&center), elsewhere.get(&center), owner.get(&members), elsewhere.get(&members));
            assert_eq!([a.status, b.status, c.status, d.status], [200; 4]);
            assert_eq!((with(&owner, id, "active").await.len(), with(&elsewhere, id, "waiting").await.len()), (3, 2), "round {n}");
            all += 1;
        }
        w.work().await;
        for command in ["hierarchy.customers.end_trial", "directory.keep_three"] {
            let trail = w.get("auditor", &format!("audit?filter[command]={command}")).await;
            assert_eq!(trail["page"]["total"], all, "{command}: {trail}");
        }
    }
}
