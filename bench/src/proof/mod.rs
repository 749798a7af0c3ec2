//! Seats under kill -9. Many clients fight for a pool that is nearly empty while the program is killed and started again.
//! Whoever gets no answer asks again with the same key, so that in the end every effect is known: what was acknowledged must
//! be in the books, once, and the books must agree with each other and never exceed what was ordered.

mod books;
mod rival;

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use crate::{
    Ask,
    child::{Child, free_port},
    engine_name,
    report::{Table, grouped, holds},
    world::{Plan, World},
};
use rival::{Rival, Tally};

const CLIENTS: usize = 64;

/// Proves it on one engine.
pub async fn measure(ask: &Ask, engine: Option<&str>) -> Result<(), String> {
    // Eight customers with 120 seats each leave 40 of 1,000.
    let plan = Plan { thousands: 1, ..Plan::of(vec![8]) };
    let world = Arc::new(World::build(&plan, engine, ask.folder.as_ref()).await?);
    let before = books::read(&world).await?;
    let port = free_port()?;
    let mut child = Child::start(&world.config, port).await?;
    let attempts = Arc::new(AtomicUsize::new(0));
    let watch = tokio::spawn(books::watch(world.clone(), attempts.clone(), ask.attempts));
    let began = Instant::now();
    let rivals: Vec<_> = (0..CLIENTS)
        .map(|n| Rival::new(n, child.address, &world).map(|rival| tokio::spawn(rival.fight(attempts.clone(), ask.attempts))))
        .collect::<Result<_, String>>()?;
    let mut slowest = Duration::ZERO;
    for kill in 1..=ask.kills {
        let at = ask.attempts * kill / (ask.kills + 1);
        while attempts.load(Ordering::Relaxed) < at {
            tokio::time::sleep(Duration::from_millis(3)).await;
        }
        child.kill();
        let down = Instant::now();
        child = Child::start(&world.config, port).await?;
        slowest = slowest.max(down.elapsed());
    }
    let mut tally = Tally::default();
    for rival in rivals {
        tally.add(rival.await.map_err(|e| e.to_string())?);
    }
    let took = began.elapsed();
    rival::settle(child.address, &world, &mut tally).await?;
    let after = books::read(&world).await?;
    let watched = watch.await.map_err(|e| e.to_string())?;
    child.kill();
    print(ask, engine, &tally, took, slowest, &watched);
    let kept = [
        holds("never more seats out than were ordered, in any snapshot", watched.wrong.map_or(Ok(()), Err)),
        holds("pool = sum of allocations = sum of the ledger", after.agree()),
        holds("every acknowledged change is in the books once, and no other", after.explained(&before, &tally)),
        holds("the region has what control decided", after.obeyed()),
        holds("the audit chain is whole", books::chain(&world).await?),
        holds("no answer of another kind", tally.complaint.map_or(Ok(()), Err)),
    ];
    if kept.contains(&false) { Err("the proof does not hold".into()) } else { Ok(()) }
}

fn print(ask: &Ask, engine: Option<&str>, tally: &Tally, took: Duration, slowest: Duration, watched: &books::Watched) {
    let title = format!("seats under kill -9 on {}: {CLIENTS} clients, {} kills", engine_name(engine), ask.kills);
    let mut table = Table::new(title, &["", "count"]);
    let mut row = |name: &str, n: usize| {
        #[expect(clippy::cast_precision_loss, reason = "a count")]
        table.row(&[name.into(), grouped(n as f64)]);
    };
    row("attempts", tally.attempts);
    row("acknowledged allocations", tally.allocated);
    row("acknowledged releases", tally.released);
    row("refused (pool empty, too few held, release under way)", tally.refused);
    row("asked again after a broken connection", tally.repeated);
    row("of these answered as already done", tally.replayed);
    row("releases that ended later", tally.later);
    row("snapshots of the books meanwhile", watched.snapshots);
    table.row(&["seconds".into(), format!("{:.1}", took.as_secs_f64())]);
    table.row(&["longest from kill to ready, ms".into(), slowest.as_millis().to_string()]);
    table.print();
}
