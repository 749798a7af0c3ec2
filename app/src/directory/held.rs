//! Members whose address is not proved to be the customer's are *held*: no seat, no mail, no access. They come from a
//! directory (SCIM), which may name anybody; whoever a person adds is that person's responsibility.
//!
//! Which domains are proved is control's to know. It tells the region with a number, as with seats: an older word changes
//! nothing. A tenant without any proved domain holds everybody its directory names: a claim nobody checked is no proof (D14).
//! A domain that is lost holds nobody who is in already; it only lets nobody else in.

use access::{Scope, permissions::Operate};
use command::{Command, Cx, Fail, Never, Node};
use jobs::{Job, JobCx, Retry};
use serde::{Deserialize, Serialize};
use store::{CustomerId, MemberId, Region, Result, View};

use super::{
    admission,
    import::CHUNK,
    member::{Member, MemberStatus},
    seat_waiting::seat_waiting,
    set_status::publish,
    store as rows,
};
use crate::{
    app::App,
    hierarchy::domains::{DOMAINS_CHANGED, DomainsChanged},
    licensing::policy::Gate,
};

/// The domains that are proved to be a tenant's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Domains(pub Vec<String>);

impl Domains {
    /// Reads what the region knows.
    ///
    /// # Errors
    /// The store's.
    pub fn of<P>(view: &mut View<'_, Region>, scope: &Scope<P>) -> Result<Domains> {
        Ok(Domains(rows::domains(view, scope)?))
    }

    /// True when an address lies in one of them.
    #[must_use]
    pub fn hold(&self, email: &str) -> bool {
        let host = email.rsplit_once('@').map(|(_, host)| host.to_ascii_lowercase());
        host.is_some_and(|host| self.0.contains(&host))
    }
}

/// Whether somebody is to come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Want {
    /// Not.
    Out,
    /// Yes, once the address is proved.
    Held,
    /// Yes, with a seat or waiting for one.
    In,
}

impl Want {
    pub(super) fn of(active: bool, email: &str, domains: &Domains) -> Want {
        match active {
            false => Want::Out,
            true if domains.hold(email) => Want::In,
            true => Want::Held,
        }
    }

    /// True where somebody is already who stands so.
    fn fits(self, stands: MemberStatus) -> bool {
        match self {
            Want::Out => stands == MemberStatus::Inactive,
            Want::Held => stands == MemberStatus::Held,
            Want::In => matches!(stands, MemberStatus::Active | MemberStatus::Waiting),
        }
    }
}

/// Where a directory's word brings a known member; none where it says nothing new about that. `turned` is the word on coming in
/// where that is a new one, `email` the address the member gets. A new address says nothing about coming in: somebody a person
/// let in stays in, if the address is proved.
pub(super) fn wanted(member: &Member, email: &str, turned: Option<bool>, domains: &Domains) -> Option<Want> {
    let moved = email != member.email && member.status != MemberStatus::Inactive;
    if turned.is_none() && !moved {
        return None;
    }
    Some(Want::of(turned.unwrap_or(true), email, domains))
}

/// Brings a known member to where it is to be. Whoever calls publishes when it changed.
pub(super) fn settle<C: Command<Home = Region>>(cx: &mut Cx<'_, '_, C>, member: &Member, want: Want, source: &str) -> Result<MemberStatus> {
    let from = member.status;
    if want.fits(from) {
        return Ok(from);
    }
    let mut gate = admission::known_gate(cx)?;
    // What was read before the gate was taken may be over: another server may have brought it there or taken it out, or the new month
    // just have let it in.
    let stands = rows::find(cx.tx, cx.scope, member.id)?.map(|m| m.status);
    let to = match stands {
        Some(stands) if !want.fits(stands) => Some(go(cx, &mut gate, member, stands, want, source)?),
        other => {
            cx.changed("member", member.id, "status", from, other);
            other
        }
    };
    gate.save(cx.tx, cx.scope)?;
    Ok(to.unwrap_or(from))
}

/// Brings a member from where it stands to where it is to be, on the held row.
fn go<C: Command<Home = Region>>(
    cx: &mut Cx<'_, '_, C>,
    gate: &mut Gate,
    member: &Member,
    stands: MemberStatus,
    want: Want,
    source: &str,
) -> Result<MemberStatus> {
    admission::uncount(cx, stands)?;
    if stands == MemberStatus::Active {
        gate.leave(1);
    }
    let to = admission::admit(cx, gate, want, Some(member.id))?;
    rows::set_status(cx.tx, cx.scope, member.id, [stands, to], source, cx.now)?;
    cx.changed("member", member.id, "status", member.status, to);
    if stands == MemberStatus::Active {
        seat_waiting(cx, gate)?;
    }
    Ok(to)
}

/// Writes down which domains are proved.
#[derive(Debug, Serialize)]
pub struct ApplyDomains {
    /// Whose.
    pub customer: CustomerId,
    /// Which.
    pub domains: Vec<String>,
    /// The word's number: an older one changes nothing.
    pub version: i64,
}

impl Command for ApplyDomains {
    const NAME: &'static str = "directory.apply_domains";
    type Home = Region;
    type Needs = Operate;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> std::result::Result<(), Fail<Never>> {
        let before = Domains::of(cx.tx, cx.scope)?;
        if rows::set_domains(cx.tx, cx.scope, &self.domains, self.version)? {
            cx.changed("tenant", self.customer, "verified_domains", &before.0, &self.domains);
            cx.changed("tenant", self.customer, "domains_version", (), self.version);
        }
        Ok(())
    }
}

/// Lets in those who are held and need not be, a chunk at a time.
#[derive(Debug, Serialize)]
pub struct ReleaseHeld {
    /// Of which customer.
    pub customer: CustomerId,
    /// Behind whom to go on.
    pub after: Option<MemberId>,
}

impl Command for ReleaseHeld {
    const NAME: &'static str = "directory.release_held";
    type Home = Region;
    type Needs = Operate;
    /// The last member looked at; none behind the last of all.
    type Done = Option<MemberId>;
    type Refusal = Never;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> std::result::Result<Option<MemberId>, Fail<Never>> {
        let domains = Domains::of(cx.tx, cx.scope)?;
        let chunk = i64::try_from(CHUNK).unwrap_or(1_000);
        let held = rows::held(cx.tx, cx.scope, self.after, chunk)?;
        let mut freed = false;
        for member in held.iter().filter(|m| domains.hold(&m.email)) {
            settle(cx, member, Want::In, "domain")?;
            freed = true;
        }
        if freed {
            publish(cx)?;
        }
        Ok(held.last().filter(|_| held.len() == CHUNK).map(|m| m.id))
    }
}

/// News of other domains: written down, then whoever was held for want of one comes in.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NewDomains(DomainsChanged);

impl Job<App> for NewDomains {
    const KIND: &'static str = DOMAINS_CHANGED;
    const PROMPT: bool = true;

    async fn run(self, job: JobCx<'_, App>) -> std::result::Result<(), Retry> {
        let DomainsChanged { customer, domains, version } = self.0;
        job.execute_as_operator(ApplyDomains { customer, domains, version }).await?;
        let mut after = None;
        loop {
            // Without a key: done again, it finds nobody left to let in.
            after = job.house.execute(command::Call::operator(), ReleaseHeld { customer, after }).await?.value;
            if after.is_none() {
                return Ok(());
            }
        }
    }
}
