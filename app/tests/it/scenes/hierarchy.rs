//! Customers, groups, sites, settings and partners through the API.

use serde_json::json;

use crate::{scenes, support::World};

/// A picture file of one colour.
fn picture(width: u32, height: u32, format: image::ImageFormat) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::DynamicImage::new_rgb8(width, height).write_to(&mut bytes, format).expect("written");
    bytes.into_inner()
}

scenes! {
    async fn f0_28_new_customers_inherit_and_existing_ones_keep(w: World) {
        let old = w.customer("Old", 0).await;
        let path = format!("/v1/msp/{}/settings", w.partner);
        let owner = w.client("owner");
        let seen = owner.get(&path).await;
        assert_eq!(seen.status, 200, "{}", seen.text);
        let change = json!({ "accent": "#0a5c36", "terms_url": "https://meridian.example/terms", "allowed_vendors": "Contoso" });
        assert_eq!((owner.patch(&path, &change).await).status, 428);
        assert_eq!(owner.with("if-match", "\"99\"").patch(&path, &change).await.code(), "version-stale");
        let saved = owner.with("if-match", seen.header("etag")).patch(&path, &change).await;
        assert_eq!(saved.status, 200, "{}", saved.text);
        let bad = owner.with("if-match", saved.header("etag")).patch(&path, &json!({ "terms_url": "http://meridian.example/x" })).await;
        assert_eq!((bad.status, bad.json["errors"][0]["pointer"].as_str()), (422, Some("/terms_url")));
        let new = w.customer("New", 0).await;
        let of = |id| format!("/v1/msp/{}/customers/{id}", w.partner);
        let (old, new) = (owner.get(&of(old)).await, owner.get(&of(new)).await);
        assert_eq!((old.json["accent"].as_str(), new.json["accent"].as_str()), (None, Some("#0a5c36")));
        assert_eq!(new.json["terms_url"], "https://meridian.example/terms");
        assert_eq!(w.client("auditor").with("if-match", "\"1\"").patch(&path, &change).await.status, 403);
    }

    async fn f0_28_a_logo_is_uploaded_served_and_inherited(w: World) {
        let old = w.customer("Old", 0).await;
        let path = format!("/v1/msp/{}/logo", w.partner);
        let owner = w.client("owner");
        let put = async |client: &crate::support::Client, kind: &str, bytes: Vec<u8>| client.request(http::Method::PUT, &path, Some(kind), bytes).await;
        let set = put(&owner, "image/jpeg", picture(900, 300, image::ImageFormat::Jpeg)).await;
        assert_eq!(set.status, 200, "{}", set.text);
        let first = set.json["logo_url"].as_str().expect("an address").to_owned();
        let served = w.client("nobody").get(&first).await;
        assert_eq!((served.status, served.header("content-type"), served.header("x-content-type-options")), (200, "image/png", "nosniff"));
        assert!(served.header("cache-control").contains("immutable") && served.text.contains("PNG"), "{}", served.header("cache-control"));
        let page = w.browser("owner").await.get(&format!("/msp/{}", w.partner)).await;
        assert!(page.text.contains(&format!("src=\"{first}\"")), "the shell shows it");
        let new = w.customer("New", 0).await;
        let of = async |id: store::CustomerId| owner.get(&format!("/v1/msp/{}/customers/{id}", w.partner)).await.json["logo_url"].clone();
        assert_eq!((of(old).await, of(new).await), (json!(null), json!(first)));
        let second = put(&owner, "image/png", picture(64, 64, image::ImageFormat::Png)).await.json["logo_url"].as_str().expect("another").to_owned();
        assert_ne!(first, second, "another picture has another address");
        assert_eq!((of(new).await, w.client("nobody").get(&first).await.status), (json!(first), 200), "who inherited the first one keeps it");
        for (bytes, status, code) in [
            (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>".to_vec(), 422, "svg-refused"),
            (b"hello".to_vec(), 422, "not-a-picture"),
            (vec![0; 1024 * 1024 + 1], 413, "too-large"),
        ] {
            let no = put(&owner, "image/png", bytes).await;
            assert_eq!((no.status, no.json["errors"][0]["code"].as_str()), (status, Some(code)), "{}", no.text);
        }
        assert_eq!(put(&w.client("auditor"), "image/png", picture(8, 8, image::ImageFormat::Png)).await.status, 403);
        assert_eq!(put(&w.client("other_owner"), "image/png", picture(8, 8, image::ImageFormat::Png)).await.status, 404);
        assert_eq!(owner.delete(&path).await.status, 204);
        assert_eq!(w.client("nobody").get(&second).await.status, 404, "nobody shows it any more");
        let stranger = first.replace(&w.partner.to_string(), &w.other.to_string());
        assert_eq!(w.client("nobody").get(&stranger).await.status, 404);
    }

    async fn f0_28_the_console_takes_a_logo_and_says_why_not(w: World) {
        let (browser, base) = (w.browser("owner").await, format!("/msp/{}/settings", w.partner));
        let send = async |name: &str, bytes: &[u8]| {
            let mut body = format!("--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n").into_bytes();
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n--x--\r\n");
            browser.request(http::Method::POST, &format!("{base}/logo"), Some("multipart/form-data; boundary=x"), body).await
        };
        let drawing = send("logo.svg", b"<svg/>").await;
        assert!(drawing.status == 422 && drawing.text.contains("Save the logo as a PNG"), "{}", drawing.text);
        assert_eq!(send("logo.webp", &picture(100, 50, image::ImageFormat::WebP)).await.status, 303);
        let page = browser.get(&base).await;
        assert!(page.text.contains("logo-now") && page.text.contains("/brand/msp_"), "{}", page.text);
        assert_eq!(browser.form(&format!("{base}/logo/remove"), &[]).await.status, 303);
        assert!(!browser.get(&base).await.text.contains("logo-now"));
    }

    async fn f0_04_every_site_is_a_network(w: World) {
        let customer = w.customer("Sites", 0).await;
        let path = format!("/v1/tenants/{customer}/sites");
        let owner = w.client("owner");
        let first = owner.post(&path, &json!({ "name": "Head office" })).await;
        assert_eq!(first.status, 201, "{}", first.text);
        assert_eq!(owner.post(&path, &json!({ "name": "head OFFICE" })).await.code(), "name-taken");
        assert_eq!(owner.post(&path, &json!({ "name": "Warehouse" })).await.status, 201);
        assert_eq!(owner.get(&path).await.json["page"]["total"], 2);
        let id = first.json["id"].as_str().expect("an id");
        assert_eq!(owner.delete(&format!("{path}/{id}")).await.status, 204);
        assert_eq!(owner.delete(&format!("{path}/{id}")).await.status, 404);
        assert_eq!(owner.get(&path).await.json["page"]["total"], 1);
        assert_eq!(w.client("other_owner").get(&path).await.status, 404);
    }

    async fn f1_05_groups_hold_chosen_customers_and_lose_none(w: World) {
        let (alpha, beta) = (w.customer("Alpha", 0).await, w.customer("Beta", 0).await);
        let path = format!("/v1/msp/{}/groups", w.partner);
        let owner = w.client("owner");
        let north = owner.post(&path, &json!({ "name": "North", "description": "Up there" })).await;
        assert_eq!(north.status, 201, "{}", north.text);
        assert_eq!(owner.post(&path, &json!({ "name": "NORTH" })).await.code(), "name-taken");
        let south = owner.post(&path, &json!({ "name": "South" })).await;
        for group in [&north, &south] {
            let members = format!("{path}/{}/customers", group.json["id"].as_str().expect("an id"));
            let added = owner.post(&members, &json!({ "customers": [alpha, beta] })).await;
            assert_eq!((added.status, added.json["customers"].as_i64()), (200, Some(2)), "{}", added.text);
        }
        let north = format!("{path}/{}", north.json["id"].as_str().expect("an id"));
        assert_eq!(owner.delete(&format!("{north}/customers/{beta}")).await.json["customers"], 1);
        let stranger = owner.post(&format!("{north}/customers"), &json!({ "customers": [w.internal] })).await;
        assert_eq!(stranger.code(), "unknown-customer");
        let seen = owner.get(&north).await;
        assert_eq!(owner.with("if-match", seen.header("etag")).delete(&north).await.status, 204);
        assert_eq!(owner.get(&north).await.status, 404);
        assert_eq!(owner.get(&format!("/v1/msp/{}/customers/{alpha}", w.partner)).await.status, 200);
    }

    async fn f3_24_an_assignment_acts_at_once_and_no_group_goes_while_it_decides(w: World) {
        let (a, b, c) = (w.customer("Alpha", 0).await, w.customer("Beta", 0).await, w.customer("Gamma", 0).await);
        let (owner, tech) = (w.client("owner"), w.client("technician"));
        let groups = format!("/v1/msp/{}/groups", w.partner);
        let made = owner.post(&groups, &json!({ "name": "Assigned" })).await;
        let id = made.json["id"].as_str().expect("an id").to_owned();
        let group = format!("{groups}/{id}");
        assert_eq!(owner.post(&format!("{group}/customers"), &json!({ "customers": [b] })).await.status, 200);
        let staff = format!("/v1/msp/{}/staff", w.partner);
        let people = owner.get(&staff).await;
        let person = people.json["data"].as_array().expect("people").iter().find(|p| p["role"] == "technician").expect("one").clone();
        let person = format!("{staff}/{}", person["id"].as_str().expect("an id"));
        let assign = async |reach: serde_json::Value| {
            let seen = owner.get(&person).await;
            let saved = owner.with("if-match", seen.header("etag")).patch(&person, &json!({ "reach": reach })).await;
            assert_eq!(saved.status, 200, "{}", saved.text);
        };
        let path = |id| format!("/v1/msp/{}/customers/{id}", w.partner);
        let sees = async || {
            let listed = tech.get(&format!("/v1/msp/{}/customers", w.partner)).await.json["page"]["total"].as_i64();
            let mut found = Vec::new();
            for (name, id) in [("a", a), ("b", b), ("c", c)] {
                found.extend((tech.get(&path(id)).await.status == 200).then_some(name));
            }
            assert_eq!(listed, i64::try_from(found.len()).ok(), "list and addresses agree");
            found.join("")
        };
        assert_eq!(sees().await, "abc");
        assign(json!({ "mode": "only", "customers": [a] })).await;
        assert_eq!(sees().await, "a");
        assign(json!({ "mode": "only", "groups": [id] })).await;
        assert_eq!(sees().await, "b");
        assert_eq!(owner.post(&format!("{group}/customers"), &json!({ "customers": [c] })).await.status, 200);
        assert_eq!(sees().await, "bc", "who joins the group is seen at once");
        assign(json!({ "mode": "except", "groups": [id], "customers": [a] })).await;
        assert_eq!(sees().await, "");
        assert_eq!(owner.delete(&format!("{group}/customers/{c}")).await.status, 200);
        assert_eq!(sees().await, "c");
        let kept = owner.with("if-match", owner.get(&group).await.header("etag")).delete(&group).await;
        assert_eq!((kept.status, kept.code(), kept.json["staff"].as_i64()), (409, "group-assigned", Some(1)), "{}", kept.text);
        assert_eq!(sees().await, "c", "nobody sees more");
        // The console: the same change by form, with account numbers.
        let browser = w.browser("owner").await;
        let (page, number) = (person.trim_start_matches("/v1"), owner.get(&path(a)).await.json["account_number"].clone());
        let version = owner.get(&person).await.json["version"].to_string();
        let fields = [("version", version.as_str()), ("name", "Tech"), ("role", "technician"), ("mode", "only"), ("numbers", number.as_str().expect("a number")), ("group", id.as_str())];
        assert_eq!(browser.form(page, &fields).await.status, 303);
        assert_eq!(sees().await, "ab");
        let group_page = browser.form(&format!("{}/delete", group.trim_start_matches("/v1")), &[]).await;
        assert_eq!(group_page.status, 409, "{}", group_page.text);
        assign(json!({ "mode": "all" })).await;
        assert_eq!(sees().await, "abc");
        assert_eq!(owner.with("if-match", owner.get(&group).await.header("etag")).delete(&group).await.status, 204);
    }

    async fn f1_05_a_rule_is_exact_at_every_moment(w: World) {
        let alpha = w.customer("Alpha Health", 0).await;
        let path = format!("/v1/msp/{}/groups", w.partner);
        let owner = w.client("owner");
        assert_eq!(owner.post(&path, &json!({ "name": "All", "rule": {} })).await.status, 422);
        let group = owner.post(&path, &json!({ "name": "Health", "rule": { "name_contains": "health", "country": "SE" } })).await;
        assert_eq!((group.status, group.json["customers"].as_i64()), (201, Some(0)), "{}", group.text);
        let group = format!("{path}/{}", group.json["id"].as_str().expect("an id"));
        let customer = format!("/v1/msp/{}/customers/{alpha}", w.partner);
        let edit = async |change| {
            let seen = owner.get(&customer).await;
            let saved = owner.with("if-match", seen.header("etag")).patch(&customer, &change).await;
            assert_eq!(saved.status, 200, "{}", saved.text);
        };
        edit(json!({ "country": "se" })).await;
        assert_eq!(owner.get(&group).await.json["customers"], 1);
        assert_eq!(owner.post(&format!("{group}/customers"), &json!({ "customers": [alpha] })).await.code(), "group-by-rule");
        edit(json!({ "name": "Alpha Retail" })).await;
        assert_eq!(owner.get(&group).await.json["customers"], 0);
        let seen = owner.get(&group).await;
        let changed = owner.with("if-match", seen.header("etag")).patch(&group, &json!({ "rule": { "country": "SE" } })).await;
        assert_eq!((changed.status, changed.json["customers"].as_i64()), (200, Some(1)), "{}", changed.text);
    }

    async fn f3_09_the_account_number_never_changes_and_is_found(w: World) {
        let customer = w.customer("Number One", 0).await;
        let path = format!("/v1/msp/{}/customers/{customer}", w.partner);
        let owner = w.client("owner");
        let seen = owner.get(&path).await;
        let number = seen.json["account_number"].as_str().expect("a number").to_owned();
        let with = owner.with("if-match", seen.header("etag"));
        assert_eq!(with.patch(&path, &json!({ "account_number": "C-9" })).await.code(), "account-number-immutable");
        assert_eq!(with.patch(&path, &json!({ "region": "us" })).await.code(), "region-immutable");
        assert_eq!(with.patch(&path, &json!({ "colour": "red" })).await.status, 422);
        assert_eq!(owner.patch(&path, &json!({ "name": "X" })).await.status, 428);
        let found = owner.get(&format!("/v1/msp/{}/customers?q={number}", w.partner)).await;
        assert_eq!(found.json["data"][0]["id"], customer.to_string(), "{}", found.text);
        // On its card, in the list, in the export and in the audit trail.
        let (browser, msp) = (w.browser("owner").await, format!("/msp/{}", w.partner));
        let (own, trail) = (format!("customers/{customer}"), format!("audit?customer={customer}"));
        for page in [own.as_str(), "command-center", "command-center?view=list", "customers?cols=account_number", trail.as_str()] {
            let shown = browser.get(&format!("{msp}/{page}")).await;
            assert!(shown.status == 200 && shown.text.contains(&number), "{page}: {}", shown.text);
        }
        let trail = w.get("owner", &format!("audit?filter[customer]={customer}")).await;
        let entries = trail["data"].as_array().expect("entries");
        assert!(!entries.is_empty() && entries.iter().all(|e| e["account_number"] == number.as_str()), "{trail}");
        for file in ["customers/export", "audit/export"] {
            let csv = owner.get(&format!("/v1{msp}/{file}")).await.text;
            assert!(csv.lines().next().is_some_and(|head| head.contains("account_number")), "{file}: {csv}");
            assert!(csv.lines().any(|line| line.contains("Number One") && line.contains(&number)), "{file}: {csv}");
        }
        let taken = w.customer("Number Two", 0).await;
        let other = owner.get(&format!("/v1/msp/{}/customers/{taken}", w.partner)).await;
        let domain = other.json["domain"].as_str().expect("a domain");
        assert_eq!(with.patch(&path, &json!({ "domain": domain })).await.code(), "domain-taken");
        assert_eq!(w.client("technician").with("if-match", "\"1\"").patch(&path, &json!({ "name": "X" })).await.status, 403);
    }

    async fn a_suspended_customer_comes_back_as_it_was(w: World) {
        let customer = w.customer("Pause", 0).await;
        let path = format!("/v1/msp/{}/customers/{customer}", w.partner);
        let owner = w.client("owner");
        let nothing = json!({});
        assert_eq!(owner.post(&format!("{path}/suspend"), &nothing).await.json["lifecycle"], "disabled");
        assert_eq!(owner.post(&format!("{path}/suspend"), &nothing).await.code(), "wrong-lifecycle");
        assert_eq!(owner.post(&format!("{path}/resume"), &nothing).await.json["lifecycle"], "active");
        let elsewhere = format!("/v1/msp/{}/customers/{customer}/suspend", w.other);
        assert_eq!(owner.post(&elsewhere, &nothing).await.status, 404);
    }

    async fn a_distributor_adds_and_moves_partners(w: World) {
        let mut w = w;
        let boss = w.client("distributor_owner");
        let path = format!("/v1/distributors/{}/partners", w.distributor);
        let made = boss.post(&path, &json!({ "name": "Third MSP", "zone": "Europe/Berlin" })).await;
        assert_eq!(made.status, 201, "{}", made.text);
        assert_eq!(boss.get(&path).await.json["page"]["total"], 3);
        assert_eq!(boss.post(&path, &json!({ "name": "X", "zone": "Mars/Base" })).await.status, 422);
        assert_eq!(w.client("owner").get(&path).await.status, 404);
        let far = tenantry::provisioning::setup::distributor(&w.app.house, tenantry::hierarchy::Name::parse("Far").expect("a name")).await.expect("made");
        let to = json!({ "distributor_id": far });
        let third = made.json["partner"].as_str().expect("an id").to_owned();
        assert_eq!(boss.post(&format!("/v1/msp/{third}/move"), &to).await.code(), "unknown-distributor");
        let platform = w.hire("both", tenantry::hierarchy::create_distributor::PLATFORM, "distributor_owner").await;
        let moved = platform.post(&format!("/v1/msp/{third}/move"), &to).await;
        assert_eq!(moved.status, 204, "{}", moved.text);
        assert_eq!(boss.get(&path).await.json["page"]["total"], 2);
        assert_eq!(boss.get(&format!("/v1/msp/{third}/settings")).await.status, 404);
    }

    async fn every_page_of_the_hierarchy_draws(w: World) {
        let customer = w.customer("Drawn", 0).await;
        let browser = w.browser("owner").await;
        let base = format!("/msp/{}", w.partner);
        let group = w.client("owner").post(&format!("/v1{base}/groups"), &json!({ "name": "Drawn too" })).await;
        let group = group.json["id"].as_str().expect("an id").to_owned();
        let pages = [
            format!("/customers/{customer}"), format!("/customers/{customer}/edit"), "/groups".into(), "/groups/new".into(), format!("/groups/{group}"),
            format!("/groups/{group}/edit"), "/settings".into(), "/alerts".into(), "/audit".into(), "/audit?verify=1".into(), "/jobs".into(),
        ];
        for page in pages {
            let answer = browser.get(&format!("{base}{page}")).await;
            assert!(answer.status == 200 && answer.text.contains("<h1>"), "{page}: {} {}", answer.status, answer.text);
        }
        let saved = browser.form(&format!("{base}/groups/new"), &[("name", "By form"), ("by", "rule"), ("country", "SE")]).await;
        assert_eq!(saved.status, 303, "{}", saved.text);
        let wrong = browser.form(&format!("{base}/groups/new"), &[("name", "Drawn too"), ("by", "hand")]).await;
        assert!(wrong.status == 422 && wrong.text.contains("aria-invalid"), "{}", wrong.text);
    }
}
