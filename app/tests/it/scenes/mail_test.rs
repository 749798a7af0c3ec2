//! "Send a test mail": who may, to whom it goes, how often, and what it tells.

use serde_json::json;

use crate::{scenes, support::World};

scenes! {
    async fn a_test_mail_goes_to_the_one_who_asks_and_tells_its_steps(w: World) {
        let path = format!("/v1/msp/{}/mail/test", w.partner);
        let preview = w.client("owner").post(&format!("{path}?preview=true"), &json!({})).await;
        assert_eq!((preview.status, preview.json["preview"].as_bool()), (200, Some(true)), "{}", preview.text);
        let begun = w.client("owner").keyed().post(&path, &json!({})).await;
        assert_eq!(begun.status, 202, "{}", begun.text);
        w.work().await;
        let seen = w.client("owner").get(begun.header("location")).await;
        assert_eq!((seen.json["status"].as_str(), seen.json["kind"].as_str()), (Some("succeeded"), Some("mail_test")), "{}", seen.text);
        assert_eq!((seen.json["steps"][0]["name"].as_str(), seen.json["steps"][0]["status"].as_str()), (Some("accept"), Some("succeeded")));
        let caught = w.app.catcher.as_ref().expect("a catcher").list();
        let me = w.client("owner").get("/v1/me").await.json["email"].as_str().expect("an address").to_owned();
        assert_eq!(caught.iter().map(|m| m.to().to_owned()).collect::<Vec<_>>(), [me], "one mail, and nothing for the preview");
        let trail = w.get("owner", "audit?filter[command]=operations.test_mail").await;
        assert_eq!(trail["page"]["total"], 1, "{trail}");
    }

    async fn test_mails_are_for_those_who_manage_settings_and_not_without_end(w: World) {
        let path = format!("/v1/msp/{}/mail/test", w.partner);
        for (who, status) in [("auditor", 403), ("technician", 403), ("other_owner", 404), ("nobody", 401)] {
            assert_eq!(w.client(who).post(&path, &json!({})).await.status, status, "{who}");
        }
        for _ in 0..3 {
            assert_eq!(w.client("admin").keyed().post(&path, &json!({})).await.status, 202);
        }
        let fourth = w.client("owner").keyed().post(&path, &json!({})).await;
        assert_eq!((fourth.status, fourth.code(), fourth.header("retry-after")), (429, "too-many-requests", "61"), "{}", fourth.text);
        w.work().await;
        assert_eq!(w.app.catcher.as_ref().expect("a catcher").list().len(), 3);
    }

    async fn the_console_sends_one_and_shows_how_it_went(w: World) {
        let (browser, path) = (w.browser("owner").await, format!("/msp/{}/settings/mail", w.partner));
        let page = browser.get(&path).await;
        assert!(page.status == 200 && page.text.contains("Send a test mail"), "{}", page.text);
        let sent = browser.form(&path, &[]).await;
        assert_eq!(sent.status, 303, "{}", sent.text);
        w.work().await;
        let after = browser.get(sent.header("location")).await;
        assert!(after.text.contains("was written and kept here") && after.text.contains("Mail accepted"), "{}", after.text);
        assert_eq!(w.browser("auditor").await.get(&path).await.status, 403);
    }
}
