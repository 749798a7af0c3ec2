//! A small installation: a distributor, two partners, four customers, and the people who work there. `jobs` uses it too.
#![allow(dead_code, reason = "every test binary uses its own part of this")]

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use access::{Credential, NodeKind, Scope, permissions, secret, tree};
use command::{Call, Command, Cx, Entropy, Fail, House, Never, Node, Query, Refusal};
use serde::Serialize;
use store::{Control, Db, Movable, Options, Region, Timestamp, Uuid, View, p, sql};

use crate::support::{Ground, id, keep};

pub const PLATFORM: u128 = 1;
pub const DISTRIBUTOR: u128 = 2;
pub const FIRST: u128 = 10;
pub const SECOND: u128 = 20;
/// Customers of the first partner, and one of the second.
pub const A: u128 = 11;
pub const B: u128 = 12;
pub const C: u128 = 13;
pub const FOREIGN: u128 = 21;
/// A site of customer A.
pub const SITE: u128 = 15;
pub const GROUP: u128 = 19;
pub const NOWHERE: u128 = 99;

pub const NOW: Timestamp = Timestamp(1_750_000_000_000_000);

/// Who works where, as what, and which customers they reach.
pub const STAFF: [(u8, u128, &str, &str, &[u128]); 10] = [
    (OWNER, FIRST, "owner", "all", &[]),
    (ADMIN, FIRST, "admin", "all", &[]),
    (AUDITOR, FIRST, "auditor", "all", &[]),
    (ONLY, FIRST, "technician", "only", &[A]),
    (EXCEPT, FIRST, "technician", "except", &[A]),
    (GROUPED, FIRST, "technician", "only", &[GROUP]),
    (OTHER, SECOND, "owner", "all", &[]),
    (CHANNEL, DISTRIBUTOR, "distributor_owner", "all", &[]),
    (CUSTOMERS, A, "customer_admin", "all", &[]),
    (GONE, FIRST, "owner", "all", &[]),
];
pub const OWNER: u8 = 1;
pub const ADMIN: u8 = 2;
pub const AUDITOR: u8 = 3;
pub const ONLY: u8 = 4;
pub const EXCEPT: u8 = 5;
pub const GROUPED: u8 = 6;
pub const OTHER: u8 = 7;
pub const CHANNEL: u8 = 8;
pub const CUSTOMERS: u8 = 9;
/// Disabled.
pub const GONE: u8 = 10;

pub struct World {
    pub house: Arc<House>,
    pub clock: Arc<Movable>,
}

/// Deterministic, but never the same twice.
#[derive(Default)]
pub struct Dice(AtomicU64);

impl Entropy for Dice {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let mut x = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
            x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            chunk.copy_from_slice(&(x ^ (x >> 31)).to_be_bytes()[..chunk.len()]);
        }
    }
}

pub fn staff_id(who: u8) -> Uuid {
    id(1_000 + u128::from(who))
}

pub fn by(who: u8) -> Call {
    let text = secret::spell(secret::SESSION, [who; 32]);
    Call::by(secret::hash(secret::SESSION, &text).map_or(Credential::None, Credential::Secret))
}

impl World {
    pub async fn new(ground: &Ground) -> World {
        let options = Options { writers: 3, readers: 2, ..Options::default() };
        let control: Db<Control> = ground.open(&options);
        let region: Db<Region> = ground.open(&options);
        keep(&control, |tx| {
            tree::add(
                tx,
                &tree::NewNode { node: id(PLATFORM), parent: None, kind: NodeKind::Platform, partner: None, customer: None, region: None },
            )
        })
        .await
        .expect("a root");
        let world = World::over(control, region, Dice::default());
        world.house.execute(Call::operator(), Plant {}).await.expect("planted");
        world
    }

    /// A second process over the same databases.
    pub fn beside(ground: &Ground) -> World {
        let options = Options { writers: 3, readers: 2, ..Options::default() };
        World::over(ground.open(&options), ground.open(&options), Dice(AtomicU64::new(77)))
    }

    fn over(control: Db<Control>, region: Db<Region>, dice: Dice) -> World {
        let clock = Arc::new(Movable::starting(NOW, false));
        let house = House::new(control, BTreeMap::from([("eu".to_owned(), region)]), clock.clone(), Arc::new(dice));
        World { house: Arc::new(house), clock }
    }

    pub fn region(&self) -> &Db<Region> {
        self.house.region("eu").expect("the region")
    }

    /// The names of all notes of the first partner.
    pub async fn notes(&self) -> Vec<String> {
        self.house.ask(&by(OWNER), Notes { node: id(FIRST) }).await.expect("answered")
    }
}

