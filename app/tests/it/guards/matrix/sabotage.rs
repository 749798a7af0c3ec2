//! Sabotage: lines of the policy that lie about the program, each of which the matrix must report.

use super::{
    Ask, Cast, Relation, Rule, admissions, alike,
    cast::Verdict,
    denials,
    policy::At::{self, Myself, Partner},
};
use crate::{
    scenes,
    support::{Answer, World},
};

/// Route, right and node as somebody might write them wrongly, and what the matrix then says.
const LIES: &[(&str, &str, At, &str)] = &[
    ("GET /v1/msp/{msp}/groups", "manage_settings", Partner, "as auditor about Own: 200 instead of Forbidden"),
    ("GET /v1/msp/{msp}/audit", "read", Partner, "as technician about Own: 403 instead of LetIn"),
    ("GET /v1/msp/{msp}/customers/{customer}", "read", Partner, "as customer_admin about Own: 200 instead of NotFound"),
    ("GET /v1/msp/{msp}/settings", "read", Myself, "as other_owner about Own: 404 instead of LetIn"),
    ("GET /signin", "", Myself, "as nobody about Own: 200 instead of SignIn"),
    ("POST /msp/{msp}/views", "manage_settings", Partner, "a denied request changed"),
];

scenes! {
    async fn sabotage_a_policy_that_lies_is_reported(w: World) {
        let cast = Cast::gather(&mut w).await;
        for &(route, right, at, said) in LIES {
            let rule = Rule { route, right, at };
            let mut wrong = Vec::new();
            denials(&w, &cast, &rule, &mut wrong).await;
            admissions(&w, &cast, &rule, &mut wrong).await;
            assert!(wrong.iter().any(|line| line.contains(said)), "{route} as {right}: {said} is not among\n{}", wrong.join("\n"));
        }
    }

    async fn sabotage_an_answer_that_tells_is_reported(w: World) {
        let cast = Cast::gather(&mut w).await;
        let rule = Rule { route: "GET /v1/msp/{msp}", right: "read", at: Partner };
        let ask = |relation, path: &str| Ask { actor: &cast.actors[1], relation, verdict: Verdict::NotFound, path: path.into(), body: String::new() };
        let asks = [ask(Relation::Foreign, "/v1/msp/theirs"), ask(Relation::Missing, "/v1/msp/nobodys")];
        let answer = |text: &str| Answer { status: 404, headers: http::HeaderMap::new(), text: text.into(), json: serde_json::Value::Null };
        let told = |first: &str, second: &str| {
            let mut wrong = Vec::new();
            alike(&rule, &asks, &[answer(first), answer(second)], &mut wrong);
            wrong
        };
        assert_eq!(told("no /v1/msp/theirs", "no /v1/msp/nobodys"), Vec::<String>::new(), "the path asked for may be said back");
        assert!(told("not yours", "not there")[0].contains("tells owner what is there"));
    }
}
