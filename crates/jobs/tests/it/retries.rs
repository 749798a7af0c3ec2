use std::sync::atomic::Ordering;

use jobs::{Registry, dead_letters, retry_dead};
use store::{Clock, Control, JobId, Region, p, prepare_all, sql};

use crate::{
    app::{Awaited, Heir, Works, chain},
    scenes,
    support::{Ground, id, keep},
    world::*,
};

scenes! {
    what_fails_is_tried_again_and_then_put_aside,
    a_job_that_runs_twice_acts_once,
    a_panic_is_one_failure,
    what_nobody_can_do_is_put_aside_at_once,
    a_job_that_kills_its_worker_ends,
    who_waits_for_an_end_hears_of_it,
    every_text_prepares,
}

async fn dead(works: &Works) -> Vec<jobs::Dead> {
    works.world.house.control().read(|view| dead_letters(view, chain())).await.expect("read")
}

async fn retry(works: &Works, chain: store::Uuid, job: JobId) -> bool {
    let now = works.world.house.now();
    keep(works.world.house.control(), move |tx| retry_dead(tx, chain, job, now)).await.expect("asked")
}

async fn what_fails_is_tried_again_and_then_put_aside(ground: &Ground) {
    let works = Works::new(ground).await;
    let worker = works.worker();
    works.tell("fails").await;
    for attempt in 1..=12 {
        worker.drain().await;
        worker.drain().await;
        assert_eq!(works.app.log().len(), attempt, "once a turn, and not before its time");
        assert!(works.world.clock.advance(works.world.house.now().plus_seconds(602)));
    }
    assert_eq!(works.job("fails").await, ("dead".into(), 12, 12));
    let letters = dead(&works).await;
    assert_eq!((letters.len(), letters[0].attempts, letters[0].error.as_str(), letters[0].node), (1, 12, "the world is bad", id(A)));
    assert!(!retry(&works, id(SECOND), letters[0].id).await, "not another partner's");
    works.app.mended.store(true, Ordering::SeqCst);
    assert!(retry(&works, chain(), letters[0].id).await);
    assert!(!retry(&works, chain(), letters[0].id).await, "once");
    worker.drain().await;
    assert_eq!(works.job("fails").await.0, "done");
    assert!(dead(&works).await.is_empty());
}

async fn a_job_that_runs_twice_acts_once(ground: &Ground) {
    let works = Works::new(ground).await;
    let worker = works.worker();
    works.tell("acts").await;
    worker.drain().await;
    assert!(works.world.clock.advance(works.world.house.now().plus_seconds(60)));
    worker.drain().await;
    assert_eq!(works.job("acts").await, ("done".into(), 2, 2));
    let mut notes = works.world.notes().await;
    notes.sort();
    assert_eq!(notes, ["acted", "acts"]);
}

async fn a_panic_is_one_failure(ground: &Ground) {
    let works = Works::new(ground).await;
    let worker = works.worker();
    works.tell("panics").await;
    works.tell("hello").await;
    worker.drain().await;
    assert_eq!(works.job("hello").await.0, "done", "its neighbour is not harmed");
    assert_eq!(works.job("panics").await, ("queued".into(), 1, 1));
    assert!(works.world.clock.advance(works.world.house.now().plus_seconds(60)));
    worker.drain().await;
    assert_eq!(works.job("panics").await.0, "done");
}

async fn what_nobody_can_do_is_put_aside_at_once(ground: &Ground) {
    let works = Works::new(ground).await;
    works.tell("dead").await;
    works.worker().drain().await;
    assert_eq!(works.job("dead").await.0, "dead");
    works.tell("unheard of").await;
    works.with(Registry::default(), Vec::new()).drain().await;
    assert_eq!(works.job("unheard of").await.0, "dead");
    // The one who enqueued it has lost the right meanwhile.
    works.tell("acts").await;
    keep(works.world.house.control(), |tx| {
        tx.exec(sql!(Control, "UPDATE membership SET ended_at = 1 WHERE holder_id = $1"), p![staff_id(OWNER)])
    })
    .await
    .expect("ended");
    works.worker().drain().await;
    assert_eq!(works.job("acts").await.0, "dead");
    let errors: Vec<_> = dead(&works).await.into_iter().map(|d| d.error).collect();
    assert!(errors.iter().any(|e| e.contains("no longer allowed")) && errors.iter().any(|e| e.contains("knows no job")), "{errors:?}");
}

async fn a_job_that_kills_its_worker_ends(ground: &Ground) {
    let works = Works::new(ground).await;
    works.tell("poison").await;
    // Twelve workers have claimed it and never come back.
    keep(works.world.house.control(), |tx| {
        tx.exec(sql!(Control, "UPDATE job SET status = 'running', attempts = 12, fence = 12, lease_until = 1"), &[])
    })
    .await
    .expect("set");
    works.worker().drain().await;
    assert_eq!(works.job("poison").await, ("dead".into(), 13, 13));
    assert!(works.app.log().is_empty(), "it did not run a thirteenth time");
}

async fn who_waits_for_an_end_hears_of_it(ground: &Ground) {
    let works = Works::new(ground).await;
    let worker = works.with(Registry::default().with::<Awaited>().with::<Heir>(), Vec::new());
    for text in ["hello", "fails", "dead"] {
        works.tell(text).await;
    }
    worker.drain().await;
    let said = |text: &str| works.app.log().iter().filter(|line| **line == format!("nobody does {text} at {}", id(A))).count();
    assert_eq!(["hello", "fails", "dead"].map(said), [0, 0, 1], "neither what is done nor what is tried again");
    assert_eq!(dead(&works).await.len(), 1, "the letter stays for a person");
    // It is tried again, and dies again.
    assert!(retry(&works, chain(), dead(&works).await[0].id).await);
    worker.drain().await;
    assert_eq!((said("dead"), dead(&works).await.len()), (2, 1));
    keep(works.world.house.control(), |tx| tx.exec(sql!(Control, "UPDATE job SET attempts = 12 WHERE status = 'queued'"), &[]))
        .await
        .expect("set");
    assert!(works.world.clock.advance(works.world.house.now().plus_seconds(602)));
    worker.drain().await;
    assert_eq!(said("fails"), 1);
}

async fn every_text_prepares(ground: &Ground) {
    let works = Works::new(ground).await;
    assert_eq!(prepare_all::<Control>(works.world.house.control().place()).expect("asked"), Vec::<String>::new());
    assert_eq!(prepare_all::<Region>(works.world.region().place()).expect("asked"), Vec::<String>::new());
}
