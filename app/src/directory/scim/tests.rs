//! Filters, paths and patches without a database.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{
    compiled::compile,
    facts::facts,
    filter::{Filter, Op, parse, parse_path},
    patch,
    resource::{self, Fields, Shape},
    schema::USERS,
};

fn fields(value: Value) -> Fields {
    value.as_object().cloned().expect("an object")
}

fn fits(filter: &str, resource: &Value) -> bool {
    let node = compile(&parse(filter).expect(filter), &USERS).expect(filter);
    node.fits(resource.as_object().expect("an object"))
}

fn jensen() -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "id": "mem_1",
        "externalId": "701984",
        "userName": "bjensen@example.com",
        "active": true,
        "title": "Tour Guide",
        "userType": "Employee",
        "name": { "familyName": "O'Malley", "givenName": "Barbara" },
        "emails": [
            { "value": "bjensen@example.com", "type": "work", "primary": true },
            { "value": "babs@jensen.org", "type": "home" }
        ],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "department": "Tours", "manager": { "value": "mem_2" } },
        "meta": { "lastModified": "2011-05-13T04:42:34Z", "resourceType": "User" }
    })
}

/// RFC 7644, figure 2, and what else people ask.
#[test]
fn the_rfcs_filters_find_whom_they_mean() {
    let user = jensen();
    for filter in [
        r#"userName eq "bjensen@example.com""#,
        r#"USERNAME Eq "BJENSEN@example.com""#,
        r#"name.familyName co "O'Malley""#,
        r#"userName sw "BJ""#,
        r#"urn:ietf:params:scim:schemas:core:2.0:User:userName sw "bj""#,
        "title pr",
        r#"meta.lastModified gt "2011-05-13T04:42:33Z""#,
        r#"meta.lastModified ge "2011-05-13T06:42:34+02:00""#,
        r#"meta.lastModified lt "2011-05-13T04:42:35Z""#,
        r#"meta.lastModified le "2011-05-13T04:42:34Z""#,
        r#"title pr and userType eq "Employee""#,
        r#"title pr or userType eq "Intern""#,
        r#"userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")"#,
        r#"userType ne "Intern" and not (emails co "example.net" or emails.value co "example.net")"#,
        r#"userType eq "Employee" and (emails.type eq "work")"#,
        r#"userType eq "Employee" and emails[type eq "work" and value co "@example.com"]"#,
        r#"emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp" and value co "@foo.com"]"#,
        r#"emails[type eq "home"].value eq "babs@jensen.org""#,
        "active eq true",
        r#"active eq "True""#,
        r#"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq "tours""#,
        r#"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value eq "mem_2""#,
        "nickName eq null",
        "nickName ne \"x\"",
        r#"externalId eq "701984""#,
        r#"userName gt "a" and userName lt "c""#,
    ] {
        assert!(fits(filter, &user), "{filter}");
    }
    for filter in [
        r#"emails[type eq "work" and value co "jensen.org"]"#,
        r#"id eq "MEM_1""#,
        "title eq null",
        "nickName pr",
        "active eq false",
        r#"not (userName pr)"#,
        r#"members.value eq "mem_1""#,
    ] {
        assert!(!fits(filter, &user), "{filter}");
    }
}

#[test]
fn what_is_no_filter_is_refused() {
    let deep = format!("{}title pr{}", "(".repeat(11), ")".repeat(11));
    let nested = format!("{}title pr{}", "not (".repeat(11), ")".repeat(11));
    let long = format!("userName eq \"{}\"", "x".repeat(2_100));
    for filter in [
        "",
        " ",
        "userName",
        "userName eq",
        "userName eq x",
        "userName eq \"x",
        "userName is \"x\"",
        "eq \"x\"",
        "(title pr",
        "title pr)",
        "title pr and",
        "and title pr",
        "emails[type eq \"work\"",
        "emails[]",
        "title pr title pr",
        "userName eq \"\\u0000\"",
        "userName eq {}",
        &deep,
        &nested,
        &long,
    ] {
        let error = parse(filter).expect_err(filter);
        assert_eq!((error.status, error.kind), (400, Some("invalidFilter")), "{filter}");
    }
    for filter in [
        "bogus eq \"x\"",
        "userName eq 7",
        "active gt true",
        "active eq \"maybe\"",
        "meta.created eq \"yesterday\"",
        "name eq \"x\"",
        "password pr",
        "title[value eq \"x\"]",
        "emails[bogus eq \"x\"]",
        "meta.created co \"2011-05-13T04:42:34Z\"",
    ] {
        let error = compile(&parse(filter).expect(filter), &USERS).expect_err(filter);
        assert_eq!(error.kind, Some("invalidFilter"), "{filter}");
    }
    assert!(parse(&format!("{}title pr{}", "(".repeat(10), ")".repeat(10))).is_ok(), "ten levels are allowed");
}

