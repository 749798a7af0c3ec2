//! What the two partners of the matrix own: everything a path can name, made through the public door.

use serde_json::{Value, json};
use store::{CustomerId, PartnerId};

use super::cast::Place;
use crate::support::{Client, World};

/// Our partner's things and the other partner's.
pub async fn places(w: &mut World) -> (Place, Place) {
    w.hire("our_colleague", w.partner, "auditor").await;
    w.hire("their_colleague", w.other, "auditor").await;
    let ours = place(w, "owner", w.partner, "our_colleague").await;
    let theirs = place(w, "other_owner", w.other, "their_colleague").await;
    (ours, theirs)
}

async fn place(w: &World, who: &str, partner: PartnerId, colleague: &str) -> Place {
    let by = w.client(who).keyed();
    made(&by, &format!("/v1/msp/{partner}/orders"), &json!({ "sku": "SEATS-1000-Y", "quantity": 1 })).await;
    let (customer, operation) = customer(w, &by, partner, &format!("First of {who}")).await;
    let (sibling, _) = self::customer(w, &by, partner, &format!("Second of {who}")).await;
    let msp = format!("/v1/msp/{partner}");
    let tenant = format!("/v1/tenants/{customer}");
    let member = json!({ "email": format!("ann@{who}.example").replace('_', "-"), "name": "Ann" });
    let email = member["email"].as_str().unwrap_or_default().to_owned();
    let staff = by.get(&format!("{msp}/staff?page[size]=200")).await;
    let everybody = staff.json["data"].as_array().cloned().unwrap_or_default();
    let person = everybody.iter().find(|p| p["email"].as_str().is_some_and(|e| e.starts_with(colleague))).cloned();
    // Another person's session and token: for whoever asks they are as if they were not there.
    let stranger = w.client(colleague).keyed();
    w.browser(colleague).await;
    let sessions = stranger.get("/v1/sessions").await;
    let group = id(&made(&by, &format!("{msp}/groups"), &json!({ "name": "Group1" })).await);
    made(&by, &format!("{msp}/groups/{group}/customers"), &json!({ "customers": [customer] })).await;
    let directory = id(&made(&by, &format!("{tenant}/scim-tokens"), &json!({ "name": "Directory1" })).await);
    let sources = format!("{msp}/customers/{customer}/sources");
    let source = id(&made(&by, &sources, &json!({ "name": "Source1", "settings": { "kind": "upload" } })).await);
    let answers = json!({ "answers": { "name": "Draft1", "max_mau": "10" } });
    let rule = json!({ "name": "Rule1", "when": { "title": "Nobody" }, "then": "inactive" });
    let rule = id(&made(&by, &format!("{tenant}/status-rules"), &rule).await);
    let attribute = json!({ "name": "attribute1", "takes": "text" });
    let attribute = id(&made(&by, &format!("{tenant}/member-attributes"), &attribute).await);
    let member = id(&made(&by, &format!("{tenant}/members"), &member).await);
    let member_group = id(&made(&by, &format!("{tenant}/member-groups"), &json!({ "name": "Team1" })).await);
    made(&by, &format!("{tenant}/member-groups/{member_group}/members"), &json!({ "members": [member] })).await;
    let key = made(&by, &format!("{tenant}/agent-tokens"), &json!({ "name": "Laptops" })).await;
    let enrolling = w.client("nobody").token(key["secret"].as_str().expect("a secret"));
    let agent = enrolling.post("/v1/agents/enrol", &json!({ "name": "Laptop", "machine_id": "m-1" })).await;
    let request = id(&made(&by, &format!("{msp}/order-requests"), &json!({ "sku": "SEATS-100-Y", "quantity": 1 })).await);
    let plan = format!("plan1-{who}").replace('_', "-");
    let new = json!({ "code": plan, "name": "Plan1", "product": "training", "term_months": 12 });
    made(&by, &format!("{msp}/plans"), &new).await;
    let subscriptions = by.get(&format!("{tenant}/subscriptions")).await;
    let children = vec![
        ("order-requests", request.clone()),
        ("requests", request),
        ("plans", plan),
        ("subscriptions", id(&subscriptions.json["data"][0])),
        ("agents", id(&json!({ "id": agent.json["agent_id"] }))),
        ("agent-tokens", id(&key)),
        ("runs", run(&by, &format!("{sources}/{source}/runs?preview=true")).await),
        ("sources", source),
        ("drafts", id(&made(&by, &format!("{msp}/drafts"), &answers).await)),
        ("onboarding", id(&made(&by, &format!("{msp}/drafts"), &answers).await)),
        ("status-rules", rule.clone()),
        ("rules", rule),
        ("member-attributes", attribute.clone()),
        ("attributes", attribute),
        ("scim-tokens", directory.clone()),
        ("directory", directory),
        ("operations", operation.clone()),
        ("groups", group),
        ("views", id(&made(&by, &format!("{msp}/views"), &json!({ "name": "View1", "query": "", "shared": true })).await)),
        (
            "domains",
            domain(&made(&by, &format!("{tenant}/domains"), &json!({ "domain": format!("{who}-more.example").replace('_', "-") })).await),
        ),
        ("sites", id(&made(&by, &format!("{tenant}/sites"), &json!({ "name": "Site1" })).await)),
        ("members", member),
        ("member-groups", member_group),
        ("access", email),
        ("staff", id(&person.expect("a colleague"))),
        ("sessions", id(&sessions.json["data"][0])),
        ("tokens", id(&made(&stranger, "/v1/tokens", &json!({ "name": "Token1" })).await)),
        ("imports", import(&by, &msp).await),
        ("templates", id(&made(&by, &format!("{msp}/templates"), &json!({ "name": "Template1" })).await)),
        ("transfers", transfer(&by, &msp).await),
        ("evidence", "seats".to_owned()),
    ];
    Place { partner, customer, sibling, operation: operation.parse().expect("an id"), children }
}

