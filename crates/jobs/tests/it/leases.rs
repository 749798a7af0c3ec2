use std::{pin::Pin, sync::Arc, time::Duration};

use command::{After, House, Told};
use jobs::{Drain, Every, Registry, Schedule};
use store::{Clock, Control, Timestamp, sql};
use tokio::sync::watch;

use crate::{
    app::{App, Noted, Prompt, Works},
    scenes,
    support::{Ground, id, keep},
    world::*,
};

scenes! {
    what_was_told_is_done,
    one_job_is_held_by_one_worker,
    what_a_killed_process_held_is_taken_over,
    a_stale_end_is_refused,
    many_workers_run_each_job_once,
    prompt_news_is_delivered_before_the_answer,
    news_whose_teller_died_is_delivered_by_a_worker,
    a_worker_stops_when_its_jobs_have_ended,
    a_long_job_holds_up_nobody,
    whoever_has_much_to_do_does_not_hold_up_the_others,
    a_region_has_its_own_jobs,
}

async fn what_was_told_is_done(ground: &Ground) {
    let works = Works::new(ground).await;
    let worker = works.worker();
    assert_eq!(worker.drain().await, Drain::Empty);
    works.tell("hello").await;
    assert_eq!(worker.waiting().await.expect("asked"), 1);
    assert_eq!(worker.drain().await, Drain::Empty);
    assert_eq!(works.app.log(), ["hello 1"]);
    assert_eq!(works.job("hello").await, ("done".into(), 1, 1));
    assert_eq!(worker.waiting().await.expect("asked"), 0);
    worker.drain().await;
    assert_eq!(works.app.log().len(), 1);
    // A refused, previewed or failed command tells nothing.
    let _ = works.world.house.execute(by(OWNER), note(A, "tomorrow")).await;
    let _ = works.world.house.preview(by(OWNER), note(A, "maybe")).await;
    let _ = works.world.house.execute(by(OWNER), note(A, "panic")).await;
    worker.drain().await;
    assert_eq!(works.app.log().len(), 1);
}

async fn one_job_is_held_by_one_worker(ground: &Ground) {
    let works = Works::new(ground).await;
    works.tell("slow").await;
    let (one, two) = (works.worker(), works.worker());
    let running = tokio::spawn(async move { one.drain().await });
    works.until("slow 1").await;
    assert_eq!(two.drain().await, Drain::Empty);
    assert!(works.wall.advance(works.wall.now().plus_seconds(9)));
    two.drain().await;
    assert_eq!(works.app.log(), ["slow 1"], "the lease stands");
    works.app.gate.add_permits(1);
    running.await.expect("ended");
    assert_eq!(works.job("slow").await, ("done".into(), 1, 1));
}

async fn what_a_killed_process_held_is_taken_over(ground: &Ground) {
    let works = Works::new(ground).await;
    works.tell("slow").await;
    let one = works.worker();
    let killed = tokio::spawn(async move { one.drain().await });
    works.until("slow 1").await;
    killed.abort();
    let two = works.worker();
    two.drain().await;
    assert_eq!(works.job("slow").await.0, "running", "its lease stands");
    two.take_over().await.expect("taken over");
    works.app.gate.add_permits(1);
    two.drain().await;
    assert_eq!(works.job("slow").await, ("done".into(), 2, 2));
}

async fn a_stale_end_is_refused(ground: &Ground) {
    let works = Works::new(ground).await;
    works.tell("overtaken").await;
    let (one, two) = (works.worker(), works.worker());
    let running = tokio::spawn(async move { one.drain().await });
    works.until("overtaken 1").await;
    assert!(works.wall.advance(works.wall.now().plus_seconds(11)));
    two.drain().await;
    assert_eq!(works.app.log(), ["overtaken 1", "overtaken 2"]);
    works.app.gate.add_permits(1);
    running.await.expect("ended");
    assert_eq!(works.job("overtaken").await, ("done".into(), 2, 2), "the first worker's end came too late");
}

async fn many_workers_run_each_job_once(ground: &Ground) {
    let works = Works::new(ground).await;
    for n in 0..40 {
        works.tell(&format!("job {n}")).await;
    }
    let workers: Vec<_> = (0..4).map(|_| works.worker()).collect();
    let all = workers.into_iter().map(|w| tokio::spawn(async move { w.drain().await }));
    for drained in futures_util::future::join_all(all).await {
        drained.expect("no panic");
    }
    let mut log = works.app.log();
    log.sort();
    log.dedup();
    assert_eq!((log.len(), works.app.log().len()), (40, 40));
}

async fn prompt_news_is_delivered_before_the_answer(ground: &Ground) {
    let works = Works::new(ground).await;
    let worker = works.with(Registry::default().with::<Prompt>(), Vec::new());
    works.world.house.on_commit(worker.clone());
    works.tell("at once").await;
    assert_eq!(works.app.log(), ["at once 1"]);
    assert_eq!(works.job("at once").await, ("running".into(), 1, 1), "its arrival is booked with others");
    worker.drain().await;
    assert!(!works.knows("at once").await);
    works.world.house.execute(by(OWNER), Serve { node: id(A), of: id(A), seats: 2 }).await.expect("served");
    assert_eq!(works.app.log()[1], "seats 2 1", "from a region, too");
    // Trouble with the delivery is not the caller's: the worker goes on with it.
    works.tell("panics").await;
    assert_eq!(works.job("panics").await.0, "queued");
    assert!(works.world.clock.advance(NOW.plus_seconds(60)));
    worker.drain().await;
    assert_eq!(works.job("panics").await.0, "done");
}

