use std::{
    cmp::Ordering,
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::BytesMut;
use futures_util::{StreamExt, TryStreamExt, future::try_join_all};
use tokio::runtime::Runtime;
use tokio_postgres::{
    Client, Statement,
    types::{FromSql, IsNull, ToSql, Type, to_sql_checked},
};
use uuid::Uuid;

use crate::{
    Error, Result, Row, Text, Value,
    error::Fault,
    many::{self, Many},
    value::kind,
};

/// A PostgreSQL connection driven by the lane's own current-thread runtime.
pub(crate) struct PgConn {
    runtime: Runtime,
    client: Client,
    prepared: HashMap<usize, (Statement, Arc<[String]>)>,
    many: HashMap<usize, Option<Arc<Prepared>>>,
    scope: Option<String>,
    set_scope: Statement,
    /// When the server was last told to plan anew.
    planned: Instant,
    hold: Option<Statement>,
    /// A node to hold before the next statement.
    held: Option<Uuid>,
    /// Transaction control of the lane that travels with the next statement.
    pending: Option<&'static str>,
    pub(crate) fault: Option<Fault>,
    /// The first error of the running job: its transaction is aborted, whatever the job makes of it.
    pub(crate) broke: Option<Error>,
}

/// Rows fetched at a time: a streamed answer never lies in memory as a whole.
const FETCH: usize = 512;

/// Rows written with one message, and so few that one by one is as good.
const AT_ONCE: usize = 500;
const FEW: usize = 4;

/// Where and as whom to connect.
#[derive(Debug, Clone)]
pub(crate) struct PgTarget {
    pub(crate) dsn: String,
    pub(crate) schema: String,
    /// The unprivileged role every lane works as; none while migrating.
    pub(crate) role: Option<String>,
}

/// A plan is kept this long. The server makes it for a table as large as it is then, and keeps it while a tenant that is read in
/// makes it a thousand times larger: what was right for three rows walks them all.
const PLANS: Duration = Duration::from_secs(1);

impl PgConn {
    #[expect(clippy::disallowed_methods, reason = "the age of a plan is the machine's own time, whatever the clock says")]
    pub(crate) fn open(target: &PgTarget) -> Result<PgConn> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|e| Error::Unavailable(e.to_string()))?;
        let client = runtime.block_on(connect(&target.dsn)).map_err(|e| Error::Unavailable(describe(&e)))?;
        let mut hello = format!("SET search_path TO \"{}\"; SET timezone TO 'UTC'; SET lock_timeout TO '10s';", target.schema);
        if let Some(role) = &target.role {
            hello.push_str(&format!("SET ROLE \"{role}\";"));
        }
        let set_scope = runtime
            .block_on(async {
                client.batch_execute(&hello).await?;
                client.prepare("SELECT set_config('app.scope', $1, true)").await
            })
            .map_err(|e| Error::Unavailable(describe(&e)))?;
        Ok(PgConn {
            runtime,
            client,
            prepared: HashMap::new(),
            many: HashMap::new(),
            scope: None,
            set_scope,
            planned: Instant::now(),
            hold: None,
            held: None,
            pending: None,
            fault: None,
            broke: None,
        })
    }

    pub(crate) fn enter(&mut self, scope: String) {
        self.scope = Some(scope);
    }

    /// Holds a node in the round trip of the next statement, before it.
    pub(crate) fn hold(&mut self, text: &'static str, node: Uuid) -> Result<()> {
        if self.hold.is_none() {
            self.flush()?;
            self.hold = Some(self.runtime.block_on(self.client.prepare(text)).map_err(|e| self.told(&e))?);
        }
        self.held = Some(node);
        Ok(())
    }

    /// Sends transaction control together with the next statement instead of waiting for its answer. Only for texts
    /// whose failure aborts the open transaction, so that what follows cannot slip past them.
    pub(crate) fn defer(&mut self, sql: &'static str) {
        (self.scope, self.held) = (None, None);
        self.pending = Some(sql);
    }

    fn flush(&mut self) -> Result<()> {
        match self.pending.take() {
            Some(sql) => self.runtime.block_on(self.client.batch_execute(sql)).map_err(|e| self.told(&e)),
            None => Ok(()),
        }
    }

    fn prepared(&mut self, text: &'static Text) -> Result<(Statement, Arc<[String]>)> {
        let key = std::ptr::from_ref(text) as usize;
        if let Some(found) = self.prepared.get(&key) {
            return Ok(found.clone());
        }
        self.flush()?;
        let statement = self.runtime.block_on(self.client.prepare(text.sql)).map_err(|e| self.told(&e))?;
        let names: Arc<[String]> = statement.columns().iter().map(|c| c.name().to_owned()).collect();
        self.prepared.insert(key, (statement.clone(), names.clone()));
        Ok((statement, names))
    }

    pub(crate) fn run(&mut self, text: &'static Text, params: &[Value], each: &mut dyn FnMut(Row) -> Result<()>) -> Result<u64> {
        let (statement, names) = self.prepared(text)?;
        self.send(&statement, &names, params.iter().take(text.params()).map(|v| v as _).collect(), each)
    }

    /// Asks the same of many rows; the answers come in no order.
    pub(crate) fn each_of(&mut self, text: &'static Text, rows: &[Vec<Value>], each: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
        let (one, names) = self.prepared(text)?;
        let many = if rows.len() < FEW { None } else { self.many(text, &one, |sql, types| Some(many::question(sql, types)))? };
        let Some(many) = many else { return rows.iter().try_for_each(|row| self.run(text, row, each).map(drop)) };
        for chunk in rows.chunks(AT_ONCE) {
            let columns = columns(chunk, text.params());
            self.send(&many.statement, &names, columns.iter().map(|column| column as _).collect(), each)?;
        }
        Ok(())
    }

    fn send(
        &mut self,
        statement: &Statement,
        names: &Arc<[String]>,
        args: Vec<&(dyn ToSql + Sync)>,
        each: &mut dyn FnMut(Row) -> Result<()>,
    ) -> Result<u64> {
        let (scope, held, pending) = (self.scope.take(), self.held.take(), self.pending.take());
        let client = &self.client;
        let (set_scope, hold) = (&self.set_scope, &self.hold);
        // All futures write to the connection before any waits: one round trip, in this order.
        let before = async {
            let control = async {
                match pending {
                    Some(sql) => client.batch_execute(sql).await,
                    None => Ok(()),
                }
            };
            let enter = async {
                match &scope {
                    Some(scope) => client.execute(set_scope, &[scope]).await.map(drop),
                    None => Ok(()),
                }
            };
            let hold = async {
                match (hold, &held) {
                    (Some(hold), Some(node)) => client.execute(hold, &[node]).await.map(drop),
                    _ => Ok(()),
                }
            };
            futures_util::try_join!(control, enter, hold).map(drop)
        };
        if names.is_empty() {
            let answer = self.runtime.block_on(async { futures_util::try_join!(before, client.execute(statement, &args)) });
            return answer.map(|((), n)| n).map_err(|e| self.told(&e));
        }
        let answer = self.runtime.block_on(async {
            let ((), rows) = futures_util::try_join!(before, client.query_raw(statement, args))?;
            let mut rows = Box::pin(rows);
            let first = rows.as_mut().take(FETCH).try_collect::<Vec<_>>().await?;
            Ok((rows, first))
        });
        let (mut rows, mut chunk) = answer.map_err(|e| self.told(&e))?;
        let mut n = 0;
        loop {
            let last = chunk.len() < FETCH;
            n += chunk.len() as u64;
            for row in chunk {
                let values = (0..row.len()).map(|i| row.try_get::<_, Value>(i)).collect::<std::result::Result<Vec<_>, _>>();
                let values = values.map_err(|e| Error::Corrupt(e.to_string()))?;
                each(Row { names: names.clone(), values })?;
            }
            if last {
                return Ok(n);
            }
            let next = self.runtime.block_on(rows.as_mut().take(FETCH).try_collect::<Vec<_>>());
            chunk = next.map_err(|e| self.told(&e))?;
        }
    }

    pub(crate) fn bulk(&mut self, text: &'static Text, rows: &[Vec<Value>]) -> Result<u64> {
        let (statement, _) = self.prepared(text)?;
        let many = if rows.len() < FEW { None } else { self.many(text, &statement, many::insert)? };
        self.flush()?;
        if let Some(scope) = self.scope.take() {
            let done = self.runtime.block_on(self.client.execute(&self.set_scope, &[&scope]));
            done.map_err(|e| self.told(&e))?;
        }
        let mut touched = 0;
        for chunk in rows.chunks(AT_ONCE) {
            let answer = match many.as_deref() {
                Some(many) if many.fits(chunk, text.params()) => self.runtime.block_on(at_once(&self.client, many, text.params(), chunk)),
                _ => self.runtime.block_on(one_by_one(&self.client, &statement, text.params(), chunk)),
            };
            touched += answer.map_err(|e| self.told(&e))?;
        }
        Ok(touched)
    }

    /// The text for many rows at once, where there is one.
    fn many(&mut self, text: &'static Text, one: &Statement, rewrite: fn(&str, &[&str]) -> Option<Many>) -> Result<Option<Arc<Prepared>>> {
        let key = std::ptr::from_ref(text) as usize;
        if let Some(found) = self.many.get(&key) {
            return Ok(found.clone());
        }
        self.flush()?;
        let types: Vec<&str> = one.params().iter().map(Type::name).collect();
        let prepared = match rewrite(text.sql, &types) {
            None => None,
            Some(Many { sql, key }) => {
                let statement = self.runtime.block_on(self.client.prepare(&sql)).map_err(|e| self.told(&e))?;
                Some(Arc::new(Prepared { statement, key }))
            }
        };
        self.many.insert(key, prepared.clone());
        Ok(prepared)
    }

    /// Opens a transaction. Where plans are old, they go first.
    #[expect(clippy::disallowed_methods, reason = "the age of a plan is the machine's own time, whatever the clock says")]
    pub(crate) fn begin(&mut self, sql: &str) -> Result<()> {
        let now = Instant::now();
        if now.duration_since(self.planned) > PLANS {
            self.planned = now;
            self.batch("DISCARD PLANS")?;
        }
        self.batch(sql)
    }

    pub(crate) fn batch(&mut self, sql: &str) -> Result<()> {
        (self.scope, self.held) = (None, None);
        let pending = self.pending.take().filter(|_| sql != "ROLLBACK");
        let answer = match pending {
            Some(before) => self.runtime.block_on(self.client.batch_execute(&format!("{before}; {sql}"))),
            None => self.runtime.block_on(self.client.batch_execute(sql)),
        };
        answer.map_err(|e| self.told(&e))
    }

    /// Lets the server parse and plan a text, and that for many rows, without running it: what a guard asks.
    pub(crate) fn check(&mut self, sql: &str) -> Result<()> {
        let one = self.runtime.block_on(self.client.prepare(sql)).map_err(|e| self.told(&e))?;
        let types: Vec<&str> = one.params().iter().map(Type::name).collect();
        let Some(many) = many::insert(sql, &types) else { return Ok(()) };
        self.runtime.block_on(self.client.prepare(&many.sql)).map(drop).map_err(|e| self.told(&e))
    }

    fn told(&mut self, e: &tokio_postgres::Error) -> Error {
        let (fault, error) = name(e, self.client.is_closed());
        self.fault = self.fault.or(fault);
        self.broke.get_or_insert_with(|| error.clone());
        error
    }
}

