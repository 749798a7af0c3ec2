//! Backup, and carrying a home between engines.

use store::{Control, Db, Error, Options, Tx, Value, Where, copy_home, p, prints, sql, sqlite_backup, verify_sqlite};

use crate::{
    lab::{Lab, all, put},
    scenes,
    support::{Ground, id, keep},
};

scenes! { a_home_is_carried_there_and_back, a_target_that_is_not_empty_is_refused }

mod owned {
    crate::postgres_scenes! { an_owner_who_is_no_superuser_sees_what_it_carries }
    use super::an_owner_who_is_no_superuser_sees_what_it_carries;
}

fn small() -> Options {
    Options { writers: 1, readers: 1, ..Options::default() }
}

/// A tree whose parent came after its child (a partner that was moved), and rows behind the fence.
fn fill(tx: &mut Tx<'_, Control>) -> store::Result<()> {
    let node = sql!(
        Control,
        "INSERT INTO org_node (node_id, parent_id, kind, partner_id, customer_id, region) VALUES ($1, $2, $3, $4, NULL, NULL)"
    );
    tx.exec(node, p![id(900), None::<store::Uuid>, "distributor", None::<store::Uuid>])?;
    tx.exec(node, p![id(5), id(900), "partner", id(5)])?;
    tx.exec(sql!(Control, "INSERT INTO scope_partner (node_id, partner_id) VALUES ($1, $1)"), p![id(5)])?;
    tx.exec(
        sql!(Control, "INSERT INTO credential (secret_hash, credential_id, kind, holder_id, staff_id, label, address, created_at, idle_until, expires_at)
             SELECT $1, $2, 'token', $2, staff_id, '', '', 0, 0, 0 FROM staff"),
        p![vec![3_u8; 32], id(8)],
    )?;
    tx.enter(id(5));
    let view = sql!(
        Control,
        "INSERT INTO saved_view (partner_id, view_id, staff_id, name, query, shared, created_at) VALUES ($1, $2, $2, $3, 'ä', $4, $5)"
    );
    for n in 0..1_200_u32 {
        tx.exec(view, p![id(5), id(10_000 + u128::from(n)), format!("view {n}"), n % 2 == 0, i64::from(n) - 600])?;
    }
    let standing = sql!(
        Control,
        "INSERT INTO standing (partner_id, customer_id, name_key, search_key, kind, lifecycle, tier, listed, counted, status_order, settled_until,
           setup_done, email_ok, passed, delivered, passed_before, delivered_before, pass_rate, allocated, active_users, members, waiting)
         VALUES ($1, $2, '', '', '', '', '', TRUE, FALSE, 0, 0, TRUE, TRUE, 0, 0, 0, 0, $3, 0, 0, 0, 0)"
    );
    for (n, rate) in [(0, Some(0.1)), (1, Some(1.0)), (2, Some(-0.0)), (3, None)] {
        tx.exec(standing, p![id(5), id(n), rate])?;
    }
    Ok(())
}

async fn a_home_is_carried_there_and_back(ground: &Ground) {
    let (start, there, back) = (Where::Sqlite(ground.file("start")), ground.place("control"), Where::Sqlite(ground.file("back")));
    let db = Db::<Control>::open(&start, &small()).expect("opens");
    keep(&db, fill).await.expect("filled");
    let proof = copy_home::<Control>(&start, &there).expect("copied");
    assert_eq!(proof["saved_view"].rows, 1_200);
    assert_eq!(proof["org_node"].rows, 2);
    assert_eq!(proof, prints::<Control>(&start).expect("counted"));
    assert_eq!(proof, copy_home::<Control>(&there, &back).expect("and back"));
    assert_eq!(proof, prints::<Control>(&back).expect("counted"));
    verify_sqlite(&ground.file("back")).expect("sound");
    let db = Db::<Control>::open(&there, &small()).expect("the copy serves");
    let n = db
        .read(|view| {
            view.enter(id(5));
            view.one(sql!(Control, "SELECT COUNT(*) AS n FROM saved_view WHERE shared"), &[])?.get::<i64>("n")
        })
        .await;
    assert_eq!(n.expect("read"), 600);
}

