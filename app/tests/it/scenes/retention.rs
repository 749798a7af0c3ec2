//! Members who have been inactive for long are removed.

use http::Method;
use serde_json::{Value, json};

use super::offboarding::{at, ok, post};
use crate::{scenes, support::World};

fn names(list: &Value, field: &str) -> Vec<String> {
    list[field].as_array().expect("rows").iter().map(|m| m["name"].as_str().expect("a name").to_owned()).collect()
}

scenes! {
    async fn f0_31_members_inactive_for_so_many_days_are_removed_and_sums_stay(w: World) {
        let owner = w.client("owner").keyed();
        w.order_seats(1).await;
        // The partner's default is what new customers inherit; those that exist keep theirs.
        let old = w.customer("Old", 5).await;
        let settings = format!("/v1/msp/{}/settings", w.partner);
        let tag = owner.get(&settings).await.header("etag").to_owned();
        assert_eq!(owner.with("if-match", &tag).patch(&settings, &json!({ "member_retention_days": 3_651 })).await.status, 422);
        assert_eq!(owner.with("if-match", &tag).patch(&settings, &json!({ "member_retention_days": 30 })).await.status, 200);
        let id = w.customer("Keeps", 5).await;
        let (here, members) = (at(&w, id), format!("/v1/tenants/{id}/members"));
        assert_eq!((&ok(&owner, &at(&w, old)).await["member_retention_days"], &ok(&owner, &here).await["member_retention_days"]), (&Value::Null, &json!(30)));
        for (name, status) in [("Always", "active"), ("Was", "active"), ("Never", "inactive")] {
            post(&owner, &members, json!({ "email": format!("{name}@keeps.example"), "name": name, "status": status })).await;
        }
        w.pass_days(10);
        let list = ok(&owner, &format!("{members}?q=was")).await;
        let was = format!("{members}/{}", list["data"][0]["id"].as_str().expect("an id"));
        assert_eq!(owner.patch(&was, &json!({ "status": "inactive" })).await.status, 200);
        let retention = format!("{members}/retention");
        assert_eq!(ok(&owner, &retention).await["count"], 0);
        assert_eq!(names(&ok(&owner, &format!("{retention}?days=0")).await, "members"), ["Never", "Was"]);
        assert_eq!(owner.get(&format!("{retention}?days=-1")).await.status, 400);
        w.pass_days(20);
        let soon = ok(&owner, &retention).await;
        assert_eq!((&soon["days"], &soon["count"], names(&soon, "members")), (&json!(30), &json!(1), vec!["Never".to_owned()]), "thirty days since it was made");
        let page = w.browser("owner").await.get(&format!("/msp/{}/customers/{id}/retention", w.partner)).await;
        assert!(page.text.contains("Never") && page.text.contains("inactive for 30 days"), "{}", page.text);
        let month = w.get("owner", "portfolio?as_of=2026-11-25").await;
        tenantry::offboarding::retire(&w.app).await.expect("ran");
        assert_eq!(names(&ok(&owner, &members).await, "data"), ["Always", "Was"]);
        w.pass_days(10);
        tenantry::offboarding::retire(&w.app).await.expect("ran");
        tenantry::offboarding::retire(&w.app).await.expect("twice is once");
        assert_eq!(names(&ok(&owner, &members).await, "data"), ["Always"]);
        assert_eq!(w.get("owner", "portfolio?as_of=2026-11-25").await, month, "what was counted stays");
        assert_eq!(w.get("owner", "licenses/summary").await["active_users"], 1);
        let trail = w.get("owner", &format!("audit?filter[command]=directory.retire_members&filter[customer]={id}")).await;
        assert_eq!(trail["page"]["total"], 2, "{trail}");

        // 0: with the next run; null: never.
        post(&owner, &members, json!({ "email": "new@keeps.example", "name": "New", "status": "inactive" })).await;
        let set = async |days: Value| {
            let tag = owner.get(&here).await.header("etag").to_owned();
            owner.with("if-match", &tag).patch(&here, &json!({ "member_retention_days": days })).await.status
        };
        assert_eq!(set(Value::Null).await, 200);
        tenantry::offboarding::retire(&w.app).await.expect("ran");
        assert_eq!(ok(&owner, &members).await["page"]["total"], 2);
        assert_eq!(set(json!(0)).await, 200);
        tenantry::offboarding::retire(&w.app).await.expect("ran");
        assert_eq!(ok(&owner, &members).await["page"]["total"], 1);
        assert_eq!(w.get("owner", "audit/verify").await["intact"], true);
    }

    async fn f0_31_whoever_waited_is_kept_for_as_long_after_it_became_inactive(w: World) {
        let owner = w.client("owner").keyed();
        w.order_seats(1).await;
        let id = w.customer("Queue", 1).await;
        let (here, members) = (at(&w, id), format!("/v1/tenants/{id}/members"));
        let by = owner.with("if-match", owner.get(&here).await.header("etag"));
        assert_eq!(by.patch(&here, &json!({ "member_retention_days": 30 })).await.status, 200);
        let csv = b"email,name\nann@queue.example,Ann\nbo@queue.example,Bo\ncy@queue.example,Cy\n".to_vec();
        let begun = owner.request(Method::POST, &format!("{members}/import?start=true"), Some("text/csv"), csv).await;
        assert_eq!(begun.status, 202, "{}", begun.text);
        w.work().await;
        w.pass_days(40);
        let find = async |name: &str| ok(&owner, &format!("{members}?q={name}@queue.example")).await["data"][0]["id"].as_str().expect("an id").to_owned();
        // By hand, and by a word about its activity.
        let (bo, cy) = (find("bo").await, find("cy").await);
        assert_eq!(owner.patch(&format!("{members}/{bo}"), &json!({ "status": "inactive" })).await.status, 200);
        let word = owner.post(&format!("{members}/activity"), &json!([{ "member": cy, "status": "inactive", "at": w.now() }])).await;
        assert_eq!((word.status, &word.json["accepted"]), (200, &json!(1)), "{}", word.text);
        assert_eq!(names(&ok(&owner, &format!("{members}?filter[status]=inactive")).await, "data"), ["Bo", "Cy"]);
        let left = async || {
            tenantry::offboarding::retire(&w.app).await.expect("ran");
            names(&ok(&owner, &members).await, "data")
        };
        assert_eq!((&ok(&owner, &format!("{members}/retention")).await["count"], left().await), (&json!(0), vec!["Ann".to_owned(), "Bo".into(), "Cy".into()]));
        w.pass_days(29);
        assert_eq!(left().await.len(), 3, "inactive for 29 days, whenever they came");
        w.pass_days(1);
        assert_eq!(left().await, ["Ann"]);
    }
}
