//! Numbers, percentages, dates and ages as each language writes them. Only the server formats.

use jiff::civil::Date;
use store::{Money, Timestamp, Zone, decimals};

use crate::i18n::Lang;

const MONTHS_EN: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const MONTHS_DE: [&str; 12] = ["Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez."];
const NARROW: char = '\u{a0}';
const MINUS: char = '\u{2212}';

impl Lang {
    /// `8420` → `8,420` or `8.420`.
    #[must_use]
    pub fn int(self, n: impl TryInto<i64>) -> String {
        grouped(self, n.try_into().unwrap_or(i64::MAX))
    }

    /// Large numbers for cards: `2.89 M`, `152.6 k`, `8,420`.
    #[must_use]
    pub fn compact(self, n: i64) -> String {
        match n.unsigned_abs() {
            0..10_000 => grouped(self, n),
            10_000..1_000_000 => format!("{}{NARROW}k", short(self, n as f64 / 1e3, 1)),
            _ => format!("{}{NARROW}M", short(self, n as f64 / 1e6, 2)),
        }
    }

    /// A number with one digit after the separator.
    #[must_use]
    pub fn decimal1(self, n: f64) -> String {
        decimal(self, n, 1)
    }

    /// `84.2` → `84.2%` or `84,2 %`.
    #[must_use]
    pub fn percent1(self, n: f64) -> String {
        percent(self, &decimal(self, n, 1))
    }

    /// `84.2` → `84%` or `84 %`.
    #[must_use]
    pub fn percent0(self, n: f64) -> String {
        percent(self, &decimal(self, n, 0))
    }

    /// A change with its sign: `+2.1`, `−0.6`, `0.0`.
    #[must_use]
    pub fn points(self, n: f64) -> String {
        signed(n > 0.049, decimal(self, n, 1))
    }

    /// A change of a count with its sign: `+38`, `−4`, `0`.
    #[must_use]
    pub fn signed(self, n: i64) -> String {
        signed(n > 0, grouped(self, n))
    }

    /// An amount: `€1,234.50` is never guessed, the code is written: `EUR 1,234.50`, `1.234,50 EUR`.
    #[must_use]
    pub fn money(self, amount: &Money) -> String {
        let places = decimals(&amount.currency);
        let number = decimal(self, amount.minor as f64 / [1.0, 10.0, 100.0, 1_000.0][places], places);
        if self == Lang::De { format!("{number}{NARROW}{}", amount.currency) } else { format!("{}{NARROW}{number}", amount.currency) }
    }

    /// `21 Nov 2026` or `21. Nov. 2026`.
    #[must_use]
    pub fn civil(self, date: Date) -> String {
        let dot = if self == Lang::De { "." } else { "" };
        format!("{}{dot} {} {}", date.day(), self.month(date.month()), date.year())
    }

    /// The day of an instant in a zone.
    #[must_use]
    pub fn date(self, at: Timestamp, zone: &Zone) -> String {
        self.civil(zone.date(at))
    }

    /// Day and time of an instant in a zone: `21 Nov 2026, 14:05`.
    #[must_use]
    pub fn date_time(self, at: Timestamp, zone: &Zone) -> String {
        let day = zone.date(at);
        // Counted back from midnight: right from the hour a zone changes its offset to the day's end.
        let left = (zone.day_end(day).0.saturating_sub(at.0)).clamp(0, Timestamp::DAY);
        let minute = (Timestamp::DAY - left) / (60 * Timestamp::SECOND);
        format!("{}, {:02}:{:02}", self.civil(day), minute / 60, minute % 60)
    }

