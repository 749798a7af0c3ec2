//! A suspended customer: nobody who works in it, and no program of it, has access; whoever works above it goes on. When it resumes,
//! all is as it was.

use http::Method;
use serde_json::json;
use store::CustomerId;

use super::{
    scim::{Directory, tenant},
    trials::{at, trial},
};
use crate::{
    scenes,
    support::{Answer, Client, World},
};

/// The MSP's word: `suspend` or `resume`.
async fn turn(w: &World, customer: CustomerId, word: &str) {
    let told = w.client("owner").keyed().post(&format!("{}/{word}", at(w, customer)), &json!({})).await;
    assert_eq!(told.status, 200, "{}", told.text);
    w.work().await;
}

/// Reads the customer's people and adds one.
async fn read_and_write(by: &Client, customer: CustomerId, person: &str) -> (Answer, Answer) {
    let path = format!("/v1/tenants/{customer}/members");
    let new = json!({ "email": format!("{person}@paused.example"), "name": person, "status": "active" });
    (by.get(&path).await, by.keyed().post(&path, &new).await)
}

async fn people(w: &World, customer: CustomerId) -> usize {
    w.client("owner").get(&format!("/v1/tenants/{customer}/members")).await.json["data"].as_array().map_or(0, Vec::len)
}

scenes! {
    async fn f4_17_who_works_in_a_suspended_customer_has_no_access_until_it_resumes(w: World) {
        w.order_seats(1).await;
        let customer = w.customer("Paused", 10).await;
        let token = w.hire("boss", customer, "customer_admin").await;
        let browser = w.browser("boss").await;
        let elsewhere = token.at(&w.second());
        let page = format!("/msp/{}/customers/{customer}/members", w.partner);
        let before = token.get("/v1/me").await.json;
        for (n, by) in [&token, &browser, &elsewhere].into_iter().enumerate() {
            let (read, written) = read_and_write(by, customer, &format!("first{n}")).await;
            assert_eq!((read.status, written.status), (200, 201), "{}", written.text);
        }

        turn(&w, customer, "suspend").await;
        for by in [&token, &browser, &elsewhere] {
            let (read, written) = read_and_write(by, customer, "late").await;
            assert_eq!((read.status, written.status), (404, 404), "{} {}", read.text, written.text);
            assert_eq!(by.get(&at(&w, customer)).await.status, 404);
            let made = by.keyed().post("/v1/tokens", &json!({ "name": "Late", "node": customer })).await;
            assert_eq!(made.status, 404, "{}", made.text);
        }
        assert_eq!(token.get("/v1/me").await.json["memberships"], json!([]));
        assert_eq!(browser.get(&page).await.status, 404);
        assert_eq!(browser.get("/").await.header("location"), "/profile");
        let profile = browser.get("/profile").await;
        assert!(profile.status == 200 && profile.text.contains("Meridian MSP has suspended Paused."), "{}", profile.text);
        assert!(!profile.text.contains("Auditor") && !profile.text.contains("Works as"), "nobody there: {}", profile.text);

        // The MSP's own people go on.
        for who in ["owner", "admin", "technician", "auditor"] {
            assert_eq!(w.client(who).get(&format!("/v1/tenants/{customer}/members")).await.status, 200, "{who}");
        }
        assert_eq!((people(&w, customer).await, w.browser("owner").await.get(&page).await.status), (3, 200));

        turn(&w, customer, "resume").await;
        assert_eq!(token.get("/v1/me").await.json, before);
        for (n, by) in [&token, &browser, &elsewhere].into_iter().enumerate() {
            let (read, written) = read_and_write(by, customer, &format!("then{n}")).await;
            assert_eq!((read.status, written.status), (200, 201), "{}", written.text);
            assert_eq!(written.json["status"], "active", "its region serves again: {}", written.text);
        }
        assert_eq!(browser.get(&page).await.status, 200);
        assert!(!browser.get("/profile").await.text.contains("has suspended"));
    }

    async fn f4_17_the_directory_of_a_suspended_customer_is_not_heard_until_it_resumes(w: World) {
        w.order_seats(1).await;
        let directory = tenant(&w, "Paused", 10).await;
        let other = tenant(&w, "Going on", 10).await;
        let ask = async |directory: &Directory, name: &str| {
            let new = json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": name });
            (directory.get("/Users").await.status, directory.send(Method::POST, "/Users", &new).await.status)
        };
        assert_eq!(ask(&directory, "ann@paused.example").await, (200, 201));
        turn(&w, directory.customer, "suspend").await;
        assert_eq!(ask(&directory, "bo@paused.example").await, (401, 401));
        assert_eq!(ask(&other, "bo@going-on.example").await, (200, 201));
        assert_eq!(people(&w, directory.customer).await, 1);
        let tokens = w.client("owner").get(&format!("/v1/tenants/{}/scim-tokens", directory.customer)).await.json;
        assert_eq!(tokens["data"].as_array().map(Vec::len), Some(1), "{tokens}");
        turn(&w, directory.customer, "resume").await;
        assert_eq!(ask(&directory, "bo@paused.example").await, (200, 201));
    }

    async fn f4_17_a_suspension_moves_no_instant_from_which_the_tokens_of_a_trial_rest(w: World) {
        let customer = trial(&w, "Trying", &[]).await;
        let directory = Directory::of(&w, customer).await;
        let read = async || directory.get("/Users").await.status;
        turn(&w, customer, "suspend").await;
        assert_eq!(read().await, 401);
        turn(&w, customer, "resume").await;
        assert_eq!(read().await, 200);
        w.pass_days(31);
        assert_eq!(read().await, 401, "the free plan has no tokens");
        turn(&w, customer, "suspend").await;
        turn(&w, customer, "resume").await;
        assert_eq!(read().await, 401, "nor after a suspension");
        turn(&w, customer, "suspend").await;
        let longer = json!({ "days": 30, "reason": "One more month" });
        let extended = w.client("owner").keyed().post(&format!("{}/trial/extend", at(&w, customer)), &longer).await;
        assert_eq!((extended.status, read().await), (200, 401), "{}", extended.text);
        turn(&w, customer, "resume").await;
        assert_eq!(read().await, 200);
    }
}
