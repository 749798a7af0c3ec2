//! The operator's commands on a living installation: backup, verify, restore, move, doctor.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use command::{Call, House};
use serde_json::json;
use store::{Control, Db, Options, Region, Where, prints};
use tenantry::{
    app::SystemEntropy,
    config::Config,
    hierarchy::tell_again::TellAgain,
    licensing::{
        policy::OpenTenant,
        pools::{BeginRelease, DecideAgain},
    },
    operator,
};

use crate::{scenes, support::World};

/// Every table of every home, counted and summed.
fn everything(config: &Config) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let mut add = |home: &str, place: &Where, control: bool| {
        let prints = if control { prints::<Control>(place) } else { prints::<Region>(place) };
        for (table, print) in prints.expect("prints") {
            all.push((format!("{home}.{table}"), format!("{} {}", print.rows, print.checksum)));
        }
    };
    add("control", &config.control(), true);
    for region in &config.regions {
        add(region, &config.region(region), false);
    }
    all
}

/// Rows of every table of every home.
fn counts(config: &Config) -> std::collections::BTreeMap<String, u64> {
    let rows = |print: &str| print.split(' ').next().and_then(|n| n.parse().ok()).unwrap_or(0);
    everything(config).into_iter().map(|(table, print)| (table, rows(&print))).collect()
}

fn elsewhere(config: &Config, folder: &Path) -> Config {
    Config { data: folder.to_owned(), database: None, ..config.clone() }
}

/// The same homes, with nobody who delivers news: what begins here stays under way.
pub fn silent(w: &World) -> House {
    let (config, options) = (&w.app.config, Options::default());
    let control = Db::<Control>::open(&config.control(), &options).expect("control opens");
    let region = |name: &String| (name.clone(), Db::<Region>::open(&config.region(name), &options).expect("a region opens"));
    let regions: BTreeMap<_, _> = config.regions.iter().map(region).collect();
    House::new(control, regions, w.app.house.clock().clone(), Arc::new(SystemEntropy))
}

