//! The audit chain finds what was done to it behind the program's back.

use command::audit::{Head, Verdict, head_of, verify};
use proptest::{prelude::*, test_runner::TestRunner};
use store::{Control, Result, Settled, Sql, Tx, p, sql};

use crate::{
    scenes,
    support::{Do, Ground, id},
    world::*,
};

scenes! { every_tampering_is_found, a_cut_tail_needs_a_checkpoint, erased_details_leave_the_chain_whole }

const ENTRIES: i64 = 9;

async fn written(ground: &Ground) -> World {
    let world = World::new(ground).await;
    for n in 0..ENTRIES {
        let who = if n % 2 == 0 { OWNER } else { ADMIN };
        world.house.execute(by(who), note(if n % 3 == 0 { A } else { B }, &format!("entry {n}"))).await.expect("done");
    }
    world
}

/// Does something to the tables, verifies, and rolls everything back.
async fn after(world: &World, checkpoint: Option<Head>, harm: impl Fn(&mut Tx<'_, Control>) -> Result<()> + Send + 'static) -> Verdict {
    let work = Do(move |tx: &mut Tx<'_, Control>| {
        tx.enter(id(FIRST));
        harm(tx)?;
        tx.enter(id(FIRST));
        let said = head_of(tx, id(FIRST))?;
        verify(tx, id(FIRST), said.as_ref(), checkpoint.as_ref()).map(Settled::Undo)
    });
    world.house.control().write(id(FIRST), work).await.expect("verified")
}

async fn head(world: &World) -> Head {
    world.house.control().read(|view| head_of(view, id(FIRST))).await.expect("read").expect("the chain")
}

/// Texts that change one property of entry `$2`.
fn edits() -> [&'static Sql<Control>; 9] {
    [
        sql!(Control, "UPDATE audit_entry SET at = at + 1 WHERE chain_id = $1 AND seq = $2"),
        sql!(Control, "UPDATE audit_entry SET actor_id = node_id WHERE chain_id = $1 AND seq = $2"),
        sql!(Control, "UPDATE audit_entry SET staff_id = NULL WHERE chain_id = $1 AND seq = $2"),
        sql!(Control, "UPDATE audit_entry SET command = command || '!' WHERE chain_id = $1 AND seq = $2"),
        sql!(Control, "UPDATE audit_entry SET node_id = chain_id WHERE chain_id = $1 AND seq = $2"),
        sql!(Control, "UPDATE audit_entry SET audit_id = chain_id WHERE chain_id = $1 AND seq = $2"),
        sql!(Control, "UPDATE audit_entry SET detail = detail || ' ' WHERE chain_id = $1 AND seq = $2"),
        sql!(Control, "UPDATE audit_entry SET detail = 'forged', salt = NULL WHERE chain_id = $1 AND seq = $2"),
        sql!(Control, "UPDATE audit_entry SET detail_hash = hash WHERE chain_id = $1 AND seq = $2"),
    ]
}

fn renumber() -> &'static Sql<Control> {
    sql!(Control, "UPDATE audit_entry SET seq = $3 WHERE chain_id = $1 AND seq = $2")
}

fn delete() -> &'static Sql<Control> {
    sql!(Control, "DELETE FROM audit_entry WHERE chain_id = $1 AND seq = $2")
}

/// Makes the head say what the last remaining entry says.
fn mend_head(tx: &mut Tx<'_, Control>) -> Result<()> {
    let text = sql!(
        Control,
        "UPDATE audit_head SET seq = (SELECT MAX(e.seq) FROM audit_entry e WHERE e.chain_id = $1),
           hash = (SELECT l.hash FROM audit_entry l WHERE l.chain_id = $1 AND l.seq = (SELECT MAX(m.seq) FROM audit_entry m WHERE m.chain_id = $1))
         WHERE chain_id = $1"
    );
    tx.exec(text, p![id(FIRST)]).map(drop)
}

#[derive(Debug, Clone)]
enum Harm {
    Edit(usize, i64),
    Delete(i64),
    /// And the following numbers moved up.
    Close(i64),
    Swap(i64, i64),
    /// A copy of an entry put in after another, the rest moved down.
    Insert(i64, i64),
}

fn any_harm() -> impl Strategy<Value = Harm> {
    let seq = 1..=ENTRIES;
    prop_oneof![
        4 => (0..9_usize, seq.clone()).prop_map(|(edit, seq)| Harm::Edit(edit, seq)),
        1 => seq.clone().prop_map(Harm::Delete),
        2 => (1..ENTRIES).prop_map(Harm::Close),
        2 => (seq.clone(), 1..ENTRIES).prop_map(|(a, by)| Harm::Swap(a, (a - 1 + by) % ENTRIES + 1)),
        2 => (seq.clone(), seq).prop_map(|(from, after)| Harm::Insert(from, after)),
    ]
}

