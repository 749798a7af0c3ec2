//! Seats from one customer to another, shown before it happens.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use command::Fail;
use http::StatusCode;
use maud::{Markup, html};
use serde::Deserialize;
use store::{CustomerId, PartnerId, kinds};
use web::{
    Action, Address, Frame, Lang,
    door::PathIds,
    forms::Form,
    parts::{
        card,
        field::{self, Field},
        form, keyvalue,
    },
    problem::Problem,
    swap,
};

use super::{
    super::{BeginTransfer, ByTenant, Called, Seats, SeatsOf},
    change::{may_change, refused},
};
use crate::{
    app::Shared,
    console::{Visitor, form_key, wrong},
};

/// Customers offered to choose from; any other can be typed.
const OFFERED: i64 = 200;

type Ids = PathIds<kinds::Partner, kinds::Customer>;

/// What is asked for: typed, then confirmed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    to: String,
    seats: String,
    idempotency_key: String,
}

impl Asked {
    fn seats(&self) -> Option<i64> {
        self.seats.trim().parse().ok().filter(|n| (1..=1_000_000_000).contains(n))
    }
}

/// The other customer, and what it holds.
struct Other {
    id: CustomerId,
    holds: Seats,
}

/// The desk at which it is done.
struct Desk<'a> {
    app: &'a Shared,
    visitor: &'a Visitor,
    partner: PartnerId,
    customer: CustomerId,
    holds: Seats,
}

pub(super) async fn show(State(app): State<Shared>, visitor: Visitor, PathIds(partner, customer): Ids) -> Result<Response, Problem> {
    let desk = Desk::open(&app, &visitor, partner, customer).await?;
    let at = Address::of(&visitor.uri);
    let text = |name: &str| at.get(name).unwrap_or_default().trim().to_owned();
    let asked = Asked { to: text("to"), seats: text("seats"), ..Asked::default() };
    if asked.to.is_empty() && asked.seats.is_empty() {
        return desk.draw(&asked, None, String::new()).await;
    }
    match desk.command(&asked).await? {
        Ok((command, other)) => match app.house.preview(visitor.caller.call(), command).await {
            Ok(_) => desk.draw(&asked, Some(other), String::new()).await,
            Err(Fail::Refused(no)) => desk.draw(&asked, None, wrong::refusal(visitor.lang, "", no).1).await,
            Err(fail) => Err(fail.into()),
        },
        Err(why) => desk.draw(&asked, None, why).await,
    }
}

pub(super) async fn carry(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, customer): Ids,
    Form(asked): Form<Asked>,
) -> Result<Response, Problem> {
    let desk = Desk::open(&app, &visitor, partner, customer).await?;
    let (lang, call) = (visitor.lang, visitor.caller.call_with(&asked.idempotency_key));
    let why = match desk.command(&asked).await? {
        Ok((command, _)) => match app.house.execute(call, command).await {
            Ok(answer) => refused(&app.house, lang, answer.value).await?,
            Err(Fail::Refused(no)) => Some(wrong::refusal(lang, "", no).1),
            Err(fail) => return Err(fail.into()),
        },
        Err(why) => Some(why),
    };
    match why {
        None => Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/licenses/{customer}"))),
        Some(why) => desk.draw(&asked, None, why).await,
    }
}

