//! Every way an attempt can end.

use mail::{Failure, Header, Login, Message, MessageId, Secret, Security, SmtpSettings, Step, Subject, Transport, trial, verify};

use crate::sink::{Act, Script, Sink};

pub fn message() -> Message {
    Message {
        id: MessageId::new("msg-1", "example.com").unwrap(),
        at: 1_795_305_600_000_000,
        from: "Tenantry <no-reply@example.com>".parse().unwrap(),
        bounce: Some("bounce+1@example.com".parse().unwrap()),
        to: "anna@example.org".parse().unwrap(),
        subject: Subject::new("Hello").unwrap(),
        text: "One\n.\nTwo".into(),
        html: None,
        headers: vec![Header::new("X-Simulation", "yes").unwrap()],
    }
}

async fn ends(script: Script) -> Failure {
    let sink = Sink::start(script).await;
    Transport::smtp(sink.settings()).send(&message()).await.unwrap_err()
}

#[tokio::test]
async fn accepted_messages_arrive_whole() {
    let sink = Sink::start(Script::default()).await;
    let transport = Transport::smtp(sink.settings());
    assert!(transport.send(&message()).await.unwrap().text.contains("queued as 7"));
    transport.send(&message()).await.unwrap();
    let seen = sink.seen.lock().unwrap();
    assert_eq!(seen.connections, 1, "the second message reuses the connection");
    assert_eq!(seen.mail_from[0], "MAIL FROM:<bounce+1@example.com>");
    assert_eq!(seen.rcpt_to[0], "RCPT TO:<anna@example.org>");
    let body = &seen.messages[0];
    assert!(body.contains(&"X-Simulation: yes".to_owned()));
    assert!(body.contains(&"Message-ID: <msg-1@example.com>".to_owned()));
    assert!(body.ends_with(&["One".into(), ".".into(), "Two".into()]), "{body:?}");
    assert_eq!(seen.messages[0], seen.messages[1], "a repeated message is the same message");
}

#[tokio::test]
async fn codes_decide_between_later_and_never() {
    let say = |reply| Script { rcpt: Act::Say(reply), ..Script::default() };
    assert!(matches!(ends(say("450 busy")).await, Failure::Temporary { code: Some(450), .. }));
    assert!(matches!(ends(say("550 no such user")).await, Failure::Permanent { code: Some(550), text } if text.contains("no such user")));
    assert!(matches!(ends(say("530 sign in first")).await, Failure::Temporary { code: Some(530), .. }));
    let dot = |reply| Script { dot: Act::Say(reply), ..Script::default() };
    assert!(matches!(ends(dot("451 later")).await, Failure::Temporary { code: Some(451), .. }));
    assert!(matches!(ends(dot("554 spam")).await, Failure::Permanent { code: Some(554), .. }));
}

#[tokio::test]
async fn silence_after_the_dot_is_unknown_and_before_it_is_not() {
    for act in [Act::Drop, Act::Hang, Act::Say("nonsense")] {
        assert!(matches!(ends(Script { dot: act, ..Script::default() }).await, Failure::Unknown { .. }), "{act:?}");
    }
    for script in [Script { rcpt: Act::Drop, ..Script::default() }, Script { data: Act::Drop, ..Script::default() }] {
        assert!(matches!(ends(script).await, Failure::Temporary { code: None, .. }), "{script:?}");
    }
}

#[tokio::test]
async fn a_refused_recipient_keeps_the_connection() {
    let sink = Sink::start(Script { rcpt: Act::Say("550 no"), ..Script::default() }).await;
    let transport = Transport::smtp(sink.settings());
    for _ in 0..3 {
        transport.send(&message()).await.unwrap_err();
    }
    assert_eq!(sink.seen.lock().unwrap().connections, 1);
}

#[tokio::test]
async fn a_message_held_back_never_leaves() {
    let sink = Sink::start(Script::default()).await;
    let transport = Transport::smtp(sink.settings());
    drop(transport.ready(&message()).await.unwrap());
    transport.send(&message()).await.unwrap();
    assert_eq!(sink.seen.lock().unwrap().messages.len(), 1);
}

