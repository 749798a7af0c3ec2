//! Every SQL text of subscriptions.

mod request;
mod sold;

pub use request::*;
pub use sold::*;

pub use crate::hierarchy::standing::zone;

use access::Scope;
use store::{Control, CustomerId, Money, PartnerId, Result, Row, SubscriptionId, Timestamp, Tx, Uuid, View, p, sql};

use super::{
    meter::Meter,
    plan::{BUILT_IN, Offer, Plan, PlanKind, built_in},
    queries::{Event, Held},
    terms::{Booked, Next},
};
use crate::{
    hierarchy::{CustomerKind, Lifecycle},
    licensing::{policy::UsagePolicy, versions},
};

/// What happened to a subscription.
#[derive(Debug, Clone, Copy)]
pub enum What {
    Begun,
    Renewed,
    Changed,
    Planned,
    Renewal,
    Upgraded,
    Aligned,
    Arrived,
}

impl What {
    const fn word(self) -> &'static str {
        match self {
            What::Begun => "begun",
            What::Renewed => "renewed",
            What::Changed => "changed",
            What::Planned => "planned",
            What::Renewal => "renewal",
            What::Upgraded => "upgraded",
            What::Aligned => "aligned",
            What::Arrived => "arrived",
        }
    }
}

fn terms(plan: &Plan) -> Result<String> {
    serde_json::to_string(plan).map_err(|e| store::Error::Corrupt(format!("a plan: {e}")))
}

fn plan_of(text: &str) -> Result<Plan> {
    serde_json::from_str(text).map_err(|e| store::Error::Corrupt(format!("a sold plan: {e}")))
}

/// Inserts a subscription; false when the customer has one of the product.
pub fn insert<P>(
    tx: &mut Tx<'_, Control>,
    scope: &Scope<P>,
    customer: CustomerId,
    id: SubscriptionId,
    b: &Booked,
    settled_until: Timestamp,
    now: Timestamp,
) -> Result<bool> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO subscription (partner_id, customer_id, subscription_id, product, plan, terms, stops_at, anchor_at, months, starts_at, ends_at,
               renew_months, settled_until, opened_at, version)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 1) ON CONFLICT (partner_id, customer_id, product) DO NOTHING"
        ),
        p![
            scope.partner(),
            customer,
            id,
            &b.plan.product,
            &b.code,
            terms(&b.plan)?,
            b.stops_at,
            b.anchor_at,
            b.months,
            b.starts_at,
            b.ends_at,
            b.renew_months,
            settled_until,
            now
        ],
    )
    .map(|n| n == 1)
}

/// Writes what was decided or what time brought.
pub fn update<P>(
    tx: &mut Tx<'_, Control>,
    scope: &Scope<P>,
    customer: CustomerId,
    id: SubscriptionId,
    b: &Booked,
    settled_until: Timestamp,
) -> Result<()> {
    let next = b.next.as_ref();
    tx.exec(
        sql!(
            Control,
            "UPDATE subscription SET product = $4, plan = $5, terms = $6, stops_at = $7, next_plan = $8, next_terms = $9, next_stops_at = $10,
               anchor_at = $11, months = $12, starts_at = $13, ends_at = $14, renew_months = $15, settled_until = $16, version = version + 1
             WHERE partner_id = $1 AND customer_id = $2 AND subscription_id = $3"
        ),
        p![
            scope.partner(),
            customer,
            id,
            &b.plan.product,
            &b.code,
            terms(&b.plan)?,
            b.stops_at,
            next.map(|n| n.code.as_str()),
            next.map(|n| terms(&n.plan)).transpose()?,
            next.and_then(|n| n.stops_at),
            b.anchor_at,
            b.months,
            b.starts_at,
            b.ends_at,
            b.renew_months,
            settled_until
        ],
    )
    .map(drop)
}

/// Notes until when nothing about it is news.
pub fn settle<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, customer: CustomerId, id: SubscriptionId, until: Timestamp) -> Result<()> {
    tx.exec(
        sql!(Control, "UPDATE subscription SET settled_until = $4 WHERE partner_id = $1 AND customer_id = $2 AND subscription_id = $3"),
        p![scope.partner(), customer, id, until],
    )
    .map(drop)
}

