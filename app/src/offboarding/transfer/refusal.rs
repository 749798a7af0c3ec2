//! The transfers' "no".

use command::{Fail, Refusal};
use serde::Serialize;
use web::problem::Problem;

use super::{TransferStatus, parcel::Fault};
use crate::provisioning::NotCreated;

/// Why nothing is done with a transfer.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TransferRefusal {
    /// It stands elsewhere.
    WrongState {
        /// Where.
        state: TransferStatus,
    },
    /// Something was done with the customer since.
    WorkedOn {},
    /// Work on the customer has begun and not ended.
    WorkUnderWay {
        /// How much.
        operations: i64,
    },
    /// It ended before its end.
    Broken {
        /// Why.
        reason: String,
    },
    /// The customer cannot be created.
    #[serde(untagged)]
    NotCreated(NotCreated),
}

impl Refusal for TransferRefusal {
    fn status(&self) -> u16 {
        409
    }
    fn code(&self) -> &'static str {
        match self {
            TransferRefusal::WrongState { .. } => "transfer-wrong-state",
            TransferRefusal::WorkedOn {} => "transfer-worked-on",
            TransferRefusal::WorkUnderWay { .. } => "work-under-way",
            TransferRefusal::Broken { .. } => "transfer-broken",
            TransferRefusal::NotCreated(no) => no.code(),
        }
    }
    fn title(&self) -> String {
        match self {
            TransferRefusal::WrongState { state } => format!("This transfer is {}", state.word()),
            TransferRefusal::WorkedOn {} => "The customer was worked on since".into(),
            TransferRefusal::WorkUnderWay { operations } => format!("{operations} operations on the customer have not ended"),
            TransferRefusal::Broken { .. } => "The transfer stopped before its end".into(),
            TransferRefusal::NotCreated(no) => no.title(),
        }
    }
    fn detail(&self) -> String {
        match self {
            TransferRefusal::WrongState { .. } => "This step does not follow from there. Nothing was changed.".into(),
            TransferRefusal::WorkedOn {} => {
                "It is taken back only as it came. Remove it as any other customer. Nothing was changed.".into()
            }
            TransferRefusal::WorkUnderWay { .. } => "Wait until they have ended. Nothing was changed.".into(),
            TransferRefusal::Broken { reason } => format!("{reason} Everything was taken back; upload the archive again."),
            TransferRefusal::NotCreated(no) => no.detail(),
        }
    }
    fn pointer(&self) -> Option<&'static str> {
        match self {
            TransferRefusal::NotCreated(no) => no.pointer(),
            _ => None,
        }
    }
}

/// The creation's no as this room's.
pub fn not_created(fail: Fail<NotCreated>) -> Fail<TransferRefusal> {
    match fail {
        Fail::Refused(no) => TransferRefusal::NotCreated(no).into(),
        Fail::Denied(denied) => Fail::Denied(denied),
        Fail::KeyReused => Fail::KeyReused,
        Fail::Store(error) => Fail::Store(error),
    }
}

/// What is wrong with an archive, as an answer.
impl From<Fault> for Problem {
    fn from(fault: Fault) -> Problem {
        Problem::invalid("/file", fault.code, format!("{} Nothing was changed.", fault.detail))
    }
}
