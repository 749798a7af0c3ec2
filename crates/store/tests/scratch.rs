#[path = "it/lab.rs"]
mod lab;
#[path = "it/support.rs"]
mod support;
use futures_util::future::join_all;
use store::*;
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bench() {
    for g in [Some(support::Ground::sqlite()), support::Ground::postgres().await] {
        let Some(g) = g else { continue };
        let db = g.open::<lab::Lab>(&Options { writers: 1, ..Options::default() });
        for clients in [1_i64, 64] {
            let each = if clients == 1 { 1500 } else { 100 };
            let t = std::time::Instant::now();
            join_all((0..clients).map(|c| {
                let db = &db;
                async move {
                    for n in 0..each {
                        support::keep(db, move |tx| {
                            lab::put(tx, clients * 1_000_000_000 + c * 100_000 + n)?;
                            tx.exec(sql!(lab::Lab, "UPDATE thing SET word='x' WHERE n = $1"), p![n])
                        })
                        .await
                        .expect("kept");
                    }
                }
            }))
            .await;
            let n = clients * each;
            println!("pg={} clients={clients} {:.0}/s", g.is_postgres(), n as f64 / t.elapsed().as_secs_f64());
        }
    }
}
