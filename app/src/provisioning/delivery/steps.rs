//! The steps by which a customer's mail system lets our mail in, and who did them: facts about the customer, as intervals.

use ::store::{Control, CustomerId, Result, StaffId, Timestamp, View};
use access::{Scope, permissions::ManageDomain};
use command::{Command, Cx, Fail, Never, Node};
use serde::{Deserialize, Serialize};

use super::store as rows;
use crate::{hierarchy::customers, provisioning::domains::rules::Provider};

/// One thing to set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Microsoft 365: the override for simulations.
    MicrosoftAdvancedDelivery,
    /// Microsoft 365: the addresses we send from.
    MicrosoftConnectionFilter,
    /// Microsoft 365: the header we send.
    MicrosoftMailFlowRule,
    /// Google Workspace: the addresses we send from.
    GoogleAllowlist,
    /// Google Workspace: the same, past its own judgement of spam.
    GoogleInboundGateway,
    /// Google Workspace: the header we send.
    GoogleContentCompliance,
}

impl Step {
    /// All of them, in the order in which they are done.
    pub const ALL: [Step; 6] = [
        Step::MicrosoftAdvancedDelivery,
        Step::MicrosoftConnectionFilter,
        Step::MicrosoftMailFlowRule,
        Step::GoogleAllowlist,
        Step::GoogleInboundGateway,
        Step::GoogleContentCompliance,
    ];

    /// The stored word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Step::MicrosoftAdvancedDelivery => "microsoft_advanced_delivery",
            Step::MicrosoftConnectionFilter => "microsoft_connection_filter",
            Step::MicrosoftMailFlowRule => "microsoft_mail_flow_rule",
            Step::GoogleAllowlist => "google_allowlist",
            Step::GoogleInboundGateway => "google_inbound_gateway",
            Step::GoogleContentCompliance => "google_content_compliance",
        }
    }

    /// Reads the stored word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Step> {
        Step::ALL.into_iter().find(|s| s.word() == word)
    }

    /// Whose mail system it belongs to.
    #[must_use]
    pub const fn provider(self) -> Provider {
        match self {
            Step::MicrosoftAdvancedDelivery | Step::MicrosoftConnectionFilter | Step::MicrosoftMailFlowRule => Provider::Microsoft365,
            Step::GoogleAllowlist | Step::GoogleInboundGateway | Step::GoogleContentCompliance => Provider::GoogleWorkspace,
        }
    }
}

/// A step at a customer.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct MailStep {
    /// Which.
    pub step: Step,
    /// Whose mail system it belongs to.
    pub provider: Provider,
    /// True when somebody said that it is done.
    pub done: bool,
    /// Who said so.
    pub done_by: Option<StaffId>,
    /// What they are called.
    pub done_by_name: Option<String>,
    /// When they said so.
    pub done_at: Option<Timestamp>,
}

/// All steps of a customer, done or not.
pub(super) fn of<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: CustomerId) -> Result<Vec<MailStep>> {
    let done = rows::steps(view, scope, customer)?;
    let one = |step: Step| {
        let fact = done.iter().find(|d| d.step == step.word());
        MailStep {
            step,
            provider: step.provider(),
            done: fact.is_some(),
            done_by: fact.and_then(|f| f.by),
            done_by_name: fact.and_then(|f| f.name.clone()),
            done_at: fact.map(|f| f.since),
        }
    };
    Ok(Step::ALL.into_iter().map(one).collect())
}

/// Says that a step is done at a customer, or that it is not.
#[derive(Debug, Serialize)]
pub struct SetStep {
    /// Which customer.
    pub customer: CustomerId,
    /// Which step.
    pub step: Step,
    /// Whether it is done.
    pub done: bool,
}

impl Command for SetStep {
    const NAME: &'static str = "provisioning.delivery.set_step";
    type Home = Control;
    type Needs = ManageDomain;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> std::result::Result<(), Fail<Never>> {
        customers::find(cx.tx, cx.scope, self.customer)?.ok_or(Fail::Denied(access::Denied::NotFound))?;
        let word = self.step.word();
        let before = rows::steps(cx.tx, cx.scope, self.customer)?.iter().any(|s| s.step == word);
        if before == self.done {
            return Ok(());
        }
        match self.done {
            true => rows::open_step(cx.tx, cx.scope, self.customer, word, cx.now)?,
            false => rows::close_step(cx.tx, cx.scope, self.customer, word, cx.now)?,
        }
        cx.changed("customer", self.customer, word, before, self.done);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_read_as_it_is_written() {
        for step in Step::ALL {
            assert_eq!(Step::parse(step.word()), Some(step));
            assert_eq!(serde_json::to_value(step).expect("writes"), step.word());
        }
    }
}