scenes! {
    async fn a_release_under_way_at_a_restore_is_called_off_and_gives_nothing_back_later(w: World) {
        w.order_seats(1).await;
        let customer = w.customer("Kept", 40).await;
        let owner = w.client("owner");
        let house = silent(&w);
        let begun = BeginRelease { tenant_id: customer, seats: 25, reason: None, held: None };
        let first = house.execute(Call::operator(), begun).await.expect("begins").value;
        house.execute(Call::operator(), DecideAgain { customer }).await.expect("decides again");
        let ended = owner.get(&format!("/v1/operations/{first}")).await;
        assert_eq!((ended.json["status"].as_str(), ended.json["error"]["code"].as_str()), (Some("failed"), Some("release-interrupted")), "{}", ended.text);
        // A new release is under way when the answer to the old one comes.
        house.execute(Call::operator(), BeginRelease { tenant_id: customer, seats: 3, reason: None, held: None }).await.expect("begins");
        w.work().await;
        let summary = owner.get(&format!("/v1/msp/{}/licenses/summary", w.partner)).await;
        assert_eq!((&summary.json["allocated"], &summary.json["available"]), (&json!(37), &json!(963)), "{}", summary.text);
        assert_eq!(owner.get(&format!("/v1/operations/{first}")).await.json["status"], "failed");
    }

    async fn a_region_copied_after_control_obeys_control_again(w: World) {
        w.order_seats(1).await;
        let customer = w.customer("Ahead", 5).await;
        // What control said after it was copied, and no longer knows: one member a month.
        let newer = OpenTenant { customer, max_mau: 1, zone: "UTC".into(), free_at: store::Timestamp::FOREVER, usage: tenantry::licensing::policy::UsageTerms::default(), administrator: None, version: 10_000 };
        w.app.house.execute(Call::operator(), newer).await.expect("obeys");
        let technician = w.client("technician");
        let add = async |name: &str| {
            let body = json!({ "email": format!("{name}@ahead.example"), "name": name });
            let added = technician.post(&format!("/v1/tenants/{customer}/members"), &body).await;
            (added.status, added.code().to_owned())
        };
        let (made, full) = ((201, String::new()), (409, "mau-cap-reached".to_owned()));
        assert_eq!((add("ann").await, add("bo").await), (made.clone(), full.clone()));
        w.app.house.execute(Call::operator(), TellAgain { customer }).await.expect("tells again");
        w.work().await;
        assert_eq!(add("bo").await, made, "MAX MAU is what control says");
        // And what is decided from now on is obeyed as well.
        let (owner, path) = (w.client("owner"), format!("/v1/msp/{}/customers/{customer}", w.partner));
        let tag = owner.get(&path).await.header("etag").to_owned();
        let saved = owner.with("if-match", &tag).patch(&path, &json!({ "max_mau": 3 })).await;
        assert_eq!(saved.status, 200, "{}", saved.text);
        assert_eq!((add("cy").await, add("di").await), (made, full));
    }

    async fn a_backup_taken_while_serving_restores_everything(w: World) {
        w.order_seats(1).await;
        w.customer("Kept", 40).await;
        let folder = tempfile::tempdir().expect("a folder");
        let backup = folder.path().join("backup");
        let config = w.app.config.clone();
        let (taken, to) = (config.clone(), backup.clone());
        let made = tokio::task::spawn_blocking(move || operator::backup(&taken, Some(to))).await.expect("runs").expect("a backup");
        assert!(made.contains("3 homes"), "{made}");
        let again = operator::backup(&config, Some(backup.clone()));
        assert!(again.is_err_and(|e| e.contains("there already")), "a backup is never overwritten");
        operator::verify(&backup).expect("the backup is whole");
        let restored = elsewhere(&config, &folder.path().join("restored"));
        let (target, from) = (restored.clone(), backup.clone());
        tokio::task::spawn_blocking(move || operator::restore(&target, &from)).await.expect("runs").expect("restores");
        // Everything is there; only each tenant's seats and terms were decided anew, which the audit trail says.
        let (before, after) = (counts(&config), counts(&restored));
        for (table, rows) in &before {
            let grown = ["audit_entry", "audit_head", "idempotency", "job", "usage_day", "tenant_domain"].iter().any(|t| table.ends_with(t));
            assert!(after.get(table).is_some_and(|n| if grown { n >= rows } else { n == rows }), "{table}: {rows} rows, then {:?}", after.get(table));
        }
        let twice = operator::restore(&restored, &backup);
        assert!(twice.is_err_and(|e| e.contains("not empty")), "a restore never writes over data");
    }

    async fn a_damaged_backup_is_refused(w: World) {
        let folder = tempfile::tempdir().expect("a folder");
        let backup = folder.path().join("backup");
        let (config, to) = (w.app.config.clone(), backup.clone());
        tokio::task::spawn_blocking(move || operator::backup(&config, Some(to))).await.expect("runs").expect("a backup");
        let manifest = backup.join("manifest.json");
        let text = std::fs::read_to_string(&manifest).expect("a manifest");
        let print: serde_json::Value = serde_json::from_str(&text).expect("json");
        let sum = print["homes"]["control"]["tables"]["partner"]["checksum"].as_str().expect("a checksum").to_owned();
        std::fs::write(&manifest, text.replace(&sum, &sum.chars().rev().collect::<String>())).expect("written");
        assert!(operator::verify(&backup).is_err_and(|e| e.contains("partner")), "a differing table is named");
        let file = std::fs::read(backup.join("control.sqlite")).expect("a file");
        std::fs::write(backup.join("control.sqlite"), &file[..file.len() / 2]).expect("cut");
        assert!(operator::verify(&backup).is_err(), "a cut file is refused");
    }

    async fn a_move_to_the_other_engine_is_proved(w: World) {
        w.order_seats(1).await;
        w.customer("Mover", 10).await;
        let folder = tempfile::tempdir().expect("a folder");
        let config = w.app.config.clone();
        let from = config.database.clone().unwrap_or_else(|| format!("sqlite:{}", config.data.display()));
        let to = format!("sqlite:{}", folder.path().display());
        let regions = config.regions.clone();
        let said = tokio::task::spawn_blocking(move || operator::carry(&from, &to, &regions)).await.expect("runs").expect("moves");
        assert!(said.contains("counts and checksums equal"), "{said}");
        assert_eq!(everything(&config), everything(&elsewhere(&config, folder.path())));
    }

    async fn the_doctor_finds_a_well_installation_well(w: World) {
        let config = w.app.config.clone();
        let said = tokio::task::spawn_blocking(move || operator::doctor(&config)).await.expect("runs").expect("well");
        assert!(said.contains("control: schema") && said.contains("region-eu: schema"), "{said}");
    }
}
