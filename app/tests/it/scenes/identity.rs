//! Sign-in, links, second factor, tokens, team: through the public door.

use access::{Grants, Role};
use serde_json::{Value, json};
use store::{Clock as _, CustomerId, StaffId};
use tenantry::{
    identity::{NewMembership, StaffReach, password, setup, totp},
    noun::{Email, Name},
};

use crate::{
    scenes,
    support::{Answer, Client, World},
};

pub const PHRASE: &str = "a long enough phrase";

/// Adds a person with a password.
pub async fn person(w: &World, email: &str, role: Role) -> StaffId {
    let membership = NewMembership { node: w.partner.0, role, grants: Grants::default(), reach: StaffReach::all() };
    let (email, name) = (Email::parse(email).expect("an address"), Name::parse("Ann Berg").expect("a name"));
    setup::create_active(&w.app, w.partner.0, email, name, PHRASE, membership).await.expect("created")
}

pub async fn sign_in(w: &World, email: &str, password: &str) -> Answer {
    w.client("nobody").form("/signin", &[("email", email), ("password", password), ("next", "/profile")]).await
}

/// The client a browser is after an answer that set a session.
pub fn browser(w: &World, answer: &Answer) -> Client {
    let cookie = answer.header("set-cookie");
    let text = cookie.strip_prefix("session=").and_then(|c| c.split(';').next()).unwrap_or_default();
    assert!(text.starts_with("tns_"), "no session in {cookie:?}: {}", answer.status);
    w.client("nobody").session(text)
}

/// The path of the link in the newest mail to an address; it leads to us whatever host the request named.
fn link(w: &World, to: &str) -> String {
    let mail = w.app.catcher.as_ref().expect("a catcher").list();
    let newest = mail.iter().find(|m| m.to() == to).expect("a mail");
    let path = newest.links.iter().find_map(|l| l.strip_prefix("http://127.0.0.1:8080"));
    path.unwrap_or_else(|| panic!("no link of ours in {}", newest.text())).to_owned()
}

fn mails(w: &World, to: &str) -> usize {
    w.app.catcher.as_ref().expect("a catcher").list().iter().filter(|m| m.to() == to).count()
}

async fn invite(w: &World, who: &str, body: Value) -> Answer {
    w.client(who).post(&format!("/v1/msp/{}/staff", w.partner), &body).await
}

fn code(secret: &[u8], now: store::Timestamp) -> String {
    (0..1_000_000).map(|n| format!("{n:06}")).find(|c| totp::accept(secret, c, now, now.0 / 30_000_000 - 1).is_some()).expect("a code")
}

/// What stands before a text that is not to be translated.
const CODE: &str = "<code translate=\"no\" tabindex=\"0\">";