fn any_filter() -> impl Strategy<Value = Filter> {
    let name = prop::sample::select(vec!["userName", "emails.value", "name.givenName", "urn:ietf:params:scim:schemas:core:2.0:User:title"]);
    let value = prop_oneof![
        ".{0,8}".prop_map(|t| json!(t.replace('\0', ""))),
        any::<i32>().prop_map(|n| json!(n)),
        any::<bool>().prop_map(|b| json!(b)),
        Just(Value::Null)
    ];
    let op = prop::sample::select(Op::ALL.map(|(op, _)| op).to_vec());
    let leaf = prop_oneof![
        name.clone().prop_map(|n| Filter::Has(n.to_owned())),
        (name, op, value).prop_map(|(n, op, v)| Filter::Compare(n.to_owned(), op, v)),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(Filter::And),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Filter::Or),
            inner.clone().prop_map(|f| Filter::Not(Box::new(f))),
            inner.prop_map(|f| Filter::Values("emails".into(), Box::new(f))),
        ]
    })
}

proptest! {
    #[test]
    fn a_printed_filter_is_read_as_it_was(filter in any_filter()) {
        let text = filter.to_string();
        prop_assume!(text.len() <= super::filter::LONGEST);
        prop_assert_eq!(parse(&text).expect(&text), filter);
    }

    #[test]
    fn nothing_anybody_writes_makes_a_panic(text in ".{0,200}") {
        if let Ok(filter) = parse(&text) {
            let _ = compile(&filter, &USERS).map(|node| node.fits(&fields(jensen())));
        }
        let _ = parse_path(&text);
    }

    /// Adding, replacing and removing simple attributes is what it is of a map.
    #[test]
    fn a_patch_of_simple_attributes_is_a_change_of_a_map(steps in prop::collection::vec((0_usize..3, 0_usize..3, "[a-z]{1,4}"), 1..12)) {
        let names = ["title", "nickName", "userType"];
        let mut oracle = fields(json!({ "userName": "a" }));
        let operations: Vec<Value> = steps.iter().map(|(verb, name, text)| {
            let (verb, name) = (["add", "Replace", "remove"][*verb], names[*name]);
            if verb == "remove" { oracle.remove(name); } else { oracle.insert(name.into(), json!(text)); }
            json!({ "op": verb, "path": name, "value": if verb == "remove" { Value::Null } else { json!(text) } })
        }).collect();
        let patched = patched(json!({ "userName": "a" }), Value::Array(operations)).expect("patches");
        prop_assert_eq!(patched, oracle);
    }
}

