//! A customer that stands under another MSP is asked for and moves when all consent; whoever asks learns nothing by asking.

use serde_json::{Value, json};
use store::CustomerId;

use super::exports::{lines, unpack};
use crate::{
    scenes,
    support::{Answer, Client, World},
};

const BOSS: &str = "boss@staff.example";

/// Asks for a customer as the second partner.
async fn ask(w: &World, number: &str, administrator: &str) -> Answer {
    let body = json!({ "account_number": number, "administrator": administrator });
    let answer = w.client("other_owner").keyed().post(&format!("/v1/msp/{}/links", w.other), &body).await;
    w.work().await;
    answer
}

/// What the second partner sees of its request.
async fn seen(w: &World, id: &str) -> Value {
    let list = w.client("other_owner").get(&format!("/v1/msp/{}/links", w.other)).await;
    let found = list.json["data"].as_array().expect("rows").iter().find(|r| r["id"] == id).cloned();
    found.unwrap_or_else(|| panic!("no {id}: {}", list.text))
}

fn at(w: &World, customer: CustomerId) -> String {
    format!("/v1/msp/{}/customers/{customer}", w.partner)
}

async fn number(w: &World, customer: CustomerId) -> String {
    let shown = w.client("owner").get(&at(w, customer)).await;
    shown.json["account_number"].as_str().unwrap_or_else(|| panic!("{}", shown.text)).to_owned()
}

/// What somebody says to a request: the customer's partner by `give`, its administrator by `consent`.
async fn say(w: &World, by: &Client, customer: CustomerId, id: &str, word: &str, approve: bool) -> Answer {
    let path = format!("{}/link-requests/{id}/{word}", at(w, customer));
    by.keyed().post(&path, &json!({ "approve": approve })).await
}

fn id_of(answer: &Answer) -> String {
    assert_eq!(answer.status, 202, "{}", answer.text);
    answer.json["id"].as_str().expect("an id").to_owned()
}

async fn alerts(w: &World) -> i64 {
    let open = w.get("owner", "alerts?filter[code]=link-requested&filter[status]=open").await;
    open["page"]["total"].as_i64().expect("a total")
}

fn mails(w: &World) -> usize {
    w.app.catcher.as_ref().expect("a catcher").list().iter().filter(|m| m.to() == BOSS).count()
}

/// What the second partner's owner was mailed: subject and text.
fn told(w: &World) -> Vec<(String, String)> {
    let caught = w.app.catcher.as_ref().expect("a catcher").list();
    let own = caught.iter().filter(|m| m.to() == "other_owner@staff.example");
    own.map(|m| (m.subject().to_owned(), m.text().to_owned())).collect()
}

/// A file of a customer's export, by its partner's owner.
async fn exported(w: &World, who: &str, partner: store::PartnerId, customer: CustomerId, file: &str) -> Vec<Value> {
    let (client, exports) = (w.client(who).keyed(), format!("/v1/msp/{partner}/exports"));
    let begun = client.post(&exports, &json!({ "tenant_id": customer })).await;
    assert_eq!(begun.status, 202, "{}", begun.text);
    w.work().await;
    let export = begun.json["export_id"].as_str().expect("an id");
    assert_eq!(client.get(&format!("{exports}/{export}/file")).await.status, 200);
    let stored = std::fs::read(w.app.config.data.join(format!("objects/eu/{customer}/exports/{export}.zip"))).expect("the file");
    lines(&unpack(stored)[file])
}

/// Has both sides consent to a new request, whose move then dies.
async fn die(w: &World, boss: &Client, address: &str, customer: CustomerId) -> String {
    let request = id_of(&ask(w, &number(w, customer).await, address).await);
    assert_eq!(say(w, boss, customer, &request, "consent", true).await.status, 200);
    assert_eq!(say(w, &w.client("owner"), customer, &request, "give", true).await.status, 200);
    w.wear_out("moves.carry_link").await;
    request
}

async fn order(w: &World) {
    let body = json!({ "sku": "SEATS-1000-Y", "quantity": 1 });
    let answer = w.client("other_owner").keyed().post(&format!("/v1/msp/{}/orders", w.other), &body).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
}

/// Seats allocated and available in a partner's pool.
async fn pool(by: &Client, partner: store::PartnerId) -> [i64; 2] {
    let sum = by.get(&format!("/v1/msp/{partner}/licenses/summary")).await;
    ["allocated", "available"].map(|f| sum.json[f].as_i64().unwrap_or_else(|| panic!("{}", sum.text)))
}

