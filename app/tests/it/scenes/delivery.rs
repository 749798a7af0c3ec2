//! E-mail of a customer: what its mail system is told, and the test that passes when somebody says that the mail came.

use serde_json::{Value, json};
use store::CustomerId;

use crate::{
    scenes,
    support::{Answer, World},
};

/// A customer whose domain is proved.
async fn proved(w: &World, name: &str) -> CustomerId {
    let customer = w.customer(name, 0).await;
    w.verify(customer).await;
    customer
}

async fn begin(w: &World, customer: CustomerId, to: &str) -> Answer {
    w.client("technician").keyed().post(&format!("/v1/tenants/{customer}/mail/tests"), &json!({ "to": to })).await
}

/// The path of the link in the newest mail to an address.
fn link(w: &World, to: &str) -> String {
    let mail = w.app.catcher.as_ref().expect("a catcher").list();
    let newest = mail.iter().find(|m| m.to() == to).expect("a mail");
    let link = newest.links.iter().find(|l| l.contains("/delivery/")).expect("a link");
    link[link.find("/delivery/").expect("a path")..].to_owned()
}

async fn status(w: &World, customer: CustomerId) -> Value {
    let list = w.get("owner", "customers?page[size]=200").await;
    let row = list["data"].as_array().into_iter().flatten().find(|c| c["id"] == customer.to_string());
    row.map_or(Value::Null, |c| c["status"].clone())
}

