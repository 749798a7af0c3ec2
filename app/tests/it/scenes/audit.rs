//! The trail shows what was done, and shows when it was tampered with. Dead letters can be tried again.

use access::permissions::Operate;
use command::{Call, Command, Cx, Fail, Never};
use serde::Serialize;
use serde_json::json;
use store::{Control, PartnerId, Uuid, p, sql};

use crate::{scenes, support::World};

/// What an intruder with the database's password could do.
#[derive(Serialize)]
struct Tamper(PartnerId, &'static str);

impl Command for Tamper {
    const NAME: &'static str = "test.tamper";
    const QUIET: bool = true;
    type Home = Control;
    type Needs = Operate;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Uuid {
        self.0.0
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Never>> {
        let chain = self.0;
        match self.1 {
            "edit" => {
                cx.tx.exec(
                    sql!(Control, "UPDATE audit_entry SET detail = REPLACE(detail, 'before', 'befoer') WHERE chain_id = $1 AND seq = 2"),
                    p![chain],
                )?;
            }
            "cut" => {
                // The tail goes, and the head is made to fit: only the signed checkpoint knows better.
                cx.tx.exec(sql!(Control, "DELETE FROM audit_entry WHERE chain_id = $1 AND seq > 2"), p![chain])?;
                cx.tx.exec(sql!(Control, "UPDATE audit_head SET seq = 2, hash = (SELECT e.hash FROM audit_entry e WHERE e.chain_id = $1 AND e.seq = 2) WHERE chain_id = $1"), p![chain])?;
            }
            _ => cx.tell("test.nonsense", &json!({ "why": "no program knows this" })),
        }
        Ok(())
    }
}

async fn tamper(w: &World, how: &'static str) {
    w.app.house.execute(Call::operator(), Tamper(w.partner, how)).await.expect("done");
}

async fn intact(w: &World) -> (bool, String) {
    let answer = w.client("auditor").get(&format!("/v1/msp/{}/audit/verify", w.partner)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    (answer.json["intact"].as_bool().expect("a verdict"), answer.json["finding"].as_str().unwrap_or_default().to_owned())
}

scenes! {
    async fn the_trail_names_who_what_and_where(w: World) {
        let customer = w.customer("Trail", 0).await;
        let path = format!("/v1/msp/{}/customers/{customer}", w.partner);
        w.client("owner").post(&format!("{path}/suspend"), &json!({})).await;
        let list = format!("/v1/msp/{}/audit", w.partner);
        let found = w.client("auditor").get(&format!("{list}?filter[command]=hierarchy.customers.suspend&filter[customer]={customer}")).await;
        assert_eq!((found.status, found.json["page"]["total"].as_i64()), (200, Some(1)), "{}", found.text);
        let entry = &found.json["data"][0];
        assert_eq!((&entry["actor"]["name"], &entry["customer_name"]), (&json!("owner@staff.example"), &json!("Trail")));
        assert_eq!(entry["effects"][0]["after"], "disabled");
        let (mut seen, mut next) = (0, None::<String>);
        let total = loop {
            let after = next.map_or_else(String::new, |n| format!("&page[after]={n}"));
            let page = w.client("auditor").get(&format!("{list}?page[size]=3{after}")).await;
            seen += page.json["data"].as_array().expect("rows").len();
            next = page.json["page"]["next"].as_str().map(str::to_owned);
            if next.is_none() {
                break page.json["page"]["total"].as_u64().expect("a total");
            }
        };
        assert_eq!(seen as u64, total, "paging meets every entry once");
        let csv = w.client("auditor").get(&format!("{list}/export")).await;
        assert!(csv.status == 200 && csv.text.contains("hierarchy.customers.suspend"), "{}", csv.text);
        assert_eq!(csv.text.lines().count() as u64, total + 1);
        assert_eq!(w.client("technician").get(&list).await.status, 403);
        assert_eq!(w.client("other_owner").get(&list).await.status, 404);
        assert_eq!(w.client("auditor").get(&format!("{list}?from=yesterday")).await.status, 400);
    }

    async fn an_edited_entry_is_found(w: World) {
        w.customer("Edited", 0).await;
        assert_eq!(intact(&w).await, (true, String::new()));
        tamper(&w, "edit").await;
        let (whole, finding) = intact(&w).await;
        assert!(!whole && finding.contains("entry 2"), "{finding}");
        assert!(tenantry::audit::cli_verify(&w.app).await.is_err_and(|f| f.contains("entry 2")));
    }

    async fn a_cut_tail_contradicts_the_signed_checkpoint(w: World) {
        w.customer("Cut", 0).await;
        assert!(tenantry::audit::checkpoint(&w.app).await.expect("signed") >= 1);
        assert!(tenantry::audit::cli_verify(&w.app).await.is_ok());
        tamper(&w, "cut").await;
        let (whole, finding) = intact(&w).await;
        assert!(!whole && finding.contains("tail was cut"), "{finding}");
    }

    async fn a_dead_letter_is_seen_and_tried_again(w: World) {
        tamper(&w, "tell").await;
        w.work().await;
        let path = format!("/v1/msp/{}/jobs/dead", w.partner);
        let dead = w.client("owner").get(&path).await;
        assert_eq!((dead.status, &dead.json["data"][0]["kind"]), (200, &json!("test.nonsense")), "{}", dead.text);
        let id = dead.json["data"][0]["id"].as_str().expect("an id");
        let retry = format!("/v1/msp/{}/jobs/{id}/retry", w.partner);
        assert_eq!(w.client("technician").post(&retry, &json!({})).await.status, 403);
        assert_eq!(w.client("other_owner").post(&retry, &json!({})).await.status, 404);
        assert_eq!(w.client("owner").post(&retry, &json!({})).await.status, 202);
        assert_eq!(w.client("owner").get(&path).await.json["page"]["total"], 0);
        assert_eq!(w.client("owner").post(&retry, &json!({})).await.status, 404);
        w.work().await;
        assert_eq!(w.client("owner").get(&path).await.json["page"]["total"], 1, "it gives up again, and is seen again");
    }
}
