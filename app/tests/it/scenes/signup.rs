//! Somebody without a sign-in asks for a trial, proves the address, and is the administrator of a customer under the MSP that was named
//! for it. Nothing of a customer exists before that, and nobody learns who is known here.

use http::Method;
use serde_json::json;
use store::{CustomerId, PartnerId};

use super::offboarding::remove;
use crate::{
    scenes,
    support::{Answer, Client, World},
};

const PHRASE: &str = "seven yellow submarines";
const FORM: &str = "application/x-www-form-urlencoded";

async fn open(w: &World, partner: PartnerId) {
    tenantry::signup::switch(&w.app, Some(partner)).await.expect("the partner is there");
}

async fn ask_from(by: &Client, name: &str, email: &str) -> Answer {
    by.form("/signup", &[("name", name), ("email", email), ("website", "")]).await
}

async fn ask(w: &World, name: &str, email: &str) -> Answer {
    let answer = ask_from(&w.client("nobody"), name, email).await;
    w.work().await;
    answer
}

fn mails(w: &World, to: &str) -> usize {
    w.app.catcher.as_ref().expect("a catcher").list().iter().filter(|m| m.to() == to).count()
}

/// Text and markup of the newest mail to an address.
fn mail(w: &World, to: &str) -> String {
    let caught = w.app.catcher.as_ref().expect("a catcher").list();
    let newest = caught.iter().find(|m| m.to() == to).unwrap_or_else(|| panic!("no mail to {to}"));
    format!("{}\n{}\n{}", newest.subject(), newest.text(), newest.html().unwrap_or_default())
}

/// The path of the link in the newest mail to an address.
fn link(w: &World, to: &str) -> String {
    let caught = w.app.catcher.as_ref().expect("a catcher").list();
    let newest = caught.iter().find(|m| m.to() == to).unwrap_or_else(|| panic!("no mail to {to}"));
    let link = newest.links.iter().find(|l| l.contains("/signup/")).unwrap_or_else(|| panic!("no link in {}", newest.text()));
    link[link.find("/signup/").expect("a path")..].to_owned()
}

async fn prove(w: &World, link: &str, name: &str) -> Answer {
    w.client("nobody").form(link, &[("name", name), ("password", PHRASE), ("username", "")]).await
}

