//! Declaring attributes and taking them away, with the values members have of them.

use access::permissions::ManageMembers;
use command::{Call, Command, Cx, Fail, House, Node, Refusal};
use serde::{Deserialize, Serialize};
use store::{CustomerId, MemberAttributeId, Region};

use super::{
    attribute::{Attribute, MOST, STANDARD, Takes},
    store as rows,
};
use crate::directory::{Member, reconcile};

/// Members whose value is taken away in one transaction.
const CHUNK: i64 = 1_000;

/// Why an attribute is not declared.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AttributeRefusal {
    /// There are too many.
    TooMany {
        /// How many there may be.
        most: usize,
    },
    /// There is one of this name.
    NameTaken {},
}

impl Refusal for AttributeRefusal {
    fn status(&self) -> u16 {
        409
    }
    fn code(&self) -> &'static str {
        match self {
            AttributeRefusal::TooMany { .. } => "too-many-attributes",
            AttributeRefusal::NameTaken {} => "name-taken",
        }
    }
    fn title(&self) -> String {
        match self {
            AttributeRefusal::TooMany { .. } => format!("A customer declares {MOST} attributes at most"),
            AttributeRefusal::NameTaken {} => "There is an attribute of this name".into(),
        }
    }
    fn detail(&self) -> String {
        match self {
            AttributeRefusal::TooMany { .. } => "Remove one first. Nothing was changed.".into(),
            AttributeRefusal::NameTaken {} => "Choose another name. Nothing was changed.".into(),
        }
    }
    fn pointer(&self) -> Option<&'static str> {
        matches!(self, AttributeRefusal::NameTaken {}).then_some("/name")
    }
}

/// Declares an attribute.
#[derive(Debug, Serialize)]
pub struct AddAttribute {
    /// Whose.
    pub customer: CustomerId,
    /// Its name, one that can be.
    pub name: String,
    /// Which values it takes.
    pub takes: Takes,
    /// The values of a choice; empty for the others.
    pub choices: Vec<String>,
}

impl Command for AddAttribute {
    const NAME: &'static str = "directory.attributes.add";
    type Home = Region;
    type Needs = ManageMembers;
    type Done = Attribute;
    type Refusal = AttributeRefusal;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Attribute, Fail<AttributeRefusal>> {
        let known = rows::list(cx.tx, cx.scope)?;
        if STANDARD.contains(&self.name.as_str()) || known.iter().any(|a| a.name == self.name) {
            return Err(AttributeRefusal::NameTaken {}.into());
        }
        if known.len() >= MOST {
            return Err(AttributeRefusal::TooMany { most: MOST }.into());
        }
        let made =
            Attribute { id: cx.new_id(), name: self.name.clone(), takes: self.takes, choices: self.choices.clone(), created_at: cx.now };
        rows::insert(cx.tx, cx.scope, &made)?;
        cx.changed("member_attribute", made.id, "name", (), &made.name);
        cx.changed("member_attribute", made.id, "takes", (), made.takes);
        cx.changed("member_attribute", made.id, "choices", (), &made.choices);
        Ok(made)
    }
}

/// Takes away values of an attribute, a chunk of members at a time, and with the last of them the attribute.
#[derive(Debug, Serialize)]
pub struct RemoveAttribute {
    /// Whose.
    pub customer: CustomerId,
    /// Which.
    pub attribute: MemberAttributeId,
}

/// How far it is.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Removal {
    /// Whether members are left that have a value.
    pub more: bool,
}

impl Command for RemoveAttribute {
    const NAME: &'static str = "directory.attributes.remove";
    type Home = Region;
    type Needs = ManageMembers;
    type Done = Removal;
    type Refusal = AttributeRefusal;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Removal, Fail<AttributeRefusal>> {
        let known = rows::list(cx.tx, cx.scope)?.into_iter().find(|a| a.id == self.attribute);
        let known = known.ok_or(Fail::Denied(access::Denied::NotFound))?;
        let mut holders = rows::holders(cx.tx, cx.scope, &known.name, CHUNK)?;
        let found = i64::try_from(holders.len()).unwrap_or(CHUNK);
        // Before the values themselves: by these the members are found.
        reconcile::unsay(cx.tx, cx.scope, &known.name, CHUNK)?;
        holders.iter_mut().for_each(|m: &mut Member| drop(m.attributes.remove(&known.name)));
        rows::set_values(cx.tx, cx.scope, &holders, cx.now)?;
        cx.changed("member_attribute", known.id, "values", found, 0);
        if found == CHUNK {
            return Ok(Removal { more: true });
        }
        rows::delete(cx.tx, cx.scope, known.id)?;
        cx.changed("member_attribute", known.id, "name", &known.name, ());
        Ok(Removal { more: false })
    }
}

/// Goes on until nothing is left of an attribute.
///
/// # Errors
/// As [`House::execute`]. Without a key: done again, it finds nothing left.
pub(super) async fn finish(
    house: &House,
    call: &Call,
    customer: CustomerId,
    attribute: MemberAttributeId,
) -> Result<(), Fail<AttributeRefusal>> {
    loop {
        let call = Call { key: None, ..call.clone() };
        match house.execute(call, RemoveAttribute { customer, attribute }).await {
            Ok(answer) if answer.value.more => {}
            // Somebody else was faster.
            Ok(_) | Err(Fail::Denied(access::Denied::NotFound)) => return Ok(()),
            Err(fail) => return Err(fail),
        }
    }
}
