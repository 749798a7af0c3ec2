//! Random directories, read again and again, against an oracle that works it out in one straight line: a map of people, and the
//! rules said once more in the plainest way. Nobody here knows of readings, hashes or stages.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::sources::{Feed, PEOPLE, members};
use crate::{
    scenes,
    support::{Dice, World, rounds},
};

/// A person of the customer's directory.
#[derive(Debug, Clone, PartialEq)]
struct Row {
    user: String,
    email: String,
    name: String,
    active: bool,
    /// The numbers of its groups.
    groups: BTreeSet<i64>,
}

/// What the oracle knows of a member.
#[derive(Debug, Clone, PartialEq)]
struct Held {
    email: String,
    name: String,
    status: &'static str,
    by_hand: bool,
    removed: bool,
    /// What the directory last said, while it names it.
    said: Option<Row>,
    /// What it said when it ceased to.
    last: Row,
}

/// The oracle: members by the directory's key.
#[derive(Debug, Default)]
struct Oracle(BTreeMap<u32, Held>);

fn status(active: bool, email: &str, domain: &str) -> &'static str {
    match (active, email.ends_with(&format!("@{domain}"))) {
        (false, _) => "inactive",
        (true, true) => "active",
        (true, false) => "held",
    }
}

impl Oracle {
    fn holds(&self, email: &str, but: u32) -> bool {
        self.0.iter().any(|(key, h)| *key != but && !h.removed && h.email == email)
    }

    fn named(&self, user: &str, but: u32) -> bool {
        self.0.iter().any(|(key, h)| *key != but && !h.removed && h.said.as_ref().is_some_and(|said| said.user.eq_ignore_ascii_case(user)))
    }

    /// Readings of one directory, until nothing is left to do.
    fn read(&mut self, directory: &BTreeMap<u32, Row>, domain: &str) {
        let gone: Vec<u32> = self.0.iter().filter(|(k, h)| h.said.is_some() && !directory.contains_key(k)).map(|(k, _)| *k).collect();
        for key in gone {
            let held = self.0.get_mut(&key).expect("known");
            held.last = held.said.take().expect("named");
            if !held.removed && held.status != "inactive" {
                (held.status, held.by_hand) = ("inactive", false);
            }
        }
        // What one lets go of another may take: said again until nothing moves.
        loop {
            let before = self.0.clone();
            for (key, row) in directory {
                self.say(*key, row, domain);
            }
            if self.0 == before {
                return;
            }
        }
    }

    /// One word of the directory; nothing comes of it where it conflicts.
    fn say(&mut self, key: u32, row: &Row, domain: &str) {
        let known = self.0.get(&key).cloned().filter(|held| !held.removed);
        let Some(known) = known else { return self.stranger(key, row, domain) };
        if known.said.as_ref() == Some(row) {
            return;
        }
        let (back, before) = (known.said.is_none(), known.said.clone().unwrap_or(known.last.clone()));
        if !row.user.eq_ignore_ascii_case(&before.user) && self.named(&row.user, key) {
            return;
        }
        if row.email != before.email && self.holds(&row.email, key) {
            return;
        }
        let held = self.0.get_mut(&key).expect("known");
        if row.name != before.name {
            held.name.clone_from(&row.name);
        }
        let moved = row.email != before.email && row.email != held.email;
        if row.email != before.email {
            held.email.clone_from(&row.email);
        }
        let kept_out = held.by_hand && held.status == "inactive";
        let turned = (back || row.active != before.active) && !(row.active && kept_out) && (!back || row.active);
        let is = if turned {
            status(row.active, &held.email, domain)
        } else if moved && held.status != "inactive" {
            status(true, &held.email, domain)
        } else {
            held.status
        };
        if is != held.status {
            (held.status, held.by_hand) = (is, false);
        }
        held.said = Some(row.clone());
    }
}

