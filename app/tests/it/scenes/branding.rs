//! The brand of a customer: name, colour, logo, what is inherited and what is shown.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat};
use serde_json::{Value, json};
use store::CustomerId;

use crate::{
    scenes,
    support::{Answer, Client, World},
};

fn picture(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    DynamicImage::new_rgb8(width, height).write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png).expect("written");
    bytes
}

async fn put(by: &Client, customer: CustomerId, body: Vec<u8>) -> Answer {
    by.request(http::Method::PUT, &format!("/v1/tenants/{customer}/logo"), Some("image/png"), body).await
}

/// Changes the brand against its present version.
async fn change(by: &Client, customer: CustomerId, body: &Value) -> Answer {
    let path = format!("/v1/tenants/{customer}/brand");
    let tag = by.get(&path).await.header("etag").to_owned();
    by.with("if-match", &tag).patch(&path, body).await
}

scenes! {
    async fn f2_24_a_brand_is_checked_repaired_and_shown_to_the_customers_people(w: World) {
        let customer = w.customer("Acme", 0).await;
        let admin = w.hire("customer_admin", customer, "customer_admin").await;
        let path = format!("/v1/tenants/{customer}/brand");
        let before = admin.get(&path).await;
        assert_eq!((&before.json["name"], &before.json["accent"], &before.json["accent_as_msp"]), (&json!("Acme"), &Value::Null, &json!(true)), "{}", before.text);
        assert_eq!(admin.patch(&path, &json!({ "accent": "#ffd000" })).await.status, 428);
        assert_eq!(admin.with("if-match", "\"999\"").patch(&path, &json!({ "accent": "#ffd000" })).await.status, 412);
        for (wrong, field) in [(json!({ "accent": "yellow" }), "/accent"), (json!({ "display_name": " " }), "/display_name")] {
            let refused = change(&admin, customer, &wrong).await;
            assert_eq!((refused.status, refused.json["errors"][0]["pointer"].as_str()), (422, Some(field)), "{}", refused.text);
        }
        assert_eq!(change(&w.client("auditor"), customer, &json!({ "accent": "#ffd000" })).await.status, 403);
        assert_eq!(w.client("other_owner").get(&path).await.status, 404);

        let set = change(&admin, customer, &json!({ "accent": "#FFD000", "display_name": "Acme Awareness" })).await;
        let readable = &set.json["readable"];
        assert_eq!((set.status, &set.json["name"], &set.json["accent"]), (200, &json!("Acme Awareness"), &json!("#ffd000")), "{}", set.text);
        assert!(readable["enough"] == false && readable["light"].as_f64() < Some(4.5) && readable["used"] != "#ffd000", "{readable}");
        let used = readable["used"].as_str().expect("a colour").to_owned();
        let sheet = w.client("nobody").get(&format!("/brand/{}.css", used.trim_start_matches('#'))).await;
        assert!(sheet.text.contains(&format!("--brand:{used};")), "what is proposed is used as it is: {}", sheet.text);
        let again = change(&admin, customer, &json!({ "accent": used })).await;
        assert_eq!((&again.json["readable"]["enough"], &again.json["readable"]["used"]), (&json!(true), &json!(used)), "{}", again.text);

        // The customer's own people see it at the head of their console; the partner's people go on seeing the partner.
        let page = w.browser("customer_admin").await.get(&format!("/msp/{}/customers/{customer}/members", w.partner)).await;
        assert!(page.text.contains("Acme Awareness") && page.text.contains(&format!("/brand/{}.css", used.trim_start_matches('#'))), "{}", page.text);
        let page = w.browser("owner").await.get(&format!("/msp/{}/customers", w.partner)).await;
        assert!(!page.text.contains(&format!("/brand/{}.css", used.trim_start_matches('#'))));
        // And in mail, and on the page it leads to.
        w.verify(customer).await;
        let begun = w.client("owner").keyed().post(&format!("/v1/tenants/{customer}/mail/tests"), &json!({ "to": "ann@acme.example" })).await;
        assert_eq!(begun.status, 202, "{}", begun.text);
        w.work().await;
        let mail = w.app.catcher.as_ref().expect("a catcher").list();
        assert!(mail[0].html().is_some_and(|h| h.contains("Acme Awareness") && h.contains(&used)), "{:?}", mail[0].html());
        let link = mail[0].links[0].clone();
        let landing = w.client("nobody").get(&link[link.find("/delivery/").expect("a path")..]).await;
        assert!(landing.text.contains(&format!("/brand/{}.css", used.trim_start_matches('#'))), "{}", landing.text);
        let trail = w.get("auditor", "audit?filter[command]=hierarchy.branding.edit").await;
        assert_eq!(trail["page"]["total"], 2, "{trail}");
    }

    async fn f2_24_colour_and_logo_are_inherited_own_and_taken_over_again(w: World) {
        let owner = w.client("owner");
        let settings = format!("/v1/msp/{}/settings", w.partner);
        let tag = owner.get(&settings).await.header("etag").to_owned();
        assert_eq!(owner.with("if-match", &tag).patch(&settings, &json!({ "accent": "#0f766e" })).await.status, 200);
        let set = owner.request(http::Method::PUT, &format!("/v1/msp/{}/logo", w.partner), Some("image/png"), picture(40, 40)).await;
        let msp_logo = set.json["logo_url"].clone();
        let customer = w.customer("Acme", 0).await;
        let path = format!("/v1/tenants/{customer}/brand");
        let made = owner.get(&path).await.json;
        assert_eq!((&made["accent"], &made["logo_url"], &made["logo_as_msp"]), (&json!("#0f766e"), &msp_logo, &json!(true)), "{made}");

        for (file, code) in [
            (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>".to_vec(), "svg-refused"),
            (picture(4_097, 1), "too-many-pixels"),
            (b"GIF89a".to_vec(), "not-a-picture"),
        ] {
            let refused = put(&owner, customer, file).await;
            assert!(refused.status == 422 && refused.text.contains(code), "{code}: {}", refused.text);
        }
        assert_eq!(put(&owner, customer, vec![0; 1024 * 1024 + 1]).await.status, 413);
        assert_eq!(put(&w.client("auditor"), customer, picture(64, 32)).await.status, 403);
        let own = put(&owner, customer, picture(1_200, 300)).await;
        let own_logo = own.json["logo_url"].as_str().expect("an address").to_owned();
        assert_eq!((own.status, &own.json["logo_as_msp"]), (200, &json!(false)), "{}", own.text);
        let served = w.client("nobody").get(&own_logo).await;
        assert_eq!((served.status, served.header("content-type")), (200, "image/png"));
        change(&owner, customer, &json!({ "accent": "#7c1d6f" })).await;

        // Another colour at the partner changes no customer; taken over, it does.
        let tag = owner.get(&settings).await.header("etag").to_owned();
        owner.with("if-match", &tag).patch(&settings, &json!({ "accent": "#1d4fd8" })).await;
        let kept = owner.get(&path).await.json;
        assert_eq!((&kept["accent"], &kept["msp_accent"], &kept["accent_as_msp"]), (&json!("#7c1d6f"), &json!("#1d4fd8"), &json!(false)));
        let (browser, page) = (w.browser("technician").await, format!("/msp/{}/customers/{customer}/branding", w.partner));
        let shown = browser.get(&page).await;
        assert!(shown.text.contains("Take over the MSP’s") && shown.text.contains(&own_logo), "{}", shown.text);
        for what in ["accent", "logo"] {
            let reset = browser.form(&format!("{page}/reset"), &[("what", what)]).await;
            assert_eq!(reset.status, 303, "{}", reset.text);
        }
        let after = owner.get(&path).await.json;
        assert_eq!((&after["accent"], &after["logo_url"]), (&json!("#1d4fd8"), &msp_logo), "{after}");
        assert_eq!(w.client("nobody").get(&own_logo).await.status, 404, "nobody shows it any more");
    }

    async fn f2_24_the_page_previews_without_keeping_and_says_what_is_wrong(w: World) {
        let customer = w.customer("Acme", 0).await;
        let (browser, page) = (w.browser("owner").await, format!("/msp/{}/customers/{customer}/branding", w.partner));
        let live = browser.with("hx-request", "true").get(&format!("{page}?accent=%23ffd000&display_name=Preview+Ltd")).await;
        assert!(live.status == 200 && !live.text.contains("<html"), "only the section");
        assert!(live.text.contains("Preview Ltd") && live.text.contains(".preview.css") && live.text.contains("Nearest readable colour"), "{}", live.text);
        assert!(!live.text.contains(" style="), "the content policy allows none");
        let name = w.client("owner").get(&format!("/v1/tenants/{customer}/brand")).await.json["name"].clone();
        assert_eq!(name, "Acme", "nothing was kept");
        let preview = w.client("nobody").get("/brand/ffd000.preview.css").await;
        assert!(preview.text.starts_with(".brand-preview{--brand:") && !preview.text.contains(":root"), "{}", preview.text);

        let version = w.client("owner").get(&format!("/v1/tenants/{customer}/brand")).await.json["version"].to_string();
        let wrong = browser.form(&page, &[("display_name", "Kept"), ("accent", "red"), ("version", &version)]).await;
        assert!(wrong.status == 422 && wrong.text.contains("Kept"), "what was typed is not lost: {}", wrong.text);
        let stale = browser.form(&page, &[("display_name", "Kept"), ("accent", "#7c1d6f"), ("version", "999")]).await;
        assert_eq!(stale.status, 422, "{}", stale.text);
        let saved = browser.form(&page, &[("display_name", "Kept"), ("accent", "#7c1d6f"), ("version", &version)]).await;
        assert_eq!(saved.status, 303, "{}", saved.text);
        let body = b"--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n<svg/>\r\n--x--\r\n";
        let drawing = browser.request(http::Method::POST, &format!("{page}/logo"), Some("multipart/form-data; boundary=x"), body.to_vec()).await;
        assert!(drawing.status == 422 && drawing.text.contains("Save the logo as a PNG"), "{}", drawing.text);
        assert_eq!(w.browser("auditor").await.form(&page, &[("display_name", "No")]).await.status, 403);
        // The partner's own tenant looks as the partner does.
        assert_eq!(w.client("owner").get(&format!("/v1/tenants/{}/brand", w.internal)).await.status, 404);
    }
}
