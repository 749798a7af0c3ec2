use std::collections::BTreeSet;

use access::{Credential, Denied, NodeKind, Scope, permissions, tree, visible};
use command::{Call, Fail, Node, Query};
use store::{Control, Timestamp, Uuid, View, p, sql};

use crate::{
    scenes,
    support::{Ground, id, keep},
    world::*,
};

scenes! {
    who_may_and_who_may_not,
    a_technician_reaches_some_customers,
    what_is_taken_away_is_gone_at_once,
    a_suspended_customer_is_closed_to_its_own_people_alone,
    a_region_command_stays_in_its_customer,
    the_right_comes_from_the_nearest_role,
    a_partner_that_moves_takes_its_customers_along,
}

fn denied<T: std::fmt::Debug, R: std::fmt::Debug>(answer: Result<T, Fail<R>>) -> Denied {
    match answer {
        Err(Fail::Denied(denied)) => denied,
        other => panic!("expected a denial, got {other:?}"),
    }
}

async fn execute(world: &World, call: Call, node: u128) -> Result<String, Fail<NoteRefusal>> {
    world.house.execute(call, note(node, "x")).await.map(|a| a.value)
}

async fn who_may_and_who_may_not(ground: &Ground) {
    let world = World::new(ground).await;
    for who in [OWNER, ADMIN] {
        execute(&world, by(who), FIRST).await.expect("allowed");
        execute(&world, by(who), A).await.expect("allowed below, too");
    }
    for who in [AUDITOR, ONLY] {
        assert_eq!(denied(execute(&world, by(who), FIRST).await), Denied::Forbidden("manage_customers"));
    }
    assert_eq!(denied(execute(&world, by(CHANNEL), FIRST).await), Denied::Forbidden("manage_customers"));
    // Foreign, above, and missing are the same answer, to the letter.
    for node in [FOREIGN, SECOND, DISTRIBUTOR, PLATFORM, NOWHERE] {
        let one = format!("{:?}", world.house.execute(by(OWNER), note(node, "x")).await.map(|a| a.value));
        let two = format!("{:?}", world.house.preview(by(OWNER), note(node, "x")).await.map(|_| ()).map_err(|e| format!("{e:?}")));
        let three = format!("{:?}", world.house.ask(&by(OWNER), Notes { node: id(node) }).await);
        assert_eq!(one, "Err(Denied(NotFound))");
        assert!(two.contains("NotFound") && three.contains("NotFound"));
    }
    let stranger =
        Call::by(access::secret::hash("tns_", &access::secret::spell("tns_", [200; 32])).map_or(Credential::None, Credential::Secret));
    for call in [
        by(GONE),
        stranger,
        Call::by(Credential::None),
        Call::by(Credential::Holder(id(NOWHERE))),
        Call::by(Credential::Holder(staff_id(GONE))),
    ] {
        for node in [FIRST, NOWHERE] {
            assert_eq!(denied(execute(&world, call.clone(), node).await), Denied::Unauthenticated);
            assert_eq!(denied(world.house.ask(&call, Notes { node: id(node) }).await), Denied::Unauthenticated);
        }
    }
    execute(&world, Call::by(Credential::Holder(staff_id(OWNER))), B).await.expect("a job acts as the one who enqueued it");
    assert_eq!(denied(execute(&world, Call::operator(), NOWHERE).await), Denied::NotFound);
    assert_eq!(world.notes().await.len(), 5);
}

/// The customers a scope shows in a list.
struct Listed(Uuid);

impl Query for Listed {
    type Home = Control;
    type Needs = permissions::Read;
    type Found = Vec<Uuid>;
    fn node(&self) -> Node {
        Node::known(self.0)
    }
    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<permissions::Read>, _: Timestamp) -> store::Result<Vec<Uuid>> {
        let text = sql!(
            Control,
            concat!(
                "SELECT c.customer_id FROM customer c WHERE c.partner_id = $1 AND ",
                visible!("c", "$2", "$3", "$4"),
                " ORDER BY c.customer_id"
            )
        );
        let rows = view.rows(text, p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer()])?;
        rows.iter().map(|r| r.get("customer_id")).collect()
    }
}