async fn a_target_that_is_not_empty_is_refused(ground: &Ground) {
    let (start, there) = (Where::Sqlite(ground.file("start")), ground.place("control"));
    let db = Db::<Control>::open(&start, &small()).expect("opens");
    keep(&db, fill).await.expect("filled");
    let target = Db::<Control>::open(&there, &small()).expect("opens");
    // In the last table that has rows: everything before it must be taken back.
    keep(&target, |tx| {
        tx.exec(sql!(Control, "INSERT INTO scope_partner (node_id, partner_id) VALUES ($1, $1)"), p![id(5)])?;
        tx.enter(id(5));
        tx.exec(
            sql!(Control, "INSERT INTO column_mapping (partner_id, kind, header_hash, mapping) VALUES ($1, 'x', $2, '')"),
            p![id(5), vec![1_u8]],
        )
    })
    .await
    .expect("stored");
    let before = prints::<Control>(&there).expect("counted");
    let refused = copy_home::<Control>(&start, &there).err();
    assert!(matches!(&refused, Some(Error::Corrupt(why)) if why.contains("not empty")), "{refused:?}");
    assert_eq!(prints::<Control>(&there).expect("counted"), before);
}

async fn an_owner_who_is_no_superuser_sees_what_it_carries(ground: &Ground) {
    let root = ground.root().await;
    let owner = format!("owner_{}", ground.database());
    root.batch_execute(&format!("CREATE ROLE {owner} LOGIN CREATEROLE; GRANT CREATE ON DATABASE {} TO {owner}", ground.database()))
        .await
        .expect("made");
    let dsn = ground.dsn().replace("postgres@", &format!("{owner}@"));
    let there = Where::Postgres { dsn, schema: "control".into(), role: ground.role() };
    let db = Db::<Control>::open(&there, &small()).expect("opens");
    keep(&db, fill).await.expect("filled");
    drop(Db::<Control>::open(&there, &small()).expect("opens a second time"));
    assert_eq!(prints::<Control>(&there).expect("counted")["saved_view"].rows, 1_200);
    let proof = copy_home::<Control>(&there, &Where::Sqlite(ground.file("back"))).expect("copied");
    assert_eq!(proof["saved_view"].rows, 1_200);
    let none = db.read(|view| view.rows(sql!(Control, "SELECT view_id FROM saved_view"), &[])).await;
    assert!(none.map_or(true, |rows| rows.is_empty()), "the lanes stay behind the fence");
    drop(db);
    let _ = root.batch_execute(&format!("REASSIGN OWNED BY {owner} TO CURRENT_USER; DROP OWNED BY {owner}; DROP ROLE {owner}")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_made_while_writing_is_whole() {
    let ground = Ground::sqlite();
    let db = ground.open::<Lab>(&small());
    for n in 0..50 {
        keep(&db, move |tx| put(tx, n)).await.expect("kept");
    }
    // Large enough to be copied in several steps, while somebody never stops writing.
    let insert = sql!(Lab, "INSERT INTO sample (id, raw) VALUES ($1, $2)");
    let large: Vec<Vec<Value>> = (0..9_000).map(|n| vec![id(n).into(), vec![5_u8; 3_000].into()]).collect();
    keep(&db, move |tx| tx.bulk(insert, &large)).await.expect("kept");
    let (from, to) = (ground.file("lab"), ground.file("copy"));
    let target = to.clone();
    let copying = tokio::task::spawn_blocking(move || sqlite_backup(&from, &target));
    let mut next = 50;
    while !copying.is_finished() {
        keep(&db, move |tx| put(tx, next)).await.expect("kept");
        next += 1;
    }
    copying.await.expect("no panic").expect("copied");
    assert!(next > 52, "there was writing meanwhile");
    assert!(sqlite_backup(&ground.file("nowhere"), &ground.file("copy of nothing")).is_err());
    verify_sqlite(&to).expect("sound");
    let copy = Db::<Lab>::open(&Where::Sqlite(to.clone()), &small()).expect("opens");
    let held = copy.read(all).await.expect("read");
    assert!(held.len() >= 50 && held.iter().copied().eq(0..i64::try_from(held.len()).expect("small")), "a prefix: {}", held.len());
    tokio::task::spawn_blocking(move || copy.close()).await.expect("closed");

    let mut bytes = std::fs::read(&to).expect("read");
    let middle = bytes.len() / 2;
    bytes[middle..].fill(0x5a);
    std::fs::write(&to, bytes).expect("written");
    assert!(verify_sqlite(&to).is_err(), "a damaged file is found out");
}
