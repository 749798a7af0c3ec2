use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::Duration,
};

use futures_util::{FutureExt, future::join_all};
use store::{Db, Error, Options, Settled, Tx, Uuid, p, sql};

use crate::{
    lab::{Lab, Odd, Tight, all, put},
    scenes,
    support::{Do, Ground, hold, id, keep, keep_at},
};

scenes! {
    a_batch_answers_all,
    a_failing_job_fails_alone,
    a_swallowed_error_still_undoes_the_job,
    a_full_queue_answers_busy,
    a_client_that_hangs_up_is_served_to_the_end,
    closing_finishes_what_is_queued,
    a_reader_sees_one_snapshot,
    many_lanes_keep_every_row,
}

mod on_the_wire {
    use super::{
        a_batch_runs_again_after_40001, a_commit_cut_short_is_said_to_be_unknown, nothing_acknowledged_is_lost_with_the_connection,
    };
    crate::postgres_scenes! {
        a_batch_runs_again_after_40001,
        a_commit_cut_short_is_said_to_be_unknown,
        nothing_acknowledged_is_lost_with_the_connection,
    }
}

fn one_lane() -> Options {
    Options { writers: 1, readers: 2, queue: 2_048, single: false }
}

async fn found(db: &Db<Lab>) -> Vec<i64> {
    db.read(all).await.expect("read")
}

async fn a_batch_answers_all(ground: &Ground) {
    let db = ground.open::<Lab>(&one_lane());
    let (go, held) = hold(&db).await;
    let all = join_all((0..300).map(|n| keep(&db, move |tx| put(tx, n).map(|_| n))));
    let (_, answers, held) = tokio::join!(async { drop(go) }, all, held);
    held.expect("held");
    for (n, answer) in answers.into_iter().enumerate() {
        assert_eq!(answer.expect("kept"), i64::try_from(n).expect("small"));
    }
    assert_eq!(found(&db).await.len(), 300);
    assert_eq!(db.waiting(), 0);
}

