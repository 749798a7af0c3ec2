//! `/docs/api`: the OpenAPI document as a page people can read. Its sentences are the document's own, in English.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::HeaderMap;
use maud::{Markup, html};
use serde_json::Value;
use web::parts::card;

use crate::{app::Shared, console};

/// The page. Open to everybody, as the document is.
pub async fn page(State(app): State<Shared>, headers: HeaderMap) -> Response {
    let document = serde_json::to_value(crate::router::openapi()).unwrap_or_default();
    let lang = console::language_of(&headers, None);
    let frame = console::bare_frame(&app, &headers, lang, "/docs/api", "Tenantry API");
    web::page(&frame, body(&document)).into_response()
}

fn body(document: &Value) -> Markup {
    let mut tags: Vec<(String, Vec<Operation<'_>>)> = Vec::new();
    for operation in operations(document) {
        match tags.iter_mut().find(|(tag, _)| *tag == operation.tag) {
            Some((_, list)) => list.push(operation),
            None => tags.push((operation.tag.clone(), vec![operation])),
        }
    }
    html! {
        div.stack {
            (card::card("Conventions", "", html! { a href="/v1/openapi.json" { "OpenAPI 3.1 document" } }, html! {
                p { "JSON over HTTPS. Sign in with " code { "Authorization: Bearer tnt_…" } "; make tokens on your profile page. "
                    "Errors are RFC 9457 problems. Every POST takes an " code { "Idempotency-Key" } "; every unsafe request takes " code { "?preview=true" } "." }
            }))
            @for (tag, list) in &tags {
                (card::card(tag, "", html! {}, html! { div.operations { @for operation in list { (drawn(operation)) } } }))
            }
        }
    }
}

struct Operation<'a> {
    method: &'a str,
    path: &'a str,
    tag: String,
    value: &'a Value,
}

fn operations(document: &Value) -> Vec<Operation<'_>> {
    let paths = document["paths"].as_object().into_iter().flatten();
    paths
        .flat_map(|(path, methods)| methods.as_object().into_iter().flatten().map(move |(method, value)| (path, method, value)))
        .map(|(path, method, value)| Operation { method, path, tag: value["tags"][0].as_str().unwrap_or("other").to_owned(), value })
        .collect()
}

fn drawn(o: &Operation<'_>) -> Markup {
    let summary = o.value["summary"].as_str().unwrap_or_default();
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    let parameters: Vec<String> = o.value["parameters"]
        .as_array()
        .map_or_else(Vec::new, |list| list.iter().map(|p| format!("{} ({})", text(&p["name"]), text(&p["in"]))).collect());
    let answers: Vec<String> = o.value["responses"].as_object().map_or_else(Vec::new, |r| r.keys().cloned().collect());
    let body = o.value["requestBody"]["content"]["application/json"]["schema"]["$ref"].as_str().and_then(|r| r.rsplit('/').next());
    html! {
        details {
            summary { span.verb { (o.method.to_uppercase()) } code { (o.path) } span.muted { (summary) } }
            div.stack-tight.small {
                @if !parameters.is_empty() { p { "Parameters: " (parameters.join(", ")) } }
                @if let Some(body) = body { p { "Body: " code { (body) } } }
                p { "Answers: " (answers.join(", ")) }
            }
        }
    }
}
