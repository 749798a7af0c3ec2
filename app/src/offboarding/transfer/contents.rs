//! What an archive holds, found by reading it once to its end before anything is booked.

use std::path::Path;

use serde::{Deserialize, Serialize};
use store::{CustomerId, Timestamp, Uuid};

use super::{
    lines::{self, Details, Skipped},
    parcel::{Fault, Parcel},
};

/// Lines listed that cannot be brought over; the count covers all.
const LISTED: usize = 50;
/// Domains, attributes, rules and sources an archive may hold, of each.
const MOST_SETTINGS: u64 = 1_000;
/// Sites it may hold, removed ones among them.
const MOST_SITES: u64 = 10_000;

/// What an archive holds.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Contents {
    /// The customer's id where it was exported, as the archive says.
    pub came_from: String,
    /// When it was exported.
    pub exported_at: Timestamp,
    /// What it was.
    pub customer: Details,
    /// What comes.
    pub comes: Comes,
    /// What does not come with it, and why.
    pub stays: Vec<Stays>,
    /// Lines that cannot be brought over.
    pub skipped: i64,
    /// The first of them, at most 50.
    pub skipped_lines: Vec<SkippedLine>,
}

/// What comes, in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Comes {
    /// Members.
    pub members: i64,
    /// Those of them that will want a seat.
    pub active: i64,
    /// Those that were held: they come as known and not let in.
    pub held: i64,
    /// Domains beside the primary one; each has to be proved anew.
    pub domains: i64,
    /// Sites.
    pub sites: i64,
    /// Attributes of members.
    pub attributes: i64,
    /// Status rules.
    pub status_rules: i64,
    /// Sources, without their secrets and without a clock.
    pub sources: i64,
    /// Results of campaigns.
    pub results: i64,
}

/// A line that cannot be brought over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SkippedLine {
    /// Its file.
    pub file: String,
    /// Its number, from 1.
    pub line: i64,
    /// Why, for people.
    pub reason: String,
}

/// Something that stays behind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Stays {
    /// What: `seats`, `secrets`, `administrators`, `brand`, `past`, `directory`, `groups`, `agents`, `audit`.
    pub what: String,
    /// How many rows of it the archive holds; null for what no export holds.
    pub rows: Option<i64>,
    /// Why, for people.
    pub why: String,
}

/// What stays behind, the files that hold it, and why.
pub(super) const STAYS: [(&str, &[&str], &str); 9] = [
    ("seats", &["seats.jsonl"], "Seats belong to the pool they came from. Allocate seats of your own; whoever finds none waits."),
    ("secrets", &[], "Tokens and secrets are in no export. Make new ones, and give each source its secret again."),
    ("administrators", &[], "Who signed in there has no account here. Invite the administrator again."),
    ("brand", &[], "Its logo, terms and retention are taken over from your own settings; its reference and subdomain are chosen anew."),
    (
        "past",
        &[
            "history.jsonl",
            "activity.jsonl",
            "activity-events.jsonl",
            "usage.jsonl",
            "metering.jsonl",
            "subscriptions.jsonl",
            "plan-requests.jsonl",
            "metering-adjustments.jsonl",
            "syncs.jsonl",
            "mail-checks.jsonl",
            "delivery-tests.jsonl",
            "mail-steps.jsonl",
            "alerts.jsonl",
            "source-runs.jsonl",
            "link-requests-made.jsonl",
            "link-requests.jsonl",
        ],
        "It happened at the MSP of its time. The archive keeps it readable.",
    ),
    (
        "directory",
        &["directory-users.jsonl", "directory-groups.jsonl", "directory-group-members.jsonl"],
        "A directory tells its people and groups again once it is connected here.",
    ),
    ("groups", &["member-groups.jsonl", "member-group-members.jsonl"], "Groups of members are not brought over. Make them anew here."),
    ("agents", &["agents.jsonl"], "Agents enrol again with a token of this installation."),
    ("audit", &["audit-customer.jsonl", "audit-members.jsonl"], "A trail is not continued elsewhere: its hashes would no longer hold."),
];