/// Names of a list of a partner's command center.
async fn center(w: &World, who: &str, partner: store::PartnerId, list: &str) -> Vec<String> {
    let answer = w.client(who).get(&format!("/v1/msp/{partner}/command-center?list={list}&page[size]=200")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json["data"].as_array().expect("rows").iter().filter_map(|c| c["name"].as_str().map(str::to_owned)).collect()
}

async fn entries(w: &World, who: &str, partner: store::PartnerId, command: &str) -> Value {
    let trail = w.client(who).get(&format!("/v1/msp/{partner}/audit?filter[command]={command}")).await;
    assert_eq!(trail.status, 200, "{}", trail.text);
    trail.json
}

scenes! {
    async fn f3_17_a_customer_moves_when_its_administrator_and_its_msp_have_consented(w: World) {
        w.order_seats(1).await;
        order(&w).await;
        let id = w.customer("Traveller", 40).await;
        let (boss, owner, other) = (w.hire("boss", id, "customer_admin").await, w.client("owner"), w.client("other_owner"));
        let asked = ask(&w, &number(&w, id).await, BOSS).await;
        let request = id_of(&asked);
        assert_eq!((&asked.json["status"], &asked.json["administrator"]), (&json!("waiting"), &json!("b…@staff.example")), "{}", asked.text);

        assert_eq!((mails(&w), alerts(&w).await), (1, 1));
        let caught = w.app.catcher.as_ref().expect("a catcher").list();
        let mail = caught.iter().find(|m| m.to() == BOSS).expect("a mail");
        let page = format!("/msp/{}/customers/{id}/link-requests", w.partner);
        assert!(mail.links.iter().any(|l| l.ends_with(&page)), "{:?}", mail.links);
        let shown = boss.get(&format!("{}/link-requests", at(&w, id))).await;
        assert_eq!((&shown.json["data"][0]["asked_by"], &shown.json["data"][0]["msp_said"]), (&json!("Otherwise MSP"), &Value::Null), "{}", shown.text);
        for (who, yes) in [("boss", "/consent"), ("owner", "/give")] {
            let drawn = w.browser(who).await.get(&page).await;
            let no = if yes == "/give" { "/consent" } else { "/give" };
            assert!(drawn.status == 200 && drawn.text.contains("Otherwise MSP asks for Traveller"), "{who}: {}", drawn.text);
            assert!(drawn.text.contains("its active accounts from the next month on"), "{who}: {}", drawn.text);
            assert!(drawn.text.contains(&format!("{request}{yes}")) && !drawn.text.contains(&format!("{request}{no}")), "{who}: {}", drawn.text);
        }

        // Nobody speaks for the other side, and whoever asks for neither.
        assert_eq!(say(&w, &owner, id, &request, "consent", true).await.status, 403);
        assert_eq!(say(&w, &boss, id, &request, "give", true).await.status, 403);
        assert_eq!(say(&w, &w.client("technician"), id, &request, "give", true).await.status, 403);
        assert_eq!(say(&w, &other, id, &request, "give", true).await.status, 404);
        assert_eq!(say(&w, &other, id, &request, "consent", true).await.status, 404);

        assert_eq!(say(&w, &owner, id, &request, "give", true).await.status, 200);
        w.work().await;
        assert_eq!((alerts(&w).await, seen(&w, &request).await["status"].clone()), (0, json!("waiting")), "one of two");
        assert_eq!((owner.get(&at(&w, id)).await.status, say(&w, &owner, id, &request, "give", true).await.code()), (200, "already-said"));
        assert_eq!(other.get(&format!("/v1/msp/{}/customers/{id}", w.other)).await.status, 404);

        let last = w.browser("boss").await.form(&format!("{page}/{request}/consent"), &[("decision", "approve")]).await;
        assert_eq!((last.status, last.header("location")), (303, "/"), "{}", last.text);
        assert_eq!(say(&w, &owner, id, &request, "give", false).await.code(), "link-moving");
        w.work().await;
        let done = seen(&w, &request).await;
        assert_eq!((&done["status"], &done["stopped"]), (&json!("linked"), &Value::Null), "{done}");
        assert_eq!(center(&w, "other_owner", w.other, "paid").await, ["Traveller"]);
        assert_eq!(center(&w, "owner", w.partner, "paid").await, Vec::<String>::new());
        assert_eq!((owner.get(&at(&w, id)).await.status, other.get(&format!("/v1/msp/{}/customers/{id}", w.other)).await.status), (404, 200));
        assert_eq!((pool(&owner, w.partner).await, pool(&other, w.other).await), ([0, 1_000], [40, 960]));
        assert_eq!(boss.get(&format!("/v1/msp/{}/customers/{id}", w.other)).await.status, 200, "its administrator came along");

        let sides = [
            ("owner", w.partner, vec!["open_consent", "give", "consent"]),
            ("other_owner", w.other, vec!["ask", "look_up", "book"]),
        ];
        for (who, partner, commands) in sides {
            for command in commands {
                let trail = entries(&w, who, partner, &format!("hierarchy.links.{command}")).await;
                assert_eq!(trail["page"]["total"], 1, "{who} {command}: {trail}");
            }
            assert_eq!(entries(&w, who, partner, "moves.move_customer").await["page"]["total"], 1);
            assert_eq!(w.client(who).get(&format!("/v1/msp/{partner}/audit/verify")).await.json["intact"], true);
        }
    }

    async fn f3_17_a_trial_arrives_as_the_trial_it_is(w: World) {
        let body = json!({ "name": "Trying AB", "max_mau": 10, "kind": "trial" });
        let made = w.client("owner").keyed().post(&format!("/v1/msp/{}/customers", w.partner), &body).await;
        let id: CustomerId = made.json["tenant_id"].as_str().expect("an id").parse().expect("an id");
        w.work().await;
        let boss = w.hire("boss", id, "customer_admin").await;
        let request = id_of(&ask(&w, &number(&w, id).await, BOSS).await);
        let page = format!("/msp/{}/customers/{id}/link-requests/{request}/give", w.partner);
        assert_eq!(w.browser("owner").await.form(&page, &[("decision", "maybe")]).await.status, 422);
        let given = w.browser("owner").await.form(&page, &[("decision", "approve")]).await;
        assert_eq!(given.status, 303, "{}", given.text);
        assert_eq!(say(&w, &boss, id, &request, "consent", true).await.status, 200);
        w.work().await;
        assert_eq!(center(&w, "other_owner", w.other, "active-trials").await, ["Trying AB"]);
        assert_eq!(center(&w, "owner", w.partner, "active-trials").await, Vec::<String>::new());
    }

    async fn f3_17_unknown_foreign_and_refused_look_alike_to_whoever_asks(w: World) {
        let id = w.customer("Secretive", 0).await;
        let boss = w.hire("boss", id, "customer_admin").await;
        w.hire("never", id, "customer_admin").await;
        w.spoil("never").await;
        let own = w.client("other_owner").keyed().post(&format!("/v1/msp/{}/customers", w.other), &json!({ "name": "Own AB", "max_mau": 10 })).await;
        w.work().await;
        let own: CustomerId = own.json["tenant_id"].as_str().expect("an id").parse().expect("an id");
        w.hire("own_boss", own, "customer_admin").await;
        let ours = w.client("other_owner").get(&format!("/v1/msp/{}/customers/{own}", w.other)).await.json["account_number"].as_str().expect("a number").to_owned();
        let (real, unknown) = (number(&w, id).await, "C-99999".to_owned());
        let cases = [
            (&real, BOSS, "a customer"),
            (&unknown, BOSS, "another number"),
            (&real, "nobody@staff.example", "nobody's address"),
            (&real, "owner@staff.example", "somebody who administers nothing"),
            (&real, "never@staff.example", "an administrator who was shut out"),
            (&ours, "own_boss@staff.example", "one's own"),
        ];
        let plain = |mut value: Value| {
            for field in ["id", "account_number", "administrator"] {
                value[field] = Value::Null;
            }
            value
        };
        let (mut told, mut ids) = (Vec::new(), Vec::new());
        for (number, address, _) in cases {
            let answer = ask(&w, number, address).await;
            ids.push(id_of(&answer));
            let names: Vec<String> = answer.headers.keys().map(ToString::to_string).collect();
            told.push((names, plain(answer.json)));
        }
        assert!(told.iter().all(|t| *t == told[0]), "{told:?}");
        assert_eq!((mails(&w), alerts(&w).await), (1, 1), "only those who can consent were asked");
        let alike = async |status: &str| {
            for (request, (_, _, what)) in ids.iter().zip(cases) {
                let now = seen(&w, request).await;
                assert_eq!((&now["status"], &now["stopped"]), (&json!(status), &Value::Null), "{what}: {now}");
            }
        };
        alike("waiting").await;

        // Asked again, the same people hear nothing new; refused, it is over for both sides, and whoever asked sees no difference.
        let again = id_of(&ask(&w, &real, BOSS).await);
        assert_eq!((mails(&w), say(&w, &boss, id, &again, "consent", true).await.status), (1, 404));
        assert_eq!(say(&w, &boss, id, &ids[0], "consent", false).await.status, 200);
        w.work().await;
        assert_eq!((alerts(&w).await, say(&w, &w.client("owner"), id, &ids[0], "give", true).await.code()), (0, "link-over"));
        assert_eq!((ask(&w, &real, BOSS).await.status, mails(&w)), (202, 1), "a no is not asked again");
        alike("waiting").await;
        let page = w.browser("other_owner").await.get(&format!("/msp/{}/links", w.other)).await;
        assert!(page.status == 200 && !page.text.contains("Secretive") && !page.text.contains("Meridian"), "{}", page.text);
        for (command, count) in [("ask", 8), ("look_up", 8)] {
            let trail = entries(&w, "other_owner", w.other, &format!("hierarchy.links.{command}")).await;
            assert_eq!(trail["page"]["total"], count, "{trail}");
            let shapes: Vec<usize> = trail["data"].as_array().expect("rows").iter().map(|e| e["effects"].as_array().map_or(0, Vec::len)).collect();
            assert!(shapes.iter().all(|n| *n == shapes[0]) && !trail.to_string().contains(&id.to_string()), "{trail}");
        }
        w.pass_days(14);
        alike("not_approved").await;
        assert_eq!(w.client("owner").get(&at(&w, id)).await.status, 200, "nothing has moved");
    }

    async fn f3_17_what_keeps_it_from_coming_is_shown_and_tried_again(w: World) {
        w.order_seats(1).await;
        let id = w.customer("Heavy", 40).await;
        let (boss, owner) = (w.hire("boss", id, "customer_admin").await, w.client("owner"));
        let request = id_of(&ask(&w, &number(&w, id).await, BOSS).await);
        assert_eq!(say(&w, &boss, id, &request, "consent", true).await.status, 200);
        assert_eq!(say(&w, &owner, id, &request, "give", true).await.status, 200);
        w.work().await;
        let stopped = seen(&w, &request).await;
        assert_eq!((&stopped["status"], &stopped["stopped"]["code"]), (&json!("stopped"), &json!("pool-exhausted")), "{stopped}");
        assert_eq!((&stopped["stopped"]["values"]["requested"], &stopped["stopped"]["values"]["available"]), (&json!(40), &json!(0)), "{stopped}");
        let page = w.browser("other_owner").await.get(&format!("/msp/{}/links", w.other)).await;
        assert!(page.text.contains("holds 40 seats, 0 are available") && page.text.contains(&format!("{request}/retry")), "{}", page.text);
        assert_eq!((pool(&owner, w.partner).await, owner.get(&at(&w, id)).await.status), ([40, 960], 200), "both sides are as they were");
        let mails = told(&w);
        assert!(mails.len() == 1 && mails[0].0.contains("could not be linked yet") && mails[0].1.contains("holds 40 seats"), "{mails:?}");
        assert!(!mails[0].1.contains("Heavy"), "{mails:?}");

        let retry = format!("/v1/msp/{}/links/{request}/retry", w.other);
        order(&w).await;
        assert_eq!(w.client("owner").keyed().post(&retry, &json!({})).await.status, 404, "only whoever asked tries again");
        assert_eq!(w.client("other_owner").keyed().post(&retry, &json!({})).await.status, 202);
        w.work().await;
        assert_eq!(seen(&w, &request).await["status"], "linked");
        assert_eq!(pool(&w.client("other_owner"), w.other).await, [40, 960]);
        let late = w.client("other_owner").keyed().post(&retry, &json!({})).await;
        assert_eq!((late.status, late.code(), &late.json["stands"]), (409, "link-not-open", &json!("linked")), "{}", late.text);
    }

    async fn f3_17_requests_are_few_and_end_by_the_clock_or_a_word(w: World) {
        let id = w.customer("Wanted", 0).await;
        let (boss, owner, number) = (w.hire("boss", id, "customer_admin").await, w.client("owner"), number(&w, id).await);
        let other = w.client("other_owner");
        let path = format!("/v1/msp/{}/links", w.other);
        let mine = async || boss.get(&format!("{}/link-requests", at(&w, id))).await.json["page"]["total"].clone();

        let first = id_of(&ask(&w, &number, BOSS).await);
        assert_eq!((mine().await, alerts(&w).await), (json!(1), 1));
        assert_eq!(other.keyed().delete(&format!("{path}/{first}")).await.json["status"], "withdrawn");
        w.work().await;
        assert_eq!((mine().await, alerts(&w).await), (json!(0), 0), "who was asked is not asked any more");
        assert_eq!(say(&w, &boss, id, &first, "consent", true).await.status, 404);

        // A yes does not outlive the request.
        let second = id_of(&ask(&w, &number, BOSS).await);
        assert_eq!(say(&w, &owner, id, &second, "give", true).await.status, 200);
        w.pass_days(14);
        assert_eq!(say(&w, &boss, id, &second, "consent", true).await.code(), "link-over");
        assert_eq!((mine().await, seen(&w, &second).await["status"].clone()), (json!(0), json!("not_approved")));
        assert_eq!(other.keyed().delete(&format!("{path}/{second}")).await.code(), "link-not-open");

        // Nor the move of the customer to somebody else.
        let made = w.client("distributor_owner").post(&format!("/v1/distributors/{}/partners", w.distributor), &json!({ "name": "Third MSP" })).await;
        let third = made.json["partner"].as_str().expect("an id").to_owned();
        let third_request = id_of(&ask(&w, &number, BOSS).await);
        let moved = w.client("distributor_owner").post(&format!("{}/move", at(&w, id)), &json!({ "msp_id": third })).await;
        assert_eq!(moved.status, 200, "{}", moved.text);
        let there = boss.get(&format!("/v1/msp/{third}/customers/{id}/link-requests")).await;
        assert_eq!((there.status, &there.json["page"]["total"]), (200, &json!(0)), "{}", there.text);
        assert_eq!(seen(&w, &third_request).await["status"], "waiting");

        for _ in 0..19 {
            assert_eq!(ask(&w, "C-12345", BOSS).await.status, 202);
        }
        let over = ask(&w, "C-12345", BOSS).await;
        assert_eq!((over.status, over.code(), over.json["max"].as_i64()), (409, "too-many-links", Some(20)), "{}", over.text);
        assert_eq!(other.keyed().post(&path, &json!({ "account_number": "42", "administrator": BOSS })).await.json["errors"][0]["pointer"], "/account_number");
        w.pass_days(14);
        assert_eq!(ask(&w, "C-12345", BOSS).await.status, 202);
    }

    async fn f3_17_whoever_asked_is_told_when_it_came_and_when_nothing_came_of_it(w: World) {
        let (id, kept) = (w.customer("Wished", 0).await, w.customer("Kept back", 0).await);
        let (boss, other) = (w.hire("boss", id, "customer_admin").await, w.hire("boss1", kept, "customer_admin").await);
        let (wished, back, owner) = (number(&w, id).await, number(&w, kept).await, w.client("owner"));
        let came = id_of(&ask(&w, &wished, BOSS).await);
        let refused = id_of(&ask(&w, &back, "boss1@staff.example").await);
        ask(&w, "C-99999", BOSS).await;
        let given_up = id_of(&ask(&w, "C-88888", BOSS).await);
        let path = format!("/v1/msp/{}/links/{given_up}", w.other);
        assert_eq!(w.client("other_owner").keyed().delete(&path).await.json["status"], "withdrawn");
        assert_eq!(say(&w, &other, kept, &refused, "consent", false).await.status, 200);
        assert_eq!(say(&w, &owner, id, &came, "give", true).await.status, 200);
        w.work().await;
        assert!(told(&w).is_empty(), "neither a refusal nor one yes of two: {:?}", told(&w));

        assert_eq!(say(&w, &boss, id, &came, "consent", true).await.status, 200);
        w.work().await;
        let mails = told(&w);
        assert_eq!(mails.iter().map(|m| m.0.as_str()).collect::<Vec<_>>(), [format!("{wished} is linked")]);
        assert!(mails[0].1.contains(&format!("/msp/{}/links", w.other)) && !mails[0].1.contains("Wished"), "{mails:?}");

        w.pass_days(13);
        w.work().await;
        assert_eq!(told(&w).len(), 1, "before its time is over nobody is told anything");
        w.pass_days(2);
        w.work().await;
        let over: Vec<_> = told(&w).into_iter().filter(|m| !m.0.contains("linked")).collect();
        let plain = |(subject, text): &(String, String)| [back.as_str(), "C-99999"].iter().fold((subject.clone(), text.clone()), |(s, t), n| (s.replace(n, "#"), t.replace(n, "#")));
        assert_eq!(over.len(), 2, "{over:?}");
        assert_eq!((plain(&over[0]).0.as_str(), plain(&over[0])), ("#: not approved", plain(&over[1])), "refused and unknown read the same");
        w.work().await;
        assert_eq!(told(&w).len(), 3, "each once");
    }

    async fn whoever_asked_for_a_link_is_told_in_their_language_as_long_as_they_may_ask(w: World) {
        let chosen = w.browser("other_owner").await.form("/profile/language", &[("language", "de")]).await;
        assert_eq!(chosen.status, 303, "{}", chosen.text);
        ask(&w, "C-99999", BOSS).await;
        w.pass_days(15);
        w.work().await;
        assert_eq!(told(&w).iter().map(|m| m.0.as_str()).collect::<Vec<_>>(), ["C-99999: nicht zugestimmt"]);
        ask(&w, "C-77777", BOSS).await;
        w.spoil("other_owner").await;
        w.pass_days(15);
        w.work().await;
        assert_eq!(told(&w).len(), 1, "who was shut out hears nothing");
    }

    async fn f3_17_the_msp_that_is_asked_sees_every_open_request(w: World) {
        let (one, two) = (w.customer("Alpha", 0).await, w.customer("Beta", 0).await);
        let (boss, boss1) = (w.hire("boss", one, "customer_admin").await, w.hire("boss1", two, "customer_admin").await);
        let (list, page) = (format!("/v1/msp/{}/link-requests", w.partner), format!("/msp/{}/link-requests", w.partner));
        let none = w.browser("owner").await.get(&page).await;
        assert!(none.status == 200 && none.text.contains("Nobody asks for a customer of yours"), "{}", none.text);
        let first = id_of(&ask(&w, &number(&w, one).await, BOSS).await);
        w.pass_days(1);
        let second = id_of(&ask(&w, &number(&w, two).await, "boss1@staff.example").await);

        for who in ["owner", "admin"] {
            let shown = w.client(who).get(&list).await;
            let names: Vec<_> = shown.json["data"].as_array().expect("rows").iter().map(|r| (r["tenant_name"].as_str(), r["asked_by"].as_str())).collect();
            assert_eq!(names, [(Some("Beta"), Some("Otherwise MSP")), (Some("Alpha"), Some("Otherwise MSP"))], "{who}: {}", shown.text);
            assert_eq!((&shown.json["page"]["total"], &shown.json["data"][1]["id"]), (&json!(2), &json!(first)));
        }
        let head = w.client("owner").get(&format!("{list}?page[size]=1")).await;
        let rest = w.client("owner").get(&format!("{list}?page[size]=1&page[after]={}", head.json["page"]["next"].as_str().expect("a cursor"))).await;
        assert_eq!((&head.json["data"][0]["id"], &rest.json["data"][0]["id"]), (&json!(second), &json!(first)), "{}", rest.text);
        for (who, status) in [("technician", 403), ("auditor", 403), ("other_owner", 404)] {
            assert_eq!(w.client(who).get(&list).await.status, status, "{who}");
        }
        assert_eq!(boss.get(&list).await.status, 404, "a customer's administrator decides on the customer's own page");

        // The list leads to the page of each, and says whose word is missing.
        assert_eq!(say(&w, &boss1, two, &second, "consent", true).await.status, 200);
        let drawn = w.browser("owner").await.get(&page).await;
        for wanted in ["Alpha", "Beta", "Otherwise MSP", "Nobody has answered", "Waits for you", &format!("/customers/{two}/link-requests")] {
            assert!(drawn.text.contains(wanted), "{wanted}: {}", drawn.text);
        }
        assert_eq!(w.browser("technician").await.get(&page).await.status, 403);
        let asked = w.browser("owner").await.get(&format!("/msp/{}/customers/{two}/link-requests", w.partner)).await;
        assert!(asked.text.contains("The other side has approved: if you approve, it moves at once."), "{}", asked.text);

        assert_eq!(say(&w, &w.client("owner"), one, &first, "give", false).await.status, 200);
        let left = w.client("owner").get(&list).await;
        assert_eq!((&left.json["page"]["total"], &left.json["data"][0]["tenant_name"]), (&json!(1), &json!("Beta")), "refused is not open: {}", left.text);
        w.pass_days(14);
        assert_eq!(w.client("owner").get(&list).await.json["page"]["total"], 0, "nor is what is over");
    }

    async fn f3_17_requests_for_a_customer_are_exported_and_go_with_it(w: World) {
        w.order_seats(1).await;
        let (id, gone) = (w.customer("Carried", 0).await, w.customer("Removed soon", 5).await);
        let (boss, boss1) = (w.hire("boss", id, "customer_admin").await, w.hire("boss1", gone, "customer_admin").await);
        let owner = w.client("owner");
        let request = id_of(&ask(&w, &number(&w, id).await, BOSS).await);
        let asked = exported(&w, "owner", w.partner, id, "link-requests.jsonl").await;
        assert_eq!((asked.len(), &asked[0]["asked_by"], &asked[0]["msp_said"]), (1, &json!("Otherwise MSP"), &Value::Null), "{asked:?}");
        assert_eq!(say(&w, &boss, id, &request, "consent", true).await.status, 200);
        assert_eq!(say(&w, &owner, id, &request, "give", true).await.status, 200);
        w.work().await;
        let made = exported(&w, "other_owner", w.other, id, "link-requests-made.jsonl").await;
        assert_eq!((made.len(), &made[0]["status"], &made[0]["administrator"]), (1, &json!("linked"), &json!("b…@staff.example")), "{made:?}");

        // One that could not come, and is removed: whoever asked keeps nothing that names it, and is told that nothing comes of it.
        let stuck = id_of(&ask(&w, &number(&w, gone).await, "boss1@staff.example").await);
        assert_eq!(say(&w, &boss1, gone, &stuck, "consent", true).await.status, 200);
        assert_eq!(say(&w, &owner, gone, &stuck, "give", true).await.status, 200);
        w.work().await;
        assert_eq!(seen(&w, &stuck).await["status"], "stopped");
        let tag = owner.get(&at(&w, gone)).await.header("etag").to_owned();
        assert_eq!(owner.keyed().with("if-match", &tag).delete(&at(&w, gone)).await.status, 200);
        w.work().await;
        let ended = seen(&w, &stuck).await;
        assert_eq!((&ended["status"], &ended["stopped"]), (&json!("not_approved"), &Value::Null), "{ended}");
        assert_eq!(told(&w).iter().filter(|m| m.0.contains("not approved")).count(), 1);

        // The one that came is purged with its request.
        let there = format!("/v1/msp/{}/customers/{id}", w.other);
        let other = w.client("other_owner");
        let tag = other.get(&there).await.header("etag").to_owned();
        assert_eq!(other.keyed().with("if-match", &tag).delete(&there).await.status, 200);
        w.work().await;
        let purge = format!("/v1/msp/{}/removed/{id}/purge", w.other);
        assert_eq!(other.keyed().post(&purge, &json!({ "name": "Carried" })).await.status, 202);
        w.work().await;
        let left = other.get(&format!("/v1/msp/{}/removed/{id}/left", w.other)).await;
        assert_eq!(left.json["clean"], true, "{}", left.text);
        let list = other.get(&format!("/v1/msp/{}/links", w.other)).await;
        assert!(!list.text.contains(&request) && list.text.contains(&stuck), "{}", list.text);

        // What was asked is forgotten after 90 days, also where nobody asks anew.
        w.pass_days(91);
        tenantry::offboarding::retire(&w.app).await.expect("ran");
        assert_eq!(other.get(&format!("/v1/msp/{}/links", w.other)).await.json["page"]["total"], 0);
    }

    async fn f3_17_a_stopped_request_ends_where_it_was_made_with_a_refusal_or_by_a_move(w: World) {
        w.order_seats(1).await;
        let (one, two) = (w.customer("Refused late", 5).await, w.customer("Moved by hand", 6).await);
        let (boss, boss1, owner) = (w.hire("boss", one, "customer_admin").await, w.hire("boss1", two, "customer_admin").await, w.client("owner"));
        let mut requests = Vec::new();
        for (id, by, address) in [(one, &boss, BOSS), (two, &boss1, "boss1@staff.example")] {
            let request = id_of(&ask(&w, &number(&w, id).await, address).await);
            assert_eq!(say(&w, by, id, &request, "consent", true).await.status, 200);
            assert_eq!(say(&w, &owner, id, &request, "give", true).await.status, 200);
            w.work().await;
            assert_eq!(seen(&w, &request).await["status"], "stopped");
            requests.push(request);
        }
        assert_eq!(say(&w, &boss, one, &requests[0], "consent", false).await.status, 200);
        assert_eq!(seen(&w, &requests[0]).await["status"], "not_approved", "at once: nobody can try again");
        w.work().await;
        assert_eq!(told(&w).iter().filter(|m| m.0.contains("not approved")).count(), 1);
        let ended = "hierarchy.links.end_stopped";
        assert_eq!(entries(&w, "other_owner", w.other, ended).await["page"]["total"], 1);
        assert_eq!(entries(&w, "owner", w.partner, ended).await["page"]["total"], 0);

        order(&w).await;
        let moved = w.client("distributor_owner").post(&format!("{}/move", at(&w, two)), &json!({ "msp_id": w.other })).await;
        assert_eq!(moved.status, 200, "{}", moved.text);
        w.work().await;
        assert_eq!(seen(&w, &requests[1]).await["status"], "linked", "it came, by hand");
        assert_eq!(told(&w).iter().filter(|m| m.0.contains("is linked")).count(), 1);
    }

    async fn f3_17_a_move_that_gives_up_is_told_to_both_sides_and_can_be_made_anew(w: World) {
        let id = w.customer("Unlucky", 0).await;
        let (boss, owner, other) = (w.hire("boss", id, "customer_admin").await, w.client("owner"), w.client("other_owner"));
        let request = die(&w, &boss, BOSS, id).await;
        let page = format!("/msp/{}/customers/{id}/link-requests", w.partner);
        let moving = w.browser("boss").await.get(&page).await;
        assert!(moving.text.contains("the customer is on its way") && !moving.text.contains(&format!("{request}/consent")), "{}", moving.text);
        w.work().await;
        let stopped = seen(&w, &request).await;
        assert_eq!((&stopped["status"], &stopped["stopped"]["code"]), (&json!("stopped"), &json!("move-gave-up")), "{stopped}");
        let mails = told(&w);
        assert!(mails.len() == 1 && mails[0].0.contains("could not be linked yet") && mails[0].1.contains("broke off again and again"), "{mails:?}");
        assert_eq!((owner.get(&at(&w, id)).await.status, w.get("owner", "jobs/dead").await["page"]["total"].clone()), (200, json!(1)));

        // Those who were asked read that it could not come, and may still refuse.
        let asked = async || boss.get(&format!("{}/link-requests", at(&w, id))).await.json["data"][0].clone();
        assert!(asked().await["stopped_at"].is_string(), "{}", asked().await);
        let drawn = w.browser("boss").await.get(&page).await;
        assert!(drawn.text.contains("but the customer could not come") && drawn.text.contains(&format!("{request}/consent")), "{}", drawn.text);
        assert!(!drawn.text.contains("broke off"), "{}", drawn.text);
        assert!(w.browser("owner").await.get(&format!("/msp/{}/link-requests", w.partner)).await.text.contains("Approved, could not come"));

        // Given up, and asked for anew; that one is tried again, and comes.
        assert_eq!(other.keyed().delete(&format!("/v1/msp/{}/links/{request}", w.other)).await.json["status"], "withdrawn");
        w.work().await;
        let again = die(&w, &boss, BOSS, id).await;
        w.work().await;
        assert_eq!(seen(&w, &again).await["status"], "stopped");
        assert_eq!(other.keyed().post(&format!("/v1/msp/{}/links/{again}/retry", w.other), &json!({})).await.status, 202);
        assert_eq!(asked().await["stopped_at"], Value::Null, "on its way again");
        w.work().await;
        assert_eq!((seen(&w, &again).await["status"].clone(), seen(&w, &request).await["status"].clone()), (json!("linked"), json!("withdrawn")));
        assert_eq!(other.get(&format!("/v1/msp/{}/customers/{id}", w.other)).await.status, 200);
    }

    async fn f3_17_a_customer_that_leaves_on_its_way_ends_the_request(w: World) {
        let (gone, away, here) = (w.customer("Removed", 0).await, w.customer("Taken away", 0).await, w.customer("Brought", 0).await);
        let (boss, boss1) = (w.hire("boss", gone, "customer_admin").await, w.hire("boss1", away, "customer_admin").await);
        let (boss2, owner, above) = (w.hire("boss2", here, "customer_admin").await, w.client("owner"), w.client("distributor_owner"));
        let made = above.post(&format!("/v1/distributors/{}/partners", w.distributor), &json!({ "name": "Third MSP" })).await;
        let third = made.json["partner"].as_str().expect("an id").to_owned();
        let removed = die(&w, &boss, BOSS, gone).await;
        let tag = owner.get(&at(&w, gone)).await.header("etag").to_owned();
        assert_eq!(owner.keyed().with("if-match", &tag).delete(&at(&w, gone)).await.status, 200);
        w.work().await;
        let taken = die(&w, &boss1, "boss1@staff.example", away).await;
        assert_eq!(above.post(&format!("{}/move", at(&w, away)), &json!({ "msp_id": third })).await.status, 200);
        w.work().await;
        let brought = die(&w, &boss2, "boss2@staff.example", here).await;
        assert_eq!(above.post(&format!("{}/move", at(&w, here)), &json!({ "msp_id": w.other })).await.status, 200);
        w.work().await;
        for (request, status) in [(&removed, "not_approved"), (&taken, "not_approved"), (&brought, "linked")] {
            let ended = seen(&w, request).await;
            assert_eq!((&ended["status"], &ended["stopped"]), (&json!(status), &Value::Null), "{ended}");
        }
        let count = |what: &str| told(&w).iter().filter(|m| m.0.contains(what)).count();
        assert_eq!((count("not approved"), count("is linked"), told(&w).len()), (2, 1, 3), "{:?}", told(&w));
        w.pass_days(15);
        w.work().await;
        assert_eq!(told(&w).len(), 3, "and nothing more when the time is over");

        // Where it is now, it can be asked for.
        let there = format!("/v1/msp/{third}/customers/{away}");
        let number = boss1.get(&there).await.json["account_number"].as_str().expect("a number").to_owned();
        ask(&w, &number, "boss1@staff.example").await;
        assert_eq!(boss1.get(&format!("{there}/link-requests")).await.json["page"]["total"], 1);
    }

    async fn f3_17_two_who_consent_at_once_move_it_once(w: World) {
        for round in 0..4 {
            let id = w.customer(&format!("Hurried {round}"), 0).await;
            let (name, address) = [("boss", BOSS), ("boss1", "boss1@staff.example"), ("boss2", "boss2@staff.example"), ("boss3", "boss3@staff.example")][round];
            let (boss, owner) = (w.hire(name, id, "customer_admin").await, w.client("owner"));
            let request = id_of(&ask(&w, &number(&w, id).await, address).await);
            let (gave, took) = tokio::join!(say(&w, &owner, id, &request, "give", true), say(&w, &boss, id, &request, "consent", true));
            assert_eq!((gave.status, took.status), (200, 200), "{} {}", gave.text, took.text);
            w.work().await;
            assert_eq!(seen(&w, &request).await["status"], "linked");
            assert_eq!(w.client("other_owner").get(&format!("/v1/msp/{}/customers/{id}", w.other)).await.status, 200);
        }
        assert_eq!(entries(&w, "other_owner", w.other, "moves.move_customer").await["page"]["total"], 4);
        assert_eq!(entries(&w, "other_owner", w.other, "hierarchy.links.book").await["page"]["total"], 4);
    }
}
