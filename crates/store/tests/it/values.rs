use store::{Options, Timestamp, Value, p, sql};

use crate::{
    lab::Lab,
    scenes,
    support::{Ground, id, keep},
};

scenes! { every_type_comes_back, parameters_stand_in_any_order, a_long_answer_streams, a_change_counts_its_rows, many_rows_are_as_one_after_the_other }

async fn every_type_comes_back(ground: &Ground) {
    let db = ground.open::<Lab>(&Options::default());
    let rows: Vec<[Value; 7]> = vec![
        [id(1).into(), i64::MIN.into(), true.into(), (-0.5).into(), "ä \u{1F600} '$1'".into(), vec![0_u8, 255].into(), id(9).into()],
        [id(2).into(), Timestamp::FOREVER.into(), false.into(), 3.0.into(), "".into(), Vec::<u8>::new().into(), id(2).into()],
        // Sixteen bytes look like a uuid; either way they are the same bytes.
        [id(3).into(), 0_i64.into(), true.into(), f64::MAX.into(), "x".into(), vec![7_u8; 16].into(), id(0).into()],
        [id(4).into(), Value::Null, Value::Null, Value::Null, Value::Null, Value::Null, Value::Null],
    ];
    let given = rows.clone();
    let insert = sql!(Lab, "INSERT INTO sample (id, big, yes, real, word, raw, other) VALUES ($1, $2, $3, $4, $5, $6, $7)");
    let given = given.into_iter().map(Vec::from).collect::<Vec<_>>();
    assert_eq!(keep(&db, move |tx| tx.bulk(insert, &given)).await.expect("stored"), 4);
    let found = db
        .read(|view| view.rows(sql!(Lab, "SELECT id, big, yes, real, word, raw, other FROM sample ORDER BY id"), &[]))
        .await
        .expect("read");
    assert_eq!(found.len(), rows.len());
    for (row, given) in found.iter().zip(&rows) {
        assert_eq!(Value::Uuid(row.get("id").expect("id")), given[0]);
        assert_eq!(Value::from(row.get::<Option<i64>>("big").expect("big")), given[1]);
        assert_eq!(Value::from(row.get::<Option<bool>>("yes").expect("yes")), given[2]);
        assert_eq!(Value::from(row.get::<Option<f64>>("real").expect("real")), given[3]);
        assert_eq!(Value::from(row.get::<Option<String>>("word").expect("word")), given[4]);
        assert_eq!(Value::from(row.get::<Option<Vec<u8>>>("raw").expect("raw")), given[5]);
        assert_eq!(Value::from(row.get::<Option<store::Uuid>>("other").expect("other")), given[6]);
    }
    assert!(found[0].get::<i64>("word").is_err() && found[0].get::<i64>("nowhere").is_err());
}

async fn parameters_stand_in_any_order(ground: &Ground) {
    let db = ground.open::<Lab>(&Options::default());
    keep(&db, |tx| {
        tx.exec(sql!(Lab, "INSERT INTO thing (word, n) VALUES ($2, $1)"), p![1_i64, "one"])?;
        tx.exec(sql!(Lab, "UPDATE thing SET word = $3 WHERE n = $1 AND word = $2 AND $3 <> '$9'"), p![1_i64, "one", "two"])
    })
    .await
    .expect("stored");
    let row = db
        .read(|view| {
            view.one(
                sql!(Lab, "SELECT word FROM thing WHERE word = $2 AND n = $1 AND (n = $1 OR CAST($3 AS BIGINT) = 0)"),
                p![1_i64, "two", 5_i64, "unused"],
            )
        })
        .await
        .expect("found");
    assert_eq!(row.get::<String>("word").expect("word"), "two");
    let short = db.read(|view| view.opt(sql!(Lab, "SELECT n FROM thing WHERE n = $1 AND word = $2"), p![1_i64])).await;
    assert!(short.is_err(), "a missing parameter is an error, not a NULL");
}

async fn a_long_answer_streams(ground: &Ground) {
    let db = ground.open::<Lab>(&Options::default());
    let rows: Vec<Vec<Value>> = (0..2_000_i64).map(|n| vec![n.into()]).collect();
    keep(&db, move |tx| tx.bulk(sql!(Lab, "INSERT INTO thing (n) VALUES ($1)"), &rows)).await.expect("stored");
    let text = sql!(Lab, "SELECT n, word FROM thing ORDER BY n DESC");
    let seen = db
        .read(move |view| {
            let mut seen = Vec::new();
            view.each(text, &[], |row| {
                seen.push(row.get::<i64>("n")?);
                Ok(())
            })?;
            // Leaving early must not harm the next statement.
            let mut few = 0;
            let left = view.each(text, &[], |_| {
                few += 1;
                if few == 700 { Err(store::Error::Busy) } else { Ok(()) }
            });
            assert!(matches!(left, Err(store::Error::Busy)));
            assert_eq!(view.rows(text, &[])?.len(), 2_000);
            Ok(seen)
        })
        .await
        .expect("read");
    assert!(seen.iter().copied().eq((0..2_000).rev()));
}