scenes! {
    async fn f2_23_the_page_says_how_the_mail_stands_whoever_checked_it(w: World) {
        let customer = proved(&w, "Known").await;
        let (by, owner, path) = (w.browser("owner").await, w.client("owner").keyed(), format!("/msp/{}/customers/{customer}/mail", w.partner));
        let stands = async || w.client("owner").get(&format!("/v1/tenants/{customer}/mail")).await.json["verified"].clone();
        assert!(by.get(&path).await.text.contains("no check has passed yet"));
        for (ok, said) in [(true, "E-mail verified"), (false, "the last check failed"), (true, "E-mail verified")] {
            w.pass_to(w.now().plus_seconds(60));
            let check = owner.post(&format!("/v1/tenants/{customer}/mail-checks"), &json!({ "ok": ok })).await;
            assert!((200..300).contains(&check.status), "{}", check.text);
            let page = by.get(&path).await;
            assert!(page.text.contains(said) && page.text.contains("No test yet"), "{said}: {}", page.text);
            assert_eq!(stands().await, json!(ok));
        }
        // A test that is not answered takes nothing back.
        assert_eq!(begin(&w, customer, "ann@known.example").await.status, 202);
        w.work().await;
        w.pass_to(w.now().plus_seconds(3_600));
        let page = by.get(&path).await;
        assert!(page.text.contains("E-mail verified") && page.text.contains("Nobody confirmed"), "{}", page.text);
    }

    async fn f2_23_a_delivery_test_passes_when_somebody_says_that_the_mail_came(w: World) {
        let customer = proved(&w, "Acme").await;
        assert_eq!(status(&w, customer).await, "email_unverified");
        let begun = begin(&w, customer, "Anna@acme.example").await;
        assert_eq!(begun.status, 202, "{}", begun.text);
        let test = begun.header("location").to_owned();
        w.work().await;
        let seen = w.client("auditor").get(&test).await;
        assert_eq!((&seen.json["status"], &seen.json["to"], seen.json["sent_at"].is_string()), (&json!("waiting"), &json!("Anna@acme.example"), true), "{}", seen.text);
        let caught = w.app.catcher.as_ref().expect("a catcher").list();
        let told = w.client("owner").get(&format!("/v1/tenants/{customer}/mail")).await.json["sending"]["header"].clone();
        let header = caught[0].message.headers.iter().find(|h| h.name() == told["name"]).expect("the header that is told");
        assert!(header.value() == told["value"] && header.value().len() == 24, "{told}");

        // A mail scanner opens every link, and more than once: that passes nothing.
        let (anybody, path) = (w.browser("nobody").await, link(&w, "Anna@acme.example"));
        for _ in 0..3 {
            let page = anybody.get(&path).await;
            assert!(page.status == 200 && page.text.contains("Meridian MSP") && page.text.contains("<form"), "{}", page.text);
        }
        assert_eq!((status(&w, customer).await, &w.client("owner").get(&test).await.json["status"]), (json!("email_unverified"), &json!("waiting")));
        let foreign = w.client("nobody").with("origin", "https://evil.example").with("sec-fetch-site", "cross-site");
        let forged = foreign.request(http::Method::POST, &path, Some("application/x-www-form-urlencoded"), Vec::new()).await;
        assert_eq!(forged.status, 403, "{}", forged.text);

        let said = anybody.form(&path, &[]).await;
        assert!(said.status == 200 && said.text.contains("It is noted"), "{}", said.text);
        let after = w.client("owner").get(&test).await.json;
        assert_eq!((&after["status"], &after["to"]), (&json!("passed"), &json!("A…@acme.example")), "{after}");
        assert_ne!(status(&w, customer).await, "email_unverified", "the test is the mail check");
        assert_eq!((anybody.form(&path, &[]).await.status, anybody.get(&path).await.status), (410, 410), "once");
        let trail = w.get("auditor", "audit?page[size]=200").await.to_string();
        assert!(trail.contains("provisioning.delivery.confirm") && !trail.contains("nna@acme"), "the trail names nobody");
    }

    async fn f2_23_a_test_goes_only_where_the_customer_has_proved_its_domain(w: World) {
        let customer = w.customer("Acme", 0).await;
        let open = begin(&w, customer, "anna@acme.example").await;
        assert_eq!((open.status, open.code(), &open.json["verified"]), (409, "domain-not-verified", &json!([])), "{}", open.text);
        w.verify(customer).await;
        for to in ["anna@elsewhere.example", "anna@sub.acme.example", "anna@acme.example.evil.example"] {
            let refused = begin(&w, customer, to).await;
            assert_eq!((refused.code(), refused.json["errors"][0]["pointer"].as_str()), ("domain-not-verified", Some("/to")), "{to}");
        }
        for (who, code) in [("auditor", 403), ("other_owner", 404), ("nobody", 401)] {
            let answer = w.client(who).post(&format!("/v1/tenants/{customer}/mail/tests"), &json!({ "to": "anna@acme.example" })).await;
            assert_eq!(answer.status, code, "{who}");
        }
        // The domain is judged once more when the mail leaves.
        let test = begin(&w, customer, "anna@acme.example").await.header("location").to_owned();
        let shown = w.client("owner").get(&format!("/v1/msp/{}/customers/{customer}", w.partner)).await;
        let path = format!("/v1/msp/{}/customers/{customer}", w.partner);
        let changed = w.client("owner").with("if-match", shown.header("etag")).patch(&path, &json!({ "domain": "other.example" })).await;
        assert_eq!(changed.status, 200, "{}", changed.text);
        w.work().await;
        assert_eq!(w.client("owner").get(&test).await.json["status"], "failed");
        assert!(w.app.catcher.as_ref().expect("a catcher").list().is_empty(), "nobody was mailed");
    }

    async fn f2_23_tests_end_by_themselves_are_kept_and_are_not_without_end(w: World) {
        let customer = proved(&w, "Acme").await;
        for _ in 0..3 {
            assert_eq!(begin(&w, customer, "anna@acme.example").await.status, 202);
        }
        let fourth = begin(&w, customer, "anna@acme.example").await;
        assert_eq!((fourth.status, fourth.code()), (429, "too-many-requests"), "{}", fourth.text);
        w.work().await;
        let path = link(&w, "anna@acme.example");
        assert_eq!(w.client("nobody").get(&path).await.status, 200);
        w.pass_to(w.now().plus_seconds(30 * 60));
        let anybody = w.browser("nobody").await;
        assert_eq!((anybody.get(&path).await.status, anybody.form(&path, &[]).await.status), (410, 410), "its time is over");
        // Nothing has to run for that, and nothing is left of the address once something has.
        for _ in 0..2 {
            let tests = w.client("auditor").get(&format!("/v1/tenants/{customer}/mail/tests")).await.json;
            assert_eq!((&tests["page"]["total"], &tests["data"][0]["status"], &tests["data"][2]["to"]), (&json!(3), &json!("expired"), &json!("a…@acme.example")), "{tests}");
            w.work().await;
        }
        assert_eq!(status(&w, customer).await, "email_unverified", "a test that nobody confirmed changes nothing");
        assert_eq!(begin(&w, customer, "anna@acme.example").await.status, 202);
        // A customer that leaves takes the link with it.
        w.work().await;
        let path = link(&w, "anna@acme.example");
        assert_eq!(anybody.get(&path).await.status, 200);
        let shown = format!("/v1/msp/{}/customers/{customer}", w.partner);
        let tag = w.client("owner").get(&shown).await.header("etag").to_owned();
        let removed = w.client("owner").keyed().with("if-match", &tag).delete(&shown).await;
        assert!(removed.status < 300, "{}", removed.text);
        w.work().await;
        assert_eq!((anybody.get(&path).await.status, anybody.form(&path, &[]).await.status), (410, 410));
    }

    async fn f2_23_steps_are_facts_and_the_page_shows_this_installations_values(w: World) {
        let customer = proved(&w, "Acme").await;
        let api = format!("/v1/tenants/{customer}/mail");
        let step = json!({ "step": "microsoft_mail_flow_rule", "done": true });
        assert_eq!(w.client("auditor").post(&format!("{api}/steps"), &step).await.status, 403);
        let wrong = w.client("owner").post(&format!("{api}/steps"), &json!({ "step": "dance", "done": true })).await;
        assert_eq!((wrong.status, wrong.json["errors"][0]["pointer"].as_str()), (422, Some("/step")), "{}", wrong.text);
        let done = w.client("technician").post(&format!("{api}/steps"), &step).await;
        assert_eq!(done.status, 200, "{}", done.text);
        let fact = |json: &Value| json["steps"].as_array().expect("steps").iter().find(|s| s["step"] == step["step"]).expect("it").clone();
        let found = fact(&done.json);
        assert_eq!((&found["done"], found["done_by"].is_string(), found["done_at"].is_string()), (&json!(true), true, true), "{found}");

        let (browser, path) = (w.browser("owner").await, format!("/msp/{}/customers/{customer}/mail", w.partner));
        let header = done.json["sending"]["header"]["value"].as_str().expect("a value").to_owned();
        let page = browser.get(&path).await;
        assert!(page.status == 200 && page.text.contains(&header) && page.text.contains("New-TransportRule") && page.text.contains("Done by"), "{}", page.text);
        let google = browser.get(&format!("{path}?provider=google")).await;
        assert!(google.text.contains("Content compliance") && google.text.contains(&format!("X-Tenantry-Simulation: {header}")), "{}", google.text);
        let undone = browser.form(&format!("{path}/steps"), &[("step", "microsoft_mail_flow_rule"), ("done", "false")]).await;
        assert_eq!(undone.status, 303, "{}", undone.text);
        assert_eq!(fact(&w.client("owner").get(&api).await.json)["done"], false);
        // Done again at the same instant is done.
        assert_eq!(fact(&w.client("owner").post(&format!("{api}/steps"), &step).await.json)["done"], true);

        let asked = browser.form(&format!("{path}/tests"), &[("to", "anna@nowhere.example")]).await;
        assert!(asked.status == 422 && asked.text.contains("nowhere.example is not proved"), "{}", asked.text);
        let sent = browser.form(&format!("{path}/tests"), &[("to", "anna@acme.example")]).await;
        assert_eq!(sent.status, 303, "{}", sent.text);
        w.work().await;
        let waiting = browser.with("hx-request", "true").get(&path).await;
        assert!(waiting.text.contains("tn-poll") && waiting.text.contains("data-busy") && waiting.text.contains("has left"), "{}", waiting.text);
        assert!(!waiting.text.contains("<html"), "only the section");
    }
}