/// Uploads a file of customers and leaves it at that.
async fn import(by: &Client, msp: &str) -> String {
    let file = b"name,max_mau\nImported,10\n".to_vec();
    let answer = by.request(http::Method::POST, &format!("{msp}/customers/import"), Some("text/csv"), file).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let id = answer.json["import_id"].as_str().or(answer.json["id"].as_str());
    id.unwrap_or_else(|| panic!("no id in {}", answer.text)).to_owned()
}

/// Sends an archive and leaves it at that.
async fn transfer(by: &Client, msp: &str) -> String {
    let archive = crate::support::parcel::packed(
        "cus_elsewhere",
        &[("customer.jsonl", "{\"name\":\"Brought1\",\"domain\":\"brought.example\",\"max_mau\":10}\n")],
    );
    let answer = by.request(http::Method::POST, &format!("{msp}/transfers"), Some("application/zip"), archive).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    id(&answer.json)
}

/// Reads a file of people, only to look at it.
async fn run(by: &Client, path: &str) -> String {
    let file = b"id,email\n1,bo@new.example\n".to_vec();
    let answer = by.request(http::Method::POST, path, Some("text/csv"), file).await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    id(&answer.json)
}

/// Makes a customer, provisioned and launched; with the operation that made it.
async fn customer(w: &World, by: &Client, partner: PartnerId, name: &str) -> (CustomerId, String) {
    let asked = made(by, &format!("/v1/msp/{partner}/customers"), &json!({ "name": name, "max_mau": 1_000, "seats": 10 })).await;
    w.work().await;
    let customer: CustomerId = asked["tenant_id"].as_str().expect("an id").parse().expect("an id");
    w.app.house.execute(command::Call::operator(), tenantry::hierarchy::lifecycle::Launch { customer }).await.expect("launches");
    (customer, asked["operation_id"].as_str().expect("an id").to_owned())
}

async fn made(by: &Client, path: &str, body: &Value) -> Value {
    let answer = by.post(path, body).await;
    assert!((200..300).contains(&answer.status), "{path}: {} {}", answer.status, answer.text);
    answer.json
}

fn domain(value: &Value) -> String {
    value["domain"].as_str().unwrap_or_else(|| panic!("no domain in {value}")).to_owned()
}

fn id(value: &Value) -> String {
    value["id"].as_str().unwrap_or_else(|| panic!("no id in {value}")).to_owned()
}
