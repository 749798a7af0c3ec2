//! The cards of the page: how the trial stands, the two forms, who stays, what was asked for.

use maud::{Markup, html};
use store::{MemberId, Zone};
use web::{
    Lang,
    parts::{
        Tone, badge, card,
        field::{self, Field},
        form, keyvalue,
    },
};

use super::{Refused, Staying, Stays};
use crate::{
    hierarchy::CustomerKind,
    licensing::{
        subscriptions::plan::STANDARD,
        trials::{Dealings, LONGEST, RequestStatus, TrialRequest, TrialState},
    },
};

/// What the cards are drawn from.
pub(super) struct Sheet<'a> {
    pub lang: Lang,
    pub base: String,
    pub key: String,
    pub now: store::Timestamp,
    pub zone: Zone,
    pub state: &'a TrialState,
    /// Codes and names of the plans a trial can become.
    pub plans: Vec<(String, String)>,
    pub refused: &'a Refused,
}

impl Sheet<'_> {
    /// How the trial stands.
    pub fn standing(&self) -> Markup {
        let (lang, s) = (self.lang, self.state);
        let (id, tone) = match s.kind {
            CustomerKind::Trial => ("center-active-trials", Tone::Info),
            CustomerKind::Free => ("center-expired-trials", Tone::Warn),
            CustomerKind::Paid | CustomerKind::Internal => ("center-paid", Tone::Good),
        };
        let mut facts = vec![(lang.t("center-plan"), badge::badge(tone, &lang.t(id)))];
        if let Some(end) = s.trial_ends_at {
            let word = if s.kind == CustomerKind::Trial { "center-ends" } else { "center-ended" };
            facts.push((lang.t(word), html! { (lang.date_time(end, &self.zone)) }));
            if s.kind == CustomerKind::Trial {
                facts.push((lang.t("center-left"), html! { (lang.int(self.now.days_until(end))) }));
            }
        }
        let note = match s.kind {
            CustomerKind::Trial => None,
            CustomerKind::Free => Some((Tone::Warn, "center-free-note")),
            CustomerKind::Paid | CustomerKind::Internal => Some((Tone::Info, "center-paid-note")),
        };
        card::card(
            &lang.t("center-standing"),
            "",
            html! {},
            html! {
                div.stack-tight {
                    (keyvalue::pairs(&facts))
                    @if let Some((tone, id)) = note { (card::note(tone, html! { (lang.t(id)) })) }
                }
            },
        )
    }

    fn wrong(&self, card: &str, name: &str) -> Option<String> {
        let (at, why) = &self.refused.wrong;
        (self.refused.card == card && at == name).then(|| why.clone())
    }

    /// What is wrong with a form and stands at none of its fields.
    fn whole(&self, card: &str, fields: &[&str]) -> &str {
        let (at, why) = &self.refused.wrong;
        if self.refused.card == card && !fields.contains(&at.as_str()) { why } else { "" }
    }

    /// The form for a paid subscription.
    pub fn upgrade(&self, msp: &Dealings) -> Markup {
        let (lang, s) = (self.lang, self.state);
        let wanted = if self.refused.card == "upgrade" { self.refused.seats.clone() } else { s.seats_wanted.to_string() };
        let seats = Field { within: Some((1, 1_000_000_000)), ..Field::new("seats", lang.t("center-seats"), wanted) };
        let hint = lang.with("center-seats-hint", &[("available", lang.int(msp.available).into())]);
        let plan = if self.refused.plan.is_empty() { STANDARD } else { &self.refused.plan };
        let action = format!("{}/upgrade", self.base);
        let post = form::Form {
            action: &action,
            idempotency: Some(&self.key),
            error: self.whole("upgrade", &["seats", "plan"]),
            ..form::Form::default()
        };
        let body = form::post(
            &post,
            html! {
                (field::input(lang, "number", &seats.required().hint(hint).error(self.wrong("upgrade", "seats"))))
                (field::select(lang, &Field::new("plan", lang.t("center-plan"), plan).error(self.wrong("upgrade", "plan")), &self.plans))
                (form::actions(&lang.t("center-upgrade"), None))
            },
        );
        html! { div #upgrade { (card::card(&lang.t("center-upgrade"), &lang.t("center-upgrade-sub"), html! {}, body)) } }
    }

    /// The form for more time.
    pub fn extend(&self, msp: &Dealings) -> Markup {
        let lang = self.lang;
        let typed = self.refused.card == "extend";
        let days = if typed { self.refused.days.clone() } else { msp.policy.days.to_string() };
        let reason = if typed { self.refused.reason.as_str() } else { "" };
        let values = [("left", msp.extensions_left.into()), ("days", msp.policy.days.into())];
        let days = Field { within: Some((1, LONGEST)), ..Field::new("days", lang.t("center-days"), days) };
        let action = format!("{}/extend", self.base);
        let post = form::Form {
            action: &action,
            idempotency: Some(&self.key),
            error: self.whole("extend", &["days", "reason"]),
            ..form::Form::default()
        };
        let body = form::post(
            &post,
            html! {
                (field::input(lang, "number", &days.required().hint(lang.with("center-extend-hint", &values)).error(self.wrong("extend", "days"))))
                (field::text(lang, &Field::new("reason", lang.t("center-reason"), reason).required().error(self.wrong("extend", "reason"))))
                (form::actions(&lang.t("center-extend"), None))
            },
        );
        html! { div #extend { (card::card(&lang.t("center-extend"), &lang.t("center-extend-sub"), html! {}, body)) } }
    }

    /// Who stays active when the trial ends, or is active on the free plan, and the choice.
    pub fn stay(&self, staying: &Staying, may: bool) -> Markup {
        let (lang, free) = (self.lang, self.state.kind == CustomerKind::Free);
        let said = |trial: &str, on_free: &str| lang.t(if free { on_free } else { trial });
        let line = lang.with(
            if free { "center-free-line" } else { "center-stay-line" },
            &[("most", staying.most.into()), ("n", staying.would_wait.into())],
        );
        // On the free plan the choice begins with who is active: saved as it stands, it changes nobody.
        let now: Vec<MemberId> = if free { staying.members.iter().map(|m| m.id).collect() } else { staying.chosen.clone() };
        let nobody = said("center-stay-usual", "center-free-nobody");
        let action = format!("{}/stay", self.base);
        let body = html! {
            div.stack-tight {
                p { (line) }
                ul.list { @for m in &staying.members { (person(m)) } }
                @if may && !staying.from.is_empty() {
                    (form::post(&form::Form { action: &action, idempotency: Some(&self.key), error: self.whole("stay", &[]), ..form::Form::default() }, html! {
                        @for (n, name) in STAY.iter().enumerate() {
                            (field::select(lang, &Field::new(*name, lang.with("center-stay-nth", &[("n", (n + 1).into())]), chosen(&now, n)), &choices(&nobody, staying)))
                        }
                        (form::actions(&lang.t("center-stay-save"), None))
                    }))
                }
            }
        };
        card::card(&said("center-stay", "center-free"), &lang.t("center-stay-sub"), html! {}, body)
    }

    /// Extensions made and asked for.
    pub fn past(&self, msp: &Dealings, may: bool) -> Markup {
        let lang = self.lang;
        let tone = |status| match status {
            RequestStatus::Granted | RequestStatus::Approved => Tone::Good,
            RequestStatus::Waiting => Tone::Warn,
            RequestStatus::Declined => Tone::Bad,
            RequestStatus::Withdrawn => Tone::Neutral,
        };
        let one = |r: &TrialRequest| {
            html! {
                li.row {
                    span.grow {
                        (lang.date(r.asked_at, &self.zone)) " · " (lang.with("center-days-more", &[("n", r.days.into())]))
                        @if let Some(reason) = &r.reason { " · " span dir="auto" { (reason) } }
                        @if let Some(answer) = &r.answer { br; span.muted dir="auto" { (answer) } }
                    }
                    (badge::badge(tone(r.status), &lang.t(&format!("center-request-{}", r.status.word()))))
                    @if may && r.status == RequestStatus::Waiting {
                        form method="post" action={ (self.base) "/withdraw" } data-once {
                            (form::hidden(Some(&self.key)))
                            input type="hidden" name="request" value=(r.id);
                            button.btn.small type="submit" { (lang.t("center-withdraw")) }
                        }
                    }
                }
            }
        };
        let why = self.whole("past", &[]);
        let body = html! {
            @if !why.is_empty() { div.card-body { (card::note(Tone::Bad, html! { (why) })) } }
            ul.list { @for r in &msp.extensions { (one(r)) } }
        };
        card::list(&lang.t("center-extensions"), "", html! {}, body)
    }
}

/// The fields of the choice.
const STAY: [&str; 3] = ["first", "second", "third"];

fn person(m: &Stays) -> Markup {
    html! { li.row { span.grow dir="auto" { (m.name) } span.muted.small translate="no" { (m.email) } } }
}

fn chosen(now: &[MemberId], n: usize) -> String {
    now.get(n).map_or_else(String::new, MemberId::to_string)
}

/// Nobody, then whoever can be chosen.
fn choices(nobody: &str, staying: &Staying) -> Vec<(String, String)> {
    let nobody = (String::new(), nobody.to_owned());
    std::iter::once(nobody).chain(staying.from.iter().map(|m| (m.id.to_string(), format!("{} · {}", m.name, m.email)))).collect()
}