impl Oracle {
    /// Somebody the directory has not named before, or whom a person removed.
    fn stranger(&mut self, key: u32, row: &Row, domain: &str) {
        let removed = self.0.contains_key(&key);
        let holder = self.0.iter().find(|(k, h)| **k != key && !h.removed && h.email == row.email).map(|(k, h)| (*k, h.clone()));
        if holder.as_ref().is_some_and(|(_, h)| h.said.is_some()) || self.named(&row.user, key) {
            return;
        }
        let mut held = match holder {
            // It had left under another key: its history goes on under this one.
            Some((before, held)) => {
                self.0.remove(&before);
                held
            }
            None if removed || !row.active => return,
            None => Held {
                email: row.email.clone(),
                name: String::new(),
                status: "inactive",
                by_hand: false,
                removed: false,
                said: None,
                last: row.clone(),
            },
        };
        held.name.clone_from(&row.name);
        if row.active != (held.status != "inactive") && !held.by_hand {
            held.status = status(row.active, &row.email, domain);
        }
        held.said = Some(row.clone());
        self.0.insert(key, held);
    }
}

fn text(directory: &BTreeMap<u32, Row>, dice: &mut Dice) -> String {
    let mut rows: Vec<String> = directory
        .iter()
        .map(|(key, r)| {
            let groups: Vec<String> = r.groups.iter().map(|n| format!("Group {n}")).collect();
            let groups = if dice.chance(50) { groups.into_iter().rev().collect() } else { groups };
            format!("{key},{},{},{},{},{}\n", r.user, r.email, r.name, if r.active { "yes" } else { "no" }, groups.join(";"))
        })
        .collect();
    // The order of a directory says nothing, as long as nobody conflicts with somebody.
    if dice.chance(50) {
        rows.sort_unstable_by_key(|row| row.len());
    }
    rows.sort_by_key(|row| row.split(',').next().and_then(|k| k.parse::<u32>().ok()));
    format!("id,user name,email,name,active,groups\n{}", rows.concat())
}

scenes! {
    async fn any_directory_comes_to_what_a_straight_line_says(w: World) {
        w.order_seats(2).await;
        for seed in 0..rounds(3) {
            let mut dice = Dice::new(0x5ca1_ab1e + seed);
            let customer = w.customer(&format!("Random{seed} AB"), 400).await;
            w.verify(customer).await;
            w.work().await;
            let shown = w.client("owner").get(&format!("/v1/tenants/{customer}/domain")).await;
            let domain = shown.json["domain"].as_str().expect("a domain").to_owned();
            let body = json!({ "name": "People", "settings": { "kind": "csv", "url": w.site.url(PEOPLE) }, "stop_percent": 100 });
            let feed = Feed::add(&w, customer, &body).await;
            let (mut directory, mut oracle) = (BTreeMap::<u32, Row>::new(), Oracle::default());
            for step in 0..14 {
                vary(&mut directory, &mut dice, &domain, &oracle);
                w.site.says(PEOPLE, &text(&directory, &mut dice));
                settle(&feed, &format!("seed {seed} step {step}")).await;
                oracle.read(&directory, &domain);
                let found: BTreeMap<String, (String, String)> = members(&w, customer).await;
                let wanted: BTreeMap<String, (String, String)> =
                    oracle.0.values().filter(|h| !h.removed).map(|h| (h.email.clone(), (h.status.to_owned(), h.name.clone()))).collect();
                assert_eq!(found, wanted, "seed {seed} step {step}");
                let said = |h: &Held| h.said.iter().flat_map(|said| said.groups.iter().map(|n| format!("Group {n}"))).collect();
                let wanted: BTreeMap<String, Vec<String>> =
                    oracle.0.values().filter(|h| !h.removed).map(|h| (h.email.clone(), said(h))).collect();
                assert_eq!(groups_of(&w, customer).await, wanted, "seed {seed} step {step}: groups");
                by_hand(&w, customer, &mut oracle, &mut dice).await;
            }
        }
    }
}

/// Members by address: the groups their directory says they are in.
async fn groups_of(w: &World, customer: store::CustomerId) -> BTreeMap<String, Vec<String>> {
    let page = w.client("technician").get(&format!("/v1/tenants/{customer}/members?page[size]=200")).await;
    let text = |v: &serde_json::Value| v.as_str().unwrap_or_default().to_owned();
    let one = |m: &serde_json::Value| (text(&m["email"]), m["directory_groups"].as_array().into_iter().flatten().map(text).collect());
    page.json["data"].as_array().expect("a list").iter().map(one).collect()
}

