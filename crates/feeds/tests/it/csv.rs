//! A CSV file behind an address.

use std::{collections::BTreeMap, fmt::Write};

use feeds::{Extent, Fault, Secret, Settings, csv};

use crate::twin::{NOW, Read, Told, Twin, read};

fn at(twin: &Twin) -> Settings {
    Settings::Csv(csv::Settings { url: format!("{}/people.csv", twin.base()), user: None, columns: BTreeMap::new() })
}

async fn told(body: impl Into<Vec<u8>>) -> Read {
    let body = body.into();
    let twin = Twin::start(move |_| Told::new(200, body.clone())).await;
    read(&twin.client(), &at(&twin), "", None).await
}

#[tokio::test]
async fn columns_are_found_in_two_languages_delimiters_and_encodings() {
    let english = told("Employee ID,First name,Last name,E-mail,Status,Department,Groups\n7,Ada,Lovelace,ada@example.com,active,Maths,Board;All\n8,Charles,Babbage,charles@example.com,left,,\n").await;
    assert_eq!(english.ended.as_ref().map(|ended| ended.extent), Ok(Extent::Whole));
    let ada = english.person("ada@example.com");
    assert_eq!((ada.key.as_str(), ada.name.as_str(), ada.active), ("7", "Ada Lovelace", true));
    assert_eq!((ada.department.as_deref(), &ada.groups[..]), (Some("Maths"), &["Board".to_owned(), "All".to_owned()][..]));
    assert!(!english.person("charles@example.com").active);

    let german = told(b"Personalnummer;Anzeigename;E-Mail-Adresse;Aktiv;Abteilung\r\n1;J\xfcrgen Gro\xdf;juergen@example.com;ja;B\xfcro\r\n2;Uwe M\xfcller;uwe@example.com;nein;B\xfcro\r\n").await;
    let juergen = german.person("juergen@example.com");
    assert_eq!((juergen.name.as_str(), juergen.department.as_deref()), ("Jürgen Groß", Some("Büro")));
    assert!(!german.person("uwe@example.com").active);
}

#[tokio::test]
async fn a_mapping_goes_before_the_guess() {
    let twin = Twin::start(|_| Told::new(200, "Mail,Private mail\na@example.com,a@home.example\n")).await;
    let Settings::Csv(mut settings) = at(&twin) else { unreachable!() };
    settings.columns.insert("email".to_owned(), "private mail".to_owned());
    let got = read(&twin.client(), &Settings::Csv(settings.clone()), "", None).await;
    assert_eq!(got.people()[0].email.as_deref(), Some("a@home.example"));
    settings.columns.insert("email".to_owned(), "Fax".to_owned());
    let got = read(&twin.client(), &Settings::Csv(settings.clone()), "", None).await;
    assert_eq!(got.fault().code(), "not-understood");
    settings.columns.insert("shoe size".to_owned(), "Fax".to_owned());
    let got = read(&twin.client(), &Settings::Csv(settings), "", None).await;
    assert!(matches!(got.fault(), Fault::BadSettings { field: "columns", .. }));
}

#[tokio::test]
async fn what_cannot_be_read_names_its_line() {
    for (body, word) in [
        ("Colour\nred\n", "line 1"),
        ("email,active\na@example.com,perhaps\n", "line 2"),
        ("email,name\na@example.com,Ada\n,Nobody\n", "line 3"),
        ("email,name\na@example.com,Ada\nb@example.com\n", "Line 3"),
        ("email,name\na@example.com,\"Ada\n", "line 2"),
        ("", "empty"),
        ("email\n\0\n", "NUL"),
    ] {
        let got = told(body).await;
        assert!(matches!(got.fault(), Fault::NotUnderstood(text) if text.contains(word)), "{body:?}: {:?}", got.ended);
    }
}

#[tokio::test]
async fn an_unchanged_file_is_no_news() {
    let twin = Twin::start(|asked| match asked.headers.get("if-none-match").map(String::as_str) {
        Some("\"v1\"") => Told::new(304, ""),
        _ => Told::new(200, "email\na@example.com\n").with("etag", "\"v1\""),
    })
    .await;
    let first = read(&twin.client(), &at(&twin), "", None).await;
    let cursor = first.ended.expect("an end").cursor.expect("a cursor");
    let again = read(&twin.client(), &at(&twin), "", Some(&cursor)).await;
    assert!(again.news.is_empty());
    let ended = again.ended.expect("an end");
    assert_eq!((ended.extent, ended.cursor), (Extent::Changes, Some(cursor)));
}