async fn a_technician_reaches_some_customers(ground: &Ground) {
    let world = World::new(ground).await;
    let table: [(u8, &[u128], &[u128]); 5] = [
        (OWNER, &[A, B, C, SITE], &[A, B, C]),
        (ONLY, &[A, SITE], &[A]),
        (EXCEPT, &[B, C], &[B, C]),
        (GROUPED, &[B], &[B]),
        (CUSTOMERS, &[A, SITE], &[A]),
    ];
    for (who, reached, listed) in table {
        for node in [A, B, C, SITE, FOREIGN] {
            let answer = world.house.ask(&by(who), Notes { node: id(node) }).await;
            if reached.contains(&node) {
                assert!(answer.is_ok(), "{who} reaches {node}: {answer:?}");
            } else {
                assert_eq!(denied(answer), Denied::NotFound, "{who} does not reach {node}");
            }
        }
        let list_at = if who == CUSTOMERS { A } else { FIRST };
        let found = world.house.ask(&by(who), Listed(id(list_at))).await.expect("listed");
        assert_eq!(found, listed.iter().map(|c| id(*c)).collect::<Vec<_>>(), "{who}");
    }
    // The list at one customer's node is that customer.
    assert_eq!(world.house.ask(&by(OWNER), Listed(id(B))).await.expect("listed"), [id(B)]);
    assert_eq!(denied(world.house.ask(&by(CUSTOMERS), Listed(id(FIRST))).await), Denied::NotFound);
}

async fn what_is_taken_away_is_gone_at_once(ground: &Ground) {
    let world = World::new(ground).await;
    let read = async |who: u8| world.house.ask(&by(who), Notes { node: id(FIRST) }).await;
    keep(world.house.control(), |tx| {
        tx.exec(sql!(Control, "UPDATE membership SET ended_at = 1 WHERE holder_id = $1"), p![staff_id(ADMIN)])?;
        tx.exec(sql!(Control, "UPDATE credential SET ended_at = 1 WHERE holder_id = $1"), p![staff_id(AUDITOR)])
    })
    .await
    .expect("ended");
    assert_eq!(denied(read(ADMIN).await), Denied::NotFound);
    assert_eq!(denied(read(AUDITOR).await), Denied::Unauthenticated);
    read(OWNER).await.expect("still here");
    world.clock.advance_to(NOW.plus_days(1));
    assert_eq!(denied(read(OWNER).await), Denied::Unauthenticated, "idle too long");
    keep(world.house.control(), |tx| tx.exec(sql!(Control, "UPDATE credential SET idle_until = $1"), p![NOW.plus_days(100)]))
        .await
        .expect("used");
    read(OWNER).await.expect("used meanwhile");
    world.clock.advance_to(NOW.plus_days(7));
    assert_eq!(denied(read(OWNER).await), Denied::Unauthenticated, "expired, however busy");
}

async fn a_suspended_customer_is_closed_to_its_own_people_alone(ground: &Ground) {
    let world = World::new(ground).await;
    let read = async |call: Call, node: u128| world.house.ask(&call, Notes { node: id(node) }).await;
    let stand = async |lifecycle: &'static str| {
        keep(world.house.control(), move |tx| {
            tx.enter(id(FIRST));
            tx.exec(sql!(Control, "UPDATE customer SET lifecycle = $2 WHERE customer_id = $1"), p![id(A), lifecycle])
        })
        .await
        .expect("turned");
    };
    let own = || [by(CUSTOMERS), Call::by(Credential::Holder(staff_id(CUSTOMERS)))];
    for suspended in [false, true, false] {
        stand(if suspended { "disabled" } else { "active" }).await;
        for (call, node) in own().into_iter().zip([A, SITE]).chain(own().into_iter().zip([SITE, A])) {
            let answer = read(call, node).await;
            if suspended {
                assert_eq!(denied(answer), Denied::NotFound, "{node}");
            } else {
                answer.expect("in");
            }
        }
        for (who, node) in [(OWNER, A), (OWNER, SITE), (ONLY, A), (ONLY, SITE), (CHANNEL, A), (EXCEPT, B)] {
            read(by(who), node).await.expect("goes on");
        }
    }
}

trait To {
    fn advance_to(&self, to: Timestamp);
}
impl To for store::Movable {
    fn advance_to(&self, to: Timestamp) {
        assert!(store::Clock::advance(self, to));
    }
}

async fn a_region_command_stays_in_its_customer(ground: &Ground) {
    let world = World::new(ground).await;
    let serve = |node: u128, of: u128| Serve { node: id(node), of: id(of), seats: 5 };
    assert_eq!(world.house.execute(by(OWNER), serve(A, A)).await.expect("served").value, 1);
    assert_eq!(world.house.execute(by(ONLY), serve(SITE, A)).await.expect("from a site, too").value, 2);
    assert_eq!(world.house.execute(by(OTHER), serve(FOREIGN, FOREIGN)).await.expect("served").value, 1);
    for (who, node) in [(OWNER, FOREIGN), (ONLY, B), (EXCEPT, A), (OWNER, FIRST), (OWNER, NOWHERE)] {
        assert_eq!(denied(world.house.execute(by(who), serve(node, A)).await), Denied::NotFound, "{who} at {node}");
    }
    assert_eq!(denied(world.house.execute(by(AUDITOR), serve(A, A)).await), Denied::Forbidden("manage_members"));
    if ground.is_postgres() {
        assert!(
            matches!(world.house.execute(by(OWNER), serve(A, B)).await, Err(Fail::Store(_))),
            "the fence refuses another customer's new row"
        );
        assert!(matches!(world.house.execute(by(OWNER), serve(A, FOREIGN)).await, Err(Fail::Store(_))), "and an existing one");
        assert_eq!(world.house.ask(&by(OWNER), Served { node: id(A) }).await.expect("read"), [id(A)]);
    }
    let heads = world.region().read(|view| command::audit::heads(view, store::Uuid::nil(), 100)).await.expect("read");
    let mut chains: Vec<_> = heads.iter().map(|h| (h.chain, h.seq)).collect();
    chains.sort();
    assert_eq!(chains, [(id(A), 2), (id(FOREIGN), 1)], "its trail lies in the region, one chain per customer");
}