fn harm(tx: &mut Tx<'_, Control>, harm: &Harm) -> Result<()> {
    let chain = id(FIRST);
    let mut moved = |from: i64, to: i64| tx.exec(renumber(), p![chain, from, to]).map(|n| assert_eq!(n, 1));
    match *harm {
        Harm::Edit(edit, seq) => assert_eq!(tx.exec(edits()[edit], p![chain, seq])?, 1),
        Harm::Delete(seq) => drop(tx.exec(delete(), p![chain, seq])?),
        Harm::Close(seq) => {
            tx.exec(delete(), p![chain, seq])?;
            for n in seq + 1..=ENTRIES {
                tx.exec(renumber(), p![chain, n, n - 1])?;
            }
            mend_head(tx)?;
        }
        Harm::Swap(a, b) => {
            moved(a, -1)?;
            moved(b, a)?;
            moved(-1, b)?;
            mend_head(tx)?;
        }
        Harm::Insert(from, after) => {
            let copy = sql!(
                Control,
                "INSERT INTO audit_entry (chain_id, seq, audit_id, at, actor_id, staff_id, command, node_id, detail_hash, salt, detail, hash)
                 SELECT chain_id, -1, audit_id, at, actor_id, staff_id, command, node_id, detail_hash, salt, detail, hash
                 FROM audit_entry WHERE chain_id = $1 AND seq = $2"
            );
            tx.exec(copy, p![chain, from])?;
            for n in (after + 1..=ENTRIES).rev() {
                tx.exec(renumber(), p![chain, n, n + 1])?;
            }
            tx.exec(renumber(), p![chain, -1_i64, after + 1])?;
            mend_head(tx)?;
        }
    }
    Ok(())
}

async fn every_tampering_is_found(ground: &Ground) {
    let world = written(ground).await;
    assert_eq!(
        after(&world, None, |_| Ok(())).await,
        Verdict { entries: ENTRIES, intact: true, finding: None, partners: std::collections::BTreeSet::new() }
    );
    let mut runner = TestRunner::deterministic();
    let handle = tokio::runtime::Handle::current();
    let found = tokio::task::block_in_place(|| {
        runner.run(&any_harm(), |one| {
            let told = one.clone();
            let verdict = handle.block_on(after(&world, None, move |tx| harm(tx, &one)));
            prop_assert!(!verdict.intact && verdict.finding.is_some(), "not found: {told:?}");
            Ok(())
        })
    });
    found.expect("every tampering is found");
    assert!(after(&world, Some(head(&world).await), |_| Ok(())).await.intact, "all of it was rolled back");
}

async fn a_cut_tail_needs_a_checkpoint(ground: &Ground) {
    let world = written(ground).await;
    let checkpoint = head(&world).await;
    assert_eq!(checkpoint.seq, ENTRIES);
    let cut = |tx: &mut Tx<'_, Control>| {
        tx.exec(delete(), p![id(FIRST), ENTRIES])?;
        mend_head(tx)
    };
    assert!(after(&world, None, cut).await.intact, "nothing inside the database can know");
    let found = after(&world, Some(checkpoint.clone()), cut).await;
    assert!(found.finding.is_some_and(|f| f.contains("tail was cut")));
    let gone = |tx: &mut Tx<'_, Control>| {
        tx.exec(sql!(Control, "DELETE FROM audit_entry WHERE chain_id = $1"), p![id(FIRST)])?;
        tx.exec(sql!(Control, "DELETE FROM audit_head WHERE chain_id = $1"), p![id(FIRST)]).map(drop)
    };
    assert!(!after(&world, Some(checkpoint.clone()), gone).await.intact, "a chain that is gone altogether");
    let headless = |tx: &mut Tx<'_, Control>| tx.exec(sql!(Control, "DELETE FROM audit_head WHERE chain_id = $1"), p![id(FIRST)]).map(drop);
    assert!(!after(&world, None, headless).await.intact);
    let anew = Head { hash: "00".repeat(32), seq: 4, ..checkpoint.clone() };
    let found = after(&world, Some(anew), |_| Ok(())).await;
    assert!(found.finding.is_some_and(|f| f.contains("written anew")));
    // The chain may have grown since.
    world.house.execute(by(OWNER), note(A, "later")).await.expect("done");
    assert!(after(&world, Some(checkpoint), |_| Ok(())).await.intact);
}

async fn erased_details_leave_the_chain_whole(ground: &Ground) {
    let world = written(ground).await;
    let erase = |tx: &mut Tx<'_, Control>| {
        let n =
            tx.exec(sql!(Control, "UPDATE audit_entry SET salt = NULL, detail = NULL WHERE chain_id = $1 AND seq <> 3"), p![id(FIRST)])?;
        assert_eq!(i64::try_from(n).expect("small"), ENTRIES - 1);
        Ok(())
    };
    let verdict = after(&world, Some(head(&world).await), erase).await;
    assert_eq!(verdict, Verdict { entries: ENTRIES, intact: true, finding: None, partners: std::collections::BTreeSet::new() });
}
