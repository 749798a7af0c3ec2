//! What new customers begin with, by name.

use http::Method;
use serde_json::{Value, json};

use super::offboarding::{ok, post};
use crate::{scenes, support::World};

scenes! {
    async fn f2_26_a_template_is_saved_used_renamed_and_removed(w: World) {
        let owner = w.client("owner").keyed();
        let msp = format!("/v1/msp/{}", w.partner);
        let like = post(&owner, &format!("{msp}/customers"), json!({ "name": "First AB", "max_mau": 321, "plan": "starter", "country": "SE",
            "sector": "Bau", "language": "de", "time_zone": "Europe/Stockholm", "domain": "first.example", "reference": "K-1" })).await;
        w.work().await;
        let body = json!({ "name": "Bau klein", "copy_of": like["tenant_id"], "settings": { "max_mau": 50 } });
        let made = post(&owner, &format!("{msp}/templates"), body.clone()).await;
        let settings = json!({ "kind": "paid", "plan": "starter", "region": "eu", "country": "SE", "time_zone": "Europe/Stockholm", "language": "de", "sector": "Bau", "max_mau": 50 });
        assert_eq!(made["settings"], settings, "settings only, what is said first");
        let at = format!("{msp}/templates/{}", made["id"].as_str().expect("an id"));
        let again = owner.post(&format!("{msp}/templates"), &json!({ "name": "BAU KLEIN" })).await;
        assert_eq!((again.status, again.code()), (409, "name-taken"), "{}", again.text);
        for (body, pointer) in [
            (json!({ "name": "x", "settings": { "region": "mars" } }), "/settings/region"),
            (json!({ "name": "x", "settings": { "max_mau": 0 } }), "/settings/max_mau"),
            (json!({ "name": "x", "settings": { "name": "no" } }), "/settings/name"),
            (json!({ "name": "x", "copy_of": w.other.to_string().replace("msp_", "cus_") }), "/copy_of"),
        ] {
            let no = owner.post(&format!("{msp}/templates"), &body).await;
            assert_eq!((no.status, no.json["errors"][0]["pointer"].as_str()), (422, Some(pointer)), "{}", no.text);
        }
        // It is this MSP's, and of those who create customers.
        assert_eq!(w.client("other_owner").get(&at).await.status, 404);
        assert_eq!(w.client("technician").get(&at).await.status, 403);

        let draft = post(&owner, &format!("{msp}/drafts"), json!({ "template": made["id"], "answers": { "name": "Second AB", "max_mau": "7" } })).await;
        let answers = json!({ "name": "Second AB", "kind": "paid", "plan": "starter", "region": "eu", "country": "SE", "time_zone": "Europe/Stockholm",
            "language": "de", "sector": "Bau", "max_mau": "7" });
        assert_eq!(draft["answers"], answers);
        let both = owner.post(&format!("{msp}/drafts"), &json!({ "template": made["id"], "copy_of": like["tenant_id"] })).await;
        assert_eq!((both.status, both.json["errors"][0]["pointer"].as_str()), (422, Some("/template")), "{}", both.text);
        let other = post(&w.client("other_owner").keyed(), &format!("/v1/msp/{}/templates", w.other), json!({ "name": "Theirs" })).await;
        let foreign = owner.post(&format!("{msp}/drafts"), &json!({ "template": other["id"] })).await;
        assert_eq!((foreign.status, foreign.json["errors"][0]["code"].as_str()), (422, Some("unknown-template")), "{}", foreign.text);

        let read = owner.get(&at).await;
        let tag = read.header("etag").to_owned();
        assert_eq!(owner.patch(&at, &json!({ "name": "x" })).await.code(), "version-required");
        let renamed = owner.with("if-match", &tag).patch(&at, &json!({ "name": "Bau", "settings": { "plan": "pro" } })).await;
        assert_eq!((renamed.status, &renamed.json["name"], &renamed.json["settings"]), (200, &json!("Bau"), &json!({ "plan": "pro" })), "{}", renamed.text);
        assert_eq!(owner.with("if-match", &tag).delete(&at).await.status, 412);
        assert_eq!(ok(&owner, &format!("{msp}/templates")).await["data"].as_array().map(Vec::len), Some(1));
        assert_eq!(owner.with("if-match", renamed.header("etag")).delete(&at).await.status, 204);
        assert_eq!(owner.get(&at).await.status, 404);
    }

    async fn f2_26_a_list_of_customers_names_its_templates(w: World) {
        let owner = w.client("owner").keyed();
        let msp = format!("/v1/msp/{}", w.partner);
        let settings = json!({ "plan": "enterprise", "country": "NO", "max_mau": 40 });
        post(&owner, &format!("{msp}/templates"), json!({ "name": "Norge", "settings": settings })).await;
        post(&owner, &format!("{msp}/templates"), json!({ "name": "Versuch", "settings": { "kind": "trial" } })).await;
        let csv = "name,template,tier,country,max_mau,seats\nEins,norge,,,,\nZwei,Norge,pro,DK,9,\nDrei,Nirgends,,,,\nVier,Versuch,,,,5\nFuenf,Versuch,,,,\n";
        let path = format!("{msp}/customers/import");
        let seen = owner.request(Method::POST, &path, Some("text/csv"), csv.into()).await;
        assert_eq!(seen.status, 201, "{}", seen.text);
        let codes: Vec<&str> = seen.json["rows"].as_array().expect("rows").iter().filter_map(|r| r["code"].as_str()).collect();
        assert_eq!(codes, ["unknown-template", "not-pooled"], "{}", seen.text);
        let id = seen.json["import_id"].as_str().expect("an id");
        let begun = owner.post(&format!("{msp}/imports/{id}/start"), &json!({ "partial": true })).await;
        assert_eq!(begun.status, 202, "{}", begun.text);
        w.work().await;
        let list = ok(&owner, &format!("{msp}/customers?page[size]=200")).await;
        let of = async |name: &str| {
            let row = list["data"].as_array().expect("rows").iter().find(|r| r["name"] == name).expect("a customer").clone();
            let c = ok(&owner, &format!("{msp}/customers/{}", row["id"].as_str().expect("an id"))).await;
            ["kind", "tier", "country", "max_mau"].map(|f| c[f].clone())
        };
        assert_eq!(of("Eins").await, [json!("paid"), json!("enterprise"), json!("NO"), json!(40)]);
        assert_eq!(of("Zwei").await, [json!("paid"), json!("pro"), json!("DK"), json!(9)], "what a row says wins");
        assert_eq!(of("Fuenf").await[0], json!("trial"));
        // Each of them shows how far its preparation is.
        let made = ok(&owner, &format!("{msp}/imports/{id}/customers")).await;
        assert_eq!((&made["counts"]["ready"], &made["counts"]["under_way"], &made["counts"]["failed"]), (&json!(3), &json!(0), &json!(0)), "{made}");
        let names: Vec<&str> = made["data"].as_array().expect("rows").iter().filter_map(|r| r["name"].as_str()).collect();
        assert_eq!(names.len(), 3, "{made}");
    }

    async fn f2_26_the_console_keeps_a_draft_as_a_template(w: World) {
        let (owner, browser) = (w.client("owner").keyed(), w.browser("owner").await);
        let draft = post(&owner, &format!("/v1/msp/{}/drafts", w.partner), json!({ "answers": { "name": "Own AB", "domain": "own.example", "country": "se", "max_mau": "12" } })).await;
        let at = format!("/msp/{}/onboarding/{}", w.partner, draft["id"].as_str().expect("an id"));
        assert!(browser.get(&at).await.text.contains("Save as template"));
        let empty = browser.form(&format!("{at}/template"), &[("template", " ")]).await;
        assert_eq!(empty.status, 422, "{}", empty.text);
        let saved = browser.form(&format!("{at}/template"), &[("template", "Norden")]).await;
        assert!(saved.status < 400, "{} {}", saved.status, saved.text);
        let all = ok(&owner, &format!("/v1/msp/{}/templates", w.partner)).await;
        assert_eq!((&all["data"][0]["name"], &all["data"][0]["settings"]), (&json!("Norden"), &json!({ "country": "SE", "max_mau": 12 })));
        let page = format!("/msp/{}/templates", w.partner);
        assert!(browser.get(&page).await.text.contains("Norden"));
        let id = all["data"][0]["id"].as_str().expect("an id");
        let start = browser.get(&format!("/msp/{}/customers/new?template={id}", w.partner)).await;
        assert!(start.status == 200 && start.text.contains("value=\"SE\"") && start.text.contains("Norden"), "{}", start.text);
        let edited = browser.form(&format!("{page}/{id}"), &[("name", "Nord"), ("country", "NO"), ("version", "1")]).await;
        assert!(edited.status < 400, "{} {}", edited.status, edited.text);
        let stale = browser.form(&format!("{page}/{id}"), &[("name", "Nord"), ("country", "DK"), ("version", "1")]).await;
        assert_eq!(stale.status, 422, "{}", stale.text);
        assert_eq!(ok(&owner, &format!("/v1/msp/{}/templates/{id}", w.partner)).await["settings"], json!({ "country": "NO" }));
        assert!(browser.form(&format!("{page}/{id}/remove"), &[]).await.status < 400);
        assert_eq!(ok(&owner, &format!("/v1/msp/{}/templates", w.partner)).await["data"], Value::Array(Vec::new()));
    }
}
