//! Choosing who stays active: before the trial ends, and on the free plan itself, where whoever is chosen takes the place of somebody
//! who is not.

use access::permissions::ManageCustomers;
use command::{Command, Cx, Fail, Node, Refusal};
use serde::Serialize;
use store::{CustomerId, MemberId, Region};

use super::{MOST, keepers};
use crate::{
    directory::{
        admission,
        member::{MemberRefusal, MemberStatus},
        seat_waiting::seat_waiting,
        set_status::publish,
        store as rows,
    },
    licensing::policy::{self, FREE_MEMBERS},
};

/// Why nobody was chosen.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum NotChosen {
    /// More than the plan allows, or somebody twice.
    TooMany {
        /// How many may stay.
        most: i64,
    },
    /// No member of this customer.
    UnknownMember {
        /// Which.
        member: MemberId,
    },
    /// The customer's region is still being prepared.
    NotReady {},
    /// Whoever was chosen may not become active now.
    Shut(MemberRefusal),
}

impl Refusal for NotChosen {
    fn status(&self) -> u16 {
        match self {
            NotChosen::TooMany { .. } | NotChosen::UnknownMember { .. } => 422,
            NotChosen::NotReady {} => 409,
            NotChosen::Shut(no) => no.status(),
        }
    }
    fn code(&self) -> &'static str {
        match self {
            NotChosen::TooMany { .. } => "too-many-stay",
            NotChosen::UnknownMember { .. } => "unknown-member",
            NotChosen::NotReady {} => "tenant-not-ready",
            NotChosen::Shut(no) => no.code(),
        }
    }
    fn title(&self) -> String {
        match self {
            NotChosen::TooMany { most } => format!("{most} different members stay active on the free plan"),
            NotChosen::UnknownMember { member } => format!("This customer has no member {member}"),
            NotChosen::NotReady {} => "This customer is still being prepared".into(),
            NotChosen::Shut(no) => no.title(),
        }
    }
    fn detail(&self) -> String {
        let next = match self {
            NotChosen::TooMany { .. } => "Name fewer, each once.",
            NotChosen::UnknownMember { .. } => "Name members of this customer.",
            NotChosen::NotReady {} => "Try again in a few seconds.",
            NotChosen::Shut(no) => return no.detail(),
        };
        format!("{next} Nothing was changed.")
    }
    fn pointer(&self) -> Option<&'static str> {
        matches!(self, NotChosen::TooMany { .. } | NotChosen::UnknownMember { .. }).then_some("/members")
    }
}

/// Chooses who stays active when the trial ends; nobody: the usual order. On the free plan whoever is chosen and waits is active from
/// now on in the place of somebody who is not chosen.
#[derive(Debug, Serialize)]
pub struct ChooseWhoStays {
    /// Of which customer.
    pub customer: CustomerId,
    /// Whom, at most three.
    pub members: Vec<MemberId>,
}

impl Command for ChooseWhoStays {
    const NAME: &'static str = "directory.choose_who_stays";
    type Home = Region;
    type Needs = ManageCustomers;
    type Done = ();
    type Refusal = NotChosen;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<NotChosen>> {
        if policy::usage(cx.tx, cx.scope)?.is_none() {
            return Err(NotChosen::NotReady {}.into());
        }
        // A trial that is over ended by what was chosen until then.
        admission::settle(cx)?;
        let twice = self.members.iter().enumerate().any(|(n, id)| self.members[..n].contains(id));
        if twice || self.members.len() > MOST {
            return Err(NotChosen::TooMany { most: FREE_MEMBERS }.into());
        }
        let mut wanted = Vec::new();
        for id in &self.members {
            wanted.push(rows::find(cx.tx, cx.scope, *id)?.ok_or(NotChosen::UnknownMember { member: *id })?);
        }
        let before = policy::stays(cx.tx, cx.scope)?;
        if before != self.members {
            policy::set_stays(cx.tx, cx.scope, &self.members)?;
            cx.changed("tenant", self.customer, "stays_on_free_plan", before, &self.members);
        }
        if policy::is_free(cx.tx, cx.scope, cx.now)? && wanted.iter().any(|m| m.status == MemberStatus::Waiting) {
            swap(cx, &self.members)?;
        }
        Ok(())
    }
}

/// Lets in whom somebody chose, on the held row. As many of the others as there are places left stay, in the usual order; the rest waits.
fn swap(cx: &mut Cx<'_, '_, ChooseWhoStays>, members: &[MemberId]) -> Result<(), Fail<NotChosen>> {
    let Some(mut gate) = admission::hold(cx)? else { return Err(NotChosen::NotReady {}.into()) };
    // Read as it is held: at another server somebody may have been let in, put out or removed just now.
    let mut chosen = Vec::new();
    for id in members {
        chosen.extend(rows::find(cx.tx, cx.scope, *id)?);
    }
    let with = |status| chosen.iter().filter(|m| m.status == status).map(|m| m.id).collect::<Vec<MemberId>>();
    let (stay, coming) = (with(MemberStatus::Active), with(MemberStatus::Waiting));
    if coming.is_empty() || !gate.is_free() {
        return Ok(());
    }
    let places = usize::try_from(gate.places()).unwrap_or(0);
    let others = keepers(cx.tx, cx.scope)?.into_iter().map(|m| m.id).filter(|id| !stay.contains(id));
    let going: Vec<MemberId> = others.skip(places.saturating_sub(stay.len() + coming.len())).collect();
    let count = |ids: &[MemberId]| i64::try_from(ids.len()).unwrap_or(FREE_MEMBERS);

    rows::park(cx.tx, cx.scope, &going, "free", cx.now)?;
    gate.leave(count(&going));
    for id in &coming {
        admission::ask(cx, &mut gate, Some(*id))?.map_err(NotChosen::Shut)?;
    }
    rows::seat(cx.tx, cx.scope, &coming, cx.now)?;
    let more = count(&going) - count(&coming);
    policy::note_members(cx.tx, cx.scope, 0, more)?;
    gate.waiting += more;
    going.iter().for_each(|id| cx.changed("member", *id, "status", MemberStatus::Active, MemberStatus::Waiting));
    coming.iter().for_each(|id| cx.changed("member", *id, "status", MemberStatus::Waiting, MemberStatus::Active));
    // A month may have begun with this change: whoever waited for MAX MAU comes in where there is room.
    seat_waiting(cx, &mut gate)?;
    gate.save(cx.tx, cx.scope)?;
    publish(cx)
}
