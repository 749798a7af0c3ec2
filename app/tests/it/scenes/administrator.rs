//! A new customer's administrator and its name: one address for one person, proved by a mailed link; one name a partner.

use serde_json::{Value, json};

use crate::{
    scenes,
    support::{Answer, World},
};

const PHRASE: &str = "seven yellow submarines";

async fn create(w: &World, who: &str, body: Value) -> Answer {
    let partner = if who == "other_owner" { w.other } else { w.partner };
    w.client(who).keyed().post(&format!("/v1/msp/{partner}/customers"), &body).await
}

fn tenant(made: &Answer) -> String {
    assert_eq!(made.status, 202, "{}", made.text);
    made.json["tenant_id"].as_str().expect("an id").to_owned()
}

fn mails(w: &World, to: &str) -> usize {
    w.app.catcher.as_ref().expect("a catcher").list().iter().filter(|m| m.to() == to).count()
}

/// The path of the link in the newest mail to an address.
fn link(w: &World, to: &str) -> String {
    let mail = w.app.catcher.as_ref().expect("a catcher").list();
    let newest = mail.iter().find(|m| m.to() == to).expect("a mail");
    let link = newest.links.iter().find(|l| l.contains("/invite/")).expect("a link");
    link[link.find("/invite/").expect("a path")..].to_owned()
}

