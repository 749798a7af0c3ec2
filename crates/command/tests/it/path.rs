//! Idempotency, previews, failures: a command happens once, whole, or not at all.

use std::collections::BTreeMap;

use command::{Call, Fail};
use futures_util::{FutureExt, future::join_all};
use store::{Clock, Control, Error, Region, TablePrint, prepare_all, prints};

use crate::{
    scenes,
    support::{Ground, id},
    world::*,
};

scenes! {
    a_replay_answers_the_saved_value,
    sixteen_at_once_act_once,
    two_processes_with_one_key_act_once,
    a_client_that_hangs_up_is_served_to_the_end,
    a_refusal_is_decided_again,
    a_preview_leaves_no_trace,
    a_command_that_fails_leaves_no_trace,
    a_write_must_name_its_effect,
    every_text_prepares,
}

type Prints = (BTreeMap<String, TablePrint>, BTreeMap<String, TablePrint>);

fn everything(ground: &Ground) -> Prints {
    (prints::<Control>(&ground.place("control")).expect("counted"), prints::<Region>(&ground.place("region")).expect("counted"))
}

async fn a_replay_answers_the_saved_value(ground: &Ground) {
    let world = World::new(ground).await;
    let keyed = |who: u8| by(who).keyed("k1");
    let first = world.house.execute(keyed(OWNER), note(A, "one")).await.expect("done");
    assert!(!first.replayed && first.effects.len() == 1);
    let before = everything(ground);
    let again = world.house.execute(keyed(OWNER), note(A, "one")).await.expect("replayed");
    assert!(again.replayed && again.effects.is_empty());
    assert_eq!(again.value, first.value);
    let other = world.house.execute(keyed(OWNER), note(A, "two")).await;
    assert!(matches!(other, Err(Fail::KeyReused)), "{other:?}");
    let elsewhere = world.house.execute(keyed(OWNER), note(B, "one")).await;
    assert!(matches!(elsewhere, Err(Fail::KeyReused)), "the node is part of the body: {elsewhere:?}");
    assert_eq!(everything(ground), before, "neither wrote anything");
    let somebody = world.house.execute(keyed(ADMIN), note(A, "one")).await.expect("another's key is another key");
    assert!(!somebody.replayed && somebody.value != first.value);
    // Without the right there is no replay either.
    assert!(matches!(world.house.execute(keyed(AUDITOR), note(A, "one")).await, Err(Fail::Denied(_))));
    let serve = Serve { node: id(A), of: id(A), seats: 3 };
    assert_eq!(world.house.execute(keyed(OWNER), serve.clone()).await.expect("done").value, 1);
    let again = world.house.execute(keyed(OWNER), serve).await.expect("replayed");
    assert!(again.replayed && again.value == 1, "in a region as in control");
    assert_eq!(world.notes().await, ["one", "one"]);
}

async fn sixteen_at_once_act_once(ground: &Ground) {
    let world = World::new(ground).await;
    // Two nodes of one partner and a cold hint: whatever lane they take, the key holds.
    let calls = (0..16).map(|_| world.house.execute(by(OWNER).keyed("same"), note(A, "once")));
    let mut values = Vec::new();
    let mut fresh = 0;
    for answer in join_all(calls).await {
        let answer = answer.expect("answered");
        fresh += usize::from(!answer.replayed);
        values.push(answer.value);
    }
    values.dedup();
    assert_eq!((fresh, values.len()), (1, 1));
    assert_eq!(world.notes().await, ["once"]);
}

async fn two_processes_with_one_key_act_once(ground: &Ground) {
    let world = World::new(ground).await;
    let other = World::beside(ground);
    let calls = (0..16).map(|n| {
        let house = if n % 2 == 0 { &world.house } else { &other.house };
        house.execute(by(OWNER).keyed("same"), note(A, "once"))
    });
    let mut values = Vec::new();
    let mut fresh = 0;
    for answer in join_all(calls).await {
        match answer {
            Ok(answer) => {
                fresh += usize::from(!answer.replayed);
                values.push(answer.value);
            }
            // Overtaken by the other process: whoever asks again gets its answer.
            Err(Fail::Store(error)) => assert!(error.passes(), "{error:?}"),
            Err(other) => panic!("{other:?}"),
        }
    }
    values.dedup();
    assert_eq!((fresh, values.len()), (1, 1));
    let again = other.house.execute(by(OWNER).keyed("same"), note(A, "once")).await.expect("answered");
    assert!(again.replayed && again.value == values[0]);
    assert_eq!(world.notes().await, ["once"]);
}

