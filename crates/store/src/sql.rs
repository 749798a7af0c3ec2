use std::{marker::PhantomData, sync::OnceLock};

use crate::Home;

/// One SQL text, the same for both engines, with the place where it stands.
#[derive(Debug)]
pub struct Text {
    /// The statement, with parameters `$1`, `$2`, …
    pub sql: &'static str,
    /// Source file.
    pub file: &'static str,
    /// Line in it.
    pub line: u32,
    /// SQLite numbers `$n` by first appearance: place in the text → n.
    order: OnceLock<Vec<usize>>,
}

impl Text {
    /// Wraps a text; use [`sql!`](crate::sql!) so that it is registered too.
    #[must_use]
    pub const fn new(sql: &'static str, file: &'static str, line: u32) -> Text {
        Text { sql, file, line, order: OnceLock::new() }
    }

    /// For each SQLite parameter place (from 0), the number `n` of its `$n`.
    pub(crate) fn order(&self) -> &[usize] {
        self.order.get_or_init(|| {
            let mut seen = Vec::new();
            let mut quoted = false;
            for (at, c) in self.sql.char_indices() {
                match c {
                    '\'' => quoted = !quoted,
                    '$' if !quoted => {
                        let digits: String = self.sql[at + 1..].chars().take_while(char::is_ascii_digit).collect();
                        if let Ok(n) = digits.parse::<usize>()
                            && !seen.contains(&n)
                        {
                            seen.push(n);
                        }
                    }
                    _ => {}
                }
            }
            seen
        })
    }

    /// How many parameters the text has.
    #[must_use]
    pub fn params(&self) -> usize {
        self.order().iter().copied().max().unwrap_or(0)
    }
}

/// A registered text of one home.
#[derive(Debug)]
pub struct Sql<H> {
    pub(crate) text: Text,
    home: PhantomData<fn() -> H>,
}

impl<H> Sql<H> {
    /// Use [`sql!`](crate::sql!).
    #[must_use]
    pub const fn new(sql: &'static str, file: &'static str, line: u32) -> Sql<H> {
        Sql { text: Text::new(sql, file, line), home: PhantomData }
    }

    /// The text, for guards.
    #[must_use]
    pub const fn text(&self) -> &Text {
        &self.text
    }
}

/// Texts that differ in a finite set of choices (sort orders): made once, all registered.
#[derive(Debug)]
pub struct Family<H> {
    make: fn() -> Vec<String>,
    file: &'static str,
    line: u32,
    texts: OnceLock<Vec<Sql<H>>>,
}

impl<H: Home> Family<H> {
    /// Use [`sql_family!`](crate::sql_family!).
    #[must_use]
    pub const fn new(make: fn() -> Vec<String>, file: &'static str, line: u32) -> Family<H> {
        Family { make, file, line, texts: OnceLock::new() }
    }

    /// All texts, in the order the maker gave them.
    pub fn all(&'static self) -> &'static [Sql<H>] {
        self.texts.get_or_init(|| (self.make)().into_iter().map(|s| Sql::new(String::leak(s), self.file, self.line)).collect())
    }
}

/// What a guard test sees of every SQL text in the program.
pub struct Registered {
    /// The home's name.
    pub home: &'static str,
    /// The texts themselves.
    pub texts: fn() -> Vec<&'static Text>,
}

inventory::collect!(Registered);

/// Every registered text of a home.
#[must_use]
pub fn registered(home: &str) -> Vec<&'static Text> {
    inventory::iter::<Registered>.into_iter().filter(|r| r.home == home).flat_map(|r| (r.texts)()).collect()
}

/// Registers a SQL text and gives a reference to it: `sql!(Control, "SELECT …")`.
#[macro_export]
macro_rules! sql {
    ($home:ty, $text:expr) => {{
        static SQL: $crate::Sql<$home> = $crate::Sql::new($text, file!(), line!());
        $crate::inventory::submit! {
            $crate::Registered { home: <$home as $crate::Home>::NAME, texts: || ::std::vec![SQL.text()] }
        }
        &SQL
    }};
}

/// Registers a family of texts made by `fn() -> Vec<String>`: `sql_family!(Control, variants)`.
#[macro_export]
macro_rules! sql_family {
    ($home:ty, $make:expr) => {{
        static FAMILY: $crate::Family<$home> = $crate::Family::new($make, file!(), line!());
        $crate::inventory::submit! {
            $crate::Registered {
                home: <$home as $crate::Home>::NAME,
                texts: || FAMILY.all().iter().map($crate::Sql::text).collect(),
            }
        }
        FAMILY.all()
    }};
}

#[cfg(test)]
mod tests {
    use super::Text;

    #[test]
    fn parameters_are_numbered_by_first_appearance() {
        let text = Text::new("UPDATE t SET a = $3, b = '$9' WHERE c = $1 AND d = $3", "", 0);
        assert_eq!(text.order(), [3, 1]);
        assert_eq!(text.params(), 3);
    }
}