impl<'a> Desk<'a> {
    async fn open(app: &'a Shared, visitor: &'a Visitor, partner: PartnerId, customer: CustomerId) -> Result<Desk<'a>, Problem> {
        may_change(app, visitor, partner, customer).await?;
        let holds = app.house.ask(&visitor.caller.call(), SeatsOf { partner, customer }).await?.ok_or_else(Problem::not_found)?;
        Ok(Desk { app, visitor, partner, customer, holds })
    }

    /// What was asked for, or what is wrong with it.
    async fn command(&self, asked: &Asked) -> Result<Result<(BeginTransfer, Other), String>, Problem> {
        let (lang, call, partner) = (self.visitor.lang, self.visitor.caller.call(), self.partner);
        let Some(seats) = asked.seats() else { return Ok(Err(lang.t("licensing-seats-wrong"))) };
        let found = match asked.to.trim().parse() {
            Ok(id) => Some(id),
            Err(_) => self.app.house.ask(&call, Called { partner, text: asked.to.trim().to_owned() }).await?,
        };
        let holds = match found {
            // Who may not see it is told no more than that nobody is called so.
            Some(customer) => self.app.house.ask(&call, SeatsOf { partner, customer }).await.ok().flatten(),
            None => None,
        };
        let (Some(to_tenant_id), Some(holds)) = (found, holds) else { return Ok(Err(lang.t("refused-other-pool"))) };
        let command = BeginTransfer { from_tenant_id: self.customer, to_tenant_id, seats, reason: None };
        Ok(Ok((command, Other { id: to_tenant_id, holds })))
    }

    async fn draw(&self, asked: &Asked, other: Option<Other>, why: String) -> Result<Response, Problem> {
        let (lang, base) = (self.visitor.lang, format!("/msp/{}/licenses/{}", self.partner, self.customer));
        let frame = Frame {
            context_line: lang.with("licensing-seats-of", &[("name", self.holds.name.as_str().into())]),
            crumbs: vec![
                Action { label: lang.t("nav-licenses"), href: format!("/msp/{}/licenses", self.partner), icon: None },
                Action { label: lang.t("licensing-change"), href: base.clone(), icon: None },
            ],
            ..self.visitor.frame(self.app, self.partner, lang.t("orders-transfer")).await?
        };
        let status = if why.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        let offers = self.others().await?;
        let to = Field {
            offers,
            ..Field::new("to", lang.t("orders-transfer-to"), asked.to.as_str()).required().hint(lang.t("orders-transfer-to-hint"))
        };
        let seats = Field::new("seats", lang.t("licensing-seats"), asked.seats.as_str()).required();
        let body = html! {
            div.stack {
                (card::card(&self.holds.name, &lang.t("orders-transfer-sub"), html! {}, html! {
                    div.stack-tight {
                        @if !why.is_empty() { (card::note(web::parts::Tone::Bad, html! { (why) })) }
                        (keyvalue::pairs(&[
                            (lang.t("licensing-allocated"), html! { (lang.int(self.holds.allocated)) }),
                            (lang.t("licensing-active"), html! { (lang.int(self.holds.active_users)) }),
                        ]))
                        form.form method="get" action={ (base) "/transfer" } {
                            (field::text(lang, &to))
                            (field::input(lang, "number", &Field { within: Some((1, self.holds.allocated.max(1))), ..seats }))
                            (form::actions(&lang.t("orders-transfer-look"), Some((&lang.t("ui-cancel"), &base))))
                        }
                    }
                }))
                @if let Some(other) = &other { (self.confirm(lang, &base, asked, other)) }
            }
        };
        Ok((status, web::page(&frame, body)).into_response())
    }

    /// The largest customers of the pool, to choose from.
    async fn others(&self) -> Result<Vec<(String, String)>, Problem> {
        let asked = ByTenant { partner: self.partner, after: None, offset: 0, limit: OFFERED };
        let (rows, _) = self.app.house.ask(&self.visitor.caller.call(), asked).await?;
        let others = rows.into_iter().filter(|row| row.tenant_id != self.customer);
        Ok(others.map(|row| (row.account_number, row.name)).collect())
    }

    /// What both hold before and after, and the button that does it.
    fn confirm(&self, lang: Lang, base: &str, asked: &Asked, other: &Other) -> Markup {
        let seats = asked.seats().unwrap_or_default();
        let change = |holds: &Seats, after: i64| {
            let text = lang.with("orders-transfer-change", &[("before", holds.allocated.into()), ("after", after.into())]);
            (holds.name.clone(), html! { (text) })
        };
        let body = html! {
            div.stack-tight {
                (keyvalue::pairs(&[
                    change(&self.holds, self.holds.allocated - seats),
                    change(&other.holds, other.holds.allocated + seats),
                ]))
                (form::post(&form::Form { action: &format!("{base}/transfer"), idempotency: Some(&form_key(self.app)), ..form::Form::default() }, html! {
                    input type="hidden" name="to" value=(other.id);
                    input type="hidden" name="seats" value=(seats);
                    (form::actions(&lang.with("orders-transfer-do", &[("n", seats.into())]), None))
                }))
            }
        };
        card::card(&lang.t("orders-transfer-preview"), &lang.t("orders-transfer-preview-sub"), html! {}, body)
    }
}
