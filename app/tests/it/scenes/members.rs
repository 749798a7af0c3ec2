//! What is known of members: their site for good, their type, their attributes; by hand, from files, directories and sources.

use http::Method;
use serde_json::{Value, json};
use store::CustomerId;

use super::{
    offboarding::{ok, post},
    sources::{Feed, PEOPLE},
};
use crate::{
    scenes,
    support::{Client, World},
};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

/// How many members a filter finds.
async fn found(client: &Client, customer: CustomerId, filter: &str) -> i64 {
    let list = ok(client, &format!("/v1/tenants/{customer}/members?{filter}")).await;
    assert_eq!(list["page"]["total"], list["data"].as_array().expect("a list").len(), "{filter}");
    list["page"]["total"].as_i64().expect("a number")
}

/// The member of an address.
async fn member(client: &Client, customer: CustomerId, email: &str) -> Value {
    ok(client, &format!("/v1/tenants/{customer}/members?q={email}")).await["data"][0].clone()
}

/// Changes a member as it was just read.
async fn change(client: &Client, path: &str, body: Value) -> crate::support::Answer {
    let tag = client.get(path).await.header("etag").to_owned();
    client.with("if-match", &tag).patch(path, &body).await
}

/// Brings in what is good of a file of members; gives the verdicts.
async fn import(w: &World, customer: CustomerId, csv: &str) -> Value {
    let owner = w.client("owner").keyed();
    let path = format!("/v1/tenants/{customer}/members/import");
    let seen = owner.request(Method::POST, &path, Some("text/csv"), csv.as_bytes().to_vec()).await;
    assert_eq!(seen.status, 201, "{}", seen.text);
    let start = format!("/v1/msp/{}/imports/{}/start", w.partner, text(&seen.json["import_id"]));
    let begun = owner.post(&start, &json!({ "partial": true })).await;
    assert_eq!(begun.status, 202, "{}", begun.text);
    w.work().await;
    seen.json
}

