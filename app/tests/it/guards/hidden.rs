//! A command that holds a secret says in `hidden()` what its sender said (ADR 0034): or another secret under a used key would get the
//! first one's answer. What is made anew with each request, and what takes no key, is listed here with the reason.

use std::{collections::BTreeSet, path::Path};

/// Commands whose secrets no sender says twice under a key.
const EXEMPT: &[(&str, &str)] = &[
    ("Beat", "takes no key"),
    ("Beats", "takes no key"),
    ("AskSignUp", "takes no key"),
    ("BeginTotp", "takes no key"),
    ("ChangePassword", "takes no key"),
    ("ConfirmDelivery", "takes no key"),
    ("ConfirmTotp", "takes no key"),
    ("CreateStaff", "takes no key: for the first run and the demo"),
    ("EndCredential", "takes no key"),
    ("Enrol", "takes no key"),
    ("IssueAgentToken", "its secret is made anew with each request"),
    ("IssueScimToken", "its secret is made anew with each request"),
    ("IssueToken", "its secret is made anew with each request"),
    ("MakeLink", "its secret is made anew with each request"),
    ("OpenSession", "takes no key"),
    ("OpenTrial", "takes no key"),
    ("Ready", "its secret is made anew with each request"),
    ("SetPasswordByLink", "takes no key"),
    ("SetUp", "takes no key: for the first run"),
    ("Touch", "takes no key"),
];

/// Types of a source that hold a secret themselves.
fn holders(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    for word in ["struct ", "enum "] {
        for (at, _) in source.match_indices(word) {
            let block = until(&source[at..], "\n}");
            let name: String = block[word.len()..].chars().take_while(|c| c.is_alphanumeric()).collect();
            if block.contains("Secret<") && block[word.len() + name.len()..].starts_with(" {") {
                found.push(name);
            }
        }
    }
    found
}

/// The name, the fields and, where it is a command, the body of every command of a source.
fn commands(source: &str) -> Vec<(String, String, String)> {
    let mut found = Vec::new();
    for (at, _) in source.match_indices("impl Command for ") {
        let name: String = source[at + "impl Command for ".len()..].chars().take_while(|c| c.is_alphanumeric()).collect();
        let fields = source.find(&format!("struct {name} {{")).map(|from| until(&source[from..], "\n}")).unwrap_or_default();
        found.push((name, fields, until(&source[at..], "\n}")));
    }
    for (at, _) in source.match_indices("own_command!(\n") {
        let block = until(&source[at..], "\n);");
        let line = block.lines().map(str::trim).find(|l| l.contains(" refuses ")).unwrap_or_default();
        let name = line.split_whitespace().next().unwrap_or_default().to_owned();
        found.push((name, block, String::new()));
    }
    found
}

/// Whether fields hold a secret, or a type that does.
fn holds(fields: &str, holders: &[String]) -> bool {
    let mut words = fields.split(|c: char| !c.is_alphanumeric());
    fields.contains("Secret<") || words.any(|word| holders.iter().any(|h| h == word))
}

fn until(text: &str, end: &str) -> String {
    text.find(end).map_or(text, |at| &text[..at]).to_owned()
}

/// Commands with a secret that neither declare it nor are exempt; and the names of all with one.
fn undeclared(source: &str, exempt: &[(&str, &str)]) -> (Vec<String>, BTreeSet<String>) {
    let (mut wrong, mut all, holders) = (Vec::new(), BTreeSet::new(), holders(source));
    for (name, fields, body) in commands(source) {
        let others: Vec<String> = holders.iter().filter(|h| **h != name).cloned().collect();
        if !holds(&fields, &others) {
            continue;
        }
        if !body.contains("fn hidden(") && !exempt.iter().any(|(of, _)| *of == name) {
            wrong.push(format!("{name} holds a secret and says nothing of it in hidden()"));
        }
        all.insert(name);
    }
    (wrong, all)
}

fn sources(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(std::fs::read_to_string(&path).expect("a text"));
        }
    }
}

#[test]
fn every_command_declares_the_secrets_its_sender_says() {
    let mut all = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut all);
    let (mut wrong, mut holding) = (Vec::new(), BTreeSet::new());
    for source in &all {
        let (said, names) = undeclared(source, EXEMPT);
        wrong.extend(said);
        holding.extend(names);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(holding.len() > 12, "only {} commands hold a secret: are they still found?", holding.len());
    let idle: Vec<_> = EXEMPT.iter().filter(|(name, _)| !holding.contains(*name)).map(|(name, _)| *name).collect();
    assert!(idle.is_empty(), "exempt, and no command with a secret: {idle:?}");
    assert!(EXEMPT.iter().all(|(_, why)| why.len() > 10), "say why");
}

#[test]
fn sabotage_a_secret_that_is_not_declared_is_reported() {
    let silent = "pub struct Send {\n    pub word: Secret<String>,\n}\n\nimpl Command for Send {\n    fn run() {}\n}\n";
    let said = silent.replace("fn run", "fn hidden() {}\n    fn run");
    assert_eq!(undeclared(silent, &[]).0, ["Send holds a secret and says nothing of it in hidden()"]);
    assert!(undeclared(&said, &[]).0.is_empty() && undeclared(silent, &[("Send", "takes no key")]).0.is_empty());
    let nested = "enum Word {\n    Said(Secret<String>),\n}\n\nstruct Send {\n    word: Word,\n}\n\nimpl Command for Send {\n}\n";
    assert_eq!(undeclared(nested, &[]).0.len(), 1);
    let made = "own_command!(\n    /// Sets it.\n    SetIt \"a.set_it\" refuses Never {\n        word: Secret<String>,\n    } |t, cx| { Ok(()) }\n);\n";
    assert_eq!(undeclared(made, &[]).0.len(), 1);
}
