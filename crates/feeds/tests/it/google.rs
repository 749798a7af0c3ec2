//! People from Google Workspace.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use feeds::{Extent, Fault, Settings, google};
use serde_json::json;

use crate::{
    google_twin::{ADMIN, School, key_file, refusal},
    twin::{Read, Told, Twin, read},
};

async fn start(school: &Arc<School>) -> (Twin, google::Settings) {
    let answering = school.clone();
    let twin = Twin::start(move |asked| answering.answer(&asked)).await;
    *school.base.lock().expect("base") = twin.base();
    let settings = google::Settings { admin: ADMIN.to_owned(), domain: None, unit: None, login: twin.base(), directory: twin.base() };
    (twin, settings)
}

async fn told(school: &Arc<School>) -> Read {
    let (twin, settings) = start(school).await;
    read(&twin.client(), &Settings::Google(settings), &key_file(), None).await
}

#[tokio::test]
async fn everybody_page_by_page() {
    let school = School::with(1_200);
    school.users.lock().expect("users")[1]["suspended"] = json!(true);
    school.users.lock().expect("users")[2]["archived"] = json!(true);
    school.users.lock().expect("users")[3] = json!({ "id": "3", "primaryEmail": "user3@school.example" });
    let got = told(&school).await;
    let ended = got.ended.as_ref().expect("an end");
    assert_eq!((ended.extent, &ended.cursor, &got.pages[..]), (Extent::Whole, &None, &[500, 500, 200][..]));
    let first = got.person("user0@school.example");
    assert_eq!((first.key.as_str(), first.name.as_str(), first.active), ("100000", "User 0", true));
    assert_eq!(
        (first.department.as_deref(), first.title.as_deref(), first.language.as_deref()),
        (Some("Maths"), Some("Teacher"), Some("en"))
    );
    assert!(!got.person("user1@school.example").active && !got.person("user2@school.example").active);
    assert_eq!(got.person("user3@school.example").name, "user3@school.example");
}

#[tokio::test]
async fn nobody_is_an_answer_too() {
    let got = told(&School::with(0)).await;
    assert!(got.ended.is_ok() && got.news.is_empty());
}

#[tokio::test]
async fn one_domain_and_one_unit() {
    let school = School::with(1);
    let (twin, mut settings) = start(&school).await;
    settings.domain = Some("school.example".to_owned());
    settings.unit = Some("/Staff & Co".to_owned());
    assert!(read(&twin.client(), &Settings::Google(settings), &key_file(), None).await.ended.is_ok());
    let asked = school.asked.lock().expect("asked").pop().expect("a question");
    assert!(asked.contains("query=orgUnitPath%3D%27%2FStaff+%26+Co%27") && !asked.contains("customer="), "{asked}");
}

#[tokio::test]
async fn a_quota_is_waited_for() {
    let school = School::with(3);
    school.busy.store(1, Ordering::SeqCst);
    school.wait.store(1, Ordering::SeqCst);
    assert_eq!(told(&school).await.people().len(), 3);
    school.busy.store(1, Ordering::SeqCst);
    school.wait.store(3600, Ordering::SeqCst);
    assert_eq!(told(&school).await.fault(), &Fault::Throttled { retry_after: Duration::from_secs(3600) });
}

#[tokio::test]
async fn half_a_page_and_dead_is_broken_off() {
    let ways: [fn() -> Told; 2] =
        [|| Told { cut: Some(10), ..Told::new(200, "{\"users\":[{\"id\":\"1\"}]}") }, || Told::new(200, "{\"users\":[")];
    for way in ways {
        let school = School::with(600);
        *school.second.lock().expect("second") = Some(way);
        let got = told(&school).await;
        assert_eq!((got.fault().code(), &got.pages[..]), ("broken-off", &[500][..]));
    }
}

#[tokio::test]
async fn refusals_of_a_token_have_their_names() {
    for (error, text, code) in [
        ("unauthorized_client", "Client is unauthorized to retrieve access tokens using this method.", "consent-needed"),
        ("access_denied", "Requested client not authorized.", "consent-needed"),
        ("invalid_grant", "Invalid email or User ID", "sign-in-refused"),
        ("invalid_client", "The OAuth client was not found.", "sign-in-refused"),
    ] {
        let school = School::with(1);
        *school.refuse_token.lock().expect("refusal") = Some(json!({ "error": error, "error_description": text }));
        assert_eq!(told(&school).await.fault().code(), code, "{error}");
    }
    let school = School::with(1);
    let (twin, settings) = start(&school).await;
    let no_key = json!({ "client_email": "a@b.example", "private_key": "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n" })
        .to_string();
    for secret in ["", "{}", "hunter2", no_key.as_str()] {
        let got = read(&twin.client(), &Settings::Google(settings.clone()), secret, None).await;
        assert_eq!(got.fault().code(), "sign-in-refused", "{secret}");
    }
    assert!(school.asked.lock().expect("asked").is_empty(), "a bad key file goes nowhere");
}

#[tokio::test]
async fn refusals_of_users_have_their_names() {
    for (status, reason, code) in [
        (403, "forbidden", "consent-needed"),
        (403, "insufficientPermissions", "consent-needed"),
        (403, "accessNotConfigured", "consent-needed"),
        (404, "domainNotFound", "bad-settings"),
        (401, "authError", "sign-in-refused"),
        (400, "badRequest", "not-understood"),
    ] {
        let school = School::with(1);
        *school.refuse_users.lock().expect("refusal") =
            Some((status, refusal(status, reason, "Not Authorized to access this resource/api")));
        assert_eq!(told(&school).await.fault().code(), code, "{reason}");
    }
}

#[tokio::test]
async fn settings_that_cannot_be_meant() {
    let stored = json!({ "kind": "google", "admin": ADMIN });
    let Ok(Settings::Google(right)) = serde_json::from_value(stored) else { panic!("settings") };
    assert_eq!(Settings::Google(right.clone()).shown_to(), "https://oauth2.googleapis.com https://admin.googleapis.com");
    for (field, settings) in [
        ("admin", google::Settings { admin: "admin".to_owned(), ..right.clone() }),
        ("domain", google::Settings { domain: Some("a/b.example".to_owned()), ..right.clone() }),
        ("unit", google::Settings { unit: Some("Staff' or ''='".to_owned()), ..right.clone() }),
        ("directory", google::Settings { directory: "https://example.com/?a".to_owned(), ..right.clone() }),
    ] {
        let told = Settings::Google(settings).check();
        assert!(matches!(told, Err(Fault::BadSettings { field: named, .. }) if named == field), "{field}: {told:?}");
    }
}
