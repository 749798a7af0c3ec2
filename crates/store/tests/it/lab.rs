//! A home of the tests' own.

use store::{Home, Migration, Result, Tx, View, p, sql};

const FIRST: Migration = Migration {
    version: 1,
    name: "lab",
    text: "CREATE TABLE thing (n $BIG NOT NULL PRIMARY KEY, word TEXT)$STRICT;
CREATE TABLE sample (
  id $UUID NOT NULL PRIMARY KEY,
  big $BIG,
  yes $BOOL,
  real $REAL,
  word TEXT,
  raw $BYTES,
  other $UUID
)$STRICT;
",
};

const SECOND: Migration = Migration { version: 2, name: "more", text: "CREATE TABLE more (n $BIG NOT NULL PRIMARY KEY)$STRICT;\n" };
const BROKEN: Migration =
    Migration { version: 2, name: "broken", text: "CREATE TABLE half (n $BIG NOT NULL PRIMARY KEY)$STRICT;\nCREATE NONSENSE;\n" };
const OTHER: Migration = Migration { version: 1, name: "lab", text: "CREATE TABLE thing (n $BIG NOT NULL PRIMARY KEY)$STRICT;\n" };

macro_rules! homes {
    ($($kind:ident $name:literal [$($step:ident),*])*) => {$(
        pub enum $kind {}
        impl Home for $kind {
            const NAME: &'static str = $name;
            const MIGRATIONS: &'static [Migration] = &[$($step),*];
            fn policy(column: &str) -> String {
                format!("{column} IS NOT NULL")
            }
        }
    )*};
}

homes! {
    Lab "lab" [FIRST]
    Newer "lab" [FIRST, SECOND]
    Broken "lab" [FIRST, BROKEN]
    Changed "lab" [OTHER]
    Odd "odd" [FIRST]
    Tight "tight" [FIRST]
}

pub fn put(tx: &mut Tx<'_, Lab>, n: i64) -> Result<u64> {
    tx.exec(sql!(Lab, "INSERT INTO thing (n, word) VALUES ($1, 'put')"), p![n])
}

pub fn all(view: &mut View<'_, Lab>) -> Result<Vec<i64>> {
    view.rows(sql!(Lab, "SELECT n FROM thing ORDER BY n"), &[])?.iter().map(|r| r.get("n")).collect()
}