/// A text for many rows.
struct Prepared {
    statement: Statement,
    /// Parameters of which no two rows may agree in all; none: they may.
    key: Option<Vec<usize>>,
}

impl Prepared {
    fn fits(&self, rows: &[Vec<Value>], params: usize) -> bool {
        if rows.iter().any(|row| row.len() < params) {
            return false;
        }
        let Some(key) = &self.key else { return true };
        let mut keys: Vec<Vec<&Value>> = rows.iter().map(|row| key.iter().map(|n| &row[*n]).collect()).collect();
        keys.sort_by(|a, b| a.partial_cmp(b).unwrap_or(Ordering::Equal));
        keys.windows(2).all(|pair| pair[0] != pair[1])
    }
}

/// An array for each parameter.
fn columns(rows: &[Vec<Value>], params: usize) -> Vec<Vec<&Value>> {
    (0..params).map(|n| rows.iter().map(|row| row.get(n).unwrap_or(&Value::Null)).collect()).collect()
}

async fn at_once(client: &Client, many: &Prepared, params: usize, rows: &[Vec<Value>]) -> std::result::Result<u64, tokio_postgres::Error> {
    let columns = columns(rows, params);
    let args: Vec<&(dyn ToSql + Sync)> = columns.iter().map(|column| column as _).collect();
    client.execute(&many.statement, &args).await
}

