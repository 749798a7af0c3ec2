//! Lists from files: verdicts, all or nothing, going on after a kill, undo, and files that are none.

use http::Method;
use jobs::{Job, JobCx};
use serde_json::{Value, json};
use store::{Control, CustomerId, ImportId, JobId, Uuid, p, sql};
use tenantry::imports::RunImport;

use crate::{
    scenes,
    support::{Answer, Client, World},
};

async fn send(client: &Client, path: &str, csv: impl Into<Vec<u8>>) -> Answer {
    client.request(Method::POST, path, Some("text/csv"), csv.into()).await
}

fn people(from: usize, to: usize) -> String {
    let mut csv = String::from("E-Mail;Vorname;Nachname;Abteilung\r\n");
    for n in from..to {
        csv.push_str(&format!("p{n}@crowd.example;Per {n};Öst;Lager\r\n"));
    }
    csv
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

async fn counts(w: &World, customer: CustomerId) -> (i64, i64) {
    let total = async |query: &str| {
        w.client("owner").get(&format!("/v1/tenants/{customer}/members{query}")).await.json["page"]["total"].as_i64().expect("a total")
    };
    (total("?filter[status]=active").await, total("?filter[status]=waiting").await)
}

scenes! {
    async fn five_thousand_members_find_seats_or_wait(w: World) {
        w.order_seats(10).await;
        let customer = w.customer("Crowd", 4_200).await;
        let owner = w.client("owner");
        let path = format!("/v1/tenants/{customer}/members/import");
        let seen = send(&owner, &path, people(0, 5_000)).await;
        assert_eq!(seen.status, 201, "{}", seen.text);
        assert_eq!((seen.json["counts"]["create"].as_i64(), seen.json["counts"]["waiting"].as_i64()), (Some(4_200), Some(800)));
        assert_eq!(seen.json["mapping"]["fields"]["department"], "Abteilung");
        assert_eq!(counts(&w, customer).await, (0, 0), "a preview changes nothing");
        let id = text(&seen.json["import_id"]).to_owned();
        let begun = owner.keyed().post(&format!("/v1/msp/{}/imports/{id}/start", w.partner), &json!({})).await;
        assert_eq!(begun.status, 202, "{}", begun.text);
        w.work().await;
        let operation = owner.get(&format!("/v1/operations/{}", text(&begun.json["operation_id"]))).await;
        assert_eq!((operation.json["status"].as_str(), operation.json["result"]["created"].as_i64()), (Some("succeeded"), Some(5_000)), "{}", operation.text);
        assert_eq!(counts(&w, customer).await, (4_200, 800));
        let summary = owner.get(&format!("/v1/msp/{}/licenses/summary", w.partner)).await;
        assert_eq!(summary.json["active_users"], 4_200);
        let again = send(&owner, &format!("{path}?preview=true"), people(4_990, 5_010)).await;
        assert_eq!((again.status, again.json["counts"]["update"].as_i64(), again.json["counts"]["waiting"].as_i64()), (200, Some(10), Some(10)), "{}", again.text);
        let started = owner.keyed().post(&format!("/v1/msp/{}/imports/{id}/start", w.partner), &json!({})).await;
        assert_eq!((started.status, started.code()), (409, "import-wrong-state"));
    }

    async fn a_killed_import_goes_on_where_it_was(w: World) {
        w.order_seats(10).await;
        let customer = w.customer("Killed", 9_000).await;
        let owner = w.client("owner");
        let begun = send(&owner.keyed(), &format!("/v1/tenants/{customer}/members/import?start=true"), people(0, 9_000)).await;
        assert_eq!(begun.status, 202, "{}", begun.text);
        let import: ImportId = text(&begun.json["import_id"]).parse().expect("an id");
        let partner = w.partner;
        let holder: Uuid = w.app.house.control().read(move |view| {
            view.enter(partner.0);
            view.one(sql!(Control, "SELECT created_by FROM import WHERE partner_id = $1 AND import_id = $2"), p![partner, import])?.get("created_by")
        }).await.expect("booked");
        let job: RunImport = serde_json::from_value(json!({
            "home": { "partner": partner, "customer": customer }, "import": import, "kind": "members", "operation": begun.json["operation_id"],
        })).expect("a job");
        for _ in 0..3 {
            let cx = JobCx { app: &*w.app, house: &w.app.house, id: JobId::new(Uuid::from_u128(1)), holder, node: customer.0, attempt: 1 };
            // The process dies here: wherever the work is, it is dropped.
            let _ = tokio::time::timeout(std::time::Duration::from_millis(60), job.clone().run(cx)).await;
        }
        w.work().await;
        let import = owner.get(&format!("/v1/msp/{partner}/imports/{import}")).await;
        assert_eq!((import.json["status"].as_str(), import.json["created"].as_i64(), import.json["updated"].as_i64()), (Some("done"), Some(9_000), Some(0)), "{}", import.text);
        assert_eq!(counts(&w, customer).await, (9_000, 0));
    }

    async fn an_import_whose_work_gives_up_fails_and_goes_on_when_it_is_tried_again(w: World) {
        let customer = w.customer("Worn", 0).await;
        let owner = w.client("owner").keyed();
        let begun = send(&owner, &format!("/v1/tenants/{customer}/members/import?start=true"), people(0, 3)).await;
        assert_eq!(begun.status, 202, "{}", begun.text);
        let here = format!("/msp/{}/imports/{}", w.partner, text(&begun.json["import_id"]));
        let import = format!("/v1{here}");
        let word = async |path: &str, field: &str| owner.get(path).await.json[field].clone();
        let operation = format!("/v1/operations/{}", text(&begun.json["operation_id"]));
        w.wear_out("imports.run").await;
        w.work().await;
        assert_eq!((word(&import, "status").await, word(&operation, "status").await), (json!("failed"), json!("failed")));
        assert_eq!(word(&operation, "error").await["code"], "import-gave-up");
        let page = w.browser("owner").await.get(&here).await;
        assert!(page.text.contains("This import ended before its end"), "{}", page.text);
        assert_eq!(owner.post(&format!("{operation}/retry"), &json!({})).await.status, 202);
        w.work().await;
        assert_eq!((word(&import, "status").await, word(&operation, "status").await), (json!("done"), json!("succeeded")));
        assert_eq!(counts(&w, customer).await, (0, 3));

        // Taking it back gives up too; this time somebody tries the dead letter again.
        let undone = owner.post(&format!("{import}/undo"), &json!({})).await;
        assert_eq!(undone.status, 202, "{}", undone.text);
        let operation = format!("/v1/operations/{}", text(&undone.json["operation_id"]));
        w.wear_out("imports.undo").await;
        w.work().await;
        assert_eq!((word(&operation, "status").await, word(&import, "undone").await["ended"].clone()), (json!("failed"), json!(true)));
        let dead = w.get("owner", "jobs/dead").await;
        let letter = format!("/v1/msp/{}/jobs/{}/retry", w.partner, text(&dead["data"][0]["id"]));
        assert_eq!(owner.post(&letter, &json!({})).await.status, 202, "{dead}");
        w.work().await;
        assert_eq!((word(&operation, "status").await, counts(&w, customer).await), (json!("succeeded"), (0, 0)));
    }

    async fn an_import_is_undone_once_and_keeps_what_was_changed(w: World) {
        w.order_seats(1).await;
        let customer = w.customer("Undo", 100).await;
        let owner = w.client("owner").keyed();
        let begun = send(&owner, &format!("/v1/tenants/{customer}/members/import?start=true"), people(0, 120)).await;
        w.work().await;
        assert_eq!(counts(&w, customer).await, (100, 20));
        let first = owner.get(&format!("/v1/tenants/{customer}/members?page[size]=1")).await;
        let member = format!("/v1/tenants/{customer}/members/{}", text(&first.json["data"][0]["id"]));
        assert_eq!(owner.with("if-match", "1").patch(&member, &json!({ "title": "Boss" })).await.status, 200);
        let undo = format!("/v1/msp/{}/imports/{}/undo", w.partner, text(&begun.json["import_id"]));
        let undone = owner.post(&undo, &json!({})).await;
        assert_eq!(undone.status, 202, "{}", undone.text);
        w.work().await;
        let operation = owner.get(&format!("/v1/operations/{}", text(&undone.json["operation_id"]))).await;
        assert_eq!((operation.json["result"]["removed"].as_i64(), operation.json["result"]["kept"].as_i64()), (Some(119), Some(1)), "{}", operation.text);
        assert_eq!(counts(&w, customer).await, (1, 0));
        assert_eq!(owner.post(&undo, &json!({})).await.status, 409);
    }

    async fn one_bad_row_stops_all_unless_asked_otherwise(w: World) {
        let customer = w.customer("Strict", 0).await;
        let owner = w.client("owner").keyed();
        let path = format!("/v1/tenants/{customer}/members/import?start=true");
        let csv = "email,name,extra\na@s.example,Ann,1\nnonsense,Bo,2\na@s.example,Ann,3\nc@s.example\n=cmd(),x,4\n";
        let refused = send(&owner, &path, csv).await;
        assert_eq!((refused.status, refused.code()), (422, "rows-refused"), "{}", refused.text);
        let pointers: Vec<&str> = refused.json["errors"].as_array().expect("errors").iter().map(|e| text(&e["pointer"])).collect();
        assert_eq!(pointers, ["/rows/3/email", "/rows/4/email", "/rows/5/row", "/rows/6/email"]);
        assert_eq!(counts(&w, customer).await, (0, 0));
        let some = send(&owner, &format!("{path}&partial=true"), csv).await;
        assert_eq!(some.status, 202, "{}", some.text);
        w.work().await;
        assert_eq!(counts(&w, customer).await, (0, 1), "no seat: the good one waits");
        let import = owner.get(&format!("/v1/msp/{}/imports/{}", w.partner, text(&some.json["import_id"]))).await;
        assert_eq!((import.json["created"].as_i64(), import.json["refused"].as_i64()), (Some(1), Some(4)), "{}", import.text);
    }

    async fn files_that_are_no_lists_are_refused_whole(w: World) {
        let customer = w.customer("Bad", 0).await;
        let owner = w.client("owner").keyed();
        let path = format!("/v1/tenants/{customer}/members/import?start=true&partial=true");
        let wide = format!("email{}\n", ",x".repeat(500));
        let bomb = format!("email\n{}", "x".repeat(65 * 1024 * 1024));
        let cases: [(&str, Vec<u8>, u16, &str); 8] = [
            ("wide", wide.into(), 422, "too-many-columns"),
            ("bomb", bomb.into(), 413, "too-large"),
            ("nul", b"email\na\0b@c.se\n".to_vec(), 422, "nul-byte"),
            ("no text", b"email\n\xff\xfe\xfd\x80\x81@\x00\n".to_vec(), 422, ""),
            ("twice", b"email,EMAIL\na@b.se,c@d.se\n".to_vec(), 422, "duplicate-header"),
            ("empty", Vec::new(), 422, "empty"),
            ("only a header", b"email\n".to_vec(), 422, "empty"),
            ("no address", b"name\nAnn\n".to_vec(), 422, "column-missing"),
        ];
        for (name, body, status, code) in cases {
            let answer = send(&owner, &path, body).await;
            assert_eq!(answer.status, status, "{name}: {}", answer.text);
            assert!(code.is_empty() || answer.json["errors"][0]["code"] == code, "{name}: {}", answer.text);
        }
        assert_eq!(send(&owner, &path.replace("start", "begin"), "email\na@b.se\n").await.status, 400);
        assert_eq!(owner.post(&path, &json!({})).await.status, 415);
        assert_eq!(send(&w.client("auditor"), &path, "email\na@b.se\n").await.status, 403);
        assert_eq!(send(&w.client("other_owner"), &path, "email\na@b.se\n").await.status, 404);
        assert_eq!(send(&w.client("nobody"), &path, "email\na@b.se\n").await.status, 401);
        assert_eq!(counts(&w, customer).await, (0, 0));
        let left = std::fs::read_dir(w.app.imports()).expect("the folder").count();
        assert_eq!(left, 1, "only the file with a mapping to correct stays");
    }

    async fn the_console_leads_from_file_to_result(w: World) {
        let customer = w.customer("Console", 0).await;
        let owner = w.browser("owner").await;
        let new = format!("/msp/{}/imports/new?kind=members&customer={customer}", w.partner);
        assert!(owner.get(&new).await.text.contains("Choose a file"));
        let form = |csv: &str| format!("--x\r\nContent-Disposition: form-data; name=\"idempotency_key\"\r\n\r\nk1\r\n--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"list.csv\"\r\nContent-Type: text/csv\r\n\r\n{csv}\r\n--x--\r\n");
        let post = async |csv: &str| owner.request(Method::POST, &new, Some("multipart/form-data; boundary=x"), form(csv).into_bytes()).await;
        let empty = post("").await;
        assert!(empty.status == 422 && empty.text.contains("The file is empty"), "{}", empty.text);
        let sent = post("Who,Called\na@c.example,Ann\nnonsense,Bo").await;
        assert_eq!(sent.status, 303, "{}", sent.text);
        let place = sent.header("location").to_owned();
        assert!(owner.get(&place).await.text.contains("Choose a column for: E-mail"));
        let mapped = owner.form(&format!("{place}/mapping"), &[("email", "Who"), ("name", "Called")]).await;
        assert_eq!((mapped.status, mapped.header("location")), (303, place.as_str()), "{}", mapped.text);
        let judged = owner.speaking("de").get(&place).await;
        assert!(judged.text.contains("Wartet auf einen Platz") && judged.text.contains("Abgelehnt"), "{}", judged.text);
        assert_eq!(owner.form(&format!("{place}/start"), &[]).await.status, 422, "one row is bad");
        assert_eq!(owner.form(&format!("{place}/start"), &[("partial", "on")]).await.status, 303);
        assert!(owner.get(&place).await.text.contains("tn-poll"), "it shows how far it is");
        w.work().await;
        let done = owner.get(&place).await;
        assert!(done.text.contains("Undo this import"), "{}", done.text);
        assert_eq!(owner.form(&format!("{place}/undo"), &[]).await.status, 303);
        assert!(owner.get(&format!("/msp/{}/imports", w.partner)).await.text.contains("list.csv"));
        let next = owner.request(Method::POST, &format!("/v1/tenants/{customer}/members/import?preview=true"), Some("text/csv"), "Who,Called\nb@c.example,Bo\n".into()).await;
        assert_eq!((next.status, next.json["mapping"]["fields"]["email"].as_str()), (200, Some("Who")), "the columns are remembered: {}", next.text);
        assert_eq!(w.browser("auditor").await.get(&place).await.status, 403);
        assert_eq!(w.browser("other_owner").await.get(&place).await.status, 404);
    }

    async fn customers_come_from_a_file_with_their_seats(w: World) {
        w.order_seats(1).await;
        let owner = w.client("owner").keyed();
        let path = format!("/v1/msp/{}/customers/import?start=true", w.partner);
        let many = send(&owner, &path, "Firma;Domain;Lizenzen\nA;a.example;600\nB;b.example;600\n").await;
        assert_eq!((many.status, many.json["errors"][0]["code"].as_str()), (422, Some("pool-exhausted")), "{}", many.text);
        let fine = send(&owner, &path, "Firma;Domain;Lizenzen\nA;a.example;600\nB;b.example;400\n").await;
        assert_eq!(fine.status, 202, "{}", fine.text);
        w.work().await;
        let summary = owner.get(&format!("/v1/msp/{}/licenses/summary", w.partner)).await;
        assert_eq!(summary.json["available"], 0, "{}", summary.text);
        let again = send(&owner, &path, "Firma;Domain\nA again;a.example\n").await;
        assert_eq!((again.status, again.json["errors"][0]["code"].as_str()), (422, Some("domain-taken")), "{}", again.text);
    }

    async fn results_come_from_a_file_and_count_once(w: World) {
        let customer = w.customer("Runs", 0).await;
        let owner = w.client("owner").keyed();
        let path = format!("/v1/msp/{}/campaign-results/import?start=true", w.partner);
        let csv = "domain,campaign,date,delivered,compromised\nruns.example,Autumn,2026-11-20,10,3\nRUNS.example,Winter,20.11.2026,5,0\n";
        let first = send(&owner, &path, csv).await;
        assert_eq!(first.status, 202, "{}", first.text);
        w.work().await;
        let second = send(&owner, &path, csv).await;
        assert_eq!((second.status, second.json["verdicts"]["counts"]["duplicate"].as_i64()), (202, Some(2)), "{}", second.text);
        w.work().await;
        let list = owner.get(&format!("/v1/msp/{}/imports", w.partner)).await;
        let told: Vec<_> = list.json["data"].as_array().expect("rows").iter().map(|i| (i["created"].as_i64(), i["duplicates"].as_i64())).collect();
        assert!(told.contains(&(Some(2), Some(0))) && told.contains(&(Some(0), Some(2))), "{}", list.text);
        let wrong = send(&owner, &path, "domain,campaign,date,delivered,compromised\nnobody.example,X,2026-11-20,1,0\nruns.example,X,2027-01-01,1,0\nruns.example,X,2026-11-20,1,2\n").await;
        let codes: Vec<&str> = wrong.json["errors"].as_array().expect("errors").iter().map(|e| text(&e["code"])).collect();
        assert_eq!(codes.len(), 3, "{}", wrong.text);
        assert!(codes.contains(&"unknown-customer") && codes.contains(&"not-a-time") && codes.contains(&"out-of-range"), "{codes:?}");
        let _ = customer;
    }
}

/// How fast: `cargo test -p tenantry --test it -- --ignored rows_a_second --nocapture`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement, not a proof"]
#[allow(clippy::disallowed_methods, reason = "it measures real time")]
async fn rows_a_second() {
    let w = World::on("sqlite").await.expect("SQLite is always there");
    w.order_seats(200).await;
    let customer = w.customer("Speed", 200_000).await;
    let began = std::time::Instant::now();
    let begun = send(&w.client("owner").keyed(), &format!("/v1/tenants/{customer}/members/import?start=true"), people(0, 200_000)).await;
    assert_eq!(begun.status, 202, "{}", begun.text);
    let judged = began.elapsed();
    w.work().await;
    let all = began.elapsed();
    assert_eq!(counts(&w, customer).await, (200_000, 0));
    println!("judged in {judged:?}, all in {all:?}: {:.0} rows a second", 200_000.0 / all.as_secs_f64());
}
