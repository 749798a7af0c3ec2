//! Sabotage: the traces that four mistakes leave in the data, each of which the comparison with the model must report. The mistakes
//! themselves stand as patches in docs/recipes/sabotage, to be applied by hand: then the suite must turn red.

use std::{fs, path::Path};

use access::permissions::Operate;
use command::{Call, Command, Cx, Fail, Never, Node};
use serde::Serialize;
use store::{Control, CustomerId, PartnerId, p, sql};

use super::Play;
use crate::{scenes, support::World};

#[derive(Debug, Clone, Copy, Serialize)]
enum Mistake {
    /// An order counts at its end: `>=` where `>` is meant.
    EndIncluded,
    /// What another partner ordered counts here: a sum without its scope.
    ScopeMissing,
    /// Seats are counted, and their line is missing.
    NoLedgerRow,
    /// A month that began is not counted: its number is that of the one before.
    MonthSkipped,
}

/// Leaves a mistake's trace.
#[derive(Debug, Serialize)]
struct Spoil {
    msp: PartnerId,
    customer: CustomerId,
    mistake: Mistake,
}

impl Command for Spoil {
    const NAME: &'static str = "test.spoil_books";
    const QUIET: bool = true;
    type Home = Control;
    type Needs = Operate;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Node {
        self.msp.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Never>> {
        let (msp, customer) = (self.msp, self.customer);
        let spoiled = match self.mistake {
            Mistake::EndIncluded => cx.tx.exec(sql!(Control, "UPDATE pool_order SET ends_at = ends_at + 1 WHERE partner_id = $1"), p![msp]),
            Mistake::ScopeMissing => cx.tx.exec(sql!(Control, "UPDATE pool_order SET units = units + 100 WHERE partner_id = $1"), p![msp]),
            Mistake::NoLedgerRow => {
                let line = sql!(Control, "DELETE FROM allocation_change WHERE partner_id = $1 AND customer_id = $2");
                cx.tx.exec(line, p![msp, customer])
            }
            Mistake::MonthSkipped => {
                let month = sql!(
                    Control,
                    "DELETE FROM maa_month WHERE partner_id = $1 AND customer_id = $2
                       AND month = (SELECT MAX(m.month) FROM maa_month m WHERE m.partner_id = $1 AND m.customer_id = $2)"
                );
                cx.tx.exec(month, p![msp, customer])
            }
        };
        assert!(spoiled? > 0, "{:?} left a trace", self.mistake);
        Ok(())
    }
}

impl Play {
    async fn spoil(&self, which: usize, mistake: Mistake) {
        let spoil = Spoil { msp: self.msp, customer: self.model.customers[which].id, mistake };
        self.w.app.house.execute(Call::operator(), spoil).await.expect("spoiled");
    }

    /// Nothing is reported before the mistake, and something is after it.
    async fn blames(&self, which: usize, mistake: Mistake, word: &str) {
        for spoiled in [false, true] {
            let mut wrong = self.differences().await;
            wrong.extend(self.metering().await);
            wrong.extend(self.books().await);
            let named = wrong.iter().any(|difference| difference.contains(word));
            assert_eq!((named, wrong.is_empty()), (spoiled, !spoiled), "{mistake:?}: {wrong:#?}");
            if !spoiled {
                self.spoil(which, mistake).await;
            }
        }
    }
}

scenes! {
    async fn sabotage_an_order_that_counts_at_its_end_is_reported(w: World) {
        let mut play = Play::begin(w, 0).await;
        let end = play.model.next_order_end(play.now()).expect("an order");
        play.pass(end).await;
        play.blames(0, Mistake::EndIncluded, "the pool").await;
    }

    async fn sabotage_a_sum_without_its_scope_is_reported(w: World) {
        let play = Play::begin(w, 0).await;
        play.blames(0, Mistake::ScopeMissing, "the pool").await;
    }

    async fn sabotage_a_counter_without_its_ledger_row_is_reported(w: World) {
        let play = Play::begin(w, 0).await;
        play.blames(2, Mistake::NoLedgerRow, "the ledger of").await;
    }

    async fn sabotage_a_month_that_is_skipped_is_reported(w: World) {
        let mut play = Play::begin(w, 0).await;
        let next = play.model.month(play.now()).1.plus_seconds(1);
        play.pass(next).await;
        play.join(3, "late@chance.example".into(), true).await;
        play.blames(3, Mistake::MonthSkipped, "in 2026-12").await;
    }
}

/// The text that a patch expects, hunk by hunk.
fn expected(patch: &str) -> Vec<String> {
    let hunks = patch.split("\n@@ ").skip(1);
    let old = |line: &&str| line.starts_with([' ', '-']);
    hunks.map(|hunk| hunk.lines().skip(1).filter(old).map(|line| format!("{}\n", &line[1..])).collect()).collect()
}

#[test]
fn the_patch_of_each_mistake_still_fits() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut patches = 0;
    for entry in fs::read_dir(root.join("docs/recipes/sabotage")).expect("a folder") {
        let path = entry.expect("a file").path();
        let patch = fs::read_to_string(&path).expect("a patch");
        let file = patch.lines().find_map(|line| line.strip_prefix("+++ b/")).expect("the name of a file");
        let source = fs::read_to_string(root.join(file)).expect("its text");
        let old = expected(&patch);
        assert!(!old.is_empty() && old.iter().all(|text| source.contains(text)), "{} does not fit {file} any more", path.display());
        patches += 1;
    }
    assert_eq!(patches, 4);
}