fn patched(resource: Value, operations: Value) -> Result<Fields, super::error::ScimError> {
    let body = json!({ "schemas": [patch::URN], "Operations": operations });
    let mut known = fields(resource);
    patch::apply(&USERS, &mut known, &patch::read(&body)?)?;
    resource::check(&USERS, &known)?;
    Ok(known)
}

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// Each: what is known, the operations, what is known then. RFC 7644 §3.5.2 and the manners of Entra ID, Okta and Google.
#[test]
fn patches_do_what_they_say() {
    let work = json!({ "value": "a@x.example", "type": "work", "primary": true });
    let home = json!({ "value": "a@y.example", "type": "home" });
    let table = [
        (json!({}), json!([{ "op": "add", "value": { "title": "T", "emails": [work] } }]), json!({ "title": "T", "emails": [work] })),
        (json!({ "emails": [work] }), json!([{ "op": "add", "path": "emails", "value": [home] }]), json!({ "emails": [work, home] })),
        (json!({ "emails": [work] }), json!([{ "op": "add", "path": "emails", "value": work }]), json!({ "emails": [work] })),
        (
            json!({ "emails": [work] }),
            json!([{ "op": "add", "path": "emails", "value": [{ "value": "b@x.example", "primary": true }] }]),
            json!({ "emails": [{ "value": "a@x.example", "type": "work", "primary": false }, { "value": "b@x.example", "primary": true }] }),
        ),
        (json!({ "emails": [work, home] }), json!([{ "op": "replace", "path": "emails", "value": [home] }]), json!({ "emails": [home] })),
        (
            json!({ "emails": [work, home] }),
            json!([{ "op": "Replace", "path": "emails[type eq \"work\"].value", "value": "c@x.example" }]),
            json!({ "emails": [{ "value": "c@x.example", "type": "work", "primary": true }, home] }),
        ),
        (
            json!({}),
            json!([{ "op": "Add", "path": "emails[type eq \"work\"].value", "value": "n@x.example" }]),
            json!({ "emails": [{ "type": "work", "value": "n@x.example" }] }),
        ),
        (
            json!({}),
            json!([{ "op": "Replace", "path": "emails[type eq \"work\"].value", "value": "n@x.example" }]),
            json!({ "emails": [{ "type": "work", "value": "n@x.example" }] }),
        ),
        (json!({ "emails": [work, home] }), json!([{ "op": "remove", "path": "emails[type eq \"home\"]" }]), json!({ "emails": [work] })),
        (json!({ "emails": [work, home] }), json!([{ "op": "remove", "path": "emails" }]), json!({})),
        (
            json!({ "emails": [home] }),
            json!([{ "op": "remove", "path": "emails[type eq \"home\"].type" }]),
            json!({ "emails": [{ "value": "a@y.example" }] }),
        ),
        (
            json!({ "emails": [work, home] }),
            json!([{ "op": "remove", "path": "emails", "value": [{ "value": "a@y.example" }] }]),
            json!({ "emails": [work] }),
        ),
        (
            json!({ "name": { "givenName": "A" } }),
            json!([{ "op": "replace", "path": "name", "value": { "familyName": "B" } }]),
            json!({ "name": { "givenName": "A", "familyName": "B" } }),
        ),
        (
            json!({ "name": { "givenName": "A" } }),
            json!([{ "op": "replace", "value": { "name.familyName": "B" } }]),
            json!({ "name": { "givenName": "A", "familyName": "B" } }),
        ),
        (json!({ "name": { "givenName": "A" } }), json!([{ "op": "remove", "path": "name.givenName" }]), json!({})),
        (json!({ "active": true }), json!([{ "op": "Replace", "path": "active", "value": "False" }]), json!({ "active": false })),
        (json!({ "active": true }), json!([{ "op": "replace", "value": { "active": false } }]), json!({ "active": false })),
        (
            json!({}),
            json!([{ "op": "Add", "path": format!("{ENTERPRISE}:department"), "value": "IT" }]),
            json!({ ENTERPRISE: { "department": "IT" } }),
        ),
        (
            json!({}),
            json!([{ "op": "Add", "path": format!("{ENTERPRISE}:manager"), "value": "mem_9" }]),
            json!({ ENTERPRISE: { "manager": { "value": "mem_9" } } }),
        ),
        (
            json!({ ENTERPRISE: { "manager": { "value": "mem_9" } } }),
            json!([{ "op": "Replace", "path": format!("{ENTERPRISE}:manager"), "value": "" }]),
            json!({}),
        ),
        (
            json!({}),
            json!([{ "op": "add", "value": { ENTERPRISE: { "department": "IT" } } }]),
            json!({ ENTERPRISE: { "department": "IT" } }),
        ),
        (
            json!({}),
            json!([{ "op": "add", "value": { format!("{ENTERPRISE}:department"): "IT" } }]),
            json!({ ENTERPRISE: { "department": "IT" } }),
        ),
        (
            json!({ "title": "T" }),
            json!([{ "op": "replace", "value": { "id": "other", "bogus": 1, "title": "U" } }]),
            json!({ "title": "U" }),
        ),
        (json!({ "title": "T" }), json!([{ "op": "replace", "path": "title", "value": null }]), json!({})),
        (json!({}), json!([{ "op": "add", "path": "password", "value": "secret" }]), json!({})),
        (json!({}), json!([{ "op": "add", "path": "roles", "value": "Editor" }]), json!({ "roles": [{ "value": "Editor" }] })),
    ];
    for (known, operations, then) in table {
        let with_name = |value: &Value| {
            let mut all = fields(value.clone());
            all.insert("userName".into(), json!("a"));
            Value::Object(all)
        };
        let result = patched(with_name(&known), operations.clone()).unwrap_or_else(|e| panic!("{operations}: {e:?}"));
        assert_eq!(Value::Object(result), with_name(&then), "{known} {operations}");
    }
}