/// Reads a source until nothing is left to do.
async fn settle(feed: &Feed<'_>, at: &str) {
    for _ in 0..20 {
        let mut run = feed.run().await;
        if run["status"] == "stopped" {
            let id = run["id"].as_str().expect("an id").to_owned();
            assert_eq!(feed.post(&format!("/runs/{id}/apply")).await.status, 200);
            feed.w.work().await;
            run = feed.one(&id).await;
        }
        assert_eq!(run["status"], "done", "{at}: {run}");
        if ["joined", "moved", "left", "returned"].iter().all(|n| run["applied"][n] == 0) {
            return;
        }
    }
    panic!("{at}: the source never comes to rest");
}

/// Changes a directory in some places; addresses and user names are few, so that they collide.
fn vary(directory: &mut BTreeMap<u32, Row>, dice: &mut Dice, domain: &str, oracle: &Oracle) {
    let word = |dice: &mut Dice| format!("u{}", dice.below(14));
    let address = |dice: &mut Dice| {
        let host = if dice.chance(80) { domain } else { "elsewhere.example" };
        format!("a{}@{host}", dice.below(14))
    };
    for _ in 0..=dice.below(6) {
        let key = u32::try_from(dice.below(16)).expect("small");
        match dice.below(8) {
            0 => drop(directory.remove(&key)),
            1 | 2 => {
                let user = if dice.chance(50) { word(dice).to_uppercase() } else { word(dice) };
                let row = Row {
                    user,
                    email: address(dice),
                    name: format!("N{}", dice.below(50)),
                    active: dice.chance(85),
                    groups: BTreeSet::new(),
                };
                directory.entry(key).or_insert(row);
            }
            kind => {
                if let Some(row) = directory.get_mut(&key) {
                    match kind {
                        3 => row.name = format!("N{}", dice.below(50)),
                        4 => row.email = address(dice),
                        5 => row.user = word(dice),
                        6 => {
                            let group = dice.below(4);
                            if !row.groups.remove(&group) {
                                row.groups.insert(group);
                            }
                        }
                        _ => row.active = !row.active,
                    }
                }
            }
        }
    }
    // A directory itself never names one address twice, nor that of somebody who has left: both are told apart in the other scenes.
    let mut seen = BTreeSet::new();
    let left = |key: u32, row: &Row| oracle.0.iter().any(|(k, h)| *k != key && h.said.is_none() && h.email == row.email);
    let going: Vec<(u32, String)> =
        oracle.0.iter().filter(|(k, _)| !directory.contains_key(k)).map(|(k, h)| (*k, h.email.clone())).collect();
    directory.retain(|key, row| {
        let free = !left(*key, row) && going.iter().all(|(k, email)| k == key || *email != row.email);
        free && seen.insert(row.email.clone()) && seen.insert(row.user.to_lowercase())
    });
}

/// People put members out, let them in and remove them.
async fn by_hand(w: &World, customer: store::CustomerId, oracle: &mut Oracle, dice: &mut Dice) {
    let list = w.client("technician").get(&format!("/v1/tenants/{customer}/members?page[size]=200")).await;
    let rows = list.json["data"].as_array().expect("a list").clone();
    for row in rows {
        if !dice.chance(12) {
            continue;
        }
        let path = format!("/v1/tenants/{customer}/members/{}", row["id"].as_str().expect("an id"));
        let (_, held) = oracle.0.iter_mut().find(|(_, h)| !h.removed && row["email"] == h.email.as_str()).expect("the oracle knows it");
        match dice.below(3) {
            0 if held.status != "inactive" => {
                assert_eq!(w.client("technician").patch(&path, &json!({ "status": "inactive" })).await.status, 200);
                (held.status, held.by_hand) = ("inactive", true);
            }
            1 if held.status == "inactive" => {
                assert_eq!(w.client("technician").patch(&path, &json!({ "status": "active" })).await.status, 200);
                (held.status, held.by_hand) = ("active", true);
            }
            2 if dice.chance(30) => {
                assert_eq!(w.client("technician").delete(&path).await.status, 200);
                // Whom the directory names stays out; whoever had left is forgotten.
                if held.said.is_some() {
                    (held.removed, held.said) = (true, held.said.clone());
                } else {
                    let key = *oracle.0.iter().find(|(_, h)| row["email"] == h.email.as_str() && !h.removed).expect("known").0;
                    oracle.0.remove(&key);
                }
            }
            _ => {}
        }
    }
}