async fn one_by_one(
    client: &Client,
    statement: &Statement,
    params: usize,
    rows: &[Vec<Value>],
) -> std::result::Result<u64, tokio_postgres::Error> {
    let each = rows.iter().map(|row| async move {
        let args: Vec<&(dyn ToSql + Sync)> = row.iter().take(params).map(|v| v as _).collect();
        client.execute(statement, &args).await
    });
    Ok(try_join_all(each).await?.iter().sum())
}

fn name(e: &tokio_postgres::Error, closed: bool) -> (Option<Fault>, Error) {
    let Some(db) = e.as_db_error() else {
        return if closed || e.is_closed() {
            (Some(Fault::Lost), Error::Unavailable(describe(e)))
        } else {
            (None, Error::Engine(describe(e)))
        };
    };
    match db.code().code() {
        "40001" | "40P01" => (Some(Fault::Rerun), Error::Busy),
        "57P01" | "57P02" | "57P03" | "25006" => (Some(Fault::Lost), Error::Unavailable(db.message().to_owned())),
        "53100" => (Some(Fault::Full), Error::Full),
        "55P03" => (None, Error::Busy),
        code if code.starts_with("23") => (None, Error::Constraint(db.constraint().unwrap_or_else(|| db.message()).to_owned())),
        code => (None, Error::Engine(format!("{} ({code})", db.message()))),
    }
}

