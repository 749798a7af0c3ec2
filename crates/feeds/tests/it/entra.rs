//! People from Entra ID.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use feeds::{Cursor, Extent, Fault, News, Secret, Settings, entra};
use serde_json::json;
use tokio::sync::mpsc;

use crate::{
    entra_twin::{CLIENT, Contoso, Instead, SECRET, TENANT, no_token, refusal, user},
    twin::{NOW, Read, Told, Twin, read},
};

async fn start(contoso: &Arc<Contoso>) -> (Twin, entra::Settings) {
    let answering = contoso.clone();
    let twin = Twin::start(move |asked| answering.answer(&asked)).await;
    *contoso.base.lock().expect("base") = twin.base();
    let (tenant, client_id) = (TENANT.to_owned(), CLIENT.to_owned());
    let settings = entra::Settings { tenant, client_id, guests: false, login: twin.base(), graph: twin.base() };
    (twin, settings)
}

async fn told(contoso: &Arc<Contoso>, since: Option<&Cursor>) -> Read {
    let (twin, settings) = start(contoso).await;
    let since = since.map(|_| Cursor(format!("{}/v1.0/users/delta?$deltatoken=one", twin.base())));
    read(&twin.client(), &Settings::Entra(settings), SECRET, since.as_ref()).await
}

#[tokio::test]
async fn everybody_the_first_time_page_by_page() {
    let contoso = Contoso::with(250);
    contoso.users.lock().expect("users")[7] = json!({
        "id": "id-7", "userPrincipalName": "user7@contoso.example", "displayName": " ", "accountEnabled": false, "userType": "Member",
    });
    contoso.users.lock().expect("users")[8]["userType"] = json!("Guest");
    let got = told(&contoso, None).await;
    let ended = got.ended.as_ref().expect("an end");
    assert_eq!((ended.extent, &got.pages[..]), (Extent::Whole, &[99, 100, 50][..]));
    assert!(ended.cursor.as_ref().is_some_and(|cursor| cursor.0.ends_with("$deltatoken=one")));
    let first = got.person("user0@contoso.example");
    assert_eq!((first.key.as_str(), first.name.as_str(), first.active), ("id-0", "User 0", true));
    assert_eq!((first.department.as_deref(), first.title.as_deref(), first.language.as_deref()), (Some("Sales"), None, Some("de-DE")));
    let seventh = got.person("user7@contoso.example");
    assert_eq!((seventh.name.as_str(), seventh.email.as_deref(), seventh.active), ("user7@contoso.example", None, false));
    assert!(got.people().iter().all(|person| person.key != "id-8"), "a guest");
}

#[tokio::test]
async fn changes_after_that() {
    let contoso = Contoso::with(10);
    let mut third = user(3);
    third["displayName"] = json!("Three");
    let mut guest = user(4);
    guest["userType"] = json!("Guest");
    *contoso.changes.lock().expect("changes") = vec![
        third,
        guest,
        json!({ "id": "id-5", "@removed": { "reason": "changed" } }),
        // Told in part: is asked for alone. The second is no longer there by then.
        json!({ "id": "id-6", "department": "Board" }),
        json!({ "id": "id-99", "department": "Board" }),
    ];
    let got = told(&contoso, Some(&Cursor(String::new()))).await;
    assert_eq!(got.ended.as_ref().map(|ended| ended.extent), Ok(Extent::Changes));
    assert_eq!(got.person("user3@contoso.example").name, "Three");
    assert_eq!(got.person("user6@contoso.example").name, "User 6");
    let gone: Vec<_> = got.news.iter().filter(|news| matches!(news, News::Gone(_))).cloned().collect();
    assert_eq!(gone, ["id-4", "id-5", "id-99"].map(|key| News::Gone(key.to_owned())));
}

