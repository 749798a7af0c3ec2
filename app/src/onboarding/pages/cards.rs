//! Steps 3 to 5: how each matter stands, and the way to the page where it is looked after. A launch needs none of them.

use axum::{extract::State, response::Response};
use maud::{Markup, html};
use store::{CustomerId, PartnerId};
use web::{
    door::PathIds,
    parts::{Tone, badge, card},
    problem::Problem,
};

use super::{
    super::{
        setup::Setup,
        steps::{Facts, Step},
    },
    Ids, at_step, frame, onward, steps, wizard,
};
use crate::{app::Shared, console::Visitor};

/// How a matter stands.
#[derive(Clone, Copy)]
enum Stand {
    Done,
    Open,
    Wrong,
}

impl Stand {
    const fn of(done: bool) -> Stand {
        if done { Stand::Done } else { Stand::Open }
    }

    const fn word(self) -> &'static str {
        match self {
            Stand::Done => "done",
            Stand::Open => "open",
            Stand::Wrong => "wrong",
        }
    }

    const fn tone(self) -> Tone {
        match self {
            Stand::Done => Tone::Good,
            Stand::Open => Tone::Neutral,
            Stand::Wrong => Tone::Bad,
        }
    }
}

/// One matter of a step: its name in texts (`onboarding-card-{name}…`), how it stands, where it is looked after (below the
/// customer, or below the partner when it begins with an exclamation mark; `{customer}` is the customer's id), and the right that
/// page needs. None where there is no such page.
struct Card {
    name: &'static str,
    stands: fn(&Facts) -> Stand,
    place: Option<(&'static str, &'static str)>,
}

const PEOPLE: &[Card] = &[
    Card { name: "members", stands: |f| Stand::of(f.members > 0), place: Some(("/members", "read_members")) },
    Card {
        name: "import",
        stands: |f| Stand::of(f.members > 0),
        place: Some(("!/imports/new?kind=members&customer={customer}", "manage_members")),
    },
    Card { name: "sources", stands: directory, place: Some(("/sources", "manage_members")) },
    Card { name: "directory", stands: directory, place: Some(("/directory", "manage_members")) },
];

const MAIL: &[Card] = &[
    Card { name: "domain", stands: |f| Stand::of(f.domain_verified), place: Some(("/domain", "read")) },
    Card { name: "delivery", stands: |f| Stand::of(f.mail_ok), place: Some(("/mail", "read")) },
];

const BRANDING: &[Card] = &[Card { name: "brand", stands: |f| Stand::of(f.branded), place: Some(("/branding", "read")) }];

fn directory(facts: &Facts) -> Stand {
    match facts.sync_ok {
        Some(true) => Stand::Done,
        Some(false) => Stand::Wrong,
        None => Stand::Open,
    }
}

pub(super) async fn people(app: State<Shared>, visitor: Visitor, ids: Ids) -> Result<Response, Problem> {
    draw(app, visitor, ids, Step::People, PEOPLE).await
}

pub(super) async fn mail(app: State<Shared>, visitor: Visitor, ids: Ids) -> Result<Response, Problem> {
    draw(app, visitor, ids, Step::Mail, MAIL).await
}

pub(super) async fn branding(app: State<Shared>, visitor: Visitor, ids: Ids) -> Result<Response, Problem> {
    draw(app, visitor, ids, Step::Branding, BRANDING).await
}

async fn draw(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, customer): Ids,
    step: Step,
    list: &[Card],
) -> Result<Response, Problem> {
    let setup = match at_step(&app, &visitor, partner, customer, step).await? {
        Ok(setup) => setup,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let frame = frame(&app, &visitor, partner, &setup, step).await?;
    let lang = visitor.lang;
    let body = html! {
        @for one in list { (matter(&visitor, partner, &setup, one)) }
        @if step == Step::People && setup.facts.waiting + setup.facts.held > 0 {
            (card::note(Tone::Warn, html! { (lang.with("onboarding-people-out", &[("waiting", setup.facts.waiting.into()), ("held", setup.facts.held.into())])) }))
        }
        (onward(lang, partner, &setup, step))
    };
    Ok(axum::response::IntoResponse::into_response(wizard(&frame, steps(&visitor, partner, Some(&setup), step), body)))
}

fn matter(visitor: &Visitor, partner: PartnerId, setup: &Setup, one: &Card) -> Markup {
    let lang = visitor.lang;
    let front = format!("onboarding-card-{}", one.name);
    let stand = (one.stands)(&setup.facts);
    let word = lang.with(&format!("{front}-{}", stand.word()), &[("n", setup.facts.members.into())]);
    let place = one.place.filter(|(_, right)| visitor.may(partner, right));
    let body = html! {
        div.row-between {
            p { (lang.t(&format!("{front}-text"))) }
            @if let Some((place, _)) = place { a.btn href=(address(partner, setup.customer.id, place)) { (lang.t(&format!("{front}-go"))) } }
        }
    };
    card::card(&lang.t(&front), "", badge::dot(stand.tone(), &word), body)
}

fn address(partner: PartnerId, customer: CustomerId, place: &str) -> String {
    match place.strip_prefix('!') {
        Some(below) => format!("/msp/{partner}{}", below.replace("{customer}", &customer.to_string())),
        None => format!("/msp/{partner}/customers/{customer}{place}"),
    }
}
