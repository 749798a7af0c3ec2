//! A process that is killed loses nothing it has acknowledged.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
};

use futures_util::future::join_all;
use store::{Db, Options, Where};

use crate::{
    lab::{Lab, all, put},
    scenes,
    support::{Ground, id, keep_at},
};

scenes! { what_was_acknowledged_survives_a_kill }

const PLACE: &str = "TENANTRY_KILL_CHILD";

#[expect(clippy::disallowed_methods, reason = "the parent tells its child by the environment where to write")]
fn told() -> Option<Where> {
    let told = std::env::var(PLACE).ok()?;
    Some(match told.split_once('|') {
        Some((dsn, role)) => Where::Postgres { dsn: dsn.into(), schema: "lab".into(), role: role.into() },
        None => Where::Sqlite(told.into()),
    })
}

/// Not a test: the process that is killed. Writes and says what was acknowledged, until it dies.
#[tokio::test]
#[ignore = "started by what_was_acknowledged_survives_a_kill"]
async fn child() {
    let Some(place) = told() else { return };
    let db = Db::<Lab>::open(&place, &Options { writers: 2, ..Options::default() }).expect("opens");
    join_all((0..8_i64).map(|w| {
        let db = &db;
        async move {
            for n in (w * 1_000_000).. {
                keep_at(db, id(u128::try_from(w).unwrap_or(0)), move |tx| put(tx, n)).await.expect("kept");
                let mut out = std::io::stdout().lock();
                writeln!(out, "ack {n}").and_then(|()| out.flush()).expect("the parent listens");
            }
        }
    }))
    .await;
}

async fn what_was_acknowledged_survives_a_kill(ground: &Ground) {
    let place = ground.place("lab");
    let told = match &place {
        Where::Sqlite(file) => file.display().to_string(),
        Where::Postgres { dsn, role, .. } => format!("{dsn}|{role}"),
    };
    let mut acks: Vec<i64> = Vec::new();
    for round in 0..3 {
        let mut child = Command::new(std::env::current_exe().expect("this binary"))
            .args(["--exact", "kill::child", "--ignored", "--nocapture"])
            .env(PLACE, &told)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a child");
        let mut lines = BufReader::new(child.stdout.take().expect("its words")).lines();
        let before = acks.len();
        while acks.len() < before + 150 + round * 31 {
            let line = lines.next().expect("it lives").expect("text");
            acks.extend(line.strip_prefix("ack ").and_then(|n| n.parse::<i64>().ok()));
        }
        child.kill().expect("killed");
        // What it said before it died counts as well.
        acks.extend(lines.map_while(Result::ok).filter_map(|l| l.strip_prefix("ack ").and_then(|n| n.parse::<i64>().ok())));
        child.wait().expect("gone");
        let db = Db::<Lab>::open(&place, &Options::default()).expect("opens again");
        let stored = db.read(all).await.expect("read");
        assert!(acks.iter().all(|n| stored.binary_search(n).is_ok()), "an acknowledged row is missing");
        assert!(stored.len() <= acks.len() + 8, "at most one unanswered row per writer: {} {}", stored.len(), acks.len());
        if round < 2 {
            crate::support::keep(&db, |tx| tx.exec(store::sql!(Lab, "DELETE FROM thing"), &[])).await.expect("emptied");
            acks.clear();
        }
    }
}
