//! Filters as they are written (RFC 7644 §3.4.2.2): read into a tree, and printed from it. What the names mean is another
//! matter ([`super::compiled`]).

use std::fmt;

use serde_json::Value;

use super::error::ScimError;

/// The longest filter that is read, in bytes.
pub const LONGEST: usize = 2_048;
/// How deep parentheses, brackets and negations may lie in one another.
pub const DEEPEST: usize = 10;

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// Equal.
    Eq,
    /// Not equal.
    Ne,
    /// Contains.
    Co,
    /// Starts with.
    Sw,
    /// Ends with.
    Ew,
    /// Greater.
    Gt,
    /// Greater or equal.
    Ge,
    /// Less.
    Lt,
    /// Less or equal.
    Le,
}

impl Op {
    /// All of them with their words.
    pub const ALL: [(Op, &'static str); 9] = [
        (Op::Eq, "eq"),
        (Op::Ne, "ne"),
        (Op::Co, "co"),
        (Op::Sw, "sw"),
        (Op::Ew, "ew"),
        (Op::Gt, "gt"),
        (Op::Ge, "ge"),
        (Op::Lt, "lt"),
        (Op::Le, "le"),
    ];

    fn parse(word: &str) -> Option<Op> {
        Op::ALL.iter().find(|(_, w)| w.eq_ignore_ascii_case(word)).map(|(op, _)| *op)
    }

    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        Op::ALL.iter().find(|(op, _)| *op == self).map_or("", |(_, w)| w)
    }
}

/// A filter.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// All of them hold.
    And(Vec<Filter>),
    /// One of them holds.
    Or(Vec<Filter>),
    /// It does not hold.
    Not(Box<Filter>),
    /// The attribute has a value.
    Has(String),
    /// The attribute's value compares so with text, number, truth value or null.
    Compare(String, Op, Value),
    /// One value of the attribute fits.
    Values(String, Box<Filter>),
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let joined = |f: &mut fmt::Formatter<'_>, all: &[Filter], word: &str| {
            for (n, one) in all.iter().enumerate() {
                if n > 0 {
                    write!(f, " {word} ")?;
                }
                match one {
                    Filter::And(_) | Filter::Or(_) => write!(f, "({one})")?,
                    _ => write!(f, "{one}")?,
                }
            }
            Ok(())
        };
        match self {
            Filter::And(all) => joined(f, all, "and"),
            Filter::Or(all) => joined(f, all, "or"),
            Filter::Not(inner) => write!(f, "not ({inner})"),
            Filter::Has(path) => write!(f, "{path} pr"),
            Filter::Compare(path, op, value) => write!(f, "{path} {} {value}", op.word()),
            Filter::Values(path, inner) => write!(f, "{path}[{inner}]"),
        }
    }
}

/// Reads a filter.
///
/// # Errors
/// `invalidFilter`, saying where and what was expected.
pub fn parse(text: &str) -> Result<Filter, ScimError> {
    if text.len() > LONGEST {
        return Err(ScimError::filter(format!("A filter may have at most {LONGEST} bytes.")));
    }
    let mut reader = Reader { text, at: 0, depth: 0 };
    let filter = reader.either()?;
    reader.blanks();
    if reader.at < text.len() { Err(reader.expected("`and`, `or` or the end")) } else { Ok(filter) }
}

/// A path of PATCH: `attribute`, `attribute.sub`, `attribute[filter]`, `attribute[filter].sub`.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    /// The attribute with what stands before it.
    pub name: String,
    /// Which of its values.
    pub values: Option<Filter>,
    /// Which sub-attribute of those.
    pub sub: Option<String>,
}