async fn a_failing_job_fails_alone(ground: &Ground) {
    let db = ground.open::<Lab>(&one_lane());
    let (go, held) = hold(&db).await;
    let a = keep(&db, |tx| put(tx, 1));
    let panics = keep(&db, |tx| {
        put(tx, 2)?;
        if tx.written() > 0 {
            panic!("on purpose");
        }
        Ok(())
    });
    let refused = db.write(Uuid::nil(), Do(|tx: &mut Tx<'_, Lab>| put(tx, 3).map(|_| Settled::Undo("no"))));
    let twice = keep(&db, |tx| put(tx, 4).and_then(|_| put(tx, 4)));
    let nothing = keep(&db, |_| Ok("nothing"));
    let panics_at_once = keep(&db, |_: &mut Tx<'_, Lab>| -> store::Result<()> { panic!("on purpose") });
    let b = keep(&db, |tx| put(tx, 5));
    let release = async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        drop(go);
    };
    let (a, panics, refused, twice, nothing, at_once, b, _, _) =
        tokio::join!(a, panics, refused, twice, nothing, panics_at_once, b, held, release);
    assert!(a.is_ok() && b.is_ok(), "{a:?} {b:?}");
    assert!(matches!(panics, Err(Error::Panicked)), "{panics:?}");
    assert!(matches!(at_once, Err(Error::Panicked)), "{at_once:?}");
    assert_eq!(refused.expect("answered"), "no");
    assert!(matches!(twice, Err(Error::Constraint(_))), "{twice:?}");
    assert_eq!(nothing.expect("answered"), "nothing");
    assert_eq!(found(&db).await, [1, 5]);
}

async fn a_swallowed_error_still_undoes_the_job(ground: &Ground) {
    let db = ground.open::<Lab>(&one_lane());
    let (go, held) = hold(&db).await;
    let a = keep(&db, |tx| put(tx, 1));
    let swallows = keep(&db, |tx| {
        put(tx, 2)?;
        let _ = put(tx, 2);
        Ok(())
    });
    let turns = db.write(Uuid::nil(), Do(|tx: &mut Tx<'_, Lab>| Ok(Settled::Undo(put(tx, 3).and_then(|_| put(tx, 3)).is_err()))));
    let b = keep(&db, |tx| put(tx, 4));
    let (_, a, swallows, turns, b, _) = tokio::join!(async { drop(go) }, a, swallows, turns, b, held);
    assert!(a.is_ok() && b.is_ok(), "{a:?} {b:?}");
    assert!(matches!(swallows, Err(Error::Constraint(_))), "{swallows:?}");
    assert!(turns.expect("answered"), "a constraint may be turned into a refusal");
    assert_eq!(found(&db).await, [1, 4]);
}

async fn a_full_queue_answers_busy(ground: &Ground) {
    let db = ground.open::<Lab>(&Options { queue: 2, ..one_lane() });
    let (go, held) = hold(&db).await;
    let mut queued = [1, 1].map(|n| Box::pin(keep(&db, move |tx| put(tx, n))));
    for one in &mut queued {
        assert!(futures_util::poll!(one.as_mut()).is_pending());
    }
    assert_eq!(db.waiting(), 2);
    let third = keep(&db, |tx| put(tx, 3)).await;
    assert!(matches!(third, Err(Error::Busy)), "{third:?}");
    drop(go);
    held.await.expect("held");
    let answers = join_all(queued).await;
    assert!(answers[0].is_ok() && answers[1].is_err());
    keep(&db, |tx| put(tx, 3)).await.expect("there is room again");
    assert_eq!(found(&db).await, [1, 3]);
}

async fn a_client_that_hangs_up_is_served_to_the_end(ground: &Ground) {
    let db = ground.open::<Lab>(&one_lane());
    let (go, held) = hold(&db).await;
    assert!(keep(&db, |tx| put(tx, 1)).now_or_never().is_none(), "queued, and its caller is gone");
    drop(go);
    held.await.expect("held");
    keep(&db, |tx| put(tx, 2)).await.expect("kept");
    assert_eq!(found(&db).await, [1, 2]);
}

async fn closing_finishes_what_is_queued(ground: &Ground) {
    let db = ground.open::<Lab>(&one_lane());
    for n in 0..50 {
        let _ = keep(&db, move |tx| put(tx, n)).now_or_never();
    }
    tokio::task::spawn_blocking(move || db.close()).await.expect("closed");
    let db = ground.open::<Lab>(&one_lane());
    assert_eq!(found(&db).await.len(), 50);
}

async fn a_reader_sees_one_snapshot(ground: &Ground) {
    let db = ground.open::<Lab>(&one_lane());
    keep(&db, |tx| put(tx, 1)).await.expect("kept");
    let (begun, written) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let (b, w) = (begun.clone(), written.clone());
    let read = db.read(move |view| {
        let first = all(view)?;
        b.store(true, Ordering::SeqCst);
        for _ in 0..500 {
            if w.load(Ordering::SeqCst) {
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok((first, all(view)?, w.load(Ordering::SeqCst)))
    });
    let write = async {
        while !begun.load(Ordering::SeqCst) {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        keep(&db, |tx| put(tx, 2)).await.expect("kept");
        written.store(true, Ordering::SeqCst);
    };
    let (seen, ()) = tokio::join!(read, write);
    assert_eq!(seen.expect("read"), (vec![1], vec![1], true));
    assert_eq!(found(&db).await, [1, 2]);
    let refused = db.read(|view| view.rows(sql!(Lab, "INSERT INTO thing (n) VALUES (9) RETURNING n"), &[])).await;
    assert!(refused.is_err(), "a reader cannot write");
    assert_eq!(found(&db).await, [1, 2], "and the lane goes on");
}

async fn many_lanes_keep_every_row(ground: &Ground) {
    let db = ground.open::<Lab>(&Options { writers: 4, ..one_lane() });
    let jobs = (0..400_i64).map(|n| keep_at(&db, id(u128::try_from(n).expect("positive")), move |tx| put(tx, n)));
    for answer in join_all(jobs).await {
        answer.expect("kept");
    }
    assert_eq!(found(&db).await.len(), 400);
}

async fn a_batch_runs_again_after_40001(ground: &Ground) {
    let db = ground.open::<Odd>(&one_lane());
    let root = ground.root().await;
    // A sequence is not rolled back: the first three calls fail, the fourth does not.
    root.batch_execute(
        "CREATE SEQUENCE odd.calls; GRANT USAGE ON SEQUENCE odd.calls TO PUBLIC;
         CREATE FUNCTION odd.flaky() RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN
           IF nextval('odd.calls') < 4 THEN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END IF; RETURN 1; END $$",
    )
    .await
    .expect("made");
    let runs = Arc::new(AtomicI64::new(0));
    let counted = runs.clone();
    let insert = sql!(Odd, "INSERT INTO thing (n) VALUES ($1)");
    let (go, held) = hold(&db).await;
    let before = keep(&db, move |tx| {
        counted.fetch_add(1, Ordering::SeqCst);
        tx.exec(insert, p![1_i64])
    });
    let flaky = keep(&db, move |tx| {
        tx.exec(insert, p![2_i64])?;
        tx.one(sql!(Odd, "SELECT flaky() AS n"), &[])?.get::<i64>("n")
    });
    let after = keep(&db, move |tx| tx.exec(insert, p![3_i64]));
    let (_, before, flaky, after, _) = tokio::join!(async { drop(go) }, before, flaky, after, held);
    assert_eq!((before.expect("kept"), flaky.expect("kept"), after.expect("kept")), (1, 1, 1));
    assert!(runs.load(Ordering::SeqCst) >= 1);
    let rows: i64 = root.query_one("SELECT COUNT(*) FROM odd.thing", &[]).await.expect("asked").get(0);
    assert_eq!(rows, 3, "run again, kept once");
}

async fn a_commit_cut_short_is_said_to_be_unknown(ground: &Ground) {
    let db = ground.open::<Odd>(&one_lane());
    let root = ground.root().await;
    root.batch_execute(
        "CREATE FUNCTION odd.die() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
           IF NEW.n = 666 THEN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(5); END IF; RETURN NULL; END $$;
         CREATE CONSTRAINT TRIGGER die AFTER INSERT ON odd.thing DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION odd.die()",
    )
    .await
    .expect("made");
    let runs = Arc::new(AtomicI64::new(0));
    let counted = runs.clone();
    let insert = sql!(Odd, "INSERT INTO thing (n) VALUES ($1)");
    let cut = keep(&db, move |tx| {
        counted.fetch_add(1, Ordering::SeqCst);
        tx.exec(insert, p![666_i64])
    })
    .await;
    assert!(matches!(cut, Err(Error::Unknown)), "{cut:?}");
    assert_eq!(runs.load(Ordering::SeqCst), 1, "what may have been done is not done again");
    assert_eq!(keep(&db, move |tx| tx.exec(insert, p![1_i64])).await.expect("the lane goes on"), 1);
}

async fn nothing_acknowledged_is_lost_with_the_connection(ground: &Ground) {
    let db = Arc::new(ground.open::<Lab>(&Options { writers: 2, ..one_lane() }));
    let root = ground.root().await;
    let writing = join_all((0..8_i64).map(|w| {
        let db = db.clone();
        async move {
            let mut kept = Vec::new();
            let mut unsure = 0;
            for n in (w * 1_000)..(w * 1_000 + 60) {
                match keep_at(&db, id(u128::try_from(w).expect("positive")), move |tx| put(tx, n)).await {
                    Ok(_) => kept.push(n),
                    Err(Error::Unknown) => unsure += 1,
                    Err(error) => assert!(error.passes(), "{error:?}"),
                }
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            (kept, unsure)
        }
    }));
    let cutting = async {
        let mut cut = 0;
        for _ in 0..6 {
            tokio::time::sleep(Duration::from_millis(25)).await;
            cut += ground.cut(&root).await;
        }
        cut
    };
    let (answers, cut) = tokio::join!(writing, cutting);
    assert!(cut > 6, "connections were cut: {cut}");
    let stored = found(&db).await;
    let kept: Vec<i64> = answers.iter().flat_map(|(kept, _)| kept.iter().copied()).collect();
    assert!(kept.len() > 300, "most were acknowledged: {}", kept.len());
    assert!(kept.iter().all(|n| stored.binary_search(n).is_ok()), "an acknowledged row is missing");
    let unsure: usize = answers.iter().map(|(_, unsure)| unsure).sum();
    assert!(stored.len() <= kept.len() + unsure, "a row was stored that was answered with a plain failure");
    keep(&db, |tx| put(tx, -1)).await.expect("the lane goes on");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_refuses_writes_until_there_is_space() {
    let ground = Ground::sqlite();
    let db = ground.open::<Tight>(&one_lane());
    let insert = sql!(Tight, "INSERT INTO thing (n, word) VALUES ($1, $2)");
    let count = sql!(Tight, "SELECT COUNT(*) AS n FROM thing");
    keep(&db, move |tx| tx.exec(insert, p![1_i64, "small"])).await.expect("kept");
    // The lane's connection may hold no more than it does now.
    keep(&db, |tx| tx.opt(sql!(Tight, "PRAGMA max_page_count = 1"), &[])).await.expect("set");
    let (go, held) = hold(&db).await;
    let neighbour = keep(&db, move |tx| tx.exec(insert, p![2_i64, "small"]));
    let large = keep(&db, move |tx| tx.exec(insert, p![3_i64, "x".repeat(100_000)]));
    let (_, neighbour, large, _) = tokio::join!(async { drop(go) }, neighbour, large, held);
    assert!(matches!(large, Err(Error::Full)), "{large:?}");
    assert!(matches!(neighbour, Err(Error::Full)), "it shared the commit that failed: {neighbour:?}");
    assert!(db.disk_full());
    let n = db.read(move |view| view.one(count, &[])?.get::<i64>("n")).await;
    assert_eq!(n.expect("reads go on"), 1);
    keep(&db, |tx| tx.opt(sql!(Tight, "PRAGMA max_page_count = 1000000"), &[])).await.expect("space again");
    keep(&db, move |tx| tx.exec(insert, p![3_i64, "x".repeat(100_000)])).await.expect("kept");
    assert!(!db.disk_full());
}
