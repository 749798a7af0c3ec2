//! A customer's directory by chance: random filters and operations, held to what a straight line finds.

use std::collections::BTreeMap;

use http::Method;
use serde_json::{Value, json};

use super::scim::{id, tenant};
use crate::{
    scenes,
    support::{Dice, World, rounds},
};

scenes! {
    /// Random filters over random users, against a filter written down a second time without any cleverness.
    async fn a_filter_finds_what_a_straight_line_finds(w: World) {
        w.order_seats(1).await;
        let d = tenant(&w, "Acme", 50).await;
        let mut dice = Dice::new(7);
        for n in 0..24 {
            let mut body = json!({ "active": dice.chance(50) });
            for (name, values) in [("title", ["Cook", "cook", "Guide"]), ("displayName", ["Ann", "ANN", "Bo"]), ("externalId", ["e1", "E1", "e2"])] {
                if dice.chance(60) {
                    body[name] = json!(dice.pick(&values));
                }
            }
            if dice.chance(60) {
                body["emails"] = json!([{ "value": format!("u{n}@acme.example"), "type": dice.pick(&["work", "home"]) }, { "value": dice.pick(&["x@y.example", "Z@y.example"]), "type": "other" }]);
            }
            d.create(&format!("User{n}{}", dice.pick(&["", "@acme.example"])), body).await;
        }
        let all = d.get("/Users?count=1000").await.json["Resources"].as_array().expect("a list").clone();
        for round in 0..rounds(60) {
            let mut dice = Dice::new(1_000 + round);
            let asked = Asked::throw(&mut dice, 3);
            let expected: Vec<String> = all.iter().filter(|u| asked.holds(u)).map(|u| u["userName"].as_str().expect("a name").to_owned()).collect();
            assert_eq!(d.found(&asked.text()).await, expected, "round {round}: {}", asked.text());
        }
    }

    /// Random operations against a model that knows only a list of people.
    async fn counters_follow_whatever_a_directory_does(w: World) {
        w.order_seats(1).await;
        for round in 0..rounds(3) {
            let d = tenant(&w, &format!("Acme{round}"), 4).await;
            let mut dice = Dice::new(round + 40);
            let mut people: BTreeMap<String, (bool, bool)> = BTreeMap::new();
            for step in 0..40 {
                let known: Vec<String> = people.keys().cloned().collect();
                match dice.below(5) {
                    0 | 1 => {
                        let (active, inside) = (dice.chance(80), dice.chance(75));
                        let name = format!("p{step}@{}.example", if inside { format!("acme{round}") } else { "elsewhere".to_owned() });
                        let made = d.create(&name, json!({ "active": active })).await;
                        people.insert(id(&made).to_owned(), (active, inside));
                    }
                    2 if !known.is_empty() => {
                        let who = dice.pick(&known);
                        let active = dice.chance(50);
                        d.patch(&format!("/Users/{who}"), json!([{ "op": "replace", "path": "active", "value": active }])).await;
                        people.get_mut(who).expect("known").0 = active;
                    }
                    3 if !known.is_empty() => {
                        let (who, inside) = (dice.pick(&known), dice.chance(50));
                        let name = format!("q{step}@{}.example", if inside { format!("acme{round}") } else { "elsewhere".to_owned() });
                        let moved = d.patch(&format!("/Users/{who}"), json!([{ "op": "replace", "path": "userName", "value": name }])).await;
                        assert_eq!(moved.status, 200, "{}", moved.text);
                        people.get_mut(who).expect("known").1 = inside;
                    }
                    4 if !known.is_empty() => {
                        let who = dice.pick(&known);
                        assert_eq!(d.send(Method::DELETE, &format!("/Users/{who}"), &Value::Null).await.status, 204);
                        people.remove(who);
                    }
                    _ => {}
                }
                let wanted = people.values().filter(|(active, inside)| *active && *inside).count();
                let held = people.values().filter(|(active, inside)| *active && !*inside).count();
                let (active, waiting) = (wanted.min(4), wanted.saturating_sub(4));
                assert_eq!(d.get("/Users?count=0").await.json["totalResults"], people.len(), "round {round}, step {step}");
                for (word, count) in [("active", active), ("waiting", waiting), ("held", held), ("inactive", people.len() - wanted - held)] {
                    let path = format!("/v1/tenants/{}/members?filter[status]={word}", d.customer);
                    let listed = w.client("owner").get(&path).await.json;
                    let rows = listed["data"].as_array().map(Vec::len);
                    assert_eq!((&listed["page"]["total"], rows), (&json!(count), Some(count)), "round {round}, step {step}: {word}");
                }
                let directory = w.client("owner").get(&format!("/v1/tenants/{}/scim-connection", d.customer)).await.json;
                assert_eq!((&directory["active"], &directory["held"]), (&json!(active), &json!(held)), "round {round}, step {step}");
            }
        }
    }
}

