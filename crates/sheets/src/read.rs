//! Reading an uploaded file: encoding, delimiter and header found, rows streamed with their line numbers.

use std::collections::{HashSet, VecDeque};
use std::io::Read;

use crate::Fault;
use crate::decode::Decode;
use crate::split::{Record, Split};

/// Lines looked at to find the delimiter.
const SAMPLE_LINES: usize = 50;

/// What a file may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file.
    pub bytes: u64,
    /// Columns of a row.
    pub columns: usize,
    /// Bytes of one cell, as UTF-8.
    pub cell: usize,
    /// Rows below the header.
    pub rows: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 64 * 1024 * 1024, columns: 200, cell: 64 * 1024, rows: 10_000_000 }
    }
}

/// One row of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The 1-based line on which it starts.
    pub line: u64,
    /// As many cells as the header has.
    pub cells: Vec<String>,
}

impl Row {
    /// Whether every cell is blank, as spreadsheets leave behind below the data.
    pub fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| cell.trim().is_empty())
    }
}

/// Streams the rows of a file. After a fault that [`Fault::skips_one_row`] reading goes on; after any other it ends.
pub struct Reader<R> {
    input: Decode<R>,
    split: Split,
    delimiter: u8,
    headers: Vec<String>,
    has_header: bool,
    /// A first row that turned out to be data.
    first: Option<Record>,
    block: Vec<u8>,
    used: usize,
    /// Blocks read for the sample and not yet split.
    queued: VecDeque<String>,
    rows: u64,
    max_rows: u64,
    ended: bool,
}

impl<R: Read> Reader<R> {
    /// Opens a file with the usual limits.
    pub fn new(input: R) -> Result<Self, Fault> {
        Self::with_limits(input, Limits::default())
    }

    /// Opens a file with limits of your own.
    pub fn with_limits(input: R, limits: Limits) -> Result<Self, Fault> {
        let mut input = Decode::new(input, limits.bytes)?;
        let queued: VecDeque<String> = input.next()?.into_iter().collect();
        let delimiter = delimiter(queued.front().map_or("", String::as_str), &limits);
        let mut reader = Self {
            input,
            split: Split::new(delimiter, limits.columns, limits.cell),
            delimiter,
            headers: Vec::new(),
            has_header: true,
            first: None,
            block: Vec::new(),
            used: 0,
            queued,
            rows: 0,
            max_rows: limits.rows,
            ended: false,
        };
        let head = reader.record()?.ok_or(Fault::Empty)?;
        reader.take_head(head)?;
        Ok(reader)
    }

    /// The column names; `A`, `B`, … where the file has no header row.
    pub fn headers(&self) -> &[String] {
        &self.headers
    }

    /// Whether the first row was a header. If not, it comes back as the first row.
    pub fn has_header(&self) -> bool {
        self.has_header
    }

    /// The delimiter found: `,`, `;`, tab or `|`.
    pub fn delimiter(&self) -> char {
        char::from(self.delimiter)
    }

    /// The encoding found so far, such as `UTF-8` or `windows-1252`.
    pub fn encoding(&self) -> &'static str {
        self.input.encoding()
    }

    fn take_head(&mut self, head: Record) -> Result<(), Fault> {
        if head.cells.iter().any(|cell| is_data(cell)) {
            self.has_header = false;
            self.headers = (0..head.cells.len()).map(letters).collect();
            self.first = Some(head);
            return Ok(());
        }
        self.headers = head.cells.iter().map(|name| name.trim().to_owned()).collect();
        let mut seen = HashSet::new();
        for name in self.headers.iter().filter(|name| !name.is_empty()) {
            if !seen.insert(name.to_lowercase()) {
                return Err(Fault::DuplicateHeader { name: name.clone() });
            }
        }
        Ok(())
    }

    fn record(&mut self) -> Result<Option<Record>, Fault> {
        loop {
            let (used, record) = self.split.feed(&self.block[self.used..])?;
            self.used += used;
            if record.is_some() {
                return Ok(record);
            }
            let block = match self.queued.pop_front() {
                Some(block) => Some(block),
                None => self.input.next()?,
            };
            match block {
                Some(block) => {
                    self.block = block.into_bytes();
                    self.used = 0;
                }
                None => return self.split.finish(),
            }
        }
    }

    fn row(&mut self) -> Result<Option<Row>, Fault> {
        let record = match self.first.take() {
            Some(record) => Some(record),
            None => self.record()?,
        };
        let Some(Record { line, cells }) = record else {
            return Ok(None);
        };
        self.rows += 1;
        if self.rows > self.max_rows {
            return Err(Fault::TooLarge);
        }
        let (expected, found) = (self.headers.len(), cells.len());
        if found != expected {
            return Err(Fault::Ragged { line, expected, found });
        }
        Ok(Some(Row { line, cells }))
    }
}

impl<R: Read> Iterator for Reader<R> {
    type Item = Result<Row, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let row = self.row();
        self.ended = match &row {
            Ok(row) => row.is_none(),
            Err(fault) => !fault.skips_one_row(),
        };
        row.transpose()
    }
}

/// The delimiter under which the first lines agree best on more than one column.
fn delimiter(sample: &str, limits: &Limits) -> u8 {
    let mut best = (b',', 0, 0);
    for candidate in [b',', b';', b'\t', b'|'] {
        let counts = widths(sample, candidate, limits);
        let Some(columns) = counts.first().copied().filter(|columns| *columns > 1) else {
            continue;
        };
        let agreeing = counts.iter().filter(|count| **count == columns).count() * 1000 / counts.len();
        if (agreeing, columns) > (best.1, best.2) {
            best = (candidate, agreeing, columns);
        }
    }
    best.0
}

/// Columns of each of the first lines under one delimiter.
fn widths(sample: &str, delimiter: u8, limits: &Limits) -> Vec<usize> {
    let mut split = Split::new(delimiter, limits.columns, limits.cell);
    let mut rest = sample.as_bytes();
    let mut counts = Vec::new();
    while counts.len() < SAMPLE_LINES {
        match split.feed(rest) {
            Ok((used, Some(record))) => {
                counts.push(record.cells.len());
                rest = &rest[used..];
            }
            // The sample is a cut of the file: its last record counts only if there is no other.
            Ok((_, None)) => {
                if let (true, Ok(Some(record))) = (counts.is_empty(), split.finish()) {
                    counts.push(record.cells.len());
                }
                break;
            }
            Err(_) => break,
        }
    }
    counts
}

/// A mail address or a bare number is data; nobody calls a column that.
fn is_data(cell: &str) -> bool {
    let cell = cell.trim();
    let number = !cell.is_empty() && cell.chars().all(|letter| letter.is_ascii_digit() || ".,-+/:".contains(letter));
    let address = cell.split_once('@').is_some_and(|(user, domain)| !user.is_empty() && domain.contains('.') && !cell.contains(' '));
    address || (number && cell.contains(|letter: char| letter.is_ascii_digit()))
}

/// Column names as spreadsheets count: A … Z, AA, AB …
fn letters(mut index: usize) -> String {
    let mut name = Vec::new();
    loop {
        name.push(char::from(b'A' + u8::try_from(index % 26).unwrap_or(0)));
        if index < 26 {
            return name.into_iter().rev().collect();
        }
        index = index / 26 - 1;
    }
}
