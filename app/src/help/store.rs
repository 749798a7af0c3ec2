//! Every SQL text of the help. Votes belong to people and not to a partner: the table is not fenced, as that of the people is not.

use std::collections::HashMap;

use store::{Control, Result, StaffId, Timestamp, Tx, Uuid, View, p, sql};

use super::queries::{Comment, Tally, Vote};
use crate::noun::Note;

/// A person's last word on an article.
pub fn vote(view: &mut View<'_, Control>, article: &str, staff: StaffId) -> Result<Option<Vote>> {
    let row = view.opt(sql!(Control, "SELECT helpful, comment FROM help_vote WHERE article = $1 AND staff_id = $2"), p![article, staff])?;
    let vote = |r: &store::Row| {
        let comment: Option<String> = r.get("comment")?;
        Ok(Vote { helpful: r.get("helpful")?, comment: comment.and_then(|c| Note::parse(c).ok()) })
    };
    row.as_ref().map(vote).transpose()
}

/// Writes it in place of the one before.
pub fn put(tx: &mut Tx<'_, Control>, article: &str, staff: StaffId, vote: &Vote, now: Timestamp) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO help_vote (article, staff_id, helpful, comment, at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (article, staff_id) DO UPDATE SET helpful = excluded.helpful, comment = excluded.comment, at = excluded.at"
        ),
        p![article, staff, vote.helpful, vote.comment.as_ref().map(Note::as_str), now],
    )
    .map(drop)
}

/// What was said of each article.
pub fn tallies(view: &mut View<'_, Control>) -> Result<HashMap<String, Tally>> {
    let rows = view.rows(
        sql!(
            Control,
            "SELECT article, COUNT(*) AS votes, CAST(SUM(CASE WHEN helpful THEN 1 ELSE 0 END) AS BIGINT) AS helpful FROM help_vote GROUP BY article"
        ),
        &[],
    )?;
    rows.iter().map(|r| Ok((r.get("article")?, Tally { helpful: r.get("helpful")?, votes: r.get("votes")? }))).collect()
}

/// Comments of people who work at or below a node, newest first, at most 100.
pub fn comments(view: &mut View<'_, Control>, article: &str, above: Uuid) -> Result<Vec<Comment>> {
    let rows = view.rows(
        sql!(
            Control,
            "SELECT v.helpful, v.comment, v.at FROM help_vote v JOIN staff s ON s.staff_id = v.staff_id
             JOIN org_tree t ON t.node_id = s.home_id AND t.ancestor_id = $2
             WHERE v.article = $1 AND v.comment IS NOT NULL ORDER BY v.at DESC, v.staff_id LIMIT 100"
        ),
        p![article, above],
    )?;
    rows.iter().map(|r| Ok(Comment { helpful: r.get("helpful")?, comment: r.get("comment")?, at: r.get("at")? })).collect()
}