fn number(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn stays(parcel: &Parcel) -> Vec<Stays> {
    let one = |(what, files, why): &(&str, &[&str], &str)| {
        let rows = files.iter().map(|name| number(parcel.rows(name))).fold(0_i64, i64::saturating_add);
        Stays { what: (*what).to_owned(), rows: (!files.is_empty()).then_some(rows), why: (*why).to_owned() }
    };
    STAYS.iter().map(one).filter(|s| s.rows != Some(0)).collect()
}

#[derive(Default)]
struct Found {
    skipped: i64,
    listed: Vec<SkippedLine>,
}

impl Found {
    /// Counts a line that cannot be brought over; gives it otherwise.
    fn keep<T>(&mut self, file: &str, line: u64, read: Result<T, Skipped>) -> Option<T> {
        match read {
            Ok(value) => Some(value),
            Err(reason) => {
                self.skipped += 1;
                if self.listed.len() < LISTED {
                    self.listed.push(SkippedLine { file: file.to_owned(), line: number(line), reason });
                }
                None
            }
        }
    }
}

/// Reads an archive to its end. `watched`: whether this installation watches a folder for lists of people.
///
/// # Errors
/// What is wrong with it.
pub fn examine(path: &Path, now: Timestamp, watched: bool) -> Result<Contents, Fault> {
    let mut parcel = Parcel::open(path)?;
    let mut customers = Vec::new();
    parcel.lines("customer.jsonl", |n, line| {
        customers.push(lines::details(n, line)?);
        if n > 1 { Err(Fault::new("not-an-export", "The archive holds more than one customer.")) } else { Ok(()) }
    })?;
    let customer = customers.pop().ok_or_else(|| Fault::new("not-an-export", "The archive holds no customer."))?;
    let (mut comes, mut found) = (Comes::default(), Found::default());
    people(&mut parcel, &mut comes, &mut found)?;
    settings(&mut parcel, watched, &mut comes, &mut found)?;
    parcel.lines("campaign-results.jsonl", |n, line| {
        comes.results += i64::from(found.keep("campaign-results.jsonl", n, lines::result(now, n, line)?).is_some());
        Ok(())
    })?;
    the_rest(&mut parcel)?;
    Ok(Contents {
        came_from: parcel.manifest.customer.chars().filter(char::is_ascii_graphic).take(60).collect(),
        exported_at: parcel.manifest.made_at,
        customer,
        comes,
        stays: stays(&parcel),
        skipped: found.skipped,
        skipped_lines: found.listed,
    })
}

fn people(parcel: &mut Parcel, comes: &mut Comes, found: &mut Found) -> Result<(), Fault> {
    parcel.lines("members.jsonl", |n, line| {
        if let Some(person) = found.keep("members.jsonl", n, lines::member(n, line)?) {
            comes.members += 1;
            comes.active += i64::from(person.new.active);
            comes.held += i64::from(person.held);
        }
        Ok(())
    })
}

/// Refuses a file of settings longer than a customer's can be: each of its lines is a command of its own.
fn within(most: u64, file: &str, line: u64) -> Result<(), Fault> {
    if line <= most { Ok(()) } else { Err(Fault::new("not-an-export", format!("{file} has more than {most} lines."))) }
}

fn settings(parcel: &mut Parcel, watched: bool, comes: &mut Comes, found: &mut Found) -> Result<(), Fault> {
    // Whose it will be is not known yet, and does not count.
    let nobody = CustomerId::new(Uuid::nil());
    parcel.lines("domains.jsonl", |n, line| {
        within(MOST_SETTINGS, "domains.jsonl", n)?;
        comes.domains += i64::from(found.keep("domains.jsonl", n, lines::domain(n, line)?).is_some());
        Ok(())
    })?;
    parcel.lines("member-attributes.jsonl", |n, line| {
        within(MOST_SETTINGS, "member-attributes.jsonl", n)?;
        comes.attributes += i64::from(found.keep("member-attributes.jsonl", n, lines::attribute(nobody, n, line)?).is_some());
        Ok(())
    })?;
    parcel.lines("sites.jsonl", |n, line| {
        within(MOST_SITES, "sites.jsonl", n)?;
        comes.sites += i64::from(found.keep("sites.jsonl", n, lines::site(n, line)?).flatten().is_some());
        Ok(())
    })?;
    parcel.lines("status-rules.jsonl", |n, line| {
        within(MOST_SETTINGS, "status-rules.jsonl", n)?;
        comes.status_rules += i64::from(found.keep("status-rules.jsonl", n, lines::rule(nobody, n, line)?).is_some());
        Ok(())
    })?;
    parcel.lines("sources.jsonl", |n, line| {
        within(MOST_SETTINGS, "sources.jsonl", n)?;
        comes.sources += i64::from(found.keep("sources.jsonl", n, lines::source(watched, n, line)?).is_some());
        Ok(())
    })
}

/// What is not brought over is still held to its hash: an archive is whole, or it is refused.
fn the_rest(parcel: &mut Parcel) -> Result<(), Fault> {
    const READ: [&str; 8] = [
        "customer.jsonl",
        "members.jsonl",
        "domains.jsonl",
        "member-attributes.jsonl",
        "sites.jsonl",
        "status-rules.jsonl",
        "sources.jsonl",
        "campaign-results.jsonl",
    ];
    let names: Vec<String> = parcel.manifest.files.iter().map(|f| f.name.clone()).filter(|n| !READ.contains(&n.as_str())).collect();
    names.iter().try_for_each(|name| parcel.lines(name, |_, _| Ok(())))
}
