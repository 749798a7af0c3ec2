//! A backup is one snapshot: taken among writes that go on, it holds books that agree with each other.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use command::Call;
use futures_util::future::join_all;
use store::{Control, CustomerId, Db, Options, PartnerId, Result, Settled, Sql, Tx, Uuid, View, Where, Work, p, sql};
use tenantry::{
    config::Config,
    licensing::pools::{Allocate, BeginRelease},
    operator,
};

use crate::{
    scenes,
    support::{Dice, World},
};

const WRITERS: u64 = 6;

/// Taken one after the other, each among writes.
const BACKUPS: usize = 3;

/// Enough lines that the copy lasts while others write.
const LINES: u64 = 800;

async fn give(w: &World, customer: CustomerId) {
    let allocate = Allocate { tenant_id: customer, seats: 1, reason: Some("among writes".into()), held: None };
    w.app.house.execute(Call::operator(), allocate).await.expect("there are seats enough");
}

/// Somebody who gives and takes seats until told to stop.
async fn write(w: &World, customers: &[CustomerId], seed: u64, stop: &AtomicBool, done: &AtomicU64) {
    let mut dice = Dice::new(seed);
    while !stop.load(Ordering::Relaxed) {
        let customer = *dice.pick(customers);
        if dice.chance(70) {
            give(w, customer).await;
        } else {
            // Another release of the same customer may be under way.
            let _ = w.app.house.execute(Call::operator(), BeginRelease { tenant_id: customer, seats: 1, reason: None, held: None }).await;
        }
        done.fetch_add(1, Ordering::Relaxed);
    }
}

fn open(file: &Path) -> Db<Control> {
    let options = Options { writers: 1, readers: 1, ..Options::default() };
    Db::open(&Where::Sqlite(file.to_owned()), &options).expect("the copy opens")
}

/// What does not agree in a copy of control.
async fn contradictions(file: &Path, partner: PartnerId) -> Vec<String> {
    let db = open(file);
    let wrong = db.read(move |view| {
        let mut wrong = seats(view, partner)?;
        wrong.extend(chains(view)?);
        wrong.extend(places(view, partner)?);
        Ok(wrong)
    });
    let wrong = wrong.await.expect("the copy answers");
    tokio::task::spawn_blocking(move || db.close()).await.expect("closed");
    wrong
}

/// The pool, the allocations, the customer list and the ledger are four tellings of one number.
fn seats(view: &mut View<'_, Control>, partner: PartnerId) -> Result<Vec<String>> {
    let mut wrong = Vec::new();
    let pool: i64 = view.one(sql!(Control, "SELECT allocated FROM pool WHERE partner_id = $1"), p![partner])?.get("allocated")?;
    let held = view.rows(
        sql!(
            Control,
            "SELECT a.customer_id, a.seats, s.allocated,
                    (SELECT CAST(COALESCE(SUM(l.seats), 0) AS BIGINT) FROM allocation_change l
                     WHERE l.partner_id = $1 AND l.customer_id = a.customer_id) AS ledger
             FROM allocation a JOIN standing s ON s.partner_id = a.partner_id AND s.customer_id = a.customer_id
             WHERE a.partner_id = $1 AND a.pooled"
        ),
        p![partner],
    )?;
    let mut sum = 0;
    for row in held {
        let customer: CustomerId = row.get("customer_id")?;
        let (seats, listed, ledger): (i64, i64, i64) = (row.get("seats")?, row.get("allocated")?, row.get("ledger")?);
        sum += seats;
        if seats != ledger || seats != listed {
            wrong.push(format!("{customer} holds {seats} seats, its ledger says {ledger}, the list {listed}"));
        }
    }
    if pool != sum {
        wrong.push(format!("the pool has given {pool} seats, its customers hold {sum}"));
    }
    Ok(wrong)
}

/// Every chain ends with the entry its head names, and has all before it.
fn chains(view: &mut View<'_, Control>) -> Result<Vec<String>> {
    let mut wrong = Vec::new();
    for head in view.rows(sql!(Control, "SELECT chain_id, seq, hash FROM audit_head"), &[])? {
        let (chain, seq): (Uuid, i64) = (head.get("chain_id")?, head.get("seq")?);
        let entries = view.rows(sql!(Control, "SELECT seq, hash FROM audit_entry WHERE chain_id = $1 ORDER BY seq"), p![chain])?;
        let last = entries.last().map(|e| e.get::<Vec<u8>>("hash")).transpose()?;
        if i64::try_from(entries.len()).expect("few") != seq || last != Some(head.get("hash")?) {
            wrong.push(format!("the chain {chain} has {} entries, and its head is at {seq}", entries.len()));
        }
    }
    Ok(wrong)
}

