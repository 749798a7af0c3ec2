//! The erasure log: a file outside the databases that says who was erased. A backup is older than what was erased since; whoever
//! restores one has the log replayed, and everybody on it is erased again. It holds ids and nothing else.

use std::{
    fs::OpenOptions,
    io::Write as _,
    path::{Path, PathBuf},
};

use access::permissions::Operate;
use command::{Call, Command, Cx, Fail, Never, Node};
use serde::{Deserialize, Serialize};
use store::{Control, CustomerId, MemberId, OperationId, Timestamp};

use super::{
    purge::{FinishPurge, Purge, everything},
    purge_store as takes,
};
use crate::{
    app::App,
    hierarchy::{Lifecycle, customers},
    operations, removal,
};

/// Who was erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "erased", rename_all = "snake_case")]
pub enum Erasure {
    /// A customer was purged.
    Customer {
        /// Which.
        customer: CustomerId,
    },
    /// A member was erased.
    Member {
        /// Of which customer.
        customer: CustomerId,
        /// Which.
        member: MemberId,
    },
}

#[derive(Debug, Serialize, Deserialize)]
struct Line {
    at: Timestamp,
    #[serde(flatten)]
    erasure: Erasure,
}

/// The file of an installation.
#[must_use]
pub fn file(app: &App) -> PathBuf {
    app.config.data.join("erasures.jsonl")
}

/// Notes an erasure, once: before it begins, and on the disk before this returns.
///
/// # Errors
/// The disk's trouble, in words.
pub async fn note(app: &App, erasure: Erasure) -> Result<(), String> {
    let (path, at) = (file(app), app.house.now());
    tokio::task::spawn_blocking(move || append(&path, &Line { at, erasure })).await.map_err(|e| e.to_string())?
}

fn append(path: &Path, line: &Line) -> Result<(), String> {
    let named = |e: std::io::Error| format!("{}: {e}", path.display());
    if read(path)?.contains(&line.erasure) {
        return Ok(());
    }
    let mut file = OpenOptions::new().create(true).append(true).open(path).map_err(named)?;
    let mut text = serde_json::to_string(line).map_err(|e| e.to_string())?;
    text.push('\n');
    file.write_all(text.as_bytes()).map_err(named)?;
    file.sync_all().map_err(named)
}

/// What the file says; a last line that was cut short counts as not written.
fn read(path: &Path) -> Result<Vec<Erasure>, String> {
    Ok(lines(path)?.into_iter().map(|l| l.erasure).collect())
}

fn lines(path: &Path) -> Result<Vec<Line>, String> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(format!("{}: {e}", path.display())),
    };
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    let line =
        |(n, line): (usize, &str)| serde_json::from_str::<Line>(line).map_err(|e| format!("{}, line {}: {e}", path.display(), n + 1));
    whole.lines().enumerate().map(line).collect()
}

/// Erases everybody again whom the log names: after a restore. Gives how many are on it.
///
/// # Errors
/// In words; the log can be replayed again.
pub async fn replay(app: &App) -> Result<usize, String> {
    let path = file(app);
    let erasures = tokio::task::spawn_blocking(move || read(&path)).await.map_err(|e| e.to_string())??;
    let count = erasures.len();
    for erasure in erasures {
        match erasure {
            Erasure::Customer { customer } => purge_again(app, customer).await?,
            Erasure::Member { customer, member } => super::erase::again(app, customer, member).await?,
        }
    }
    if count > 0 {
        scrub(app).await?;
    }
    Ok(count)
}

/// Makes the files of all homes forget what was deleted from them.
async fn scrub(app: &App) -> Result<(), String> {
    let regions = app.config.regions.iter().map(|name| app.config.region(name));
    let places: Vec<store::Where> = std::iter::once(app.config.control()).chain(regions).collect();
    let work = tokio::task::spawn_blocking(move || places.iter().try_for_each(store::scrub));
    work.await.map_err(|e| e.to_string())?.map_err(|e| e.to_string())
}

/// Makes the files forget once a day, if somebody was erased since the day before: not with each person, for writers wait.
///
/// # Errors
/// In words.
pub async fn forget_daily(app: &App) -> Result<(), String> {
    let (path, since) = (file(app), app.house.now().plus_days(-2));
    let recent = tokio::task::spawn_blocking(move || lines(&path).map(|all| all.iter().any(|l| l.at > since)));
    if recent.await.map_err(|e| e.to_string())?? { scrub(app).await } else { Ok(()) }
}

async fn purge_again(app: &App, customer: CustomerId) -> Result<(), String> {
    let partner = app.house.control().read(move |view| takes::partner_of(view, customer)).await.map_err(|e| e.to_string())?;
    // Made after the backup: there is nothing of it.
    let Some(partner) = partner else { return Ok(()) };
    let begun = app.house.execute(Call::operator(), BeginAgain { partner, customer }).await.map_err(|e| format!("{e:?}"))?;
    let Some(operation) = begun.value else { return Ok(()) };
    everything(app, customer).await.map_err(|e| format!("{e:?}"))?;
    let purge = Purge { partner, customer, operation };
    app.house.execute(Call::operator(), FinishPurge { purge }).await.map_err(|e| format!("{e:?}"))?;
    Ok(())
}

/// Takes a customer out that a restore has brought back, wherever it stands. None when it is purged.
#[derive(Debug, Serialize)]
struct BeginAgain {
    partner: store::PartnerId,
    customer: CustomerId,
}

impl Command for BeginAgain {
    const NAME: &'static str = "offboarding.purge_again";
    type Home = Control;
    type Needs = Operate;
    type Done = Option<OperationId>;
    type Refusal = Never;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Option<OperationId>, Fail<Never>> {
        let Some(customer) = customers::find(cx.tx, cx.scope, self.customer)? else { return Ok(None) };
        if customer.lifecycle == Lifecycle::Purged {
            return Ok(None);
        }
        removal::withdraw(cx, self.customer, None)?;
        let operation = operations::begin(cx, None, "offboarding.purge", 1)?;
        removal::begin_purge(cx, self.customer, operation)?;
        cx.changed("customer", self.customer, "purge", (), "begun again");
        Ok(Some(operation))
    }
}

#[cfg(test)]
mod tests {
    use ::store::Uuid;

    use super::*;

    #[test]
    fn an_erasure_is_noted_once_and_a_cut_line_is_no_line() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("erasures.jsonl");
        let one = Erasure::Customer { customer: CustomerId::new(Uuid::from_u128(1)) };
        let two = Erasure::Member { customer: CustomerId::new(Uuid::from_u128(1)), member: MemberId::new(Uuid::from_u128(2)) };
        for erasure in [one, one, two] {
            append(&path, &Line { at: Timestamp(1), erasure }).expect("noted");
        }
        let whole = std::fs::read_to_string(&path).expect("text");
        std::fs::write(&path, format!("{whole}{{\"at\":")).expect("cut");
        assert_eq!(read(&path).expect("readable"), [one, two]);
        std::fs::write(&path, "nonsense\n").expect("spoiled");
        assert!(read(&path).is_err());
    }
}
