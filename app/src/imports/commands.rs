//! What people do with an import: upload it, then act on it (map, start, undo). Each needs the right of its kind.

use std::{collections::BTreeMap, marker::PhantomData};

use command::{Command, Cx, Fail, Node};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use store::{Control, ImportId, OperationId};

use super::{
    desk::Kind,
    import::{Home, Import, ImportKind, ImportRefusal, ImportStatus},
    job::RunImport,
    mapping::Mapping,
    store as rows,
    undo::Undone,
    undo_job::UndoJob,
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
    /// Its name, as it was sent: it may name somebody, and the trail is kept for long. The hash says which file it was.
    #[serde(skip)]
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

    fn node(&self) -> Node {
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

/// Something done with an import that is there, whatever its kind.
pub trait Act: Serialize + Send + Sync + Sized + 'static {
    /// The command's name.
    const NAME: &'static str;
    /// What it answers.
    type Done: Serialize + DeserializeOwned + Send + Sync + 'static;

    /// Does it, with the import as it stands.
    ///
    /// # Errors
    /// The refusal, or the store's trouble.
    fn run<K: Kind>(&self, on: &OnImport<K, Self>, cx: &mut ActCx<'_, '_, K, Self>, before: Import) -> Acted<Self::Done>;
}

/// What a running act holds.
pub type ActCx<'a, 'c, K, A> = Cx<'a, 'c, OnImport<K, A>>;
/// What an act comes to.
pub type Acted<T> = Result<T, Fail<ImportRefusal>>;

/// An act on an import.
#[derive(Debug, Serialize)]
#[serde(bound = "A: Serialize")]
pub struct OnImport<K, A> {
    home: Home,
    import: ImportId,
    #[serde(flatten)]
    act: A,
    #[serde(skip)]
    kind: PhantomData<fn() -> K>,
}

impl<K, A> OnImport<K, A> {
    /// The act on this import.
    #[must_use]
    pub fn new(home: Home, import: ImportId, act: A) -> OnImport<K, A> {
        OnImport { home, import, act, kind: PhantomData }
    }
}

impl<K: Kind, A: Act> Command for OnImport<K, A> {
    const NAME: &'static str = A::NAME;
    type Home = Control;
    type Needs = K::Needs;
    type Done = A::Done;
    type Refusal = ImportRefusal;

    fn node(&self) -> Node {
        self.home.node()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Acted<A::Done> {
        let before = rows::find(cx.tx, cx.scope, self.import)?.ok_or(Fail::Denied(access::Denied::NotFound))?;
        self.act.run(self, cx, before)
    }
}

/// Says which column is which field; remembered for files with the same columns.
#[derive(Debug, Serialize)]
pub struct SetMapping {
    /// The whole mapping.
    pub mapping: Mapping,
}

impl Act for SetMapping {
    const NAME: &'static str = "imports.set_mapping";
    type Done = BTreeMap<String, String>;

    fn run<K: Kind>(&self, on: &OnImport<K, Self>, cx: &mut ActCx<'_, '_, K, Self>, before: Import) -> Acted<Self::Done> {
        if !rows::set_mapping(cx.tx, cx.scope, on.import, &self.mapping)? {
            return Err(ImportRefusal::WrongState { state: before.status }.into());
        }
        rows::remember(cx.tx, cx.scope, K::KIND, &self.mapping)?;
        // Said even when it is the same again: it was written, and remembered.
        cx.changed("import", on.import, "mapping", (), &self.mapping.fields);
        Ok(self.mapping.fields.clone())
    }
}

/// Work on an import that was begun.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Started {
    /// Which import.
    pub import_id: ImportId,
    /// The work to watch.
    pub operation_id: OperationId,
}

/// Starts an import whose rows were judged.
#[derive(Debug, Serialize)]
pub struct Start {
    /// Whether good rows count although others are refused.
    pub partial: bool,
}

impl Act for Start {
    const NAME: &'static str = "imports.start";
    type Done = Started;

    fn run<K: Kind>(&self, on: &OnImport<K, Self>, cx: &mut ActCx<'_, '_, K, Self>, before: Import) -> Acted<Started> {
        let kind = match K::KIND {
            ImportKind::Customers => "import.customers",
            ImportKind::Members => "import.members",
            ImportKind::Results => "import.results",
        };
        let operation = operations::begin(cx, on.home.customer, kind, before.total)?;
        if !rows::start(cx.tx, cx.scope, on.import, self.partial, operation)? {
            return Err(ImportRefusal::WrongState { state: before.status }.into());
        }
        cx.changed("import", on.import, "status", before.status, ImportStatus::Running);
        cx.tell(RunImport::KIND, &RunImport { home: on.home, import: on.import, kind: K::KIND, operation });
        Ok(Started { import_id: on.import, operation_id: operation })
    }
}

/// Takes an import back, once.
#[derive(Debug, Serialize)]
pub struct Undo {}

impl Act for Undo {
    const NAME: &'static str = "imports.undo";
    type Done = Started;

    fn run<K: Kind>(&self, on: &OnImport<K, Self>, cx: &mut ActCx<'_, '_, K, Self>, before: Import) -> Acted<Started> {
        if !before.status.ended() || !rows::turn(cx.tx, cx.scope, on.import, before.status, ImportStatus::Undone)? {
            return Err(ImportRefusal::WrongState { state: before.status }.into());
        }
        rows::set_undone(cx.tx, cx.scope, on.import, &Undone::default())?;
        let operation = operations::begin(cx, on.home.customer, "import.undo", before.created)?;
        cx.changed("import", on.import, "status", before.status, ImportStatus::Undone);
        cx.tell(UndoJob::KIND, &UndoJob::new(on.home, on.import, K::KIND, operation));
        Ok(Started { import_id: on.import, operation_id: operation })
    }
}
