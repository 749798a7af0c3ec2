//! Why an uploaded file cannot be read. Each sentence says what is wrong and what to do about it.

/// One fault in an uploaded file. [`Fault::key`] names its translation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// More columns than any import has.
    #[error("Line {line} has {columns} columns; at most 200 are read. Remove the columns you do not need, or check the separator.")]
    TooManyColumns {
        /// 1-based line.
        line: u64,
        /// Columns counted before reading stopped.
        columns: usize,
    },
    /// One value is absurdly long, most often because of a missing quote.
    #[error("Line {line}, column {column}: the value is longer than 64 KiB. Check that every quote (\") in this line is closed.")]
    CellTooLong {
        /// 1-based line on which the row starts.
        line: u64,
        /// 1-based column.
        column: usize,
    },
    /// A NUL: this is no text file.
    #[error("Line {line} contains a NUL byte, so this is not a text file. If it is a workbook, save it as \"CSV UTF-8\" and upload that.")]
    NulByte {
        /// 1-based line.
        line: u64,
    },
    /// Bytes that are text in no encoding we can tell.
    #[error("The bytes at position {offset} are not readable text. Save the file as \"CSV UTF-8\" and upload it again.")]
    NotText {
        /// 0-based byte in the file.
        offset: u64,
    },
    /// A row with more or fewer cells than the header. Reading can go on after it.
    #[error("Line {line} has {found} columns, the header has {expected}. Add or remove the missing separators in this line.")]
    Ragged {
        /// 1-based line on which the row starts.
        line: u64,
        /// Columns of the header.
        expected: usize,
        /// Columns of this row.
        found: usize,
    },
    /// A quote that no other quote closes.
    #[error("The quote (\") opened on line {line} is never closed. Close it, or remove it.")]
    OpenQuote {
        /// 1-based line on which the row starts.
        line: u64,
    },
    /// Nothing in it.
    #[error("The file is empty. Upload a file with a header row and at least one row below it.")]
    Empty,
    /// Two columns with one name.
    #[error("Two columns are called \"{name}\". Rename or remove one of them.")]
    DuplicateHeader {
        /// The name, as the file spells it.
        name: String,
    },
    /// Over the limit for a whole file.
    #[error("The file is larger than 64 MB or has more than 10,000,000 rows. Split it and upload the parts one after the other.")]
    TooLarge,
    /// The upload broke off.
    #[error("The file could not be read to its end ({text}). Upload it again.")]
    Unreadable {
        /// What the system said.
        text: String,
    },
}

impl Fault {
    /// The Fluent id of this fault's sentence; its arguments are named like the fields.
    pub fn key(&self) -> &'static str {
        match self {
            Self::TooManyColumns { .. } => "import-too-many-columns",
            Self::CellTooLong { .. } => "import-cell-too-long",
            Self::NulByte { .. } => "import-nul-byte",
            Self::NotText { .. } => "import-not-text",
            Self::Ragged { .. } => "import-ragged",
            Self::OpenQuote { .. } => "import-open-quote",
            Self::Empty => "import-empty",
            Self::DuplicateHeader { .. } => "import-duplicate-header",
            Self::TooLarge => "import-too-large",
            Self::Unreadable { .. } => "import-unreadable",
        }
    }

    /// Whether the rows after this fault can still be read.
    pub fn skips_one_row(&self) -> bool {
        matches!(self, Self::Ragged { .. })
    }
}