/// Names of a list of a partner's command center.
async fn center(w: &World, who: &str, partner: PartnerId, list: &str) -> Vec<String> {
    let answer = w.client(who).get(&format!("/v1/msp/{partner}/command-center?list={list}&page[size]=200")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json["data"].as_array().expect("rows").iter().filter_map(|c| c["name"].as_str().map(str::to_owned)).collect()
}

/// How many customers the partner has.
async fn customers(w: &World) -> i64 {
    w.get("owner", "customers").await["page"]["total"].as_i64().expect("a total")
}

fn waiting(w: &World) -> u64 {
    w.prints()["sign_up"].rows
}

/// A page without what differs from one to the next.
fn plain(answer: &Answer, path: &str) -> String {
    let mut names: Vec<&str> = answer.headers.keys().map(http::HeaderName::as_str).collect();
    names.sort_unstable();
    let encoded = percent_encoding::utf8_percent_encode(path, percent_encoding::NON_ALPHANUMERIC).to_string();
    let text = answer.text.replace(answer.header("x-request-id"), "REQUEST").replace(path, "PATH").replace(&encoded, "PATH");
    format!("{} {} {text}", answer.status, names.join(","))
}

scenes! {
    async fn f3_17_signup_becomes_a_trial_that_another_msp_links_by_consent(w: World) {
        open(&w, w.partner).await;
        let page = w.client("nobody").get("/signup").await;
        assert!(page.status == 200 && page.text.contains("looked after by Meridian MSP"), "{}", page.text);
        let asked = ask(&w, "Eklund Bygg", "Ann@eklund.example").await;
        assert!(asked.status == 200 && asked.text.contains("Look into your mail"), "{}", asked.text);
        let shown = w.client("nobody").get(&link(&w, "Ann@eklund.example")).await;
        assert!(shown.status == 200 && shown.text.contains("Eklund Bygg") && shown.text.contains("Ann@eklund.example"), "{}", shown.text);
        let proved = prove(&w, &link(&w, "Ann@eklund.example"), "Ann Berg").await;
        assert_eq!((proved.status, proved.header("location")), (303, "/signin?done=password"), "{}", proved.text);
        w.work().await;
        assert_eq!(mails(&w, "Ann@eklund.example"), 1, "no invitation follows: the address is proved");

        // The MSP finds it among its trials, hears of it, and its trail says how it came.
        assert_eq!(center(&w, "owner", w.partner, "active-trials").await, ["Eklund Bygg"]);
        let found = w.get("owner", "customers?filter[kind][eq]=trial").await;
        let id: CustomerId = found["data"][0]["id"].as_str().expect("an id").parse().expect("an id");
        let news = w.get("owner", "alerts?filter[code]=trial-signed-up&filter[status]=open").await;
        assert_eq!((&news["page"]["total"], &news["data"][0]["customer_id"]), (&json!(1), &json!(id)), "{news}");
        let drawn = w.browser("owner").await.get(&format!("/msp/{}/alerts", w.partner)).await;
        assert!(drawn.text.contains("A new trial signed up") && drawn.text.contains(&format!("/customers/{id}/trial")), "{}", drawn.text);
        let trail = w.get("auditor", "audit?filter[command]=signup.open_trial").await;
        assert_eq!((&trail["page"]["total"], &trail["data"][0]["actor"]), (&json!(1), &json!(null)), "{trail}");
        let effects = trail["data"][0]["effects"].to_string();
        assert!(effects.contains("came_by") && effects.contains("sign-up") && !trail.to_string().contains(PHRASE), "{trail}");
        let administrator = w.client("owner").get(&format!("/v1/tenants/{id}/administrator")).await;
        assert_eq!((&administrator.json["status"], &administrator.json["name"]), (&json!("verified"), &json!("Ann Berg")), "{}", administrator.text);

        // Its administrator signs in, and an MSP of their choice takes it over.
        let entered = w.client("nobody").form("/signin", &[("email", "ann@eklund.example"), ("password", PHRASE), ("next", "/")]).await;
        let cookie = entered.header("set-cookie").strip_prefix("session=").and_then(|c| c.split(';').next()).unwrap_or_default().to_owned();
        let ann = w.client("nobody").session(&cookie);
        let own = ann.get(&format!("/v1/msp/{}/customers/{id}", w.partner)).await;
        let number = own.json["account_number"].as_str().unwrap_or_else(|| panic!("{} {}", entered.status, own.text)).to_owned();
        let wanted = json!({ "account_number": number, "administrator": "ann@eklund.example" });
        let request = w.client("other_owner").keyed().post(&format!("/v1/msp/{}/links", w.other), &wanted).await;
        let request = request.json["id"].as_str().unwrap_or_else(|| panic!("{}", request.text)).to_owned();
        w.work().await;
        let base = format!("/v1/msp/{}/customers/{id}/link-requests/{request}", w.partner);
        assert_eq!(ann.keyed().post(&format!("{base}/give"), &json!({ "approve": true })).await.status, 403, "she speaks for one side");
        for (by, word) in [(&w.client("owner"), "give"), (&ann, "consent")] {
            let said = by.keyed().post(&format!("{base}/{word}"), &json!({ "approve": true })).await;
            assert_eq!(said.status, 200, "{word}: {}", said.text);
        }
        w.work().await;
        assert_eq!(center(&w, "other_owner", w.other, "active-trials").await, ["Eklund Bygg"]);
        assert_eq!(center(&w, "owner", w.partner, "active-trials").await, Vec::<String>::new());
        assert_eq!(w.client("owner").get(&format!("/v1/msp/{}/customers/{id}", w.partner)).await.status, 404);
        assert_eq!(w.get("owner", "alerts?filter[code]=trial-signed-up&filter[status]=open").await["page"]["total"], 0, "what was told went with it");
        for (who, partner) in [("owner", w.partner), ("other_owner", w.other)] {
            assert_eq!(w.client(who).get(&format!("/v1/msp/{partner}/audit/verify")).await.json["intact"], true, "{who}");
        }
    }

    async fn f3_17_signup_is_no_page_until_an_operator_names_an_msp(w: World) {
        let nobody = w.client("nobody");
        let closed = async || {
            let missing = plain(&nobody.get("/nothing-here").await, "/nothing-here");
            assert_eq!(plain(&nobody.get("/signup").await, "/signup"), missing);
            let sent = nobody.form("/nothing-here", &[("name", "Eklund"), ("email", "ann@eklund.example")]).await;
            let missing = plain(&sent, "/nothing-here");
            for body in ["name=Eklund&email=ann%40eklund.example", "nonsense=%ff", ""] {
                let by = nobody.with("sec-fetch-site", "same-origin");
                let answer = by.request(Method::POST, "/signup", Some(FORM), body.as_bytes().to_vec()).await;
                assert_eq!(plain(&answer, "/signup"), missing, "{body}");
            }
            assert!(!nobody.get("/signin").await.text.contains("/signup"));
        };
        closed().await;
        open(&w, w.partner).await;
        assert!(nobody.get("/signin").await.text.contains(r#"href="/signup""#));
        ask(&w, "Eklund Bygg", "ann@eklund.example").await;
        let link = link(&w, "ann@eklund.example");
        assert_eq!((waiting(&w), nobody.get(&link).await.status), (1, 200));

        // Another MSP in its place: who has not proved an address asks anew.
        open(&w, w.other).await;
        assert_eq!((waiting(&w), nobody.get(&link).await.status, prove(&w, &link, "Ann").await.status), (0, 410, 410));
        assert!(nobody.get("/signup").await.text.contains("Otherwise MSP"));
        tenantry::signup::switch(&w.app, None).await.expect("off");
        closed().await;
        assert_eq!((prove(&w, &link, "Ann").await.status, customers(&w).await), (404, 0));
        let trail = w.get("auditor", "audit?filter[command]=signup.switch").await;
        assert_eq!(trail["page"]["total"], 2, "on and off: {trail}");

        // What is no MSP cannot be named, and a slip of the pen turns nothing off.
        open(&w, w.partner).await;
        assert!(tenantry::signup::switch(&w.app, Some(PartnerId::new(store::Uuid::nil()))).await.is_err());
        assert_eq!(nobody.get("/signup").await.status, 200);
        tenantry::signup::switch(&w.app, None).await.expect("off");
        for stranger in [w.internal.0, w.distributor.0, store::Uuid::nil()] {
            assert!(tenantry::signup::switch(&w.app, Some(PartnerId::new(stranger))).await.is_err(), "{stranger}");
        }
        assert_eq!(nobody.get("/signup").await.status, 404);
    }

    async fn f3_17_signup_makes_nothing_before_the_address_is_proved_and_forgets_within_a_day(w: World) {
        open(&w, w.partner).await;
        ask(&w, "Eklund Bygg", "ann@eklund.example").await;
        let link = link(&w, "ann@eklund.example");
        // A mail scanner opens every link, and a form that is not whole opens nothing.
        for _ in 0..3 {
            assert_eq!(w.client("nobody").get(&link).await.status, 200);
        }
        for (name, password) in [("", PHRASE), ("Ann", "short"), ("Ann", "ann@eklund.example"), ("Ann\u{202e}", PHRASE)] {
            let refused = w.client("nobody").form(&link, &[("name", name), ("password", password)]).await;
            assert_eq!(refused.status, 422, "{name} {password}: {}", refused.text);
        }
        let odd = w.client("nobody").form(&link, &[("name", "Ann"), ("password", PHRASE), ("role", "owner")]).await;
        assert_eq!((odd.status, customers(&w).await, waiting(&w)), (422, 0, 1), "{}", odd.text);
        let signed_in = w.client("nobody").form("/signin", &[("email", "ann@eklund.example"), ("password", PHRASE), ("next", "/")]).await;
        assert_eq!(signed_in.status, 401);
        let trail = w.get("auditor", "audit").await.to_string();
        assert!(trail.contains("signup.ask") && !trail.contains("eklund.example") && !trail.contains("Eklund"), "{trail}");

        // Another one, a second before the day is over; and then it is.
        let asked = w.now();
        w.pass_to(asked.plus_seconds(24 * 3_600 - 1));
        assert_eq!(w.client("nobody").get(&link).await.status, 200);
        w.pass_to(asked.plus_seconds(24 * 3_600));
        let gone = w.client("nobody").get(&link).await;
        let made_up = format!("/signup/{}/{}", w.partner, "tnl_nothing");
        assert_eq!(plain(&gone, &link), plain(&w.client("nobody").get(&made_up).await, &made_up));
        assert_eq!((gone.status, prove(&w, &link, "Ann").await.status, customers(&w).await), (410, 410, 0));
        w.pass_to(asked.plus_seconds(26 * 3_600));
        w.work().await;
        assert_eq!(waiting(&w), 0, "forgotten");
        assert_eq!(mails(&w, "ann@eklund.example"), 1);
    }

    async fn f3_17_signup_tells_nobody_who_is_known_here(w: World) {
        let there = json!({ "name": "Known AB", "max_mau": 10, "admin_email": "boss@known.example" });
        assert_eq!(w.client("other_owner").keyed().post(&format!("/v1/msp/{}/customers", w.other), &there).await.status, 202);
        w.customer("Known AB", 0).await;
        open(&w, w.partner).await;
        w.work().await;
        let before = mails(&w, "boss@known.example");
        let cases = [
            ("Fresh AB", "ann@fresh.example"),
            ("Known AB", "bo@fresh2.example"),
            ("Fresh AB", "BOSS@known.example"),
            ("Fresh AB", "owner@staff.example"),
        ];
        let mut told = Vec::new();
        for (name, email) in cases {
            told.push(plain(&ask(&w, name, email).await, "/signup"));
        }
        assert!(told.iter().all(|t| *t == told[0]), "{told:?}");
        assert_eq!((waiting(&w), customers(&w).await), (4, 1), "each leaves the same");
        let trail = w.get("auditor", "audit?filter[command]=signup.ask").await;
        let shapes: Vec<usize> = trail["data"].as_array().expect("rows").iter().map(|e| e["effects"].as_array().map_or(0, Vec::len)).collect();
        assert_eq!(shapes, [1, 1, 1, 1], "{trail}");

        // Only who reads the address learns that there is a sign-in; and no mail repeats what the asker wrote.
        assert_eq!((mails(&w, "boss@known.example"), mails(&w, "BOSS@known.example")), (before, 1));
        for email in ["BOSS@known.example", "owner@staff.example"] {
            let text = mail(&w, email);
            assert!(text.contains("/signin") && !text.contains("/signup/") && !text.contains("Fresh AB"), "{text}");
        }
        assert!(!mail(&w, "ann@fresh.example").contains("Fresh AB") && mail(&w, "ann@fresh.example").contains("/signup/"));

        // Somebody got the address meanwhile: the link leads nowhere.
        let path = link(&w, "ann@fresh.example");
        let invited = json!({ "name": "Ours", "max_mau": 10, "admin_email": "ann@fresh.example" });
        assert_eq!(w.client("owner").keyed().post(&format!("/v1/msp/{}/customers", w.partner), &invited).await.status, 202);
        assert_eq!((w.client("nobody").get(&path).await.status, prove(&w, &path, "Ann").await.status), (410, 410));

        // A name that is taken is told apart.
        assert_eq!(prove(&w, &link(&w, "bo@fresh2.example"), "Bo").await.status, 303);
        w.work().await;
        let mut trials = center(&w, "owner", w.partner, "active-trials").await;
        trials.sort();
        assert_eq!(trials, ["Known AB (fresh2.example)"]);
    }

    async fn f3_17_signup_opens_one_trial_however_often_it_is_sent(w: World) {
        open(&w, w.partner).await;
        for round in 0..4 {
            let email = format!("ann@hurried{round}.example");
            ask(&w, &format!("Hurried {round}"), &email).await;
            let path = link(&w, &email);
            let (one, two) = tokio::join!(prove(&w, &path, "Ann"), prove(&w, &path, "Ann"));
            let mut ended = [one.status, two.status];
            ended.sort_unstable();
            assert_eq!(ended, [303, 410], "{} {}", one.text, two.text);
            assert_eq!((prove(&w, &path, "Eve").await.status, w.client("nobody").get(&path).await.status), (410, 410));
            w.work().await;
            assert_eq!(customers(&w).await, round + 1);
        }
        // Asked three times, used once: the other links are of no use any more.
        let mut links = Vec::new();
        for _ in 0..3 {
            ask(&w, "Patient", "bo@patient.example").await;
            links.push(link(&w, "bo@patient.example"));
        }
        assert_eq!(prove(&w, &links[0], "Bo").await.status, 303);
        for late in &links[1..] {
            assert_eq!(prove(&w, late, "Bo").await.status, 410);
        }
        w.work().await;
        assert_eq!(customers(&w).await, 5);
    }

    async fn f3_17_signup_counts_a_mailbox_whatever_stands_behind_its_plus(w: World) {
        open(&w, w.partner).await;
        let nobody = w.client("nobody");
        let address = |n: u8| format!("Victim+{n}@{}", if n.is_multiple_of(2) { "Mailbox.example" } else { "mailbox.example" });
        let mut told = Vec::new();
        for n in 0..10 {
            told.push(plain(&ask_from(&nobody.from([198, 51, 100, n]), "Many", &address(n)).await, "/signup"));
        }
        assert!(told.iter().all(|t| *t == told[0] && t.starts_with("200")), "{told:?}");
        let over = ask_from(&nobody.from([198, 51, 100, 99]), "Many", "VICTIM+more@mailbox.example").await;
        assert_eq!(over.status, 429, "{}", over.text);
        assert_eq!(ask_from(&nobody.from([198, 51, 100, 99]), "Many", "victim2@mailbox.example").await.status, 200, "a colleague");
        w.work().await;
        let caught = w.app.catcher.as_ref().expect("a catcher").list();
        let mut to: Vec<&str> = caught.iter().map(|m| m.to()).filter(|to| to.contains("@mailbox.example")).collect();
        to.sort_unstable();
        assert_eq!(to, ["Victim+0@mailbox.example", "Victim+1@mailbox.example", "Victim+2@mailbox.example", "victim2@mailbox.example"]);

        // They are counted together, and are two sign-ins all the same.
        for n in [0, 1] {
            let email = format!("Victim+{n}@mailbox.example");
            let path = link(&w, &email);
            assert_eq!((nobody.get(&path).await.status, prove(&w, &path, "Vic").await.status), (200, 303), "{email}");
            w.work().await;
            let entered = nobody.form("/signin", &[("email", email.as_str()), ("password", PHRASE), ("next", "/")]).await;
            assert_eq!((entered.status, customers(&w).await), (303, i64::from(n) + 1), "{email}: {}", entered.text);
        }
    }

    async fn signing_up_is_limited_by_source_domain_address_and_day(w: World) {
        open(&w, w.partner).await;
        let nobody = w.client("nobody");
        // By the address, wherever it comes from; a colleague's at the same domain is another one …
        for n in 0..10_u8 {
            assert_eq!(ask_from(&nobody.from([198, 51, 100, n]), "Many", "ann@one.example").await.status, 200);
        }
        let over = ask_from(&nobody.from([198, 51, 100, 99]), "Many", "Ann@one.example").await;
        assert!(over.status == 429 && !over.header("retry-after").is_empty(), "{} {}", over.status, over.text);
        assert_eq!(ask_from(&nobody.from([198, 51, 100, 99]), "Many", "bo@one.example").await.status, 200);
        // … and by the source, whatever the address.
        let source = nobody.from([203, 0, 113, 7]);
        for n in 0..10 {
            assert_eq!(ask_from(&source, "Many", &format!("a@source{n}.example")).await.status, 200);
        }
        assert_eq!(ask_from(&source, "Many", "a@another.example").await.status, 429);
        w.pass_to(w.now().plus_seconds(61));
        assert_eq!(ask_from(&source, "Many", "a@another.example").await.status, 200, "a minute later");

        // One source has a fifth of the day, whatever it waits.
        let patient = nobody.from([203, 0, 113, 8]);
        for n in 0..20 {
            assert_eq!(ask_from(&patient, "Many", &format!("a@patient{n}.example")).await.status, 200, "{n}");
            w.pass_to(w.now().plus_seconds(31));
        }
        let share = ask_from(&patient, "Many", "a@patient.example").await;
        assert!(share.status == 429 && share.text.contains("Try again tomorrow"), "{} {}", share.status, share.text);
        assert_eq!(ask_from(&nobody.from([203, 0, 113, 9]), "Many", "a@patient.example").await.status, 200);

        // One mailbox gets three mails a day, and who asks sees no difference.
        let mut told = Vec::new();
        for _ in 0..5 {
            told.push(plain(&ask_from(&nobody, "Eager", "Eager@mailbox.example").await, "/signup"));
        }
        w.work().await;
        assert!(told.iter().all(|t| *t == told[0]), "{told:?}");
        assert_eq!(mails(&w, "Eager@mailbox.example"), 3);

        // A program fills in what nobody sees: it is answered alike, and nothing is kept.
        let before = waiting(&w);
        let trapped = nobody.form("/signup", &[("name", "Bot"), ("email", "bot@bot.example"), ("website", "http://spam.example")]).await;
        w.work().await;
        assert_eq!((plain(&trapped, "/signup"), waiting(&w), mails(&w, "bot@bot.example")), (told[0].clone(), before, 0));

        // The installation's day.
        let most = u64::from(w.app.config.limits.sign_ups_per_day);
        for n in before..most {
            assert_eq!(ask_from(&nobody, "Flood", &format!("a@flood{n}.example")).await.status, 200, "{n}");
        }
        let full = ask_from(&nobody, "Flood", "a@late.example").await;
        assert!(full.status == 429 && full.text.contains("Try again tomorrow"), "{} {}", full.status, full.text);
        let known = ask_from(&nobody, "Flood", "owner@staff.example").await;
        assert_eq!((known.status, waiting(&w), customers(&w).await), (429, most, 0), "known or not");
        w.pass_days(1);
        assert_eq!(ask_from(&nobody, "Flood", "a@late.example").await.status, 200);
    }

    async fn f3_17_signup_takes_names_of_any_script_and_no_tricks(w: World) {
        open(&w, w.partner).await;
        let nobody = w.client("nobody");
        let long = "x".repeat(201);
        let huge = "x".repeat(5_000);
        for (name, email) in [
            ("", "a@b.example"),
            (" ", "a@b.example"),
            (long.as_str(), "a@b.example"),
            (huge.as_str(), "a@b.example"),
            ("Eklund\u{202e}", "a@b.example"),
            ("Eklund\nBcc: x@y.example", "a@b.example"),
            ("Eklund", "nobody"),
            ("Eklund", "a@b.example\r\nBcc: x@y.example"),
            ("Eklund", huge.as_str()),
        ] {
            let refused = ask_from(&nobody, name, email).await;
            assert_eq!(refused.status, 422, "{name:.20} {email:.40}: {}", refused.text);
        }
        let more = nobody.form("/signup", &[("name", "Eklund"), ("email", "a@b.example"), ("kind", "paid")]).await;
        assert_eq!(more.status, 422, "{}", more.text);
        let foreign = nobody.with("sec-fetch-site", "cross-site");
        let sent = foreign.request(Method::POST, "/signup", Some(FORM), b"name=Eklund&email=a%40b.example".to_vec()).await;
        assert_eq!((sent.status, waiting(&w)), (403, 0), "{}", sent.text);

        let nasty = "<script>alert('x')</script> & {{7*7}}";
        for (name, email) in [(nasty, "ann@nasty.example"), ("חברת אקלונד", "bo@rtl.example"), ("株式会社エクルンド", "cy@wide.example")] {
            assert_eq!(ask(&w, name, email).await.status, 200);
            assert!(!mail(&w, email).contains("alert(") && !mail(&w, email).contains("אקלונד"), "{}", mail(&w, email));
            let path = link(&w, email);
            let shown = nobody.get(&path).await;
            assert!(shown.status == 200 && !shown.text.contains("<script>alert"), "{}", shown.text);
            assert_eq!(prove(&w, &path, name).await.status, 303);
        }
        w.work().await;
        let mut trials = center(&w, "owner", w.partner, "active-trials").await;
        trials.sort();
        assert_eq!(trials, [nasty, "חברת אקלונד", "株式会社エクルンド"]);
        let page = w.browser("owner").await.get(&format!("/msp/{}/command-center?list=active-trials", w.partner)).await;
        assert!(page.status == 200 && page.text.contains("חברת אקלונד") && !page.text.contains("<script>alert"), "{}", page.text);
        let german = w.client("nobody").speaking("de").get("/signup").await;
        assert!(german.text.contains("Für eine Testphase anmelden"), "{}", german.text);
    }

    async fn f3_17_signup_news_goes_with_the_trial_that_is_removed(w: World) {
        open(&w, w.partner).await;
        let open_news = "alerts?filter[code]=trial-signed-up&filter[status]=open";
        for (name, email) in [("Leaving", "ann@leaving.example"), ("Staying", "bo@staying.example")] {
            ask(&w, name, email).await;
            assert_eq!(prove(&w, &link(&w, email), "Ann").await.status, 303);
            w.work().await;
        }
        let news = w.get("owner", open_news).await;
        assert_eq!(news["page"]["total"], 2, "{news}");
        let trials = w.get("owner", "customers?filter[kind][eq]=trial").await;
        let leaving = trials["data"].as_array().into_iter().flatten().find(|c| c["name"] == "Leaving").expect("it is listed");
        let id: CustomerId = leaving["id"].as_str().expect("an id").parse().expect("an id");
        let removed = remove(&w, &w.client("owner"), id).await;
        assert!(removed.status < 300, "{}", removed.text);
        w.work().await;
        let left = w.get("owner", open_news).await;
        assert_eq!(left["page"]["total"], 1, "{left}");
        let resolve = format!("/v1/msp/{}/alerts/{}/resolve", w.partner, left["data"][0]["id"].as_str().expect("an id"));
        assert_eq!(w.client("owner").keyed().post(&resolve, &json!({})).await.status, 200);
        w.work().await;
        assert_eq!(w.get("owner", open_news).await["page"]["total"], 0);
    }

    async fn f3_17_signup_waits_where_the_msp_has_no_place(w: World) {
        let new = json!({ "name": "Small MSP", "max_customers": 1 });
        let made = w.client("distributor_owner").post(&format!("/v1/distributors/{}/partners", w.distributor), &new).await;
        let small: PartnerId = made.json["partner"].as_str().unwrap_or_else(|| panic!("{}", made.text)).parse().expect("an id");
        open(&w, small).await;
        for email in ["ann@first.example", "bo@second.example"] {
            assert_eq!(ask(&w, "Alike AB", email).await.status, 200);
        }
        assert_eq!(prove(&w, &link(&w, "ann@first.example"), "Ann").await.status, 303);
        w.work().await;
        let path = link(&w, "bo@second.example");
        let full = prove(&w, &path, "Bo").await;
        assert!(full.status == 409 && full.text.contains("try again later"), "{} {}", full.status, full.text);
        assert_eq!(w.client("nobody").get(&path).await.status, 200, "the link is not used up");
        let trials = w.hire("small_owner", small, "owner").await.get(&format!("/v1/msp/{small}/command-center?list=active-trials")).await;
        assert_eq!(trials.json["data"].as_array().map(Vec::len), Some(1), "{}", trials.text);
    }
}
