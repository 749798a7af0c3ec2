use std::sync::Arc;

use futures_util::future::join_all;
use jobs::{Every, Registry, Schedule};
use store::Clock;

use crate::{
    app::{App, Works},
    scenes,
    support::Ground,
};

scenes! { of_many_workers_one_takes_the_turn }

fn hourly() -> Vec<Schedule<App>> {
    vec![Schedule::new("hourly", Every::Hours(1), |app: Arc<App>| async move {
        app.log.lock().expect("lock").push("turn".into());
        Err("a turn that fails is not taken again".into())
    })]
}

async fn of_many_workers_one_takes_the_turn(ground: &Ground) {
    let works = Works::new(ground).await;
    let workers: Vec<_> = (0..8).map(|_| works.with(Registry::default(), hourly())).collect();
    for turns in 1..=4 {
        let all = workers.iter().cloned().map(|w| tokio::spawn(async move { w.drain().await }));
        for drained in join_all(all).await {
            drained.expect("no panic");
        }
        assert_eq!(works.app.log().len(), turns, "one turn each hour");
        // The last time three hours are missed: they are not made up for.
        let hours = if turns == 3 { 3 } else { 1 };
        assert!(works.world.clock.advance(works.world.house.now().plus_seconds(3_600 * hours)));
    }
}
