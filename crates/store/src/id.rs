use std::{fmt, hash::Hash, marker::PhantomData, str::FromStr, sync::LazyLock};

use data_encoding::{Encoding, Specification};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use crate::{Error, FromValue, Timestamp, Value};

/// What an id names; carries the prefix of its text form.
pub trait Kind: Send + Sync + 'static {
    /// The letters before the underscore.
    const PREFIX: &'static str;
}

/// A UUIDv7 that knows what it names. Text form: prefix, underscore, 26 letters of Crockford's base 32.
pub struct Id<K>(pub Uuid, PhantomData<fn() -> K>);

macro_rules! ids {
    ($($(#[$doc:meta])* $alias:ident $kind:ident $prefix:literal),* $(,)?) => {
        /// One type per kind of thing.
        pub mod kinds {
            $(#[doc = concat!("Ids that begin with `", $prefix, "_`.")] #[derive(Debug, Clone, Copy)] pub enum $kind {}
            impl super::Kind for $kind { const PREFIX: &'static str = $prefix; })*
        }
        $($(#[$doc])* pub type $alias = Id<kinds::$kind>;)*
    };
}

ids! {
    /// A distributor (tier 1).
    DistributorId Distributor "dis",
    /// A partner: an MSP or a reseller (tier 2).
    PartnerId Partner "msp",
    /// A customer: the isolation boundary.
    CustomerId Customer "cus",
    /// A place or network inside a customer.
    SiteId Site "sit",
    /// A console operator.
    StaffId Staff "stf",
    /// One membership of a staff person at a node.
    MembershipId Membership "mbs",
    /// A sign-in session.
    SessionId Session "ses",
    /// An API token's row (not its secret).
    TokenId Token "tok",
    /// An end person of a customer.
    MemberId Member "mem",
    /// A program on a device of a customer.
    AgentId Agent "agt",
    /// A token by which agents of a customer come.
    AgentTokenId AgentToken "akt",
    /// An attribute a customer declared for its members.
    MemberAttributeId MemberAttribute "mat",
    /// A group of a customer's members.
    MemberGroupId MemberGroup "mgr",
    /// A rule that turns members active or inactive.
    StatusRuleId StatusRule "rul",
    /// A group in a customer's directory.
    DirectoryGroupId DirectoryGroup "dgr",
    /// Where a customer's people come from.
    SourceId Source "src",
    /// One reading of a source and what came of it.
    SourceRunId SourceRun "srn",
    /// A group of customers.
    GroupId Group "grp",
    /// An order that adds to a pool.
    OrderId Order "ord",
    /// An order somebody asked for who may not place it.
    OrderRequestId OrderRequest "orq",
    /// Another plan that somebody asked for who may not change it.
    PlanRequestId PlanRequest "plr",
    /// What an order drew on the pool of a distributor.
    DrawId Draw "drw",
    /// A plan that a customer has, with its term.
    SubscriptionId Subscription "sub",
    /// One line of the allocation ledger.
    LedgerId Ledger "led",
    /// An alert.
    AlertId Alert "alr",
    /// A long-running operation.
    OperationId Operation "op",
    /// A background job.
    JobId Job "job",
    /// An audit row.
    AuditId Audit "aud",
    /// An outbox row.
    OutboxId Outbox "out",
    /// A campaign run of one tenant.
    RunId Run "run",
    /// A saved view of a list.
    SavedViewId SavedView "viw",
    /// An uploaded import file with its plan.
    ImportId Import "imp",
    /// A wizard before its first step was sent.
    DraftId Draft "drf",
    /// What new customers begin with.
    TemplateId Template "tpl",
    /// A file with everything a customer owns.
    ExportId Export "exp",
    /// A trial that was extended, or is asked to be.
    TrialRequestId TrialRequest "trq",
    /// A customer of another partner that a partner asked for.
    LinkRequestId LinkRequest "lrq",
    /// Somebody who asked for a trial and has not proved the address yet.
    SignUpId SignUp "sgn",
    /// A fact row (sync, mail check, usage).
    FactId Fact "fct",
}

static BASE32: LazyLock<Encoding> = LazyLock::new(|| {
    let mut spec = Specification::new();
    spec.symbols.push_str("0123456789abcdefghjkmnpqrstvwxyz");
    spec.translate.from.push_str("ABCDEFGHJKMNPQRSTVWXYZ");
    spec.translate.to.push_str("abcdefghjkmnpqrstvwxyz");
    spec.encoding().unwrap_or(data_encoding::BASE32_NOPAD)
});

impl<K> Id<K> {
    /// Wraps a raw id.
    #[must_use]
    pub const fn new(raw: Uuid) -> Self {
        Id(raw, PhantomData)
    }

    /// A new id (UUIDv7): the milliseconds of an instant, then the microseconds within, then random bits. Ids of one instant fall in
    /// no order.
    #[must_use]
    pub fn made(now: Timestamp, random: [u8; 10]) -> Self {
        let millis = u64::try_from(now.0.div_euclid(1_000)).unwrap_or(0);
        let [high, low] = (u16::try_from(now.0.rem_euclid(1_000)).unwrap_or(0) << 2).to_be_bytes();
        let mut rest = random;
        // Twelve bits are left of these two bytes: ten of them count to a thousand.
        (rest[0], rest[1]) = (high, low | (random[1] & 3));
        Id::new(uuid::Builder::from_unix_timestamp_millis(millis, &rest).into_uuid())
    }

    /// When it was made, to the millisecond.
    #[must_use]
    pub fn made_at(&self) -> Timestamp {
        Timestamp(i64::try_from(self.0.as_u128() >> 80).unwrap_or(0).saturating_mul(1_000))
    }
}

impl<K: Kind> Id<K> {
    /// Reads the text form; `None` for anything else (a foreign prefix included).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix(K::PREFIX)?.strip_prefix('_')?;
        let bytes = BASE32.decode(rest.as_bytes()).ok()?;
        Uuid::from_slice(&bytes).ok().map(Id::new)
    }
}

impl<K: Kind> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", K::PREFIX, BASE32.encode(self.0.as_bytes()))
    }
}

impl<K: Kind> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<K: Kind> FromStr for Id<K> {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Id::parse(text).ok_or_else(|| format!("not an id of the form {}_…", K::PREFIX))
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for Id<K> {}
impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<K> Eq for Id<K> {}
impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}
impl<K> Hash for Id<K> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<K: Kind> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, K: Kind> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl<K> From<Id<K>> for Value {
    fn from(id: Id<K>) -> Value {
        Value::Uuid(id.0)
    }
}

impl<K> From<Id<K>> for Uuid {
    fn from(id: Id<K>) -> Uuid {
        id.0
    }
}

impl<K> FromValue for Id<K> {
    fn from_value(value: Value) -> Result<Self, Error> {
        Uuid::from_value(value).map(Id::new)
    }
}

impl<K: Kind> utoipa::PartialSchema for Id<K> {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        String::schema()
    }
}
impl<K: Kind> utoipa::ToSchema for Id<K> {
    fn name() -> std::borrow::Cow<'static, str> {
        "Id".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_form_round_trips_and_refuses_other_kinds() {
        let id = CustomerId::new(Uuid::from_u128(0x0192_0000_7000_8000_0000_0000_0000_0001));
        let text = id.to_string();
        assert!(text.starts_with("cus_") && text.len() == 30, "{text}");
        assert_eq!(CustomerId::parse(&text), Some(id));
        assert_eq!(PartnerId::parse(&text), None);
        assert_eq!(CustomerId::parse("cus_"), None);
        assert_eq!(CustomerId::parse("cus_0000000000000000000000000z"), None, "trailing bits must be zero");
    }

    #[test]
    fn ids_fall_in_the_order_of_the_instants_they_were_made_in() {
        let made = |micros: i64, random: u8| CustomerId::made(Timestamp(micros), [random; 10]);
        let instants = [0, 1, 999, 1_000, 1_700_000_000_000_999, 1_700_000_000_001_000];
        assert!(instants.windows(2).all(|two| made(two[0], 255).0 < made(two[1], 0).0), "whatever their random bits are");
        assert!(instants.iter().all(|at| made(*at, 7).made_at() == Timestamp(at / 1_000 * 1_000)));
        let id = made(1_700_000_000_000_999, 255);
        assert_eq!((id.0.get_version_num(), made(-5, 0).made_at()), (7, Timestamp(0)), "nothing was made before 1970");
        assert_ne!(made(5, 1), made(5, 2));
    }
}