scenes! {
    async fn f3_04_a_new_customer_is_paid_or_a_trial_and_at_once_in_its_list(w: World) {
        for (name, kind) in [("Paid AB", "paid"), ("Trial AB", "trial")] {
            tenant(&create(&w, "owner", json!({ "name": name, "max_mau": 10, "kind": kind, "admin_email": format!("{kind}@acme.example") })).await);
            // Before any work has run.
            let list = w.get("owner", &format!("customers?filter[kind][eq]={kind}")).await;
            assert_eq!((&list["page"]["total"], &list["data"][0]["name"], &list["data"][0]["kind"]), (&json!(1), &json!(name), &json!(kind)), "{list}");
        }
        let browser = w.browser("owner").await;
        let page = browser.get(&format!("/msp/{}/customers", w.partner)).await;
        assert!(page.text.contains("Paid AB") && page.text.contains("Trial AB"), "{}", page.text);
        // Of the lists of the Command Center each has the one that belongs there.
        for (list, its) in [("paid", vec!["Paid AB"]), ("active-trials", vec!["Trial AB"]), ("expired-trials", vec![])] {
            let found = w.get("owner", &format!("command-center?list={list}")).await;
            let names: Vec<&str> = found["data"].as_array().expect("cards").iter().filter_map(|c| c["name"].as_str()).collect();
            assert_eq!((&names, found["page"]["total"].as_u64()), (&its, Some(its.len() as u64)), "{list}: {found}");
            let page = browser.get(&format!("/msp/{}/command-center?list={list}", w.partner)).await;
            assert!(page.status == 200 && its.iter().all(|name| page.text.contains(name)), "{list}: {}", page.text);
        }
    }

    async fn f3_05_an_address_is_one_persons_everywhere_and_whose_is_not_told(w: World) {
        tenant(&create(&w, "other_owner", json!({ "name": "Theirs", "max_mau": 10, "admin_email": "admin@acme.example" })).await);
        let own = w.client("owner").get("/v1/me").await.json["email"].as_str().expect("an address").to_owned();
        let mut told = Vec::new();
        for email in ["admin@acme.example", "ADMIN@acme.example", own.as_str()] {
            let refused = create(&w, "owner", json!({ "name": "Ours", "max_mau": 10, "admin_email": email })).await;
            assert_eq!((refused.status, refused.code(), refused.json["errors"][0]["pointer"].as_str()), (409, "email-taken", Some("/admin_email")), "{email}: {}", refused.text);
            assert!(!refused.text.contains("Theirs") && !refused.text.contains("Otherwise"), "{}", refused.text);
            let mut problem = refused.json;
            problem["instance"] = Value::Null;
            told.push(problem);
        }
        assert!(told.iter().all(|t| *t == told[0]), "a colleague's, a stranger's: the same answer\n{told:?}");
        // Nothing was made, and an alias is another address.
        let ours = tenant(&create(&w, "owner", json!({ "name": "Ours", "max_mau": 10, "admin_email": "admin+ours@acme.example" })).await);
        w.work().await;
        assert_eq!((mails(&w, "admin+ours@acme.example"), mails(&w, "admin@acme.example")), (1, 1));
        // By a change as well.
        let path = format!("/v1/msp/{}/customers/{ours}", w.partner);
        let tag = w.client("owner").get(&path).await.header("etag").to_owned();
        let refused = w.client("owner").with("if-match", &tag).patch(&path, &json!({ "admin_email": "admin@acme.example" })).await;
        assert_eq!((refused.status, refused.code()), (409, "email-taken"), "{}", refused.text);
        let form = w.browser("owner").await.form(&format!("/msp/{}/customers/{ours}/administrator", w.partner), &[("admin_email", "admin@acme.example")]).await;
        assert!(form.status == 422 && form.text.contains("already in use"), "{}", form.text);
    }

    async fn f3_06_an_administrator_is_unverified_until_the_link_is_used(w: World) {
        let customer = tenant(&create(&w, "owner", json!({ "name": "Acme", "max_mau": 10, "admin_email": "ann@acme.example" })).await);
        w.work().await;
        let api = format!("/v1/tenants/{customer}/administrator");
        let seen = w.client("auditor").get(&api).await;
        assert_eq!((&seen.json["status"], &seen.json["email"], seen.json["link_sent_at"].is_string()), (&json!("unverified"), &json!("ann@acme.example"), true), "{}", seen.text);
        let (browser, page) = (w.browser("owner").await, format!("/msp/{}/customers/{customer}", w.partner));
        let shown = browser.get(&page).await;
        assert!(shown.text.contains("Primary administrator") && shown.text.contains("Unverified") && shown.text.contains("works until"), "{}", shown.text);

        let resend = format!("{api}/resend");
        for (who, status) in [("technician", 403), ("auditor", 403), ("other_owner", 404)] {
            assert_eq!(w.client(who).post(&resend, &json!({})).await.status, status, "{who}");
        }
        let soon = w.client("admin").post(&resend, &json!({})).await;
        assert_eq!((soon.status, soon.code()), (429, "too-many-requests"), "{}", soon.text);
        let first = link(&w, "ann@acme.example");
        w.pass_days(7);
        assert_eq!(w.client("nobody").get(&first).await.status, 410, "it has expired");
        // A session that nobody used for a week is over as well.
        let browser = w.browser("owner").await;
        assert!(browser.get(&page).await.text.contains("Expired"));
        assert_eq!(w.client("admin").post(&resend, &json!({})).await.status, 202);
        w.work().await;
        assert_eq!(mails(&w, "ann@acme.example"), 2);
        let used = w.browser("nobody").await.form(&link(&w, "ann@acme.example"), &[("name", "Ann Berg"), ("password", PHRASE)]).await;
        assert_eq!(used.status, 303, "{}", used.text);
        let verified = w.client("owner").get(&api).await.json;
        assert_eq!((&verified["status"], &verified["name"]), (&json!("verified"), &json!("Ann Berg")), "{verified}");
        assert!(browser.get(&page).await.text.contains("mail reaches this address"));
        assert_eq!(w.client("owner").post(&resend, &json!({})).await.code(), "not-invited");
    }

    async fn f3_07_the_address_becomes_the_customers_own_administrator(w: World) {
        let customer = tenant(&create(&w, "owner", json!({ "name": "Acme", "max_mau": 10, "admin_email": "ann@acme.example" })).await);
        w.work().await;
        let first = link(&w, "ann@acme.example");
        // Another one is named before the first has come: the first one's link and address are free.
        let (browser, page) = (w.browser("owner").await, format!("/msp/{}/customers/{customer}", w.partner));
        let named = browser.form(&format!("{page}/administrator"), &[("admin_email", "bo@acme.example")]).await;
        assert_eq!(named.status, 303, "{}", named.text);
        w.work().await;
        assert_eq!(w.client("nobody").get(&first).await.status, 410);
        let anybody = w.browser("nobody").await;
        assert_eq!(anybody.form(&link(&w, "bo@acme.example"), &[("name", "Bo"), ("password", PHRASE)]).await.status, 303);
        let signed = anybody.form("/signin", &[("email", "bo@acme.example"), ("password", PHRASE)]).await;
        let cookie = signed.header("set-cookie").split(';').next().expect("a cookie").to_owned();
        let bo = anybody.with("cookie", &cookie);
        let me = bo.get("/v1/me").await.json;
        assert_eq!((&me["memberships"][0]["role"], &me["memberships"][0]["node_id"]), (&json!("customer_admin"), &json!(customer)), "{me}");
        assert_eq!((bo.get(&format!("{page}/members")).await.status, bo.get(&format!("/v1/msp/{}/customers", w.partner)).await.status), (200, 404));
        assert_eq!(bo.get(&format!("/v1/tenants/{customer}/administrator")).await.json["status"], "verified");
        // Whoever was let go may come anew, and a customer that leaves frees the address of one who never came.
        let other = tenant(&create(&w, "owner", json!({ "name": "Second", "max_mau": 10, "admin_email": "ann@acme.example" })).await);
        w.work().await;
        let shown = format!("/v1/msp/{}/customers/{other}", w.partner);
        let tag = w.client("owner").get(&shown).await.header("etag").to_owned();
        let removed = w.client("owner").keyed().with("if-match", &tag).delete(&shown).await;
        assert!(removed.status < 300, "{}", removed.text);
        w.work().await;
        assert_eq!(w.client("nobody").get(&link(&w, "ann@acme.example")).await.status, 410);
        let back = w.client("owner").keyed().post(&format!("/v1/msp/{}/removed/{other}/restore", w.partner), &json!({})).await;
        assert_eq!(back.status, 200, "{}", back.text);
        let api = format!("/v1/tenants/{other}/administrator");
        assert_eq!(w.client("owner").get(&api).await.json["status"], "none");
        assert_eq!(w.client("owner").post(&format!("{api}/resend"), &json!({})).await.status, 202);
        w.work().await;
        assert_eq!((w.client("owner").get(&api).await.json["status"].as_str(), mails(&w, "ann@acme.example")), (Some("unverified"), 3));
    }

    async fn f3_08_a_name_is_one_customers_within_the_msp_and_can_be_changed(w: World) {
        let first = tenant(&create(&w, "owner", json!({ "name": "Acme Bygg", "max_mau": 10 })).await);
        for name in ["Acme Bygg", "  ACME bygg ", "\u{ff21}cme  Bygg"] {
            let refused = create(&w, "owner", json!({ "name": name, "max_mau": 10 })).await;
            assert_eq!((refused.status, refused.code(), refused.json["errors"][0]["pointer"].as_str()), (409, "name-taken", Some("/name")), "{name}");
        }
        tenant(&create(&w, "other_owner", json!({ "name": "Acme Bygg", "max_mau": 10 })).await);
        let marks = tenant(&create(&w, "owner", json!({ "name": "Acme Bÿgg", "max_mau": 10 })).await);
        w.work().await;
        let path = |id: &str| format!("/v1/msp/{}/customers/{id}", w.partner);
        let rename = async |id: &str, name: &str| {
            let tag = w.client("owner").get(&path(id)).await.header("etag").to_owned();
            w.client("owner").with("if-match", &tag).patch(&path(id), &json!({ "name": name })).await
        };
        assert_eq!(rename(&marks, "acme BYGG").await.code(), "name-taken");
        assert_eq!(rename(&first, "ACME Bygg").await.status, 200, "its own name in another case");
        assert_eq!(rename(&first, "Nybygg").await.status, 200);
        assert_eq!(rename(&marks, "Acme Bygg").await.status, 200, "free again");
        let list = w.get("owner", "customers?q=nybygg").await;
        assert_eq!(list["data"][0]["name"], "Nybygg", "{list}");
        let browser = w.browser("owner").await;
        for page in [format!("/msp/{}/customers", w.partner), format!("/msp/{}/customers/{first}", w.partner), format!("/msp/{}/licenses", w.partner)] {
            assert!(browser.get(&page).await.text.contains("Nybygg"), "{page}");
        }
        // A list tells what it would refuse before it is started.
        let file = b"name,max_mau\nNYBYGG,10\nTwin,10\ntwin,10\n".to_vec();
        let upload = format!("/v1/msp/{}/customers/import?preview=true", w.partner);
        let preview = w.client("owner").request(http::Method::POST, &upload, Some("text/csv"), file).await;
        assert_eq!((preview.status, &preview.json["counts"]["refused"], &preview.json["counts"]["create"]), (200, &json!(2), &json!(1)), "{}", preview.text);
    }
}