scenes! {
    async fn a_person_signs_in_and_out(w: World) {
        person(&w, "ann@meridian.example", Role::Admin).await;
        let page = w.client("nobody").get("/signin?next=/profile").await;
        assert_eq!(page.status, 200, "{}", page.text);
        assert!(page.text.contains(r#"name="email""#) && page.text.contains(r#"name="password""#) && page.text.contains("<h1>"));
        let answer = sign_in(&w, "Ann@Meridian.example", PHRASE).await;
        assert_eq!((answer.status, answer.header("location")), (303, "/profile"), "{}", answer.text);
        let cookie = answer.header("set-cookie");
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Path=/"), "{cookie}");
        let ann = browser(&w, &answer);
        let profile = ann.get("/profile").await;
        assert_eq!(profile.status, 200, "{}", profile.text);
        assert!(profile.text.contains("ann@meridian.example"));
        assert_eq!(ann.get("/v1/me").await.json["email"], "ann@meridian.example");
        let out = ann.form("/sign-out", &[]).await;
        assert_eq!(out.status, 303);
        assert_eq!(ann.get("/v1/me").await.status, 401, "the back button finds nothing");
    }

    async fn nobody_learns_who_works_here(w: World) {
        let id = person(&w, "known@meridian.example", Role::Admin).await;
        let off = person(&w, "off@meridian.example", Role::Admin).await;
        let path = format!("/v1/msp/{}/staff/{off}", w.partner);
        assert_eq!(w.client("owner").with("if-match", "\"1\"").patch(&path, &json!({ "disabled": true })).await.status, 200, "{id}");
        let before = password::derivations();
        let mut answers = Vec::new();
        for email in ["known@meridian.example", "off@meridian.example", "nobody@meridian.example", "not an address"] {
            answers.push(sign_in(&w, email, "the wrong phrase entirely").await);
        }
        assert!(password::derivations() >= before + 4, "a stranger costs as much");
        let right = sign_in(&w, "off@meridian.example", PHRASE).await;
        answers.push(right);
        for answer in &answers {
            assert_eq!((answer.status, &answer.text), (401, &answers[0].text));
            assert_eq!(answer.header("set-cookie"), "");
        }
        let asked: Vec<_> = [
            w.client("nobody").form("/reset", &[("email", "known@meridian.example")]).await,
            w.client("nobody").form("/reset", &[("email", "nobody@meridian.example")]).await,
        ].into();
        assert_eq!((asked[0].status, &asked[0].text), (asked[1].status, &asked[1].text));
        w.work().await;
        assert_eq!((mails(&w, "known@meridian.example"), mails(&w, "nobody@meridian.example")), (1, 0));
    }

    async fn guesses_are_limited_and_good_ones_do_not_count(w: World) {
        person(&w, "ann@meridian.example", Role::Admin).await;
        for _ in 0..12 {
            assert_eq!(sign_in(&w, "ann@meridian.example", PHRASE).await.status, 303);
        }
        for _ in 0..10 {
            assert_eq!(sign_in(&w, "ann@meridian.example", "guess guess guess").await.status, 401);
        }
        let over = sign_in(&w, "ann@meridian.example", PHRASE).await;
        assert_eq!(over.status, 429, "{}", over.text);
        assert!(over.header("retry-after").parse::<u32>().is_ok_and(|s| (1..=60).contains(&s)));
        assert!(w.clock.advance(w.now().plus_seconds(61)));
        assert_eq!(sign_in(&w, "ann@meridian.example", PHRASE).await.status, 303);
    }

    async fn a_reset_link_works_once_for_an_hour_and_ends_sessions(w: World) {
        person(&w, "ann@meridian.example", Role::Admin).await;
        let ann = browser(&w, &sign_in(&w, "ann@meridian.example", PHRASE).await);
        let anybody = w.client("nobody").with("host", "evil.example").with("x-forwarded-host", "evil.example");
        anybody.form("/reset", &[("email", "ann@meridian.example")]).await;
        w.work().await;
        let path = link(&w, "ann@meridian.example");
        assert_eq!(w.client("nobody").get(&path).await.status, 200);
        let weak = w.client("nobody").form(&path, &[("password", "short")]).await;
        assert_eq!(weak.status, 422);
        let set = w.client("nobody").form(&path, &[("password", "another long phrase")]).await;
        assert_eq!(set.status, 303, "{}", set.text);
        assert_eq!(w.client("nobody").form(&path, &[("password", "a third long phrase")]).await.status, 410, "once");
        assert_eq!(ann.get("/v1/me").await.status, 401, "sessions ended");
        assert_eq!(sign_in(&w, "ann@meridian.example", PHRASE).await.status, 401);
        assert_eq!(sign_in(&w, "ann@meridian.example", "another long phrase").await.status, 303);
        w.client("nobody").form("/reset", &[("email", "ann@meridian.example")]).await;
        w.work().await;
        assert!(w.clock.advance(w.now().plus_seconds(3601)));
        assert_eq!(w.client("nobody").get(&link(&w, "ann@meridian.example")).await.status, 410, "expired");
    }

    async fn a_second_factor_is_asked_for_and_no_code_works_twice(w: World) {
        person(&w, "ann@meridian.example", Role::Admin).await;
        let ann = browser(&w, &sign_in(&w, "ann@meridian.example", PHRASE).await);
        assert_eq!(ann.form("/profile/totp", &[]).await.status, 303);
        assert!(ann.get("/profile/totp.svg").await.text.contains("<svg"));
        let page = ann.get("/profile/totp").await.text;
        let at = page.find(CODE).expect("the secret") + CODE.len();
        let secret = data_encoding::BASE32_NOPAD.decode(page[at..].split('<').next().expect("text").as_bytes()).expect("base 32");
        let first = code(&secret, w.now());
        let shown = ann.form("/profile/totp/confirm", &[("code", &first)]).await;
        assert_eq!(shown.status, 200, "{}", shown.text);
        let recovery = shown.text.split("<li><code translate=\"no\">").nth(1).and_then(|t| t.split('<').next()).expect("a recovery code").to_owned();
        let step = sign_in(&w, "ann@meridian.example", PHRASE).await;
        assert_eq!((step.status, step.header("set-cookie")), (200, ""), "the password alone opens nothing");
        let ticket = step.text.split(r#"name="ticket" value=""#).nth(1).and_then(|t| t.split('"').next()).expect("a ticket").to_owned();
        let with = |code: String| {
            let (anybody, ticket) = (w.client("nobody"), ticket.clone());
            async move { anybody.form("/signin", &[("ticket", &ticket), ("code", &code), ("next", "/")]).await }
        };
        assert_eq!(with(first).await.status, 422, "a replay");
        assert!(w.clock.advance(w.now().plus_seconds(60)));
        let next = code(&secret, w.now());
        assert_eq!(with(next.clone()).await.status, 303);
        assert_eq!(with(next).await.status, 422, "twice");
        assert_eq!((with(recovery.clone()).await.status, with(recovery).await.status), (303, 422), "a recovery code works once");
    }

    async fn sessions_are_listed_revoked_and_expire(w: World) {
        person(&w, "ann@meridian.example", Role::Admin).await;
        let first = browser(&w, &sign_in(&w, "ann@meridian.example", PHRASE).await);
        let second = browser(&w, &sign_in(&w, "ann@meridian.example", PHRASE).await);
        let listed = second.get("/v1/sessions").await;
        assert_eq!(listed.json["page"]["total"], 2, "{}", listed.text);
        let other = listed.json["data"].as_array().expect("rows").iter().find(|s| s["current"] == false).expect("the other")["id"].clone();
        let path = format!("/v1/sessions/{}", other.as_str().expect("an id"));
        assert_eq!(w.client("owner").delete(&path).await.status, 404, "not one's own");
        assert_eq!((second.delete(&path).await.status, second.delete(&path).await.status), (204, 404));
        assert_eq!((first.get("/v1/me").await.status, second.get("/v1/me").await.status), (401, 200));
        assert!(w.clock.advance(w.now().plus_seconds(12 * 3600 + 1)));
        assert_eq!(second.get("/v1/me").await.status, 401, "idle");
    }

    async fn tokens_never_exceed_their_maker(w: World) {
        let admin = w.client("admin");
        let issued = admin.post("/v1/tokens", &json!({ "name": "script", "role": "auditor" })).await;
        assert_eq!(issued.status, 201, "{}", issued.text);
        let secret = issued.json["secret"].as_str().expect("shown once").to_owned();
        let script = w.client("nobody").token(&secret);
        assert_eq!(script.get("/v1/me").await.json["memberships"][0]["role"], "auditor");
        let up = admin.post("/v1/tokens", &json!({ "name": "x", "role": "owner" })).await;
        assert_eq!((up.status, up.code()), (422, "role-not-assignable"));
        assert_eq!(script.post("/v1/tokens", &json!({ "name": "x", "role": "admin" })).await.status, 422);
        assert_eq!(admin.post("/v1/tokens", &json!({ "name": "x", "node": w.other })).await.status, 404);
        assert_eq!(admin.post("/v1/tokens", &json!({ "name": "x", "expires_at": "2030-01-01T00:00:00Z" })).await.status, 422);
        let listed = admin.get("/v1/tokens").await;
        assert!(!listed.text.contains("tnt_") && listed.text.contains("script"), "{}", listed.text);
        let day = admin.post("/v1/tokens", &json!({ "name": "day", "expires_at": "2026-11-22T00:00:00Z" })).await;
        let day = w.client("nobody").token(day.json["secret"].as_str().expect("a secret"));
        let id = issued.json["id"].as_str().expect("an id").to_owned();
        assert_eq!(w.client("owner").delete(&format!("/v1/tokens/{id}")).await.status, 404);
        assert_eq!(admin.delete(&format!("/v1/tokens/{id}")).await.status, 204);
        assert_eq!((script.get("/v1/me").await.status, day.get("/v1/me").await.status), (401, 200));
        w.pass_days(1);
        assert_eq!(day.get("/v1/me").await.status, 401);
    }

    async fn f0_11_only_the_owner_makes_administrators(w: World) {
        let body = json!({ "email": "new@meridian.example", "name": "New Admin", "role": "admin" });
        for who in ["admin", "technician", "auditor"] {
            let refused = invite(&w, who, body.clone()).await;
            assert_eq!((refused.status, refused.code()), (403, "forbidden"), "{who}");
            let page = w.browser(who).await.get(&format!("/msp/{}/staff", w.partner)).await;
            assert!(!page.text.contains(r##"href="#invite""##), "{who} sees the button");
        }
        assert_eq!(invite(&w, "other_owner", body.clone()).await.status, 404);
        let made = invite(&w, "owner", body.clone()).await;
        assert_eq!((made.status, made.json["status"].as_str()), (201, Some("invited")), "{}", made.text);
        assert_eq!(invite(&w, "owner", body).await.code(), "email-taken");
        for role in ["owner", "distributor_owner", "operator"] {
            let refused = invite(&w, "owner", json!({ "email": "up@meridian.example", "name": "Up", "role": role })).await;
            assert_eq!((refused.status, refused.code()), (422, "role-not-assignable"), "{role}");
        }
        let page = w.browser("owner").await.get(&format!("/msp/{}/staff", w.partner)).await;
        assert!(page.status == 200 && page.text.contains(r##"href="#invite""##) && page.text.contains("New Admin"), "{}", page.text);
    }

    async fn f0_12_a_standard_admin_does_all_but_make_administrators(w: World) {
        let me = w.client("admin").get("/v1/me").await;
        let held = me.json["memberships"][0]["permissions"].to_string();
        assert!(held.contains("manage_customers") && held.contains("allocate") && held.contains("read_staff"), "{held}");
        for lacking in ["manage_staff", "create_customers", "purchase", "see_prices"] {
            assert!(!held.contains(lacking), "{lacking} in {held}");
        }
        assert_eq!(me.json["memberships"][0]["node_id"].as_str(), Some(w.partner.to_string().as_str()));
    }

    async fn f0_13_grants_add_creating_customers_and_purchasing(w: World) {
        let orders = format!("/v1/msp/{}/orders", w.partner);
        let order = json!({ "sku": "SEATS-100-Y", "quantity": 1 });
        assert_eq!(w.client("admin").keyed().post(&orders, &order).await.status, 403);
        let staff = w.client("owner").get(&format!("/v1/msp/{}/staff", w.partner)).await;
        let admin = staff.json["data"].as_array().expect("people").iter().find(|m| m["role"] == "admin").expect("the admin").clone();
        let path = format!("/v1/msp/{}/staff/{}", w.partner, admin["id"].as_str().expect("an id"));
        let grant = json!({ "grants": { "purchase": true, "create_customers": true } });
        assert_eq!(w.client("owner").patch(&path, &grant).await.status, 428);
        assert_eq!(w.client("owner").with("if-match", "\"9\"").patch(&path, &grant).await.status, 412);
        assert_eq!(w.client("admin").with("if-match", "\"1\"").patch(&path, &grant).await.status, 403);
        let changed = w.client("owner").with("if-match", "\"1\"").patch(&path, &grant).await;
        assert_eq!((changed.status, changed.header("etag")), (200, "\"2\""), "{}", changed.text);
        assert_eq!(w.client("admin").keyed().post(&orders, &order).await.status, 201, "at once");
        let customer = json!({ "name": "Granted AB", "max_mau": 1000 });
        assert_eq!(w.client("admin").keyed().post(&format!("/v1/msp/{}/customers", w.partner), &customer).await.status, 202);
    }

    async fn f0_15_an_invitation_is_mailed_once_or_left_for_later(w: World) {
        let made = invite(&w, "owner", json!({ "email": "ann@meridian.example", "name": "Ann", "role": "technician" })).await;
        invite(&w, "owner", json!({ "email": "quiet@meridian.example", "name": "Quiet", "role": "auditor", "notify": false })).await;
        w.work().await;
        assert_eq!((mails(&w, "ann@meridian.example"), mails(&w, "quiet@meridian.example")), (1, 0));
        let first = link(&w, "ann@meridian.example");
        let resend = format!("/v1/msp/{}/staff/{}/resend", w.partner, made.json["id"].as_str().expect("an id"));
        assert_eq!(w.client("admin").post(&resend, &json!({})).await.status, 403);
        assert_eq!(w.client("owner").post(&resend, &json!({})).await.status, 200);
        w.work().await;
        assert_eq!(w.client("nobody").get(&first).await.status, 410, "replaced");
        let path = link(&w, "ann@meridian.example");
        let page = w.client("nobody").get(&path).await;
        assert!(page.status == 200 && page.text.contains("ann@meridian.example"), "{}", page.text);
        let set = w.client("nobody").form(&path, &[("name", "Ann Berg"), ("password", PHRASE)]).await;
        assert_eq!(set.status, 303, "{}", set.text);
        assert_eq!(w.client("nobody").form(&path, &[("name", "Eve"), ("password", PHRASE)]).await.status, 410, "once");
        let ann = browser(&w, &sign_in(&w, "ann@meridian.example", PHRASE).await);
        assert_eq!(ann.get("/v1/me").await.json["name"], "Ann Berg");
        assert_eq!(w.client("owner").post(&resend, &json!({})).await.code(), "not-invited");
    }

    async fn a_reach_names_only_the_partners_own_and_shutting_out_is_immediate(w: World) {
        let foreign = CustomerId::new(store::Uuid::from_u128(7));
        let body = |mode: &str, customers: &[CustomerId]| json!({ "email": "tech@meridian.example", "name": "Tech", "role": "technician", "reach": { "mode": mode, "customers": customers } });
        assert_eq!(invite(&w, "owner", body("only", &[foreign])).await.code(), "unknown-target");
        assert_eq!(invite(&w, "owner", body("only", &[])).await.code(), "empty-reach");
        let made = invite(&w, "owner", body("only", &[w.internal])).await;
        assert_eq!((made.status, made.json["reach"]["mode"].as_str()), (201, Some("only")), "{}", made.text);
        let id = person(&w, "ann@meridian.example", Role::Admin).await;
        let ann = browser(&w, &sign_in(&w, "ann@meridian.example", PHRASE).await);
        let path = format!("/v1/msp/{}/staff/{id}", w.partner);
        assert_eq!(w.client("owner").with("if-match", "\"1\"").patch(&path, &json!({ "disabled": true })).await.status, 200);
        assert_eq!(ann.get("/v1/me").await.status, 401);
        let own = w.client("owner").get("/v1/me").await.json["staff_id"].as_str().expect("an id").to_owned();
        let own = format!("/v1/msp/{}/staff/{own}", w.partner);
        assert_eq!(w.client("owner").with("if-match", "\"1\"").patch(&own, &json!({ "disabled": true })).await.code(), "not-yourself");
        assert_eq!(w.client("distributor_owner").with("if-match", "\"1\"").patch(&own, &json!({ "disabled": true })).await.code(), "owner-protected");
    }
}