/// Nothing is read ahead of who takes it, so a directory of any size never lies here whole.
#[tokio::test]
async fn a_slow_reader_is_waited_for_and_one_that_leaves_stops_it() {
    let contoso = Contoso::with(100_000);
    let (twin, settings) = start(&contoso).await;
    let (out, mut pages) = mpsc::channel(1);
    let (net, settings, secret) = (twin.client(), Settings::Entra(settings), Secret::new(SECRET));
    let fetch = tokio::spawn(async move { feeds::fetch(&net, &settings, &secret, None, NOW, out).await });
    assert_eq!(pages.recv().await.map(|page| page.len()), Some(100));
    tokio::time::sleep(Duration::from_millis(300)).await;
    // The token, the page taken, the one waiting, the one that finds no room.
    assert_eq!(contoso.asked.lock().expect("asked").len(), 4);
    drop(pages);
    assert_eq!(fetch.await.expect("an end"), Err(Fault::Stopped));
    assert_eq!(contoso.asked.lock().expect("asked").len(), 4);
}

#[tokio::test]
async fn guests_count_where_they_are_wanted() {
    let contoso = Contoso::with(1);
    contoso.users.lock().expect("users")[0]["userType"] = json!("Guest");
    let (twin, mut settings) = start(&contoso).await;
    settings.guests = true;
    assert_eq!(read(&twin.client(), &Settings::Entra(settings), SECRET, None).await.people().len(), 1);
}

#[tokio::test]
async fn a_cursor_that_has_expired_or_leads_elsewhere_starts_over() {
    let contoso = Contoso::with(1);
    let (twin, settings) = start(&contoso).await;
    for link in
        [format!("{}/v1.0/users/delta?$deltatoken=old", twin.base()), "https://evil.test/v1.0/users/delta".to_owned(), "junk".to_owned()]
    {
        let got = read(&twin.client(), &Settings::Entra(settings.clone()), SECRET, Some(&Cursor(link))).await;
        assert_eq!(got.fault(), &Fault::CursorExpired);
    }
}

#[tokio::test]
async fn patience_is_had_up_to_a_limit() {
    let contoso = Contoso::with(150);
    contoso.busy.store(2, Ordering::SeqCst);
    contoso.wait.store(1, Ordering::SeqCst);
    assert_eq!(told(&contoso, None).await.people().len(), 150);
    contoso.busy.store(1, Ordering::SeqCst);
    contoso.wait.store(4000, Ordering::SeqCst);
    assert_eq!(told(&contoso, None).await.fault(), &Fault::Throttled { retry_after: Duration::from_secs(4000) });
}

#[tokio::test]
async fn a_token_that_runs_out_is_renewed() {
    let contoso = Contoso::with(250);
    *contoso.expire_at.lock().expect("expiry") = Some(100);
    assert_eq!(told(&contoso, None).await.people().len(), 250);
    assert!(contoso.asked.lock().expect("asked").iter().filter(|asked| asked.starts_with("POST")).count() == 2);
}

#[tokio::test]
async fn half_a_page_and_dead_is_broken_off() {
    let ways: [Instead; 3] = [
        |_| Told { cut: Some(20), ..Told::new(200, "{\"value\":[{\"id\":\"id-100\",\"userPrincipalName\":\"x\"}]}") },
        |_| Told::new(200, "{\"value\":[{\"id\":\"id-100\""),
        // Whole, but leading nowhere: neither a next page nor the link of the next round.
        |_| Told::new(200, "{\"value\":[]}"),
    ];
    for way in ways {
        let contoso = Contoso::with(150);
        *contoso.second.lock().expect("second") = Some(way);
        let got = told(&contoso, None).await;
        assert_eq!(got.fault().code(), "broken-off", "{:?}", got.ended);
        assert_eq!(got.pages, [100], "the first page was handed on, and does not count");
    }
}

