//! The second fence: PostgreSQL's row policies.

use store::{Control, Db, Error, Options, Region, Result, Tx, Uuid, View, p, sql};

use crate::{
    postgres_scenes,
    support::{Ground, hold, id, keep},
};

postgres_scenes! {
    rows_show_only_in_their_scope,
    foreign_rows_cannot_be_written,
    a_scope_ends_with_its_job,
    a_region_opens_the_customers_it_is_given,
}

const DISTRIBUTOR: u128 = 1;
const FIRST: u128 = 2;
const SECOND: u128 = 3;

fn one_lane() -> Options {
    Options { writers: 1, readers: 1, ..Options::default() }
}

fn insert(tx: &mut Tx<'_, Control>, partner: Uuid, n: u128) -> Result<u64> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO saved_view (partner_id, view_id, staff_id, name, query, shared, created_at) VALUES ($1, $2, $2, 'v', 'q', TRUE, 0)"
        ),
        p![partner, id(n)],
    )
}

fn views(view: &mut View<'_, Control>) -> Result<Vec<Uuid>> {
    view.rows(sql!(Control, "SELECT partner_id FROM saved_view ORDER BY view_id"), &[])?.iter().map(|r| r.get("partner_id")).collect()
}

/// A distributor over two partners, one row each.
async fn seeded(ground: &Ground) -> Db<Control> {
    let db = ground.open::<Control>(&one_lane());
    keep(&db, |tx| {
        let pair = sql!(Control, "INSERT INTO scope_partner (node_id, partner_id) VALUES ($1, $2)");
        for (node, partner) in [(DISTRIBUTOR, DISTRIBUTOR), (DISTRIBUTOR, FIRST), (DISTRIBUTOR, SECOND), (FIRST, FIRST), (SECOND, SECOND)] {
            tx.exec(pair, p![id(node), id(partner)])?;
        }
        for partner in [FIRST, SECOND] {
            tx.enter(id(partner));
            insert(tx, id(partner), 100 + partner)?;
        }
        Ok(())
    })
    .await
    .expect("seeded");
    db
}

async fn seen(db: &Db<Control>, node: Option<u128>) -> Result<Vec<Uuid>> {
    db.read(move |view| {
        if let Some(node) = node {
            view.enter(id(node));
        }
        views(view)
    })
    .await
}

fn nothing(answer: &Result<Vec<Uuid>>) -> bool {
    answer.as_ref().map_or(true, Vec::is_empty)
}

async fn rows_show_only_in_their_scope(ground: &Ground) {
    let db = seeded(ground).await;
    assert!(nothing(&seen(&db, None).await));
    assert_eq!(seen(&db, Some(FIRST)).await.expect("read"), [id(FIRST)]);
    assert!(nothing(&seen(&db, None).await), "the next read does not inherit the scope");
    assert_eq!(seen(&db, Some(SECOND)).await.expect("read"), [id(SECOND)]);
    assert_eq!(seen(&db, Some(DISTRIBUTOR)).await.expect("read"), [id(FIRST), id(SECOND)]);
    assert!(seen(&db, Some(77)).await.expect("read").is_empty());
}

