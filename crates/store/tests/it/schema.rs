use std::collections::{BTreeMap, BTreeSet};

use store::{Control, Db, Error, Home, Options, Region, TableShape, latest_version, prepare_all, shape};
use tokio_postgres::Client;

use crate::{
    lab::{Broken, Changed, Lab, Newer, Odd, all, put},
    scenes,
    support::{Ground, keep},
};

scenes! {
    a_newer_schema_is_refused,
    a_changed_text_is_refused,
    a_failing_step_leaves_nothing,
    processes_may_start_together,
    a_guard_names_what_cannot_be_prepared,
}

mod between {
    crate::postgres_scenes! {
        both_engines_hold_the_same_tables,
        sabotage_an_open_table_and_a_strong_role_are_reported,
        text_is_compared_by_its_bytes_whatever_the_database_speaks,
        the_app_role_owns_nothing_and_every_tenant_table_is_fenced,
    }
    use super::{
        both_engines_hold_the_same_tables, sabotage_an_open_table_and_a_strong_role_are_reported,
        text_is_compared_by_its_bytes_whatever_the_database_speaks, the_app_role_owns_nothing_and_every_tenant_table_is_fenced,
    };
}

fn small() -> Options {
    Options { writers: 1, readers: 1, ..Options::default() }
}

async fn a_newer_schema_is_refused(ground: &Ground) {
    let place = ground.place("lab");
    assert_eq!(Db::<Lab>::version(&place).expect("asked"), 0);
    assert_eq!(Db::<Newer>::migrate(&place).expect("migrated"), (0, 2));
    let refused = Db::<Lab>::open(&place, &small()).err();
    assert!(matches!(&refused, Some(Error::Corrupt(why)) if why.contains("newer program")), "{refused:?}");
    drop(Db::<Newer>::open(&place, &small()).expect("the right program opens it"));
}

async fn a_changed_text_is_refused(ground: &Ground) {
    let place = ground.place("lab");
    assert_eq!(Db::<Lab>::migrate(&place).expect("migrated"), (0, 1));
    assert_eq!(Db::<Lab>::migrate(&place).expect("again"), (1, 1));
    let refused = Db::<Changed>::open(&place, &small()).err();
    assert!(matches!(&refused, Some(Error::Corrupt(why)) if why.contains("another text")), "{refused:?}");
}

async fn a_failing_step_leaves_nothing(ground: &Ground) {
    let place = ground.place("lab");
    let refused = Db::<Broken>::open(&place, &small()).err();
    assert!(matches!(&refused, Some(Error::Engine(why)) if why.contains("broken")), "{refused:?}");
    assert_eq!(Db::<Lab>::version(&place).expect("asked"), 1);
    assert!(!shape::<Lab>(&place).expect("read").contains_key("half"));
    let db = Db::<Newer>::open(&place, &small()).expect("the mended program goes on");
    assert_eq!(latest_version::<Newer>(), 2);
    drop(db);
}

async fn processes_may_start_together(ground: &Ground) {
    let place = ground.place("lab");
    std::thread::scope(|s| {
        let starts: Vec<_> = (0..6).map(|_| s.spawn(|| Db::<Newer>::migrate(&place))).collect();
        for start in starts {
            start.join().expect("no panic").expect("every one comes up");
        }
    });
    drop(Db::<Newer>::open(&place, &small()).expect("opens"));
    let db = Db::<Newer>::attach(&place, &small());
    assert!(db.is_ok());
}

async fn a_guard_names_what_cannot_be_prepared(ground: &Ground) {
    let place = ground.place("odd");
    Db::<Odd>::migrate(&place).expect("migrated");
    // The only text of that home that stands on no engine's own is the made-up function of another scene.
    let refused = prepare_all::<Odd>(&place).expect("asked");
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert!(refused[0].contains("lanes.rs") && refused[0].contains("flaky"), "{refused:?}");
    let place = ground.place("lab");
    let db = Db::<Lab>::open(&place, &small()).expect("opens");
    keep(&db, |tx| put(tx, 1)).await.expect("kept");
    assert_eq!(db.read(all).await.expect("read"), [1]);
    assert_eq!(prepare_all::<Lab>(&place).expect("asked"), Vec::<String>::new());
}

async fn both_engines_hold_the_same_tables(ground: &Ground) {
    same::<Control>(ground);
    same::<Region>(ground);
}

fn same<H: Home>(ground: &Ground) {
    let (pg, lite) = (ground.place(H::NAME), store::Where::Sqlite(ground.file(H::NAME)));
    Db::<H>::migrate(&pg).expect("migrated");
    Db::<H>::migrate(&lite).expect("migrated");
    let (pg, lite) = (shape::<H>(&pg).expect("read"), shape::<H>(&lite).expect("read"));
    assert!(lite.len() > 5 && lite.values().all(|t| !t.key.is_empty()), "every table has a key");
    assert_eq!(differences(&pg, &lite), Vec::<String>::new());
}

/// Tables that are not the same on both sides.
fn differences(one: &BTreeMap<String, TableShape>, other: &BTreeMap<String, TableShape>) -> Vec<String> {
    let names: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    names.into_iter().filter(|name| one.get(*name) != other.get(*name)).cloned().collect()
}