/// A filter, thrown and written down a second time.
enum Asked {
    Both(Box<Asked>, Box<Asked>),
    Either(Box<Asked>, Box<Asked>),
    Not(Box<Asked>),
    Has(&'static str),
    Text(&'static str, &'static str, &'static str),
    Active(bool),
    Mail(&'static str, &'static str),
}

/// One of these.
fn one_of(dice: &mut Dice, of: &'static [&'static str]) -> &'static str {
    dice.pick::<&str>(of)
}

impl Asked {
    fn throw(dice: &mut Dice, depth: i64) -> Asked {
        let inner = |dice: &mut Dice| Box::new(Asked::throw(dice, depth - 1));
        match if depth == 0 { 3 + dice.below(4) } else { dice.below(7) } {
            0 => Asked::Both(inner(dice), inner(dice)),
            1 => Asked::Either(inner(dice), inner(dice)),
            2 => Asked::Not(inner(dice)),
            3 => Asked::Has(one_of(dice, &["title", "displayName", "externalId", "emails", "nickName"])),
            4 => {
                let name = one_of(dice, &["title", "displayName", "externalId", "userName", "emails.value"]);
                let op = one_of(dice, &["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"]);
                Asked::Text(
                    name,
                    op,
                    one_of(dice, &["cook", "ANN", "E1", "e1", "user1", "u3@acme.example", "", "x@y.example", "z@Y.example"]),
                )
            }
            5 => Asked::Active(dice.chance(50)),
            _ => Asked::Mail(one_of(dice, &["work", "home", "other"]), one_of(dice, &["acme", "y.example", "x@y.example"])),
        }
    }

    fn text(&self) -> String {
        match self {
            Asked::Both(a, b) => format!("({}) and ({})", a.text(), b.text()),
            Asked::Either(a, b) => format!("({}) or ({})", a.text(), b.text()),
            Asked::Not(a) => format!("not ({})", a.text()),
            Asked::Has(name) => format!("{name} pr"),
            Asked::Text(name, op, text) => format!("{name} {op} {}", json!(text)),
            Asked::Active(is) => format!("active eq {is}"),
            Asked::Mail(kind, text) => format!("emails[type eq \"{kind}\" and value co \"{text}\"]"),
        }
    }

    fn holds(&self, user: &Value) -> bool {
        match self {
            Asked::Both(a, b) => a.holds(user) && b.holds(user),
            Asked::Either(a, b) => a.holds(user) || b.holds(user),
            Asked::Not(a) => !a.holds(user),
            Asked::Has(name) => !user[*name].is_null(),
            Asked::Active(is) => user["active"] == *is,
            Asked::Mail(kind, text) => user["emails"].as_array().is_some_and(|all| {
                all.iter().any(|e| e["type"] == *kind && e["value"].as_str().is_some_and(|v| v.to_lowercase().contains(text)))
            }),
            Asked::Text(name, op, text) => {
                let exact = *name == "externalId";
                let fold = |t: &str| if exact { t.to_owned() } else { t.to_lowercase() };
                let values: Vec<String> = match *name {
                    "emails.value" => {
                        user["emails"].as_array().into_iter().flatten().filter_map(|e| e["value"].as_str()).map(fold).collect()
                    }
                    one => user[one].as_str().into_iter().map(fold).collect(),
                };
                let wanted = fold(text);
                let test = |v: &String| match *op {
                    "eq" | "ne" => *v == wanted,
                    "co" => v.contains(&wanted),
                    "sw" => v.starts_with(&wanted),
                    "ew" => v.ends_with(&wanted),
                    "gt" => *v > wanted,
                    "ge" => *v >= wanted,
                    "lt" => *v < wanted,
                    _ => *v <= wanted,
                };
                values.iter().any(test) != (*op == "ne")
            }
        }
    }
}
