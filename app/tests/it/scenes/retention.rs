//! Members who have been inactive for long are removed.

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
}
