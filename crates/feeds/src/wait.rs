//! Waiting where a source asks for it.

use std::time::Duration;

use egress::Answer;

use crate::Fault;

/// What is waited when a source asks for patience and does not say how much.
const USUAL: Duration = Duration::from_secs(10);
/// What one fetch waits in all.
const PATIENCE: Duration = Duration::from_secs(300);

/// How long an answer asks to wait (RFC 9110, section 10.2.3). A date is not counted out: it gets the usual time.
pub(crate) fn asked(answer: &Answer) -> Duration {
    let seconds = answer.header("retry-after").and_then(|text| text.trim().parse().ok());
    seconds.map_or(USUAL, |seconds: u64| Duration::from_secs(seconds.min(24 * 3600)))
}

/// The patience of one fetch.
pub(crate) struct Patience(Duration);

impl Patience {
    pub(crate) fn new() -> Patience {
        Patience(PATIENCE)
    }

    /// Waits as asked, where the patience reaches that far.
    pub(crate) async fn wait(&mut self, asked: Duration) -> Result<(), Fault> {
        // Even "at once" costs a second, so that a source that always says so is not asked for ever.
        let asked = asked.max(Duration::from_secs(1));
        self.0 = self.0.checked_sub(asked).ok_or(Fault::Throttled { retry_after: asked })?;
        tokio::time::sleep(asked).await;
        Ok(())
    }
}
