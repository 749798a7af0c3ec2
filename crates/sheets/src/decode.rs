//! Bytes in any encoding to UTF-8, a block at a time.

use std::io::{ErrorKind, Read};

use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};

use crate::Fault;
use crate::detect::{Verdict, judge};

const BLOCK: usize = 64 * 1024;

/// Bytes looked at to judge the encoding, from the first that is not ASCII.
const STRETCH: usize = 256 * 1024;

/// Turns an `io::Read` into blocks of checked UTF-8.
pub(crate) struct Decode<R> {
    input: R,
    /// Absent while everything read was ASCII, which is the same in every encoding we accept.
    decoder: Option<Decoder>,
    waiting: Vec<u8>,
    /// Bytes of the file before `waiting`.
    offset: u64,
    max_bytes: u64,
    read: u64,
    ended: bool,
    done: bool,
    line: u64,
}

impl<R: Read> Decode<R> {
    pub(crate) fn new(input: R, max_bytes: u64) -> Result<Self, Fault> {
        let mut this = Self {
            input,
            decoder: None,
            waiting: Vec::with_capacity(BLOCK),
            offset: 0,
            max_bytes,
            read: 0,
            ended: false,
            done: false,
            line: 1,
        };
        this.fill(BLOCK)?;
        if let Some((encoding, length)) = Encoding::for_bom(&this.waiting) {
            this.waiting.drain(..length);
            this.offset = length as u64;
            this.decoder = Some(encoding.new_decoder_without_bom_handling());
        }
        Ok(this)
    }

    /// The next block of text, or `None` after the last.
    pub(crate) fn next(&mut self) -> Result<Option<String>, Fault> {
        if self.done {
            return Ok(None);
        }
        self.fill(BLOCK)?;
        if self.decoder.is_none() {
            self.decide()?;
        }
        let text = self.decode()?;
        self.done = self.ended && self.waiting.is_empty();
        self.refuse_nul(&text)?;
        Ok(Some(text))
    }

    /// Reads until `target` bytes wait or the file ends.
    fn fill(&mut self, target: usize) -> Result<(), Fault> {
        while !self.ended && self.waiting.len() < target {
            let before = self.waiting.len();
            self.waiting.resize(target, 0);
            let result = self.input.read(&mut self.waiting[before..]);
            self.waiting.truncate(before + *result.as_ref().unwrap_or(&0));
            match result {
                Ok(0) => self.ended = true,
                Ok(count) => self.read += count as u64,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    return Err(Fault::Unreadable { text: error.to_string() });
                }
            }
            if self.read > self.max_bytes {
                return Err(Fault::TooLarge);
            }
        }
        Ok(())
    }

    /// Settles the encoding at the first byte that is not ASCII.
    fn decide(&mut self) -> Result<(), Fault> {
        let Some(first) = self.waiting.iter().position(|byte| !byte.is_ascii()) else {
            return Ok(());
        };
        self.fill(first + STRETCH)?;
        match judge(&self.waiting[first..], self.ended) {
            Verdict::Text(encoding) => self.decoder = Some(encoding.new_decoder_without_bom_handling()),
            Verdict::Broken(at) => {
                return Err(Fault::NotText { offset: self.offset + (first + at) as u64 });
            }
        }
        Ok(())
    }

    fn decode(&mut self) -> Result<String, Fault> {
        let Some(decoder) = self.decoder.as_mut() else {
            self.offset += self.waiting.len() as u64;
            let ascii = std::mem::take(&mut self.waiting);
            return String::from_utf8(ascii).map_err(|_| Fault::NotText { offset: self.offset });
        };
        let room = decoder.max_utf8_buffer_length_without_replacement(self.waiting.len()).unwrap_or(BLOCK * 4);
        let mut text = String::with_capacity(room);
        let (result, used) = decoder.decode_to_string_without_replacement(&self.waiting, &mut text, self.ended);
        self.offset += used as u64;
        if let DecoderResult::Malformed(bad, after) = result {
            let back = u64::from(bad) + u64::from(after);
            return Err(Fault::NotText { offset: self.offset.saturating_sub(back) });
        }
        self.waiting.drain(..used);
        Ok(text)
    }

    fn refuse_nul(&mut self, text: &str) -> Result<(), Fault> {
        if let Some(at) = text.find('\0') {
            let line = self.line + newlines(&text[..at]);
            return Err(Fault::NulByte { line });
        }
        self.line += newlines(text);
        Ok(())
    }

    /// The encoding's name, for the import preview.
    pub(crate) fn encoding(&self) -> &'static str {
        match self.decoder.as_ref().map(Decoder::encoding) {
            Some(encoding) if encoding == UTF_16LE || encoding == UTF_16BE => "UTF-16",
            Some(encoding) => encoding.name(),
            None => UTF_8.name(),
        }
    }
}

fn newlines(text: &str) -> u64 {
    text.bytes().filter(|byte| *byte == b'\n').count() as u64
}
