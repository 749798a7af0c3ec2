//! Beginning a test.

use ::store::{Control, CustomerId, FactId, Timestamp};
use access::permissions::ManageDomain;
use command::{Command, Cx, Fail, Node, Refusal};
use serde::{Deserialize, Serialize, Serializer};

use super::{
    KEPT, MINUTES,
    job::{ExpireTest, SendTest},
    masked, store as rows,
};
use crate::{
    app::App,
    hierarchy::{Lifecycle, customers, domains},
    noun::Email,
};

/// Tests of one customer that may begin within [`WITHIN`] seconds.
const MOST: usize = 3;
const WITHIN: i64 = 600;

/// Sends one real mail to somebody at the customer, in a domain that is proved to be its own.
#[derive(Debug, Serialize)]
pub struct BeginTest {
    /// Which customer.
    pub customer: CustomerId,
    /// To whom. The trail keeps as little of it as the test does.
    #[serde(serialize_with = "shortened")]
    pub to: Email,
}

fn shortened<S: Serializer>(to: &Email, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&masked(to.as_str()))
}

/// What was begun.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Begun {
    /// The test to watch.
    pub test_id: FactId,
    /// Until when somebody must say that the mail came.
    pub expires_at: Timestamp,
}

/// Why none was begun.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NotBegun {
    /// The address lies outside what is proved to be the customer's.
    DomainNotVerified {
        /// The domain of the address.
        domain: String,
        /// The domains mail may go to.
        verified: Vec<String>,
    },
    /// The customer is not being served.
    NotServing {
        /// Where it stands.
        lifecycle: Lifecycle,
    },
    /// Several were begun a moment ago.
    TooSoon {
        /// Seconds until the next one.
        retry_after: i64,
    },
}

impl Refusal for NotBegun {
    fn status(&self) -> u16 {
        match self {
            NotBegun::TooSoon { .. } => 429,
            _ => 409,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            NotBegun::DomainNotVerified { .. } => "domain-not-verified",
            NotBegun::NotServing { .. } => "wrong-lifecycle",
            NotBegun::TooSoon { .. } => "too-many-requests",
        }
    }
    fn title(&self) -> String {
        match self {
            NotBegun::DomainNotVerified { domain, .. } => format!("{domain} is not proved to be this customer's"),
            NotBegun::NotServing { lifecycle } => format!("The customer is {}", lifecycle.word()),
            NotBegun::TooSoon { retry_after } => format!("Several tests were begun just now; try again in {retry_after} s"),
        }
    }
    fn detail(&self) -> String {
        let next = match self {
            NotBegun::DomainNotVerified { verified, .. } if verified.is_empty() => "Prove the customer's domain first.",
            NotBegun::DomainNotVerified { .. } => "Name an address in one of the verified domains.",
            NotBegun::NotServing { .. } => "A test can be sent once the customer is set up and while it is served.",
            NotBegun::TooSoon { .. } => "The mails already sent may still arrive.",
        };
        format!("{next} No mail was sent.")
    }
    fn pointer(&self) -> Option<&'static str> {
        matches!(self, NotBegun::DomainNotVerified { .. }).then_some("/to")
    }
}

impl Command for BeginTest {
    const NAME: &'static str = "provisioning.delivery.begin";
    type Home = Control;
    type Needs = ManageDomain;
    type Done = Begun;
    type Refusal = NotBegun;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Begun, Fail<NotBegun>> {
        let customer = customers::find(cx.tx, cx.scope, self.customer)?.ok_or(Fail::Denied(access::Denied::NotFound))?;
        if !is_served(customer.lifecycle) {
            return Err(NotBegun::NotServing { lifecycle: customer.lifecycle }.into());
        }
        let verified = domains::verified(cx.tx, self.customer)?;
        let domain = host(self.to.as_str());
        if !verified.iter().any(|v| v == domain) {
            return Err(NotBegun::DomainNotVerified { domain: domain.to_owned(), verified }.into());
        }
        let begun = rows::begun_since(cx.tx, cx.scope, self.customer, cx.now.plus_seconds(-WITHIN))?;
        if let Some(oldest) = begun.iter().nth_back(MOST - 1) {
            let left = oldest.plus_seconds(WITHIN).0 - cx.now.0;
            return Err(NotBegun::TooSoon { retry_after: left.div_euclid(Timestamp::SECOND) + 1 }.into());
        }
        let (test, expires_at) = (cx.new_id::<::store::kinds::Fact>(), cx.now.plus_seconds(MINUTES * 60));
        rows::insert(cx.tx, cx.scope, self.customer, test, self.to.as_str(), cx.now, expires_at)?;
        rows::forget_old(cx.tx, cx.scope, self.customer, KEPT)?;
        cx.changed("delivery_test", test, "status", (), "waiting");
        let partner = cx.scope.partner();
        cx.tell(<SendTest as jobs::Job<App>>::KIND, &SendTest { partner, customer: self.customer, test });
        cx.tell_at(<ExpireTest as jobs::Job<App>>::KIND, &ExpireTest { partner, customer: self.customer, test }, expires_at);
        Ok(Begun { test_id: test, expires_at })
    }
}

/// The domain of an address.
pub(super) fn host(address: &str) -> &str {
    address.rsplit('@').next().unwrap_or_default()
}

/// Mail goes to customers that are being set up, or served.
pub(super) const fn is_served(lifecycle: Lifecycle) -> bool {
    matches!(lifecycle, Lifecycle::Setup | Lifecycle::Active)
}
