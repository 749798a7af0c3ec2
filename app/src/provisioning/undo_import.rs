//! Taking back a customer that an import made and nobody has worked on since: its region is closed first, so that nobody can
//! add a member any more, then it is removed as any other.

use access::{Scope, permissions::CreateCustomers};
use command::{Call, Command, Cx, Fail, House, Never, Node, Query};
use serde::{Deserialize, Serialize};
use store::{Control, CustomerId, ImportId, PartnerId, Timestamp, View};

use super::{obey::open_tenant, store as rows};
use crate::{
    licensing::{policy::CloseTenant, pools::DecideAgain},
    removal,
};

/// What was done with a customer since it was made: then it stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkedOn {
    /// It was launched.
    Launched,
    /// It was suspended.
    Suspended,
    /// Members were added.
    Members,
    /// Its seats were changed.
    Seats,
    /// Results of campaigns were recorded.
    Results,
    /// Syncs or mail checks were recorded.
    Checks,
    /// Sites were added.
    Sites,
    /// Staff were assigned.
    Staff,
    /// It was put into a group by hand.
    Groups,
    /// What is known of it was changed.
    Edited,
}

impl WorkedOn {
    const ALL: [(WorkedOn, &'static str); 10] = [
        (WorkedOn::Launched, "launched"),
        (WorkedOn::Suspended, "suspended"),
        (WorkedOn::Members, "members"),
        (WorkedOn::Seats, "seats"),
        (WorkedOn::Results, "results"),
        (WorkedOn::Checks, "checks"),
        (WorkedOn::Sites, "sites"),
        (WorkedOn::Staff, "staff"),
        (WorkedOn::Groups, "groups"),
        (WorkedOn::Edited, "edited"),
    ];

    /// The word in answers.
    #[must_use]
    pub fn word(self) -> &'static str {
        WorkedOn::ALL.into_iter().find(|(reason, _)| *reason == self).map_or("edited", |(_, word)| word)
    }

    pub(super) fn parse(word: &str) -> Option<WorkedOn> {
        WorkedOn::ALL.into_iter().find(|(_, known)| *known == word).map(|(reason, _)| reason)
    }
}

/// A customer that an import made.
#[derive(Debug, Clone)]
pub struct Imported {
    /// Its id.
    pub customer: CustomerId,
    /// Its name.
    pub name: String,
    /// Whether it was removed since.
    pub removed: bool,
    /// What was done with it since.
    pub worked_on: Option<WorkedOn>,
}

/// Asks for the customers an import made.
#[derive(Debug)]
pub struct ImportedCustomers {
    /// Of which partner.
    pub partner: PartnerId,
    /// Which import.
    pub import: ImportId,
    /// The last one seen.
    pub after: Option<CustomerId>,
    /// How many.
    pub limit: i64,
}

impl Query for ImportedCustomers {
    type Home = Control;
    type Needs = CreateCustomers;
    type Found = Vec<Imported>;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<CreateCustomers>, _: Timestamp) -> store::Result<Self::Found> {
        rows::imported(view, scope, self.import, self.after, self.limit)
    }
}

/// Removes a customer of an import, its region being closed; one that was worked on stays.
#[derive(Debug, Serialize)]
struct TakeBack {
    partner: PartnerId,
    import: ImportId,
    customer: CustomerId,
}

impl Command for TakeBack {
    const NAME: &'static str = "provisioning.take_back_customer";
    type Home = Control;
    type Needs = CreateCustomers;
    /// Why it stays; none when it is gone.
    type Done = Option<WorkedOn>;
    type Refusal = Never;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Option<WorkedOn>, Fail<Never>> {
        let found = rows::one_imported(cx.tx, cx.scope, self.import, self.customer)?.ok_or(Fail::Denied(access::Denied::NotFound))?;
        if found.removed || found.worked_on.is_some() {
            return Ok(found.worked_on);
        }
        removal::withdraw(cx, self.customer, Some("import undone"))?;
        Ok(None)
    }
}

/// Takes a customer of an import back, or says why it stays. Done twice it is done once.
///
/// # Errors
/// As [`House::execute`].
pub async fn take_back(
    house: &House,
    call: &Call,
    partner: PartnerId,
    import: ImportId,
    one: &Imported,
) -> Result<Option<WorkedOn>, Fail<Never>> {
    let customer = one.customer;
    if one.removed {
        return Ok(None);
    }
    let mut stays = one.worked_on;
    if stays.is_none() && !house.execute(Call::operator(), CloseTenant { customer }).await?.value {
        stays = Some(WorkedOn::Members);
    }
    if stays.is_none() {
        stays = house.execute(call.clone(), TakeBack { partner, import, customer }).await?.value;
    }
    if stays.is_some() {
        reopen(house, one).await?;
    }
    Ok(stays)
}

/// A customer that stays has an open region: one that was closed for it, now or by a run that broke off, is opened anew with
/// the seats it holds.
async fn reopen(house: &House, one: &Imported) -> Result<(), Fail<Never>> {
    let (_, opened) = open_tenant(house, one.customer).await?;
    if opened {
        house.execute(Call::operator(), DecideAgain { customer: one.customer }).await?;
    }
    Ok(())
}
