//! Work that no worker comes back from.

use store::{Control, Region, Settled, Tx, Work, p, sql};

use super::World;

/// Twelve workers have begun each queued job of a kind, and none of them came back.
struct WornOut(&'static str);

impl Work<Control> for WornOut {
    type Out = u64;
    fn run(&self, tx: &mut Tx<'_, Control>) -> store::Result<Settled<u64>> {
        tx.exec(sql!(Control, "UPDATE job SET attempts = 12 WHERE kind = $1 AND status = 'queued'"), p![self.0]).map(Settled::Keep)
    }
}

impl Work<Region> for WornOut {
    type Out = u64;
    fn run(&self, tx: &mut Tx<'_, Region>) -> store::Result<Settled<u64>> {
        tx.exec(sql!(Region, "UPDATE job SET attempts = 12 WHERE kind = $1 AND status = 'queued'"), p![self.0]).map(Settled::Keep)
    }
}

impl World {
    /// Wears out the one queued job of a kind: whoever claims it next books it as a dead letter.
    pub async fn wear_out(&self, kind: &'static str) {
        let control = self.app.house.control().write(self.partner.0, WornOut(kind)).await.expect("set");
        let region = self.app.house.region("eu").expect("a region").write(self.partner.0, WornOut(kind)).await.expect("set");
        assert_eq!(control + region, 1, "{kind}");
    }
}
