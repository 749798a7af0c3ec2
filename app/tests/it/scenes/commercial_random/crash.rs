//! A process that ends in the middle: the request is cut off, and so is the news that it sends.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use super::Play;
use crate::{scenes::offboarding::end_leases, support::Answer};

impl Play {
    /// Seats change hands while everything is cut off again and again. Whoever starts anew, at another process where there is one, sends
    /// it once more with its key: it has acted once.
    pub async fn crash(&mut self) {
        let now = self.now();
        let soon = now.plus_seconds(3_600);
        // What is cut off happens now or a little later: nothing may end in between.
        let ends = self.model.next_order_end(now).is_some_and(|end| end <= soon) || self.model.next_trial_end(now, soon).is_some();
        let calm: Vec<usize> =
            (0..self.model.customers.len()).filter(|n| self.model.customers[*n].paid && self.model.customers[*n].waiting() == 0).collect();
        if ends || calm.len() < 2 {
            return;
        }
        let (from, to, seats) = (*self.dice.pick(&calm), *self.dice.pick(&calm), 1 + self.dice.below(3));
        let [giver, getter] = [from, to].map(|which| self.model.customers[which].id);
        let keeps = self.keeps(from, seats);
        let fits = seats <= self.model.left(now);
        let (path, body, meant) = match self.below(3) {
            0 => {
                let meant = if fits { (200, "") } else { (409, "pool-exhausted") };
                ("/v1/licenses/allocate", json!({ "tenant_id": getter, "seats": seats }), meant)
            }
            1 => ("/v1/licenses/release", json!({ "tenant_id": giver, "seats": seats }), keeps.unwrap_or((200, ""))),
            _ if from == to => return,
            _ => {
                let body = json!({ "from_tenant_id": giver, "to_tenant_id": getter, "seats": seats });
                ("/v1/licenses/transfer", body, keeps.unwrap_or((200, "")))
            }
        };
        self.cut_off(path, &body).await;
        let told = self.send_again(path, &body).await;
        self.answers("after a crash", (told.status, told.code()), meant, &told.text);
        if meant.0 == 200 {
            if path != "/v1/licenses/allocate" {
                self.model.customers[from].seats -= seats;
            }
            if path != "/v1/licenses/release" {
                self.given(to, seats);
            }
        }
        self.note(format!("{path} {seats} from {from} to {to}, cut off: {}", told.status));
    }

    fn key(&self) -> String {
        format!("crash-{}", self.done.len())
    }

    async fn cut_off(&mut self, path: &str, body: &Value) {
        let client = self.owner.with("idempotency-key", &self.key());
        let _ = timeout(self.moment(), client.post(path, body)).await;
        let worker = self.w.app.worker().expect("a worker").clone();
        for _ in 0..2 {
            let _ = timeout(self.moment(), worker.drain_jobs()).await;
            self.end_leases().await;
        }
    }

    async fn send_again(&mut self, path: &str, body: &Value) -> Answer {
        let client = self.elsewhere.with("idempotency-key", &self.key());
        let mut n = 0;
        loop {
            sleep(Duration::from_millis(25)).await;
            self.end_leases().await;
            self.w.work().await;
            let answer = client.post(path, body).await;
            if answer.status != 202 || n == 40 {
                self.w.work().await;
                return answer;
            }
            // What met the rest of a killed run was put off for some seconds.
            n += 1;
            let later = self.now().plus_seconds(20);
            self.pass(later).await;
        }
    }

    fn moment(&mut self) -> Duration {
        Duration::from_micros(u64::try_from(200 + self.dice.below(3_000)).expect("positive"))
    }

    async fn end_leases(&self) {
        for customer in &self.model.customers {
            end_leases(&self.w, customer.id).await;
        }
    }
}
