//! Every job and every schedule of the program.

use std::sync::Arc;

use jobs::{Every, Registry, Schedule, Worker};
use store::Wall;

use crate::{app::App, hierarchy, licensing, provisioning};

/// The kinds of jobs, room by room.
fn registry() -> Registry<App> {
    let registry = Registry::default();
    let registry = hierarchy::jobs(registry);
    let registry = licensing::jobs(registry);
    provisioning::jobs(registry)
}

/// What happens by the clock. Nothing here is needed for correctness: it only keeps tables small and people informed.
fn schedules() -> Vec<Schedule<App>> {
    vec![Schedule::new("standing", Every::Hours(1), |app: Arc<App>| async move { hierarchy::settle_everyone(&app).await })]
}

/// The application's worker.
#[must_use]
pub fn worker(app: Arc<App>) -> Arc<Worker<App>> {
    Worker::new(app.clone(), app.house.clone(), registry(), schedules(), Arc::new(Wall))
}
