use std::sync::Arc;

use access::Denied;
use serde::Serialize;
use store::{Clock, Settled, Tx, Work};

use crate::{
    After, Answer, Call, Command, Cx, Effect, Entropy, Fail, Place, Told,
    audit::{self, Entry},
    cx::Side,
    idempotency::{self, Saved, Slot},
    place::{self, Ready},
};

/// A command on its way through a lane.
pub(crate) struct Running<C: Command> {
    pub(crate) command: C,
    pub(crate) call: Call,
    pub(crate) ready: Ready<C::Needs>,
    pub(crate) preview: bool,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) after: Option<Arc<dyn After>>,
}

pub(crate) type Outcome<C> = Result<(Answer<<C as Command>::Done>, Vec<Told>), Fail<<C as Command>::Refusal>>;

impl<C: Command> Work<C::Home> for Running<C> {
    type Out = Outcome<C>;

    fn run(&self, tx: &mut Tx<'_, C::Home>) -> store::Result<Settled<Self::Out>> {
        match self.attempt(tx) {
            Ok(done) if self.preview => Ok(Settled::Undo(Ok(done))),
            Ok(done) => Ok(Settled::Keep(Ok(done))),
            Err(Fail::Store(error)) => Err(error),
            Err(fail) => Ok(Settled::Undo(Err(fail))),
        }
    }
}

impl<C: Command> Running<C> {
    fn attempt(&self, tx: &mut Tx<'_, C::Home>) -> Outcome<C> {
        let now = self.clock.now();
        let node = self.command.node();
        tx.hold(node.id())?;
        let scope = C::Home::admit::<C::Needs>(tx, &self.ready, &self.call, node, now)?.map_err(Fail::Denied)?;
        let chain = C::Home::chain(&scope);
        let key = self.call.key.as_deref().filter(|_| !self.preview);
        let body = key.map(|_| idempotency::body(&self.command)).unwrap_or_default();
        let slot = key.map(|key| Slot { chain, actor: scope.actor().holder, command: C::NAME, key, body: &body, node: node.id() });
        if let Some(slot) = &slot {
            match idempotency::find(tx, slot)? {
                Saved::Nothing => {}
                Saved::Other => return Err(Fail::KeyReused),
                Saved::Answer(saved) => {
                    let answer = replay::<C::Done, C::Refusal>(&saved)?;
                    if self.command.stands(tx, &scope, &answer.value)? {
                        return Ok((answer, Vec::new()));
                    }
                    idempotency::let_go(tx, slot)?;
                }
            }
        }
        let before = tx.written();
        let own = Side { chain, effects: Vec::new() };
        let mut cx =
            Cx { tx, scope: &scope, now, preview: self.preview, sides: vec![own], told: Vec::new(), entropy: self.entropy.clone() };
        let value = self.command.run(&mut cx)?;
        let (sides, mut told) = (cx.sides, cx.told);
        let named = sides.iter().any(|s| !s.effects.is_empty());
        let wrote = tx.written() > before;
        debug_assert!(C::QUIET || !wrote || named, "{} wrote rows but named no effect", C::NAME);
        if !self.preview {
            for side in sides.iter().filter(|_| !C::QUIET && (named || wrote)) {
                place::tail_fence(tx, side.chain);
                let detail = Detail { args: &self.command, effects: &side.effects };
                let entry = Entry::of(&scope, self.call.on_behalf_of, C::NAME, node.id(), now);
                audit::append(tx, side.chain, &entry, &detail, &*self.entropy)?;
            }
            let last = sides.last().map_or(chain, |s| s.chain);
            for news in &mut told {
                self.enqueue(tx, last, news, now)?;
            }
            if let Some(slot) = &slot {
                let answer = to_save::<C>(&value, sides.iter().flat_map(|s| &s.effects)).map_err(corrupt)?;
                for side in &sides {
                    idempotency::save(tx, &Slot { chain: side.chain, ..*slot }, answer.clone(), &*self.entropy, now)?;
                }
            }
        }
        let effects = sides.into_iter().flat_map(|s| s.effects).collect();
        Ok((Answer { value, replayed: false, effects }, told))
    }
}

impl<C: Command> Running<C> {
    /// Writes a piece of news. What its teller delivers itself is held from the start: claiming it would be a commit of its own.
    fn enqueue(&self, tx: &mut Tx<'_, C::Home>, chain: store::Uuid, news: &mut Told, now: store::Timestamp) -> store::Result<()> {
        let until = self.after.as_ref().filter(|_| news.run_at <= now).and_then(|after| after.held_until(news.kind));
        news.held = until.is_some();
        let (status, runs) = if news.held { ("running", 1) } else { ("queued", 0) };
        let lease = until.unwrap_or(store::Timestamp(0));
        tx.exec(
            C::Home::texts().enqueue,
            store::p![news.id, chain, news.node, news.kind, &news.payload, news.holder, status, news.run_at, runs, lease, now],
        )
        .map(drop)
    }
}

/// What the audit keeps of a command: what was asked, and what it changed.
#[derive(Serialize)]
struct Detail<'a, C> {
    args: &'a C,
    effects: &'a [Effect],
}

/// What is saved: the value and, in a line of their own, the effects of a command that tells them again. No JSON of ours has a
/// second line.
fn to_save<'e, C: Command>(value: &C::Done, effects: impl Iterator<Item = &'e Effect>) -> serde_json::Result<String> {
    let value = serde_json::to_string(value)?;
    if !C::TELLS_AGAIN {
        return Ok(value);
    }
    let effects: Vec<&Effect> = effects.collect();
    Ok(format!("{value}\n{}", serde_json::to_string(&effects)?))
}

fn replay<T: serde::de::DeserializeOwned, R>(saved: &str) -> Result<Answer<T>, Fail<R>> {
    let (value, effects) = saved.split_once('\n').unwrap_or((saved, "[]"));
    let value = serde_json::from_str(value).map_err(corrupt)?;
    let effects = serde_json::from_str(effects).map_err(corrupt)?;
    Ok(Answer { value, replayed: true, effects })
}

fn corrupt(e: serde_json::Error) -> store::Error {
    store::Error::Corrupt(format!("a saved answer: {e}"))
}

/// What a denial means to a caller that only sees refusals.
pub(crate) fn unplaced<R>() -> Fail<R> {
    Fail::Denied(Denied::NotFound)
}
