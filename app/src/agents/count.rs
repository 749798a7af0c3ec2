//! How many agents there are and how many do not report, told to control. A region tells when that changes by somebody who came,
//! went or was heard again, once however many they are; what time alone changes is counted when its time has come.

use access::{
    Scope,
    permissions::{Operate, Read},
};
use command::{Call, Command, Cx, Fail, House, Never, Node, Query};
use futures_util::{StreamExt, stream};
use jobs::{Job, JobCx, Retry};
use serde::{Deserialize, Serialize};
use store::{Control, CustomerId, PartnerId, Region, Result, Timestamp, View};

use super::{agent::Thresholds, store as rows};
use crate::{
    app::App,
    hierarchy::{
        self,
        standing::{self, AgentCounts},
    },
};

/// The job kind of [`Recount`].
const AGENTS_CHANGED: &str = "agents-changed";

/// Tells that a tenant's agents have to be counted, unless that is told already.
pub(super) fn tell<C: Command<Home = Region>>(cx: &mut Cx<'_, '_, C>) -> Result<()> {
    if rows::mark(cx.tx, cx.scope)? {
        let customer = cx.scope.customer().unwrap_or(CustomerId::new(cx.scope.node()));
        cx.tell(AGENTS_CHANGED, &Recount { customer });
    }
    Ok(())
}

/// News in a region: a tenant's agents have to be counted.
#[derive(Debug, Serialize, Deserialize)]
pub struct Recount {
    customer: CustomerId,
}

impl Job<App> for Recount {
    const KIND: &'static str = AGENTS_CHANGED;
    const PROMPT: bool = true;

    async fn run(self, job: JobCx<'_, App>) -> std::result::Result<(), Retry> {
        count(job.house, self.customer).await?;
        Ok(())
    }
}

async fn count(house: &House, customer: CustomerId) -> std::result::Result<(), Fail<Never>> {
    let by = house.ask(&Call::operator(), ThresholdsOf { node: customer.into() }).await?;
    house.execute(Call::operator(), CountAgents { customer, by }).await.map(drop)
}

/// Asks for the thresholds of a node's partner.
pub(super) struct ThresholdsOf {
    pub node: Node,
}

impl Query for ThresholdsOf {
    type Home = Control;
    type Needs = Read;
    type Found = Thresholds;

    fn node(&self) -> Node {
        self.node
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, _: Timestamp) -> Result<Thresholds> {
        rows::thresholds(view, scope)
    }
}

/// Counts a tenant's agents and tells control.
#[derive(Debug, Serialize)]
struct CountAgents {
    customer: CustomerId,
    by: Thresholds,
}

impl Command for CountAgents {
    const NAME: &'static str = "agents.count";
    const QUIET: bool = true;
    type Home = Region;
    type Needs = Operate;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> std::result::Result<(), Fail<Never>> {
        let counts = rows::count(cx.tx, cx.scope, &self.by, cx.now)?;
        cx.tell(AgentsCounted::KIND, &AgentsCounted { customer: self.customer, counts });
        Ok(())
    }
}

/// News from a region: a tenant's agents were counted.
#[derive(Debug, Serialize, Deserialize)]
pub struct AgentsCounted {
    customer: CustomerId,
    counts: AgentCounts,
}

impl AgentsCounted {
    /// The job's kind.
    pub const KIND: &'static str = "agents-counted";
}

impl Job<App> for AgentsCounted {
    const KIND: &'static str = AgentsCounted::KIND;
    const PROMPT: bool = true;

    async fn run(self, job: JobCx<'_, App>) -> std::result::Result<(), Retry> {
        job.house.execute(Call::operator(), BookAgents(self)).await?;
        Ok(())
    }
}

/// Books them in control; an older count changes nothing.
#[derive(Debug, Serialize)]
struct BookAgents(AgentsCounted);

impl Command for BookAgents {
    const NAME: &'static str = "agents.book";
    const QUIET: bool = true;
    type Home = Control;
    type Needs = Operate;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Node {
        self.0.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> std::result::Result<(), Fail<Never>> {
        let news = standing::publish_agents(cx.tx, cx.scope, self.0.customer, &self.0.counts)?;
        standing::tell(cx, self.0.customer, news);
        Ok(())
    }
}

/// Customers counted at once: their commits are shared.
const AT_ONCE: usize = 16;

/// Counts what time has changed of a partner's agents, before their numbers are read. One indexed read when it changed nothing.
///
/// # Errors
/// The store's. A full disk is no error: then what is known is shown.
pub async fn settle(house: &House, partner: PartnerId) -> Result<()> {
    let mut before = Vec::new();
    loop {
        let now = house.now();
        let due = house
            .control()
            .read(move |view: &mut View<'_, Control>| {
                view.enter(partner.0);
                standing::agents_due(view, partner, now)
            })
            .await?;
        // A region that does not answer leaves its customers due: they are tried again by the next reader.
        if due.is_empty() || due == before {
            return Ok(());
        }
        let ended: Vec<_> = stream::iter(due.clone()).map(|customer| count(house, customer)).buffer_unordered(AT_ONCE).collect().await;
        for end in ended {
            match end {
                Ok(()) | Err(Fail::Store(store::Error::Full) | Fail::Denied(_)) => {}
                Err(Fail::Store(error)) => return Err(error),
                Err(_) => return Ok(()),
            }
        }
        before = due;
    }
}

/// Settles every partner; the hourly schedule.
///
/// # Errors
/// The store's, in words.
pub async fn settle_everyone(app: &App) -> std::result::Result<(), String> {
    for partner in app.house.control().read(hierarchy::all_partners).await.map_err(|e| e.to_string())? {
        settle(&app.house, partner).await.map_err(|e| e.to_string())?;
    }
    Ok(())
}