async fn the_right_comes_from_the_nearest_role(ground: &Ground) {
    let world = World::new(ground).await;
    // An auditor of the partner who is the customer's own administrator may work there, and there only.
    keep(world.house.control(), |tx| {
        tx.exec(
            sql!(Control, "INSERT INTO membership (membership_id, holder_id, node_id, role, may_create_customers, may_purchase, reach, created_at) VALUES ($1, $2, $3, 'customer_admin', FALSE, FALSE, 'all', 0)"),
            p![id(7_000), staff_id(AUDITOR), id(A)],
        )
    })
    .await
    .expect("employed");
    let serve = |node: u128| Serve { node: id(node), of: id(node), seats: 1 };
    world.house.execute(by(AUDITOR), serve(A)).await.expect("as the customer's administrator");
    assert_eq!(denied(world.house.execute(by(AUDITOR), serve(B)).await), Denied::Forbidden("manage_members"));
}

/// Node, ancestor, depth.
type Closure = BTreeSet<(Uuid, Uuid, i64)>;

/// Every pair of the closure, as the parents say it and as it is stored.
fn closures(view: &mut View<'_, Control>) -> store::Result<(Closure, Closure)> {
    let nodes = view.rows(sql!(Control, "SELECT node_id, parent_id FROM org_node"), &[])?;
    let parents = nodes
        .iter()
        .map(|r| Ok((r.get("node_id")?, r.get("parent_id")?)))
        .collect::<store::Result<std::collections::BTreeMap<Uuid, Option<Uuid>>>>()?;
    let mut said = BTreeSet::new();
    for node in parents.keys() {
        let (mut at, mut depth) = (Some(*node), 0);
        while let Some(ancestor) = at {
            said.insert((*node, ancestor, depth));
            at = parents.get(&ancestor).copied().flatten();
            depth += 1;
        }
    }
    let pairs = view.rows(sql!(Control, "SELECT node_id, ancestor_id, depth FROM org_tree"), &[])?;
    let stored = pairs.iter().map(|r| Ok((r.get("node_id")?, r.get("ancestor_id")?, r.get("depth")?))).collect::<store::Result<_>>()?;
    Ok((said, stored))
}

async fn a_partner_that_moves_takes_its_customers_along(ground: &Ground) {
    let world = World::new(ground).await;
    let control = world.house.control();
    world.house.ask(&by(CHANNEL), Notes { node: id(A) }).await.expect("below its distributor");
    keep(control, |tx| {
        let new = tree::NewNode {
            node: id(3),
            parent: Some(id(PLATFORM)),
            kind: NodeKind::Distributor,
            partner: None,
            customer: None,
            region: None,
        };
        tree::add(tx, &new)?;
        tree::move_partner(tx, id(FIRST), id(3))
    })
    .await
    .expect("moved");
    let (said, stored) = control.read(closures).await.expect("read");
    assert_eq!(said, stored, "the closure is what the parents say");
    for node in [FIRST, A, SITE] {
        assert_eq!(denied(world.house.ask(&by(CHANNEL), Notes { node: id(node) }).await), Denied::NotFound);
    }
    world.house.ask(&by(CHANNEL), Notes { node: id(FOREIGN) }).await.expect("its other partner stays");
    execute(&world, by(OWNER), A).await.expect("nothing changes for those who work there");
    let cut = |node: u128| {
        control.read(move |view| {
            let rows =
                view.rows(sql!(Control, "SELECT partner_id FROM scope_partner WHERE node_id = $1 ORDER BY partner_id"), p![id(node)])?;
            rows.iter().map(|r| r.get::<Uuid>("partner_id")).collect::<store::Result<Vec<_>>>()
        })
    };
    assert_eq!(cut(DISTRIBUTOR).await.expect("read"), [id(DISTRIBUTOR), id(SECOND)]);
    assert_eq!(cut(3).await.expect("read"), [id(3), id(FIRST)]);
    assert_eq!(cut(PLATFORM).await.expect("read"), [id(PLATFORM), id(FIRST), id(SECOND)]);
}
