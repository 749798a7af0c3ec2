//! Chance against the commercial rooms: orders, seats, trials, members, words of activity, clocks and crashes in any order, through the
//! public door. After every step each number and each refusal is what [`model`] works out from the list of what happened.
//! `TENANTRY_HISTORIES=200` plays that many worlds; a failure names its seed and the steps that led there.

mod books;
mod check;
mod crash;
mod members;
mod model;
mod people;
mod sabotage;
mod steps;

use serde_json::json;
use store::{PartnerId, Timestamp};

use self::model::Model;
use crate::support::{Client, Dice, World, rounds};

/// Zones with clocks that change, on both sides of the world.
const ZONES: [&str; 3] = ["Europe/Berlin", "America/New_York", "Pacific/Auckland"];
const STEPS: usize = 40;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_happens_the_numbers_are_what_the_facts_say_on_sqlite() {
    play("sqlite").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_happens_the_numbers_are_what_the_facts_say_on_postgres() {
    play("postgres").await;
}

async fn play(engine: &str) {
    for seed in 0..rounds(2) {
        let Some(world) = World::on(engine).await else { return };
        let mut play = Play::begin(world, seed).await;
        for n in 0..STEPS {
            play.step().await;
            let mut wrong = play.differences().await;
            if n % 5 == 4 || n + 1 == STEPS {
                wrong.extend(play.metering().await);
                wrong.extend(play.books().await);
            }
            play.holds(&wrong);
        }
    }
}

/// A world that is played, and what should be in it.
struct Play {
    w: World,
    seed: u64,
    msp: PartnerId,
    owner: Client,
    boss: Client,
    /// The same owner at another process, where the engine has several.
    elsewhere: Client,
    dice: Dice,
    model: Model,
    named: usize,
    done: Vec<String>,
}

impl Play {
    async fn begin(mut w: World, seed: u64) -> Play {
        let zone = ZONES[usize::try_from(seed % 3).expect("small")];
        let msp = w.partner_in("Chance MSP", zone).await;
        let owner = w.hire("chance", msp, "owner").await;
        let (boss, elsewhere) = (w.client("distributor_owner").keyed(), owner.at(&w.second()));
        let (dice, model) = (Dice::new(seed + 4_026), Model::in_zone(zone));
        let mut play = Play { w, seed, msp, owner, boss, elsewhere, dice, model, named: 0, done: Vec::new() };
        play.order("SEATS-100-M", 1).await;
        // What another partner has is none of this one's.
        let elsewhere = json!({ "sku": "SEATS-100-Y", "quantity": 1 });
        let other = play.w.client("other_owner").keyed().post(&format!("/v1/msp/{}/orders", play.w.other), &elsewhere).await;
        play.answers("another's order", (other.status, other.code()), (201, ""), &other.text);
        for (seats, cap) in [(2, 4), (3, 1_000_000), (30, 1_000_000)] {
            play.paid(seats, cap).await;
        }
        play.trial().await;
        play
    }

    fn now(&self) -> Timestamp {
        self.w.now()
    }

    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.dice.below(i64::try_from(n).expect("few"))).expect("small")
    }

    fn keyed(&self) -> Client {
        self.owner.keyed()
    }

    fn note(&mut self, what: String) {
        self.done.push(format!("{} {what}", self.now()));
    }

    /// Fails with the seed and all that was done.
    fn holds(&self, wrong: &[String]) {
        assert!(wrong.is_empty(), "seed {}: {wrong:#?}\nafter {:#?}", self.seed, self.done);
    }

    /// An answer that is not the one that should have come fails.
    fn answers(&self, what: &str, told: (u16, &str), meant: (u16, &str), text: &str) {
        if told != meant {
            self.holds(&[format!("{what}: told {told:?}, meant {meant:?}: {text}")]);
        }
    }

    async fn step(&mut self) {
        // Two changes of one member at one instant would leave no time between them.
        let soon = self.now().plus_seconds(1 + self.dice.below(60));
        self.pass(soon).await;
        match self.below(20) {
            0..=3 => self.clock().await,
            4 | 5 => self.allocate().await,
            6 => self.release().await,
            7 => self.transfer().await,
            8 => self.more().await,
            9 => self.trials().await,
            10..=12 => self.create().await,
            13 | 14 => self.turn().await,
            15 => self.remove().await,
            16 | 17 => self.batch().await,
            18 => self.suspend().await,
            _ => self.crash().await,
        }
    }

    /// Moves the clock. It stops at every end of a trial, and a moment before: there the free plan begins, booked by the worker, or by
    /// whoever asks while the worker stands still. Now and then nobody is there: then whatever comes next finds what has long begun.
    async fn pass(&mut self, to: Timestamp) {
        while let Some(end) = self.model.next_trial_end(self.now(), to) {
            if end.0 - 1 > self.now().0 {
                self.w.pass_to(Timestamp(end.0 - 1));
                self.holds(&self.differences().await);
            }
            self.w.pass_to(end);
            self.model.end_trials(end);
            if self.dice.chance(50) {
                self.note("a trial ends unnoticed".into());
                continue;
            }
            if self.dice.chance(50) {
                self.w.work().await;
            }
            self.note("a trial ends".into());
            self.holds(&self.differences().await);
        }
        if to > self.now() {
            self.w.pass_to(to);
        }
    }

    /// Near and far, and at the very instants at which something begins or ends.
    async fn clock(&mut self) {
        let (now, month) = (self.now(), self.model.month(self.now()).1);
        let order = self.model.next_order_end(now).filter(|end| *end < now.plus_days(60)).unwrap_or(month);
        let to = *self.dice.pick(&[
            now.plus_seconds(600),
            now.plus_seconds(7 * 3_600),
            now.plus_days(3),
            now.plus_days(9),
            Timestamp(month.0 - 1),
            month,
            month.plus_seconds(1),
            month.plus_days(6),
            month.plus_days(33),
            Timestamp(order.0 - 1),
            order,
        ]);
        self.pass(to.max(now)).await;
        if self.dice.chance(50) {
            self.w.work().await;
        }
        self.note("the clock".into());
    }
}
