//! The wizard's pages: six steps from a name to a live customer.

use serde_json::{Value, json};

use super::operations::spoil;
use crate::{
    scenes,
    support::{Answer, Client, World},
};

/// A form of step 1, changed here and there.
fn step_one<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let usual = [("name", "Acme AB"), ("domain", "acme.example"), ("kind", "paid"), ("max_mau", "1000"), ("region", "eu")];
    let kept = usual.into_iter().filter(|(name, _)| !changes.iter().any(|(n, _)| n == name));
    kept.chain(changes.iter().copied()).collect()
}

fn new(w: &World) -> String {
    format!("/msp/{}/customers/new", w.partner)
}

/// The value of a hidden field.
fn hidden(page: &Answer, name: &str) -> String {
    let field = page.text.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap_or_else(|| panic!("no {name}: {}", page.text));
    field.split('"').next().unwrap_or_default().to_owned()
}

/// Sends step 1 as its page was drawn; gives the page it leads to.
async fn send(w: &World, by: &Client, changes: &[(&str, &str)]) -> String {
    let page = by.get(&new(w)).await;
    let (draft, version) = (hidden(&page, "draft"), hidden(&page, "version"));
    let mut fields = step_one(changes);
    fields.extend([("draft", draft.as_str()), ("version", version.as_str())]);
    let sent = by.form(&new(w), &fields).await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    sent.header("location").to_owned()
}

/// A customer at step 2: its address in the console.
async fn at_step_two(w: &World, by: &Client, changes: &[(&str, &str)]) -> String {
    let progress = send(w, by, changes).await;
    w.work().await;
    let there = by.get(&progress).await;
    let step = there.header("location").strip_suffix("/setup/licenses");
    step.unwrap_or_else(|| panic!("{} {}", there.status, there.text)).to_owned()
}

async fn customers(w: &World) -> Value {
    w.get("owner", "customers").await["data"].clone()
}

async fn available(w: &World) -> i64 {
    w.get("owner", "licenses/summary").await["available"].as_i64().expect("a number")
}

/// A page that leads elsewhere: where.
async fn led(by: &Client, path: &str) -> String {
    let answer = by.get(path).await;
    assert_eq!(answer.status, 303, "{path}: {}", answer.text);
    answer.header("location").to_owned()
}

const STEPS: [&str; 6] = ["Create tenant", "Licenses", "User provisioning", "E-mail config", "Branding", "Review and launch"];

