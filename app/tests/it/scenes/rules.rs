//! Rules that turn members active or inactive, and the question a network controller asks.

use http::Method;
use serde_json::{Value, json};
use store::{CustomerId, Region, p, sql};

use super::{
    offboarding::{ok, post},
    trials::{TEN, end, trial, upgrade, with},
};
use crate::{scenes, support::World};

/// How a member's last interval ended, and by what it began.
async fn ended(w: &World, customer: CustomerId, member: &str) -> (String, Option<String>) {
    let member: store::MemberId = member.parse().expect("an id");
    let read = w.app.house.region("eu").expect("a region").read(move |view| {
        view.enter(customer.0);
        let row = view.one(
            sql!(
                Region,
                "SELECT source, ended_by FROM member_interval WHERE customer_id = $1 AND member_id = $2 ORDER BY since DESC LIMIT 1"
            ),
            p![customer, member],
        )?;
        Ok((row.get("source")?, row.get("ended_by")?))
    });
    read.await.expect("an interval")
}

scenes! {
    async fn f0_26_rules_and_people_turn_members_and_access_is_answered_at_once(w: World) {
        let owner = w.client("owner").keyed();
        w.order_seats(1).await;
        let id = w.customer("Ruled", 20).await;
        let tenant = format!("/v1/tenants/{id}");
        let (members, rules) = (format!("{tenant}/members"), format!("{tenant}/status-rules"));
        let add = async |name: &str, department: &str| {
            let body = json!({ "email": format!("{name}@ruled.example"), "name": name, "external_id": format!("x-{name}"), "department": department });
            post(&owner, &members, body).await["id"].as_str().expect("an id").to_owned()
        };
        let (ann, bo, cy, dan) = (add("ann", "Sales").await, add("bo", "Kiosk").await, add("cy", "Sales").await, add("dan", "kiosk").await);
        let allow = async |who: &str| ok(&owner, &format!("{tenant}/access/{who}")).await["allow"].clone();
        for who in [bo.as_str(), "x-bo", "bo@ruled.example"] {
            assert_eq!(allow(who).await, true, "{who}");
        }
        // What a person decided stands: dan is let in by hand.
        for status in ["inactive", "active"] {
            assert_eq!(owner.patch(&format!("{members}/{dan}"), &json!({ "status": status })).await.status, 200);
            assert_eq!(allow("x-dan").await, status == "active", "at once");
        }
        let kiosk = json!({ "name": "No kiosks", "when": { "department": "KIOSK" }, "then": "inactive" });
        assert_eq!(w.client("auditor").keyed().post(&rules, &kiosk).await.status, 403);
        assert_eq!(w.client("other_owner").keyed().post(&rules, &kiosk).await.status, 404);
        let rule = post(&owner, &rules, kiosk).await["id"].as_str().expect("an id").to_owned();
        let idle = post(&owner, &rules, json!({ "name": "Idle", "when": { "idle_days": 30 }, "then": "inactive" })).await;
        let changes = ok(&owner, &format!("{rules}/changes")).await;
        assert_eq!((&changes["page"]["total"], &changes["data"][0]["member_id"], &changes["data"][0]["rule"]), (&json!(1), &json!(bo), &json!("No kiosks")));
        let preview = owner.post(&format!("{rules}/run?preview=true"), &json!({})).await;
        assert_eq!((preview.status, &preview.json["effects"][0]["after"], allow("x-bo").await), (200, &json!("inactive"), json!(true)));
        let page = w.browser("owner").await.get(&format!("/msp/{}/customers/{id}/rules", w.partner)).await;
        assert!(page.text.contains("bo@ruled.example") && page.text.contains("department is KIOSK") && page.text.contains("1 member"), "{}", page.text);

        assert_eq!(post(&owner, &format!("{rules}/run"), json!({})).await["changed"], 1);
        for who in [bo.as_str(), "x-bo", "bo@ruled.example"] {
            assert_eq!(allow(who).await, false, "{who}, at once");
        }
        assert_eq!((allow("x-dan").await, allow("x-ann").await), (json!(true), json!(true)));
        assert_eq!(ended(&w, id, &bo).await, ("api".to_owned(), Some(format!("rule:{rule}"))));
        assert_eq!(post(&owner, &format!("{rules}/run"), json!({})).await["changed"], 0, "done again it finds nobody");

        // Thirty days later ann was changed meanwhile, cy was not.
        w.pass_days(29);
        let tag = owner.get(&format!("{members}/{ann}")).await.header("etag").to_owned();
        assert_eq!(owner.with("if-match", &tag).patch(&format!("{members}/{ann}"), &json!({ "title": "Lead" })).await.status, 200);
        tenantry::directory::status_rules::run_everywhere(&w.app).await.expect("ran");
        assert_eq!(allow("x-cy").await, true, "29 days");
        w.pass_days(1);
        tenantry::directory::status_rules::run_everywhere(&w.app).await.expect("ran");
        assert_eq!((allow("x-cy").await, allow("x-ann").await, allow("x-dan").await), (json!(false), json!(true), json!(true)));
        assert_eq!(ended(&w, id, &cy).await.1, Some(format!("rule:{}", idle["id"].as_str().expect("an id"))));
        assert_eq!(w.get("owner", "licenses/summary").await["active_users"], 2);
        let trail = w.get("owner", &format!("audit?filter[command]=directory.status_rules.run&filter[customer]={id}")).await;
        assert_eq!(trail["page"]["total"], 2, "{trail}");
        // By hand wins: let in again, cy stays in.
        assert_eq!(owner.patch(&format!("{members}/{cy}"), &json!({ "status": "active" })).await.status, 200);
        w.pass_days(40);
        tenantry::directory::status_rules::run_everywhere(&w.app).await.expect("ran");
        assert_eq!((allow("x-cy").await, allow("x-ann").await), (json!(true), json!(false)));
        assert_eq!(owner.delete(&format!("{rules}/{rule}")).await.status, 204);
        assert_eq!(owner.delete(&format!("{rules}/{rule}")).await.status, 404);
        assert_eq!(ok(&owner, &rules).await["data"].as_array().map(Vec::len), Some(1));
        assert_eq!(w.get("owner", "audit/verify").await["intact"], true);
    }

    async fn a_rule_lets_in_as_far_as_seats_go_and_a_wrong_one_names_its_field(w: World) {
        let owner = w.client("owner").keyed();
        w.order_seats(1).await;
        let id = w.customer("Few", 2).await;
        let tenant = format!("/v1/tenants/{id}");
        let csv = "email,status,title\na@few.example,inactive,Guide\nb@few.example,inactive,guide\nc@few.example,inactive,GUIDE\nd@few.example,inactive,Cook\n";
        let begun = owner.request(Method::POST, &format!("{tenant}/members/import?start=true"), Some("text/csv"), csv.into()).await;
        assert_eq!(begun.status, 202, "{}", begun.text);
        w.work().await;
        let rules = format!("{tenant}/status-rules");
        let wrong = async |body: Value| {
            let no = owner.post(&rules, &body).await;
            assert_eq!(no.status, 422, "{}", no.text);
            no.json["errors"][0]["pointer"].as_str().expect("a pointer").to_owned()
        };
        assert_eq!(wrong(json!({ "name": "Any", "when": {}, "then": "active" })).await, "/when");
        assert_eq!(wrong(json!({ "name": "Long", "when": { "idle_days": 4_000 }, "then": "inactive" })).await, "/when/idle_days");
        assert_eq!(wrong(json!({ "name": "Idle", "when": { "idle_days": 4 }, "then": "active" })).await, "/then");
        assert_eq!(wrong(json!({ "name": "Held", "when": { "title": "x" }, "then": "held" })).await, "/then");
        post(&owner, &rules, json!({ "name": "Guides", "when": { "title": "Guide", "source": "import" }, "then": "active" })).await;
        assert_eq!(post(&owner, &format!("{rules}/run"), json!({})).await["changed"], 3);
        let of = async |status: &str| ok(&owner, &format!("{tenant}/members?filter[status]={status}")).await["page"]["total"].clone();
        assert_eq!((of("active").await, of("waiting").await, of("inactive").await), (json!(2), json!(1), json!(1)));
        // The next seat is the third one's.
        assert_eq!(owner.post("/v1/licenses/allocate", &json!({ "tenant_id": id, "seats": 1 })).await.status, 200);
        assert_eq!((of("active").await, of("waiting").await), (json!(3), json!(0)));
        let mut last = 0;
        for n in 0..20 {
            last = owner.post(&rules, &json!({ "name": format!("r{n}"), "when": { "title": "x" }, "then": "inactive" })).await.status;
        }
        let full = owner.post(&rules, &json!({ "name": "more", "when": { "title": "x" }, "then": "inactive" })).await;
        assert_eq!((last, full.code()), (409, "too-many-rules"));
        let form = w.browser("owner").await.form(&format!("/msp/{}/customers/{id}/rules", w.partner), &[("name", "Empty"), ("then", "inactive")]).await;
        assert!(form.status == 422 && form.text.contains("Fill in at least one"), "{}", form.text);
    }

    async fn f3_13_an_idle_rule_leaves_whoever_waits_on_the_free_plan_to_the_upgrade(w: World) {
        w.order_seats(1).await;
        let (id, owner) = (trial(&w, "Acme", &TEN).await, w.client("owner").keyed());
        let rules = format!("/v1/tenants/{id}/status-rules");
        let idle = owner.post(&rules, &json!({ "name": "Idle", "when": { "idle_days": 30 }, "then": "inactive" })).await;
        assert_eq!(idle.status, 201, "{}", idle.text);
        w.pass_to(end(&w, id).await.plus_days(31));
        assert_eq!((with(&owner, id, "active").await, with(&owner, id, "waiting").await.len()), (vec!["boss".to_owned(), "p0".into(), "p1".into()], 7));
        // The three could have been active and were not; the others could not.
        assert_eq!(ok(&owner, &format!("{rules}/changes")).await["page"]["total"], 3);
        tenantry::directory::status_rules::run_everywhere(&w.app).await.expect("ran");
        assert_eq!(with(&owner, id, "inactive").await, ["boss", "p0", "p1"]);
        assert_eq!((with(&owner, id, "active").await, with(&owner, id, "waiting").await.len()), (vec!["p2".to_owned(), "p3".into(), "p4".into()], 4));
        assert_eq!(upgrade(&owner, &w, id, 20).await.status, 200);
        assert_eq!((with(&owner, id, "active").await.len(), with(&owner, id, "waiting").await.len()), (7, 0), "all who waited are back");
        tenantry::directory::status_rules::run_everywhere(&w.app).await.expect("ran");
        assert_eq!(with(&owner, id, "active").await.len(), 7, "and stay: coming in is activity");
    }
}
