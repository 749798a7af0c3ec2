//! A directory of many people read again and again: all new, all as before, one in a hundred different. The program serves in a
//! process of its own, so that its memory is its own.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use store::{CustomerId, Region};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use crate::{
    Ask,
    child::{Child, free_port},
    engine_name,
    http::{self, Wire},
    report::{Table, Target, grouped, seconds, verdict},
    scim,
    world::{Plan, World},
};

/// What one run came to.
struct Ran {
    took: Duration,
    /// The most memory it had beyond what it had before, in megabytes.
    grew: f64,
    said: serde_json::Value,
}

/// Measures one engine.
pub async fn measure(ask: &Ask, engine: Option<&str>) -> Result<(), String> {
    let mut world = World::build(&Plan::of(vec![1]), engine, ask.folder.as_ref()).await?;
    let customer = scim::tenant_of(&world, "example.org").await?;
    let file = Arc::new(Mutex::new(String::new()));
    let port = serve(file.clone()).await?;
    world.config.egress_allow = vec!["127.0.0.1".into()];
    world.config.egress_ports = vec![port];
    let child = Child::start(&world.config, free_port()?).await?;
    let bearer = world.staff.bearer();
    let source = add(&world, &child, customer, &bearer, port).await?;
    tell(&file, ask.rows, 0);
    let first = run(&child, &source, &bearer).await?;
    let before = prints(&world)?;
    let same = run(&child, &source, &bearer).await?;
    let wrote: Vec<&str> = ["member", "member_interval", "feed_member"]
        .into_iter()
        .filter(|t| before.get(*t) != prints(&world).ok().as_ref().and_then(|p| p.get(*t)))
        .collect();
    tell(&file, ask.rows, ask.rows / 100);
    let changed = run(&child, &source, &bearer).await?;
    let title = format!("sync of a directory on {}, {} people", engine_name(engine), grouped(count(ask.rows)));
    let mut table = Table::new(title, &["run", "seconds", "people/s", "MB more", "changes"]);
    for (name, ran) in [("everybody joins", &first), ("everybody is as before", &same), ("one in a hundred changes", &changed)] {
        let a = &ran.said["applied"];
        let changes: i64 = ["joined", "moved", "left", "returned"].iter().filter_map(|n| a[*n].as_i64()).sum();
        table.row(&[
            name.into(),
            format!("{:.2}", seconds(ran.took)),
            grouped(count(ask.rows) / seconds(ran.took)),
            format!("{:.1}", ran.grew),
            changes.to_string(),
        ]);
    }
    table.print();
    println!("  the first run took {:.1} times as long as one without changes", seconds(first.took) / seconds(same.took));
    println!("  one in a hundred changes took {:.2} times as long as none", seconds(changed.took) / seconds(same.took));
    let unchanged = if wrote.is_empty() { "no row".to_owned() } else { wrote.join(", ") };
    println!("  rows of people written by a run without changes: {unchanged}");
    verdict("sync with one in a hundred changed", seconds(changed.took), Target::AtMost(15.0), "s");
    verdict("memory a sync takes", [&first, &same, &changed].iter().map(|r| r.grew).fold(0.0, f64::max), Target::AtMost(150.0), "MB");
    child.kill();
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a count of rows")]
fn count(n: usize) -> f64 {
    n as f64
}

/// Writes the file: of `changes`, half are called otherwise, a quarter has gone and as many are new.
fn tell(file: &Mutex<String>, people: usize, changes: usize) {
    let (renamed, gone) = (changes / 2, changes / 4);
    let mut text = String::from("id,user name,email,name,department,title\n");
    for n in gone..people + gone {
        let name = if n < gone + renamed { "Renamed" } else { "Person" };
        text += &format!("id-{n},user{n},user{n}@example.org,{name} {n},Department {},Title {}\n", n % 40, n % 90);
    }
    if let Ok(mut held) = file.lock() {
        *held = text;
    }
}

/// Serves the file to whoever asks.
async fn serve(file: Arc<Mutex<String>>) -> Result<u16, String> {
    let listener = TcpListener::bind("127.0.0.1:0").await.map_err(|e| e.to_string())?;
    let port = listener.local_addr().map_err(|e| e.to_string())?.port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let text = file.lock().map(|held| held.clone()).unwrap_or_default();
            tokio::spawn(async move {
                let mut asked = [0; 4_096];
                let _ = stream.read(&mut asked).await;
                let head =
                    format!("HTTP/1.1 200 OK\r\ncontent-type: text/csv\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", text.len());
                let _ = stream.write_all(head.as_bytes()).await;
                let _ = stream.write_all(text.as_bytes()).await;
            });
        }
    });
    Ok(port)
}

/// Adds the source; gives its address.
async fn add(world: &World, child: &Child, customer: CustomerId, bearer: &str, port: u16) -> Result<String, String> {
    let base = format!("/v1/msp/{}/customers/{customer}/sources", world.first()?.id);
    let body = serde_json::json!({ "name": "People", "settings": { "kind": "csv", "url": format!("http://127.0.0.1:{port}/people.csv") } });
    let headers = [("authorization", bearer), ("content-type", "application/json")];
    let (status, made) = http::once(child.address, &http::request("POST", &base, &headers, body.to_string().as_bytes())).await?;
    let id = made["id"].as_str().ok_or_else(|| format!("the source was not made: {status} {made}"))?;
    Ok(format!("{base}/{id}"))
}

/// Begins a run and watches it to its end.
async fn run(child: &Child, source: &str, bearer: &str) -> Result<Ran, String> {
    let memory = || child.megabytes("VmRSS").unwrap_or(0.0);
    let (rest, mut most) = (memory(), 0.0_f64);
    let mut wire = Wire::connect(child.address).await?;
    let headers = [("authorization", bearer)];
    let began = Instant::now();
    wire.send(&http::request("POST", &format!("{source}/runs"), &headers, b"")).await?;
    let id = wire.json()?["id"].as_str().ok_or_else(|| wire.text())?.to_owned();
    let question = http::get(&format!("{source}/runs/{id}"), &headers);
    loop {
        tokio::time::sleep(Duration::from_millis(25)).await;
        most = most.max(memory());
        wire.send(&question).await?;
        let said = wire.json()?;
        match said["status"].as_str() {
            Some("done") => return Ok(Ran { took: began.elapsed(), grew: (most - rest).max(0.0), said }),
            Some("reading" | "applying") => {}
            _ => return Err(said.to_string()),
        }
        if began.elapsed() > Duration::from_secs(600) {
            return Err("it did not end within ten minutes".into());
        }
    }
}

fn prints(world: &World) -> Result<BTreeMap<String, store::TablePrint>, String> {
    store::prints::<Region>(&world.config.region("eu")).map_err(|e| e.to_string())
}