#[test]
fn sabotage_a_table_that_differs_is_reported() {
    let ground = Ground::sqlite();
    Db::<Control>::migrate(&ground.place("control")).expect("migrated");
    let whole = shape::<Control>(&ground.place("control")).expect("read");
    assert_eq!(differences(&whole, &whole), Vec::<String>::new());
    let told = |break_it: &dyn Fn(&mut BTreeMap<String, TableShape>)| {
        let mut broken = whole.clone();
        break_it(&mut broken);
        differences(&whole, &broken)
    };
    assert_eq!(told(&|tables| drop(tables.remove("pool"))), ["pool"]);
    assert_eq!(told(&|tables| drop(tables.insert("stray".into(), TableShape::default()))), ["stray"]);
    let pool = |edit: fn(&mut TableShape)| told(&|tables| tables.entry("pool".into()).and_modify(edit).or_default().key.truncate(9));
    assert_eq!(pool(|t| t.columns[1].kind = "text"), ["pool"]);
    assert_eq!(pool(|t| t.columns[1].required = false), ["pool"]);
    assert_eq!(pool(|t| drop(t.columns.pop())), ["pool"]);
    assert_eq!(pool(|t| t.columns.swap(0, 1)), ["pool"]);
    assert_eq!(pool(|t| t.key.clear()), ["pool"]);
}

async fn the_app_role_owns_nothing_and_every_tenant_table_is_fenced(ground: &Ground) {
    let root = ground.root().await;
    for home in ["control", "region"] {
        opened(ground, home);
        assert_eq!(open_tables(&root, home).await, Vec::<String>::new(), "{home}");
        assert_eq!(powers(ground, &root).await, (0, false), "{home}");
        let fenced = "SELECT COUNT(*) FROM pg_policies WHERE schemaname = $1 AND policyname = 'fence' AND with_check IS NOT NULL";
        assert!(root.query_one(fenced, &[&home]).await.expect("asked").get::<_, i64>(0) >= 3);
    }
}

fn opened(ground: &Ground, home: &str) {
    match home {
        "control" => drop(Db::<Control>::open(&ground.place(home), &small()).expect("opens")),
        _ => drop(Db::<Region>::open(&ground.place(home), &small()).expect("opens")),
    }
}

/// Columns of text that a database's language would sort.
async fn spoken(root: &Client, home: &str) -> Vec<String> {
    let text = "SELECT c.table_name::text || '.' || c.column_name::text FROM information_schema.columns c
                WHERE c.table_schema::text = $1 AND c.data_type IN ('text', 'character varying', 'character') AND c.collation_name IS DISTINCT FROM 'C'";
    root.query(text, &[&home]).await.expect("asked").iter().map(|r| r.get(0)).collect()
}

async fn text_is_compared_by_its_bytes_whatever_the_database_speaks(ground: &Ground) {
    let root = ground.root().await;
    let first: String = root.query_one("SELECT MIN(w) FROM (VALUES ('a'), ('B')) AS v (w)", &[]).await.expect("asked").get(0);
    assert_eq!(first, "a", "the database itself sorts as people do, or this shows nothing");
    for home in ["control", "region"] {
        opened(ground, home);
        assert_eq!(spoken(&root, home).await, Vec::<String>::new(), "{home}");
    }
    root.batch_execute("CREATE TABLE control.stray (n bigint PRIMARY KEY, word text)").await.expect("made");
    assert_eq!(spoken(&root, "control").await, ["stray.word"], "sabotage: a column that is not pinned is reported");
}

/// Tables that name a tenant and are rightly open: access reads them before it knows a scope.
const OPEN: [&str; 6] = ["org_node", "scope_partner", "operation_place", "verified_domain", "reserved_subdomain", "membership_target"];

/// Tables with a tenant's rows that PostgreSQL does not fence: no security, not forced, or no policy for the app's role.
async fn open_tables(root: &Client, home: &str) -> Vec<String> {
    let text = "SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname = $1 AND c.relkind = 'r' AND c.relname <> ALL ($2)
                  AND (c.relname = 'audit_entry' OR EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0
                       AND a.attname IN ('partner_id', 'customer_id')))
                  AND NOT (c.relrowsecurity AND c.relforcerowsecurity AND EXISTS (SELECT 1 FROM pg_policies p
                       WHERE p.schemaname = n.nspname AND p.tablename = c.relname AND p.policyname = 'fence' AND p.qual IS NOT NULL
                         AND p.with_check IS NOT NULL))
                ORDER BY 1";
    let rows = root.query(text, &[&home, &OPEN.to_vec()]).await.expect("asked");
    rows.iter().map(|r| r.get(0)).collect()
}

/// How many things the app's role owns, and whether it may do more than serve.
async fn powers(ground: &Ground, root: &Client) -> (i64, bool) {
    let owned = "SELECT COUNT(*) FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner WHERE r.rolname = $1";
    let owned = root.query_one(owned, &[&ground.role()]).await.expect("asked").get(0);
    let held = "SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolcanlogin FROM pg_roles WHERE rolname = $1";
    (owned, root.query_one(held, &[&ground.role()]).await.expect("asked").get(0))
}

async fn sabotage_an_open_table_and_a_strong_role_are_reported(ground: &Ground) {
    let root = ground.root().await;
    opened(ground, "control");
    for (statement, table) in [
        ("ALTER TABLE control.customer NO FORCE ROW LEVEL SECURITY", "customer"),
        ("ALTER TABLE control.pool DISABLE ROW LEVEL SECURITY", "pool"),
        ("DROP POLICY fence ON control.site", "site"),
        ("CREATE TABLE control.stray (n bigint PRIMARY KEY, partner_id uuid)", "stray"),
    ] {
        root.batch_execute(statement).await.expect("broken");
        let open = open_tables(&root, "control").await;
        assert!(open.iter().any(|name| name == table), "{statement}: {open:?}");
    }
    root.batch_execute(&format!("ALTER TABLE control.stray OWNER TO {}", ground.role())).await.expect("given away");
    assert!(powers(ground, &root).await.0 > 0);
    root.batch_execute(&format!("ALTER ROLE {} BYPASSRLS", ground.role())).await.expect("strengthened");
    assert!(powers(ground, &root).await.1);
}
