//! The License Pool page and the page of monthly active accounts of a partner with 10,000 customers, with no past and with three
//! years of months.

use access::permissions::Operate;
use command::{Call, Command, Cx, Fail, Never, Node};
use serde::Serialize;
use store::{Clock, Control, PartnerId, Wall, Zone, p, sql};
use tenantry::licensing::{metering::close_everywhere, month::Month};

use crate::{
    Ask, engine_name, http,
    load::Load,
    portfolio::read,
    report::{Table, Target, grouped, holds, millis, verdict},
    world::{Plan, Served, World},
};

const READERS: usize = 8;
/// Months of the long history.
const PAST: i64 = 36;

/// Says for every customer of a partner what a region would have said of a month that is over.
#[derive(Serialize)]
struct PlantMonth {
    partner: PartnerId,
    #[serde(skip)]
    month: Month,
}

impl Command for PlantMonth {
    const NAME: &'static str = "bench.plant_month";
    type Home = Control;
    type Needs = Operate;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Never>> {
        let said = cx.tx.exec(
            sql!(
                Control,
                "INSERT INTO maa_month (partner_id, customer_id, month, users, active_users, seq, as_of)
                 SELECT m.partner_id, m.customer_id, $2, 100, 95, 1, $3 FROM metered m WHERE m.partner_id = $1
                 ON CONFLICT (partner_id, customer_id, month) DO NOTHING"
            ),
            p![self.partner, self.month, cx.now],
        )?;
        cx.tx.exec(
            sql!(Control, "UPDATE metered SET since_month = $2 WHERE partner_id = $1 AND since_month > $2"),
            p![self.partner, self.month],
        )?;
        // The sums as they are with all of it.
        cx.tx.exec(sql!(Control, "DELETE FROM maa_sum WHERE partner_id = $1"), p![self.partner])?;
        cx.tx.exec(
            sql!(
                Control,
                "INSERT INTO maa_sum (partner_id, month, counted, active, began, ended)
                 SELECT $1, n.month, SUM(n.users - n.before), SUM(n.active_users - n.before),
                   (SELECT COUNT(*) FROM metered m WHERE m.partner_id = $1 AND m.since_month = n.month), 0 FROM
                   (SELECT r.month, r.users, r.active_users, LAG(r.active_users, 1, 0) OVER (PARTITION BY r.customer_id ORDER BY r.month) AS before
                    FROM maa_month r WHERE r.partner_id = $1) n GROUP BY n.month"
            ),
            p![self.partner],
        )?;
        cx.changed("partner", self.partner.0, "month", (), said);
        Ok(())
    }
}

/// Measures one engine.
pub async fn measure(ask: &Ask, engine: Option<&str>) -> Result<(), String> {
    let customers = ask.customers.unwrap_or(10_000);
    let world = World::build(&Plan::varied(customers), engine, ask.folder.as_ref()).await?;
    let served = world.serve().await?;
    let title = format!("licences on {}, {customers} customers, {READERS} clients, {} s each", engine_name(engine), ask.seconds);
    let mut board = Board { ask, world: &world, served: &served, table: Table::new(title, &HEADS), verdicts: Vec::new() };
    board.page("License Pool page", "/licenses", 30.0).await?;
    board.page("License Pool page, the last 25", &format!("/licenses?page={}", customers.div_ceil(30)), 30.0).await?;
    board.api("GET …/licenses/summary", "/licenses/summary", Some(30.0)).await?;
    board.api("GET …/licenses/by-tenant", "/licenses/by-tenant", Some(30.0)).await?;
    board.metering("no past").await?;
    let running = Month::of(&Zone::utc(), Wall.now());
    for back in 1..=PAST {
        let plant = PlantMonth { partner: world.first()?.id, month: running.plus(-back) };
        world.app.house.execute(Call::operator(), plant).await.map_err(|e| format!("months: {e:?}"))?;
    }
    close_everywhere(&world.app).await?;
    board.metering("three years").await?;
    board.print();
    Ok(())
}

const HEADS: [&str; 5] = ["", "reads/s", "p50 ms", "p99 ms", ""];

struct Board<'a> {
    ask: &'a Ask,
    world: &'a World,
    served: &'a Served,
    table: Table,
    verdicts: Vec<(String, Option<f64>, Load)>,
}

impl Board<'_> {
    async fn metering(&mut self, past: &str) -> Result<(), String> {
        self.page(&format!("metering page, {past}"), "/metering", 20.0).await?;
        let last = self.ask.customers.unwrap_or(10_000).div_ceil(30);
        self.page(&format!("metering page {last}, {past}"), &format!("/metering?page={last}"), 20.0).await?;
        // Every customer in one answer: it has no target, for it grows with them.
        self.api(&format!("GET …/metering/maa, {past}"), "/metering/maa", None).await?;
        self.api(&format!("GET …/metering/maa?months=12, {past}"), "/metering/maa?months=12", None).await
    }

    async fn page(&mut self, what: &str, path: &str, most: f64) -> Result<(), String> {
        let request = http::get(
            &format!("/msp/{}{path}", self.world.first()?.id),
            &[("cookie", &self.world.staff.cookie()), ("accept", "text/html")],
        );
        self.row(what, request, Some(most)).await
    }

    async fn api(&mut self, what: &str, path: &str, most: Option<f64>) -> Result<(), String> {
        let request = http::get(&format!("/v1/msp/{}{path}", self.world.first()?.id), &[("authorization", &self.world.staff.bearer())]);
        self.row(what, request, most).await
    }

    /// The median round by its p99.
    async fn row(&mut self, what: &str, request: Vec<u8>, most: Option<f64>) -> Result<(), String> {
        let mut rounds = Vec::new();
        for _ in 0..self.ask.rounds.max(1) {
            rounds.push(read(self.served.address, vec![request.clone()], READERS, self.ask.span()).await?);
        }
        rounds.sort_by_key(Load::p99);
        let load = rounds.swap_remove(rounds.len() / 2);
        self.table.row(&[what.into(), grouped(load.rate), millis(load.p50()), millis(load.p99()), load.trouble()]);
        self.verdicts.push((what.into(), most, load));
        Ok(())
    }

    fn print(self) {
        self.table.print();
        for (what, most, load) in self.verdicts {
            if load.done == 0 || load.failed > 0 {
                holds(&what, Err(load.trouble()));
            } else if let Some(most) = most {
                verdict(&format!("{what}, p99"), f64::from(load.p99()) / 1000.0, Target::AtMost(most), "ms");
            }
        }
    }
}