/// Appends what happened.
pub fn append(
    tx: &mut Tx<'_, Control>,
    partner: PartnerId,
    (customer, id): (CustomerId, SubscriptionId),
    event: Uuid,
    at: Timestamp,
    what: What,
    b: &Booked,
) -> Result<()> {
    let plan = match (what, &b.next) {
        (What::Planned, Some(next)) => &next.plan,
        _ => &b.plan,
    };
    tx.exec(
        sql!(
            Control,
            "INSERT INTO subscription_event (partner_id, event_id, customer_id, subscription_id, at, what, plan, plan_version, terms, starts_at, ends_at,
               renew_months)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
        ),
        p![partner, event, customer, id, at, what.word(), &plan.code, plan.version, terms(plan)?, b.starts_at, b.ends_at, b.renew_months],
    )
    .map(drop)
}

/// Carries a customer's subscriptions to another partner as they were sold: they are in nobody's catalogue there. What happened
/// before stays.
pub fn carry(tx: &mut Tx<'_, Control>, from: PartnerId, to: PartnerId, customer: CustomerId) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO subscription (partner_id, customer_id, subscription_id, product, plan, terms, stops_at, next_plan, next_terms, next_stops_at,
               anchor_at, months, starts_at, ends_at, renew_months, settled_until, opened_at, version)
             SELECT $3, customer_id, subscription_id, product, '', terms, stops_at, CASE WHEN next_plan IS NULL THEN NULL ELSE '' END, next_terms, next_stops_at,
               anchor_at, months, starts_at, ends_at, renew_months, 0, opened_at, version + 1
             FROM subscription WHERE partner_id = $1 AND customer_id = $2"
        ),
        p![from, customer, to],
    )?;
    tx.exec(sql!(Control, "DELETE FROM subscription WHERE partner_id = $1 AND customer_id = $2"), p![from, customer]).map(drop)
}

/// What a subscription is read with: its customer, what is used of it, and the other plan that somebody waits for.
macro_rules! held {
    ($rest:literal) => {
        concat!(
            "SELECT s.subscription_id, s.customer_id, s.plan, s.terms, s.stops_at, s.next_plan, s.next_terms, s.next_stops_at, s.anchor_at, s.months, s.starts_at,
               s.ends_at, s.renew_months, s.opened_at, s.version, c.name, c.account_number, c.domain, c.kind, c.lifecycle, c.trial_ends_at,
               st.allocated, st.active_users, al.exceeded_at, r.request_id, r.offer, r.at_term_end, r.note, a.name AS asked_name, r.asked_at,
               r.status AS request_status, CAST(NULL AS TEXT) AS decided_name, r.decided_at, r.reason
             FROM subscription s JOIN customer c ON c.partner_id = s.partner_id AND c.customer_id = s.customer_id
             LEFT JOIN standing st ON st.partner_id = s.partner_id AND st.customer_id = s.customer_id
             LEFT JOIN allocation al ON al.partner_id = s.partner_id AND al.customer_id = s.customer_id
             LEFT JOIN plan_request r ON r.partner_id = s.partner_id AND r.customer_id = s.customer_id AND r.subscription_id = s.subscription_id
               AND r.status = 'open'
             LEFT JOIN staff a ON a.staff_id = r.asked_by
             WHERE s.partner_id = $1 ",
            $rest
        )
    };
}

/// The term as it was booked. A trial's end stands with its customer.
fn booked_of(row: &Row) -> Result<Booked> {
    let next_terms: Option<String> = row.get("next_terms")?;
    let next = next_terms.map(|text| {
        Ok::<_, store::Error>(Next {
            plan: plan_of(&text)?,
            code: row.get::<Option<String>>("next_plan")?.unwrap_or_default(),
            stops_at: row.get("next_stops_at")?,
        })
    });
    Ok(Booked {
        code: row.get("plan")?,
        plan: plan_of(&row.get::<String>("terms")?)?,
        stops_at: row.get("stops_at")?,
        anchor_at: row.get("anchor_at")?,
        months: row.get("months")?,
        starts_at: row.get("starts_at")?,
        ends_at: row.get("ends_at")?,
        renew_months: row.get("renew_months")?,
        next: next.transpose()?,
    })
}

