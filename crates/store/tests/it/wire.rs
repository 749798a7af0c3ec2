//! A wire between a lane and PostgreSQL that is cut at an exact word: what a network does once in a million times.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use store::{Db, Error, Options, Where};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
};

use crate::{
    lab::{Lab, all, put},
    postgres_scenes,
    support::{Ground, hold, keep},
};

postgres_scenes! { a_lost_commit_is_neither_repeated_nor_denied, a_batch_cut_before_its_commit_runs_again_once }

/// Where the wire is cut.
#[derive(Debug, Clone, Copy)]
enum Cut {
    /// Before the server hears this word.
    Before(&'static str),
    /// After the server has done what the word says, before the lane hears of it.
    After(&'static str),
}

/// The armed cut, shared by all connections; taken by the first one whose words hold it.
type Armed = Arc<Mutex<Option<Cut>>>;

struct Wire {
    dsn: String,
    armed: Armed,
}

impl Wire {
    /// A wire to the server of a DSN.
    async fn to(dsn: &str) -> Wire {
        let (front, rest) = dsn.rsplit_once('@').expect("a DSN with a user");
        let (server, database) = rest.split_once('/').expect("a DSN with a database");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let ours = listener.local_addr().expect("an address");
        let armed = Armed::default();
        let (told, server) = (armed.clone(), server.to_owned());
        tokio::spawn(async move {
            while let Ok((lane, _)) = listener.accept().await {
                let server = TcpStream::connect(&server).await.expect("PostgreSQL answers");
                splice(lane, server, &told);
            }
        });
        Wire { dsn: format!("{front}@{ours}/{database}"), armed }
    }

    fn is_cut(&self) -> bool {
        self.armed.lock().expect("lock").is_none()
    }
}

fn splice(lane: TcpStream, server: TcpStream, armed: &Armed) {
    let ((from_lane, to_lane), (from_server, to_server)) = (lane.into_split(), server.into_split());
    let swallow = Arc::new(AtomicBool::new(false));
    let (end, ended) = watch::channel(false);
    tokio::spawn(asking(from_lane, to_server, armed.clone(), swallow.clone(), end.clone(), ended.clone()));
    tokio::spawn(answering(from_server, to_lane, swallow, end, ended));
}

/// Reads until something comes or the connection is over.
async fn read(from: &mut OwnedReadHalf, buffer: &mut [u8], ended: &mut watch::Receiver<bool>) -> usize {
    tokio::select! {
        n = from.read(buffer) => n.unwrap_or(0),
        _ = ended.changed() => 0,
    }
}

async fn asking(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    armed: Armed,
    swallow: Arc<AtomicBool>,
    end: watch::Sender<bool>,
    mut ended: watch::Receiver<bool>,
) {
    let mut buffer = vec![0; 65_536];
    loop {
        let n = read(&mut from, &mut buffer, &mut ended).await;
        if n == 0 {
            break;
        }
        let cut = {
            let mut armed = armed.lock().expect("lock");
            let holds = |word: &str| buffer[..n].windows(word.len()).any(|w| w == word.as_bytes());
            armed.take_if(|cut| matches!(cut, Cut::Before(word) | Cut::After(word) if holds(word)))
        };
        match cut {
            Some(Cut::Before(_)) => break,
            Some(Cut::After(_)) => swallow.store(true, Ordering::SeqCst),
            None => {}
        }
        if to.write_all(&buffer[..n]).await.is_err() {
            break;
        }
    }
    let _ = end.send(true);
}

async fn answering(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    swallow: Arc<AtomicBool>,
    end: watch::Sender<bool>,
    mut ended: watch::Receiver<bool>,
) {
    let mut buffer = vec![0; 65_536];
    loop {
        let n = read(&mut from, &mut buffer, &mut ended).await;
        // The server's answer to the word shows that it was done; the lane never hears it.
        if n == 0 || swallow.load(Ordering::SeqCst) || to.write_all(&buffer[..n]).await.is_err() {
            break;
        }
    }
    let _ = end.send(true);
}

/// A home of one lane at the far end of the wire.
async fn lane(ground: &Ground) -> (Wire, Db<Lab>) {
    Db::<Lab>::migrate(&ground.place("lab")).expect("migrated");
    let wire = Wire::to(ground.dsn()).await;
    let place = Where::Postgres { dsn: wire.dsn.clone(), schema: "lab".into(), role: ground.role() };
    let options = Options { writers: 1, readers: 1, ..Options::default() };
    let db = tokio::task::spawn_blocking(move || Db::<Lab>::open(&place, &options)).await.expect("no panic").expect("opens");
    (wire, db)
}

async fn a_lost_commit_is_neither_repeated_nor_denied(ground: &Ground) {
    let (wire, db) = lane(ground).await;
    for (first, cut, kept) in [(1, Cut::After("COMMIT"), true), (10, Cut::Before("COMMIT"), false)] {
        let runs = Arc::new(Mutex::new(0));
        let (go, held) = hold(&db).await;
        let [a, b] = [first, first + 1].map(|n| {
            let (counted, armed) = (runs.clone(), wire.armed.clone());
            keep(&db, move |tx| {
                *counted.lock().expect("lock") += 1;
                // The next COMMIT is the one of this batch.
                *armed.lock().expect("lock") = Some(cut);
                put(tx, n)
            })
        });
        // Held for longer than a batch lasts, so that the two are a batch of their own.
        let release = async {
            tokio::time::sleep(Duration::from_millis(40)).await;
            drop(go);
        };
        let (_, held, a, b) = tokio::join!(release, held, a, b);
        held.expect("held");
        assert!(wire.is_cut(), "{cut:?} happened");
        for answer in [a, b] {
            assert!(matches!(answer, Err(Error::Unknown)), "{cut:?}: nobody can know: {answer:?}");
        }
        assert_eq!(*runs.lock().expect("lock"), 2, "{cut:?}: what may have been done is not done again");
        let stored = db.read(all).await.expect("read");
        assert_eq!([first, first + 1].map(|n| stored.contains(&n)), [kept; 2], "{cut:?}: the whole batch, or nothing: {stored:?}");
        keep(&db, move |tx| put(tx, first + 2)).await.expect("the lane goes on");
    }
}

async fn a_batch_cut_before_its_commit_runs_again_once(ground: &Ground) {
    let (wire, db) = lane(ground).await;
    let runs = Arc::new(Mutex::new(0));
    let counted = runs.clone();
    *wire.armed.lock().expect("lock") = Some(Cut::After("INSERT INTO thing"));
    let answer = keep(&db, move |tx| {
        *counted.lock().expect("lock") += 1;
        put(tx, 1)
    });
    assert_eq!(answer.await.expect("run again on a new connection"), 1);
    assert!(wire.is_cut() && *runs.lock().expect("lock") == 2);
    assert_eq!(db.read(all).await.expect("read"), [1], "kept once");
}
