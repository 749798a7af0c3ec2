//! Bad input at the door: each answers a clear 4xx that names the field, and changes nothing.

use http::Method;
use serde_json::{Value, json};

use crate::{
    scenes,
    support::{Answer, Client, World},
};

const JSON: Option<&str> = Some("application/json");
const FORM: Option<&str> = Some("application/x-www-form-urlencoded");

/// What every answer must carry, whatever was asked.
fn is_safe(answer: &Answer) {
    for (name, part) in [
        ("content-security-policy", "default-src 'self'"),
        ("content-security-policy", "frame-ancestors 'none'"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
    ] {
        assert!(answer.header(name).contains(part), "{name} is {:?}", answer.header(name));
    }
    assert!(!answer.header("content-security-policy").contains("unsafe"), "a strict policy");
    assert!(!answer.header("x-request-id").is_empty() && answer.headers.get("server").is_none());
}

/// A problem as RFC 9457 has it, with our members.
fn is_problem(answer: &Answer, path: &str) {
    is_safe(answer);
    assert_eq!(answer.header("content-type"), "application/problem+json", "{}", answer.text);
    let path = path.split('?').next().unwrap_or_default();
    assert_eq!(
        (answer.json["status"].as_u64(), answer.json["instance"].as_str()),
        (Some(answer.status.into()), Some(path)),
        "{}",
        answer.text
    );
    for member in ["type", "title", "code"] {
        assert!(answer.json[member].as_str().is_some_and(|t| !t.is_empty()), "{member}: {}", answer.text);
    }
    let told = answer.text.to_lowercase();
    assert!(!told.contains("sqlite") && !told.contains("select ") && !told.contains("panicked"), "{}", answer.text);
}

async fn raw(by: &Client, path: &str, body: impl Into<Vec<u8>>) -> Answer {
    let answer = by.request(Method::POST, path, JSON, body.into()).await;
    is_problem(&answer, path);
    answer
}

fn fields(answer: &Answer) -> Vec<&str> {
    answer.json["errors"].as_array().into_iter().flatten().filter_map(|e| e["pointer"].as_str()).collect()
}

/// Plays bad requests and shows that nothing was changed by them. What counts attempts may count.
async fn unchanged<F: Future<Output = ()>>(w: &World, requests: F) {
    w.client("owner").get("/v1/me").await;
    let before = w.prints();
    requests.await;
    let after = w.prints();
    for (table, print) in before.iter().filter(|(table, _)| !["attempt", "credential"].contains(&table.as_str())) {
        assert_eq!(after.get(table), Some(print), "{table} was changed");
    }
}

scenes! {
    async fn bodies_that_are_no_json_or_too_much_of_it(w: World) {
        let customers = format!("/v1/msp/{}/customers", w.partner);
        unchanged(&w, async {
            let owner = w.client("owner").keyed();
            for body in ["", "{", "nonsense", "{\"name\": \"a\",}", "{\"name\": \"a\", \"max_mau\": 1} {}", "{'name': 'a'}", "\u{feff}{}"] {
                let answer = raw(&owner, &customers, body).await;
                assert_eq!((answer.status, answer.code()), (400, "invalid-json"), "{body:?}: {}", answer.text);
            }
            for body in [&b"{\"name\": \"\xff\xfe\", \"max_mau\": 1}"[..], b"\x00", b"\xc3\x28", b"{\"name\": \"\xed\xa0\x80\", \"max_mau\": 1}"] {
                let answer = raw(&owner, &customers, body).await;
                assert_eq!(answer.status, 400, "{body:?}: {}", answer.text);
            }
            let deep = "[".repeat(100_000);
            assert_eq!(raw(&owner, &customers, deep.clone()).await.status, 422);
            let nested = raw(&owner, &customers, format!("{{\"colour\": {deep}")).await;
            assert!([400, 422].contains(&nested.status), "{}", nested.text);
            let large = raw(&owner, &customers, vec![b' '; 10 * 1024 * 1024]).await;
            assert_eq!((large.status, large.code()), (413, "too-large"));
            for kind in [None, FORM, Some("text/plain"), Some("multipart/form-data")] {
                let answer = owner.with("sec-fetch-site", "same-origin").request(Method::POST, &customers, kind, b"{}".to_vec()).await;
                assert_eq!((answer.status, answer.code()), (415, "json-required"), "{kind:?}");
            }
        })
        .await;
    }

    async fn fields_of_the_wrong_kind_are_named(w: World) {
        w.order_seats(1).await;
        let msp = format!("/v1/msp/{}", w.partner);
        let long = "x".repeat(10_000);
        let cases = [
            ("customers", json!([]), None),
            ("customers", json!(null), None),
            ("customers", json!({ "name": 7, "max_mau": 1 }), Some("/name")),
            ("customers", json!({ "name": "a", "max_mau": "1" }), Some("/max_mau")),
            ("customers", json!({ "name": "a", "max_mau": 1.5 }), Some("/max_mau")),
            ("customers", json!({ "name": "a", "max_mau": -1 }), Some("/max_mau")),
            ("customers", json!({ "name": "a", "max_mau": 1, "colour": "red" }), Some("/colour")),
            ("customers", json!({ "name": long, "max_mau": 1 }), Some("/name")),
            ("customers", json!({ "name": "", "max_mau": 1 }), Some("/name")),
            ("customers", json!({ "name": "a\nb", "max_mau": 1 }), Some("/name")),
            ("customers", json!({ "name": "a\u{202e}b", "max_mau": 1 }), Some("/name")),
            ("customers", json!({ "name": "a", "max_mau": 1, "domain": "not a domain" }), Some("/domain")),
            ("customers", json!({ "name": "a", "max_mau": 1, "domain": format!("{long}.se") }), Some("/domain")),
            ("customers", json!({ "name": "a", "max_mau": 1, "admin_email": "a@b.se\nBcc: x@y.se" }), Some("/admin_email")),
            ("customers", json!({ "name": "a", "max_mau": 1, "kind": "gold" }), Some("/kind")),
            ("orders", json!({ "sku": "SEATS-1000-Y", "quantity": 0 }), Some("/quantity")),
            ("orders", json!({ "sku": "SEATS-1000-Y", "quantity": 1e300 }), Some("/quantity")),
            ("groups", json!({ "name": long }), Some("/name")),
            ("groups", json!({ "name": { "$gt": "" } }), Some("/name")),
        ];
        unchanged(&w, async {
            let owner = w.client("owner").keyed();
            for (path, body, field) in &cases {
                let answer = raw(&owner, &format!("{msp}/{path}"), body.to_string()).await;
                let told: String = body.to_string().chars().take(120).collect();
                assert_eq!(answer.status, 422, "{path} {told}: {}", answer.text);
                if let Some(field) = field {
                    assert_eq!(fields(&answer), [*field], "{path} {told}: {}", answer.text);
                }
            }
            let nul = raw(&owner, &format!("{msp}/customers"), r#"{"name": "a\u0000b", "max_mau": 1}"#).await;
            assert_eq!(nul.status, 422, "{}", nul.text);
            let twice = raw(&owner, &format!("{msp}/customers"), r#"{"name": "a", "name": "b", "max_mau": 1}"#).await;
            assert!([400, 422].contains(&twice.status) && twice.text.contains("name"), "{}", twice.text);
            let missing = raw(&owner, &format!("{msp}/customers"), r#"{"max_mau": 1}"#).await;
            assert!(missing.status == 422 && missing.text.contains("name"), "{}", missing.text);
        })
        .await;
    }

    async fn who_may_not_is_told_so_before_what_was_wrong(w: World) {
        let path = format!("/v1/msp/{}/customers", w.partner);
        unchanged(&w, async {
            for (who, status) in [("nobody", 401), ("other_owner", 404), ("admin", 403), ("auditor", 403)] {
                for body in ["{", "{}", "{\"colour\": 1}", r#"{"name": "a", "max_mau": 1}"#] {
                    assert_eq!(raw(&w.client(who).keyed(), &path, body).await.status, status, "{who} {body}");
                }
                let without_key = raw(&w.client(who), &path, r#"{"name": "a", "max_mau": 1}"#).await;
                assert_eq!(without_key.status, status, "{who}");
                let answer = w.client(who).get(&format!("/v1/msp/{}/licenses/by-tenant?colour=red", w.partner)).await;
                assert_eq!(answer.status, if ["admin", "auditor"].contains(&who) { 400 } else { status }, "{who}");
            }
        })
        .await;
    }

    async fn bad_credentials_are_no_credentials(w: World) {
        unchanged(&w, async {
            let nobody = w.client("nobody");
            let long = format!("Bearer {}", "x".repeat(8_000));
            for value in ["Bearer ", "Bearer tnt_", "Bearer nonsense", "Basic YTpi", "bearer tnt_x", "Bearer tnt_\u{00e9}", long.as_str()] {
                let answer = nobody.with("authorization", value).get("/v1/me").await;
                assert_eq!((answer.status, answer.code(), answer.header("www-authenticate")), (401, "unauthenticated", "Bearer"), "{value}");
            }
            for value in ["session=", "session=tns_x", "__Host-session=nonsense", "session=x; session=y"] {
                assert_eq!(nobody.with("cookie", value).get("/v1/me").await.status, 401, "{value}");
            }
        })
        .await;
    }

    async fn lists_take_what_they_take(w: World) {
        w.order_seats(1).await;
        for name in ["Alpha", "Beta", "Gamma"] {
            w.customer(name, 10).await;
        }
        let owner = w.client("owner");
        let customers = format!("/v1/msp/{}/customers", w.partner);
        let seats = format!("/v1/msp/{}/licenses/by-tenant", w.partner);
        let first = owner.get(&format!("{customers}?page[size]=1&sort=name")).await;
        let cursor = first.json["page"]["next"].as_str().expect("a next page").to_owned();
        unchanged(&w, async {
            for query in [
                "colour=red", "page[size]=0", "page[size]=201", "page[size]=many", "page[number]=2", "sort=colour", "filter[colour][eq]=red",
                "filter[status][like]=x", "page[after]=nonsense", "page[after]=", "q=%ff", "q=%00",
            ] {
                for path in [&customers, &seats] {
                    let path = format!("{path}?{query}");
                    let answer = owner.get(&path).await;
                    assert_eq!(answer.status, 400, "{path}: {}", answer.text);
                    is_problem(&answer, &path);
                }
            }
            // A cursor belongs to its list, its sort, its filter and its partner.
            for query in [format!("page[after]={cursor}&sort=-name"), format!("page[after]={cursor}"), format!("page[after]={cursor}&sort=name&q=a")] {
                let answer = owner.get(&format!("{customers}?{query}")).await;
                assert_eq!((answer.status, answer.code()), (400, "cursor-invalid"), "{query}: {}", answer.text);
            }
            let elsewhere = owner.get(&format!("{seats}?page[after]={cursor}")).await;
            assert_eq!((elsewhere.status, elsewhere.code()), (400, "cursor-invalid"));
            let theirs = format!("/v1/msp/{}/customers?page[after]={cursor}&sort=name", w.other);
            assert_eq!(w.client("other_owner").get(&theirs).await.status, 400);
            let mut forged = cursor.clone().into_bytes();
            forged[20] = if forged[20] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8(forged).expect("text");
            assert_eq!(owner.get(&format!("{customers}?page[after]={forged}&sort=name")).await.status, 400);
        })
        .await;
        let next = owner.get(&format!("{customers}?page[size]=1&sort=name&page[after]={cursor}")).await;
        assert_eq!((next.status, next.json["data"][0]["name"].as_str()), (200, Some("Beta")), "{}", next.text);
        w.pass_days(1);
        let old = owner.get(&format!("{customers}?page[size]=1&sort=name&page[after]={cursor}")).await;
        assert_eq!((old.status, old.code()), (400, "cursor-invalid"), "a cursor is good for a day: {}", old.text);
    }

    async fn versions_are_asked_for_and_must_fit(w: World) {
        let customer = w.customer("Careful", 0).await;
        let owner = w.client("owner").keyed();
        let path = format!("/v1/msp/{}/customers/{customer}", w.partner);
        let tag = owner.get(&path).await.header("etag").to_owned();
        assert!(tag.starts_with('"'), "an ETag: {tag}");
        let change = json!({ "name": "Careless" });
        unchanged(&w, async {
            for (tag, status) in [("", 428), ("nonsense", 428), ("\"999\"", 412), ("\"-1\"", 412), ("\"99999999999999999999\"", 428)] {
                let by = if tag.is_empty() { owner.clone() } else { owner.with("if-match", tag) };
                let answer = by.patch(&path, &change).await;
                assert_eq!(answer.status, status, "{tag}: {}", answer.text);
                is_problem(&answer, &path);
            }
            assert_eq!(w.client("auditor").patch(&path, &change).await.status, 403, "the right comes before the version");
            assert_eq!(w.client("other_owner").patch(&path, &change).await.status, 404);
        })
        .await;
        let done = owner.with("if-match", &tag).patch(&path, &change).await;
        assert_eq!(done.status, 200, "{}", done.text);
        let stale = owner.with("if-match", &tag).patch(&path, &json!({ "name": "Again" })).await;
        assert_eq!((stale.status, owner.get(&path).await.json["name"].as_str()), (412, Some("Careless")), "{}", stale.text);
    }

    async fn keys_are_asked_for_where_repeating_would_cost(w: World) {
        w.order_seats(1).await;
        let customer = w.customer("Once", 0).await;
        unchanged(&w, async {
            let msp = format!("/v1/msp/{}", w.partner);
            let seats = json!({ "tenant_id": customer, "seats": 1 });
            let cases = [
                (format!("{msp}/customers"), json!({ "name": "New", "max_mau": 1 })),
                (format!("{msp}/orders"), json!({ "sku": "SEATS-1000-Y", "quantity": 1 })),
                ("/v1/licenses/allocate".to_owned(), seats.clone()),
                ("/v1/licenses/release".to_owned(), seats),
            ];
            for (path, body) in &cases {
                let long = "k".repeat(256);
                for by in [w.client("owner"), w.client("owner").with("idempotency-key", ""), w.client("owner").with("idempotency-key", &long)] {
                    let answer = raw(&by, path, body.to_string()).await;
                    assert_eq!((answer.status, answer.code()), (400, "idempotency-key-required"), "{path}");
                }
            }
        })
        .await;
    }

    async fn other_sites_cannot_act_with_our_cookie(w: World) {
        let browser = w.browser("owner").await;
        let path = format!("/v1/msp/{}/groups", w.partner);
        let body = json!({ "name": "Planted" });
        unchanged(&w, async {
            let foreign = [
                browser.with("sec-fetch-site", "cross-site"),
                browser.with("sec-fetch-site", "same-site"),
                browser.with("sec-fetch-site", "").with("origin", "https://evil.example"),
            ];
            for by in foreign {
                for (path, kind) in [(path.as_str(), JSON), ("/signin", FORM), ("/sign-out", FORM), (path.as_str(), Some("text/plain"))] {
                    let answer = by.request(Method::POST, path, kind, body.to_string().into_bytes()).await;
                    assert_eq!(answer.status, 403, "{path} {kind:?}: {}", answer.text);
                    is_safe(&answer);
                }
            }
            // Without a cookie a foreign page must not sign anybody in either.
            let stranger = w.client("nobody").with("origin", "https://evil.example").request(Method::POST, "/signin", FORM, b"email=a%40b.se&password=x".to_vec()).await;
            assert_eq!(stranger.status, 403, "{}", stranger.text);
        })
        .await;
        let own = browser.post(&path, &body).await;
        assert_eq!(own.status, 201, "our own page may: {}", own.text);
        // A token is no cookie: no page can make a browser send it.
        let program = w.client("owner").with("sec-fetch-site", "cross-site").post(&path, &json!({ "name": "By program" })).await;
        assert_eq!(program.status, 201, "{}", program.text);
    }

    async fn addresses_and_methods_that_are_none(w: World) {
        let browser = w.browser("owner").await;
        unchanged(&w, async {
            let owner = w.client("owner").keyed();
            let summary = format!("/v1/msp/{}/licenses/summary", w.partner);
            for (method, path) in [(Method::POST, summary.as_str()), (Method::PUT, "/v1/me"), (Method::DELETE, "/v1/me"), (Method::GET, "/v1/licenses/allocate"), (Method::TRACE, "/v1/me")] {
                let answer = owner.request(method.clone(), path, JSON, b"{}".to_vec()).await;
                assert_eq!((answer.status, answer.code()), (405, "method-not-allowed"), "{method} {path}");
                assert!(!answer.header("allow").is_empty(), "{method} {path} says what is allowed");
                is_problem(&answer, path);
            }
            for path in ["/v1/nothing", "/v1/", "/v1/msp", "/v1/msp/..%2f..%2fetc/passwd", "/v1/me/", "/v2/me", "/scim/v1/Users"] {
                let answer = owner.get(path).await;
                assert_eq!(answer.status, 404, "{path}: {}", answer.text);
                is_safe(&answer);
            }
            for path in ["/nothing", "/assets/../Cargo.toml", "/assets/nothing.js", "/.git/config", "/msp"] {
                let answer = browser.get(path).await;
                assert_eq!(answer.status, 404, "{path}");
                is_safe(&answer);
            }
            let head = owner.request(Method::HEAD, &summary, None, Vec::new()).await;
            assert_eq!((head.status, head.text.as_str()), (200, ""));
            is_safe(&head);
            let options = owner.request(Method::OPTIONS, &summary, None, Vec::new()).await;
            assert!(options.status == 405 || options.status == 204 || options.status == 200, "{}", options.status);
            assert!(options.headers.get("access-control-allow-origin").is_none(), "no other origin is let in");
            is_safe(&options);
        })
        .await;
    }

    async fn ids_of_others_answer_like_nothing(w: World) {
        let ours = w.customer("Ours", 0).await;
        let missing = store::CustomerId::new(store::Uuid::from_u128(7));
        unchanged(&w, async {
            let stranger = w.client("other_owner").keyed();
            let mut told: Vec<Value> = Vec::new();
            for id in [ours.to_string(), missing.to_string(), "nonsense".into(), w.partner.to_string(), "cus_".into(), "'%20OR%201=1--".into()] {
                for path in [format!("/v1/msp/{}/customers/{id}", w.other), format!("/v1/tenants/{id}/members")] {
                    let answer = stranger.get(&path).await;
                    assert_eq!(answer.status, 404, "{path}: {}", answer.text);
                    let mut json = answer.json;
                    json["instance"] = Value::Null;
                    told.push(json);
                }
            }
            told.dedup();
            assert_eq!(told.len(), 1, "{told:?}");
            // Our customer below their partner, asked for by us.
            let crossed = w.client("owner").get(&format!("/v1/msp/{}/customers/{ours}", w.other)).await;
            assert_eq!(crossed.status, 404, "{}", crossed.text);
            let given = stranger.post("/v1/licenses/allocate", &json!({ "tenant_id": ours, "seats": 1 })).await;
            assert_eq!(given.status, 404, "{}", given.text);
        })
        .await;
    }

    async fn an_id_written_as_another_kind_answers_like_nothing(w: World) {
        let ours = w.customer("Ours", 0).await;
        w.hire("customer_admin", ours, "customer_admin").await;
        let nothing = store::Uuid::from_u128(7);
        // What a caller is told at the id of their own node, written as an MSP's, and at one that nothing has.
        let (of_customer, of_distributor) = (store::PartnerId::new(ours.0), store::PartnerId::new(w.distributor.0));
        let missing = store::PartnerId::new(nothing);
        let alike = |disguised: Answer, missing: Answer, what: &str| {
            assert_eq!((disguised.status, missing.status), (404, 404), "{what}: {}", disguised.text);
            let plain = |mut answer: Answer| {
                answer.json["instance"] = Value::Null;
                answer.json
            };
            assert_eq!(plain(disguised), plain(missing), "{what}");
        };
        let (admin, owner, above) = (w.client("customer_admin").keyed(), w.client("owner").keyed(), w.client("distributor_owner").keyed());
        unchanged(&w, async {
            for rest in ["orders", "order-requests", "licenses/summary", "metering/maa", "overview", "groups", "settings", "imports", "expiring/calendar"] {
                let path = |msp: store::PartnerId| format!("/v1/msp/{msp}/{rest}");
                alike(admin.get(&path(of_customer)).await, admin.get(&path(missing)).await, rest);
                alike(owner.get(&path(of_customer)).await, owner.get(&path(missing)).await, rest);
                alike(above.get(&path(of_distributor)).await, above.get(&path(missing)).await, rest);
            }
            let told = |msp: store::PartnerId| format!("/v1/msp/{msp}/alerts/subscription");
            let wish = json!({ "severity": "info" });
            alike(admin.put(&told(of_customer), &wish).await, admin.put(&told(missing), &wish).await, "subscription");
            let staff = |msp: store::PartnerId| format!("/v1/msp/{msp}/staff");
            let hire = json!({ "email": "eve@meridian.example", "name": "Eve", "role": "admin" });
            alike(above.post(&staff(of_distributor), &hire).await, above.post(&staff(missing), &hire).await, "staff");
            // An MSP's id written as a customer's, in a path and in a body.
            let (of_msp, missing) = (store::CustomerId::new(w.partner.0), store::CustomerId::new(nothing));
            let members = |customer: store::CustomerId| format!("/v1/tenants/{customer}/members");
            alike(owner.get(&members(of_msp)).await, owner.get(&members(missing)).await, "members");
            let give = |customer: store::CustomerId| json!({ "tenant_id": customer, "seats": 1 });
            let path = "/v1/licenses/allocate";
            alike(owner.post(path, &give(of_msp)).await, owner.post(path, &give(missing)).await, "allocate");
            let token = |node: String| json!({ "name": "Token1", "node": node });
            let path = "/v1/tokens";
            alike(owner.post(path, &token(of_msp.to_string())).await, owner.post(path, &token(missing.to_string())).await, "token");
        })
        .await;
    }

    async fn every_kind_of_answer_carries_the_same_headers(w: World) {
        let browser = w.browser("owner").await;
        for (by, path, status) in [
            (w.client("nobody"), "/healthz", 200),
            (w.client("nobody"), "/readyz", 200),
            (w.client("nobody"), "/v1/openapi.json", 200),
            (w.client("nobody"), "/v1/me", 401),
            (w.client("owner"), "/v1/me", 200),
            (w.client("nobody"), "/signin", 200),
            (browser.clone(), "/", 303),
            (browser.clone(), "/nothing", 404),
        ] {
            let answer = by.get(path).await;
            assert_eq!(answer.status, status, "{path}: {}", answer.text);
            is_safe(&answer);
            let cached = answer.header("cache-control");
            assert!(cached.contains("no-store"), "{path}: {cached}");
        }
    }
}