/// Makes the installation.
#[derive(Serialize)]
struct Plant {}

impl Command for Plant {
    const NAME: &'static str = "test.plant";
    type Home = Control;
    type Needs = permissions::Operate;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Node {
        Node::known(id(PLATFORM))
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Never>> {
        node(cx, DISTRIBUTOR, PLATFORM, NodeKind::Distributor, None, None)?;
        for (partner, customers) in [(FIRST, &[A, B, C][..]), (SECOND, &[FOREIGN])] {
            node(cx, partner, DISTRIBUTOR, NodeKind::Partner, Some(partner), None)?;
            cx.tx.exec(
                sql!(Control, "INSERT INTO partner (partner_id, distributor_id, name, name_key, zone, currency, region, language, max_customers,
                   max_members, default_max_mau, internal_customer_id, next_number, low_pass_percent, stale_campaign_days, near_limit_percent, created_at, version)
                   VALUES ($1, $2, 'P', 'p', 'UTC', 'EUR', 'eu', 'en', 9, 9, 9, $1, 1, 50, 90, 90, $3, 1)"),
                p![id(partner), id(DISTRIBUTOR), cx.now],
            )?;
            for customer in customers {
                node(cx, *customer, partner, NodeKind::Customer, Some(partner), Some(*customer))?;
                cx.tx.exec(
                    sql!(Control, "INSERT INTO customer (partner_id, customer_id, account_number, kind, lifecycle, name, name_key, tier, region, time_zone,
                       language, max_mau, created_at, version) VALUES ($1, $2, $3, 'paid', 'active', 'C', 'c', 't', 'eu', 'UTC', 'en', 9, $4, 1)"),
                    p![id(partner), id(*customer), format!("N{customer}"), cx.now],
                )?;
            }
        }
        node(cx, SITE, A, NodeKind::Site, Some(FIRST), Some(A))?;
        group(cx)?;
        for (who, at, role, reach, targets) in STAFF {
            employ(cx, who, at, role, reach, targets)?;
        }
        cx.changed("installation", "test", "planted", false, true);
        Ok(())
    }
}

fn node(
    cx: &mut Cx<'_, '_, Plant>,
    node: u128,
    parent: u128,
    kind: NodeKind,
    partner: Option<u128>,
    customer: Option<u128>,
) -> store::Result<()> {
    let region = (kind >= NodeKind::Customer).then_some("eu");
    tree::add(
        cx.tx,
        &tree::NewNode { node: id(node), parent: Some(id(parent)), kind, partner: partner.map(id), customer: customer.map(id), region },
    )
}

/// Customer B is in the group.
fn group(cx: &mut Cx<'_, '_, Plant>) -> store::Result<()> {
    cx.tx.exec(
        sql!(Control, "INSERT INTO customer_group (partner_id, group_id, name, name_key, description, created_at, version) VALUES ($1, $2, 'G', 'g', '', 0, 1)"),
        p![id(FIRST), id(GROUP)],
    )?;
    cx.tx.exec(
        sql!(Control, "INSERT INTO group_member (partner_id, group_id, customer_id) VALUES ($1, $2, $3)"),
        p![id(FIRST), id(GROUP), id(B)],
    )?;
    Ok(())
}

fn employ(cx: &mut Cx<'_, '_, Plant>, who: u8, at: u128, role: &str, reach: &str, targets: &[u128]) -> store::Result<()> {
    let (staff, member) = (staff_id(who), id(2_000 + u128::from(who)));
    let status = if who == GONE { "disabled" } else { "active" };
    cx.tx.exec(
        sql!(Control, "INSERT INTO staff (staff_id, home_id, email, email_key, name, status, totp_last_step, created_at, version) VALUES ($1, $2, $3, $3, $3, $4, 0, $5, 1)"),
        p![staff, id(at), format!("{who}@example.test"), status, cx.now],
    )?;
    cx.tx.exec(
        sql!(Control, "INSERT INTO membership (membership_id, holder_id, node_id, role, may_create_customers, may_purchase, reach, created_at) VALUES ($1, $2, $3, $4, FALSE, FALSE, $5, $6)"),
        p![member, staff, id(at), role, reach, cx.now],
    )?;
    for target in targets {
        cx.tx.exec(sql!(Control, "INSERT INTO membership_target (membership_id, target_id) VALUES ($1, $2)"), p![member, id(*target)])?;
    }
    let Credential::Secret(hash) = by(who).credential else { return Ok(()) };
    cx.tx.exec(
        sql!(Control, "INSERT INTO credential (secret_hash, credential_id, kind, holder_id, staff_id, label, address, created_at, idle_until, expires_at)
           VALUES ($1, $2, 'session', $3, $3, '', '', $4, $5, $6)"),
        p![hash.0, id(3_000 + u128::from(who)), staff, cx.now, cx.now.plus_days(1), cx.now.plus_days(7)],
    )?;
    Ok(())
}

/// Writes a note at a partner or a customer. Some texts make it misbehave.
#[derive(Serialize, Clone)]
pub struct Note {
    pub node: Uuid,
    pub text: String,
}

pub fn note(node: u128, text: &str) -> Note {
    Note { node: id(node), text: text.to_owned() }
}

#[derive(Debug, PartialEq, Serialize)]
pub enum NoteRefusal {
    TooEarly,
}

impl Refusal for NoteRefusal {
    fn status(&self) -> u16 {
        409
    }
    fn code(&self) -> &'static str {
        "too-early"
    }
    fn title(&self) -> String {
        "It is too early.".into()
    }
}

impl Command for Note {
    const NAME: &'static str = "test.note";
    type Home = Control;
    type Needs = permissions::ManageCustomers;
    type Done = String;
    type Refusal = NoteRefusal;

