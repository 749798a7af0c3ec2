use access::{Denied, Node, Permission, Scope};
use store::{Control, Db, Home, Region, Sql, Timestamp, Tx, Uuid, View, sql};

use crate::{Call, House};

/// A home a command can live in: how its grant is made, and its copies of the texts every home has.
pub trait Place: Home {
    #[doc(hidden)]
    fn texts() -> Texts<Self>;

    /// What must be known before the transaction: for a region, the grant and the placement read in control.
    #[doc(hidden)]
    fn ready<P: Permission>(house: &House, call: &Call, node: Node)
    -> impl Future<Output = store::Result<Result<Ready<P>, Denied>>> + Send;

    /// The scope inside the transaction (or snapshot).
    #[doc(hidden)]
    fn admit<P: Permission>(
        view: &mut View<'_, Self>,
        ready: &Ready<P>,
        call: &Call,
        node: Node,
        now: Timestamp,
    ) -> store::Result<Result<Scope<P>, Denied>>;

    /// The database itself.
    #[doc(hidden)]
    fn db<'h, P>(house: &'h House, ready: &Ready<P>) -> Option<&'h Db<Self>>;

    /// The chain an entry belongs to: the partner in control, the customer in a region.
    #[doc(hidden)]
    fn chain<P>(scope: &Scope<P>) -> Uuid;
}

#[doc(hidden)]
pub struct Ready<P> {
    pub(crate) lane: Uuid,
    pub(crate) scope: Option<Scope<P>>,
}

/// The statements both homes share, each registered for its home.
#[doc(hidden)]
pub struct Texts<H: 'static> {
    pub(crate) find_answer: &'static Sql<H>,
    pub(crate) save_answer: &'static Sql<H>,
    pub(crate) drop_answer: &'static Sql<H>,
    pub(crate) start_chain: &'static Sql<H>,
    pub(crate) head: &'static Sql<H>,
    pub(crate) move_head: &'static Sql<H>,
    pub(crate) append: &'static Sql<H>,
    pub(crate) enqueue: &'static Sql<H>,
    pub(crate) chain_entries: &'static Sql<H>,
    pub(crate) heads: &'static Sql<H>,
    pub(crate) one_head: &'static Sql<H>,
    pub(crate) forget: &'static Sql<H>,
    /// Entries name the partner in whose list they stand.
    pub(crate) listed: bool,
}

// `$listed` and `$value`: a region's entries also name the partner in whose list they stand (in control the chain says it).
macro_rules! texts {
    ($home:ty, $listed:literal, $value:literal) => {
        Texts {
            find_answer: sql!($home, "SELECT body_hash, answer FROM idempotency WHERE chain_id = $1 AND actor_id = $2 AND command = $3 AND idem_key = $4"),
            save_answer: sql!($home, "INSERT INTO idempotency (chain_id, actor_id, command, idem_key, body_hash, answer, created_at, node_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (chain_id, actor_id, command, idem_key) DO NOTHING"),
            drop_answer: sql!($home, "DELETE FROM idempotency WHERE chain_id = $1 AND actor_id = $2 AND command = $3 AND idem_key = $4"),
            start_chain: sql!($home, "INSERT INTO audit_head (chain_id, seq, hash) VALUES ($1, 0, $2) ON CONFLICT (chain_id) DO NOTHING"),
            head: sql!($home, "UPDATE audit_head SET seq = seq + 1 WHERE chain_id = $1 RETURNING seq, hash"),
            move_head: sql!($home, "UPDATE audit_head SET hash = $2 WHERE chain_id = $1"),
            append: sql!(
                $home,
                concat!("INSERT INTO audit_entry (chain_id, seq, audit_id, at, actor_id, staff_id, command, node_id, detail_hash, salt, detail, hash", $listed, ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12", $value, ")")
            ),
            enqueue: sql!($home, "INSERT INTO job (job_id, chain_id, node_id, kind, payload, holder_id, status, run_at, attempts, fence, lease_until, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10, $11)"),
            chain_entries: sql!(
                $home,
                concat!("SELECT seq, audit_id, at, actor_id, staff_id, command, node_id, detail_hash, salt, detail, hash", $listed, " FROM audit_entry WHERE chain_id = $1 ORDER BY seq")
            ),
            heads: sql!($home, "SELECT chain_id, seq, hash FROM audit_head WHERE chain_id > $1 ORDER BY chain_id LIMIT $2"),
            one_head: sql!($home, "SELECT chain_id, seq, hash FROM audit_head WHERE chain_id = $1"),
            forget: sql!(
                $home,
                "DELETE FROM idempotency WHERE (chain_id, actor_id, command, idem_key) IN
                 (SELECT chain_id, actor_id, command, idem_key FROM idempotency WHERE created_at < $1 ORDER BY created_at LIMIT 1000)"
            ),
            listed: !$listed.is_empty(),
        }
    };
}

impl Place for Control {
    fn texts() -> Texts<Control> {
        texts!(Control, "", "")
    }

    async fn ready<P: Permission>(house: &House, _: &Call, node: Node) -> store::Result<Result<Ready<P>, Denied>> {
        Ok(Ok(Ready { lane: house.partner_hint(node.id()).await?, scope: None }))
    }

    fn admit<P: Permission>(
        view: &mut View<'_, Control>,
        _: &Ready<P>,
        call: &Call,
        node: Node,
        now: Timestamp,
    ) -> store::Result<Result<Scope<P>, Denied>> {
        access::grant(view, &call.credential, node, now)
    }

    fn db<'h, P>(house: &'h House, _: &Ready<P>) -> Option<&'h Db<Control>> {
        Some(house.control())
    }

    fn chain<P>(scope: &Scope<P>) -> Uuid {
        scope.partner().0
    }
}

impl Place for Region {
    fn texts() -> Texts<Region> {
        texts!(Region, ", partner_id", ", $13")
    }

    async fn ready<P: Permission>(house: &House, call: &Call, node: Node) -> store::Result<Result<Ready<P>, Denied>> {
        let (credential, now) = (call.credential, house.now());
        let granted = house.control().read(move |view| access::grant::<P>(view, &credential, node, now)).await?;
        // A region's rows belong to customers: above one there is nothing to open.
        Ok(granted.and_then(|scope| match scope.customer() {
            Some(customer) => Ok(Ready { lane: customer.0, scope: Some(scope) }),
            None => Err(Denied::NotFound),
        }))
    }

    fn admit<P: Permission>(
        view: &mut View<'_, Region>,
        ready: &Ready<P>,
        _: &Call,
        _: Node,
        _: Timestamp,
    ) -> store::Result<Result<Scope<P>, Denied>> {
        let Some(scope) = ready.scope.clone() else { return Ok(Err(Denied::NotFound)) };
        view.enter(ready.lane);
        Ok(Ok(scope))
    }

    fn db<'h, P>(house: &'h House, ready: &Ready<P>) -> Option<&'h Db<Region>> {
        house.region(ready.scope.as_ref()?.region()?)
    }

    fn chain<P>(scope: &Scope<P>) -> Uuid {
        scope.customer().map_or(scope.node(), Into::into)
    }
}

/// Sets the fence again for statements after a command's own `enter_many`.
pub(crate) fn tail_fence<H: Place>(tx: &mut Tx<'_, H>, chain: Uuid) {
    tx.enter(chain);
}
