//! A customer leaves its partner and joins another, in one transaction: nobody sees it at both, or at none.

use access::{Scope, permissions::MoveNodes, tree};
use command::{Command, Cx, Fail, Node};
use serde::{Deserialize, Serialize};
use store::{Control, CustomerId, PartnerId};

use super::refusal::{NotMoved, pool_refused};
use crate::{
    agents::{AGENT_TOKENS_LEFT, AgentTokensLeft},
    alerts,
    hierarchy::{
        AccountNumber, CustomerKind, Lifecycle,
        customers::{self, Customer},
        edit::{TERMS_CHANGED, TermsChanged},
        groups, hand_over, links, standing,
    },
    identity,
    licensing::{
        pools::{self, HandedOver},
        subscriptions, trials,
    },
    operations,
};

/// Moves a customer. Who does it must hold the right at both partners.
#[derive(Debug, Serialize)]
pub struct MoveCustomer {
    /// Which customer.
    pub customer: CustomerId,
    /// From which partner: a request that comes too late finds it gone.
    pub from: PartnerId,
    /// To which partner.
    pub to: PartnerId,
}

/// Where a customer is now.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Moved {
    /// Which customer.
    pub tenant_id: CustomerId,
    /// Its partner before.
    pub from_msp_id: PartnerId,
    /// Its partner from now on.
    pub msp_id: PartnerId,
    /// The number people use for it there.
    pub account_number: AccountNumber,
    /// Seats it holds, before as after.
    pub seats: i64,
    /// Seats left in the pool it joined; null when its seats lie outside the pool.
    pub available: Option<i64>,
}

impl Command for MoveCustomer {
    const NAME: &'static str = "moves.move_customer";
    type Home = Control;
    type Needs = MoveNodes;
    type Done = Moved;
    type Refusal = NotMoved;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Moved, Fail<NotMoved>> {
        if cx.scope.partner() != self.from || cx.scope.node() != self.customer.0 {
            return Err(Fail::Denied(access::Denied::NotFound));
        }
        let there = self.there(cx)?;
        // Asking for the other end has moved the fence there.
        cx.tx.enter(self.from.0);
        let customer = customers::find(cx.tx, cx.scope, self.customer)?.ok_or(Fail::Denied(access::Denied::NotFound))?;
        self.allowed(cx, &customer)?;
        let above = tree::above_both(cx.tx, self.from.0, self.to.0)?.unwrap_or(self.from.0);
        cx.tx.enter(above);
        let (number, seats) = self.carry(cx, &there, &customer)?;
        self.say_what_left(cx, &customer, &seats);
        self.join(cx, &number, &seats)?;
        let available = seats.joined.map(|(_, after)| after);
        Ok(Moved { tenant_id: customer.id, from_msp_id: self.from, msp_id: self.to, account_number: number, seats: seats.seats, available })
    }
}

impl MoveCustomer {
    /// The right at the other end, whose place in the tree is held too.
    fn there(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Scope<MoveNodes>, Fail<NotMoved>> {
        cx.tx.hold(self.to.0)?;
        let granted = access::grant::<MoveNodes>(cx.tx, &cx.scope.actor().again(), self.to.into(), cx.now)?;
        match granted {
            Ok(_) if self.from == self.to => Err(NotMoved::AlreadyThere {}.into()),
            Ok(scope) => Ok(scope),
            Err(_) => Err(NotMoved::UnknownMsp {}.into()),
        }
    }

    fn allowed(&self, cx: &mut Cx<'_, '_, Self>, customer: &Customer) -> Result<(), Fail<NotMoved>> {
        if customer.kind == CustomerKind::Internal {
            return Err(NotMoved::InternalTenant {}.into());
        }
        if !matches!(customer.lifecycle, Lifecycle::Setup | Lifecycle::Active | Lifecycle::Disabled) {
            return Err(NotMoved::WrongLifecycle { lifecycle: customer.lifecycle }.into());
        }
        match operations::under_way(cx.tx, cx.scope, self.customer)? {
            0 => Ok(()),
            operations => Err(NotMoved::WorkUnderWay { operations }.into()),
        }
    }

    /// Moves the rows, room by room. The tree comes first: whoever changes the customer meanwhile waits for it.
    fn carry(
        &self,
        cx: &mut Cx<'_, '_, Self>,
        there: &Scope<MoveNodes>,
        customer: &Customer,
    ) -> Result<(AccountNumber, HandedOver), Fail<NotMoved>> {
        let id = self.customer;
        tree::move_customer(cx.tx, id.0, self.to.0)?;
        let saw = identity::sight(cx.tx, self.from, id)?.len();
        cx.changed("partner", self.from, "people_who_see_it", saw, 0);
        identity::loosen(cx, id)?;
        alerts::let_go(cx, id)?;
        trials::hand_over(cx, self.to, id)?;
        links::let_go(cx, id)?;
        let number = hand_over::arrive(cx, there, customer)?.map_err(NotMoved::from)?;
        let seats = pools::hand_over(cx, there, id).map_err(pool_refused)?;
        subscriptions::hand_over(cx, there, id)?;
        hand_over::depart(cx, customer)?;
        jobs::hand_over(cx.tx, id.0, self.from.0, self.to.0)?;
        identity::let_go(cx, id, self.to)?;
        Ok((number, seats))
    }

    fn say_what_left(&self, cx: &mut Cx<'_, '_, Self>, customer: &Customer, seats: &HandedOver) {
        cx.changed("customer", self.customer, "partner", self.from, self.to);
        cx.changed("customer", self.customer, "account_number", &customer.account_number, ());
        if let Some((before, after)) = seats.left {
            cx.changed("pool", self.from, "available", before, after);
        }
    }

    /// What the new partner's trail keeps, and its groups and alerts.
    fn join(&self, cx: &mut Cx<'_, '_, Self>, number: &AccountNumber, seats: &HandedOver) -> store::Result<()> {
        let id = self.customer;
        cx.hand_over_to(self.to);
        cx.changed("customer", id, "partner", self.from, self.to);
        cx.changed("customer", id, "account_number", (), number);
        if let Some((before, after)) = seats.joined {
            cx.changed("pool", self.to, "available", before, after);
        }
        for (group, joined) in groups::settle(cx.tx, self.to, id)? {
            if joined {
                cx.changed("group", group, "customer", (), id);
            }
        }
        let see = identity::sight(cx.tx, self.to, id)?.len();
        cx.changed("partner", self.to, "people_who_see_it", 0, see);
        // Its new partner may cut months in another zone.
        cx.tell(TERMS_CHANGED, &TermsChanged { customer: id });
        cx.tell(AGENT_TOKENS_LEFT, &AgentTokensLeft { customer: id });
        standing::tell(cx, id, true);
        Ok(())
    }
}