#[tokio::test]
async fn a_large_file_comes_in_pages_and_waits_for_the_reader() {
    let mut body = String::from("email,name\n");
    for number in 0..20_000 {
        writeln!(body, "user{number}@example.com,User {number}").expect("room");
    }
    let got = told(body).await;
    assert_eq!(got.people().len(), 20_000);
    assert!(got.pages.iter().all(|page| *page == 500), "{:?}", got.pages);
}

#[tokio::test]
async fn half_a_file_and_dead_is_broken_off() {
    let mut body = String::from("email,name\n");
    for number in 0..5_000 {
        writeln!(body, "user{number}@example.com,User {number}").expect("room");
    }
    // At a line's end, where nothing but the length tells that something is missing.
    let cut = body.match_indices('\n').nth(2_500).expect("a line").0 + 1;
    let twin = Twin::start(move |_| Told { cut: Some(cut), ..Told::new(200, body.clone()) }).await;
    let got = read(&twin.client(), &at(&twin), "", None).await;
    assert_eq!(got.fault().code(), "broken-off", "{:?}", got.ended);
}

#[tokio::test]
async fn refusals_have_their_names() {
    for (status, code) in [
        (401, "sign-in-refused"),
        (403, "sign-in-refused"),
        (404, "not-understood"),
        (302, "not-understood"),
        (429, "throttled"),
        (500, "unreachable"),
    ] {
        let twin = Twin::start(move |_| Told::new(status, "").with("location", "https://elsewhere.test/").with("retry-after", "7")).await;
        let got = read(&twin.client(), &at(&twin), "", None).await;
        assert_eq!(got.fault().code(), code, "{status}");
        if let Fault::Throttled { retry_after } = got.fault() {
            assert_eq!(retry_after.as_secs(), 7);
        }
    }
}

#[tokio::test]
async fn the_secret_is_shown_as_a_password_or_as_a_token() {
    let twin = Twin::start(|asked| match asked.headers.get("authorization").map(String::as_str) {
        // user "hr", password "s3cret".
        Some("Basic aHI6czNjcmV0" | "Bearer s3cret") => Told::new(200, "email\na@example.com\n"),
        _ => Told::new(401, ""),
    })
    .await;
    let Settings::Csv(mut settings) = at(&twin) else { unreachable!() };
    assert!(read(&twin.client(), &Settings::Csv(settings.clone()), "s3cret", None).await.ended.is_ok());
    settings.user = Some("hr".to_owned());
    assert!(read(&twin.client(), &Settings::Csv(settings.clone()), "s3cret", None).await.ended.is_ok());
    assert_eq!(read(&twin.client(), &Settings::Csv(settings), "", None).await.fault().code(), "sign-in-refused");
}

#[tokio::test]
async fn a_trial_shows_five_and_stops_counting() {
    let body = |count: usize| (0..count).fold("email\n".to_owned(), |body, number| format!("{body}u{number}@example.com\n"));
    for (count, all) in [(12, true), (9_000, false)] {
        let body = body(count);
        let twin = Twin::start(move |_| Told::new(200, body.clone())).await;
        let tested = feeds::test(&twin.client(), &at(&twin), &Secret::new(""), NOW).await.expect("a trial");
        assert_eq!((tested.sample.len(), tested.all), (5, all));
        assert_eq!(tested.people, if all { 12 } else { feeds::TRIAL });
    }
}

#[tokio::test]
async fn a_place_that_may_not_be_called_is_said_so() {
    let twin = Twin::start(|_| Told::new(200, "email\na@example.com\n")).await;
    for (url, code) in [
        ("https://169.254.169.254/latest", "forbidden-address"),
        ("https://twin.test:22/", "forbidden-address"),
        ("https://user:pass@twin.test/", "bad-settings"),
        ("ftp://twin.test/", "bad-settings"),
        ("people.csv", "bad-settings"),
    ] {
        let settings = Settings::Csv(csv::Settings { url: url.to_owned(), user: None, columns: BTreeMap::new() });
        assert_eq!(read(&twin.client(), &settings, "", None).await.fault().code(), code, "{url}");
    }
    let other = crate::twin::client(twin.port, &Twin::start(|_| Told::new(200, "")).await.root);
    assert_eq!(read(&other, &at(&twin), "", None).await.fault().code(), "certificate");
}

#[tokio::test]
async fn what_is_stored_holds_no_secret_and_comes_back() {
    let stored = r#"{"kind":"csv","url":"https://example.com/people.csv","user":"hr"}"#;
    let settings: Settings = serde_json::from_str(stored).expect("settings");
    assert_eq!(serde_json::to_string(&settings).expect("text"), stored);
    assert_eq!(settings.shown_to(), "https://example.com");
}