/// Reads a path of PATCH.
///
/// # Errors
/// `invalidPath`.
pub fn parse_path(text: &str) -> Result<Path, ScimError> {
    if text.len() > LONGEST {
        return Err(ScimError::path(format!("A path may have at most {LONGEST} bytes.")));
    }
    let mut reader = Reader { text: text.trim(), at: 0, depth: 0 };
    let path = reader.path()?;
    if reader.at < reader.text.len() { Err(ScimError::path(reader.expected("the end of the path").detail)) } else { Ok(path) }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn expected(&self, what: &str) -> ScimError {
        let near: String = self.rest().chars().take(20).collect();
        let place = self.text.get(..self.at).unwrap_or_default().chars().count() + 1;
        ScimError::filter(format!("At character {place}, {what} was expected instead of `{near}`."))
    }

    fn blanks(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start_matches(' ').len();
    }

    fn takes(&mut self, sign: char) -> bool {
        let there = self.rest().starts_with(sign);
        self.at += if there { sign.len_utf8() } else { 0 };
        there
    }

    /// The word that stands here, not taken.
    fn word(&self) -> &'t str {
        let rest = self.rest();
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "_-$:.".contains(c))).unwrap_or(rest.len());
        rest.get(..end).unwrap_or_default()
    }

    fn takes_word(&mut self, word: &str) -> bool {
        self.blanks();
        let there = self.word().eq_ignore_ascii_case(word);
        self.at += if there { word.len() } else { 0 };
        there
    }

    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, ScimError>) -> Result<T, ScimError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(ScimError::filter(format!("A filter may be at most {DEEPEST} levels deep.")));
        }
        let read = read(self);
        self.depth -= 1;
        read
    }

    fn either(&mut self) -> Result<Filter, ScimError> {
        let mut all = vec![self.both()?];
        while self.takes_word("or") {
            all.push(self.both()?);
        }
        Ok(if all.len() == 1 { all.remove(0) } else { Filter::Or(all) })
    }

    fn both(&mut self) -> Result<Filter, ScimError> {
        let mut all = vec![self.one()?];
        while self.takes_word("and") {
            all.push(self.one()?);
        }
        Ok(if all.len() == 1 { all.remove(0) } else { Filter::And(all) })
    }

    fn grouped(&mut self) -> Result<Filter, ScimError> {
        self.deeper(|r| {
            let inner = r.either()?;
            r.blanks();
            if r.takes(')') { Ok(inner) } else { Err(r.expected("`)`")) }
        })
    }

    fn one(&mut self) -> Result<Filter, ScimError> {
        self.blanks();
        if self.takes('(') {
            return self.grouped();
        }
        if self.word().eq_ignore_ascii_case("not") {
            let before = self.at;
            self.at += 3;
            self.blanks();
            if self.takes('(') {
                return self.grouped().map(|inner| Filter::Not(Box::new(inner)));
            }
            self.at = before;
        }
        let name = self.name()?;
        if self.takes('[') {
            let inner = self.bracketed()?;
            return self.behind_values(name, inner);
        }
        self.test(name)
    }

    fn bracketed(&mut self) -> Result<Filter, ScimError> {
        self.deeper(|r| {
            let inner = r.either()?;
            r.blanks();
            if r.takes(']') { Ok(inner) } else { Err(r.expected("`]`")) }
        })
    }

    /// `emails[type eq "work"].value eq "a"` is not in the RFC, and Entra ID asks so: the same value fits both.
    fn behind_values(&mut self, name: String, inner: Filter) -> Result<Filter, ScimError> {
        if !self.takes('.') {
            return Ok(Filter::Values(name, Box::new(inner)));
        }
        let sub = self.name()?;
        let test = self.test(sub)?;
        let both = match inner {
            Filter::And(mut all) => {
                all.push(test);
                all
            }
            other => vec![other, test],
        };
        Ok(Filter::Values(name, Box::new(Filter::And(both))))
    }

    fn name(&mut self) -> Result<String, ScimError> {
        self.blanks();
        let word = self.word();
        let fits = word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '$') && !word.ends_with(['.', ':']);
        if !fits || word.contains("..") {
            return Err(self.expected("an attribute's name"));
        }
        self.at += word.len();
        Ok(word.to_owned())
    }

    fn test(&mut self, name: String) -> Result<Filter, ScimError> {
        self.blanks();
        let word = self.word();
        if word.eq_ignore_ascii_case("pr") {
            self.at += word.len();
            return Ok(Filter::Has(name));
        }
        let op = Op::parse(word).ok_or_else(|| self.expected("one of eq, ne, co, sw, ew, gt, ge, lt, le, pr"))?;
        self.at += word.len();
        if !self.takes(' ') {
            return Err(self.expected("a blank and a value"));
        }
        self.blanks();
        Ok(Filter::Compare(name, op, self.literal()?))
    }

    fn literal(&mut self) -> Result<Value, ScimError> {
        let rest = self.rest();
        let end = if rest.starts_with('"') {
            quoted(rest).ok_or_else(|| self.expected("a text in double quotes"))?
        } else {
            rest.find([' ', ')', ']']).unwrap_or(rest.len())
        };
        let written = rest.get(..end).unwrap_or_default();
        let value = match written {
            w if w.eq_ignore_ascii_case("true") => Value::Bool(true),
            w if w.eq_ignore_ascii_case("false") => Value::Bool(false),
            w if w.eq_ignore_ascii_case("null") => Value::Null,
            w => serde_json::from_str(w).ok().filter(|v: &Value| v.is_string() || v.is_number()).ok_or_else(|| self.expected("a value"))?,
        };
        if value.as_str().is_some_and(|t| t.contains('\0')) {
            return Err(ScimError::filter("A text holds the NUL character."));
        }
        self.at += end;
        Ok(value)
    }

    fn path(&mut self) -> Result<Path, ScimError> {
        let named = |e: ScimError| ScimError::path(e.detail);
        let name = self.name().map_err(named)?;
        let values = if self.takes('[') { Some(self.bracketed()?) } else { None };
        let sub = if values.is_some() && self.takes('.') { Some(self.name().map_err(named)?) } else { None };
        Ok(Path { name, values, sub })
    }
}

/// Where a quoted text ends.
fn quoted(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Some(at + 1),
            _ => {}
        }
    }
    None
}