#[test]
fn patches_that_cannot_be_are_refused_by_their_name() {
    let known = json!({ "userName": "a", "emails": [{ "value": "a@x.example", "type": "work" }] });
    for (operation, kind) in [
        (json!({ "op": "remove" }), "noTarget"),
        (json!({ "op": "remove", "path": "userName" }), "mutability"),
        (json!({ "op": "replace", "path": "id", "value": "x" }), "mutability"),
        (json!({ "op": "add", "path": "groups", "value": [{ "value": "x" }] }), "mutability"),
        (json!({ "op": "replace", "path": "meta.version", "value": "x" }), "mutability"),
        (json!({ "op": "replace", "path": "bogus", "value": "x" }), "invalidPath"),
        (json!({ "op": "replace", "path": "name.bogus", "value": "x" }), "invalidPath"),
        (json!({ "op": "replace", "path": "emails[", "value": "x" }), "invalidFilter"),
        (json!({ "op": "replace", "path": "", "value": "x" }), "invalidPath"),
        (json!({ "op": "replace", "path": "title[value eq \"x\"]", "value": "x" }), "invalidPath"),
        (json!({ "op": "replace", "path": "emails[type eq \"pager\"].value", "value": "x" }), "noTarget"),
        (json!({ "op": "replace", "path": "emails[value eq \"b@x.example\"]", "value": { "value": "c" } }), "noTarget"),
        (json!({ "op": "remove", "path": "emails[type eq \"home\"]" }), "noTarget"),
        (json!({ "op": "add", "path": "title" }), "invalidValue"),
        (json!({ "op": "add", "value": "x" }), "invalidValue"),
        (json!({ "op": "add", "path": "title", "value": { "x": 1 } }), "invalidValue"),
        (json!({ "op": "add", "path": "active", "value": "perhaps" }), "invalidValue"),
        (json!({ "op": "replace", "path": "userName", "value": "" }), "invalidValue"),
        (json!({ "op": "replace", "path": "title", "value": "a\u{0}b" }), "invalidValue"),
        (
            json!({ "op": "replace", "path": "emails", "value": [{ "value": "a", "primary": true }, { "value": "b", "primary": true }] }),
            "invalidValue",
        ),
        (json!({ "op": "move", "path": "title" }), "invalidSyntax"),
    ] {
        let error = patched(known.clone(), json!([operation])).expect_err(&operation.to_string());
        assert_eq!((error.status, error.kind), (400, Some(kind)), "{operation}: {}", error.detail);
    }
}

#[test]
fn a_member_is_read_from_what_a_directory_says() {
    let said = |value: Value| facts(&fields(value));
    let jensen = said(jensen());
    assert_eq!(
        (jensen.email.as_str(), jensen.name.as_deref(), jensen.active),
        ("bjensen@example.com", Some("Barbara O'Malley"), Some(true))
    );
    assert_eq!(jensen.department.as_deref(), Some("Tours"));
    assert_eq!(said(json!({ "userName": "a@x.example" })).email, "a@x.example");
    assert_eq!(said(json!({ "userName": "a", "emails": [{ "value": "h@x.example", "type": "home" }] })).email, "", "not for work");
    assert_eq!(
        said(
            json!({ "userName": "a", "emails": [{ "value": "w@x.example", "type": "Work" }, { "value": "p@x.example", "primary": true }] })
        )
        .email,
        "p@x.example"
    );
    assert_eq!(said(json!({ "userName": "a", "displayName": "  ", "active": false })).new_name(), "a");
}

#[test]
fn an_answer_holds_what_was_asked_for_and_what_is_always_there() {
    let shape = |only: Option<&str>, without: Option<&str>| {
        let names = |t: Option<&str>| t.map(|t| t.split(',').map(str::to_owned).collect::<Vec<_>>());
        Shape::read(&USERS, names(only).as_deref(), names(without).as_deref()).expect("a shape").of(fields(jensen()))
    };
    let keys = |f: &Fields| f.keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&shape(Some("userName"), None)), ["id", "schemas", "userName"]);
    assert_eq!(shape(Some("emails.value,emails.type"), None)["emails"][1], json!({ "value": "babs@jensen.org", "type": "home" }));
    assert_eq!(shape(Some(&format!("{ENTERPRISE}:department")), None)[ENTERPRISE], json!({ "department": "Tours" }));
    assert_eq!(keys(&shape(Some("BOGUS"), None)), ["id", "schemas"]);
    let without = shape(None, Some("emails,id,name.givenName"));
    assert!(without.contains_key("id") && !without.contains_key("emails") && without["name"] == json!({ "familyName": "O'Malley" }));
}
