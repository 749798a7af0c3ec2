//! The questions of imports.

use std::{
    collections::{BTreeMap, HashSet},
    marker::PhantomData,
};

use access::{
    Scope,
    permissions::{CreateCustomers, Read},
};
use command::{House, Node, Query};
use store::{Control, ImportId, PartnerId, Result, Timestamp, View};

use super::{
    desk::Kind,
    import::{Home, Import, ImportKind},
    store as rows,
};

/// Asks for an import, with the right of its kind.
pub struct ImportOf<K> {
    home: Home,
    id: ImportId,
    kind: PhantomData<fn() -> K>,
}

impl<K> ImportOf<K> {
    /// The question.
    #[must_use]
    pub fn new(home: Home, id: ImportId) -> ImportOf<K> {
        ImportOf { home, id, kind: PhantomData }
    }
}

impl<K: Kind> Query for ImportOf<K> {
    type Home = Control;
    type Needs = K::Needs;
    type Found = Option<Import>;

    fn node(&self) -> Node {
        self.home.node()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<K::Needs>, _: Timestamp) -> Result<Option<Import>> {
        let found = rows::find(view, scope, self.id)?;
        Ok(found.filter(|i| i.customer_id == self.home.customer && i.kind == K::KIND))
    }
}

/// Asks for a partner's imports, newest first.
#[derive(Debug)]
pub struct Imports {
    /// Whose.
    pub partner: PartnerId,
    /// How many.
    pub limit: i64,
    /// How many to skip.
    pub offset: i64,
}

impl Query for Imports {
    type Home = Control;
    type Needs = Read;
    /// The imports, and how many there are.
    type Found = (Vec<Import>, i64);

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, _: Timestamp) -> Result<Self::Found> {
        rows::list(view, scope, self.limit, self.offset)
    }
}

/// Asks what the columns of such a file meant last time.
pub struct Remembered<K> {
    home: Home,
    headers: Vec<String>,
    kind: PhantomData<fn() -> K>,
}

impl<K> Remembered<K> {
    /// The question.
    #[must_use]
    pub fn new(home: Home, headers: Vec<String>) -> Remembered<K> {
        Remembered { home, headers, kind: PhantomData }
    }
}

impl<K: Kind> Query for Remembered<K> {
    type Home = Control;
    type Needs = K::Needs;
    type Found = Option<BTreeMap<String, String>>;

    fn node(&self) -> Node {
        self.home.node()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<K::Needs>, _: Timestamp) -> Result<Self::Found> {
        let text = rows::remembered(view, scope, K::KIND, &self.headers)?;
        Ok(text.and_then(|t| serde_json::from_str(&t).ok()))
    }
}

/// What judging new customers needs to know.
#[derive(Debug)]
pub struct Facts {
    /// Domains that are claimed.
    pub taken: HashSet<String>,
    /// Names that customers have, in the form of [`store::alike`].
    pub named: HashSet<String>,
    /// How many more customers there may be.
    pub places: i64,
}

/// Asks for it.
#[derive(Debug)]
pub struct CustomerFacts {
    /// Whose customers.
    pub partner: PartnerId,
    /// The domains asked about.
    pub domains: Vec<String>,
    /// The names asked about.
    pub names: Vec<String>,
}

impl Query for CustomerFacts {
    type Home = Control;
    type Needs = CreateCustomers;
    type Found = Facts;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<CreateCustomers>, _: Timestamp) -> Result<Facts> {
        let mut taken = HashSet::new();
        for domain in &self.domains {
            if crate::hierarchy::domains::taken(view, scope, domain, None)? {
                taken.insert(domain.clone());
            }
        }
        let mut named = HashSet::new();
        for name in &self.names {
            if crate::hierarchy::customers::name_taken(view, scope, name)? {
                named.insert(store::alike(name));
            }
        }
        Ok(Facts { taken, named, places: crate::hierarchy::customers::places(view, scope)?.free })
    }
}

/// Where an import's rights are asked, and of which kind it is; none when there is no such import of this partner.
///
/// # Errors
/// The store's.
pub async fn home_of(house: &House, partner: PartnerId, id: ImportId) -> Result<Option<(Home, ImportKind)>> {
    house.control().read(move |view| rows::home(view, partner, id)).await
}

/// The import as the installation sees it, for its own work.
///
/// # Errors
/// As [`House::ask`].
pub async fn for_work(house: &House, home: Home, id: ImportId) -> std::result::Result<Option<Import>, command::Fail<command::Never>> {
    house.ask(&command::Call::operator(), ForWork { home, id }).await
}

struct ForWork {
    home: Home,
    id: ImportId,
}

impl Query for ForWork {
    type Home = Control;
    type Needs = access::permissions::Operate;
    type Found = Option<Import>;

    fn node(&self) -> Node {
        self.home.node()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<access::permissions::Operate>, _: Timestamp) -> Result<Option<Import>> {
        rows::find(view, scope, self.id)
    }
}
