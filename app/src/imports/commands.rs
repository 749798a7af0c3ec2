//! What people do with an import: upload, map, start, undo. Each needs the right of its kind.

use std::{collections::BTreeMap, marker::PhantomData};

use command::{Command, Cx, Fail};
use serde::{Deserialize, Serialize};
use store::{Control, ImportId, OperationId, Uuid};

use super::{
    desk::Kind,
    import::{Home, ImportKind, ImportRefusal, ImportStatus},
    job::{RunImport, UndoJob},
    mapping::Mapping,
    store as rows,
};
use crate::operations;

/// Books an uploaded file.
#[derive(Debug, Serialize)]
#[serde(bound = "")]
pub struct RecordUpload<K> {
    /// Its id, chosen when the file was stored; a repeated upload answers with the first one.
    #[serde(skip)]
    pub id: ImportId,
    /// Where it belongs.
    pub home: Home,
    /// Its name, as it was sent.
    pub file_name: String,
    /// SHA-256 of its bytes.
    pub file_hash: [u8; 32],
    /// Its size.
    pub bytes: i64,
    /// Its rows.
    pub total: i64,
    /// Which column is which field.
    pub mapping: Mapping,
    /// Its kind.
    #[serde(skip)]
    pub kind: PhantomData<fn() -> K>,
}

impl<K: Kind> Command for RecordUpload<K> {
    const NAME: &'static str = "imports.upload";
    type Home = Control;
    type Needs = K::Needs;
    type Done = ImportId;
    type Refusal = ImportRefusal;

    fn node(&self) -> Uuid {
        self.home.node()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<ImportId, Fail<ImportRefusal>> {
        let new = rows::New {
            id: self.id,
            home: self.home,
            kind: K::KIND,
            file_name: &self.file_name,
            file_hash: &self.file_hash,
            bytes: self.bytes,
            total: self.total,
            mapping: &self.mapping,
        };
        rows::insert(cx.tx, cx.scope, &new, cx.now)?;
        cx.changed("import", self.id, "status", (), ImportStatus::Uploaded);
        Ok(self.id)
    }
}

/// Says which column is which field; remembered for files with the same columns.
#[derive(Debug, Serialize)]
#[serde(bound = "")]
pub struct SetMapping<K> {
    /// Where it belongs.
    pub home: Home,
    /// Which import.
    pub import: ImportId,
    /// The whole mapping.
    pub mapping: Mapping,
    /// Its kind.
    #[serde(skip)]
    pub kind: PhantomData<fn() -> K>,
}

impl<K: Kind> Command for SetMapping<K> {
    const NAME: &'static str = "imports.set_mapping";
    type Home = Control;
    type Needs = K::Needs;
    type Done = BTreeMap<String, String>;
    type Refusal = ImportRefusal;

    fn node(&self) -> Uuid {
        self.home.node()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<BTreeMap<String, String>, Fail<ImportRefusal>> {
        let before = rows::find(cx.tx, cx.scope, self.import)?.ok_or(Fail::Denied(access::Denied::NotFound))?;
        if !rows::set_mapping(cx.tx, cx.scope, self.import, &self.mapping)? {
            return Err(ImportRefusal::WrongState { state: before.status }.into());
        }
        rows::remember(cx.tx, cx.scope, K::KIND, &self.mapping)?;
        // Said even when it is the same again: it was written, and remembered.
        cx.changed("import", self.import, "mapping", (), &self.mapping.fields);
        Ok(self.mapping.fields.clone())
    }
}

/// Starts an import whose rows were judged.
#[derive(Debug, Serialize)]
#[serde(bound = "")]
pub struct Start<K> {
    /// Where it belongs.
    pub home: Home,
    /// Which import.
    pub import: ImportId,
    /// Whether good rows count although others are refused.
    pub partial: bool,
    /// Its kind.
    #[serde(skip)]
    pub kind: PhantomData<fn() -> K>,
}

/// An import that was started.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Started {
    /// Which import.
    pub import_id: ImportId,
    /// The work to watch.
    pub operation_id: OperationId,
}

impl<K: Kind> Command for Start<K> {
    const NAME: &'static str = "imports.start";
    type Home = Control;
    type Needs = K::Needs;
    type Done = Started;
    type Refusal = ImportRefusal;

    fn node(&self) -> Uuid {
        self.home.node()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Started, Fail<ImportRefusal>> {
        let before = rows::find(cx.tx, cx.scope, self.import)?.ok_or(Fail::Denied(access::Denied::NotFound))?;
        let kind = match K::KIND {
            ImportKind::Customers => "import.customers",
            ImportKind::Members => "import.members",
            ImportKind::Results => "import.results",
        };
        let operation = operations::begin(cx, self.home.customer, kind, before.total)?;
        if !rows::start(cx.tx, cx.scope, self.import, self.partial, operation)? {
            return Err(ImportRefusal::WrongState { state: before.status }.into());
        }
        cx.changed("import", self.import, "status", before.status, ImportStatus::Running);
        cx.tell(RunImport::KIND, &RunImport { home: self.home, import: self.import, kind: K::KIND, operation });
        Ok(Started { import_id: self.import, operation_id: operation })
    }
}

/// Takes an import back, once.
#[derive(Debug, Serialize)]
#[serde(bound = "")]
pub struct Undo<K> {
    /// Where it belongs.
    pub home: Home,
    /// Which import.
    pub import: ImportId,
    /// Its kind.
    #[serde(skip)]
    pub kind: PhantomData<fn() -> K>,
}

impl<K: Kind> Command for Undo<K> {
    const NAME: &'static str = "imports.undo";
    type Home = Control;
    type Needs = K::Needs;
    type Done = Started;
    type Refusal = ImportRefusal;

    fn node(&self) -> Uuid {
        self.home.node()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Started, Fail<ImportRefusal>> {
        let before = rows::find(cx.tx, cx.scope, self.import)?.ok_or(Fail::Denied(access::Denied::NotFound))?;
        let (ImportKind::Members, Some(customer)) = (K::KIND, self.home.customer) else {
            return Err(ImportRefusal::NotUndoable { kind: K::KIND }.into());
        };
        let ended = matches!(before.status, ImportStatus::Done | ImportStatus::Failed);
        if !ended || !rows::turn(cx.tx, cx.scope, self.import, before.status, ImportStatus::Undone)? {
            return Err(ImportRefusal::WrongState { state: before.status }.into());
        }
        let operation = operations::begin(cx, Some(customer), "import.undo", before.created)?;
        cx.changed("import", self.import, "status", before.status, ImportStatus::Undone);
        cx.tell(UndoJob::KIND, &UndoJob { home: self.home, customer, import: self.import, operation, removed: 0, turn: 0 });
        Ok(Started { import_id: self.import, operation_id: operation })
    }
}