async fn foreign_rows_cannot_be_written(ground: &Ground) {
    let db = seeded(ground).await;
    let foreign = keep(&db, |tx| {
        tx.enter(id(FIRST));
        insert(tx, id(SECOND), 200)
    })
    .await;
    assert!(matches!(&foreign, Err(Error::Engine(why)) if why.contains("row-level security")), "{foreign:?}");
    let bulk = keep(&db, |tx| {
        tx.enter(id(FIRST));
        let text = sql!(Control, "INSERT INTO saved_view (partner_id, view_id, staff_id, name, query, shared, created_at) VALUES ($1, $2, $2, 'v', 'q', FALSE, 0)");
        let own = (300..305).map(|n| vec![id(FIRST).into(), id(n).into()]);
        tx.bulk(text, &own.chain([vec![id(SECOND).into(), id(305).into()]]).collect::<Vec<_>>())
    })
    .await;
    assert!(bulk.is_err());
    let changed = keep(&db, |tx| {
        tx.enter(id(FIRST));
        let renamed = tx.exec(sql!(Control, "UPDATE saved_view SET name = 'mine' WHERE query = 'q'"), &[])?;
        let deleted = tx.exec(sql!(Control, "DELETE FROM saved_view WHERE partner_id = $1"), p![id(SECOND)])?;
        Ok((renamed, deleted))
    })
    .await;
    assert_eq!(changed.expect("ran"), (1, 0));
    let stolen = keep(&db, |tx| {
        tx.enter(id(FIRST));
        tx.exec(sql!(Control, "UPDATE saved_view SET partner_id = $1"), p![id(SECOND)])
    })
    .await;
    assert!(stolen.is_err(), "a row cannot be pushed over the fence either");
    assert_eq!(seen(&db, Some(DISTRIBUTOR)).await.expect("read"), [id(FIRST), id(SECOND)]);
}

async fn a_scope_ends_with_its_job(ground: &Ground) {
    let db = seeded(ground).await;
    let (go, held) = hold(&db).await;
    let kept = keep(&db, |tx| {
        tx.enter(id(FIRST));
        views(tx)
    });
    let after_kept = keep(&db, |tx| views(tx));
    let failed = keep(&db, |tx| {
        tx.enter(id(SECOND));
        let seen = views(tx)?;
        insert(tx, id(FIRST), 400)?;
        Ok(seen)
    });
    let after_failed = keep(&db, |tx| views(tx));
    let unused = keep(&db, |tx| {
        tx.enter(id(SECOND));
        Ok(())
    });
    let after_unused = keep(&db, |tx| views(tx));
    let (_, _, kept, after_kept, failed, after_failed, unused, after_unused) =
        tokio::join!(async { drop(go) }, held, kept, after_kept, failed, after_failed, unused, after_unused);
    assert_eq!(kept.expect("read"), [id(FIRST)]);
    assert!(failed.is_err() && unused.is_ok());
    for leak in [after_kept, after_failed, after_unused] {
        assert!(nothing(&leak), "{leak:?}");
    }
}

async fn a_region_opens_the_customers_it_is_given(ground: &Ground) {
    let db = ground.open::<Region>(&one_lane());
    let add = |tx: &mut Tx<'_, Region>, customer: u128| {
        tx.exec(
            sql!(Region, "INSERT INTO tenant_policy (customer_id, version, seats, max_mau, serving, active_users, members, waiting, usage_seq) VALUES ($1, 1, 1, 1, TRUE, 0, 0, 0, 0)"),
            p![id(customer)],
        )
    };
    let list = |view: &mut View<'_, Region>| -> Result<Vec<Uuid>> {
        view.rows(sql!(Region, "SELECT customer_id FROM tenant_policy ORDER BY customer_id"), &[])?
            .iter()
            .map(|r| r.get("customer_id"))
            .collect()
    };
    for customer in [10, 11, 12] {
        keep(&db, move |tx| {
            tx.enter(id(customer));
            add(tx, customer)
        })
        .await
        .expect("added");
    }
    let foreign = keep(&db, move |tx| {
        tx.enter(id(10));
        add(tx, 13)
    })
    .await;
    assert!(foreign.is_err());
    let one = db
        .read(move |view| {
            view.enter(id(11));
            list(view)
        })
        .await;
    assert_eq!(one.expect("read"), [id(11)]);
    let two = db
        .read(move |view| {
            view.enter_many(&[id(10), id(12)]);
            list(view)
        })
        .await;
    assert_eq!(two.expect("read"), [id(10), id(12)]);
    let none = db
        .read(move |view| {
            view.enter_many(&[]);
            list(view)
        })
        .await;
    assert!(nothing(&none), "{none:?}");
    assert!(nothing(&db.read(list).await));
}
