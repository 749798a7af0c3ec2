//! The room's "no".

use command::Refusal;
use serde::Serialize;
use store::Timestamp;

/// Why a plan or a subscription is not changed.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PlanRefusal {
    /// Another plan has the code.
    PlanTaken {},
    /// There is no such plan.
    UnknownPlan {
        /// What was asked for.
        plan: String,
    },
    /// The plan is sold no more.
    SaleEnded {
        /// Its code.
        plan: String,
    },
    /// No further term of the plan begins.
    LifeEnded {},
    /// Trials and the free plan are not changed by hand.
    TrialPlan {},
    /// The plan is one of another product.
    OtherProduct {
        /// The product of the subscription.
        product: String,
    },
    /// The customer has a subscription of this product.
    AlreadySubscribed {},
    /// New customers begin with this plan.
    DefaultPlan {},
    /// A plan's life would end before its sale, or before now.
    LifeBeforeSale {},
    /// Somebody changed it meanwhile.
    Stale {
        /// Its version now.
        version: i64,
    },
    /// The other subscription is none of this customer.
    UnknownSubscription {},
    /// The other subscription does not end later.
    EndsSooner {},
    /// Another plan follows anyway.
    ChangePlanned {},
    /// It would last longer than ten years from now.
    TooFar {},
    /// The term is over.
    TermOver {},
    /// Another plan is asked for: until that is decided, nothing else is.
    PlanLocked {
        /// What the plan is called.
        plan: String,
        /// Who asked, where that is known.
        asked_by: Option<String>,
        /// When.
        asked_at: Timestamp,
    },
    /// No such request waits.
    PlanNotRequested {},
    /// The plan is sold on other conditions than when it was asked for.
    PlanChanged {
        /// Its code.
        plan: String,
        /// Its version now.
        version: i64,
    },
}

impl Refusal for PlanRefusal {
    fn status(&self) -> u16 {
        match self {
            PlanRefusal::UnknownPlan { .. } | PlanRefusal::UnknownSubscription {} | PlanRefusal::LifeBeforeSale {} => 422,
            PlanRefusal::Stale { .. } => 412,
            _ => 409,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            PlanRefusal::PlanTaken {} => "plan-taken",
            PlanRefusal::UnknownPlan { .. } => "unknown-plan",
            PlanRefusal::SaleEnded { .. } => "sale-ended",
            PlanRefusal::LifeEnded {} => "life-ended",
            PlanRefusal::TrialPlan {} => "trial-plan",
            PlanRefusal::OtherProduct { .. } => "other-product",
            PlanRefusal::AlreadySubscribed {} => "already-subscribed",
            PlanRefusal::DefaultPlan {} => "default-plan",
            PlanRefusal::LifeBeforeSale {} => "life-before-sale",
            PlanRefusal::Stale { .. } => "version-stale",
            PlanRefusal::UnknownSubscription {} => "unknown-subscription",
            PlanRefusal::EndsSooner {} => "ends-sooner",
            PlanRefusal::ChangePlanned {} => "change-planned",
            PlanRefusal::TooFar {} => "too-far",
            PlanRefusal::TermOver {} => "term-over",
            PlanRefusal::PlanLocked { .. } => "plan-locked",
            PlanRefusal::PlanNotRequested {} => "plan-not-requested",
            PlanRefusal::PlanChanged { .. } => "plan-changed",
        }
    }
    fn title(&self) -> String {
        match self {
            PlanRefusal::PlanTaken {} => "Another plan has this code".into(),
            PlanRefusal::UnknownPlan { plan } => format!("There is no plan {plan}"),
            PlanRefusal::SaleEnded { plan } => format!("The plan {plan} is sold no more"),
            PlanRefusal::LifeEnded {} => "No further term of this plan begins".into(),
            PlanRefusal::TrialPlan {} => "A trial or free plan is not changed by hand".into(),
            PlanRefusal::OtherProduct { product } => format!("The subscription is one of {product}"),
            PlanRefusal::AlreadySubscribed {} => "The customer has a subscription of this product".into(),
            PlanRefusal::DefaultPlan {} => "New customers begin with this plan".into(),
            PlanRefusal::LifeBeforeSale {} => "A plan's life cannot end before its sale, or in the past".into(),
            PlanRefusal::Stale { version } => format!("This was changed meanwhile; its version is now {version}"),
            PlanRefusal::UnknownSubscription {} => "The customer has no such subscription".into(),
            PlanRefusal::EndsSooner {} => "The other subscription does not end later".into(),
            PlanRefusal::ChangePlanned {} => "Another plan follows at the end of the term".into(),
            PlanRefusal::TooFar {} => "It would last longer than ten years from now".into(),
            PlanRefusal::TermOver {} => "The term is over".into(),
            PlanRefusal::PlanLocked { plan, asked_by, asked_at } => {
                let who = asked_by.as_deref().unwrap_or("Somebody");
                format!("{who} asked for the plan {plan} at {asked_at}: it waits for approval")
            }
            PlanRefusal::PlanNotRequested {} => "No such request for another plan waits".into(),
            PlanRefusal::PlanChanged { plan, .. } => format!("The plan {plan} is sold on other conditions by now"),
        }
    }
    fn detail(&self) -> String {
        let next = match self {
            PlanRefusal::PlanTaken {} => "Choose another code, or change that plan.",
            PlanRefusal::UnknownPlan { .. } => "GET …/plans lists the plans.",
            PlanRefusal::SaleEnded { .. } => "Choose another plan; who has it keeps it.",
            PlanRefusal::LifeEnded {} => "Change to another plan.",
            PlanRefusal::TrialPlan {} => "Upgrade the customer to a paid plan instead.",
            PlanRefusal::OtherProduct { .. } => "Choose a plan of that product.",
            PlanRefusal::AlreadySubscribed {} => "Change its plan instead.",
            PlanRefusal::DefaultPlan {} => "Give it another version instead; its sale does not end.",
            PlanRefusal::LifeBeforeSale {} => "Choose a later end of life, or an earlier end of sale.",
            PlanRefusal::Stale { .. } => "Read it again and repeat the change.",
            PlanRefusal::UnknownSubscription {} => "Name another subscription of the same customer.",
            PlanRefusal::EndsSooner {} => "Name one that runs and ends later.",
            PlanRefusal::ChangePlanned {} => "Take the planned change back first.",
            PlanRefusal::TooFar {} => "Renew it when it is nearer to its end.",
            PlanRefusal::TermOver {} => "Renew it first.",
            PlanRefusal::PlanLocked { .. } => "Approve, decline or withdraw that request first.",
            PlanRefusal::PlanNotRequested {} => "Read the subscription again: it was decided or withdrawn, or nobody asked.",
            PlanRefusal::PlanChanged { .. } => "Decline or withdraw the request, and ask again.",
        };
        format!("{next} Nothing was changed.")
    }
    fn pointer(&self) -> Option<&'static str> {
        match self {
            PlanRefusal::PlanTaken {} => Some("/code"),
            PlanRefusal::UnknownPlan { .. }
            | PlanRefusal::SaleEnded { .. }
            | PlanRefusal::OtherProduct { .. }
            | PlanRefusal::AlreadySubscribed {} => Some("/plan"),
            PlanRefusal::LifeBeforeSale {} => Some("/end_of_life_at"),
            PlanRefusal::UnknownSubscription {} | PlanRefusal::EndsSooner {} => Some("/with"),
            _ => None,
        }
    }
}
