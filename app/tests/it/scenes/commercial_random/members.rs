//! What is done with members, and said of them.

use serde_json::{Value, json};
use store::Timestamp;

use super::{
    Play,
    model::Word,
    people::{Person, Times},
};

impl Play {
    fn members(&self, which: usize) -> String {
        format!("/v1/tenants/{}/members", self.model.customers[which].id)
    }

    /// Somebody who is there.
    fn somebody(&mut self) -> Option<(usize, usize)> {
        let which = self.below(self.model.customers.len());
        let there: Vec<usize> = self.model.customers[which].people.iter().enumerate().filter(|(_, p)| !p.gone).map(|(n, _)| n).collect();
        if there.is_empty() {
            return None;
        }
        Some((which, *self.dice.pick(&there)))
    }

    pub async fn create(&mut self) {
        let (which, active) = (self.below(self.model.customers.len()), self.dice.chance(75));
        self.named += 1;
        let email = format!("m{}@chance.example", self.named);
        self.join(which, email, active).await;
    }

    /// Adds a member, or finds out why not.
    pub async fn join(&mut self, which: usize, email: String, active: bool) {
        let now = self.now();
        let no = if active { self.model.customers[which].refuses(None, self.model.month(now), now) } else { None };
        let body = json!({ "email": email, "status": if active { "active" } else { "inactive" } });
        let made = self.keyed().post(&self.members(which), &body).await;
        self.answers("join", (made.status, made.code()), no.map_or((201, ""), |code| (409, code)), &made.text);
        if no.is_none() {
            let mut person = Person::new(made.json["id"].as_str().expect("an id").to_owned(), email);
            if active {
                person.enter(now);
            }
            self.model.customers[which].people.push(person);
        }
        self.note(format!("join {which}, active {active}: {}", made.status));
    }

    /// A person lets somebody in, or out.
    pub async fn turn(&mut self) {
        let (now, active) = (self.now(), self.dice.chance(50));
        let Some((which, who)) = self.somebody() else { return };
        let customer = &self.model.customers[which];
        let changes = customer.people[who].status() != if active { "active" } else { "inactive" };
        let no = if changes && active { customer.refuses(Some(who), self.model.month(now), now) } else { None };
        let path = format!("{}/{}", self.members(which), customer.people[who].id);
        let turned = self.keyed().patch(&path, &json!({ "status": if active { "active" } else { "inactive" } })).await;
        self.answers("turn", (turned.status, turned.code()), no.map_or((200, ""), |code| (409, code)), &turned.text);
        let customer = &mut self.model.customers[which];
        match (changes && no.is_none(), active) {
            (true, true) => customer.people[who].enter(now),
            (true, false) => {
                customer.people[who].leave(now);
                customer.seat_waiting(now);
            }
            (false, _) => {}
        }
        self.note(format!("turn {who} of {which}, active {active}: {}", turned.status));
    }

    pub async fn remove(&mut self) {
        let now = self.now();
        let Some((which, who)) = self.somebody() else { return };
        let path = format!("{}/{}", self.members(which), self.model.customers[which].people[who].id);
        let gone = self.keyed().delete(&path).await;
        self.answers("remove", (gone.status, gone.code()), (200, ""), &gone.text);
        let customer = &mut self.model.customers[which];
        customer.people[who].leave(now);
        customer.people[who].gone = true;
        customer.seat_waiting(now);
        self.note(format!("remove {who} of {which}"));
    }

    /// Words of the last weeks, late, twice, at the bounds of months, too old, from the future, of whoever is there or was.
    pub async fn batch(&mut self) {
        let (now, which) = (self.now(), self.below(self.model.customers.len()));
        let people = self.model.customers[which].people.len();
        if people == 0 {
            return;
        }
        let (begun, bound) = (self.model.customers[which].begun, self.model.month(now).0);
        let mut words: Vec<Word> = Vec::new();
        for _ in 0..1 + self.below(9) {
            let at = match self.below(10) {
                0 => now.plus_days(-41),
                1 => now.plus_seconds(301 + self.dice.below(900)),
                2 | 3 => bound.plus_seconds(self.dice.below(3) - 1).min(Timestamp(now.0 - 1)),
                _ => now.plus_seconds(-1 - self.dice.below(39 * 86_400)),
            };
            // What lies before there was anybody counts in no month of the model.
            let at = if at < now { at.max(begun.min(Timestamp(now.0 - 1))) } else { at };
            let again = (!words.is_empty() && self.dice.chance(15)).then(|| *self.dice.pick(&words));
            words.push(again.unwrap_or(Word { who: self.below(people), at, active: self.dice.chance(55) }));
        }
        let customer = &self.model.customers[which];
        let said = |word: &Word| {
            let status = if word.active { "active" } else { "inactive" };
            json!({ "member": customer.people[word.who].id, "status": status, "at": word.at })
        };
        let body: Vec<Value> = words.iter().map(said).collect();
        let told = self.keyed().post(&format!("{}/activity", self.members(which)), &json!(body)).await;
        assert_eq!(told.status, 200, "seed {}: {}", self.seed, told.text);
        let items = told.json["items"].as_array().expect("items");
        let results: Vec<&str> = items.iter().map(|i| i["reason"].as_str().or(i["result"].as_str()).unwrap_or_default()).collect();
        let months: Vec<Times> = self.model.months(begun, now);
        let meant = self.model.customers[which].hear(&words, &months, now);
        if results != meant {
            self.holds(&[format!("words of {which}: told {results:?}, meant {meant:?} of {words:?}")]);
        }
        self.note(format!("{words:?} of {which}: {meant:?}"));
    }
}
