//! The dashboard as of a past day, rebuilt from what was recorded.

use std::{sync::Arc, time::Instant};

use command::Call;
use futures_util::{StreamExt, TryStreamExt, stream};
use store::{Clock, Movable, Timestamp};
use tenantry::directory::RecordSync;

use crate::{
    Ask, engine_name,
    http::{self, Wire},
    report::{Table, Target, grouped, holds, verdict},
    world::{Plan, World, name},
};

/// The world's days.
const DAYS: i64 = 60;

/// Lives through sixty days, then looks back at each fifth of them.
pub async fn measure(ask: &Ask, engine: Option<&str>) -> Result<(), String> {
    let start: Timestamp = "2026-09-22T08:00:00Z".parse().map_err(|e| format!("{e:?}"))?;
    let clock = Arc::new(Movable::starting(start, true));
    let customers = ask.customers.unwrap_or(1_000);
    let world = World::build(&Plan { clock: clock.clone(), ..Plan::varied(customers) }, engine, ask.folder.as_ref()).await?;
    live(&world, &clock, ask.changes).await?;
    let served = world.serve().await?;
    let mut wire = Wire::connect(served.address).await?;
    let title = format!(
        "dashboard as of a past day on {}, {customers} customers, {} changes",
        engine_name(engine),
        grouped(changes(customers, ask.changes))
    );
    let mut table = Table::new(title, &["days ago", "status", "ms", "KB"]);
    let (mut worst, mut failed) = (0.0_f64, None);
    for ago in (0..DAYS).step_by(12).chain([DAYS - 1]) {
        let day = clock.now().plus_days(-ago).to_string().chars().take(10).collect::<String>();
        let path = format!("/v1/msp/{}/portfolio?as_of={day}", world.first()?.id);
        let request = http::get(&path, &[("authorization", &world.staff.bearer())]);
        let began = Instant::now();
        let status = wire.send(&request).await?;
        let took = began.elapsed().as_secs_f64();
        worst = worst.max(took);
        if status != 200 {
            failed = Some(format!("{status} {}", wire.text()));
        }
        table.row(&[ago.to_string(), status.to_string(), format!("{:.0}", took * 1000.0), (wire.body().len() / 1000).to_string()]);
    }
    table.print();
    match failed {
        Some(why) => drop(holds("as of a past day", Err(why))),
        None => verdict("as of a past day, slowest", worst, Target::AtMost(1.0), "s"),
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a count of changes")]
fn changes(customers: usize, each: usize) -> f64 {
    (customers * each) as f64
}

/// Every customer's directory syncs so many times, spread over the days.
async fn live(world: &World, clock: &Movable, changes: usize) -> Result<(), String> {
    let changes = i64::try_from(changes.max(1)).unwrap_or(1);
    let began = clock.now();
    for turn in 1..=changes {
        clock.advance(began.plus_seconds(DAYS * 86_400 * turn / changes));
        let now = clock.now();
        stream::iter(world.first()?.customers.iter().enumerate())
            .map(|(n, customer)| async move {
                let ok = (n as i64 + turn) % 17 != 0;
                let command = RecordSync { customer: *customer, ok, source: name("entra")?, reason: None, own: None, at: Some(now) };
                world.app.house.execute(Call::operator(), command).await.map(drop).map_err(|e| format!("sync: {e:?}"))
            })
            .buffer_unordered(256)
            .try_collect::<()>()
            .await?;
    }
    Ok(())
}
