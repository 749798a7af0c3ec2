//! An operation as it goes on: what a page shows live, and a program need not ask for again and again.

use std::time::Duration;

use command::{Call, Node};
use futures_util::{Stream, stream};
use store::OperationId;
use tokio::sync::{OwnedSemaphorePermit, watch};

use super::{Operation, Status, api::OperationOf};
use crate::app::Shared;

/// How often the operation is looked at. One indexed read; the sender of an event cannot be in this process alone.
const LOOK: Duration = Duration::from_millis(200);
/// Looks after which a stream ends by itself: five minutes. Who still wants to know opens another.
const MOST_LOOKS: u32 = 1_500;

/// What a stream holds. The permit is given back with it.
struct Watching {
    app: Shared,
    call: Call,
    node: Node,
    id: OperationId,
    ending: watch::Receiver<bool>,
    said: String,
    looks: u32,
    over: bool,
    _permit: OwnedSemaphorePermit,
}

/// What an operation says, as JSON: once at once, once with each change, the last time when it has ended. Each is granted anew: a
/// session that is revoked, or a right that is taken away, ends the stream.
pub(super) fn of(
    app: &Shared,
    call: Call,
    (node, id): (Node, OperationId),
    permit: OwnedSemaphorePermit,
) -> impl Stream<Item = String> + use<> {
    let watching = Watching {
        app: app.clone(),
        call,
        node,
        id,
        ending: app.ending.subscribe(),
        said: String::new(),
        looks: 0,
        over: false,
        _permit: permit,
    };
    stream::unfold(watching, |mut watching| async move { Some((watching.next().await?, watching)) })
}

impl Watching {
    async fn next(&mut self) -> Option<String> {
        while !self.over && self.looks < MOST_LOOKS {
            self.looks += 1;
            let call = Call { key: None, ..self.call.clone() };
            let found: Operation = self.app.house.ask(&call, OperationOf { node: self.node, id: self.id }).await.ok()??;
            self.over = !matches!(found.status, Status::Pending | Status::Running);
            let says = serde_json::to_string(&found).ok()?;
            if says != self.said {
                self.said.clone_from(&says);
                return Some(says);
            }
            if !self.over {
                tokio::select! {
                    () = tokio::time::sleep(LOOK) => {}
                    // A stream must not keep the program from ending.
                    _ = self.ending.wait_for(|ending| *ending) => return None,
                }
            }
        }
        None
    }
}
