use store::{Control, Db, Error, Home, Options, Region, latest_version, prepare_all, shape};

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
    crate::postgres_scenes! { both_engines_hold_the_same_tables, the_app_role_owns_nothing_and_every_tenant_table_is_fenced }
    use super::{both_engines_hold_the_same_tables, the_app_role_owns_nothing_and_every_tenant_table_is_fenced};
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
    assert_eq!(pg.keys().collect::<Vec<_>>(), lite.keys().collect::<Vec<_>>());
    for (table, shape) in &lite {
        assert_eq!(&pg[table], shape, "{table}");
    }
}

async fn the_app_role_owns_nothing_and_every_tenant_table_is_fenced(ground: &Ground) {
    let root = ground.root().await;
    for (home, first) in [("control", "partner_id"), ("region", "customer_id")] {
        match home {
            "control" => drop(Db::<Control>::open(&ground.place(home), &small()).expect("opens")),
            _ => drop(Db::<Region>::open(&ground.place(home), &small()).expect("opens")),
        }
        let owned = "SELECT COUNT(*) FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner WHERE r.rolname = $1";
        assert_eq!(root.query_one(owned, &[&ground.role()]).await.expect("asked").get::<_, i64>(0), 0);
        let held = "SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolcanlogin FROM pg_roles WHERE rolname = $1";
        assert!(!root.query_one(held, &[&ground.role()]).await.expect("asked").get::<_, bool>(0));
        let open = "SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                    JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
                    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
                    WHERE n.nspname = $1 AND (a.attname = $2 OR c.relname = 'audit_entry') AND NOT (c.relrowsecurity AND c.relforcerowsecurity)";
        let open = root.query(open, &[&home, &first]).await.expect("asked");
        assert!(open.is_empty(), "{home}: not fenced: {:?}", open.iter().map(|r| r.get::<_, String>(0)).collect::<Vec<_>>());
        let fenced = "SELECT COUNT(*) FROM pg_policies WHERE schemaname = $1 AND policyname = 'fence' AND with_check IS NOT NULL";
        assert!(root.query_one(fenced, &[&home]).await.expect("asked").get::<_, i64>(0) >= 3);
    }
}
