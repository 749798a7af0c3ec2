//! A customer's directory through its own door: SCIM 2.0.

use http::Method;
use serde_json::{Value, json};
use store::CustomerId;

use super::offboarding::{remove, restore};
use crate::{
    scenes,
    support::{Answer, Client, World},
};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// A customer's directory.
pub struct Directory {
    client: Client,
    pub customer: CustomerId,
    secret: String,
    token: String,
}

impl Directory {
    /// Makes a token as a technician and speaks by it.
    pub async fn of(w: &World, customer: CustomerId) -> Directory {
        let path = format!("/v1/tenants/{customer}/scim-tokens");
        let made = w.client("technician").post(&path, &json!({ "name": "Entra ID" })).await;
        assert_eq!(made.status, 201, "{}", made.text);
        let text = |name: &str| made.json[name].as_str().expect(name).to_owned();
        let secret = text("secret");
        Directory { client: w.client("nobody").token(&secret), customer, secret, token: text("id") }
    }

    pub async fn send(&self, method: Method, path: &str, body: &Value) -> Answer {
        let path = format!("/scim/v2{}", encoded(path));
        self.client.request(method, &path, Some("application/scim+json"), body.to_string().into_bytes()).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.client.get(&format!("/scim/v2{}", encoded(path))).await
    }

    pub async fn create(&self, name: &str, more: Value) -> Value {
        let mut body = json!({ "schemas": [USER], "userName": name });
        body.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
        let made = self.send(Method::POST, "/Users", &body).await;
        assert_eq!(made.status, 201, "{}", made.text);
        made.json
    }

    pub async fn patch(&self, path: &str, operations: Value) -> Answer {
        self.send(Method::PATCH, path, &json!({ "schemas": [PATCH], "Operations": operations })).await
    }

    async fn group(&self, name: &str, members: &[&str]) -> Answer {
        let members: Vec<Value> = members.iter().map(|id| json!({ "value": id })).collect();
        self.send(Method::POST, "/Groups", &json!({ "schemas": [GROUP], "displayName": name, "members": members })).await
    }

    pub async fn found(&self, filter: &str) -> Vec<String> {
        let answer = self.get(&format!("/Users?count=1000&filter={filter}")).await;
        assert_eq!(answer.status, 200, "{filter}: {}", answer.text);
        let listed = answer.json["Resources"].as_array().expect("a list");
        assert_eq!(answer.json["totalResults"], listed.len(), "{filter}");
        listed.iter().map(|u| u["userName"].as_str().expect("a name").to_owned()).collect()
    }

    /// The member as the console knows it.
    async fn member(&self, w: &World, id: &str) -> Value {
        w.client("owner").get(&format!("/v1/tenants/{}/members/{id}", self.customer)).await.json
    }
}

/// A path with a filter in it, as a client writes it.
fn encoded(path: &str) -> String {
    let Some((front, query)) = path.split_once('?') else { return path.to_owned() };
    let one = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        format!("{name}={}", percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC))
    };
    format!("{front}?{}", query.split('&').map(one).collect::<Vec<_>>().join("&"))
}

pub fn id(resource: &Value) -> &str {
    resource["id"].as_str().expect("an id")
}

/// A tenant with so many seats whose domain is proved, and its directory.
pub async fn tenant(w: &World, name: &str, seats: i64) -> Directory {
    let customer = w.customer(name, seats).await;
    w.verify(customer).await;
    Directory::of(w, customer).await
}

fn error(answer: &Answer, status: u16, kind: &str) {
    assert_eq!(answer.status, status, "{}", answer.text);
    assert_eq!(answer.json["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:Error"]), "{}", answer.text);
    assert_eq!(answer.json["status"], status.to_string());
    assert_eq!(answer.json["scimType"].as_str().unwrap_or_default(), kind, "{}", answer.text);
    assert!(answer.header("content-type").starts_with("application/scim+json"));
}

