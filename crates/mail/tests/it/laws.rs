//! Injection: whatever the words are, exactly one message with exactly its headers arrives.

use mail::{Address, Header, Subject, Transport};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use crate::sending::message;
use crate::sink::{Script, Sink};

/// Words rich in what ends a header, a body or a conversation.
fn words() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("\r\n".to_owned()),
        Just("\n".to_owned()),
        Just("\r".to_owned()),
        Just("\r\n.\r\n".to_owned()),
        Just("\n.\n".to_owned()),
        Just("\0".to_owned()),
        Just("Bcc: evil@example.net".to_owned()),
        Just("\r\nMAIL FROM:<evil@example.net>".to_owned()),
        Just("--=_msg1examplecom".to_owned()),
        Just("=?utf-8?q?=0D=0A?=".to_owned()),
        Just("\u{2028}\u{85}".to_owned()),
        Just("\"<>,;:@".to_owned()),
        Just("ü😀".to_owned()),
        Just(" ".to_owned()),
        "[a-z .=-]{1,90}",
        any::<String>(),
    ];
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

/// Names of the headers that arrived, folded lines joined.
fn names(lines: &[String]) -> Vec<String> {
    let head = lines.iter().take_while(|line| !line.is_empty());
    let starts = head.filter(|line| !line.starts_with([' ', '\t']));
    let mut names: Vec<String> = starts.map(|line| line.split(':').next().unwrap().to_owned()).collect();
    names.sort();
    names
}

#[test]
fn exactly_one_message_with_its_headers_arrives() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let sink = runtime.block_on(Sink::start(Script::default()));
    let transport = Transport::smtp(sink.settings());
    let config = ProptestConfig { failure_persistence: None, cases: 300, ..ProptestConfig::default() };
    let words = (words(), words(), words(), words(), any::<bool>());
    let result = TestRunner::new(config).run(&words, |(name, subject, value, body, html)| {
        let mut mail = message();
        if let Ok(named) = Address::new("anna@example.org").unwrap().named(&name) {
            mail.to = named;
        }
        if let Ok(subject) = Subject::new(&subject) {
            mail.subject = subject;
        }
        if let Ok(header) = Header::new("X-Simulation", &value) {
            mail.headers = vec![header];
        }
        mail.html = html.then(|| body.clone());
        mail.text = body;
        sink.seen.lock().unwrap().messages.clear();
        sink.seen.lock().unwrap().rcpt_to.clear();
        runtime.block_on(transport.send(&mail)).map_err(|failure| TestCaseError::fail(failure.to_string()))?;
        let seen = sink.seen.lock().unwrap();
        prop_assert_eq!(seen.messages.len(), 1);
        prop_assert_eq!(&seen.rcpt_to, &["RCPT TO:<anna@example.org>"]);
        let mut expected = vec!["Content-Type", "Date", "From", "MIME-Version", "Message-ID", "Subject", "To", "X-Simulation"];
        if !html {
            expected.insert(0, "Content-Transfer-Encoding");
        }
        prop_assert_eq!(names(&seen.messages[0]), expected);
        let parts = seen.messages[0].iter().filter(|line| *line == "--=_msg1examplecom").count();
        prop_assert_eq!(parts, if html { 2 } else { 0 });
        prop_assert!(seen.messages[0].iter().all(|line| line.len() <= 998 && line.is_ascii()));
        Ok(())
    });
    result.unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_address_or_header_holds_a_line_break(text in words()) {
        if let Ok(address) = text.parse::<Address>() {
            prop_assert!(!address.to_string().contains(['\r', '\n', '\0']));
            prop_assert_eq!(address.email().matches('@').count(), 1);
        }
        if let Ok(header) = Header::new(&text, &text) {
            prop_assert!(!header.name().contains([':', ' ', '\r', '\n', '\0']));
            prop_assert!(!header.value().contains(['\r', '\n', '\0']));
        }
    }
}
