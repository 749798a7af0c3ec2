//! Memory of the serving program: idle, then while 256 callers allocate and 8 readers look at the dashboard.

use std::{sync::Arc, time::Duration};

use crate::{
    Ask,
    child::{Child, free_port},
    commands::callers::OverWire,
    engine_name, http, load, portfolio,
    report::{Table, Target, grouped, verdict},
    world::{Plan, World},
};

const IDLE: Duration = Duration::from_secs(10);

/// Measures one engine.
pub async fn measure(ask: &Ask, engine: Option<&str>) -> Result<(), String> {
    let customers = ask.customers.unwrap_or(1_000);
    let world = World::build(&Plan::varied(customers), engine, ask.folder.as_ref()).await?;
    let child = Child::start(&world.config, free_port()?).await?;
    tokio::time::sleep(IDLE).await;
    let idle = child.megabytes("VmRSS").ok_or("this machine has no /proc")?;
    let msp = world.first()?;
    let bearer = world.staff.bearer();
    let targets: Arc<[String]> = msp.customers.iter().take(customers * 7 / 10).map(ToString::to_string).collect();
    let mut callers = Vec::new();
    for n in 0..ask.clients {
        callers.push(OverWire::open(child.address, &bearer, targets.clone(), n).await?);
    }
    let page = http::get(&format!("/msp/{}", msp.id), &[("cookie", &world.staff.cookie())]);
    let api = http::get(&format!("/v1/msp/{}/portfolio", msp.id), &[("authorization", &bearer)]);
    let span = ask.span().max(IDLE);
    let ((writes, _), reads) = tokio::join!(load::run(callers, span), portfolio::read(child.address, vec![page, api], 8, span));
    let reads = reads?;
    let (after, peak) = (child.megabytes("VmRSS").unwrap_or(0.0), child.megabytes("VmHWM").unwrap_or(0.0));
    let title = format!("memory of the program on {}, {customers} customers", engine_name(engine));
    let mut table = Table::new(title, &["", "MB", ""]);
    let mb = |n: f64| format!("{n:.1}");
    table.row(&["idle, after 10 s".into(), mb(idle), String::new()]);
    let meanwhile =
        format!("{} allocations/s, {} reads/s {}{}", grouped(writes.rate), grouped(reads.rate), writes.trouble(), reads.trouble());
    table.row(&[format!("after {} s of load", span.as_secs()), mb(after), meanwhile]);
    table.row(&["peak".into(), mb(peak), String::new()]);
    table.print();
    verdict("memory idle", idle, Target::AtMost(60.0), "MB");
    verdict("memory under load, peak", peak, Target::AtMost(250.0), "MB");
    child.kill();
    Ok(())
}
