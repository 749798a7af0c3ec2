use serde::{Deserialize, Serialize};

/// Digits that the amounts of a currency have behind the point, as ISO 4217 says.
#[must_use]
pub fn decimals(currency: &str) -> usize {
    match currency {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "UYI" | "VND" | "VUV" | "XAF" | "XOF"
        | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        _ => 2,
    }
}

/// An amount in minor units (cents, or whole yen) of a currency. Never a float.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// Minor units; negative for credits.
    pub minor: i64,
    /// ISO 4217 code.
    pub currency: String,
}

impl Money {
    /// So many whole units of a currency: euros, yen.
    #[must_use]
    pub fn whole(units: i64, currency: &str) -> Money {
        let minor = (0..decimals(currency)).fold(units, |minor, _| minor.saturating_mul(10));
        Money { minor, currency: currency.to_owned() }
    }

    /// The amount times a count; `None` on overflow.
    #[must_use]
    pub fn times(&self, count: i64) -> Option<Money> {
        Some(Money { minor: self.minor.checked_mul(count)?, currency: self.currency.clone() })
    }

    /// The number as somebody types it: `1800.50` euros, `1800` yen.
    #[must_use]
    pub fn typed(&self) -> String {
        let places = decimals(&self.currency);
        let digits = format!("{:0width$}", self.minor.unsigned_abs(), width = places + 1);
        let (whole, part) = digits.split_at(digits.len() - places);
        let sign = if self.minor < 0 { "-" } else { "" };
        if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
    }

    /// Reads such a number, with a point or a comma; none of what is negative, or has more decimals than the currency.
    #[must_use]
    pub fn read(text: &str, currency: &str) -> Option<Money> {
        let (whole, part) = match text.split_once(['.', ',']) {
            Some((_, "")) => return None,
            Some(both) => both,
            None => (text, ""),
        };
        let places = decimals(currency);
        let digits = |t: &str| t.len() <= 12 && t.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(part) || part.len() > places {
            return None;
        }
        Some(Money { minor: format!("{whole}{part:0<places$}").parse().ok()?, currency: currency.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_read_and_written_to_the_last_digit_of_its_currency() {
        let read = |text: &str, currency: &str| Money::read(text, currency).map(|m| (m.minor, m.typed()));
        for (text, currency, minor, typed) in [
            ("18", "EUR", 1_800, "18.00"),
            ("18.5", "EUR", 1_850, "18.50"),
            ("18,05", "EUR", 1_805, "18.05"),
            ("0.07", "SEK", 7, "0.07"),
            ("1800", "JPY", 1_800, "1800"),
            ("1.5", "KWD", 1_500, "1.500"),
        ] {
            assert_eq!(read(text, currency), Some((minor, typed.to_owned())), "{text} {currency}");
        }
        for wrong in ["", "x", "-1", "1.234", "1.", ".5", "1e3", "9999999999999"] {
            assert_eq!(read(wrong, "EUR"), None, "{wrong}");
        }
        assert_eq!((read("18.5", "JPY"), read("1.2345", "BHD")), (None, None));
        assert_eq!(Money { minor: -5, currency: "EUR".into() }.typed(), "-0.05");
        assert_eq!(["EUR", "JPY", "KWD"].map(|currency| Money::whole(18, currency).minor), [1_800, 18, 18_000]);
    }
}
