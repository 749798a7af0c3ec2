//! The ground a scene stands on: a temporary folder, or a PostgreSQL database of its own. `command` and `jobs` use this
//! file too (`#[path]`), so that every scene runs on both engines the same way.
#![allow(dead_code, reason = "every test binary uses its own part of this")]

use std::{
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use store::{Db, Home, Options, Result, Settled, Tx, Uuid, Where, Work};
use tokio_postgres::{Client, NoTls};

/// Runs each named scene on SQLite and, when `TENANTRY_TEST_POSTGRES` names a superuser's DSN, on PostgreSQL.
#[macro_export]
macro_rules! scenes {
    ($($name:ident),* $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name(&$crate::support::Ground::sqlite()).await })*
        }
        $crate::postgres_scenes!($($name),*);
    };
}

/// Runs each named scene on PostgreSQL only.
#[macro_export]
macro_rules! postgres_scenes {
    ($($name:ident),* $(,)?) => {
        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                match $crate::support::Ground::postgres().await {
                    Some(ground) => super::$name(&ground).await,
                    None => eprintln!("skipped: TENANTRY_TEST_POSTGRES is not set"),
                }
            })*
        }
    };
}

pub struct Ground {
    folder: tempfile::TempDir,
    base: Option<Base>,
}

struct Base {
    dsn: String,
    own: String,
    name: String,
}

static NEXT: AtomicU32 = AtomicU32::new(0);

#[expect(clippy::disallowed_methods, reason = "the check says by the environment where its PostgreSQL is")]
fn superuser() -> Option<String> {
    std::env::var("TENANTRY_TEST_POSTGRES").ok()
}

impl Ground {
    pub fn sqlite() -> Ground {
        Ground { folder: tempfile::tempdir().expect("a folder"), base: None }
    }

    pub async fn postgres() -> Option<Ground> {
        let dsn = superuser()?;
        let name = format!("t{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        // One that sorts as people do, not by bytes: nothing here may rest on how a database was made.
        let made = format!("CREATE DATABASE {name} TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US'");
        connect(&dsn).await.batch_execute(&made).await.expect("a database");
        let own = format!("{}/{name}", dsn.rsplit_once('/').expect("a DSN that ends in /database").0);
        Some(Ground { folder: tempfile::tempdir().expect("a folder"), base: Some(Base { dsn, own, name }) })
    }

    pub fn is_postgres(&self) -> bool {
        self.base.is_some()
    }

    /// A home of that name on this ground.
    pub fn place(&self, home: &str) -> Where {
        match &self.base {
            None => Where::Sqlite(self.file(home)),
            Some(base) => Where::Postgres { dsn: base.own.clone(), schema: home.to_owned(), role: self.role() },
        }
    }

    pub fn file(&self, home: &str) -> PathBuf {
        self.folder.path().join(format!("{home}.db"))
    }

    pub fn role(&self) -> String {
        self.base.as_ref().map_or_else(String::new, |b| format!("app_{}", b.name))
    }

    pub fn database(&self) -> &str {
        self.base.as_ref().map_or("", |b| &b.name)
    }

    pub fn dsn(&self) -> &str {
        self.base.as_ref().map_or("", |b| &b.own)
    }

    /// The superuser's connection to this ground's database.
    pub async fn root(&self) -> Client {
        connect(self.dsn()).await
    }

    pub fn open<H: Home>(&self, options: &Options) -> Db<H> {
        Db::open(&self.place(H::NAME), options).expect("the home opens")
    }

    /// Kills every lane's connection; gives how many there were.
    pub async fn cut(&self, root: &Client) -> i64 {
        let text = "SELECT COUNT(pg_terminate_backend(pid)) AS n FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
        root.query_one(text, &[]).await.expect("asked").get(0)
    }
}

async fn connect(dsn: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(dsn, NoTls).await.expect("PostgreSQL answers");
    tokio::spawn(connection);
    client
}

impl Drop for Ground {
    fn drop(&mut self) {
        let Some(Base { dsn, name, .. }) = self.base.take() else { return };
        let clean = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let root = connect(&dsn).await;
                for sql in [format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"), format!("DROP ROLE IF EXISTS app_{name}")] {
                    if let Err(error) = root.batch_execute(&sql).await {
                        eprintln!("{sql}: {error}");
                    }
                }
            });
        };
        let _ = std::thread::spawn(clean).join();
    }
}

/// A closure as a change.
pub struct Do<F>(pub F);

impl<H: Home, T: Send + 'static, F: Fn(&mut Tx<'_, H>) -> Result<Settled<T>> + Send + 'static> Work<H> for Do<F> {
    type Out = T;
    fn run(&self, tx: &mut Tx<'_, H>) -> Result<Settled<T>> {
        (self.0)(tx)
    }
}

/// Writes and keeps.
pub async fn keep<H: Home, T: Send + 'static>(db: &Db<H>, f: impl Fn(&mut Tx<'_, H>) -> Result<T> + Send + 'static) -> Result<T> {
    keep_at(db, Uuid::nil(), f).await
}

/// Writes on the lane of that key and keeps.
pub async fn keep_at<H: Home, T: Send + 'static>(
    db: &Db<H>,
    key: Uuid,
    f: impl Fn(&mut Tx<'_, H>) -> Result<T> + Send + 'static,
) -> Result<T> {
    db.write(key, Do(move |tx: &mut Tx<'_, H>| f(tx).map(Settled::Keep))).await
}

/// Holds the lane of `Uuid::nil()` until the returned sender is dropped: what is queued meanwhile becomes one batch.
pub async fn hold<H: Home>(db: &Db<H>) -> (std::sync::mpsc::Sender<()>, impl Future<Output = Result<()>> + '_) {
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let (tell, told) = tokio::sync::oneshot::channel::<()>();
    let (wait, tell) = (std::sync::Mutex::new(wait), std::sync::Mutex::new(Some(tell)));
    let mut held = Box::pin(keep(db, move |_| {
        if let Some(tell) = tell.lock().expect("lock").take() {
            let _ = tell.send(());
        }
        let _ = wait.lock().expect("lock").recv_timeout(Duration::from_secs(10));
        Ok(())
    }));
    // The lane takes the job once the future has been polled.
    assert!(futures_util::poll!(held.as_mut()).is_pending());
    told.await.expect("the lane has begun");
    (go, held)
}

pub fn id(n: u128) -> Uuid {
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 | n)
}
