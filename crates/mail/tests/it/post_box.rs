//! The catcher and the store of tests.

use mail::{Catcher, Failure, Memory, MessageId, Transport};

use crate::sending::message;

#[tokio::test]
async fn caught_mail_is_listed_and_its_links_found() {
    let folder = tempfile::tempdir().unwrap();
    let catcher = Catcher::with_folder(folder.path()).unwrap();
    let transport = Transport::Catcher(catcher.clone());
    let mut mail = message();
    mail.text = "Go to https://x.example/a?b=1, or (http://y.example).".into();
    mail.html = Some("<a href=\"https://x.example/a?b=1&amp;c=2\">go</a> <a href=\"mailto:a@b.de\">us</a>".into());
    transport.send(&mail).await.unwrap();
    transport.send(&mail).await.unwrap();
    let list = catcher.list();
    assert_eq!(list.len(), 1, "a second attempt is the same mail");
    let caught = catcher.get(list[0].id).unwrap();
    assert_eq!((caught.to(), caught.subject(), caught.at()), ("anna@example.org", "Hello", mail.at));
    assert_eq!(caught.links, ["https://x.example/a?b=1&c=2", "https://x.example/a?b=1", "http://y.example"]);
    let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(files.len(), 1);
    assert!(files[0].as_ref().unwrap().file_name().to_str().unwrap().ends_with("msg-1-example-com.eml"));
}

#[tokio::test]
async fn only_the_last_500_are_kept() {
    let catcher = Catcher::new();
    let transport = Transport::Catcher(catcher.clone());
    for number in 0..510 {
        let mut mail = message();
        mail.id = MessageId::new(&number.to_string(), "example.com").unwrap();
        transport.send(&mail).await.unwrap();
    }
    let list = catcher.list();
    assert_eq!(list.len(), 500);
    assert_eq!(list[0].message.id.as_str(), "<509@example.com>");
    assert!(catcher.get(1).is_none());
}

#[tokio::test]
async fn the_store_fails_when_told_to() {
    let memory = Memory::new();
    let transport = Transport::Memory(memory.clone());
    memory.fail_next(Failure::Permanent { code: Some(550), text: "no".into() });
    assert!(transport.send(&message()).await.is_err());
    assert!(memory.sent().is_empty());
    transport.send(&message()).await.unwrap();
    assert_eq!(memory.sent(), [message()]);
}
