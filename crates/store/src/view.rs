use std::{
    marker::PhantomData,
    ops::{Deref, DerefMut},
};

use uuid::Uuid;

use crate::{Home, Result, Row, Sql, Text, Value, error::Fault, postgres::PgConn, sqlite::LiteConn};

/// A connection of either engine, owned by one lane.
pub(crate) enum Conn {
    Lite(LiteConn),
    Pg(Box<PgConn>),
}

impl Conn {
    pub(crate) fn run(&mut self, text: &'static Text, params: &[Value], each: &mut dyn FnMut(Row) -> Result<()>) -> Result<u64> {
        match self {
            Conn::Lite(c) => c.run(text, params, each),
            Conn::Pg(c) => c.run(text, params, each),
        }
    }

    pub(crate) fn each_of(&mut self, text: &'static Text, rows: &[Vec<Value>], each: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
        match self {
            Conn::Lite(c) => c.each_of(text, rows, each),
            Conn::Pg(c) => c.each_of(text, rows, each),
        }
    }

    pub(crate) fn bulk(&mut self, text: &'static Text, rows: &[Vec<Value>]) -> Result<u64> {
        match self {
            Conn::Lite(c) => c.bulk(text, rows),
            Conn::Pg(c) => c.bulk(text, rows),
        }
    }

    /// Transaction control and other texts without parameters.
    pub(crate) fn batch(&mut self, sql: &str) -> Result<()> {
        match self {
            Conn::Lite(c) => c.batch(sql),
            Conn::Pg(c) => c.batch(sql),
        }
    }

    /// Sets the row-level-security scope for the rest of the job; sent together with the next statement.
    pub(crate) fn enter(&mut self, scope: String) {
        if let Conn::Pg(c) = self {
            c.enter(scope);
        }
    }

    pub(crate) fn take_fault(&mut self) -> Option<Fault> {
        match self {
            Conn::Lite(c) => c.fault.take(),
            Conn::Pg(c) => c.fault.take(),
        }
    }

    /// Keeps a node where it is until the transaction ends; sent together with the next statement. SQLite has one writer.
    pub(crate) fn hold(&mut self, text: &'static str, node: Uuid) -> Result<()> {
        match self {
            Conn::Lite(_) => Ok(()),
            Conn::Pg(c) => c.hold(text, node),
        }
    }

    /// The first engine error since this was last asked.
    pub(crate) fn take_broke(&mut self) -> Option<crate::Error> {
        match self {
            Conn::Lite(c) => c.broke.take(),
            Conn::Pg(c) => c.broke.take(),
        }
    }

    pub(crate) fn check(&mut self, sql: &str) -> Result<()> {
        match self {
            Conn::Lite(c) => c.check(sql),
            Conn::Pg(c) => c.check(sql),
        }
    }

    /// How the engine would run a text; nothing on PostgreSQL, which decides by statistics.
    pub(crate) fn plan(&mut self, sql: &str) -> Result<Vec<String>> {
        match self {
            Conn::Lite(c) => c.plan(sql),
            Conn::Pg(_) => Ok(Vec::new()),
        }
    }

    pub(crate) fn is_postgres(&self) -> bool {
        matches!(self, Conn::Pg(_))
    }
}

/// A read-only view of a home: what a query sees. One snapshot from first statement to last.
pub struct View<'c, H> {
    pub(crate) conn: &'c mut Conn,
    home: PhantomData<fn() -> H>,
}

impl<'c, H: Home> View<'c, H> {
    pub(crate) fn new(conn: &'c mut Conn) -> Self {
        View { conn, home: PhantomData }
    }

    /// All rows of an answer.
    ///
    /// # Errors
    /// The engine's.
    pub fn rows(&mut self, sql: &'static Sql<H>, params: &[Value]) -> Result<Vec<Row>> {
        let mut found = Vec::new();
        self.each(sql, params, |row| {
            found.push(row);
            Ok(())
        })?;
        Ok(found)
    }

    /// The first row, if any.
    ///
    /// # Errors
    /// The engine's.
    pub fn opt(&mut self, sql: &'static Sql<H>, params: &[Value]) -> Result<Option<Row>> {
        let mut found = None;
        self.each(sql, params, |row| {
            found.get_or_insert(row);
            Ok(())
        })?;
        Ok(found)
    }

