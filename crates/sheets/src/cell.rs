//! What a table is made of: typed columns and typed cells, and how a cell reads as text.

/// How the values of a column are written and formatted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Words. Never evaluated by a spreadsheet.
    Text,
    /// Whole numbers.
    Int,
    /// Fixed-point numbers, such as money.
    Decimal {
        /// Digits after the point, at most 9.
        places: u8,
    },
    /// A share: 0.523 reads `52.3%`.
    Percent,
    /// A calendar day.
    Date,
    /// A moment, in UTC.
    DateTime,
}

/// One column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The stable name, the same in every language.
    pub key: String,
    /// What the header row says, already translated.
    pub title: String,
    /// How values are written.
    pub kind: Kind,
}

impl Column {
    /// A column from its parts.
    pub fn new(key: impl Into<String>, title: impl Into<String>, kind: Kind) -> Self {
        Self { key: key.into(), title: title.into(), kind }
    }
}

/// One value. A cell that does not fit its column's kind is written as what it is.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// Words.
    Text(String),
    /// A whole number.
    Int(i64),
    /// A fixed-point number in the column's smallest unit: 1234 in a column with two places is 12.34.
    Decimal(i64),
    /// A share of one; not a finite number is written as nothing.
    Percent(f64),
    /// Days since 1970-01-01.
    Date(i32),
    /// Microseconds since 1970-01-01T00:00:00Z.
    DateTime(i64),
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Empty, Into::into)
    }
}

pub(crate) const MICROS_PER_DAY: i64 = 86_400_000_000;

impl Cell {
    /// The cell as text, with no guard against formulas.
    pub(crate) fn text(&self, kind: Kind) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => text.clone(),
            Self::Int(number) => number.to_string(),
            Self::Decimal(units) => decimal(*units, places(kind)),
            Self::Percent(share) if share.is_finite() => format!("{:.1}%", share * 100.0),
            Self::Percent(_) => String::new(),
            Self::Date(days) => date(i64::from(*days)),
            Self::DateTime(micros) => date_time(*micros),
        }
    }
}

/// Digits after the point for this column; none where the column is not a decimal one.
pub(crate) fn places(kind: Kind) -> u8 {
    match kind {
        Kind::Decimal { places } => places.min(9),
        _ => 0,
    }
}

fn decimal(units: i64, places: u8) -> String {
    if places == 0 {
        return units.to_string();
    }
    let one = 10_u64.pow(u32::from(places));
    let sign = if units < 0 { "-" } else { "" };
    let size = units.unsigned_abs();
    format!("{sign}{}.{:0width$}", size / one, size % one, width = usize::from(places))
}

fn date(days: i64) -> String {
    let (year, month, day) = civil(days);
    format!("{year:04}-{month:02}-{day:02}")
}

fn date_time(micros: i64) -> String {
    let seconds = micros.div_euclid(1_000_000) - micros.div_euclid(MICROS_PER_DAY) * 86_400;
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{}T{hour:02}:{minute:02}:{second:02}Z", date(micros.div_euclid(MICROS_PER_DAY)))
}

/// Days since 1970-01-01 to year, month, day (Howard Hinnant's `civil_from_days`).
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_index = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_index + 2) / 5 + 1;
    let month = if month_index < 10 { month_index + 3 } else { month_index - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_every_digit() {
        let money = Kind::Decimal { places: 2 };
        assert_eq!(Cell::Decimal(-5).text(money), "-0.05");
        assert_eq!(Cell::Decimal(123_456).text(money), "1234.56");
        assert_eq!(Cell::Decimal(i64::MIN).text(money), "-92233720368547758.08");
        assert_eq!(Cell::Percent(0.523).text(Kind::Percent), "52.3%");
        assert_eq!(Cell::Percent(f64::NAN).text(Kind::Percent), "");
    }

    #[test]
    fn days_and_moments() {
        assert_eq!(Cell::Date(0).text(Kind::Date), "1970-01-01");
        assert_eq!(Cell::Date(19_782).text(Kind::Date), "2024-02-29");
        assert_eq!(Cell::Date(-1).text(Kind::Date), "1969-12-31");
        assert_eq!(Cell::DateTime(-1).text(Kind::DateTime), "1969-12-31T23:59:59Z");
        assert_eq!(Cell::DateTime(1_795_305_599_999_999).text(Kind::DateTime), "2026-11-21T23:59:59Z");
    }
}