fn read(row: &Row) -> Result<Held> {
    let (kind, lifecycle): (String, String) = (row.get("kind")?, row.get("lifecycle")?);
    let asked: Option<String> = row.get("request_status")?;
    let mut booked = booked_of(row)?;
    if booked.plan.kind == PlanKind::Trial {
        booked.ends_at = row.get::<Option<Timestamp>>("trial_ends_at")?.unwrap_or(Timestamp::FOREVER);
    }
    Ok(Held {
        id: row.get("subscription_id")?,
        customer: row.get("customer_id")?,
        name: row.get("name")?,
        account_number: row.get("account_number")?,
        domain: row.get("domain")?,
        kind: CustomerKind::parse(&kind).ok_or_else(|| store::Error::Corrupt(format!("kind {kind}")))?,
        lifecycle: Lifecycle::parse(&lifecycle).ok_or_else(|| store::Error::Corrupt(format!("lifecycle {lifecycle}")))?,
        allocated: row.get::<Option<i64>>("allocated")?.unwrap_or(0),
        active_users: row.get::<Option<i64>>("active_users")?.unwrap_or(0),
        exceeded_at: row.get("exceeded_at")?,
        opened_at: row.get("opened_at")?,
        version: row.get("version")?,
        booked,
        asked: asked.map(|_| asked_of(row)).transpose()?,
    })
}

/// The subscriptions of a customer, that of its seats first.
pub fn of_customer(view: &mut View<'_, Control>, partner: PartnerId, customer: CustomerId) -> Result<Vec<Held>> {
    let text = sql!(
        Control,
        held!("AND s.customer_id = $2 ORDER BY CASE WHEN s.product = 'seats' THEN 0 ELSE 1 END, s.product, s.subscription_id")
    );
    view.rows(text, p![partner, customer])?.iter().map(read).collect()
}

/// One subscription of a customer.
pub fn one(view: &mut View<'_, Control>, partner: PartnerId, customer: CustomerId, id: SubscriptionId) -> Result<Option<Held>> {
    let text = sql!(Control, held!("AND s.customer_id = $2 AND s.subscription_id = $3"));
    view.opt(text, p![partner, customer, id])?.as_ref().map(read).transpose()
}

/// Holds a subscription's row until the transaction ends and says until when nothing about it is news; none when there is no such row.
pub fn hold<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, customer: CustomerId, id: SubscriptionId) -> Result<Option<Timestamp>> {
    let text = sql!(
        Control,
        "UPDATE subscription SET version = version WHERE partner_id = $1 AND customer_id = $2 AND subscription_id = $3 RETURNING settled_until"
    );
    tx.change(text, p![scope.partner(), customer, id])?.map(|row| row.get("settled_until")).transpose()
}

/// The subscriptions of all customers a scope sees, by name; of those that were removed none.
pub fn of_partner<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<Vec<Held>> {
    let text = sql!(
        Control,
        concat!(
            held!("AND c.lifecycle <> 'removed' AND c.lifecycle <> 'purged' AND "),
            access::visible!("s", "$2", "$3", "$4"),
            " ORDER BY c.name_key, s.customer_id, s.product"
        )
    );
    let values = p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer()];
    view.rows(text, values)?.iter().map(read).collect()
}

/// Subscriptions that time has overtaken, oldest first; of customers that are `resting` or purged none.
pub fn due(
    view: &mut View<'_, Control>,
    partner: PartnerId,
    now: Timestamp,
    resting: Lifecycle,
    limit: i64,
) -> Result<Vec<(CustomerId, SubscriptionId)>> {
    let rows = view.rows(
        sql!(
            Control,
            "SELECT s.customer_id, s.subscription_id FROM subscription s
             JOIN customer c ON c.partner_id = s.partner_id AND c.customer_id = s.customer_id
             WHERE s.partner_id = $1 AND s.settled_until <= $2 AND c.lifecycle <> $3 AND c.lifecycle <> 'purged'
             ORDER BY s.settled_until, s.subscription_id LIMIT $4"
        ),
        p![partner, now, resting.word(), limit],
    )?;
    rows.iter().map(|r| Ok((r.get("customer_id")?, r.get("subscription_id")?))).collect()
}

