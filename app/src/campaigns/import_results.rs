//! Results of campaigns that ran elsewhere: each run counts once.

use std::collections::{HashMap, HashSet};

use access::{Scope, permissions::RecordFacts};
use command::{Command, Cx, Fail, Node, Query, Refusal};
use serde::{Deserialize, Serialize};
use store::{Control, CustomerId, ImportId, PartnerId, Result, RunId, Timestamp, View};

use super::{rules, store as rows};
use crate::{
    hierarchy::{
        standing::{self, CampaignRun},
        trial,
    },
    noun::Name,
};

/// One campaign at one tenant, in numbers.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// The campaign's name.
    pub name: Name,
    /// What identifies the run to its sender: told twice, it counts once.
    pub external_ref: Name,
    /// When it ran. A sender's clock may run ahead a little: then it counts from now.
    pub at: Timestamp,
    /// Recipients it reached.
    pub delivered: i64,
    /// Recipients who did not fall for it.
    pub passed: i64,
}

/// Records runs of a customer.
#[derive(Debug, Clone, Serialize)]
pub struct ImportResults {
    /// Whose.
    pub customer: CustomerId,
    /// The runs, at most 1,000.
    pub runs: Vec<Run>,
    /// The import they come from, if one.
    pub import: Option<ImportId>,
}

/// What became of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Counted now.
    Recorded,
    /// Counted before.
    Duplicate,
}

/// One run and what became of it.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RunDone {
    /// Its reference.
    pub external_ref: String,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of all of them.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ResultsDone {
    /// Runs counted now.
    pub recorded: i64,
    /// Runs counted before.
    pub duplicates: i64,
    /// Run by run, in the order sent.
    pub runs: Vec<RunDone>,
}

/// A run's numbers cannot be.
#[derive(Debug, Clone, Serialize)]
pub struct BadRun {
    /// Its reference.
    pub external_ref: String,
    /// The field.
    pub field: &'static str,
    /// A sentence.
    pub reason: String,
}

/// What stands for the field where the customer's plan is the reason.
const FREE: &str = "plan";

impl Refusal for BadRun {
    fn status(&self) -> u16 {
        if self.field == FREE { 409 } else { 422 }
    }
    fn code(&self) -> &'static str {
        if self.field == FREE { "free-plan" } else { "bad-run" }
    }
    fn title(&self) -> String {
        format!("The run {} was refused because of {}", self.external_ref, self.field)
    }
    fn detail(&self) -> String {
        format!("{} No run of this request was counted.", self.reason)
    }
}

impl Command for ImportResults {
    const NAME: &'static str = "campaigns.import_results";
    type Home = Control;
    type Needs = RecordFacts;
    type Done = ResultsDone;
    type Refusal = BadRun;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> std::result::Result<ResultsDone, Fail<BadRun>> {
        let mut done = ResultsDone { recorded: 0, duplicates: 0, runs: Vec::with_capacity(self.runs.len()) };
        let mut news = false;
        for run in &self.runs {
            rules::check(run, cx.now).map_err(|no| BadRun {
                external_ref: run.external_ref.as_str().to_owned(),
                field: no.field,
                reason: no.reason,
            })?;
            if trial::is_free(cx.tx, cx.scope, self.customer, run.at.min(cx.now))? {
                let reason = "The free plan has no campaigns: extend the trial or upgrade the customer.".into();
                return Err(BadRun { external_ref: run.external_ref.as_str().to_owned(), field: FREE, reason }.into());
            }
            let id: RunId = cx.new_id();
            let (name, external_ref) = (run.name.as_str(), run.external_ref.as_str());
            let (delivered, passed, import) = (run.delivered, run.passed, self.import);
            let told = CampaignRun { at: run.at.min(cx.now), name, external_ref, delivered, passed, import };
            let counted = standing::publish_run(cx.tx, cx.scope, self.customer, id.0, &told, cx.now)?;
            news |= counted.unwrap_or(false);
            if counted.is_some() {
                done.recorded += 1;
                cx.changed("campaign_run", id, "external_ref", (), external_ref);
            } else {
                done.duplicates += 1;
            }
            let outcome = if counted.is_some() { Outcome::Recorded } else { Outcome::Duplicate };
            done.runs.push(RunDone { external_ref: external_ref.to_owned(), outcome });
        }
        standing::tell(cx, self.customer, news);
        Ok(done)
    }
}

/// Customers by what a file calls them: account number or domain, in lower case.
pub type Customers = HashMap<String, CustomerId>;

/// Asks which customers these names mean: account numbers or domains.
#[derive(Debug)]
pub struct CustomersNamed {
    /// Of which partner.
    pub partner: PartnerId,
    /// The names.
    pub names: Vec<String>,
}

impl Query for CustomersNamed {
    type Home = Control;
    type Needs = RecordFacts;
    type Found = Customers;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<RecordFacts>, _: Timestamp) -> Result<Customers> {
        let mut found = Customers::new();
        for name in &self.names {
            let key = name.trim().to_lowercase();
            if !found.contains_key(&key)
                && let Some(customer) = rows::named(view, scope, name.trim())?
            {
                found.insert(key, customer);
            }
        }
        Ok(found)
    }
}

/// Asks which runs are known already.
#[derive(Debug)]
pub struct KnownRuns {
    /// Of which partner.
    pub partner: PartnerId,
    /// Customer and reference.
    pub runs: Vec<(CustomerId, String)>,
}

impl Query for KnownRuns {
    type Home = Control;
    type Needs = RecordFacts;
    type Found = HashSet<(CustomerId, String)>;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<RecordFacts>, _: Timestamp) -> Result<Self::Found> {
        let mut known = HashSet::new();
        for (customer, reference) in &self.runs {
            if rows::known(view, scope, *customer, reference)? {
                known.insert((*customer, reference.clone()));
            }
        }
        Ok(known)
    }
}
