//! Text to records: delimiters, quotes, line ends. A byte machine with a hard limit on every dimension.

use crate::Fault;

#[derive(Clone, Copy, PartialEq)]
enum State {
    /// At the start of a cell.
    Start,
    /// Inside a cell without quotes, or after its closing quote.
    Bare,
    /// Inside quotes.
    Quoted,
    /// After a quote inside quotes: the end, or the first half of `""`.
    Quote,
}

/// One record and the line on which it starts.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Record {
    pub(crate) line: u64,
    pub(crate) cells: Vec<String>,
}

pub(crate) struct Split {
    delimiter: u8,
    max_columns: usize,
    max_cell: usize,
    state: State,
    cell: Vec<u8>,
    cells: Vec<String>,
    /// Whether the record has anything at all; lines without a byte are skipped.
    begun: bool,
    after_cr: bool,
    line: u64,
    started: u64,
}

impl Split {
    pub(crate) fn new(delimiter: u8, max_columns: usize, max_cell: usize) -> Self {
        Self {
            delimiter,
            max_columns,
            max_cell,
            state: State::Start,
            cell: Vec::new(),
            cells: Vec::new(),
            begun: false,
            after_cr: false,
            line: 1,
            started: 1,
        }
    }

    /// Takes bytes up to the end of one record. Answers how many it used, and the record if one ended.
    pub(crate) fn feed(&mut self, bytes: &[u8]) -> Result<(usize, Option<Record>), Fault> {
        for (at, byte) in bytes.iter().enumerate() {
            if let Some(record) = self.byte(*byte)? {
                return Ok((at + 1, Some(record)));
            }
        }
        Ok((bytes.len(), None))
    }

    /// The last record, if the file does not end with a line end.
    pub(crate) fn finish(&mut self) -> Result<Option<Record>, Fault> {
        if self.state == State::Quoted {
            return Err(Fault::OpenQuote { line: self.started });
        }
        self.end_record()
    }

    fn byte(&mut self, byte: u8) -> Result<Option<Record>, Fault> {
        let after_cr = std::mem::replace(&mut self.after_cr, byte == b'\r');
        // CR LF is one line end, counted at the CR.
        let second_half = after_cr && byte == b'\n';
        if matches!(byte, b'\r' | b'\n') && !second_half {
            self.line += 1;
        }
        if self.state == State::Quoted {
            return self.inside(byte).map(|()| None);
        }
        match byte {
            b'\n' if second_half => Ok(None),
            b'\r' | b'\n' => self.end_record(),
            _ => self.outside(byte).map(|()| None),
        }
    }

    fn inside(&mut self, byte: u8) -> Result<(), Fault> {
        if byte == b'"' {
            self.state = State::Quote;
            return Ok(());
        }
        self.push(byte)
    }

    fn outside(&mut self, byte: u8) -> Result<(), Fault> {
        self.begun = true;
        if byte == self.delimiter {
            self.state = State::Start;
            return self.end_cell();
        }
        match (self.state, byte) {
            (State::Start, b'"') => {
                self.state = State::Quoted;
                Ok(())
            }
            (State::Quote, b'"') => {
                self.state = State::Quoted;
                self.push(byte)
            }
            _ => {
                self.state = State::Bare;
                self.push(byte)
            }
        }
    }

    fn push(&mut self, byte: u8) -> Result<(), Fault> {
        if self.cell.len() == self.max_cell {
            return Err(Fault::CellTooLong { line: self.started, column: self.cells.len() + 1 });
        }
        self.cell.push(byte);
        Ok(())
    }

    fn end_cell(&mut self) -> Result<(), Fault> {
        let cell = std::mem::take(&mut self.cell);
        // The decoder hands over checked UTF-8 and every byte we cut at is ASCII, so nothing is replaced.
        self.cells.push(String::from_utf8(cell).unwrap_or_default());
        if self.cells.len() > self.max_columns {
            return Err(Fault::TooManyColumns { line: self.started, columns: self.cells.len() });
        }
        Ok(())
    }

    fn end_record(&mut self) -> Result<Option<Record>, Fault> {
        let line = std::mem::replace(&mut self.started, self.line);
        self.state = State::Start;
        if !std::mem::take(&mut self.begun) {
            return Ok(None);
        }
        let ended = self.end_cell();
        // A record's own line names the fault, not the line after it.
        ended.map_err(|fault| match fault {
            Fault::TooManyColumns { columns, .. } => Fault::TooManyColumns { line, columns },
            other => other,
        })?;
        let cells = std::mem::take(&mut self.cells);
        Ok(Some(Record { line, cells }))
    }
}
