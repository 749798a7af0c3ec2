//! Every job and every schedule of the program.

use std::sync::Arc;

use jobs::{Every, Registry, Schedule, Worker};
use store::Wall;

use crate::{
    agents, alerts, app::App, audit, directory, hierarchy, identity, imports, licensing, moves, offboarding, operations, operator,
    provisioning, removal, signup, sources,
};

/// The kinds of jobs, room by room.
fn registry() -> Registry<App> {
    let registry = Registry::default();
    let registry = operations::jobs(identity::jobs(registry));
    let registry = hierarchy::jobs(registry);
    let registry = licensing::jobs(registry);
    let registry = sources::jobs(directory::jobs(agents::jobs(registry)));
    let registry = offboarding::jobs(removal::jobs(registry));
    let registry = moves::jobs(alerts::jobs(registry));
    let registry = signup::jobs(imports::jobs(registry));
    provisioning::jobs(registry)
}

/// What happens by the clock. Nothing here is needed for correctness: it only keeps tables small and people informed.
fn schedules(app: &App) -> Vec<Schedule<App>> {
    let mut all = vec![
        Schedule::new("standing", Every::Hours(1), |app: Arc<App>| async move { hierarchy::settle_everyone(&app).await }),
        Schedule::new("alerts", Every::Minutes(1), |app: Arc<App>| async move { alerts::sweep(&app).await }),
        Schedule::new("digests", Every::Minutes(5), |app: Arc<App>| async move { alerts::tell_digests(&app).await }),
        Schedule::new("waiting", Every::Minutes(1), |app: Arc<App>| async move { directory::let_in_those_who_wait(&app).await }),
        Schedule::new("status-rules", Every::Hours(1), |app: Arc<App>| async move { directory::status_rules::run_everywhere(&app).await }),
        Schedule::new("agents", Every::Hours(1), |app: Arc<App>| async move { agents::settle_everyone(&app).await }),
        Schedule::new(
            "subscriptions",
            Every::Hours(1),
            |app: Arc<App>| async move { licensing::subscriptions::settle_everyone(&app).await },
        ),
        Schedule::new("checkpoint", Every::Minutes(5), |app: Arc<App>| async move { audit::checkpoint(&app).await.map(drop) }),
        Schedule::new("metering", Every::Hours(1), |app: Arc<App>| async move { licensing::metering::close_everywhere(&app).await }),
        Schedule::new("domains", Every::Minutes(10), |app: Arc<App>| async move { provisioning::domains::verify_waiting(&app).await }),
        Schedule::new("purge", Every::Hours(1), |app: Arc<App>| async move { offboarding::sweep(&app).await }),
        Schedule::new("sign-ups", Every::Hours(1), |app: Arc<App>| async move { signup::sweep(&app).await }),
        Schedule::new("retention", Every::Hours(24), |app: Arc<App>| async move { offboarding::retire(&app).await }),
        Schedule::new("tidy", Every::Hours(6), |app: Arc<App>| async move { tidy(&app).await }),
    ];
    let hours = i64::from(app.config.backup.every_hours);
    if hours > 0 && !app.demo {
        all.push(Schedule::new(
            "backup",
            Every::Hours(hours),
            |app: Arc<App>| async move { operator::scheduled_backup(&app.config).await },
        ));
    }
    all
}

/// Forgets what has served its time: saved answers, done jobs, uploads that nobody started.
async fn tidy(app: &App) -> Result<(), String> {
    forget(app).await.map_err(|e| e.to_string())?;
    imports::purge(app).await
}

async fn forget(app: &App) -> store::Result<()> {
    let now = app.house.now();
    identity::sweep(app).await?;
    command::forget(app.house.control(), now).await?;
    jobs::forget_done(app.house.control(), now).await?;
    for db in app.house.regions().values() {
        command::forget(db, now).await?;
        jobs::forget_done(db, now).await?;
    }
    Ok(())
}

/// The application's worker.
#[must_use]
pub fn worker(app: Arc<App>) -> Arc<Worker<App>> {
    Worker::new(app.clone(), app.house.clone(), registry(), schedules(&app), Arc::new(Wall))
}

#[cfg(test)]
mod tests {
    use web::Lang;

    use super::registry;

    #[test]
    fn every_kind_of_work_is_called_something_on_the_page_of_jobs() {
        crate::app::install_texts().expect("the texts");
        let id = |kind: &str| format!("operations-kind-{}", kind.replace(['.', '_'], "-"));
        let nameless: Vec<_> = registry().kinds().filter(|kind| [Lang::En, Lang::De].iter().any(|lang| !lang.knows(&id(kind)))).collect();
        assert!(nameless.is_empty(), "{nameless:?}");
    }
}