fn describe(e: &tokio_postgres::Error) -> String {
    match e.as_db_error() {
        Some(db) => db.message().to_owned(),
        None => std::error::Error::source(e).map_or_else(|| e.to_string(), |s| format!("{e}: {s}")),
    }
}

async fn connect(dsn: &str) -> std::result::Result<Client, tokio_postgres::Error> {
    let mut config: tokio_postgres::Config = dsn.parse()?;
    // A machine that vanishes without a word must not hold a lane for the quarter of an hour TCP would give it.
    config
        .connect_timeout(Duration::from_secs(5))
        .keepalives_idle(Duration::from_secs(30))
        .keepalives_interval(Duration::from_secs(10))
        .keepalives_retries(3)
        .tcp_user_timeout(Duration::from_secs(60));
    if config.get_ssl_mode() == tokio_postgres::config::SslMode::Disable || !dsn.contains("sslmode") {
        let (client, connection) = config.connect(tokio_postgres::NoTls).await?;
        tokio::spawn(connection);
        return Ok(client);
    }
    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let Ok(tls) = tls else {
        let (client, connection) = config.connect(tokio_postgres::NoTls).await?;
        tokio::spawn(connection);
        return Ok(client);
    };
    let tls = tls.with_root_certificates(roots).with_no_client_auth();
    let (client, connection) = config.connect(tokio_postgres_rustls::MakeRustlsConnect::new(tls)).await?;
    tokio::spawn(connection);
    Ok(client)
}

impl ToSql for Value {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> std::result::Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match (self, ty) {
            (Value::Null, _) => Ok(IsNull::Yes),
            (Value::Bool(v), &Type::INT8) => i64::from(*v).to_sql(ty, out),
            (Value::Bool(v), &Type::BOOL) => v.to_sql(ty, out),
            (Value::Int(v), &Type::BOOL) => (*v != 0).to_sql(ty, out),
            (Value::Int(v), &Type::INT4) => i32::try_from(*v)?.to_sql(ty, out),
            #[expect(clippy::cast_precision_loss, reason = "SQLite gives whole doubles back as integers")]
            (Value::Int(v), &Type::FLOAT8) => (*v as f64).to_sql(ty, out),
            (Value::Int(v), &Type::INT8) => v.to_sql(ty, out),
            (Value::Real(v), &Type::FLOAT8) => v.to_sql(ty, out),
            (Value::Text(v), &(Type::TEXT | Type::VARCHAR | Type::NAME | Type::BPCHAR | Type::UNKNOWN)) => v.to_sql(ty, out),
            (Value::Bytes(v), &Type::UUID) => uuid::Uuid::from_slice(v)?.to_sql(ty, out),
            (Value::Bytes(v), &Type::BYTEA) => v.to_sql(ty, out),
            (Value::Uuid(v), &Type::BYTEA) => v.as_bytes().as_slice().to_sql(ty, out),
            (Value::Uuid(v), &Type::UUID) => v.to_sql(ty, out),
            // Eight letters would otherwise pass as a BIGINT.
            (value, ty) => Err(format!("{} cannot be bound as {ty}: CAST the parameter in the text", kind(value)).into()),
        }
    }
    fn accepts(_: &Type) -> bool {
        true
    }
    to_sql_checked!();
}

impl<'a> FromSql<'a> for Value {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> std::result::Result<Value, Box<dyn std::error::Error + Sync + Send>> {
        Ok(match *ty {
            Type::BOOL => Value::Bool(bool::from_sql(ty, raw)?),
            Type::INT8 => Value::Int(i64::from_sql(ty, raw)?),
            Type::INT4 => Value::Int(i64::from(i32::from_sql(ty, raw)?)),
            Type::INT2 => Value::Int(i64::from(i16::from_sql(ty, raw)?)),
            Type::FLOAT8 => Value::Real(f64::from_sql(ty, raw)?),
            Type::UUID => Value::Uuid(uuid::Uuid::from_sql(ty, raw)?),
            Type::BYTEA => Value::Bytes(<Vec<u8>>::from_sql(ty, raw)?),
            Type::TEXT | Type::VARCHAR | Type::NAME | Type::BPCHAR | Type::UNKNOWN => Value::Text(String::from_sql(ty, raw)?),
            ref other => return Err(format!("column type {other} is not in the portable set").into()),
        })
    }
    fn from_sql_null(_: &Type) -> std::result::Result<Value, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Value::Null)
    }
    fn accepts(_: &Type) -> bool {
        true
    }
}
