//! A region's side: opening a tenant, and obeying what control decided.

use access::{Scope, permissions::Operate};
use command::{Command, Cx, Fail, Never, Node, Refusal};
use serde::{Deserialize, Serialize};
use store::{CustomerId, Region, Timestamp, Tx, View};

use super::{Gate, UsageTerms, store as rows};
use crate::licensing::{month::Month, pools};

/// Makes a tenant's policy row and obeys control's terms. Doing it twice does it once.
#[derive(Debug, Serialize, Deserialize)]
pub struct OpenTenant {
    /// Which tenant.
    pub customer: CustomerId,
    /// Its MAX MAU.
    pub max_mau: i64,
    /// IANA name of the zone in which its partner cuts months.
    pub zone: String,
    /// From when on it is on the free plan.
    pub free_at: Timestamp,
    /// What its plan says about people beyond the seats.
    pub usage: UsageTerms,
    /// The address of its primary administrator, who is the first to stay active on the free plan.
    pub administrator: Option<String>,
    /// The terms' number, at least 1: older ones change nothing.
    pub version: i64,
}

impl Command for OpenTenant {
    const NAME: &'static str = "licensing.policy.open_tenant";
    type Home = Region;
    type Needs = Operate;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Never>> {
        let opened = rows::open(cx.tx, cx.scope, self.max_mau, true)?;
        cx.changed("tenant", self.customer, "open", !opened, true);
        let known = rows::zone(cx.tx, cx.scope)?.filter(|(zone, version)| *zone != self.zone && *version <= self.version);
        if known.is_some()
            && let Some(gate) = Gate::hold(cx.tx, cx.scope, cx.now)?
        {
            // Months that have begun are cut by the zone in which they began. Who is billed from now on hears of all of them.
            gate.save(cx.tx, cx.scope)?;
            pools::tell_since(cx, self.customer, Month::FIRST, false)?;
        }
        if rows::set_terms(cx.tx, cx.scope, self)? {
            cx.changed("tenant", self.customer, "max_mau", (), self.max_mau);
            cx.changed("tenant", self.customer, "zone", (), &self.zone);
            cx.changed("tenant", self.customer, "free_at", (), self.free_at);
            cx.changed("tenant", self.customer, "usage_policy", (), self.usage.at(cx.now));
            tell_waiting(cx)?;
        }
        Ok(())
    }
}

/// Closes a tenant that nobody has used: from here on no member can be added. Doing it twice does it once.
#[derive(Debug, Serialize, Deserialize)]
pub struct CloseTenant {
    /// Which tenant.
    pub customer: CustomerId,
}

impl Command for CloseTenant {
    const NAME: &'static str = "licensing.policy.close_tenant";
    type Home = Region;
    type Needs = Operate;
    /// False when members were added to it before: then it stays open.
    type Done = bool;
    type Refusal = Never;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<bool, Fail<Never>> {
        if rows::close(cx.tx, cx.scope)? {
            cx.changed("tenant", self.customer, "open", true, false);
            return Ok(true);
        }
        Ok(rows::usage(cx.tx, cx.scope)?.is_none())
    }
}

/// MAX MAU until provisioning says the customer's own; before that nobody is let in.
const DEFAULT_MAX_MAU: i64 = 1_000_000;

/// Obeys a number of seats decided in control.
#[derive(Debug, Serialize, Deserialize)]
pub struct ApplySeats {
    /// Which tenant.
    pub customer: CustomerId,
    /// Seats it may use from now on.
    pub seats: i64,
    /// The decision's number: an older one changes nothing.
    pub version: i64,
}

/// The region's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Obeyed {
    /// The region now has these seats.
    Applied,
    /// The region knows a newer decision.
    Superseded,
}

/// More members are active than the lower number allows.
#[derive(Debug, Clone, Serialize)]
pub struct StillInUse {
    /// Members active now.
    pub active_users: i64,
}

impl Refusal for StillInUse {
    fn status(&self) -> u16 {
        409
    }
    fn code(&self) -> &'static str {
        "seats-in-use"
    }
    fn title(&self) -> String {
        format!("{} members are active on these seats", self.active_users)
    }
    fn detail(&self) -> String {
        "Deactivate members first, or release fewer seats. Nothing was changed.".into()
    }
}