#[tokio::test]
async fn no_more_connections_than_allowed() {
    let sink = Sink::start(Script::default()).await;
    let mut settings = sink.settings();
    settings.connections = 2;
    let transport = Transport::smtp(settings);
    let sends = (0..20).map(|_| {
        let transport = transport.clone();
        tokio::spawn(async move { transport.send(&message()).await })
    });
    for send in sends.collect::<Vec<_>>() {
        send.await.unwrap().unwrap();
    }
    let seen = sink.seen.lock().unwrap();
    assert_eq!(seen.messages.len(), 20);
    assert!(seen.connections <= 2, "{}", seen.connections);
}

#[tokio::test]
async fn the_test_button_says_what_to_do() {
    let sink = Sink::start(Script { auth: Act::Say("535 bad password"), ..Script::default() }).await;
    assert_eq!(verify(&sink.settings()).await, Ok(()));

    let mut signed = sink.settings();
    signed.login = Some(Login { user: "anna".into(), password: Secret::new("hunter2") });
    let trouble = verify(&signed).await.unwrap_err();
    assert_eq!(trouble.key(), "mail-trouble-login");
    assert!(trouble.to_string().contains("bad password") && !trouble.to_string().contains("hunter2"));
    assert!(!format!("{:?}", Transport::smtp(signed.clone())).contains("hunter2"));
    let sent = Transport::smtp(signed).send(&message()).await.unwrap_err();
    assert!(matches!(sent, Failure::Temporary { code: Some(535), .. }), "a wrong password is not the message's fault");

    let mut plain = sink.settings();
    plain.security = Security::StartTls;
    assert_eq!(verify(&plain).await.unwrap_err().key(), "mail-trouble-no-starttls");
    plain.security = Security::Tls;
    assert_eq!(verify(&plain).await.unwrap_err().key(), "mail-trouble-not-tls");
    plain.reach = mail::Reach::PublicOnly;
    assert_eq!(verify(&plain).await.unwrap_err().key(), "mail-trouble-inside");

    let closed = {
        let gone = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        gone.local_addr().unwrap().port()
    };
    let mut nobody = sink.settings();
    nobody.port = closed;
    assert_eq!(verify(&nobody).await.unwrap_err().key(), "mail-trouble-refused");

    let lost = SmtpSettings::new("no-such-host.invalid", Security::Tls, "test.example");
    assert_eq!(verify(&lost).await.unwrap_err().key(), "mail-trouble-lookup");
    let evil = SmtpSettings::new("a\r\nQUIT", Security::Tls, "test.example");
    assert_eq!(verify(&evil).await.unwrap_err().key(), "mail-trouble-bad-name");
}

#[tokio::test]
async fn a_trial_names_the_step_that_failed() {
    let sink = Sink::start(Script::default()).await;
    let mut settings = sink.settings();
    let walked = trial(&settings, &message()).await;
    assert_eq!((walked.done, walked.failed), (vec![Step::Connect, Step::Accept], None));
    assert_eq!(sink.seen.lock().unwrap().messages.len(), 1);

    settings.security = Security::StartTls;
    let walked = trial(&settings, &message()).await;
    let (step, trouble) = walked.failed.unwrap();
    assert_eq!((walked.done, step, trouble.key()), (vec![Step::Connect], Step::Encrypt, "mail-trouble-no-starttls"));

    let shut = Sink::start(Script { auth: Act::Say("535 bad password"), ..Script::default() }).await;
    let mut settings = shut.settings();
    settings.login = Some(Login { user: "anna".into(), password: Secret::new("hunter2") });
    let walked = trial(&settings, &message()).await;
    let (step, trouble) = walked.failed.unwrap();
    assert_eq!((walked.done, step, trouble.key()), (vec![Step::Connect], Step::SignIn, "mail-trouble-login"));
    assert!(trouble.values().iter().all(|(_, value)| !value.contains("hunter2")));

    let fussy = Sink::start(Script { rcpt: Act::Say("550 not for you"), ..Script::default() }).await;
    let (step, trouble) = trial(&fussy.settings(), &message()).await.failed.unwrap();
    assert_eq!((step, trouble.key()), (Step::Accept, "mail-trouble-rejected"));
    assert!(trouble.to_string().contains("not for you"));

    let lost = SmtpSettings::new("no-such-host.invalid", Security::Tls, "test.example");
    let walked = trial(&lost, &message()).await;
    assert_eq!((walked.done.len(), walked.failed.map(|(step, _)| step)), (0, Some(Step::Connect)));
}
