//! What somebody wants by mail: alerts from a severity on, and a digest every week or month. Each wish is kept by person and partner.

use std::{fmt::Debug, marker::PhantomData};

use access::{Scope, permissions::Read};
use command::{Command, Cx, Fail, Node, Query, Refusal};
use serde::{Serialize, Serializer, de::DeserializeOwned, ser::SerializeMap};
use store::{Control, PartnerId, Result, StaffId, Timestamp, Tx, View};

/// A choice of one sort of mail.
pub trait Wish: Debug + Copy + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The command that says it.
    const COMMAND: &'static str;
    /// What it changes about a person.
    const CHANGES: &'static str;
    /// The field that holds it.
    const FIELD: &'static str;
    /// Where it is said, below the page of alerts.
    const PLACE: &'static str;
    /// What the names of its texts begin with.
    const TEXTS: &'static str;
    /// All choices.
    const CHOICES: &'static [Self];

    /// Its stored word.
    fn word(self) -> &'static str;

    /// What somebody has chosen; none: no mail.
    fn of(view: &mut View<'_, Control>, partner: PartnerId, staff: StaffId) -> Result<Option<Self>>;

    /// Keeps what somebody chooses.
    fn keep(tx: &mut Tx<'_, Control>, partner: PartnerId, staff: StaffId, wish: Option<Self>, now: Timestamp) -> Result<()>;
}

/// Why nobody is mailed.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NotAPerson {
    /// The caller is no staff person.
    NoPerson {},
}

impl Refusal for NotAPerson {
    fn status(&self) -> u16 {
        409
    }
    fn code(&self) -> &'static str {
        "not-a-person"
    }
    fn title(&self) -> String {
        "Only a person can subscribe to alerts".into()
    }
}

/// Says what the asker wants by mail; none: nothing.
#[derive(Debug)]
pub struct Choose<W> {
    /// Of which partner's customers.
    pub partner: PartnerId,
    /// What they want.
    pub wish: Option<W>,
}

impl<W: Wish> Serialize for Choose<W> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut said = serializer.serialize_map(Some(2))?;
        said.serialize_entry("partner", &self.partner)?;
        said.serialize_entry(W::FIELD, &self.wish)?;
        said.end()
    }
}

impl<W: Wish> Command for Choose<W> {
    const NAME: &'static str = W::COMMAND;
    type Home = Control;
    type Needs = Read;
    type Done = Option<W>;
    type Refusal = NotAPerson;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> std::result::Result<Option<W>, Fail<NotAPerson>> {
        let staff = cx.scope.actor().staff.ok_or(NotAPerson::NoPerson {})?;
        change(cx, self.partner, staff, self.wish)?;
        Ok(self.wish)
    }
}

/// Changes what somebody wants.
pub fn change<C, W>(cx: &mut Cx<'_, '_, C>, partner: PartnerId, staff: StaffId, wish: Option<W>) -> Result<()>
where
    C: Command<Home = Control>,
    W: Wish,
{
    let before = W::of(cx.tx, partner, staff)?;
    if before != wish {
        W::keep(cx.tx, partner, staff, wish, cx.now)?;
        cx.changed("staff", staff, W::CHANGES, before, wish);
    }
    Ok(())
}

/// Asks what the asker wants by mail.
#[derive(Debug)]
pub struct Chosen<W> {
    partner: PartnerId,
    wish: PhantomData<fn() -> W>,
}

impl<W> Chosen<W> {
    /// Of a partner's customers.
    pub fn at(partner: PartnerId) -> Chosen<W> {
        Chosen { partner, wish: PhantomData }
    }
}

impl<W: Wish> Query for Chosen<W> {
    type Home = Control;
    type Needs = Read;
    type Found = Option<W>;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, _: Timestamp) -> Result<Option<W>> {
        scope.actor().staff.map_or(Ok(None), |staff| W::of(view, self.partner, staff))
    }
}