fn places(view: &mut View<'_, Control>, partner: PartnerId) -> Result<Vec<String>> {
    let count = |view: &mut View<'_, Control>, text: &'static Sql<Control>| view.one(text, p![partner])?.get::<i64>("n");
    let operations = count(view, sql!(Control, "SELECT COUNT(*) AS n FROM operation WHERE partner_id = $1"))?;
    let places = count(view, sql!(Control, "SELECT COUNT(*) AS n FROM operation_place WHERE partner_id = $1"))?;
    Ok(if operations == places { Vec::new() } else { vec![format!("{operations} operations, {places} places of operations")] })
}

async fn take(config: Config, to: std::path::PathBuf) {
    tokio::task::spawn_blocking(move || operator::backup(&config, Some(to))).await.expect("runs").expect("a backup");
}

scenes! {
    async fn a_backup_taken_among_writes_is_one_snapshot(w: World) {
        w.order_seats(100).await;
        let mut customers = Vec::new();
        for name in ["Alpha", "Beta", "Gamma"] {
            customers.push(w.customer(name, 100).await);
        }
        join_all((0..LINES).map(|n| give(&w, customers[usize::try_from(n).expect("small") % 3]))).await;
        let (stop, done) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let folder = tempfile::tempdir().expect("a folder");
        let config = w.app.config.clone();
        let taking = async {
            while done.load(Ordering::Relaxed) < WRITERS {
                tokio::time::sleep(std::time::Duration::from_millis(1)).await;
            }
            let before = done.load(Ordering::Relaxed);
            for n in 0..BACKUPS {
                take(config.clone(), folder.path().join(format!("backup{n}"))).await;
            }
            stop.store(true, Ordering::Relaxed);
            done.load(Ordering::Relaxed) - before
        };
        let writing = join_all((0..WRITERS).map(|n| write(&w, &customers, n, &stop, &done)));
        let (during, _) = tokio::join!(taking, writing);
        assert!(during > 20, "only {during} writes went on meanwhile");
        for n in 0..BACKUPS {
            let copy = folder.path().join(format!("copy{n}.sqlite"));
            std::fs::copy(folder.path().join(format!("backup{n}/control.sqlite")), &copy).expect("copied");
            assert_eq!(contradictions(&copy, w.partner).await, Vec::<String>::new(), "backup {n}");
        }
        let backup = folder.path().join("backup0");
        let restored = Config { data: folder.path().join("restored"), database: None, ..config };
        let (target, from) = (restored.clone(), backup.clone());
        tokio::task::spawn_blocking(move || operator::restore(&target, &from)).await.expect("runs").expect("restores");
        let control = restored.control().file().expect("a file").to_owned();
        assert_eq!(contradictions(&control, w.partner).await, Vec::<String>::new(), "what is restored agrees too");
    }
}

/// Says of what was billed here what no region ever said, with a number it has not reached.
struct HeardMore(PartnerId);

