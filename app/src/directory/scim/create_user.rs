//! A directory names somebody new.

use access::permissions::ManageMembers;
use command::{Command, Cx, Fail, Node};
use serde::{Serialize, Serializer, ser::SerializeStruct};
use serde_json::Value;
use sha2::{Digest, Sha256};
use store::{CustomerId, MemberId, Region};

use super::{
    error::ScimError,
    facts::{Facts, facts},
    resource::{self, Fields},
    schema::USERS,
    store as rows,
    user::User,
};
use crate::{
    directory::{
        admission,
        held::{Domains, Want},
        member::{MemberStatus, email_key},
        set_status::publish,
        store as members,
    },
    licensing::policy,
};

/// Adds a user: a member with a seat, waiting for one, held, or not to come in.
#[derive(Debug)]
pub struct CreateUser {
    /// To which tenant.
    pub customer: CustomerId,
    /// What the directory says of it.
    pub fields: Fields,
}

/// A hash of what was sent: the audit trail keeps no photographs.
pub(super) fn hash_of(sent: &impl Serialize) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(serde_json::to_vec(sent).unwrap_or_default()))
}

impl Serialize for CreateUser {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("CreateUser", 2)?;
        out.serialize_field("customer", &self.customer)?;
        out.serialize_field("sha256", &hash_of(&self.fields))?;
        out.end()
    }
}

impl Command for CreateUser {
    const NAME: &'static str = "directory.scim.create_user";
    type Home = Region;
    type Needs = ManageMembers;
    type Done = User;
    type Refusal = ScimError;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<User, Fail<ScimError>> {
        resource::check(&USERS, &self.fields)?;
        ready(cx)?;
        // Without a word on it whoever is named comes in, and that is told back.
        let mut fields = self.fields.clone();
        fields.entry("active").or_insert(Value::Bool(true));
        let facts = facts(&fields);
        // Held before anything is asked: the same name may just be added at another server.
        let mut gate = admission::known_gate(cx)?;
        free(cx, &facts, None)?;
        let want = Want::of(facts.active.unwrap_or(true), &facts.email, &Domains::of(cx.tx, cx.scope)?);
        let status = admission::admit(cx, &mut gate, want, None)?;
        gate.save(cx.tx, cx.scope)?;
        let id: MemberId = cx.new_id();
        rows::insert(cx.tx, cx.scope, id, &facts, status, cx.now)?;
        rows::keep(cx.tx, cx.scope, id, said(&fields))?;
        rows::set_addresses(cx.tx, cx.scope, id, &[], &facts.addresses)?;
        if status == MemberStatus::Active {
            members::open(cx.tx, cx.scope, id, "scim", cx.now)?;
        }
        policy::note_members(cx.tx, cx.scope, 1, 0)?;
        cx.changed("member", id, "email", (), &facts.email);
        cx.changed("member", id, "status", (), status);
        publish(cx)?;
        rows::find(cx.tx, cx.scope, id)?.ok_or(Fail::Denied(access::Denied::NotFound))
    }
}

/// The tenant's region is prepared.
pub(super) fn ready<C: Command<Home = Region>>(cx: &mut Cx<'_, '_, C>) -> Result<(), Fail<ScimError>> {
    match members::serving(cx.tx, cx.scope)? {
        Some(_) => Ok(()),
        None => Err(ScimError::new(503, "This tenant is still being prepared. Try again in a few seconds.").into()),
    }
}

/// Nobody else has this name or this address.
pub(super) fn free<C: Command<Home = Region>>(cx: &mut Cx<'_, '_, C>, facts: &Facts, but: Option<MemberId>) -> Result<(), Fail<ScimError>> {
    if rows::user_name_holder(cx.tx, cx.scope, &facts.user_name.to_lowercase(), but)? {
        return Err(ScimError::taken("userName").into());
    }
    if !facts.email.is_empty() && rows::address_holder(cx.tx, cx.scope, &email_key(&facts.email), but)? {
        return Err(ScimError::taken("e-mail address").into());
    }
    Ok(())
}

/// What is kept: all but what has a column of its own.
pub(super) fn said(fields: &Fields) -> String {
    let mut kept = fields.clone();
    kept.remove("externalId");
    Value::Object(kept).to_string()
}
