//! A request of more words than one transaction holds: kept in parts, in the order in which one transaction would take them.

use command::House;
use web::{caller::Caller, problem::Problem};

use super::{
    RecordActivity, Recorded,
    record::Judged,
    word::{Item, PART},
};

/// Keeps what is said, part by part, and answers in the order in which it was sent.
///
/// # Errors
/// A [`Problem`]: what the parts before it kept stays kept, and is known when the request is sent again.
pub async fn record(house: &House, caller: &Caller, sent: RecordActivity) -> Result<Recorded, Problem> {
    let RecordActivity { customer, items, create_missing, .. } = sent;
    let mut left: Vec<(usize, Item)> = items.into_iter().enumerate().collect();
    left.sort_by(|(_, a), (_, b)| a.turn().cmp(&b.turn()));
    let (mut done, mut judged): (Recorded, Vec<(usize, Judged)>) = (Recorded::default(), Vec::with_capacity(left.len()));
    while !left.is_empty() {
        let (places, items): (Vec<usize>, Vec<Item>) = left.drain(..PART.min(left.len())).unzip();
        let part = RecordActivity { customer, items, create_missing, more: !left.is_empty() };
        let told = house.execute(caller.call(), part).await.map_err(|fail| in_parts(fail.into(), judged.len()))?.value;
        done.accepted += told.accepted;
        done.duplicate += told.duplicate;
        done.rejected += told.rejected;
        judged.extend(places.into_iter().zip(told.items));
    }
    judged.sort_by_key(|(place, _)| *place);
    done.items = judged.into_iter().map(|(_, one)| one).collect();
    Ok(done)
}

/// What went wrong with one part, where others were kept before it.
fn in_parts(problem: Problem, decided: usize) -> Problem {
    if decided == 0 {
        return problem;
    }
    problem.detail(format!(
        "{decided} of these events were decided before this happened, and those that were accepted are kept. Send the request again: what is kept is known."
    ))
}