impl Work<Control> for HeardMore {
    type Out = u64;
    fn run(&self, tx: &mut Tx<'_, Control>) -> Result<Settled<u64>> {
        tx.exec(sql!(Control, "UPDATE maa_month SET seq = 1000000, users = 77 WHERE partner_id = $1"), p![self.0]).map(Settled::Keep)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restore_makes_former_partners_and_removed_customers_agree_too() {
    let w = World::on("sqlite").await.expect("SQLite is always there");
    let (owner, boss) = (w.client("owner").keyed(), w.client("distributor_owner"));
    w.order_seats(1).await;
    let order = serde_json::json!({ "sku": "SEATS-1000-Y", "quantity": 1 });
    assert_eq!(w.client("other_owner").keyed().post(&format!("/v1/msp/{}/orders", w.other), &order).await.status, 201);
    let (moved, gone) = (w.customer("Moved", 5).await, w.customer("Gone", 5).await);
    for (customer, email) in [(moved, "ann@moved.example"), (gone, "bo@gone.example")] {
        let member = serde_json::json!({ "email": email, "name": "One" });
        assert_eq!(owner.post(&format!("/v1/tenants/{customer}/members"), &member).await.status, 201);
    }
    let to = serde_json::json!({ "msp_id": w.other });
    let went = boss.post(&format!("/v1/msp/{}/customers/{moved}/move", w.partner), &to).await;
    assert!(went.status < 300, "{}", went.text);
    assert_eq!(super::offboarding::remove(&w, &owner, gone).await.status, 200);
    w.work().await;
    let heard = w.app.house.control().write(w.partner.0, HeardMore(w.partner)).await.expect("written");
    assert!(heard > 0, "something was billed here");

    let folder = tempfile::tempdir().expect("a folder");
    take(w.app.config.clone(), folder.path().join("backup")).await;
    let restored = Config { data: folder.path().join("restored"), database: None, ..w.app.config.clone() };
    let (target, from) = (restored.clone(), folder.path().join("backup"));
    tokio::task::spawn_blocking(move || operator::restore(&target, &from)).await.expect("runs").expect("restores");
    let db = open(restored.control().file().expect("a file"));
    let partner = w.partner;
    let (users, version, closed) = db
        .read(move |view| {
            let months = view.one(
                sql!(Control, "SELECT MAX(users) AS users FROM maa_month WHERE partner_id = $1 AND customer_id = $2"),
                p![partner, moved],
            )?;
            let left = view.one(
                sql!(
                    Control,
                    "SELECT c.version, r.closed_at FROM customer c JOIN removal r ON r.partner_id = c.partner_id AND r.customer_id = c.customer_id
                     WHERE c.partner_id = $1 AND c.customer_id = $2"
                ),
                p![partner, gone],
            )?;
            Ok((months.get::<i64>("users")?, left.get::<i64>("version")?, left.get::<Option<store::Timestamp>>("closed_at")?))
        })
        .await
        .expect("read");
    assert_eq!(users, 1, "who was billed before the move hears what the region says");
    assert!(version > 1_000_000, "a region that was copied later knows no higher number: {version}");
    assert!(closed.is_some(), "its region was closed once more");
    tokio::task::spawn_blocking(move || db.close()).await.expect("closed");
}

/// One statement that makes a copy hold things of two instants.
struct Tamper(&'static Sql<Control>, PartnerId);

impl Work<Control> for Tamper {
    type Out = u64;
    fn run(&self, tx: &mut Tx<'_, Control>) -> Result<Settled<u64>> {
        tx.exec(self.0, p![self.1]).map(Settled::Keep)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sabotage_a_copy_of_two_instants_is_reported() {
    let w = World::on("sqlite").await.expect("SQLite is always there");
    w.order_seats(1).await;
    let customer = w.customer("Torn", 10).await;
    give(&w, customer).await;
    let folder = tempfile::tempdir().expect("a folder");
    take(w.app.config.clone(), folder.path().join("backup")).await;
    let whole = folder.path().join("backup/control.sqlite");
    for (text, said) in [
        (sql!(Control, "UPDATE pool SET allocated = allocated - 1 WHERE partner_id = $1"), "the pool has given 10"),
        (sql!(Control, "UPDATE standing SET allocated = allocated - 1 WHERE partner_id = $1 AND allocated > 0"), "the list 10"),
        (sql!(Control, "DELETE FROM allocation_change WHERE partner_id = $1 AND seats = 1"), "its ledger says 10"),
        (sql!(Control, "UPDATE audit_head SET seq = seq + 1 WHERE chain_id = $1"), "its head is at"),
        (sql!(Control, "DELETE FROM operation_place WHERE partner_id = $1"), "0 places"),
    ] {
        let torn = folder.path().join("torn.sqlite");
        std::fs::copy(&whole, &torn).expect("copied");
        let db = open(&torn);
        assert!(db.write(Uuid::nil(), Tamper(text, w.partner)).await.expect("tampered") > 0, "{said}");
        tokio::task::spawn_blocking(move || db.close()).await.expect("closed");
        let wrong = contradictions(&torn, w.partner).await;
        assert!(wrong.iter().any(|line| line.contains(said)), "{said}: {wrong:?}");
        std::fs::remove_file(&torn).expect("removed");
    }
}
