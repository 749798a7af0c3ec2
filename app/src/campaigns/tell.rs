//! Campaigns that run elsewhere: from when to when, so that the MSP sees how many run now (1.24, 1.25). What one came to is told apart,
//! as a run: no number of health rests on a campaign that has not come to anything yet (ADR 0042).

use access::permissions::RecordFacts;
use command::{Command, Cx, Fail, Node, Refusal};
use serde::{Deserialize, Serialize};
use store::{Control, CustomerId, Timestamp};

use crate::{
    hierarchy::{
        standing::{self, Campaign, CampaignKind},
        trial,
    },
    noun::Name,
};

/// Days ahead for which a beginning may be told.
const AHEAD: i64 = 366;
/// 2000-01-01: no campaign began before it.
const EARLIEST: Timestamp = Timestamp(946_684_800_000_000);

/// Tells of a campaign of a customer, or tells it anew.
#[derive(Debug, Clone, Serialize)]
pub struct TellCampaign {
    /// Whose.
    pub customer: CustomerId,
    /// What identifies it to its teller.
    pub external_ref: Name,
    /// Its name.
    pub name: Name,
    /// What it is for.
    pub kind: CampaignKind,
    /// When it begins.
    pub starts_at: Timestamp,
    /// When it ends; none: that is open.
    pub ends_at: Option<Timestamp>,
}

/// A campaign as it is known now.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CampaignTold {
    /// Its reference.
    pub external_ref: String,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub kind: CampaignKind,
    /// When it begins.
    pub starts_at: Timestamp,
    /// When it ends, exclusive; null while that is open.
    pub ends_at: Option<Timestamp>,
    /// Whether it runs now.
    pub active: bool,
}

/// Why a campaign is not taken.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NotTold {
    /// It begins before 2000, or in more than a year.
    Start {},
    /// It ends before it begins.
    End {},
    /// The customer is on the free plan.
    FreePlan {},
}

impl Refusal for NotTold {
    fn status(&self) -> u16 {
        if matches!(self, NotTold::FreePlan {}) { 409 } else { 422 }
    }
    fn code(&self) -> &'static str {
        match self {
            NotTold::Start {} => "not-a-start",
            NotTold::End {} => "not-an-end",
            NotTold::FreePlan {} => "free-plan",
        }
    }
    fn title(&self) -> String {
        match self {
            NotTold::Start {} => "A campaign begins after 2000 and within a year from now",
            NotTold::End {} => "A campaign ends after it begins",
            NotTold::FreePlan {} => "The free plan has no campaigns",
        }
        .into()
    }
    fn detail(&self) -> String {
        let next = match self {
            NotTold::Start {} => "Look at starts_at.",
            NotTold::End {} => "Look at ends_at, or leave it out while the end is open.",
            NotTold::FreePlan {} => "Extend the trial or upgrade the customer.",
        };
        format!("{next} Nothing was changed.")
    }
    fn pointer(&self) -> Option<&'static str> {
        match self {
            NotTold::Start {} => Some("/starts_at"),
            NotTold::End {} => Some("/ends_at"),
            NotTold::FreePlan {} => None,
        }
    }
}

impl Command for TellCampaign {
    const NAME: &'static str = "campaigns.tell";
    type Home = Control;
    type Needs = RecordFacts;
    type Done = CampaignTold;
    type Refusal = NotTold;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<CampaignTold, Fail<NotTold>> {
        if self.starts_at < EARLIEST || self.starts_at > cx.now.plus_days(AHEAD) {
            return Err(NotTold::Start {}.into());
        }
        if self.ends_at.is_some_and(|end| end <= self.starts_at) {
            return Err(NotTold::End {}.into());
        }
        if trial::is_free(cx.tx, cx.scope, self.customer, cx.now)? {
            return Err(NotTold::FreePlan {}.into());
        }
        let (starts_at, ends_at) = (self.starts_at, self.ends_at.unwrap_or(Timestamp::FOREVER));
        let (external_ref, name) = (self.external_ref.as_str().to_owned(), self.name.as_str().to_owned());
        let told = Campaign { external_ref, name, kind: self.kind, starts_at, ends_at };
        let before = standing::publish_campaign(cx.tx, cx.scope, self.customer, &told, cx.now)?;
        for (n, field) in ["name", "kind", "starts_at", "ends_at"].into_iter().enumerate() {
            cx.changed("campaign", &told.external_ref, field, before.as_ref().map(|c| words(c)[n].clone()), &words(&told)[n]);
        }
        let active = starts_at <= cx.now && cx.now < ends_at;
        Ok(CampaignTold { external_ref: told.external_ref, name: told.name, kind: self.kind, starts_at, ends_at: self.ends_at, active })
    }
}

/// A campaign in the words of the trail.
fn words(c: &Campaign) -> [String; 4] {
    let end = if c.ends_at == Timestamp::FOREVER { "open".to_owned() } else { c.ends_at.to_string() };
    [c.name.clone(), c.kind.word().to_owned(), c.starts_at.to_string(), end]
}
