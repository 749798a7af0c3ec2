//! What an import would do, row by row, before it does anything.

use serde::Serialize;
use store::ImportId;
use web::problem::Problem;

use super::{
    desk::{Desk, Judged, Kind, row_refused},
    import::{ImportKind, RowRefused},
    mapping::Mapping,
    reading::{Chunk, Sheet, chunks},
};

/// Rows shown in a preview, and refused rows listed.
const SHOWN: usize = 100;
/// Refused rows kept.
pub const KEPT: usize = 500;

/// Rows by verdict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Counts {
    /// Rows in all.
    pub rows: i64,
    /// Rows that add something.
    pub create: i64,
    /// Rows that change something known.
    pub update: i64,
    /// Rows that add a member waiting for a seat.
    pub waiting: i64,
    /// Known rows that count no second time.
    pub duplicate: i64,
    /// Refused rows.
    pub refused: i64,
}

/// One row and its verdict.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct RowVerdict {
    /// Its line in the file.
    pub line: u64,
    /// `create`, `update`, `waiting`, `duplicate` or `refused`.
    pub verdict: &'static str,
    /// What the row is about.
    pub subject: String,
    /// The refused field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Machine word of the refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Why it is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What an import would do.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Preview {
    /// Which import; absent when only a preview was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub import_id: Option<ImportId>,
    /// What the file holds.
    pub kind: ImportKind,
    /// Which column is which field.
    pub mapping: Mapping,
    /// Required fields that no column fills; then no row was judged.
    pub missing: Vec<&'static str>,
    /// Rows by verdict.
    pub counts: Counts,
    /// The first rows, and the first refused ones, by line.
    pub rows: Vec<RowVerdict>,
    /// All refused rows, as far as they are kept.
    #[serde(skip)]
    pub refused: Vec<RowRefused>,
}

impl Preview {
    fn of(kind: ImportKind, mapping: &Mapping) -> Preview {
        let missing = mapping.missing(kind);
        Preview {
            import_id: None,
            kind,
            mapping: mapping.clone(),
            missing,
            counts: Counts::default(),
            rows: Vec::new(),
            refused: Vec::new(),
        }
    }

    fn refuse(&mut self, no: RowRefused, subject: String) {
        self.counts.refused += 1;
        if self.refused.len() >= KEPT {
            return;
        }
        if self.refused.len() < SHOWN {
            let (field, code, reason) = (Some(no.field.clone()), Some(no.code.clone()), Some(no.reason.clone()));
            self.rows.push(RowVerdict { line: no.line, verdict: "refused", subject, field, code, reason });
        }
        self.refused.push(no);
    }

    fn accept(&mut self, line: u64, subject: impl FnOnce() -> String, verdict: &'static str) {
        if self.counts.rows < i64::try_from(SHOWN).unwrap_or(0) {
            self.rows.push(RowVerdict { line, verdict, subject: subject(), field: None, code: None, reason: None });
        }
    }

    /// Refuses an import whose rows are not all good, unless the good ones may count alone.
    ///
    /// # Errors
    /// 422 with the rows.
    pub fn demand(&self, partial: bool) -> Result<(), Problem> {
        if let Some(field) = self.missing.first() {
            let detail = format!("No column of the file is mapped to {field}.");
            return Err(Problem::invalid(format!("/mapping/{field}"), "column-missing", detail));
        }
        if self.counts.refused == 0 || (partial && self.counts.refused < self.counts.rows) {
            return Ok(());
        }
        let title = format!("{} of {} rows were refused, and nothing was changed", self.counts.refused, self.counts.rows);
        let mut problem = Problem::new(http::StatusCode::UNPROCESSABLE_ENTITY, "rows-refused", title)
            .detail("Correct the rows and upload the file again, or start with partial to bring in the good rows only.");
        for row in self.refused.iter().take(SHOWN) {
            problem = problem.field(format!("/rows/{}/{}", row.line, row.field), &row.code, format!("Line {}: {}", row.line, row.reason));
        }
        problem.more.insert("verdicts".into(), serde_json::to_value(self.counts).unwrap_or_default());
        problem.more.insert("rows".into(), serde_json::to_value(&self.rows).unwrap_or_default());
        Err(problem)
    }
}

/// Judges a whole file.
///
/// # Errors
/// A fault of the file, a denial, or the store's trouble.
pub async fn judge<K: Kind>(desk: &Desk<'_>, sheet: Sheet) -> Result<Preview, Problem> {
    let mut preview = Preview::of(K::KIND, &sheet.mapping);
    if !preview.missing.is_empty() {
        return Ok(preview);
    }
    let mut memory = K::Memory::default();
    let mut coming = chunks::<K>(sheet);
    while let Some(chunk) = coming.recv().await {
        let chunk = chunk.map_err(|fault| faulty(&fault))?;
        take::<K>(desk, &mut preview, chunk, &mut memory).await?;
    }
    preview.rows.sort_by_key(|r| r.line);
    Ok(preview)
}

async fn take<K: Kind>(desk: &Desk<'_>, preview: &mut Preview, chunk: Chunk<K::Item>, memory: &mut K::Memory) -> Result<(), Problem> {
    for no in chunk.refused {
        preview.refuse(no, String::new());
        preview.counts.rows += 1;
    }
    let (lines, items): (Vec<u64>, Vec<K::Item>) = chunk.items.into_iter().unzip();
    let judged = K::judge(desk, &items, memory).await?;
    for ((line, item), verdict) in lines.into_iter().zip(&items).zip(judged) {
        let (count, word) = match verdict {
            Judged::Create => (&mut preview.counts.create, "create"),
            Judged::Update => (&mut preview.counts.update, "update"),
            Judged::Waiting => (&mut preview.counts.waiting, "waiting"),
            Judged::Duplicate => (&mut preview.counts.duplicate, "duplicate"),
            Judged::Refused(no) => {
                preview.refuse(row_refused(line, &no), K::subject(item));
                preview.counts.rows += 1;
                continue;
            }
        };
        *count += 1;
        preview.accept(line, || K::subject(item), word);
        preview.counts.rows += 1;
    }
    Ok(())
}

/// A file that is no list: what is wrong with it, and where.
#[must_use]
pub fn faulty(fault: &sheets::Fault) -> Problem {
    use sheets::Fault as F;
    let status = if matches!(fault, F::TooLarge) { http::StatusCode::PAYLOAD_TOO_LARGE } else { http::StatusCode::UNPROCESSABLE_ENTITY };
    let pointer = match fault {
        F::TooManyColumns { line, .. } | F::NulByte { line } | F::OpenQuote { line } | F::Ragged { line, .. } => format!("/rows/{line}"),
        F::CellTooLong { line, column } => format!("/rows/{line}/{column}"),
        F::DuplicateHeader { name } => format!("/headers/{name}"),
        _ => "/file".to_owned(),
    };
    let code = fault.key().trim_start_matches("import-");
    Problem::new(status, "file-refused", "The file cannot be read as a list; nothing was changed").detail(fault.to_string()).field(
        pointer,
        code,
        fault.to_string(),
    )
}
