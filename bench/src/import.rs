//! Members from a file: through HTTP (upload, mapping, verdicts, work, end) and by the command alone.

use std::time::{Duration, Instant};

use store::CustomerId;

use crate::{
    Ask, engine_name,
    http::{self, Wire},
    report::{Table, Target, grouped, seconds, verdict},
    seed,
    world::{Plan, Served, World},
};

/// Measures both ways on one engine.
pub async fn measure(ask: &Ask, engine: Option<&str>) -> Result<(), String> {
    let world = World::build(&Plan::of(vec![2]), engine, ask.folder.as_ref()).await?;
    let [direct, uploaded] = world.first()?.customers[..] else { return Err("the world lost its customers".into()) };
    let began = Instant::now();
    seed::members(&world.app, direct, ask.rows).await?;
    let direct = began.elapsed();
    let served = world.serve().await?;
    let file = seed::file(ask.rows);
    let began = Instant::now();
    let upload = upload(&world, &served, uploaded, &file).await;
    let whole = began.elapsed();
    let mut table = Table::new(
        format!("member import on {}, {} rows", engine_name(engine), grouped(count(ask.rows))),
        &["way", "seconds", "rows/s", ""],
    );
    let row = |name: &str, took: Duration, said: String| {
        [name.into(), format!("{:.2}", seconds(took)), grouped(count(ask.rows) / seconds(took)), said]
    };
    table.row(&row("command by command, 1,000 rows each", direct, String::new()));
    match upload {
        Ok((accepted, said)) => {
            table.row(&row("HTTP: until accepted, every row judged", accepted, String::new()));
            table.row(&row("HTTP: until every row is in", whole, said));
            table.print();
            let target = Target::AtLeast(20_000.0);
            verdict("member import end to end through HTTP", count(ask.rows) / seconds(whole), target, "rows/s");
        }
        Err(why) => {
            table.print();
            println!("  FAIL  HTTP import: {why}");
        }
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a count of rows")]
fn count(n: usize) -> f64 {
    n as f64
}

/// Uploads and starts; gives how long the answer took and what the operation said in the end.
async fn upload(world: &World, served: &Served, customer: CustomerId, file: &str) -> Result<(Duration, String), String> {
    let bearer = world.staff.bearer();
    let mut wire = Wire::connect(served.address).await?;
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "text/csv"),
        ("idempotency-key", "bench-import"),
        ("x-file-name", "members.csv"),
    ];
    let path = format!("/v1/tenants/{customer}/members/import?start=true");
    let began = Instant::now();
    let status = wire.send(&http::request("POST", &path, &headers, file.as_bytes())).await?;
    let accepted = began.elapsed();
    if status != 202 {
        return Err(format!("{status} {}", wire.text()));
    }
    let operation = wire.json()?["operation_id"].as_str().ok_or("no operation in the answer")?.to_owned();
    let question = http::get(&format!("/v1/operations/{operation}"), &[("authorization", &bearer)]);
    loop {
        wire.send(&question).await?;
        let found = wire.json()?;
        match found["status"].as_str() {
            Some("succeeded") => return Ok((accepted, found["result"].to_string().chars().take(90).collect())),
            Some("failed" | "undone") => return Err(found.to_string()),
            Some(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            None => return Err(wire.text()),
        }
        if began.elapsed() > Duration::from_secs(600) {
            return Err("it did not end within ten minutes".into());
        }
    }
}