/// A teller that dies between its commit and the delivery.
struct Dying(Arc<dyn Clock>);

impl After for Dying {
    fn held_until(&self, _: &str) -> Option<Timestamp> {
        Some(self.0.now().plus_seconds(10))
    }
    fn told<'a>(&'a self, _: &'a House, _: Option<&'a str>, _: Vec<Told>) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>> {
        Box::pin(async {})
    }
}

async fn news_whose_teller_died_is_delivered_by_a_worker(ground: &Ground) {
    let works = Works::new(ground).await;
    works.world.house.on_commit(Arc::new(Dying(works.wall.clone())));
    works.tell("orphaned").await;
    let worker = works.worker();
    worker.drain().await;
    assert!(works.app.log().is_empty(), "its teller still has time");
    assert!(works.wall.advance(works.wall.now().plus_seconds(11)));
    worker.drain().await;
    assert_eq!(works.app.log(), ["orphaned 2"]);
    assert_eq!(works.job("orphaned").await, ("done".into(), 2, 2));
}

async fn a_worker_stops_when_its_jobs_have_ended(ground: &Ground) {
    let works = Works::new(ground).await;
    works.tell("slow").await;
    let (stop, stopped) = watch::channel(false);
    let serving = tokio::spawn(works.worker().serve(stopped));
    works.until("slow 1").await;
    stop.send(true).expect("heard");
    tokio::time::sleep(Duration::from_millis(60)).await;
    assert!(!serving.is_finished(), "a running job is waited for");
    works.tell("too late").await;
    works.app.gate.add_permits(1);
    tokio::time::timeout(Duration::from_secs(5), serving).await.expect("it stops").expect("no panic");
    assert_eq!(works.job("slow").await.0, "done");
    assert_eq!(works.job("too late").await.0, "queued");
    // A worker whose owner is gone stops as well, and does not spin.
    let (stop, stopped) = watch::channel(false);
    let serving = tokio::spawn(works.worker().serve(stopped));
    works.until("too late 1").await;
    drop(stop);
    tokio::time::timeout(Duration::from_secs(5), serving).await.expect("it stops").expect("no panic");
}

async fn a_long_job_holds_up_nobody(ground: &Ground) {
    let works = Works::new(ground).await;
    // As many of one chain as may run at once, and one more.
    for _ in 0..13 {
        works.tell("slow").await;
    }
    let (stop, stopped) = watch::channel(false);
    let slow_turn = Schedule::new("slow turn", Every::Hours(1), |app: Arc<App>| async move {
        app.gate.acquire().await.map_err(|e| e.to_string())?.forget();
        Ok(())
    });
    let serving = tokio::spawn(works.with(Registry::default().with::<Noted>(), vec![slow_turn]).serve(stopped));
    works.until("slow 1").await;
    works.tell_other("quick").await;
    works.until("quick 1").await;
    tokio::time::sleep(Duration::from_millis(60)).await;
    assert_eq!(works.app.log().iter().filter(|line| *line == "slow 1").count(), 12, "slots are left for the others");
    works.app.gate.add_permits(14);
    stop.send(true).expect("heard");
    tokio::time::timeout(Duration::from_secs(5), serving).await.expect("it stops").expect("no panic");
}

async fn whoever_has_much_to_do_does_not_hold_up_the_others(ground: &Ground) {
    let works = Works::new(ground).await;
    for n in 0..60 {
        works.tell(&format!("much {n}")).await;
    }
    for n in 0..3 {
        works.tell_other(&format!("little {n}")).await;
    }
    works.worker().drain().await;
    let log = works.app.log();
    assert_eq!(log.len(), 63);
    let last = log.iter().rposition(|line| line.starts_with("little")).expect("it ran");
    assert!(last < 16, "the other's three ran in the first round: {last}");
}

async fn a_region_has_its_own_jobs(ground: &Ground) {
    let works = Works::new(ground).await;
    works.world.house.execute(by(OWNER), Serve { node: id(A), of: id(A), seats: 7 }).await.expect("served");
    let in_control = sql!(Control, "SELECT COUNT(*) AS n FROM job WHERE kind = 'test.noted'");
    let n: i64 = works.world.house.control().read(|view| view.one(in_control, &[])?.get("n")).await.expect("read");
    assert_eq!(n, 0);
    let worker = works.worker();
    assert_eq!(worker.waiting().await.expect("asked"), 1);
    worker.drain().await;
    assert_eq!(works.app.log(), ["seats 7 1"]);
    keep(works.world.region(), |tx| tx.exec(sql!(store::Region, "DELETE FROM job WHERE status <> 'done'"), &[]))
        .await
        .map(|n| assert_eq!(n, 0))
        .expect("read");
}