scenes! {
    async fn f0_27_a_member_stays_at_the_site_it_was_made_for_and_has_a_type(w: World) {
        w.order_seats(1).await;
        let customer = w.customer("Sited", 20).await;
        let other = w.customer("Unsited", 20).await;
        let owner = w.client("owner").keyed();
        let tenant = format!("/v1/tenants/{customer}");
        let members = format!("{tenant}/members");
        let north = text(&post(&owner, &format!("{tenant}/sites"), json!({ "name": "Norra huset" })).await["id"]).to_owned();
        let south = text(&post(&owner, &format!("{tenant}/sites"), json!({ "name": "Södra huset" })).await["id"]).to_owned();
        let strange = text(&post(&owner, &format!("/v1/tenants/{other}/sites"), json!({ "name": "Elsewhere" })).await["id"]).to_owned();

        let ann = post(&owner, &members, json!({ "email": "ann@sited.example", "type": "visitor", "site_id": north })).await;
        assert_eq!((&ann["type"], &ann["site_id"]), (&json!("visitor"), &json!(north)), "{ann}");
        let bo = post(&owner, &members, json!({ "email": "bo@sited.example", "site_id": "sodra HUSET" })).await;
        assert_eq!((&bo["type"], &bo["site_id"]), (&json!("employee"), &json!(south)), "{bo}");
        post(&owner, &members, json!({ "email": "cy@sited.example", "type": "iot" })).await;
        for (field, value) in [("site_id", "Nowhere"), ("site_id", strange.as_str()), ("type", "robot")] {
            let no = owner.post(&members, &json!({ "email": "di@sited.example", (field): value })).await;
            assert_eq!((no.status, &no.json["errors"][0]["pointer"]), (422, &json!(format!("/{field}"))), "{}", no.text);
        }

        let path = format!("{members}/{}", text(&ann["id"]));
        for site in [json!(south), json!(null)] {
            let no = change(&owner, &path, json!({ "site_id": site, "title": "Guest" })).await;
            assert_eq!((no.status, no.code(), &no.json["errors"][0]["pointer"]), (422, "site-fixed", &json!("/site_id")), "{}", no.text);
            assert!(no.text.contains("Nothing was changed"), "{}", no.text);
        }
        assert_eq!(ok(&owner, &path).await["title"], Value::Null, "nothing of a refused change is done");
        assert_eq!(owner.patch(&path, &json!({ "type": "space" })).await.status, 428, "a version is asked for");
        let same = change(&owner, &path, json!({ "site_id": north, "type": "group_member" })).await;
        assert_eq!((same.status, &same.json["type"]), (200, &json!("group_member")), "{}", same.text);
        assert_eq!(w.client("auditor").with("if-match", "\"1\"").patch(&path, &json!({ "type": "iot" })).await.status, 403);
        assert_eq!(w.client("other_owner").with("if-match", "\"1\"").patch(&path, &json!({ "type": "iot" })).await.status, 404);

        for (filter, n) in [
            (format!("filter[site]={north}"), 1),
            (format!("filter[site]={south}&filter[type]=employee"), 1),
            (format!("filter[site]={south}&filter[type]=iot"), 0),
            ("filter[type]=iot&filter[status]=active".to_owned(), 1),
            ("filter[type]=iot&q=ann".to_owned(), 0),
            (String::new(), 3),
        ] {
            assert_eq!(found(&owner, customer, &filter).await, n, "{filter}");
        }
        for bad in ["filter[type]=robot", "filter[site]=north"] {
            assert_eq!(owner.get(&format!("{members}?{bad}")).await.status, 400, "{bad}");
        }
        let csv = owner.get(&format!("{members}/export?filter[site]={north}")).await;
        assert!(csv.text.lines().count() == 2 && csv.text.contains("group_member,Norra huset"), "{}", csv.text);

        let told = import(&w, customer, "email,type,network\nbo@sited.example,visitor,Norra huset\neva@sited.example,space,norra huset\nfay@sited.example,,Nowhere\n").await;
        assert_eq!((&told["counts"]["create"], &told["counts"]["update"], &told["counts"]["refused"]), (&json!(1), &json!(1), &json!(1)), "{told}");
        let [bo, eva] = [member(&owner, customer, "bo@").await, member(&owner, customer, "eva@").await];
        assert_eq!((&bo["type"], &bo["site_id"]), (&json!("visitor"), &json!(south)), "a file moves nobody");
        assert_eq!((&eva["type"], &eva["site_id"]), (&json!("space"), &json!(north)));
        assert_eq!(found(&owner, customer, "q=fay").await, 0);

        let browser = w.browser("owner").await;
        let page = format!("/msp/{}/customers/{customer}/members", w.partner);
        let form = [("email", "gus@sited.example"), ("type", "tenant"), ("site", south.as_str()), ("status", "active")];
        assert_eq!(browser.form(&page, &form).await.status, 303);
        let gus = member(&owner, customer, "gus@").await;
        assert_eq!((&gus["type"], &gus["site_id"]), (&json!("tenant"), &json!(south)), "{gus}");
        let shown = browser.get(&format!("{page}?type=tenant&site={south}")).await;
        assert!(shown.text.contains("gus@sited.example") && !shown.text.contains("bo@sited.example") && shown.text.contains("Södra huset"), "{}", shown.text);
    }

    async fn attributes_are_declared_given_found_and_removed(w: World) {
        w.order_seats(1).await;
        let customer = w.customer("Known", 20).await;
        let owner = w.client("owner").keyed();
        let tenant = format!("/v1/tenants/{customer}");
        let (members, attributes) = (format!("{tenant}/members"), format!("{tenant}/member-attributes"));
        assert_eq!(w.client("auditor").keyed().post(&attributes, &json!({ "name": "badge", "takes": "number" })).await.status, 403);
        assert_eq!(w.client("other_owner").keyed().post(&attributes, &json!({ "name": "badge", "takes": "number" })).await.status, 404);
        let badge = text(&post(&owner, &attributes, json!({ "name": "badge", "takes": "number" })).await["id"]).to_owned();
        post(&owner, &attributes, json!({ "name": "house", "takes": "choice", "choices": ["Röd", "Blå"] })).await;
        post(&owner, &attributes, json!({ "name": "ends", "takes": "date" })).await;
        for (body, code) in [
            (json!({ "name": "badge", "takes": "text" }), "name-taken"),
            (json!({ "name": "cost_center", "takes": "text" }), "name-taken"),
            (json!({ "name": "Email", "takes": "text" }), "invalid"),
            (json!({ "name": "site", "takes": "text" }), "invalid"),
            (json!({ "name": "colour", "takes": "choice" }), "invalid"),
            (json!({ "name": "colour", "takes": "text", "choices": ["a"] }), "invalid"),
        ] {
            let no = owner.post(&attributes, &body).await;
            assert_eq!((no.status, no.code()), (if code == "invalid" { 422 } else { 409 }, code), "{body}: {}", no.text);
        }

        let known = json!({ "badge": "007", "house": "rod", "cost_center": "A \"1\"%" });
        let ann = post(&owner, &members, json!({ "email": "ann@known.example", "department": "Försäljning", "attributes": known })).await;
        assert_eq!(ann["attributes"], json!({ "badge": "7", "house": "Röd", "cost_center": "A \"1\"%" }));
        let path = format!("{members}/{}", text(&ann["id"]));
        for (values, code) in [(json!({ "shoe": "42" }), "unknown-attribute"), (json!({ "badge": "seven" }), "attribute-invalid"), (json!({ "ends": "2026-02-30" }), "attribute-invalid")] {
            for no in [
                owner.post(&members, &json!({ "email": "bo@known.example", "attributes": values })).await,
                change(&owner, &path, json!({ "attributes": values })).await,
            ] {
                assert_eq!((no.status, no.code(), &no.json["errors"][0]["pointer"]), (422, code, &json!("/attributes")), "{}", no.text);
            }
        }
        let changed = change(&owner, &path, json!({ "attributes": { "ends": "2027-01-31", "house": null } })).await;
        assert_eq!(changed.json["attributes"], json!({ "badge": "7", "ends": "2027-01-31", "cost_center": "A \"1\"%" }), "{}", changed.text);

        import(&w, customer, "email,department,Attribute.Badge,attribute.house\nbo@known.example,forsaljning,7,blå\ncy@known.example,,8,\ndi@known.example,,x,\nann@known.example,,,Blå\n").await;
        for (filter, n) in [
            ("filter[attribute]=badge:7", 2),
            ("filter[attribute]=badge:70", 0),
            ("filter[attribute]=house:BLA", 2),
            ("filter[attribute]=cost_center:a%20%221%22%25", 1),
            ("filter[attribute]=cost_center:a%20%221%22", 0),
            ("filter[department]=FORSALJNING", 2),
            ("filter[department]=FORSALJNING&filter[attribute]=house:bla&filter[source]=import", 1),
            ("filter[department]=Fors", 0),
        ] {
            assert_eq!(found(&owner, customer, filter).await, n, "{filter}");
        }
        assert_eq!(owner.get(&format!("{members}?filter[attribute]=badge")).await.status, 400);
        assert_eq!(found(&owner, customer, "q=di@").await, 0, "a row whose value does not fit is refused");
        let csv = owner.get(&format!("{members}/export?filter[attribute]=badge:8")).await;
        let (head, row) = csv.text.split_once('\n').expect("two lines");
        assert!(head.trim_end().ends_with("attribute.badge,attribute.ends,attribute.house") && row.trim_end().ends_with("8,,"), "{}", csv.text);

        let browser = w.browser("owner").await;
        let base = format!("/msp/{}/customers/{customer}", w.partner);
        let page = format!("{base}/members/{}", text(&ann["id"]));
        let shown = browser.get(&page).await;
        assert!(shown.status == 200 && shown.text.contains("attribute_badge") && shown.text.contains("2027-01-31"), "{}", shown.text);
        let version = ok(&owner, &path).await["version"].to_string();
        let form = |badge: &'static str| [("email", "ann@known.example"), ("name", "Ann Berg"), ("department", "Försäljning"), ("type", "employee"), ("attribute_badge", badge), ("attribute_house", "Blå"), ("attribute_ends", ""), ("attribute_cost_center", "B")];
        let sent = async |badge: &'static str, version: &str| {
            let fields: Vec<(&str, &str)> = form(badge).into_iter().chain([("version", version)]).collect();
            browser.form(&page, &fields).await
        };
        let no = sent("nine", &version).await;
        assert!(no.status == 422 && no.text.contains("-3.5") && no.text.contains("value=\"nine\""), "{}", no.text);
        assert_eq!(sent("9", &version).await.status, 303);
        let after = ok(&owner, &path).await;
        assert_eq!((&after["name"], &after["attributes"]), (&json!("Ann Berg"), &json!({ "badge": "9", "house": "Blå", "cost_center": "B" })));
        assert_eq!(sent("10", &version).await.status, 422, "somebody changed it meanwhile");
        assert_eq!(w.browser("auditor").await.form(&page, &[("version", "1")]).await.status, 403);

        let gone = format!("{base}/attributes/{badge}/remove");
        assert!(browser.get(&gone).await.text.contains("3 members"));
        assert_eq!(browser.form(&gone, &[("typed_name", "bagde")]).await.status, 422);
        assert_eq!(browser.form(&gone, &[("typed_name", "badge")]).await.status, 303);
        assert_eq!(found(&owner, customer, "filter[attribute]=badge:9").await, 0);
        assert_eq!(ok(&owner, &path).await["attributes"], json!({ "house": "Blå", "cost_center": "B" }));
        assert_eq!(ok(&owner, &attributes).await["page"]["total"], 2);
        assert_eq!(owner.delete(&format!("{attributes}/{badge}")).await.status, 404);
        assert_eq!(browser.form(&format!("{base}/attributes"), &[("name", "shift"), ("takes", "choice"), ("choices", "Day\nNight")]).await.status, 303);
        let list = browser.get(&format!("{base}/attributes")).await;
        assert!(list.text.contains("shift") && list.text.contains("Day, Night"), "{}", list.text);
    }

    async fn directories_fill_attributes_and_groups_and_a_hand_stands(w: World) {
        w.order_seats(1).await;
        let customer = w.customer("Filled", 20).await;
        w.verify(customer).await;
        w.work().await;
        let owner = w.client("owner").keyed();
        let tenant = format!("/v1/tenants/{customer}");
        post(&owner, &format!("{tenant}/member-attributes"), json!({ "name": "badge", "takes": "number" })).await;
        let token = post(&owner, &format!("{tenant}/scim-tokens"), json!({ "name": "Entra" })).await;
        let directory = w.client("nobody").token(text(&token["secret"]));
        let user = |center: &str| {
            let schemas = ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE];
            json!({ "schemas": schemas, "userName": "ann@filled.example", (ENTERPRISE): { "costCenter": center, "employeeNumber": "0042", "department": "Sales" } }).to_string().into_bytes()
        };
        let kind = Some("application/scim+json");
        let made = directory.request(Method::POST, "/scim/v2/Users", kind, user("A1")).await;
        assert_eq!(made.status, 201, "{}", made.text);
        let path = format!("{tenant}/members/{}", text(&made.json["id"]));
        assert_eq!(ok(&owner, &path).await["attributes"], json!({ "cost_center": "A1", "employee_number": "0042" }));
        assert_eq!(found(&owner, customer, "filter[attribute]=cost_center:a1&filter[department]=sales&filter[source]=scim").await, 1);
        assert_eq!(change(&owner, &path, json!({ "attributes": { "employee_number": "by hand", "badge": "1" } })).await.status, 200);
        let scim = format!("/scim/v2/Users/{}", text(&made.json["id"]));
        assert_eq!(directory.request(Method::PUT, &scim, kind, user("B2")).await.status, 200);
        assert_eq!(ok(&owner, &path).await["attributes"], json!({ "badge": "1", "cost_center": "B2", "employee_number": "by hand" }));
        assert_eq!(found(&owner, customer, "filter[attribute]=cost_center:b2").await, 1);

        let feed = Feed::csv(&w, customer).await;
        let says = |rows: &str| w.site.says(PEOPLE, &format!("id,email,name,groups,attribute.badge,attribute.shoe\n{rows}"));
        says("1,bo@filled.example,Bo,Sales;Board,07,42\n2,cy@filled.example,Cy,Board,x,\n");
        assert_eq!(feed.run().await["applied"]["joined"], 2);
        let bo = member(&owner, customer, "bo@").await;
        assert_eq!((&bo["attributes"], &bo["directory_groups"]), (&json!({ "badge": "7" }), &json!(["Board", "Sales"])), "{bo}");
        assert_eq!(member(&owner, customer, "cy@").await["attributes"], json!({}), "nobody is lost for a value that does not fit");
        for (group, n) in [("board", 2), ("SALES", 1), ("oard", 0)] {
            assert_eq!(found(&owner, customer, &format!("filter[directory_group]={group}")).await, n, "{group}");
        }
        says("2,cy@filled.example,Cy,Board,x,\n1,bo@filled.example,Bo,Board;Sales,7,43\n");
        let again = feed.run().await;
        assert!(["joined", "moved", "left", "conflicts"].iter().all(|n| again["applied"][n] == 0), "nothing new: {again}");
        says("1,bo@filled.example,Bo,Sales,8,\n2,cy@filled.example,Cy,Board,,\n");
        assert_eq!(feed.run().await["applied"]["moved"], 1);
        let bo = member(&owner, customer, "bo@").await;
        assert_eq!((&bo["attributes"], &bo["directory_groups"]), (&json!({ "badge": "8" }), &json!(["Sales"])), "{bo}");
        let shown = w.browser("owner").await.get(&format!("/msp/{}/customers/{customer}/members/{}", w.partner, text(&bo["id"]))).await;
        assert!(shown.text.contains("Groups of its directory") && shown.text.contains("Sales"), "{}", shown.text);
    }
}
