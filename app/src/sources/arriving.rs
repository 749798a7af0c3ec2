//! How many people the runs bring that wait for a decision: what a forecast of seats has to know before they come.

use command::{Command, Cx};
use store::{CustomerId, Region, Result};

use super::{
    source::{Counts, RunStatus},
    store as rows,
};
use crate::licensing::{policy, pools::PublishUsage};

/// How many more would be active, were the runs applied that wait. Each is decided by itself, so one that lets people go takes nothing
/// from another that brings some, and frees no seat before somebody has said so.
fn arriving(runs: impl IntoIterator<Item = (RunStatus, Counts)>) -> i64 {
    runs.into_iter().filter(|(status, _)| status.waits()).map(|(_, counts)| counts.tally.net().max(0)).sum()
}

/// Tells control how many people wait for a decision about a run, where that is news. Called wherever a run begins or ceases to wait.
///
/// # Errors
/// The store's.
pub(super) fn tell_arriving<C: Command<Home = Region>>(cx: &mut Cx<'_, '_, C>, customer: CustomerId) -> Result<()> {
    let last = rows::all(cx.tx, cx.scope)?.into_iter().filter_map(|known| known.source.last_run);
    let arriving = arriving(last.map(|run| (run.status, run.counts)));
    if policy::note_arriving(cx.tx, cx.scope, arriving)?
        && let Some(usage) = policy::usage(cx.tx, cx.scope)?
    {
        cx.tell(PublishUsage::KIND, &PublishUsage::of(customer, &usage, cx.now));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::reconcile::Tally;

    #[test]
    fn only_those_who_wait_for_a_decision_arrive_and_nobody_leaves_before_it() {
        let run = |status, to_seat, freed| (status, Counts { tally: Tally { to_seat, freed, ..Tally::default() }, ..Counts::default() });
        assert_eq!(arriving([]), 0);
        assert_eq!(arriving([run(RunStatus::Judged, 30, 4), run(RunStatus::Stopped, 2, 0)]), 28);
        assert_eq!(arriving([run(RunStatus::Stopped, 1, 40), run(RunStatus::Judged, 5, 0)]), 5);
        let awaited = |awaited| {
            let tally = Tally { to_seat: 30, freed: 4, awaited, ..Tally::default() };
            (RunStatus::Judged, Counts { tally, ..Counts::default() })
        };
        assert_eq!((arriving([awaited(20)]), arriving([awaited(30)])), (6, 0), "who waits or is held is counted there");
        for status in RunStatus::ALL.into_iter().filter(|s| !s.waits()) {
            assert_eq!(arriving([run(status, 9, 0)]), 0, "{status:?}");
        }
    }
}
