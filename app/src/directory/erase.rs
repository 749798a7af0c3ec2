//! Erasing a person: the member goes, and with it whatever the customer's trail says of it by name. When the random id was active
//! stays, for that is what was paid for.

use access::permissions::ManageCustomers;
use command::{Command, Cx, Fail, Node};
use serde::{Deserialize, Serialize};
use store::{CustomerId, MemberId, Region};

use super::{member::MemberRefusal, remove::take_out};
use crate::{agents, audit};

/// Erases a member.
#[derive(Debug, Clone, Serialize)]
pub struct EraseMember {
    /// Of which customer.
    pub customer: CustomerId,
    /// Which member.
    pub member: MemberId,
}

/// What was erased.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Erased {
    /// The member's id: the only thing that is left of it.
    pub id: MemberId,
    /// Entries of the trail whose details named it.
    pub entries: u64,
}

/// The job kind of [`MemberErased`].
pub const MEMBER_ERASED: &str = "member-erased";

/// News in a region: a member was erased. A room above notes it for the day a backup is restored.
#[derive(Debug, Serialize, Deserialize)]
pub struct MemberErased {
    /// Of which customer.
    pub customer: CustomerId,
    /// Which member.
    pub member: MemberId,
}

impl Command for EraseMember {
    const NAME: &'static str = "directory.erase_member";
    type Home = Region;
    type Needs = ManageCustomers;
    type Done = Erased;
    type Refusal = MemberRefusal;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Erased, Fail<MemberRefusal>> {
        let member = take_out(cx, self.customer, self.member, None)?;
        let id = self.member.to_string();
        let mut words = vec![id.as_str(), member.email.as_str()];
        words.extend(member.external_id.as_deref().filter(|e| e.chars().count() > 3));
        let entries = audit::erase_person(cx.tx, cx.scope, &words)?;
        let devices = if member.email.is_empty() { 0 } else { agents::forget_user(cx.tx, cx.scope, &member.email)? };
        cx.changed("member", self.member, "devices_unnamed", 0, devices);
        cx.changed("member", self.member, "entries_erased", 0, entries);
        cx.tell(MEMBER_ERASED, &MemberErased { customer: self.customer, member: self.member });
        Ok(Erased { id: self.member, entries })
    }
}