scenes! {
    async fn f2_14_six_steps_where_the_next_is_locked_and_back_keeps_what_was_said(w: World) {
        w.order_seats(1).await;
        let by = w.browser("owner").await;
        let first = by.get(&new(&w)).await;
        assert!(STEPS.iter().all(|step| first.text.contains(step)), "{}", first.text);
        assert_eq!(first.text.matches("aria-current=\"step\"").count(), 1);
        let base = at_step_two(&w, &by, &[]).await;
        // Without seats nothing after step 2 can be opened, by page or by form.
        for step in ["people", "mail", "branding", "review"] {
            assert_eq!(led(&by, &format!("{base}/setup/{step}")).await, format!("{base}/setup/licenses"), "{step}");
        }
        let launched = by.form(&format!("{base}/setup/review"), &[]).await;
        assert_eq!((launched.status, launched.header("location")), (303, format!("{base}/setup/licenses").as_str()), "{}", launched.text);
        assert_eq!(customers(&w).await[0]["lifecycle"], "setup");
        let on = by.form(&format!("{base}/setup/licenses"), &[("plan", "enterprise"), ("seats", "40")]).await;
        assert_eq!((on.status, on.header("location")), (303, format!("{base}/setup/people").as_str()), "{}", on.text);
        for step in ["people", "mail", "branding", "review"] {
            let page = by.get(&format!("{base}/setup/{step}")).await;
            assert!(page.status == 200 && STEPS.iter().all(|name| page.text.contains(name)), "{step}: {}", page.text);
        }
        // Back: what was chosen stands there, and the steps behind are links.
        let back = by.get(&format!("{base}/setup/licenses")).await;
        assert!(back.text.contains("value=\"40\"") && back.text.contains("value=\"enterprise\" checked"), "{}", back.text);
        assert!(back.text.contains(&format!("{base}/setup/review")) && back.text.contains(&format!("{base}/edit")), "{}", back.text);
        // Whoever looks at one of the customer's pages finds the way back to the next step.
        assert!(by.get(&base).await.text.contains("Acme AB is being set up"));
        assert_eq!(led(&by, &format!("{base}/setup")).await, format!("{base}/setup/people"));
        assert!(by.get(&format!("/msp/{}/onboarding", w.partner)).await.text.contains(&format!("{base}/setup")), "the list leads there too");
    }

    async fn details_are_judged_and_a_domain_is_looked_at_while_one_types(w: World) {
        let by = w.browser("owner").await;
        let page = by.get(&new(&w)).await;
        for field in ["name", "domain", "kind", "region", "country", "time_zone", "language", "sector", "reference", "admin_email", "max_mau"] {
            assert!(page.text.contains(&format!("name=\"{field}\"")), "{field}");
        }
        assert!(page.text.contains("Must match the domain in the customer&#39;s e-mail environment") || page.text.contains("Must match the domain in the customer's e-mail environment"));
        for (field, value) in [("name", " "), ("domain", "not a domain"), ("country", "Sweden"), ("time_zone", "Mars/Base"), ("admin_email", "nobody"), ("max_mau", "0"), ("region", "mars"), ("language", "xx")] {
            let refused = by.form(&new(&w), &step_one(&[(field, value)])).await;
            assert_eq!(refused.status, 422, "{field}: {}", refused.text);
            assert!(refused.text.contains(&format!("id=\"{field}-error\"")), "{field} is named: {}", refused.text);
            assert!(field == "name" || refused.text.contains("value=\"Acme AB\""), "nothing else is lost");
        }
        assert_eq!(customers(&w).await, json!([]));
        let everything = [("country", "se"), ("time_zone", "Europe/Stockholm"), ("language", "de"), ("sector", "Building"), ("reference", "R-7"), ("admin_email", "boss@acme.example"), ("region", "us")];
        let base = at_step_two(&w, &by, &everything).await;
        let made = w.get("owner", base.split_once(&format!("/msp/{}/", w.partner)).expect("below the partner").1).await;
        let said = ["country", "time_zone", "language", "sector", "reference", "admin_email", "region", "domain", "name"].map(|f| made[f].as_str().unwrap_or_default().to_owned());
        assert_eq!(said, ["SE", "Europe/Stockholm", "de", "Building", "R-7", "boss@acme.example", "us", "acme.example", "Acme AB"]);
        // Another wizard with the same domain: told while typing, and refused when sent (D14).
        let look = by.with("hx-request", "true").get(&format!("/msp/{}/customers/preflight?domain=acme.example&name=Rival", w.partner)).await;
        assert!(look.status == 200 && look.text.starts_with("<section id=\"preflight\">") && look.text.contains("Another customer has this domain"), "{}", look.text);
        let taken = by.form(&new(&w), &step_one(&[("name", "Rival")])).await;
        assert!(taken.status == 422 && taken.text.contains("id=\"domain-error\"") && taken.text.contains("value=\"Rival\""), "{}", taken.text);
    }

    async fn f2_19_progress_goes_on_by_itself_and_a_reload_resumes(w: World) {
        let by = w.browser("owner").await;
        let progress = send(&w, &by, &[]).await;
        let watched = by.get(&progress).await;
        assert!(watched.status == 200 && watched.text.contains("data-section=\"progress\"") && watched.text.contains("data-busy"), "{}", watched.text);
        for step in ["Customer and domain", "Data region", "Ready for setup"] {
            assert!(watched.text.contains(step), "{step}: {}", watched.text);
        }
        // The section alone, as the page asks for it; and the same page on another machine.
        let section = by.with("hx-request", "true").get(&progress).await;
        assert!(section.status == 200 && section.text.starts_with("<section id=\"progress\">"), "{}", section.text);
        assert_eq!(w.browser("owner").await.get(&progress).await.status, 200);
        assert!(by.get(&format!("/msp/{}/onboarding", w.partner)).await.text.contains(&progress), "the list leads to it");
        w.work().await;
        let on = by.with("hx-request", "true").get(&progress).await;
        assert!(on.header("hx-redirect").ends_with("/setup/licenses"), "without a click: {:?}", on.headers);
        assert_eq!(led(&by, &progress).await, on.header("hx-redirect"));
    }

    async fn f2_20_a_failed_step_is_named_and_a_retry_makes_one_customer(w: World) {
        let by = w.browser("owner").await;
        for (domain, how, step) in [("one.example", "disabled", "Ready for setup"), ("two.example", "mars", "Data region")] {
            let progress = send(&w, &by, &[("name", domain), ("domain", domain)]).await;
            let id = customers(&w).await.as_array().and_then(|all| all.iter().find(|c| c["domain"] == domain)).map(|c| c["id"].clone());
            let id = id.and_then(|id| id.as_str().map(str::to_owned)).expect("an id").parse().expect("an id");
            spoil(&w, id, how).await;
            w.work().await;
            let failed = by.get(&progress).await;
            assert!(failed.text.contains(&format!("The step “\u{2068}{step}\u{2069}” failed")) || failed.text.contains(&format!("The step “{step}” failed")), "{how}: {}", failed.text);
            assert!(!failed.text.contains("data-busy"), "{how}: nothing is waited for");
            let retry = format!("{progress}/retry");
            if how == "mars" {
                // It could not be taken back either: mended, the same work goes on to its end, which is to take it back.
                spoil(&w, id, "eu").await;
                assert_eq!(by.form(&retry, &[]).await.status, 303);
                w.work().await;
                assert!(by.get(&progress).await.text.contains("no half customer is left"));
            }
            // Two who try again at once make one.
            let (one, two) = tokio::join!(by.form(&retry, &[]), by.form(&retry, &[]));
            assert_eq!((one.status, two.status), (303, 303), "{} {}", one.text, two.text);
            w.work().await;
            assert!(led(&by, &progress).await.ends_with("/setup/licenses"), "{how}");
            let all = customers(&w).await;
            let same = all.as_array().expect("a list").iter().filter(|c| c["domain"] == domain).count();
            assert_eq!(same, 1, "{how}: {all}");
            assert_eq!(by.form(&retry, &[]).await.status, 409, "what is there is not made again");
        }
        assert_eq!(w.get("owner", "customers").await["page"]["total"], 2);
    }

    async fn f2_21_seats_show_the_pool_before_and_after_and_never_exceed_it(w: World) {
        w.order_seats(1).await;
        let by = w.browser("owner").await;
        let drafts = format!("/v1/msp/{}/drafts", w.partner);
        let claim = async |seats: i64| {
            let owner = w.client("owner");
            let id = owner.keyed().post(&drafts, &json!({})).await.json["id"].as_str().expect("an id").to_owned();
            let reserved = owner.with("if-match", "\"1\"").patch(&format!("{drafts}/{id}"), &json!({ "reserve": seats })).await;
            assert_eq!(reserved.status, 200, "{}", reserved.text);
        };
        claim(300).await;
        let base = at_step_two(&w, &by, &[]).await;
        let (page, step) = (by.get(&format!("{base}/setup/licenses")).await, format!("{base}/setup/licenses"));
        for tier in ["Starter", "Pro", "Enterprise", "Reserved by other drafts", "max=\"700\""] {
            assert!(page.text.contains(tier), "{tier}: {}", page.text);
        }
        let impact = async |seats: &str| by.with("hx-request", "true").get(&format!("{step}?seats={seats}")).await.text;
        let plain = impact("600").await;
        assert!(plain.contains("<dd>700</dd>") && plain.contains("100</span>") && !plain.contains("class=\"note"), "{plain}");
        assert!(impact("651").await.contains("class=\"note warn\""), "fewer than 50 left");
        assert!(impact("701").await.contains("class=\"note bad\""), "more than there is");
        let refused = by.form(&step, &[("plan", "pro"), ("seats", "701")]).await;
        assert!(refused.status == 422 && refused.text.contains("id=\"seats-error\"") && refused.text.contains("value=\"701\""), "{}", refused.text);
        let tenant = base.rsplit('/').next().expect("an id");
        let at_server = w.client("owner").keyed().post("/v1/licenses/allocate", &json!({ "tenant_id": tenant, "seats": 701 })).await;
        assert_eq!((at_server.status, at_server.code()), (409, "pool-exhausted"));
        for (plan, seats) in [("pro", "0"), ("pro", "-1"), ("pro", "many"), ("gold", "10")] {
            assert_eq!(by.form(&step, &[("plan", plan), ("seats", seats)]).await.status, 422, "{plan} {seats}");
        }
        assert_eq!(available(&w).await, 700, "what was refused took nothing");
        // Next allocates; back and another number moves the difference, both ways.
        for (seats, left) in [("100", 600), ("160", 540), ("30", 670)] {
            assert_eq!(by.form(&step, &[("plan", "starter"), ("seats", seats)]).await.status, 303, "{seats}");
            assert_eq!(available(&w).await, left, "{seats}");
        }
        assert_eq!(customers(&w).await[0]["tier"], "starter");
        assert_eq!(w.client("owner").get(&format!("/v1/msp/{}/customers/{tenant}/onboarding", w.partner)).await.json["current"], "people");
        // Who may not allocate sees it, and changes nothing.
        w.assign("technician", &[tenant.parse().expect("an id")]).await;
        let looker = w.browser("technician").await;
        assert!(!looker.get(&step).await.text.contains("name=\"seats\""));
        assert_eq!(looker.form(&step, &[("plan", "pro"), ("seats", "40")]).await.status, 403);
    }

    async fn f2_21_what_a_draft_put_by_is_used_for_its_own_customer(w: World) {
        w.order_seats(1).await;
        let by = w.browser("owner").await;
        let page = by.get(&new(&w)).await;
        let (draft, save) = (hidden(&page, "draft"), format!("/msp/{}/onboarding/{}", w.partner, hidden(&page, "draft")));
        assert_eq!(by.form(&save, &[("name", "Acme AB"), ("max_mau", "10"), ("version", "0"), ("draft", &draft)]).await.status, 303);
        assert_eq!(by.form(&format!("{save}/reserve"), &[("seats", "1000")]).await.status, 303);
        assert_eq!(available(&w).await, 0);
        assert_eq!(by.form(&new(&w), &step_one(&[("draft", &draft), ("version", "2")])).await.status, 303);
        w.work().await;
        let step = led(&by, &save).await;
        let shown = by.get(&step).await;
        assert!(shown.text.contains("value=\"1000\"") && shown.text.contains("max=\"1000\""), "its own seats are there for it: {}", shown.text);
        assert_eq!(available(&w).await, 0, "and for nobody else meanwhile");
        assert_eq!(by.form(&step, &[("plan", "pro"), ("seats", "900")]).await.status, 303);
        assert_eq!(available(&w).await, 100, "the rest is free");
    }

    async fn f2_21_the_pool_is_not_shown_to_the_customers_own_administrator(w: World) {
        w.order_seats(1).await;
        let by = w.browser("owner").await;
        let base = at_step_two(&w, &by, &[]).await;
        let tenant: store::CustomerId = base.rsplit('/').next().expect("an id").parse().expect("an id");
        assert_eq!(by.form(&format!("{base}/setup/licenses"), &[("plan", "pro"), ("seats", "7")]).await.status, 303);
        w.hire("customer_admin", tenant, "customer_admin").await;
        w.assign("technician", &[tenant]).await;
        let state = format!("/v1/msp/{}/customers/{tenant}/onboarding", w.partner);
        let state = async |who: &str| w.client(who).get(&state).await.json;
        let own = state("customer_admin").await;
        assert!(own["available"].is_null() && own["other_claims"].is_null() && own["current"] == "people", "{own}");
        for who in ["technician", "auditor", "owner", "distributor_owner"] {
            let told = state(who).await;
            assert_eq!((told["available"].as_i64(), told["other_claims"].as_i64()), (Some(993), Some(0)), "{who}: {told}");
        }
        let (msp, own) = (w.browser("technician").await, w.browser("customer_admin").await);
        let seats = format!("/msp/{}/licenses/{tenant}", w.partner);
        for page in [format!("{base}/setup/licenses"), format!("{base}/setup/review"), seats] {
            let (told, hidden) = (msp.get(&page).await, own.get(&page).await);
            let left = |page: &Answer| page.text.contains("<dd>993</dd>") || page.text.contains("993 are left");
            assert!(told.status == 200 && left(&told), "{page}: {}", told.text);
            assert!(hidden.status == 200 && !left(&hidden) && hidden.text.contains("<dd>7</dd>"), "{page}: {}", hidden.text);
        }
    }

    async fn f2_25_review_shows_all_warns_and_launches_once(w: World) {
        w.order_seats(1).await;
        let by = w.browser("owner").await;
        let base = at_step_two(&w, &by, &[("reference", "R-42")]).await;
        assert_eq!(by.form(&format!("{base}/setup/licenses"), &[("plan", "pro"), ("seats", "25")]).await.status, 303);
        let review = format!("{base}/setup/review");
        let page = by.get(&review).await;
        for said in ["Acme AB", "acme.example", "R-42", "The delivery test was not passed", "Left for later"] {
            assert!(page.text.contains(said), "{said}: {}", page.text);
        }
        for edit in ["edit", "setup/licenses", "setup/people", "setup/mail", "setup/branding"] {
            assert!(page.text.contains(&format!("href=\"{base}/{edit}\"")), "{edit}");
        }
        let tenant = base.rsplit('/').next().expect("an id").to_owned();
        let check = w.client("owner").keyed().post(&format!("/v1/tenants/{tenant}/mail-checks"), &json!({ "ok": true })).await;
        assert!((200..300).contains(&check.status), "{}", check.text);
        assert!(!by.get(&review).await.text.contains("The delivery test was not passed"));
        assert_eq!(w.browser("auditor").await.form(&review, &[]).await.status, 403);
        let launched = by.form(&review, &[]).await;
        assert_eq!((launched.status, launched.header("location")), (303, format!("{base}?done=launched").as_str()), "{}", launched.text);
        assert_eq!(customers(&w).await[0]["lifecycle"], "active");
        // Sent again, or opened again: it is over, and nothing happens twice.
        assert_eq!(by.form(&review, &[]).await.header("location"), base);
        assert_eq!(led(&by, &format!("{base}/setup/licenses")).await, base);
        let launches = w.get("owner", &format!("audit?filter[command]=hierarchy.customers.launch&filter[customer]={tenant}")).await;
        assert_eq!(launches["page"]["total"], 1);
        assert!(!by.get(&base).await.text.contains("is being set up"));
    }

    async fn f2_14_a_technician_goes_through_the_later_steps_of_an_assigned_customer_and_launches_it(w: World) {
        w.order_seats(1).await;
        let owner = w.browser("owner").await;
        let base = at_step_two(&w, &owner, &[]).await;
        let tenant = base.rsplit('/').next().expect("an id").to_owned();
        let elsewhere = w.customer("Somebody else", 0).await;
        w.assign("technician", &[elsewhere]).await;
        let by = w.browser("technician").await;
        assert_eq!(by.get(&format!("{base}/setup")).await.status, 404, "not theirs");
        assert_eq!(by.form(&format!("{base}/setup/review"), &[]).await.status, 404);
        w.assign("technician", &[tenant.parse().expect("an id")]).await;
        // A customer and its seats are for others: said, and not offered.
        assert_eq!(by.get(&new(&w)).await.status, 403);
        let seats = by.get(&format!("{base}/setup/licenses")).await;
        assert!(seats.status == 200 && !seats.text.contains("name=\"seats\"") && !seats.text.contains(&format!("{base}/edit")), "{}", seats.text);
        assert_eq!(by.form(&format!("{base}/setup/licenses"), &[("plan", "pro"), ("seats", "25")]).await.status, 403);
        assert_eq!(owner.form(&format!("{base}/setup/licenses"), &[("plan", "pro"), ("seats", "25")]).await.status, 303);
        for (step, place) in [("people", "/sources"), ("people", "/members"), ("mail", "/mail"), ("branding", "/branding")] {
            let page = by.get(&format!("{base}/setup/{step}")).await;
            assert!(page.status == 200 && page.text.contains(&format!("href=\"{base}{place}\"")), "{step}: {}", page.text);
            assert_eq!(by.get(&format!("{base}{place}")).await.status, 200, "{place}");
        }
        let added = w.client("technician").post(&format!("/v1/tenants/{tenant}/members"), &json!({ "email": "ann@acme.example", "name": "Ann" })).await;
        assert_eq!(added.status, 201, "{}", added.text);
        let review = by.get(&format!("{base}/setup/review")).await;
        assert!(review.text.contains("Launch customer") && !review.text.contains(&format!("href=\"{base}/edit\"")), "{}", review.text);
        assert!(by.get(&base).await.text.contains(&format!("href=\"{base}/setup/review\"")));
        let launched = by.form(&format!("{base}/setup/review"), &[]).await;
        assert_eq!((launched.status, launched.header("location")), (303, format!("{base}?done=launched").as_str()), "{}", launched.text);
        let launch = format!("/v1/msp/{}/customers/{tenant}/launch", w.partner);
        let again = w.client("technician").post(&launch, &json!({})).await;
        assert_eq!((again.status, again.code()), (409, "wrong-lifecycle"), "{}", again.text);
        assert_eq!(w.client("auditor").post(&launch, &json!({})).await.status, 403);
    }

    async fn f2_26_step_one_saves_itself_and_is_found_again(w: World) {
        let (by, other) = (w.browser("owner").await, w.browser("owner").await);
        let page = by.get(&new(&w)).await;
        let draft = hidden(&page, "draft");
        let place = format!("/msp/{}/onboarding/{draft}", w.partner);
        assert!(page.text.contains(&format!("hx-post=\"{place}\"")), "the form saves itself: {}", page.text);
        assert_eq!(w.get("owner", "drafts").await["page"]["total"], 0, "a look makes no draft");
        let part = by.with("hx-request", "true");
        let first = part.form(&place, &[("draft", &draft), ("version", "0"), ("name", "Half"), ("domain", "half.")]).await;
        assert_eq!((first.status, first.header("hx-replace-url")), (200, place.as_str()), "{}", first.text);
        assert_eq!(hidden(&first, "version"), "1");
        assert_eq!(part.form(&place, &[("draft", &draft), ("version", "1"), ("name", "Half"), ("domain", "half.example")]).await.status, 200);
        // Closed, and opened on another machine: the same step with the same values.
        assert!(other.get(&format!("/msp/{}/onboarding", w.partner)).await.text.contains(&place));
        let again = other.get(&place).await;
        assert!(again.text.contains("value=\"Half\"") && again.text.contains("value=\"half.example\""), "{}", again.text);
        // The first tab is behind by then: it is told, and nothing is overwritten.
        assert_eq!(other.form(&place, &[("draft", &draft), ("version", "2"), ("name", "Whole")]).await.status, 303);
        let stale = part.form(&place, &[("draft", &draft), ("version", "2"), ("name", "Lost")]).await;
        assert!(stale.status == 422 && stale.text.contains("Somebody changed this meanwhile"), "{}", stale.text);
        assert!(by.get(&place).await.text.contains("value=\"Whole\""));
        // Handed over, and deleted.
        let colleague = w.hire("colleague", w.partner, "owner").await.get("/v1/me").await.json["staff_id"].as_str().expect("an id").to_owned();
        assert_eq!(by.form(&format!("{place}/hand"), &[("staff_id", &colleague)]).await.status, 303);
        assert_eq!(w.get("owner", "drafts").await["data"][0]["staff_id"], colleague);
        assert_eq!(by.form(&format!("{place}/hand"), &[("staff_id", "nobody")]).await.status, 422);
        assert_eq!(by.form(&format!("{place}/delete"), &[]).await.status, 303);
        assert_eq!(by.get(&place).await.status, 404);
        // Saved once more from a forgotten tab: it does not come back.
        assert_eq!(part.form(&place, &[("draft", &draft), ("version", "3"), ("name", "Ghost")]).await.status, 404);
    }
}