/// What happened to a customer's subscriptions here, newest first.
pub fn events(view: &mut View<'_, Control>, partner: PartnerId, customer: CustomerId) -> Result<Vec<Event>> {
    let rows = view.rows(
        sql!(
            Control,
            "SELECT at, what, plan, ends_at FROM subscription_event WHERE partner_id = $1 AND customer_id = $2 ORDER BY at DESC, event_id DESC LIMIT 100"
        ),
        p![partner, customer],
    )?;
    let ended = |at: Timestamp| (at < Timestamp::FOREVER).then_some(at);
    rows.iter()
        .map(|r| Ok(Event { at: r.get("at")?, what: r.get("what")?, plan: r.get("plan")?, ends_at: ended(r.get("ends_at")?) }))
        .collect()
}

/// A partner's currency.
pub fn currency(view: &mut View<'_, Control>, partner: PartnerId) -> Result<String> {
    view.one(sql!(Control, "SELECT currency FROM partner WHERE partner_id = $1"), p![partner])?.get("currency")
}

fn offer_of(row: &Row) -> Result<Offer> {
    let (minor, currency): (Option<i64>, String) = (row.get("price_minor")?, row.get("currency")?);
    let policy: String = row.get("usage_policy")?;
    let usage_policy = UsagePolicy::read(&policy, row.get("usage_days")?);
    let meter: String = row.get("meter")?;
    Ok(Offer {
        plan: Plan {
            code: row.get("code")?,
            version: row.get("version")?,
            name: row.get("name")?,
            product: row.get("product")?,
            kind: PlanKind::Full,
            units: row.get("units")?,
            term_months: row.get("term_months")?,
            renew_months: row.get("renew_months")?,
            notice_days: row.get("notice_days")?,
            grace_days: row.get("grace_days")?,
            usage_policy: usage_policy.ok_or_else(|| store::Error::Corrupt(format!("usage policy {policy}")))?,
            meter: Meter::parse(&meter).ok_or_else(|| store::Error::Corrupt(format!("meter {meter}")))?,
            price: minor.map(|minor| Money { minor, currency }),
        },
        built_in: false,
        end_of_sale_at: row.get("end_of_sale_at")?,
        end_of_life_at: row.get("end_of_life_at")?,
        made_at: row.get("made_at")?,
    })
}

/// What a plan is read by.
macro_rules! plans {
    ($rest:literal) => {
        concat!(
            "SELECT code, version, name, product, units, term_months, renew_months, notice_days, grace_days, usage_policy, usage_days, meter, price_minor, currency,
               end_of_sale_at, end_of_life_at, made_at FROM plan WHERE partner_id = $1 ",
            $rest
        )
    };
}

/// The newest version of a plan: the partner's own, else the one the installation comes with.
pub fn offer(view: &mut View<'_, Control>, partner: PartnerId, code: &str) -> Result<Option<Offer>> {
    let row = view.opt(sql!(Control, plans!("AND code = $2 ORDER BY version DESC LIMIT 1")), p![partner, code])?;
    let made = row.as_ref().map(offer_of).transpose()?;
    Ok(made.or_else(|| built_in(code).map(Offer::built_in)))
}

/// The same, with its rows held until the transaction ends: whoever sells a plan, changes it or ends it comes one after the other, on
/// whichever server. The row is read after it is held.
pub fn hold_offer(tx: &mut Tx<'_, Control>, partner: PartnerId, code: &str) -> Result<Option<Offer>> {
    let held = sql!(Control, "UPDATE plan SET made_at = made_at WHERE partner_id = $1 AND code = $2 RETURNING version");
    tx.held(held, p![partner, code])?;
    offer(tx, partner, code)
}

