//! Bodies of the API: every field of every schema in the OpenAPI document.

use std::collections::BTreeSet;

use http::Method;
use serde_json::{Map, Value, json};

use super::{Wanted, changed, complaint, holder, marks};
use crate::{
    guards::matrix::{Cast, Relation, Rule, rules},
    scenes,
    support::{Client, World},
};

/// Bodies that are taken as they are, where the empty object is not: what is broken in each case is then one thing only.
/// `{customer}`, `{sibling}`, `{group}`, `{member}`, `{other_msp}` and `{distributor}` are the cast's.
const BASES: &[(&str, &str)] = &[
    ("POST /v1/tokens", r#"{"name":"Token"}"#),
    ("PUT /v1/help/{article}/vote", r#"{"helpful":true}"#),
    ("POST /v1/distributors/{id}/partners", r#"{"name":"Partner"}"#),
    ("PUT /v1/msp/{msp}/limits", r#"{"max_customers":20000,"max_members":500000}"#),
    ("POST /v1/msp/{msp}/move", r#"{"distributor_id":"{distributor}"}"#),
    ("POST /v1/msp/{msp}/staff", r#"{"email":"new@person.example","name":"New","role":"auditor"}"#),
    ("POST /v1/msp/{msp}/views", r#"{"name":"View","query":"status=active"}"#),
    ("POST /v1/msp/{msp}/orders", r#"{"sku":"SEATS-100-Y","quantity":1}"#),
    ("POST /v1/msp/{msp}/order-requests", r#"{"sku":"SEATS-100-Y","quantity":1}"#),
    ("POST /v1/msp/{msp}/order-requests/{id}/decline", r#"{"reason":"No"}"#),
    ("PUT /v1/msp/{msp}/order-terms", r#"{"terms":"on_account"}"#),
    ("POST /v1/distributors/{id}/orders", r#"{"unit":"seat","units":1,"months":1}"#),
    (
        "POST /v1/distributors/{id}/skus",
        r#"{"sku":"FRESH","name":"Fresh","unit":"seat","units":1,"term_months":1,"prices":[{"minor":1,"currency":"EUR"}]}"#,
    ),
    ("POST /v1/msp/{msp}/plans", r#"{"code":"fresh","name":"Fresh","term_months":12}"#),
    ("POST /v1/tenants/{customer}/subscriptions", r#"{"plan":"plan1-owner"}"#),
    ("POST /v1/tenants/{customer}/subscriptions/{id}/plan", r#"{"plan":"standard"}"#),
    ("POST /v1/tenants/{customer}/subscriptions/{id}/plan-request", r#"{"plan":"standard"}"#),
    ("POST /v1/tenants/{customer}/subscriptions/{id}/plan-request/decline", r#"{"reason":"No"}"#),
    ("POST /v1/msp/{msp}/groups", r#"{"name":"Fresh"}"#),
    ("POST /v1/msp/{msp}/templates", r#"{"name":"Fresh"}"#),
    ("POST /v1/msp/{msp}/removed/{id}/purge", r#"{"name":"Removed"}"#),
    ("POST /v1/msp/{msp}/exports", r#"{"tenant_id":"{customer}"}"#),
    ("POST /v1/msp/{msp}/groups/{id}/customers", r#"{"customers":["{customer}"]}"#),
    ("POST /v1/msp/{msp}/customers", r#"{"name":"Fresh","max_mau":10}"#),
    ("POST /v1/msp/{msp}/customers/bulk", r#"{"action":"tier","ids":["{customer}"],"value":"starter"}"#),
    ("POST /v1/msp/{msp}/customers/{customer}/move", r#"{"msp_id":"{other_msp}"}"#),
    ("PUT /v1/msp/{msp}/imports/{id}/mapping", r#"{"mapping":{"name":"name","max_mau":"max_mau"}}"#),
    ("POST /v1/msp/{msp}/customers/{customer}/trial/extend", r#"{"days":7,"reason":"Summer"}"#),
    ("POST /v1/msp/{msp}/customers/{customer}/trial/upgrade", r#"{"seats":9}"#),
    ("POST /v1/msp/{msp}/trial-requests/{id}/decide", r#"{"approve":true}"#),
    ("POST /v1/msp/{msp}/links", r#"{"account_number":"C-00042","administrator":"ann@person.example"}"#),
    ("POST /v1/msp/{msp}/customers/{customer}/link-requests/{id}/give", r#"{"approve":true}"#),
    ("POST /v1/msp/{msp}/customers/{customer}/link-requests/{id}/consent", r#"{"approve":true}"#),
    ("PUT /v1/tenants/{customer}/free-members", r#"{"members":["{member}"]}"#),
    ("POST /v1/tenants/{customer}/sites", r#"{"name":"Fresh"}"#),
    ("POST /v1/tenants/{customer}/domains", r#"{"domain":"fresh.example"}"#),
    ("POST /v1/tenants/{customer}/members", r#"{"email":"new@member.example"}"#),
    ("POST /v1/tenants/{customer}/members/activity", r#"{"member_ref":"{member}","status":"active","occurred_at":"2026-11-20T09:00:00Z"}"#),
    ("POST /v1/tenants/{customer}/member-attributes", r#"{"name":"badge","takes":"text"}"#),
    ("POST /v1/tenants/{customer}/member-groups", r#"{"name":"Fresh","rule":{"department":"Sales"}}"#),
    ("POST /v1/tenants/{customer}/member-groups/{id}/members", r#"{"members":["{member}"]}"#),
    ("POST /v1/tenants/{customer}/status-rules", r#"{"name":"Idle","when":{"idle_days":30},"then":"inactive"}"#),
    ("POST /v1/tenants/{customer}/agent-tokens", r#"{"name":"Laptops"}"#),
    ("POST /v1/tenants/{customer}/scim-tokens", r#"{"name":"Directory"}"#),
    ("POST /v1/msp/{msp}/customers/{customer}/sources", r#"{"name":"Fresh","settings":{"kind":"upload"}}"#),
    ("POST /v1/tenants/{customer}/syncs", r#"{"ok":true}"#),
    ("POST /v1/tenants/{customer}/mail-checks", r#"{"ok":true}"#),
    ("POST /v1/tenants/{customer}/mail/steps", r#"{"step":"google_allowlist","done":true}"#),
    ("POST /v1/tenants/{customer}/mail/tests", r#"{"to":"sample@person.example"}"#),
    (
        "POST /v1/tenants/{customer}/campaign-results",
        r#"{"runs":[{"name":"Run","external_ref":"r-1","at":"2026-11-20T09:00:00Z","delivered":10,"passed":5}]}"#,
    ),
    (
        "POST /v1/tenants/{customer}/campaigns",
        r#"{"external_ref":"c-1","name":"Autumn","kind":"phishing","starts_at":"2026-11-20T09:00:00Z","ends_at":"2026-12-20T09:00:00Z"}"#,
    ),
    ("POST /v1/licenses/allocate", r#"{"tenant_id":"{customer}","seats":1}"#),
    ("PUT /v1/msp/{msp}/customers/{customer}/seats", r#"{"seats":9}"#),
    ("POST /v1/licenses/release", r#"{"tenant_id":"{customer}","seats":1}"#),
    ("POST /v1/licenses/transfer", r#"{"from_tenant_id":"{customer}","to_tenant_id":"{sibling}","seats":1}"#),
];

/// A body that is refused for a reason of the world and not of itself: there is no alert and no removed customer in it.
const NOTHING_THERE: &[&str] = &[
    // No domain of the cast is proved.
    "POST /v1/tenants/{customer}/mail/tests",
    // The customer of the cast is paid for, and nobody asks for a longer trial.
    "POST /v1/msp/{msp}/customers/{customer}/trial/extend",
    "POST /v1/msp/{msp}/customers/{customer}/trial/upgrade",
    "POST /v1/msp/{msp}/trial-requests/{id}/decide",
    // Nobody asks for another plan of it.
    "POST /v1/tenants/{customer}/subscriptions/{id}/plan-request/approve",
    "POST /v1/tenants/{customer}/subscriptions/{id}/plan-request/decline",
    // Nobody asks for it either.
    "POST /v1/msp/{msp}/customers/{customer}/link-requests/{id}/give",
    "POST /v1/msp/{msp}/customers/{customer}/link-requests/{id}/consent",
    "POST /v1/msp/{msp}/alerts/{id}/resolve",
    "POST /v1/msp/{msp}/removed/{id}/purge",
    "POST /v1/msp/{msp}/removed/{id}/restore",
];

/// Fields that are an id of anything: whatever is none is not there.
const IDS: &[(&str, &str)] = &[("POST /v1/tokens", "node")];

/// Longer than any text of one field may be.
const LONG: usize = 10_000;

/// A route that takes a JSON object, or a list of them.
struct Taker {
    route: &'static str,
    method: Method,
    path: String,
    by: Client,
    base: Map<String, Value>,
    /// It takes a list: what is tried is the only object in it.
    list: bool,
    fields: Fields,
}

/// Each field with the JSON types it may have; none when anything goes.
type Fields = Vec<(String, BTreeSet<String>)>;

fn resolved<'d>(document: &'d Value, schema: &'d Value) -> &'d Value {
    let Some(name) = schema["$ref"].as_str() else { return schema };
    resolved(document, document.pointer(name.trim_start_matches('#')).expect("a schema"))
}

/// The JSON types a schema takes; empty when it says nothing.
fn kinds(document: &Value, schema: &Value) -> BTreeSet<String> {
    let schema = resolved(document, schema);
    let mut found: BTreeSet<String> = match &schema["type"] {
        Value::String(one) => [one.clone()].into(),
        Value::Array(several) => several.iter().filter_map(|v| v.as_str().map(str::to_owned)).collect(),
        _ => BTreeSet::new(),
    };
    for way in ["oneOf", "anyOf", "allOf"] {
        found.extend(schema[way].as_array().into_iter().flatten().flat_map(|part| kinds(document, part)));
    }
    found
}

/// The fields of the JSON body a route takes, if it takes one, and whether that is a list of objects with these fields.
fn fields(document: &Value, rule: &Rule) -> Option<(bool, Fields)> {
    let operation = &document["paths"][rule.path()][rule.method().to_lowercase()];
    let schema = resolved(document, operation["requestBody"]["content"].get("application/json")?.get("schema")?);
    let list = schema["type"] == "array";
    let schema = if list { resolved(document, &schema["items"]) } else { schema };
    let properties = schema["properties"].as_object().unwrap_or_else(|| panic!("{}: its body has no properties", rule.route));
    Some((list, properties.iter().map(|(name, schema)| (name.clone(), kinds(document, schema))).collect()))
}

async fn takers(w: &World, cast: &Cast) -> Vec<Taker> {
    let document: Value = serde_json::from_str(&tenantry::router::openapi().to_json().expect("a document")).expect("JSON");
    let child = |word: &str| cast.ours.children.iter().find(|(name, _)| *name == word).map_or("", |(_, id)| id.as_str());
    let (group, member) = (child("groups"), child("members"));
    let mut found = Vec::new();
    for rule in rules().into_iter().filter(|r| !r.is_page()) {
        let Some((list, fields)) = fields(&document, &rule) else { continue };
        let (path, _) = cast.request(&rule, Relation::Own).expect("a path");
        let base = BASES.iter().find(|(route, _)| *route == rule.route).map_or("{}", |(_, body)| *body);
        let base = base
            .replace("{customer}", &cast.ours.customer.to_string())
            .replace("{sibling}", &cast.ours.sibling.to_string())
            .replace("{group}", group)
            .replace("{member}", member)
            .replace("{other_msp}", &cast.theirs.partner.to_string())
            .replace("{distributor}", &w.distributor.to_string());
        let base = serde_json::from_str(&base).expect("an object");
        let by = w.client(holder(&rule)).keyed();
        let tag = if rule.method() == "PATCH" { by.get(&path).await.header("etag").to_owned() } else { String::new() };
        let by = if tag.is_empty() { by } else { by.with("if-match", &tag) };
        found.push(Taker { route: rule.route, method: rule.method().parse().expect("a method"), path, by, base, list, fields });
    }
    found
}

/// A value of each type that the field does not have.
fn wrong_values(kinds: &BTreeSet<String>) -> Vec<Value> {
    let of = [
        ("object", json!({ "$gt": "" })),
        ("array", json!([])),
        ("array", json!([["x"]])),
        ("boolean", json!(true)),
        ("string", json!("x")),
        ("number", json!(7.5)),
    ];
    of.into_iter().filter(|(kind, _)| !kinds.is_empty() && !kinds.contains(*kind)).map(|(_, value)| value).collect()
}

impl Taker {
    /// An object as it is sent.
    fn sent(&self, object: &str) -> Vec<u8> {
        if self.list { format!("[{object}]") } else { object.to_owned() }.into_bytes()
    }

    /// What must be named where a field is refused.
    fn naming(&self, field: &str) -> Wanted {
        if self.list { Wanted::naming(&format!("0/{field}")) } else { Wanted::naming(field) }
    }

    /// The base with one field set.
    fn with(&self, field: &str, value: Value) -> Vec<u8> {
        let mut body = self.base.clone();
        body.insert(field.to_owned(), value);
        self.sent(&Value::Object(body).to_string())
    }

    /// The base (or one field with some value) with that field said twice.
    fn twice(&self, field: &str, value: &Value) -> Vec<u8> {
        let mut pairs: Vec<String> =
            self.base.iter().filter(|(name, _)| *name != field).map(|(n, v)| format!("{}:{v}", json!(n))).collect();
        pairs.extend([(); 2].map(|()| format!("{}:{value}", json!(field))));
        self.sent(&format!("{{{}}}", pairs.join(",")))
    }

    /// Every bad body of this route, with what must come of it.
    fn cases(&self) -> Vec<(String, Vec<u8>, Wanted)> {
        let raw = |name: &str, body: &[u8]| (name.to_owned(), body.to_vec(), Wanted::any());
        let mut cases = vec![
            raw("no body", b""),
            raw("half a body", b"{\"name\": "),
            raw("an array", b"[]"),
            raw("a number", b"7"),
            raw("a text", b"\"text\""),
            raw("null", b"null"),
            raw("two bodies", b"{}{}"),
            raw("invalid UTF-8", b"{\"name\": \"\xff\xfe\"}"),
            ("10 MB".to_owned(), vec![b' '; 10 * 1024 * 1024], Wanted { statuses: &[413], field: None }),
            ("an unknown field".to_owned(), self.with("colour_of_sky", json!("red")), self.naming("colour_of_sky")),
        ];
        for (field, kinds) in &self.fields {
            for wrong in wrong_values(kinds) {
                cases.push((format!("{field} as {wrong}"), self.with(field, wrong), self.naming(field)));
            }
            let usual = self.base.get(field).cloned().or_else(|| kinds.contains("string").then(|| json!("x"))).unwrap_or(Value::Null);
            cases.push((format!("{field} twice"), self.twice(field, &usual), Wanted::any()));
            if kinds.contains("string") {
                cases.push((format!("{field} with NUL"), self.with(field, json!("a\u{0}b")), self.naming(field)));
                let id = IDS.contains(&(self.route, field.as_str()));
                let wanted = if id { Wanted { statuses: &[404], field: None } } else { self.naming(field) };
                cases.push((format!("{field} of {LONG} characters"), self.with(field, json!("x".repeat(LONG))), wanted));
            }
        }
        cases
    }
}

scenes! {
    async fn every_body_of_the_api_is_judged(w: World) {
        let cast = Cast::gather(&mut w).await;
        let takers = takers(&w, &cast).await;
        assert!(takers.len() > 20, "only {} routes take a body", takers.len());
        let mut wrong = Vec::new();
        for taker in &takers {
            let body = taker.sent(&Value::Object(taker.base.clone()).to_string());
            let path = format!("{}?preview=true", taker.path);
            let answer = taker.by.request(taker.method.clone(), &path, Some("application/json"), body).await;
            if !(200..300).contains(&answer.status) && !NOTHING_THERE.contains(&taker.route) {
                wrong.push(format!("{}: its usual body is refused, so that nothing else is proved (see BASES): {}", taker.route, answer.text));
            }
        }
        let before = marks(&w);
        for taker in &takers {
            for (what, body, wanted) in taker.cases() {
                let answer = taker.by.request(taker.method.clone(), &taker.path, Some("application/json"), body).await;
                wrong.extend(complaint(&answer, &wanted).map(|why| format!("{} {what}: {why}", taker.route)));
            }
            let answer = taker.by.request(taker.method.clone(), &taker.path, Some("text/plain"), b"{}".to_vec()).await;
            let wanted = Wanted { statuses: &[415], field: None };
            wrong.extend(complaint(&answer, &wanted).map(|why| format!("{} as text/plain: {why}", taker.route)));
        }
        wrong.extend(changed(&before, &w).into_iter().map(|table| format!("{table} was changed by bad input")));
        assert!(wrong.is_empty(), "{} answers to bad input:\n{}", wrong.len(), wrong.join("\n"));
    }

    async fn versions_and_keys_are_asked_for_where_the_document_says(w: World) {
        let cast = Cast::gather(&mut w).await;
        let document: Value = serde_json::from_str(&tenantry::router::openapi().to_json().expect("a document")).expect("JSON");
        let asks = |taker: &Taker, name: &str| {
            let (method, path) = taker.route.split_once(' ').expect("a route");
            let parameters = document["paths"][path][method.to_lowercase()]["parameters"].as_array();
            parameters.into_iter().flatten().any(|p| p["in"] == "header" && p["name"] == name && p["required"] == true)
        };
        let takers = takers(&w, &cast).await;
        let before = marks(&w);
        let (mut wrong, mut versions, mut keys) = (Vec::new(), 0, 0);
        for taker in &takers {
            let body = || taker.sent(&Value::Object(taker.base.clone()).to_string());
            let by = w.client(holder(&rules().into_iter().find(|r| r.route == taker.route).expect("its line")));
            if taker.method == Method::PATCH {
                versions += 1;
                for (tag, statuses) in [("", &[428_u16][..]), ("nonsense", &[428]), ("\"999\"", &[412])] {
                    let by = if tag.is_empty() { by.clone() } else { by.with("if-match", tag) };
                    let answer = by.request(taker.method.clone(), &taker.path, Some("application/json"), body()).await;
                    let wanted = Wanted { statuses, field: None };
                    wrong.extend(complaint(&answer, &wanted).map(|why| format!("{} at version {tag:?}: {why}", taker.route)));
                }
            }
            if asks(taker, "Idempotency-Key") {
                keys += 1;
                let long = "k".repeat(256);
                for by in [by.clone(), by.with("idempotency-key", ""), by.with("idempotency-key", &long)] {
                    let answer = by.request(taker.method.clone(), &taker.path, Some("application/json"), body()).await;
                    let wanted = Wanted { statuses: &[400], field: None };
                    wrong.extend(complaint(&answer, &wanted).map(|why| format!("{} without a key: {why}", taker.route)));
                }
            }
        }
        wrong.extend(changed(&before, &w).into_iter().map(|table| format!("{table} was changed by bad input")));
        assert!(versions > 4 && keys > 3, "{versions} routes ask for a version, {keys} for a key");
        assert!(wrong.is_empty(), "{} answers without version or key:\n{}", wrong.len(), wrong.join("\n"));
    }

    async fn no_path_breaks_a_route(w: World) {
        let cast = Cast::gather(&mut w).await;
        let mut wrong = Vec::new();
        for rule in rules().into_iter().filter(|r| r.path().contains('{')) {
            let by = if rule.is_page() { w.browser(holder(&rule)).await } else { w.client(holder(&rule)).keyed() };
            let (good, body) = cast.request(&rule, Relation::Own).expect("a path");
            let kind = if rule.is_page() { "application/x-www-form-urlencoded" } else { "application/json" };
            let method: Method = rule.method().parse().expect("a method");
            for part in ["%00", "a%00b", "%ff", "%2e%2e", "%F0%9F%8E%89", &"x".repeat(6_000)] {
                // The last placeholder stands for what is asked about.
                let words: Vec<&str> = good.split('/').collect();
                let at = rule.path().split('/').enumerate().filter(|(_, word)| word.starts_with('{')).map(|(n, _)| n).last().expect("one");
                let path = words.iter().enumerate().map(|(n, word)| if n == at { part } else { word }).collect::<Vec<_>>().join("/");
                let answer = match rule.is_safe() {
                    true => by.get(&path).await,
                    false => by.request(method.clone(), &path, Some(kind), body.clone().into_bytes()).await,
                };
                if answer.status >= 500 || (answer.status < 300 && !rule.is_open() && !rule.path().contains("/access/")) {
                    let part: String = part.chars().take(20).collect();
                    wrong.push(format!("{} with {part}: answers {}", rule.route, answer.status));
                }
            }
        }
        assert!(wrong.is_empty(), "{} paths break a route:\n{}", wrong.len(), wrong.join("\n"));
    }

    async fn every_list_refuses_a_cursor_that_is_none(w: World) {
        let cast = Cast::gather(&mut w).await;
        let document: Value = serde_json::from_str(&tenantry::router::openapi().to_json().expect("a document")).expect("JSON");
        let takes = |rule: &Rule, name: &str| {
            let parameters = document["paths"][rule.path()]["get"]["parameters"].as_array();
            parameters.into_iter().flatten().any(|p| p["name"] == name)
        };
        let lists: Vec<Rule> = rules().into_iter().filter(|r| !r.is_page() && r.is_safe() && takes(r, "page[after]")).collect();
        assert!(lists.len() >= 5, "only {} lists are paged", lists.len());
        let mut wrong = Vec::new();
        for rule in &lists {
            let (path, _) = cast.request(rule, Relation::Own).expect("a path");
            let by = w.client(holder(rule));
            let foreign = by.get(&format!("/v1/msp/{}/customers?page[size]=1&sort=name", w.partner)).await;
            let foreign = foreign.json["page"]["next"].as_str().unwrap_or("nonsense").to_owned();
            let foreign = format!("page[after]={foreign}&page[size]=7");
            for query in ["page[after]=nonsense", "page[after]=", "page[after]=%00", "page[after]=%ff", "page[size]=0", "colour=red", foreign.as_str()] {
                let answer = by.get(&format!("{path}?{query}")).await;
                let wanted = Wanted { statuses: &[400], field: None };
                wrong.extend(complaint(&answer, &wanted).map(|why| format!("{} {query}: {why}", rule.route)));
            }
        }
        assert!(wrong.is_empty(), "{} answers to bad queries:\n{}", wrong.len(), wrong.join("\n"));
    }
}