    /// The first row of an answer that always has one (an aggregate).
    ///
    /// # Errors
    /// The engine's, or [`crate::Error::Corrupt`] without a row.
    pub fn one(&mut self, sql: &'static Sql<H>, params: &[Value]) -> Result<Row> {
        self.opt(sql, params)?.ok_or_else(|| crate::Error::Corrupt(format!("no row from {}:{}", sql.text.file, sql.text.line)))
    }

    /// Streams an answer row by row; memory does not grow with it.
    ///
    /// # Errors
    /// The engine's, or the first one `each` gives.
    pub fn each(&mut self, sql: &'static Sql<H>, params: &[Value], mut each: impl FnMut(Row) -> Result<()>) -> Result<()> {
        self.conn.run(&sql.text, params, &mut each).map(drop)
    }

    /// Asks the same of many rows of parameters, with one message each hundreds of them; the answers come in no order. The text has no
    /// `ORDER` and no `LIMIT`.
    ///
    /// # Errors
    /// The engine's, or the first one `each` gives.
    pub fn each_of(&mut self, sql: &'static Sql<H>, rows: &[Vec<Value>], mut each: impl FnMut(&Row) -> Result<()>) -> Result<()> {
        self.conn.each_of(&sql.text, rows, &mut |row| each(&row))
    }

    /// Opens the second fence (PostgreSQL's row policies) for one node of the tree (control) or one customer (region).
    /// Only `access` calls this, after a grant.
    pub fn enter(&mut self, node: Uuid) {
        self.conn.enter(node.to_string());
    }

    /// As [`View::enter`] for several customers of a region.
    pub fn enter_many(&mut self, nodes: &[Uuid]) {
        let list: Vec<String> = nodes.iter().map(Uuid::to_string).collect();
        self.conn.enter(list.join(","));
    }
}

/// The transaction of a change: a view that may also write.
pub struct Tx<'c, H> {
    view: View<'c, H>,
    written: u64,
}

impl<'c, H: Home> Tx<'c, H> {
    pub(crate) fn new(conn: &'c mut Conn) -> Self {
        Tx { view: View::new(conn), written: 0 }
    }

    /// Runs a change and gives the number of rows it touched.
    ///
    /// # Errors
    /// The engine's; a violated constraint is [`crate::Error::Constraint`].
    pub fn exec(&mut self, sql: &'static Sql<H>, params: &[Value]) -> Result<u64> {
        let n = self.view.conn.run(&sql.text, params, &mut |_| Ok(()))?;
        self.written += n;
        Ok(n)
    }

    /// Runs a change with `RETURNING` and gives its first row.
    ///
    /// # Errors
    /// As [`Tx::exec`].
    pub fn change(&mut self, sql: &'static Sql<H>, params: &[Value]) -> Result<Option<Row>> {
        let row = self.view.opt(sql, params)?;
        self.written += u64::from(row.is_some());
        Ok(row)
    }

    /// Runs a change whose row is wanted only for being held until this transaction ends, and gives it. That is no change of the
    /// command's: what it does with the row has to be named, not that it waited for it.
    ///
    /// # Errors
    /// As [`Tx::exec`].
    pub fn held(&mut self, sql: &'static Sql<H>, params: &[Value]) -> Result<Option<Row>> {
        self.view.opt(sql, params)
    }

    /// Runs one text once per parameter list and gives the sum of touched rows. PostgreSQL gets many rows of an `INSERT` at once, and
    /// other texts without waiting in between.
    ///
    /// # Errors
    /// As [`Tx::exec`]; the whole job is then rolled back.
    pub fn bulk(&mut self, sql: &'static Sql<H>, rows: &[Vec<Value>]) -> Result<u64> {
        let n = self.view.conn.bulk(&sql.text, rows)?;
        self.written += n;
        Ok(n)
    }

    /// Keeps a node of the tree at its partner until this transaction ends: a move waits for it, and is waited for. What is
    /// read afterwards sees the node where it stays.
    ///
    /// # Errors
    /// The engine's.
    pub fn hold(&mut self, node: Uuid) -> Result<()> {
        H::HOLD.map_or(Ok(()), |text| self.view.conn.hold(text, node))
    }

    /// Rows written so far: a command that wrote rows without naming an effect is a defect.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.written
    }
}

impl<'c, H> Deref for Tx<'c, H> {
    type Target = View<'c, H>;
    fn deref(&self) -> &View<'c, H> {
        &self.view
    }
}
impl<H> DerefMut for Tx<'_, H> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.view
    }
}