    fn node(&self) -> Node {
        Node::known(self.node)
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<String, Fail<NoteRefusal>> {
        let (new, partner) = (cx.new_id::<()>(), cx.scope.partner());
        let insert = sql!(
            Control,
            "INSERT INTO saved_view (partner_id, view_id, staff_id, name, query, shared, created_at) VALUES ($1, $2, $3, $4, '', FALSE, $5)"
        );
        cx.tx.exec(insert, p![partner, new, cx.scope.actor().holder, &self.text, cx.now])?;
        match self.text.as_str() {
            "silent" => return Ok(String::new()),
            "panic" => panic!("on purpose"),
            "twice" => drop(cx.tx.exec(insert, p![partner, new, cx.scope.actor().holder, &self.text, cx.now])?),
            "tomorrow" if cx.now < NOW.plus_days(1) => return Err(NoteRefusal::TooEarly.into()),
            _ => {}
        }
        cx.changed("note", new.0, "text", None::<&str>, &self.text);
        cx.tell("test.noted", &self.text);
        Ok(new.0.to_string())
    }
}

/// All notes of a partner.
pub struct Notes {
    pub node: Uuid,
}

impl Query for Notes {
    type Home = Control;
    type Needs = permissions::Read;
    type Found = Vec<String>;

    fn node(&self) -> Node {
        Node::known(self.node)
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<permissions::Read>, _: Timestamp) -> store::Result<Vec<String>> {
        let rows = view.rows(sql!(Control, "SELECT name FROM saved_view WHERE partner_id = $1 ORDER BY view_id"), p![scope.partner()])?;
        rows.iter().map(|r| r.get("name")).collect()
    }
}

/// Sets a customer's seats in its region; `of` = whose row it writes.
#[derive(Serialize, Clone)]
pub struct Serve {
    pub node: Uuid,
    pub of: Uuid,
    pub seats: i64,
}

impl Command for Serve {
    const NAME: &'static str = "test.serve";
    type Home = Region;
    type Needs = permissions::ManageMembers;
    type Done = i64;
    type Refusal = Never;

    fn node(&self) -> Node {
        Node::known(self.node)
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<i64, Fail<Never>> {
        let row = cx.tx.change(
            sql!(
                Region,
                "INSERT INTO tenant_policy (customer_id, version, seats, max_mau, serving, active_users, members, waiting, usage_seq)
               VALUES ($1, 1, $2, 1, TRUE, 0, 0, 0, 0)
               ON CONFLICT (customer_id) DO UPDATE SET seats = excluded.seats, version = tenant_policy.version + 1 RETURNING version"
            ),
            p![self.of, self.seats],
        )?;
        cx.tell("test.noted", &format!("seats {}", self.seats));
        cx.changed("tenant", self.of, "seats", None::<i64>, self.seats);
        row.map_or(Ok(0), |r| Ok(r.get("version")?))
    }
}

/// Every customer's row that shows in a region's snapshot.
pub struct Served {
    pub node: Uuid,
}

impl Query for Served {
    type Home = Region;
    type Needs = permissions::ReadMembers;
    type Found = Vec<Uuid>;

    fn node(&self) -> Node {
        Node::known(self.node)
    }

    fn run(&self, view: &mut View<'_, Region>, _: &Scope<permissions::ReadMembers>, _: Timestamp) -> store::Result<Vec<Uuid>> {
        // On PostgreSQL the fence is asked; SQLite has only the predicate.
        let all = view.rows(sql!(Region, "SELECT customer_id FROM tenant_policy ORDER BY customer_id"), &[])?;
        all.iter().map(|r| r.get("customer_id")).collect()
    }
}
