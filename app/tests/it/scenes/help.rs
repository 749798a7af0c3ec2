//! The help: articles in the console, and what readers say of them.

use serde_json::json;

use crate::{scenes, support::World};

scenes! {
    async fn f3_26_an_article_is_read_in_the_console_and_each_reader_has_one_word_on_it(w: World) {
        let (owner, path) = (w.client("owner"), "/v1/help/licences/vote");
        let listed = owner.get("/v1/help").await;
        let named = |slug: &str| listed.json["data"].as_array().is_some_and(|all| all.iter().any(|a| a["article"] == slug));
        assert!(listed.status == 200 && named("licences") && named("metering"), "{}", listed.text);
        let fresh = owner.get("/v1/help/licences").await.json;
        assert!(fresh["helpful"] == 0 && fresh["votes"] == 0 && fresh["mine"].is_null() && fresh["comments"].is_null(), "{fresh}");
        for (who, helpful) in [("owner", true), ("admin", true), ("technician", true), ("auditor", false)] {
            let said = w.client(who).put(path, &json!({ "helpful": helpful })).await;
            assert_eq!((said.status, said.json["mine"]["helpful"].as_bool()), (200, Some(helpful)), "{}", said.text);
        }
        let changed = owner.put(path, &json!({ "helpful": false, "comment": "Say what a term is" })).await;
        assert_eq!((changed.json["helpful"].as_i64(), changed.json["votes"].as_i64()), (Some(2), Some(4)), "{}", changed.text);
        let previewed = w.client("admin").put(&format!("{path}?preview=true"), &json!({ "helpful": false })).await;
        assert_eq!((previewed.status, previewed.json["preview"].as_bool()), (200, Some(true)), "{}", previewed.text);
        let page = w.browser("auditor").await.get("/help/licences").await;
        assert!(page.status == 200 && page.text.contains("2 of 4 found this helpful"), "{}", page.text);
        assert!(page.text.contains("<h3 id=\"s-allocate\">") && !page.text.contains("style="), "{}", page.text);
        assert!(!page.text.contains("Say what a term is"), "a comment is for the distributor");
        let above = w.client("distributor_owner").get("/v1/help/licences").await.json;
        assert_eq!(above["comments"][0]["comment"], "Say what a term is", "{above}");
        let others = w.client("other_owner").get("/v1/help/licences").await.json;
        assert!(others["votes"] == 4 && others["comments"].is_null(), "{others}");
    }

    async fn the_help_of_a_page_is_one_step_away_and_its_form_says_what_is_wrong(w: World) {
        let browser = w.browser("owner").await;
        let pool = browser.get(&format!("/msp/{}/licenses", w.partner)).await;
        assert!(pool.text.contains("href=\"/help/licences\""), "{}", pool.text);
        let found = browser.get("/help?q=watched+folder").await;
        assert!(found.text.contains("/help/connect-csv") && !found.text.contains("\"/help/branding\""), "{}", found.text);
        assert!(browser.get("/help?q=nothing-like-this").await.text.contains("nothing-like-this"));
        let sent = browser.form("/help/licences", &[("helpful", "yes"), ("comment", "Two\r\nlines")]).await;
        assert_eq!((sent.status, sent.header("location")), (303, "/help/licences?done=vote"), "{}", sent.text);
        let after = browser.get(sent.header("location")).await;
        assert!(after.text.contains("1 of 1 found this helpful") && after.text.contains("Two lines"), "{}", after.text);
        let long = "x".repeat(501);
        for (fields, said) in [(vec![("comment", "But how?")], "Choose yes or no"), (vec![("helpful", "no"), ("comment", &long)], "At most 500")] {
            let refused = browser.form("/help/licences", &fields).await;
            assert!(refused.status == 422 && refused.text.contains(said), "{}: {}", refused.status, refused.text);
        }
        assert_eq!(w.client("owner").get("/v1/help/licences").await.json["helpful"], 1, "what was refused changed nothing");
    }

    async fn the_help_is_for_those_who_are_signed_in(w: World) {
        assert_eq!(w.client("nobody").get("/v1/help").await.status, 401);
        assert_eq!(w.client("nobody").put("/v1/help/licences/vote", &json!({ "helpful": true })).await.status, 401);
        for missing in ["/v1/help/README", "/v1/help/nothing"] {
            assert_eq!(w.client("owner").get(missing).await.status, 404, "{missing}");
        }
        for (body, pointer) in [(json!({}), "/helpful"), (json!({ "helpful": true, "comment": "x".repeat(501) }), "/comment")] {
            let refused = w.client("owner").put("/v1/help/licences/vote", &body).await;
            assert_eq!((refused.status, refused.json["errors"][0]["pointer"].as_str()), (422, Some(pointer)), "{}", refused.text);
        }
    }
}