    /// A month's short name, 1 to 12.
    #[must_use]
    pub fn month(self, month: i8) -> &'static str {
        let names = if self == Lang::De { MONTHS_DE } else { MONTHS_EN };
        names.get((month - 1) as usize).copied().unwrap_or("")
    }

    /// How long ago: `12 days ago`, `vor 12 Tagen`, or `Never`.
    #[must_use]
    pub fn ago(self, then: Option<Timestamp>, now: Timestamp) -> String {
        let Some(then) = then else {
            return self.t("ui-never");
        };
        let minutes = (now.0 - then.0) / (60 * Timestamp::SECOND);
        let days = minutes / 1440;
        let (id, n) = match minutes {
            i64::MIN..-1440 => ("ui-in-future", -days),
            -1440..1 => return self.t("ui-just-now"),
            1..60 => ("ui-minutes-ago", minutes),
            60..1440 => ("ui-hours-ago", minutes / 60),
            _ if days < 61 => ("ui-days-ago", days),
            _ if days < 730 => ("ui-months-ago", days / 30),
            _ => ("ui-years-ago", days / 365),
        };
        self.with(id, &[("n", n.into())])
    }
}

/// Thousands grouped, with a real minus sign.
pub(crate) fn grouped(lang: Lang, n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mark = if lang == Lang::De { '.' } else { ',' };
    let mut out = String::with_capacity(digits.len() + 4);
    if n < 0 {
        out.push(MINUS);
    }
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(mark);
        }
        out.push(digit);
    }
    out
}

pub(crate) fn decimal(lang: Lang, n: f64, places: usize) -> String {
    let text = format!("{:.places$}", n.abs());
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let sign = if n < 0.0 && text.bytes().any(|b| (b'1'..=b'9').contains(&b)) { MINUS.to_string() } else { String::new() };
    let whole = grouped(lang, whole.parse().unwrap_or(i64::MAX));
    let mark = if lang == Lang::De { "," } else { "." };
    if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}{mark}{part}") }
}

/// A decimal without zeros at its end.
fn short(lang: Lang, n: f64, places: usize) -> String {
    let text = decimal(lang, n, places);
    text.trim_end_matches('0').trim_end_matches(['.', ',']).to_owned()
}

fn percent(lang: Lang, number: &str) -> String {
    if lang == Lang::De { format!("{number}{NARROW}%") } else { format!("{number}%") }
}

fn signed(plus: bool, text: String) -> String {
    if plus { format!("+{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        assert_eq!(Lang::En.int(8420), "8,420");
        assert_eq!(Lang::De.int(1_234_567_u64), "1.234.567");
        assert_eq!(Lang::En.int(-5), "−5");
        assert_eq!(Lang::En.percent1(84.2), "84.2%");
        assert_eq!(Lang::De.percent1(84.2), "84,2\u{a0}%");
        assert_eq!(Lang::En.points(2.1), "+2.1");
        assert_eq!(Lang::En.points(-0.01), "0.0");
        assert_eq!(Lang::En.compact(2_890_000), "2.89\u{a0}M");
        let amount = Money { minor: 123_450, currency: "EUR".into() };
        assert_eq!(Lang::De.money(&amount), "1.234,50\u{a0}EUR");
        let of = |currency: &str| Lang::En.money(&Money { currency: currency.into(), ..amount.clone() });
        assert_eq!([of("JPY"), of("KWD")], ["JPY\u{a0}123,450", "KWD\u{a0}123.450"]);
    }

    #[test]
    fn dates_and_ages() {
        let at: Timestamp = "2026-11-21T09:05:00Z".parse().unwrap();
        let zone = Zone::named("Europe/Berlin").unwrap();
        assert_eq!(Lang::En.date(at, &Zone::utc()), "21 Nov 2026");
        assert_eq!(Lang::De.date_time(at, &zone), "21. Nov. 2026, 10:05");
        assert_eq!(Lang::En.ago(Some(at.plus_days(-12)), at), "12 days ago");
        assert_eq!(Lang::De.ago(Some(at.plus_days(-12)), at), "vor 12 Tagen");
        assert_eq!(Lang::En.ago(None, at), "Never");
        assert_eq!(Lang::En.ago(Some(at), at), "just now");
        assert_eq!(Lang::En.ago(Some(at.plus_days(3)), at), "in 3 days");
    }

    #[test]
    fn the_day_of_a_clock_change_shows_the_right_time() {
        let zone = Zone::named("Europe/Berlin").unwrap();
        let at: Timestamp = "2026-10-25T13:30:00Z".parse().unwrap();
        assert_eq!(Lang::En.date_time(at, &zone), "25 Oct 2026, 14:30");
    }
}
