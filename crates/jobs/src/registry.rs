use std::{collections::HashMap, pin::Pin, sync::Arc};

use access::Credential;
use command::{Answer, Call, Command, Fail, House, Refusal};
use serde::{Serialize, de::DeserializeOwned};
use store::{JobId, Uuid};

/// Why a job did not finish.
#[derive(Debug)]
pub enum Retry {
    /// Try again later: the world may be better then.
    Later(String),
    /// Never: a person must look (dead letter).
    Dead(String),
}

impl<R: Refusal> From<Fail<R>> for Retry {
    fn from(fail: Fail<R>) -> Retry {
        match fail {
            Fail::Store(e) => Retry::Later(e.to_string()),
            Fail::Refused(r) => Retry::Dead(format!("{}: {}", r.code(), r.title())),
            Fail::Denied(d) => Retry::Dead(format!("no longer allowed: {d:?}")),
            Fail::KeyReused => Retry::Dead("the job's key was used by another command".into()),
        }
    }
}

/// A kind of background work: plain data with a way to run it. `A` is the application it runs in.
pub trait Job<A>: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The kind written in the job row.
    const KIND: &'static str;
    /// True when it is delivered before the request that told it is answered.
    const PROMPT: bool = false;
    /// The kind that inherits its payload in the commit in which it becomes a dead letter: for work whose end somebody waits for.
    const HEIR: Option<&'static str> = None;
    /// Does the work.
    fn run(self, cx: JobCx<'_, A>) -> impl Future<Output = Result<(), Retry>> + Send;
}

/// What a running job holds.
pub struct JobCx<'a, A> {
    /// The application.
    pub app: &'a A,
    /// The house.
    pub house: &'a House,
    /// The job's id, also its idempotency key.
    pub id: JobId,
    /// Who enqueued it: granted again with every command.
    pub holder: Uuid,
    /// The node it was enqueued for.
    pub node: Uuid,
    /// 1 on the first run.
    pub attempt: i64,
}

impl<A> JobCx<'_, A> {
    /// The call under which this job acts.
    #[must_use]
    pub fn call(&self) -> Call {
        let credential = if self.holder.is_nil() { Credential::Operator } else { Credential::Holder(self.holder) };
        Call::by(credential).keyed(self.id.to_string())
    }

    /// Executes a command as the one who enqueued the job, once however often the job runs.
    ///
    /// # Errors
    /// [`Retry::Later`] for the store's trouble, [`Retry::Dead`] for a refusal or a denial.
    pub async fn execute<C: Command>(&self, command: C) -> Result<Answer<C::Done>, Retry> {
        Ok(self.house.execute(self.call(), command).await?)
    }

    /// Executes a command as the installation itself (news a room publishes down, mail).
    ///
    /// # Errors
    /// As [`JobCx::execute`].
    pub async fn execute_as_operator<C: Command>(&self, command: C) -> Result<Answer<C::Done>, Retry> {
        Ok(self.house.execute(Call::operator().keyed(self.id.to_string()), command).await?)
    }
}

pub(crate) type Running<'a> = Pin<Box<dyn Future<Output = Result<(), Retry>> + Send + 'a>>;
type Handler<A> = Box<dyn for<'a> Fn(&'a str, JobCx<'a, A>) -> Running<'a> + Send + Sync>;

struct Kind<A> {
    prompt: bool,
    heir: Option<&'static str>,
    handler: Handler<A>,
}

/// Every kind of job of an application.
pub struct Registry<A> {
    kinds: HashMap<&'static str, Kind<A>>,
}

impl<A: Send + Sync + 'static> Default for Registry<A> {
    fn default() -> Self {
        Registry { kinds: HashMap::new() }
    }
}

impl<A: Send + Sync + 'static> Registry<A> {
    /// Adds a kind.
    #[must_use]
    pub fn with<J: Job<A>>(mut self) -> Self {
        let handler: Handler<A> = Box::new(|payload, cx| match serde_json::from_str::<J>(payload) {
            Ok(job) => Box::pin(job.run(cx)),
            Err(e) => Box::pin(async move { Err(Retry::Dead(format!("unreadable payload: {e}"))) }),
        });
        self.kinds.insert(J::KIND, Kind { prompt: J::PROMPT, heir: J::HEIR, handler });
        self
    }

    /// The kinds, for documentation and guards.
    pub fn kinds(&self) -> impl Iterator<Item = &'static str> {
        self.kinds.keys().copied()
    }

    pub(crate) fn prompt(&self, kind: &str) -> bool {
        self.kinds.get(kind).is_some_and(|known| known.prompt)
    }

    pub(crate) fn heir(&self, kind: &str) -> Option<&'static str> {
        self.kinds.get(kind)?.heir
    }

    pub(crate) fn run<'a>(&'a self, kind: &'a str, payload: &'a str, cx: JobCx<'a, A>) -> Running<'a> {
        Box::pin(async move {
            match self.kinds.get(kind) {
                Some(known) => (known.handler)(payload, cx).await,
                None => Err(Retry::Dead(format!("this program knows no job {kind}"))),
            }
        })
    }
}

/// Shares an application with its worker.
pub(crate) type Shared<A> = Arc<A>;