#[tokio::test]
async fn a_link_that_lies_gets_no_token() {
    let ways: [Instead; 4] = [
        |_| Told::new(200, "{\"value\":[],\"@odata.nextLink\":\"https://evil.test/v1.0/users/delta?$skiptoken=1\"}"),
        |it| Told::new(200, format!("{{\"value\":[],\"@odata.nextLink\":\"{}/v1.0/me/messages\"}}", it.base.lock().expect("base"))),
        |it| {
            Told::new(200, format!("{{\"value\":[],\"@odata.deltaLink\":\"{}\"}}", it.base.lock().expect("base").replace("https", "http")))
        },
        |it| Told::new(200, format!("{{\"value\":[],\"@odata.nextLink\":\"{}/v1.0/users/../me\"}}", it.base.lock().expect("base"))),
    ];
    for way in ways {
        let contoso = Contoso::with(150);
        *contoso.second.lock().expect("second") = Some(way);
        let got = told(&contoso, None).await;
        assert_eq!(got.fault().code(), "not-understood", "{:?}", got.ended);
        assert!(contoso.asked.lock().expect("asked").iter().all(|asked| asked.contains("/users/delta") || asked.contains("/token")));
    }
}

#[tokio::test]
async fn refusals_of_a_token_have_their_names() {
    for (error, number, text, code) in [
        ("invalid_client", 7_000_215, "Invalid client secret provided.", "sign-in-refused"),
        ("invalid_client", 7_000_222, "The provided client secret keys for app are expired.", "sign-in-refused"),
        ("unauthorized_client", 700_016, "Application was not found in the directory.", "sign-in-refused"),
        ("invalid_grant", 65_001, "The user or administrator has not consented to use the application.", "consent-needed"),
        ("invalid_request", 90_002, "Tenant not found.", "bad-settings"),
    ] {
        let contoso = Contoso::with(1);
        *contoso.refuse_token.lock().expect("refusal") = Some(no_token(error, number, text));
        let got = told(&contoso, None).await;
        assert_eq!(got.fault().code(), code, "{number}");
        assert!(!got.fault().to_string().contains("Trace ID"));
    }
    let contoso = Contoso::with(1);
    let (twin, settings) = start(&contoso).await;
    for secret in ["", "wrong"] {
        let got = read(&twin.client(), &Settings::Entra(settings.clone()), secret, None).await;
        assert_eq!(got.fault().code(), "sign-in-refused");
    }
}

#[tokio::test]
async fn refusals_of_users_have_their_names() {
    for (status, known, code) in [
        (403, "Authorization_RequestDenied", "consent-needed"),
        (401, "InvalidAuthenticationToken", "sign-in-refused"),
        (400, "Request_BadRequest", "not-understood"),
    ] {
        let contoso = Contoso::with(1);
        *contoso.refuse_users.lock().expect("refusal") =
            Some((status, refusal(known, "Insufficient privileges to complete the operation.")));
        assert_eq!(told(&contoso, None).await.fault().code(), code, "{known}");
    }
}

#[tokio::test]
async fn settings_that_cannot_be_meant() {
    let right = entra::Settings {
        tenant: TENANT.to_owned(),
        client_id: CLIENT.to_owned(),
        guests: false,
        login: entra::login(),
        graph: entra::graph(),
    };
    let stored = json!({ "kind": "entra", "tenant": TENANT, "client_id": CLIENT });
    assert_eq!(serde_json::from_value::<Settings>(stored).ok(), Some(Settings::Entra(right.clone())));
    assert!(Settings::Entra(right.clone()).check().is_ok());
    for (field, settings) in [
        ("tenant", entra::Settings { tenant: "../common".to_owned(), ..right.clone() }),
        ("client_id", entra::Settings { client_id: String::new(), ..right.clone() }),
        ("login", entra::Settings { login: "https://example.com/path".to_owned(), ..right.clone() }),
        ("graph", entra::Settings { graph: "graph".to_owned(), ..right.clone() }),
    ] {
        let told = Settings::Entra(settings).check();
        assert!(matches!(told, Err(Fault::BadSettings { field: named, .. }) if named == field), "{field}: {told:?}");
    }
}
