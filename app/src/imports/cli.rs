//! The command line's twin: a file on this machine becomes an import, as the installation itself.

use std::{collections::BTreeMap, path::Path};

use command::Call;
use sha2::{Digest, Sha256};
use store::{CustomerId, PartnerId};
use web::problem::Problem;

use super::{
    desk::by_kind,
    import::{Home, ImportKind},
    intake::{self, Asked, Claim, Stored},
};
use crate::app::App;

/// What a command line asks for.
pub struct Line {
    /// What the file holds.
    pub kind: ImportKind,
    /// Whose customers or results.
    pub partner: PartnerId,
    /// Whose members.
    pub customer: Option<CustomerId>,
    /// Field → column; guessed when absent.
    pub mapping: Option<BTreeMap<String, String>>,
    /// Whether good rows count although others are refused.
    pub partial: bool,
}

/// Imports a file and waits for nothing: the work is told, whoever runs the worker does it. Gives a sentence to print.
///
/// # Errors
/// A sentence: what was refused, row by row.
pub async fn import(app: &App, line: Line, file: &Path) -> Result<String, String> {
    let id = app.house.new_id();
    let place = intake::path(app, id);
    tokio::fs::create_dir_all(app.imports()).await.map_err(|e| e.to_string())?;
    let claim = Claim::on(place.clone());
    let content = tokio::fs::read(file).await.map_err(|e| format!("{}: {e}", file.display()))?;
    tokio::fs::write(&place, &content).await.map_err(|e| e.to_string())?;
    let name = file.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    let (bytes, hash) = (i64::try_from(content.len()).unwrap_or(i64::MAX), Sha256::digest(&content).into());
    let stored = Stored { id, name, bytes, hash, claim };
    let home = Home { partner: line.partner, customer: line.customer };
    let asked = Asked { call: Call::operator(), home, mapping: line.mapping };
    let done = by_kind!(line.kind, K => async {
        let id = intake::upload::<K>(app, &asked, stored).await?;
        let import = intake::found::<K>(app, &asked, id).await?;
        intake::start::<K>(app, &asked, &import, line.partial).await
    }
    .await);
    let (started, preview) = done.map_err(|problem| said(&problem))?;
    let counts = preview.map(|p| p.counts).unwrap_or_default();
    Ok(format!(
        "{} is at work ({}): {} rows, {} new, {} known, {} waiting for a seat, {} refused",
        started.import_id, started.operation_id, counts.rows, counts.create, counts.update, counts.waiting, counts.refused
    ))
}

fn said(problem: &Problem) -> String {
    let mut text = format!("{}. {}", problem.title, problem.detail);
    for error in &problem.errors {
        text.push_str(&format!("\n  {}: {}", error.pointer, error.detail));
    }
    text
}
