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
            ("filter[attribute]=BADGE:7", 2),
            ("filter[attribute]=badge:70", 0),
            ("filter[source]=IMPORT&filter[attribute]=badge:7", 1),
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
        let long = "!".repeat(201);
        for (filter, value) in [("source", long.clone()), ("department", long.clone()), ("title", long.clone()), ("directory_group", long.clone()), ("attribute", format!("badge:{long}"))] {
            let no = owner.get(&format!("{members}?filter[{filter}]={value}")).await;
            assert!(no.status == 400 && no.text.contains(&format!("filter[{filter}]")), "{filter}: {}", no.text);
        }
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

    async fn groups_by_rule_hold_exactly_who_fits_and_those_by_hand_who_was_chosen(w: World) {
        w.order_seats(1).await;
        let customer = w.customer("Grouped", 20).await;
        let owner = w.client("owner").keyed();
        let tenant = format!("/v1/tenants/{customer}");
        let (members, groups) = (format!("{tenant}/members"), format!("{tenant}/member-groups"));
        let add = async |name: &str, department: &str, kind: &str| {
            let body = json!({ "email": format!("{name}@grouped.example"), "department": department, "type": kind });
            text(&post(&owner, &members, body).await["id"]).to_owned()
        };
        let (ann, bo, cy) = (add("ann", "Sales", "employee").await, add("bo", "Sales", "visitor").await, add("cy", "Board", "visitor").await);
        let rule = json!({ "name": "Sellers", "rule": { "department": "SALES", "status": "active" } });
        assert_eq!(w.client("auditor").keyed().post(&groups, &rule).await.status, 403);
        assert_eq!(w.client("other_owner").keyed().post(&groups, &rule).await.status, 404);
        let preview = owner.post(&format!("{groups}?preview=true"), &rule).await;
        assert!(preview.json["effects"].as_array().expect("effects").iter().any(|e| e["field"] == "members" && e["after"] == 2), "{}", preview.text);
        let sellers = text(&post(&owner, &groups, rule.clone()).await["id"]).to_owned();
        for (body, status) in [
            (rule, 409),
            (json!({ "name": "Nothing", "rule": {} }), 422),
            (json!({ "name": "Blank", "rule": { "title": " " } }), 422),
            (json!({ "name": "Odd", "rule": { "colour": "red" } }), 422),
            (json!({ "name": "Upper", "rule": { "attributes": { "Badge": "7" } } }), 422),
        ] {
            assert_eq!(owner.post(&groups, &body).await.status, status, "{body}");
        }
        let of = async |group: &str| {
            let list = ok(&owner, &format!("{members}?filter[group]={group}&sort=email")).await;
            let counted = ok(&owner, &format!("{groups}/{group}")).await;
            assert_eq!((&list["page"]["total"], &list["page"]["total"]), (&counted["members"], &json!(list["data"].as_array().expect("a list").len())));
            list["data"].as_array().expect("a list").iter().map(|m| text(&m["id"]).to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(of(&sellers).await, [ann.clone(), bo.clone()]);
        // What is a fact of a member is one of the group, in the same moment.
        assert_eq!(owner.patch(&format!("{members}/{ann}"), &json!({ "status": "inactive" })).await.status, 200);
        assert_eq!(of(&sellers).await, std::slice::from_ref(&bo));
        assert_eq!(change(&owner, &format!("{members}/{cy}"), json!({ "department": "sales" })).await.status, 200);
        assert_eq!(of(&sellers).await, [bo.clone(), cy.clone()]);
        assert_eq!(found(&owner, customer, &format!("filter[group]={sellers}&filter[type]=visitor&filter[department]=sales")).await, 2);
        assert_eq!(found(&owner, customer, &format!("filter[group]={sellers}&filter[status]=inactive")).await, 0, "the two contradict each other");
        let csv = owner.get(&format!("{members}/export?filter[group]={sellers}")).await;
        assert_eq!(csv.text.lines().count(), 3, "{}", csv.text);
        let joining = json!({ "members": [ann] });
        let no = owner.post(&format!("{groups}/{sellers}/members"), &joining).await;
        assert_eq!((no.status, no.code()), (409, "member-group-by-rule"), "{}", no.text);

        let team = text(&post(&owner, &groups, json!({ "name": "Team", "description": "By hand" })).await["id"]).to_owned();
        assert_eq!(of(&team).await, Vec::<String>::new());
        for _ in 0..2 {
            let told = owner.post(&format!("{groups}/{team}/members"), &json!({ "members": [ann, cy] })).await;
            assert_eq!((told.status, &told.json["version"]), (200, &json!(2)), "only who was not in it is a change: {}", told.text);
        }
        let other = w.customer("Ungrouped", 5).await;
        let stranger = post(&owner, &format!("/v1/tenants/{other}/members"), json!({ "email": "di@ungrouped.example" })).await;
        let no = owner.post(&format!("{groups}/{team}/members"), &json!({ "members": [bo, stranger["id"]] })).await;
        assert_eq!((no.status, no.code()), (422, "unknown-member"), "{}", no.text);
        assert_eq!(of(&team).await, [ann.clone(), cy.clone()], "nothing of a refused change is done");
        let told = owner.delete(&format!("{groups}/{team}/members/{cy}")).await;
        assert_eq!((told.status, &told.json["version"]), (200, &json!(3)), "{}", told.text);
        assert_eq!(owner.delete(&format!("{groups}/{team}/members/{cy}")).await.status, 404);
        assert_eq!(owner.get(&format!("/v1/tenants/{other}/member-groups/{team}")).await.status, 404);
        assert_eq!(found(&owner, other, &format!("filter[group]={team}")).await, 0);

        let browser = w.browser("owner").await;
        let base = format!("/msp/{}/customers/{customer}", w.partner);
        let page = format!("{base}/member-groups/{team}");
        let no = browser.form(&format!("{page}/members"), &[("emails", "bo@grouped.example\nnobody@grouped.example")]).await;
        assert!(no.status == 422 && no.text.contains("nobody@grouped.example"), "{}", no.text);
        assert_eq!(browser.form(&format!("{page}/members"), &[("emails", "BO@grouped.example, ann@grouped.example")]).await.status, 303);
        assert_eq!(of(&team).await, [ann.clone(), bo.clone()]);
        let shown = browser.get(&page).await;
        assert!(["bo@grouped.example", "2 members", "By hand"].iter().all(|text| shown.text.contains(text)), "{}", shown.text);
        let crowd = vec!["ann@grouped.example"; 101].join("\n");
        let no = browser.form(&format!("{page}/members"), &[("emails", crowd.as_str())]).await;
        assert!(no.status == 422 && no.text.contains("1 to 100"), "{}", no.text);
        assert_eq!(browser.form(&format!("{page}/members/{bo}/remove"), &[]).await.status, 303);
        assert_eq!(owner.delete(&format!("{members}/{ann}")).await.status, 200);
        assert_eq!(of(&team).await, Vec::<String>::new(), "who is removed leaves its groups");

        let list = browser.get(&format!("{base}/members?type=visitor&department=Sales")).await;
        assert!(list.text.contains("member-groups/new?type=visitor&amp;department=Sales") || list.text.contains("member-groups/new?department=Sales&amp;type=visitor"), "{}", list.text);
        for wider in ["q=grouped".to_owned(), format!("group={sellers}")] {
            let list = browser.get(&format!("{base}/members?type=visitor&{wider}")).await;
            assert!(list.status == 200 && !list.text.contains("member-groups/new?"), "no rule says all of it, {wider}: {}", list.text);
        }
        let read = w.browser("auditor").await.get(&format!("{base}/members")).await;
        assert!(read.text.contains("/member-groups\"") && read.text.contains("/attributes\""), "{}", read.text);
        let form = browser.get(&format!("{base}/member-groups/new?type=visitor&department=Sales")).await;
        assert!(form.text.contains("2 members fit this rule now"), "{}", form.text);
        let fields = [("name", "Visiting sellers"), ("by", "rule"), ("type", "visitor"), ("department", "Sales"), ("attribute", "")];
        let made = browser.form(&format!("{base}/member-groups/new"), &fields).await;
        assert_eq!(made.status, 303, "{}", made.text);
        let visiting = made.header("location").split('?').next().unwrap_or_default().to_owned();
        let shown = browser.get(&visiting).await;
        assert!(shown.text.contains("Department is Sales") && shown.text.contains("cy@grouped.example"), "{}", shown.text);
        let edited = [("name", "Visiting sellers"), ("by", "rule"), ("department", "Board"), ("version", "1")];
        assert_eq!(browser.form(&format!("{visiting}/edit"), &edited).await.status, 303);
        let late = browser.form(&format!("{visiting}/edit"), &edited).await;
        assert!(late.status == 422 && late.text.contains("Somebody changed this meanwhile"), "{}", late.text);
        assert!(!browser.get(&visiting).await.text.contains("cy@grouped.example"));
        assert_eq!(browser.form(&format!("{visiting}/delete"), &[("version", "2")]).await.status, 303);
        assert_eq!(browser.get(&visiting).await.status, 404);
        let empty = browser.form(&format!("{base}/member-groups/new"), &[("name", "Empty rule"), ("by", "rule")]).await;
        assert_eq!(empty.status, 422, "{}", empty.text);

        // A rule about a site that is removed stays what it is when its form is saved.
        let site = text(&post(&owner, &format!("{tenant}/sites"), json!({ "name": "Norra huset" })).await["id"]).to_owned();
        let north = text(&post(&owner, &groups, json!({ "name": "North", "rule": { "site_id": site, "type": "visitor" } })).await["id"]).to_owned();
        let page = format!("{base}/member-groups/{north}");
        assert!(browser.get(&page).await.text.contains("Site is Norra huset"));
        assert_eq!(owner.delete(&format!("{tenant}/sites/{site}")).await.status, 204);
        let form = browser.get(&format!("{page}/edit")).await;
        assert!(form.text.contains(&format!("value=\"{site}\"")), "{}", form.text);
    }

    async fn a_removed_attribute_does_not_come_back_and_one_declared_again_is_filled_by_its_source(w: World) {
        w.order_seats(1).await;
        let customer = w.customer("Emptied", 20).await;
        w.verify(customer).await;
        w.work().await;
        let owner = w.client("owner").keyed();
        let attributes = format!("/v1/tenants/{customer}/member-attributes");
        let declare = async || text(&post(&owner, &attributes, json!({ "name": "badge", "takes": "number" })).await["id"]).to_owned();
        let gone = async |badge: String| assert_eq!(owner.delete(&format!("{attributes}/{badge}")).await.status, 204);
        let values = async || member(&owner, customer, "cy@").await["attributes"].clone();
        let badge = declare().await;
        let feed = Feed::csv(&w, customer).await;
        w.site.says(PEOPLE, "id,email,name,attribute.badge\n1,cy@emptied.example,Cy,9\n");
        let run = feed.preview().await;
        gone(badge).await;
        assert_eq!(feed.post(&format!("/runs/{}/apply", text(&run["id"]))).await.status, 200);
        w.work().await;
        assert_eq!(values().await, json!({}), "what was read before the removal does not bring it back");
        for _ in 0..2 {
            let badge = declare().await;
            assert_eq!(feed.run().await["applied"]["moved"], 1);
            assert_eq!(values().await, json!({ "badge": "9" }));
            gone(badge).await;
            assert_eq!(values().await, json!({}));
        }
    }

    async fn an_attribute_that_is_removed_is_no_activity_and_hinders_no_undo(w: World) {
        w.order_seats(1).await;
        let customer = w.customer("Still", 20).await;
        let owner = w.client("owner").keyed();
        let tenant = format!("/v1/tenants/{customer}");
        let attributes = format!("{tenant}/member-attributes");
        let badge = text(&post(&owner, &attributes, json!({ "name": "badge", "takes": "number" })).await["id"]).to_owned();
        post(&owner, &format!("{tenant}/members"), json!({ "email": "ann@still.example", "attributes": { "badge": "7" } })).await;
        post(&owner, &format!("{tenant}/status-rules"), json!({ "name": "Idle", "when": { "idle_days": 30 }, "then": "inactive" })).await;
        w.pass_days(20);
        let told = import(&w, customer, "email,attribute.badge\nbo@still.example,8\n").await;
        assert_eq!(owner.delete(&format!("{attributes}/{badge}")).await.status, 204);
        let undo = format!("/v1/msp/{}/imports/{}/undo", w.partner, text(&told["import_id"]));
        assert_eq!(owner.post(&undo, &json!({})).await.status, 202);
        w.work().await;
        assert_eq!((found(&owner, customer, "q=bo").await, found(&owner, customer, "q=ann").await), (0, 1), "taken back as if nobody had touched it");
        w.pass_days(10);
        let changes = ok(&owner, &format!("{tenant}/status-rules/changes")).await;
        assert_eq!(changes["page"]["total"], 1, "thirty days without activity: {changes}");
    }

    async fn f0_26_status_rules_look_at_types_and_attributes(w: World) {
        w.order_seats(1).await;
        let customer = w.customer("Turned", 20).await;
        let owner = w.client("owner").keyed();
        let tenant = format!("/v1/tenants/{customer}");
        let (members, rules) = (format!("{tenant}/members"), format!("{tenant}/status-rules"));
        post(&owner, &format!("{tenant}/member-attributes"), json!({ "name": "contract", "takes": "text" })).await;
        for (name, kind, contract) in [("ann", "visitor", "Ended"), ("bo", "employee", "Ended"), ("cy", "visitor", "Runs"), ("di", "visitor", "ended")] {
            let body = json!({ "email": format!("{name}@turned.example"), "type": kind, "attributes": { "contract": contract } });
            post(&owner, &members, body).await;
        }
        // What a person decided stands.
        let di = format!("{members}/{}", text(&member(&owner, customer, "di@").await["id"]));
        for status in ["inactive", "active"] {
            assert_eq!(owner.patch(&di, &json!({ "status": status })).await.status, 200);
        }
        let when = json!({ "type": "visitor", "attributes": { "contract": "ENDED" } });
        let rule = post(&owner, &rules, json!({ "name": "Gone", "when": when, "then": "inactive" })).await;
        assert_eq!(rule["when"]["attributes"], json!({ "contract": "ENDED" }), "{rule}");
        for bad in [json!({ "attributes": { "Not a name": "x" } }), json!({ "type": "robot" }), json!({ "attributes": {} })] {
            assert_eq!(owner.post(&rules, &json!({ "name": "Bad", "when": bad, "then": "inactive" })).await.status, 422, "{bad}");
        }
        let changes = ok(&owner, &format!("{rules}/changes")).await;
        assert_eq!((&changes["page"]["total"], &changes["data"][0]["email"]), (&json!(1), &json!("ann@turned.example")), "{changes}");
        assert_eq!(post(&owner, &format!("{rules}/run"), json!({})).await["changed"], 1);
        assert_eq!(found(&owner, customer, "filter[status]=active").await, 3);
        let browser = w.browser("owner").await;
        let page = format!("/msp/{}/customers/{customer}/rules", w.partner);
        let shown = browser.get(&page).await;
        assert!(shown.text.contains("type is Visitor") && shown.text.contains("contract is ENDED"), "{}", shown.text);
        let form = [("name", "Rooms"), ("type", "space"), ("attributes", "contract:Runs"), ("then", "inactive")];
        assert_eq!(browser.form(&page, &form).await.status, 303);
        let no = browser.form(&page, &[("name", "Bad"), ("attributes", "contract"), ("then", "inactive")]).await;
        assert_eq!(no.status, 422, "{}", no.text);
        assert_eq!(ok(&owner, &rules).await["page"]["total"], 2);
    }
}