scenes! {
    async fn a_directory_is_connected_and_its_people_are_counted(w: World) {
        w.order_seats(1).await;
        let customer = w.customer("Acme", 2).await;
        let connection = async || w.client("technician").get(&format!("/v1/tenants/{customer}/scim-connection")).await.json;
        let before = connection().await;
        assert_eq!((&before["tokens"], &before["users"], &before["seats_free"]), (&json!(0), &json!(0), &json!(2)));
        assert_eq!(before["verified_domains"], json!([]));
        let directory = tenant_of(&w, customer).await;
        for name in ["ann", "bo", "cy"] {
            directory.create(&format!("{name}@acme.example"), json!({})).await;
        }
        directory.create("eve@elsewhere.example", json!({})).await;
        let then = connection().await;
        assert_eq!((&then["tokens"], &then["users"]), (&json!(1), &json!(4)), "{then}");
        assert_eq!((&then["active"], &then["waiting"], &then["held"], &then["seats_free"]), (&json!(2), &json!(1), &json!(1), &json!(0)), "{then}");
        assert_eq!(then["verified_domains"], json!(["acme.example"]));
        assert!(then["last_used_at"].is_string() && then["base_url"].as_str().is_some_and(|u| u.ends_with("/scim/v2")), "{then}");
        let page = w.browser("owner").await.get(&format!("/msp/{}/customers/{customer}/directory", w.partner)).await;
        assert!(page.status == 200 && page.text.contains("acme.example") && page.text.contains("1 waiting for a seat, 1 held"), "{}", page.text);
        let alerts = w.get("owner", "alerts?filter[status]=open").await;
        let codes: Vec<&str> = alerts["data"].as_array().expect("a list").iter().filter_map(|a| a["code"].as_str()).collect();
        assert!(codes.contains(&"members-held") && codes.contains(&"members-waiting"), "{alerts}");
        assert_eq!(w.client("auditor").get(&format!("/v1/tenants/{customer}/scim-connection")).await.status, 403);
        assert_eq!(w.client("other_owner").get(&format!("/v1/tenants/{customer}/scim-connection")).await.status, 404);
    }

    async fn users_come_in_are_changed_and_leave(w: World) {
        w.order_seats(1).await;
        let d = tenant(&w, "Acme", 10).await;
        let body = json!({
            "schemas": [USER, "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"], "userName": "BJensen", "externalId": "e-1",
            "name": { "familyName": "Jensen", "givenName": "Barbara" }, "displayName": "Babs Jensen", "password": "t1meMa$heen",
            "emails": [{ "value": "bjensen@acme.example", "type": "work", "primary": true }, { "value": "babs@home.example", "type": "home" }],
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "department": "Tours", "employeeNumber": "7" }, "bogus": { "x": 1 },
            "id": "mine", "meta": { "version": "x" }, "active": true,
        });
        let made = d.send(Method::POST, "/Users", &body).await;
        assert_eq!(made.status, 201, "{}", made.text);
        assert_eq!(made.header("location"), made.json["meta"]["location"].as_str().expect("a location"));
        assert_eq!(made.header("etag"), made.json["meta"]["version"].as_str().expect("a version"));
        assert!(made.header("content-type").starts_with("application/scim+json"));
        assert!(made.json.get("password").is_none() && made.json.get("bogus").is_none() && id(&made.json).starts_with("mem_"), "{}", made.text);
        assert_eq!(made.json["schemas"].as_array().map(Vec::len), Some(2));
        let path = format!("/Users/{}", id(&made.json));
        let member = d.member(&w, id(&made.json)).await;
        assert_eq!(
            [&member["email"], &member["name"], &member["department"], &member["external_id"], &member["status"], &member["source"]],
            [&json!("bjensen@acme.example"), &json!("Babs Jensen"), &json!("Tours"), &json!("e-1"), &json!("active"), &json!("scim")],
        );
        let got = d.get(&path).await;
        assert_eq!(got.json, made.json);
        let same = d.client.with("if-none-match", got.header("etag")).get(&format!("/scim/v2{path}")).await;
        assert_eq!((same.status, same.text.as_str()), (304, ""));
        let slim = d.get(&format!("{path}?attributes=userName,emails.value")).await.json;
        assert_eq!(slim, json!({ "schemas": made.json["schemas"], "id": made.json["id"], "userName": "BJensen",
            "emails": [{ "value": "bjensen@acme.example" }, { "value": "babs@home.example" }] }));
        let replaced = d.send(Method::PUT, &path, &json!({ "schemas": [USER], "userName": "bjensen", "displayName": "Barbara" })).await;
        assert_eq!(replaced.status, 200, "{}", replaced.text);
        assert!(replaced.json.get("emails").is_none() && replaced.json.get("externalId").is_none() && replaced.json["active"] == true, "{}", replaced.text);
        let member = d.member(&w, id(&made.json)).await;
        assert_eq!((&member["status"], &member["email"]), (&json!("held"), &json!("")), "without an address it is held: {member}");
        let stale = d.client.with("if-match", made.header("etag")).request(Method::DELETE, &format!("/scim/v2{path}"), None, Vec::new()).await;
        error(&stale, 412, "");
        let patched = d.patch(&path, json!([{ "op": "Add", "path": "emails[type eq \"work\"].value", "value": "b@acme.example" }, { "op": "Replace", "path": "active", "value": "False" }])).await;
        assert_eq!((patched.status, &patched.json["active"], &patched.json["emails"][0]["value"]), (200, &json!(false), &json!("b@acme.example")), "{}", patched.text);
        assert_eq!(d.member(&w, id(&made.json)).await["status"], "inactive");
        let gone = d.send(Method::DELETE, &path, &Value::Null).await;
        assert_eq!((gone.status, gone.text.as_str()), (204, ""));
        error(&d.get(&path).await, 404, "");
        error(&d.send(Method::DELETE, &path, &Value::Null).await, 404, "");
        assert_eq!(d.get("/Users?count=0").await.json["totalResults"], 0);
    }

    async fn what_a_person_decided_stands_until_the_directory_says_something_new(w: World) {
        w.order_seats(1).await;
        let d = tenant(&w, "Acme", 10).await;
        let user = d.create("ann@acme.example", json!({ "active": true, "displayName": "Ann" })).await;
        let (path, own) = (format!("/Users/{}", id(&user)), format!("/v1/tenants/{}/members/{}", d.customer, id(&user)));
        let tech = w.client("technician");
        assert_eq!(tech.patch(&own, &json!({ "status": "inactive" })).await.status, 200);
        let version = d.member(&w, id(&user)).await["version"].clone();
        let again = json!({ "schemas": [USER], "userName": "ann@acme.example", "active": true, "displayName": "Ann" });
        let same = d.send(Method::PUT, &path, &again).await;
        assert_eq!((same.status, &same.json["active"]), (200, &json!(true)), "the directory's word is told back");
        assert_eq!(d.patch(&path, json!([{ "op": "replace", "value": { "active": true } }])).await.status, 200);
        let member = d.member(&w, id(&user)).await;
        assert_eq!((&member["status"], &member["version"]), (&json!("inactive"), &version), "nothing was written");
        assert_eq!(d.patch(&path, json!([{ "op": "replace", "path": "title", "value": "Guide" }])).await.status, 200);
        assert_eq!(d.member(&w, id(&user)).await["status"], "inactive", "another attribute is no word on coming in");
        d.patch(&path, json!([{ "op": "replace", "path": "active", "value": false }])).await;
        d.patch(&path, json!([{ "op": "replace", "path": "active", "value": true }])).await;
        assert_eq!(d.member(&w, id(&user)).await["status"], "active", "out and in again is something new");
        // Taken away, it is no word; the first one after that does not overturn what a person decided meanwhile.
        assert!(d.patch(&path, json!([{ "op": "remove", "path": "active" }])).await.json.get("active").is_none());
        assert_eq!(d.member(&w, id(&user)).await["status"], "active");
        assert_eq!(tech.patch(&own, &json!({ "status": "inactive" })).await.status, 200);
        d.patch(&path, json!([{ "op": "add", "path": "active", "value": true }])).await;
        assert_eq!(d.member(&w, id(&user)).await["status"], "inactive");
        // Somebody the directory has never spoken of, put out by a person.
        let bo = tech.post(&format!("/v1/tenants/{}/members", d.customer), &json!({ "email": "bo@acme.example", "name": "Bo" })).await.json;
        assert_eq!(tech.patch(&format!("/v1/tenants/{}/members/{}", d.customer, id(&bo)), &json!({ "status": "inactive" })).await.status, 200);
        assert_eq!(d.found("userName eq \"BO@acme.example\"").await, ["bo@acme.example"], "known under its address");
        let path = format!("/Users/{}", id(&bo));
        let met = d.send(Method::PUT, &path, &json!({ "schemas": [USER], "userName": "bo@acme.example", "active": true, "title": "Cook" })).await;
        assert_eq!((met.status, &met.json["active"]), (200, &json!(true)), "{}", met.text);
        let member = d.member(&w, id(&bo)).await;
        assert_eq!((&member["status"], &member["title"]), (&json!("inactive"), &json!("Cook")));
        d.patch(&path, json!([{ "op": "replace", "path": "active", "value": false }])).await;
        d.patch(&path, json!([{ "op": "replace", "path": "active", "value": true }])).await;
        assert_eq!(d.member(&w, id(&bo)).await["status"], "active");
    }

    async fn an_address_outside_the_verified_domains_holds_its_member(w: World) {
        w.order_seats(1).await;
        let customer = w.customer("Acme", 2).await;
        let d = Directory::of(&w, customer).await;
        let come = async |name: &str| {
            w.pass_to(store::Timestamp(w.now().0 + 1_000_000));
            d.create(name, json!({})).await
        };
        let (ann, bo, eve) = (come("ann@acme.example").await, come("bo").await, come("eve@elsewhere.example").await);
        let (cy, dee) = (come("cy@acme.example").await, come("dee@acme.example").await);
        let status = async |user: &Value| d.member(&w, id(user)).await["status"].as_str().unwrap_or_default().to_owned();
        for user in [&ann, &bo, &eve, &cy, &dee] {
            assert_eq!(status(user).await, "held", "no domain is proved: {}", user["userName"]);
            assert_eq!(user["active"], true, "what the directory said");
        }
        let owner = w.client("owner");
        let count = async |word: &str| owner.get(&format!("/v1/tenants/{customer}/members?filter[status]={word}")).await.json["page"]["total"].clone();
        assert_eq!((count("held").await, count("active").await), (json!(5), json!(0)));
        let own = |user: &Value| format!("/v1/tenants/{customer}/members/{}", id(user));
        let forced = owner.patch(&own(&ann), &json!({ "status": "active" })).await;
        assert_eq!((forced.status, forced.code()), (409, "member-held"), "{}", forced.text);
        let access = owner.get(&format!("/v1/tenants/{customer}/access/ann@acme.example")).await;
        assert_eq!(access.json["allow"], false);
        let alerts = w.get("owner", "alerts?filter[code]=members-held&filter[status]=open").await;
        assert_eq!(alerts["data"][0]["detail"]["held"], 5, "{alerts}");
        w.verify(customer).await;
        w.work().await;
        let now = [status(&ann).await, status(&bo).await, status(&eve).await, status(&cy).await, status(&dee).await];
        assert_eq!(now, ["active", "held", "held", "active", "waiting"], "in the order they came, as far as seats go");
        let path = format!("/Users/{}", id(&eve));
        d.patch(&path, json!([{ "op": "replace", "path": "active", "value": false }])).await;
        assert_eq!(status(&eve).await, "inactive");
        d.patch(&path, json!([{ "op": "replace", "path": "active", "value": true }])).await;
        assert_eq!(status(&eve).await, "held");
        d.patch(&format!("/Users/{}", id(&ann)), json!([{ "op": "add", "path": "emails", "value": [{ "value": "ann@gmail.example", "type": "work" }] }])).await;
        assert_eq!((status(&ann).await, status(&dee).await), ("held".to_owned(), "active".to_owned()), "its seat goes to who waits");
        let etag = owner.get(&own(&bo)).await.header("etag").to_owned();
        let edited = owner.with("if-match", &etag).patch(&own(&bo), &json!({ "email": "bo@acme.example" })).await;
        assert_eq!((edited.status, &edited.json["status"]), (200, &json!("waiting")), "{}", edited.text);
        assert_eq!(owner.delete(&own(&eve)).await.status, 200);
        assert_eq!(owner.delete(&own(&ann)).await.status, 200);
        assert_eq!(count("held").await, 0);
        let alerts = w.get("owner", "alerts?filter[code]=members-held&filter[status]=open").await;
        assert_eq!(alerts["data"], json!([]), "nobody is held any more");
    }

    async fn one_tenants_token_opens_nothing_else(w: World) {
        w.order_seats(1).await;
        let (a, b) = (tenant(&w, "Acme", 5).await, tenant(&w, "Brand", 5).await);
        let ann = a.create("ann@acme.example", json!({})).await;
        let group = b.group("Theirs", &[]).await.json;
        let nothing = b.get(&format!("/Users/{}", "mem_00000000000000000000000000")).await;
        error(&nothing, 404, "");
        for path in [format!("/Users/{}", id(&ann)), "/Users/nonsense".to_owned(), format!("/Groups/{}", id(&ann))] {
            for method in [Method::GET, Method::PUT, Method::PATCH, Method::DELETE] {
                let body = if method == Method::PATCH {
                    json!({ "schemas": [PATCH], "Operations": [{ "op": "replace", "path": "displayName", "value": "x" }] })
                } else {
                    json!({ "schemas": [USER, GROUP], "userName": "x", "displayName": "x" })
                };
                let answer = b.send(method, &path, &body).await;
                assert_eq!((answer.status, &answer.text), (404, &nothing.text), "{path}");
            }
        }
        assert_eq!(b.get("/Users").await.json["totalResults"], 0);
        error(&a.group("Mixed", &[id(&group)]).await, 400, "invalidValue");
        // No token, a wrong one, one of the API: the same answer. And none of a directory's at the API.
        let v1 = w.client("owner").get("/scim/v2/Users").await;
        let none = w.client("nobody").get("/scim/v2/Users").await;
        let wrong = w.client("nobody").token("tsc_wrong").get("/scim/v2/Users").await;
        error(&none, 401, "");
        assert!(none.header("www-authenticate").starts_with("Bearer"));
        assert_eq!((&v1.text, &wrong.text, v1.status, wrong.status), (&none.text, &none.text, 401, 401));
        for path in ["/v1/me".to_owned(), format!("/v1/tenants/{}/members", a.customer), format!("/v1/msp/{}/customers", w.partner)] {
            assert_eq!(a.client.get(&path).await.status, 401, "{path}");
        }
        // Its maker may go; the token stays until it is revoked, or its customer leaves.
        w.spoil("technician").await;
        assert_eq!(a.get("/Users").await.status, 200);
        let tokens = format!("/v1/tenants/{}/scim-tokens", a.customer);
        let owner = w.client("owner");
        let listed = owner.get(&tokens).await;
        assert!(listed.json["data"][0]["last_used_at"].is_string() && !listed.text.contains(&a.secret), "{}", listed.text);
        assert_eq!(w.client("other_owner").get(&tokens).await.status, 404);
        assert_eq!(w.client("auditor").get(&tokens).await.status, 403);
        let mine = owner.post("/v1/tokens", &json!({ "name": "x", "role": "directory", "node": a.customer })).await;
        assert_eq!((mine.status, mine.code()), (422, "role-not-assignable"), "{}", mine.text);
        assert_eq!(owner.delete(&format!("/v1/tenants/{}/scim-tokens/{}", b.customer, a.token)).await.status, 404);
        assert_eq!(owner.delete(&format!("{tokens}/{}", a.token)).await.status, 204);
        assert_eq!(a.get("/Users").await.text, none.text);
        assert_eq!(owner.delete(&format!("{tokens}/{}", a.token)).await.status, 404);
        w.pass_days(366);
        assert_eq!(b.get("/Users").await.status, 401, "a year is over");
    }

    async fn bad_requests_are_refused_by_their_name(w: World) {
        w.order_seats(1).await;
        let d = tenant(&w, "Acme", 5).await;
        let ann = d.create("Ann@Acme.example", json!({ "externalId": "1" })).await;
        d.create("other", json!({ "emails": [{ "value": "taken@acme.example", "type": "work" }] })).await;
        let path = format!("/Users/{}", id(&ann));
        for (body, status, kind) in [
            (json!({ "schemas": [USER], "userName": "ANN@acme.EXAMPLE" }), 409, "uniqueness"),
            (json!({ "schemas": [USER], "userName": "x", "emails": [{ "value": "TAKEN@acme.example", "primary": true }] }), 409, "uniqueness"),
            (json!({ "schemas": [USER] }), 400, "invalidValue"),
            (json!({ "schemas": [USER], "userName": "" }), 400, "invalidValue"),
            (json!({ "schemas": [USER], "userName": 7 }), 400, "invalidValue"),
            (json!({ "schemas": [USER], "userName": ["x"] }), 400, "invalidValue"),
            (json!({ "schemas": [USER], "userName": "a\u{0}b" }), 400, "invalidValue"),
            (json!({ "schemas": [USER], "userName": "x".repeat(2_000) }), 400, "invalidValue"),
            (json!({ "schemas": [USER], "userName": "x", "active": "perhaps" }), 400, "invalidValue"),
            (json!({ "schemas": [USER], "userName": "x", "name": "plain" }), 400, "invalidValue"),
            (json!({ "schemas": [USER], "userName": "x", "emails": [{ "value": "a", "primary": true }, { "value": "b", "primary": true }] }), 400, "invalidValue"),
            (json!({ "userName": "x" }), 400, "invalidSyntax"),
            (json!({ "schemas": ["urn:bogus"], "userName": "x" }), 400, "invalidSyntax"),
            (json!(["x"]), 400, "invalidSyntax"),
        ] {
            error(&d.send(Method::POST, "/Users", &body).await, status, kind);
        }
        let raw = async |method: Method, kind: Option<&str>, body: Vec<u8>| d.client.request(method, &format!("/scim/v2{path}"), kind, body).await;
        error(&raw(Method::PUT, Some("application/scim+json"), b"{\"userName\": ".to_vec()).await, 400, "invalidSyntax");
        error(&raw(Method::PUT, Some("text/plain"), b"{}".to_vec()).await, 415, "");
        error(&raw(Method::PATCH, Some("application/scim+json"), vec![b' '; 10 * 1024 * 1024]).await, 413, "");
        error(&raw(Method::POST, Some("application/scim+json"), b"{}".to_vec()).await, 405, "");
        error(&d.get("/Nothing").await, 404, "");
        error(&d.patch(&path, json!([{ "op": "replace", "path": "userName", "value": "OTHER" }])).await, 409, "uniqueness");
        error(&d.patch(&path, json!([])).await, 400, "invalidSyntax");
        error(&d.patch(&path, json!([{ "op": "replace", "path": "title", "value": "x" }, { "op": "replace", "path": "bogus", "value": 1 }])).await, 400, "invalidPath");
        assert!(d.get(&path).await.json.get("title").is_none(), "all of a patch, or nothing");
        for (query, kind) in [
            ("filter=userName", "invalidFilter"),
            ("filter=bogus eq \"x\"", "invalidFilter"),
            ("filter=active gt true", "invalidFilter"),
            ("startIndex=x", "invalidValue"),
            ("sortBy=bogus", "invalidValue"),
            ("sortOrder=up&sortBy=userName", "invalidValue"),
            ("cursor=bogus", "invalidCursor"),
            ("attributes=userName&excludedAttributes=emails", "invalidValue"),
        ] {
            error(&d.get(&format!("/Users?{query}")).await, 400, kind);
        }
        error(&d.get(&format!("/Users?filter={}title pr{}", "(".repeat(500), ")".repeat(500))).await, 400, "invalidFilter");
        error(&d.get(&format!("/Users?filter=userName eq \"{}\"", "x".repeat(3_000))).await, 400, "invalidFilter");
        error(&d.get("/Schemas?filter=id pr").await, 403, "");
        error(&d.get("/Me").await, 501, "");
        let many: Vec<Value> = (0..1_001).map(|n| json!({ "method": "POST", "path": "/Users", "bulkId": n.to_string(), "data": {} })).collect();
        error(&d.send(Method::POST, "/Bulk", &json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": many })).await, 413, "");
        assert_eq!(d.get("/Users?count=0").await.json["totalResults"], 2, "nothing of all this was done");
        // A list and a person meet the names a directory gave.
        let taken = w.client("owner").post(&format!("/v1/tenants/{}/members", d.customer), &json!({ "email": "ann@acme.example" })).await;
        assert_eq!((taken.status, taken.code()), (409, "email-taken"));
    }

    async fn lists_are_paged_sorted_and_cut_to_what_was_asked(w: World) {
        w.order_seats(1).await;
        let d = tenant(&w, "Acme", 50).await;
        for n in 0..12 {
            w.pass_to(store::Timestamp(w.now().0 + 1_000_000));
            d.create(&format!("user{n:02}@acme.example"), json!({ "title": if n % 3 == 0 { json!("Zed") } else { Value::Null }, "displayName": format!("N{}", 11 - n) })).await;
        }
        let names = |answer: &Answer| -> Vec<String> { answer.json["Resources"].as_array().expect("a list").iter().map(|u| u["userName"].as_str().unwrap_or("-")[4..6].to_owned()).collect() };
        let page = d.get("/Users?startIndex=3&count=4").await;
        assert_eq!([&page.json["totalResults"], &page.json["startIndex"], &page.json["itemsPerPage"]], [12, 3, 4], "{}", page.text);
        assert_eq!(names(&page), ["02", "03", "04", "05"]);
        assert_eq!(names(&d.get("/Users?startIndex=-5&count=1").await), ["00"], "less than one is one");
        assert_eq!(names(&d.get("/Users?startIndex=100").await), [""; 0]);
        let none = d.get("/Users?count=0&filter=title pr").await;
        assert_eq!((&none.json["totalResults"], &none.json["Resources"]), (&json!(4), &json!([])), "{}", none.text);
        assert_eq!(names(&d.get("/Users?sortBy=userName&sortOrder=descending&count=2").await), ["11", "10"]);
        assert_eq!(names(&d.get("/Users?sortBy=meta.created&sortOrder=descending&count=2").await), ["11", "10"]);
        assert_eq!(names(&d.get("/Users?sortBy=displayName&count=3&startIndex=2").await)[0], "10", "N1 comes behind N0");
        assert_eq!(&names(&d.get("/Users?sortBy=title&count=12").await)[..4], ["00", "03", "06", "09"], "what has none comes last");
        let (mut seen, mut cursor) = (Vec::new(), Some(String::new()));
        while let Some(at) = cursor {
            let page = d.get(&format!("/Users?count=5&cursor={at}")).await;
            assert_eq!((page.status, &page.json["totalResults"]), (200, &json!(12)), "{}", page.text);
            seen.extend(names(&page));
            cursor = page.json["nextCursor"].as_str().map(str::to_owned);
        }
        assert_eq!(seen, (0..12).map(|n| format!("{n:02}")).collect::<Vec<_>>());
        let body = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "filter": "title pr", "attributes": ["userName"], "count": 2 });
        let found = d.send(Method::POST, "/Users/.search", &body).await;
        assert_eq!((&found.json["totalResults"], names(&found)), (&json!(4), vec!["00".to_owned(), "03".to_owned()]), "{}", found.text);
        assert!(found.json["Resources"][0].get("emails").is_none() && found.json["Resources"][0].get("meta").is_none());
        assert_eq!(d.group("G", &[]).await.status, 201);
        let body = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "startIndex": 12, "count": 5 });
        let both = d.send(Method::POST, "/.search", &body).await;
        assert_eq!((&both.json["totalResults"], &both.json["itemsPerPage"]), (&json!(13), &json!(2)), "{}", both.text);
        assert_eq!(both.json["Resources"][1]["displayName"], "G");
    }

    async fn groups_hold_people_and_groups_and_never_themselves(w: World) {
        w.order_seats(1).await;
        let d = tenant(&w, "Acme", 50).await;
        let (ann, bo) = (d.create("ann@acme.example", json!({ "displayName": "Ann" })).await, d.create("bo@acme.example", json!({})).await);
        let made = d.group("Tour Guides", &[id(&ann)]).await;
        let member = json!({ "value": id(&ann), "$ref": ann["meta"]["location"], "type": "User" });
        assert_eq!((made.status, &made.json["members"]), (201, &json!([member])), "{}", made.text);
        let path = format!("/Groups/{}", id(&made.json));
        assert_eq!(d.get(&format!("/Users/{}", id(&ann))).await.json["groups"][0]["display"], "Tour Guides");
        let added = d.patch(&path, json!([{ "op": "Add", "path": "members", "value": [{ "value": id(&bo) }, { "value": id(&ann) }] }])).await;
        assert_eq!((added.status, added.text.as_str()), (204, ""), "a group is shown to whoever asks");
        let shown = d.get(&path).await;
        assert_eq!((shown.json["members"].as_array().map(Vec::len), shown.header("etag")), (Some(2), added.header("etag")));
        let found = d.get(&format!("/Groups?filter=displayName eq \"tour guides\" and members eq \"{}\"&excludedAttributes=members", id(&bo))).await;
        assert_eq!((&found.json["totalResults"], found.json["Resources"][0].get("members")), (&json!(1), None), "{}", found.text);
        assert_eq!(d.found(&format!("groups.value eq \"{}\"", id(&made.json))).await.len(), 2);
        d.patch(&path, json!([{ "op": "Remove", "path": "members", "value": [{ "value": id(&bo) }] }])).await;
        d.patch(&path, json!([{ "op": "remove", "path": format!("members[value eq \"{}\"]", id(&ann)) }])).await;
        assert!(d.get(&path).await.json.get("members").is_none());
        assert_eq!(d.patch(&path, json!([{ "op": "remove", "path": format!("members[value eq \"{}\"]", id(&ann)) }])).await.status, 204, "who has left has left");
        d.patch(&path, json!([{ "op": "replace", "value": { "id": id(&made.json), "displayName": "Guides", "members": [{ "value": id(&bo) }] } }])).await;
        assert_eq!(d.get(&path).await.json["displayName"], "Guides");
        let (two, three) = (d.group("Two", &[id(&made.json)]).await.json, d.group("Three", &[]).await.json);
        d.patch(&format!("/Groups/{}", id(&three)), json!([{ "op": "add", "path": "members", "value": [{ "value": id(&two) }] }])).await;
        error(&d.patch(&path, json!([{ "op": "add", "path": "members", "value": [{ "value": id(&three) }] }])).await, 400, "invalidValue");
        error(&d.patch(&path, json!([{ "op": "add", "path": "members", "value": [{ "value": id(&made.json) }] }])).await, 400, "invalidValue");
        error(&d.patch(&path, json!([{ "op": "add", "path": "members", "value": [{ "value": "mem_00000000000000000000000000" }] }])).await, 400, "invalidValue");
        error(&d.patch(&path, json!([{ "op": "remove", "path": "displayName" }])).await, 400, "mutability");
        let put = d.send(Method::PUT, &path, &json!({ "schemas": [GROUP], "displayName": "Guides", "externalId": "g1" })).await;
        assert!(put.status == 200 && put.json.get("members").is_none() && put.json["externalId"] == "g1", "{}", put.text);
        assert_eq!(d.send(Method::DELETE, &path, &Value::Null).await.status, 204);
        error(&d.get(&path).await, 404, "");
        assert!(d.get(&format!("/Groups/{}", id(&two))).await.json.get("members").is_none(), "it is in no group any more");
        let before = d.patch(&format!("/Groups/{}", id(&two)), json!([{ "op": "add", "path": "members", "value": [{ "value": id(&ann) }] }])).await;
        assert_eq!(d.send(Method::DELETE, &format!("/Users/{}", id(&ann)), &Value::Null).await.status, 204);
        let after = d.get(&format!("/Groups/{}", id(&two))).await;
        assert!(after.json.get("members").is_none() && after.header("etag") != before.header("etag"), "{}", after.text);
    }

    async fn many_operations_name_each_other_in_any_order(w: World) {
        w.order_seats(1).await;
        let d = tenant(&w, "Acme", 50).await;
        let bulk = async |more: Value| {
            let mut body = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"] });
            body.as_object_mut().expect("an object").extend(more.as_object().cloned().expect("an object"));
            d.send(Method::POST, "/Bulk", &body).await
        };
        let user = |name: &str| json!({ "method": "POST", "path": "/Users", "bulkId": name, "data": { "schemas": [USER], "userName": format!("{name}@acme.example") } });
        let done = bulk(json!({ "Operations": [
            { "method": "POST", "path": "/Groups", "bulkId": "g", "data": { "schemas": [GROUP], "displayName": "G", "members": [{ "value": "bulkId:ann" }, { "value": "bulkId:bo" }] } },
            user("ann"), user("bo"),
            { "method": "PATCH", "path": "/Users/bulkId:ann", "data": { "schemas": [PATCH], "Operations": [{ "op": "add", "path": "title", "value": "T" }] } },
        ] })).await;
        assert_eq!((done.status, &done.json["schemas"][0]), (200, &json!("urn:ietf:params:scim:api:messages:2.0:BulkResponse")), "{}", done.text);
        let statuses = |answer: &Answer| -> Vec<String> { answer.json["Operations"].as_array().expect("a list").iter().map(|o| o["status"].as_str().unwrap_or_default().to_owned()).collect() };
        assert_eq!(statuses(&done), ["201", "201", "201", "200"], "{}", done.text);
        assert!(done.json["Operations"][0]["location"].as_str().is_some_and(|l| l.contains("/Groups/dgr_")) && done.json["Operations"][1]["version"].is_string());
        assert_eq!(d.found("title eq \"t\"").await, ["ann@acme.example"]);
        assert_eq!(d.get("/Groups").await.json["Resources"][0]["members"].as_array().map(Vec::len), Some(2));
        let failing = bulk(json!({ "failOnErrors": 1, "Operations": [user("ann"), user("cy")] })).await;
        assert_eq!((statuses(&failing), &failing.json["Operations"][0]["response"]["scimType"]), (vec!["409".to_owned()], &json!("uniqueness")), "{}", failing.text);
        let rest = bulk(json!({ "Operations": [user("ann"), user("cy"), { "method": "DELETE", "path": "/Users/bulkId:nobody" }, { "method": "POST", "path": "/Users", "data": {} }] })).await;
        assert_eq!(statuses(&rest), ["409", "201", "409", "400"], "{}", rest.text);
    }

    async fn the_server_says_what_it_can_do(w: World) {
        w.order_seats(1).await;
        let d = tenant(&w, "Acme", 5).await;
        let anybody = w.client("nobody").get("/scim/v2/ServiceProviderConfig").await;
        assert_eq!(anybody.status, 200, "told without a token (RFC 7643 section 5)");
        for what in ["patch", "bulk", "filter", "sort", "etag"] {
            assert_eq!(anybody.json[what]["supported"], true, "{what}");
        }
        let types = d.get("/ResourceTypes").await;
        assert_eq!((&types.json["totalResults"], &types.json["Resources"][0]["schemaExtensions"][0]["required"]), (&json!(2), &json!(false)));
        let schemas = d.get("/Schemas").await;
        assert_eq!(schemas.json["totalResults"], 3);
        for (list, below) in [(&types, "ResourceTypes"), (&schemas, "Schemas")] {
            for one in list.json["Resources"].as_array().expect("a list") {
                let again = d.get(&format!("/{below}/{}", id(one))).await;
                assert_eq!(&again.json, one, "{}", again.text);
            }
        }
        let user = d.get(&format!("/Schemas/{USER}")).await.json;
        let attribute = |name: &str| user["attributes"].as_array().expect("a list").iter().find(|a| a["name"] == name).cloned().expect(name);
        let name = attribute("userName");
        assert_eq!([&name["uniqueness"], &name["caseExact"], &name["required"]], [&json!("server"), &json!(false), &json!(true)]);
        assert_eq!([&attribute("password")["returned"], &attribute("groups")["mutability"]], ["never", "readOnly"]);
    }

    async fn a_token_stops_with_its_customer_and_comes_back_with_it(w: World) {
        w.order_seats(1).await;
        let (d, owner) = (tenant(&w, "Acme", 5).await, w.client("owner"));
        let ann = d.create("ann@acme.example", json!({})).await;
        assert_eq!(remove(&w, &owner, d.customer).await.status, 200);
        w.work().await;
        error(&d.get("/Users").await, 401, "");
        let late = d.send(Method::POST, "/Users", &json!({ "schemas": [USER], "userName": "late@acme.example" })).await;
        error(&late, 401, "");
        let back = restore(&w, &owner, d.customer, json!({})).await;
        assert!(back.status < 300, "{}", back.text);
        w.work().await;
        assert_eq!(d.found("userName pr").await, ["ann@acme.example"], "nobody came in meanwhile");
        assert_eq!(d.member(&w, id(&ann)).await["status"], "active");
    }

    async fn a_list_leaves_to_a_directory_whom_it_calls_by_that_address(w: World) {
        w.order_seats(1).await;
        let d = tenant(&w, "Acme", 10).await;
        d.create("ann@acme.example", json!({ "emails": [{ "value": "a.berg@acme.example", "type": "work" }] })).await;
        let csv = "email,name\nann@acme.example,Somebody\nnew@acme.example,New\n";
        let path = format!("/v1/tenants/{}/members/import?start=true", d.customer);
        let begun = w.client("owner").keyed().request(Method::POST, &path, Some("text/csv"), csv.into()).await;
        assert_eq!(begun.status, 202, "{}", begun.text);
        w.work().await;
        assert_eq!(d.get("/Users?count=0").await.json["totalResults"], 2);
        assert_eq!(d.found("emails.value eq \"a.berg@acme.example\"").await, ["ann@acme.example"]);
        assert_eq!(d.found("emails eq \"new@acme.example\"").await, ["new@acme.example"], "a user by its address");
    }
}

/// A tenant that was made before gets its domain and directory.
async fn tenant_of(w: &World, customer: CustomerId) -> Directory {
    w.verify(customer).await;
    Directory::of(w, customer).await
}