async fn a_client_that_hangs_up_is_served_to_the_end(ground: &Ground) {
    let world = World::new(ground).await;
    world.house.execute(by(OWNER), note(A, "warm")).await.expect("done");
    // On PostgreSQL the lane of a node is known from its first command on: one poll is enough to queue it.
    assert!(world.house.execute(by(OWNER).keyed("k"), note(A, "gone")).now_or_never().is_none());
    let answer = world.house.execute(by(OWNER).keyed("k"), note(A, "gone")).await.expect("answered");
    assert!(answer.replayed, "it was done for nobody, and its answer was kept");
}

async fn a_refusal_is_decided_again(ground: &Ground) {
    let world = World::new(ground).await;
    let before = everything(ground);
    let call = || by(OWNER).keyed("k");
    for _ in 0..2 {
        let refused = world.house.execute(call(), note(A, "tomorrow")).await;
        assert!(matches!(refused, Err(Fail::Refused(NoteRefusal::TooEarly))), "{refused:?}");
    }
    assert_eq!(everything(ground), before);
    assert!(world.clock.advance(NOW.plus_seconds(86_399)));
    assert!(world.house.execute(call(), note(A, "tomorrow")).await.is_err());
    assert!(world.clock.advance(NOW.plus_days(1)));
    let done = world.house.execute(Call::operator().keyed("k"), note(A, "tomorrow")).await.expect("now it is time");
    assert!(!done.replayed);
}

async fn a_preview_leaves_no_trace(ground: &Ground) {
    let world = World::new(ground).await;
    let before = everything(ground);
    let preview = world.house.preview(by(OWNER).keyed("p"), note(A, "maybe")).await.expect("previewed");
    assert!(preview.preview && preview.as_of == NOW);
    assert_eq!((preview.effects[0].on.as_str(), preview.effects[0].after.clone()), ("note", "maybe".into()));
    let preview = world.house.preview(by(OWNER), Serve { node: id(A), of: id(A), seats: 9 }).await.expect("previewed");
    assert_eq!(preview.effects.len(), 1);
    let refused = world.house.preview(by(OWNER), note(A, "tomorrow")).await;
    assert!(matches!(refused, Err(Fail::Refused(NoteRefusal::TooEarly))));
    assert_eq!(everything(ground), before);
    let done = world.house.execute(by(OWNER).keyed("p"), note(A, "maybe")).await.expect("done");
    assert!(!done.replayed, "a preview does not use up its key");
}

async fn a_command_that_fails_leaves_no_trace(ground: &Ground) {
    let world = World::new(ground).await;
    let before = everything(ground);
    let panicked = world.house.execute(by(OWNER).keyed("k"), note(A, "panic")).await;
    assert!(matches!(panicked, Err(Fail::Store(Error::Panicked))), "{panicked:?}");
    let constrained = world.house.execute(by(OWNER).keyed("k"), note(A, "twice")).await;
    assert!(matches!(constrained, Err(Fail::Store(Error::Constraint(_)))), "{constrained:?}");
    assert_eq!(everything(ground), before);
    world.house.execute(by(OWNER).keyed("k"), note(A, "fine")).await.expect("the lane goes on, and the key is free");
    let after = everything(ground);
    for table in ["audit_entry", "job", "idempotency", "saved_view"] {
        assert_eq!(after.0[table].rows, before.0[table].rows + 1, "{table}");
    }
}

async fn a_write_must_name_its_effect(ground: &Ground) {
    let world = World::new(ground).await;
    let silent = world.house.execute(by(OWNER), note(A, "silent")).await;
    if cfg!(debug_assertions) {
        assert!(matches!(silent, Err(Fail::Store(Error::Panicked))), "{silent:?}");
        assert!(world.notes().await.is_empty());
    } else {
        silent.expect("only a debug build stops it");
    }
}

async fn every_text_prepares(ground: &Ground) {
    let world = World::new(ground).await;
    assert!(store::registered("control").len() > 20 && store::registered("region").len() > 8);
    assert_eq!(prepare_all::<Control>(world.house.control().place()).expect("asked"), Vec::<String>::new());
    assert_eq!(prepare_all::<Region>(world.region().place()).expect("asked"), Vec::<String>::new());
}