impl Command for ApplySeats {
    const NAME: &'static str = "licensing.policy.apply_seats";
    type Home = Region;
    type Needs = Operate;
    type Done = Obeyed;
    type Refusal = StillInUse;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Obeyed, Fail<StillInUse>> {
        let mut applied = rows::apply(cx.tx, cx.scope, self.seats, self.version, false, cx.now)?;
        // Seats may be decided before provisioning has opened the tenant: whoever comes first opens it.
        if !applied && rows::version(cx.tx, cx.scope)?.is_none() {
            rows::open(cx.tx, cx.scope, DEFAULT_MAX_MAU, true)?;
            applied = rows::apply(cx.tx, cx.scope, self.seats, self.version, false, cx.now)?;
        }
        // Where the plan lets anybody in beyond the seats, fewer of them put nobody out.
        if !applied && Gate::look(cx.tx, cx.scope, cx.now)?.is_some_and(|gate| gate.unbounded()) {
            applied = rows::apply(cx.tx, cx.scope, self.seats, self.version, true, cx.now)?;
        }
        if applied {
            cx.changed("tenant", self.customer, "seats", (), self.seats);
            tell_exceeded(cx, self.customer)?;
            return Ok(Obeyed::Applied);
        }
        match rows::version(cx.tx, cx.scope)? {
            Some(known) if known >= self.version => Ok(Obeyed::Superseded),
            _ => {
                let active_users = rows::usage(cx.tx, cx.scope)?.map_or(0, |u| u.active_users);
                Err(StillInUse { active_users }.into())
            }
        }
    }
}

/// True when the scope's tenant knows this decision about its seats, or a newer one.
///
/// # Errors
/// The store's.
pub fn knows<P>(view: &mut View<'_, Region>, scope: &Scope<P>, version: i64) -> store::Result<bool> {
    Ok(rows::version(view, scope)?.is_some_and(|known| known >= version))
}

/// Obeys a lower number as its members make room, on the held row: the decision once so few are active, and until then a number
/// that lets nobody else in.
///
/// # Errors
/// The store's.
pub fn make_room<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, seats: i64, version: i64, active: i64, now: Timestamp) -> store::Result<()> {
    match active <= seats {
        true => rows::apply(tx, scope, seats, version, false, now).map(drop),
        false => rows::narrow(tx, scope, active),
    }
}

/// Lets a tenant serve, or not: while it does not, nobody new becomes active and every access question is answered no.
#[derive(Debug, Serialize, Deserialize)]
pub struct SetServing {
    /// Which tenant.
    pub customer: CustomerId,
    /// Whether it may serve.
    pub serving: bool,
}

impl Command for SetServing {
    const NAME: &'static str = "licensing.policy.set_serving";
    type Home = Region;
    type Needs = Operate;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Never>> {
        if rows::set_serving(cx.tx, cx.scope, self.serving)? {
            cx.changed("tenant", self.customer, "serving", !self.serving, self.serving);
            if self.serving {
                tell_waiting(cx)?;
            }
        }
        Ok(())
    }
}

/// The job kind of [`SeatsFreed`].
pub const SEATS_FREED: &str = "seats-freed";

/// News in a region: a tenant has free seats, and members who wait for one. Members are a room above.
#[derive(Debug, Serialize, Deserialize)]
pub struct SeatsFreed {
    /// Which tenant.
    pub customer: CustomerId,
}

/// Tells whoever lets in those who wait, where somebody may come in; gives the gate.
fn tell_waiting<C: Command<Home = Region>>(cx: &mut Cx<'_, '_, C>) -> store::Result<Option<Gate>> {
    let gate = Gate::look(cx.tx, cx.scope, cx.now)?;
    if gate.as_ref().is_some_and(|gate| gate.waiting > 0 && gate.room().0 > 0) {
        let customer = cx.scope.customer().unwrap_or(CustomerId::new(cx.scope.node()));
        cx.tell(SEATS_FREED, &SeatsFreed { customer });
    }
    Ok(gate)
}

/// As [`tell_waiting`], and where more are active than the seats of now, tells control since when.
fn tell_exceeded<C: Command<Home = Region>>(cx: &mut Cx<'_, '_, C>, customer: CustomerId) -> store::Result<()> {
    if tell_waiting(cx)?.is_some_and(|gate| gate.active > gate.seats) {
        // A word of its own number: what was said before is older.
        rows::note_members(cx.tx, cx.scope, 0, 0)?;
        if let Some(usage) = rows::usage(cx.tx, cx.scope)? {
            cx.tell(pools::PublishUsage::KIND, &pools::PublishUsage::of(customer, &usage, cx.now));
        }
    }
    Ok(())
}