async fn a_change_counts_its_rows(ground: &Ground) {
    let db = ground.open::<Lab>(&Options::default());
    let counts = keep(&db, |tx| {
        let add = sql!(Lab, "INSERT INTO thing (n, word) VALUES ($1, $2) ON CONFLICT (n) DO NOTHING");
        let one = tx.exec(add, p![1_i64, "a"])?;
        let none = tx.exec(add, p![1_i64, "a"])?;
        let back = tx.change(sql!(Lab, "UPDATE thing SET word = $2 WHERE n = $1 RETURNING n, word"), p![1_i64, "b"])?;
        let nothing = tx.change(sql!(Lab, "UPDATE thing SET word = $2 WHERE n = $1 RETURNING n"), p![2_i64, "b"])?;
        assert!(back.is_some() && nothing.is_none());
        Ok((one, none, tx.written()))
    })
    .await
    .expect("stored");
    assert_eq!(counts, (1, 0, 2));
}

mod strict {
    crate::postgres_scenes! { a_parameter_of_another_type_is_refused }
    use super::a_parameter_of_another_type_is_refused;
}

async fn a_parameter_of_another_type_is_refused(ground: &Ground) {
    let db = ground.open::<Lab>(&Options::default());
    // Eight letters have the length of a BIGINT; they must not become one.
    let letters = keep(&db, |tx| tx.exec(sql!(Lab, "INSERT INTO thing (n, word) VALUES ($1, 'letters')"), p!["12345678"])).await;
    let number = keep(&db, |tx| tx.exec(sql!(Lab, "INSERT INTO thing (n, word) VALUES (1, $1)"), p![7_i64])).await;
    let uuid = keep(&db, |tx| tx.exec(sql!(Lab, "INSERT INTO thing (n, word) VALUES (1, $1)"), p![id(1)])).await;
    for refused in [letters, number, uuid] {
        assert!(matches!(&refused, Err(store::Error::Engine(why)) if why.contains("CAST")), "{refused:?}");
    }
}

async fn many_rows_are_as_one_after_the_other(ground: &Ground) {
    let db = ground.open::<Lab>(&Options::default());
    let rows = |given: &[(i64, &str)]| given.iter().map(|(n, word)| vec![(*n).into(), (*word).into()]).collect::<Vec<Vec<Value>>>();
    let words = async || {
        let found = db.read(|view| view.rows(sql!(Lab, "SELECT n, word FROM thing ORDER BY n"), &[])).await.expect("read");
        found.iter().map(|r| (r.get::<i64>("n").expect("n"), r.get::<String>("word").expect("word"))).collect::<Vec<_>>()
    };
    let of = |given: &[(i64, &str)]| given.iter().map(|(n, word)| (*n, (*word).to_owned())).collect::<Vec<_>>();
    let replace = sql!(Lab, "INSERT INTO thing (word, n) VALUES ($2, $1) ON CONFLICT (n) DO UPDATE SET word = excluded.word");
    // No number twice, then numbers that are there and numbers twice: the last counts.
    let first = rows(&[(1, "a"), (2, "b"), (3, "c"), (4, "d"), (5, "e")]);
    assert_eq!(keep(&db, move |tx| tx.bulk(replace, &first)).await.expect("stored"), 5);
    let again = rows(&[(5, "f"), (6, "g"), (5, "h"), (1, "i"), (7, "j")]);
    assert_eq!(keep(&db, move |tx| tx.bulk(replace, &again)).await.expect("stored"), 5);
    assert_eq!(words().await, of(&[(1, "i"), (2, "b"), (3, "c"), (4, "d"), (5, "h"), (6, "g"), (7, "j")]));
    let once = sql!(Lab, "INSERT INTO thing (n, word) VALUES ($1, CAST($2 AS TEXT)) ON CONFLICT (n) DO NOTHING");
    let known = rows(&[(7, "x"), (8, "k"), (8, "y"), (9, "l"), (1, "z")]);
    assert_eq!(keep(&db, move |tx| tx.bulk(once, &known)).await.expect("stored"), 2, "as many as were new");
    assert_eq!(words().await[5..], of(&[(6, "g"), (7, "j"), (8, "k"), (9, "l")]));
    // What is there already refuses them all.
    let plain = sql!(Lab, "INSERT INTO thing (n, word) VALUES ($1, $2)");
    let refused = rows(&[(10, "m"), (11, "n"), (9, "o"), (12, "p")]);
    let refused = keep(&db, move |tx| tx.bulk(plain, &refused)).await;
    assert!(matches!(refused, Err(store::Error::Constraint(_))), "{refused:?}");
    // One value too few is an error, not a NULL.
    let short = vec![vec![Value::from(20_i64)]; 5];
    assert!(keep(&db, move |tx| tx.bulk(plain, &short)).await.is_err());
    assert_eq!(words().await.len(), 9);
}
