//! Erasing what the trail says of a person: the details of the entries that name them, and what was kept to answer a repeated
//! request. The chain covers a salted hash of the details, so it stays whole (D19).

use access::Scope;
use store::{Region, Result, Tx, p, sql};

/// Erases whatever a customer's trail says of a person, by any of these words (an id, an address). Says how many entries that were.
///
/// # Errors
/// The store's.
pub fn erase_person<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, words: &[&str]) -> Result<u64> {
    let chain = scope.customer().map_or(scope.node(), Into::into);
    let mut entries = 0;
    for word in words {
        let like = format!("%{}%", escaped(word));
        entries += tx.exec(
            sql!(
                Region,
                "UPDATE audit_entry SET salt = NULL, detail = NULL WHERE chain_id = $1 AND detail IS NOT NULL AND lower(detail) LIKE $2 ESCAPE '!'"
            ),
            p![chain, &like],
        )?;
        tx.exec(sql!(Region, "DELETE FROM idempotency WHERE chain_id = $1 AND lower(answer) LIKE $2 ESCAPE '!'"), p![chain, &like])?;
        tx.exec(
            sql!(Region, "DELETE FROM job WHERE chain_id = $1 AND status <> 'running' AND lower(payload) LIKE $2 ESCAPE '!'"),
            p![chain, &like],
        )?;
    }
    Ok(entries)
}

/// A word as it stands in JSON, small, for a LIKE pattern.
fn escaped(word: &str) -> String {
    let json = serde_json::to_string(word).unwrap_or_default().to_lowercase();
    let mut pattern = String::new();
    for c in json.trim_matches('"').chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_word_means_itself_and_nothing_else() {
        assert_eq!(super::escaped("A_b%c!d\"@x.example"), "a!_b!%c!!d\\\"@x.example");
    }
}