/// All versions of a plan, newest first.
pub fn versions(view: &mut View<'_, Control>, partner: PartnerId, code: &str) -> Result<Vec<Offer>> {
    let rows = view.rows(sql!(Control, plans!("AND code = $2 ORDER BY version DESC")), p![partner, code])?;
    let mut all: Vec<Offer> = rows.iter().map(offer_of).collect::<Result<_>>()?;
    all.extend(built_in(code).map(Offer::built_in));
    Ok(all)
}

/// The newest version of each plan, by name.
pub fn offers(view: &mut View<'_, Control>, partner: PartnerId) -> Result<Vec<Offer>> {
    let rows = view.rows(sql!(Control, plans!("ORDER BY code, version DESC")), p![partner])?;
    let mut all: Vec<Offer> = rows.iter().map(offer_of).collect::<Result<_>>()?;
    all.extend(BUILT_IN.into_iter().filter_map(built_in).map(Offer::built_in));
    let mut all = versions::newest(all, |o| &o.plan.code);
    all.sort_by_cached_key(|o| (store::fold(&o.plan.name), o.plan.code.clone()));
    Ok(all)
}

/// Inserts a version of a plan; false when somebody made it first.
pub fn insert_plan(tx: &mut Tx<'_, Control>, partner: PartnerId, offer: &Offer, currency: &str, now: Timestamp) -> Result<bool> {
    let plan = &offer.plan;
    tx.exec(
        sql!(
            Control,
            "INSERT INTO plan (partner_id, code, version, name, product, units, term_months, renew_months, notice_days, grace_days, usage_policy, usage_days,
               meter, price_minor, currency, end_of_sale_at, end_of_life_at, made_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) ON CONFLICT (partner_id, code, version) DO NOTHING"
        ),
        p![
            partner,
            &plan.code,
            plan.version,
            &plan.name,
            &plan.product,
            plan.units,
            plan.term_months,
            plan.renew_months,
            plan.notice_days,
            plan.grace_days,
            plan.usage_policy.word(),
            plan.usage_policy.days(),
            plan.meter.word(),
            plan.price.as_ref().map(|p| p.minor),
            currency,
            offer.end_of_sale_at,
            offer.end_of_life_at,
            now
        ],
    )
    .map(|n| n == 1)
}

/// Writes when a plan's sale and life end, in all its versions and wherever it was sold from this catalogue. A subscription that
/// is over is left as it is: another end of life brings none back.
pub fn end_plan(
    tx: &mut Tx<'_, Control>,
    partner: PartnerId,
    code: &str,
    sale: Option<Timestamp>,
    life: Option<Timestamp>,
    now: Timestamp,
) -> Result<()> {
    tx.exec(
        sql!(Control, "UPDATE plan SET end_of_sale_at = $3, end_of_life_at = $4 WHERE partner_id = $1 AND code = $2"),
        p![partner, code, sale, life],
    )?;
    tx.exec(
        sql!(Control, "UPDATE subscription SET stops_at = $3, settled_until = 0 WHERE partner_id = $1 AND plan = $2 AND ends_at > $4"),
        p![partner, code, life, now],
    )?;
    tx.exec(
        sql!(
            Control,
            "UPDATE subscription SET next_stops_at = $3, settled_until = 0 WHERE partner_id = $1 AND next_plan = $2 AND ends_at > $4"
        ),
        p![partner, code, life, now],
    )
    .map(drop)
}

/// Whose seats are to be on a plan when their term ends.
pub fn planned(view: &mut View<'_, Control>, partner: PartnerId, code: &str, now: Timestamp) -> Result<Vec<CustomerId>> {
    let rows = view.rows(
        sql!(
            Control,
            "SELECT customer_id FROM subscription WHERE partner_id = $1 AND next_plan = $2 AND product = 'seats' AND ends_at > $3 ORDER BY customer_id"
        ),
        p![partner, code, now],
    )?;
    rows.iter().map(|r| r.get("customer_id")).collect()
}

/// Notes that whether the subscription of a customer's seats is news has to be judged anew.
pub fn unsettle<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, customer: CustomerId) -> Result<()> {
    let text = sql!(Control, "UPDATE subscription SET settled_until = 0 WHERE partner_id = $1 AND customer_id = $2 AND product = 'seats'");
    tx.exec(text, p![scope.partner(), customer]).map(drop)
}
