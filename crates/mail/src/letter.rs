//! The body of a branded mail: tables and inline styles, because that is what mail programs render.

use std::fmt::Write;

/// What a mail says. [`Letter::render`] makes text and HTML of it; everything is escaped.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Letter {
    /// Language of the words, such as `de`; for screen readers.
    pub lang: String,
    /// The product's or partner's name, at the top.
    pub product: String,
    /// `#rrggbb`; anything else gives a neutral blue.
    pub brand_color: String,
    /// The first line.
    pub greeting: String,
    /// The words, one paragraph each.
    pub paragraphs: Vec<String>,
    /// Label and web address of the one thing to do.
    pub button: Option<(String, String)>,
    /// The small print: who sent this and why.
    pub footer: String,
}

const NEUTRAL: &str = "#1f5fbf";

const FONT: &str = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;";

const DARK: &str = "@media (prefers-color-scheme:dark){.page{background:#14171c!important}.card{background:#1d2127!important}\
.ink{color:#e8eaed!important}.soft{color:#a9b0ba!important}}";

impl Letter {
    /// Plain text and HTML.
    pub fn render(&self) -> (String, String) {
        (self.text(), self.html())
    }

    fn web_button(&self) -> Option<(&str, &str)> {
        let (label, url) = self.button.as_ref()?;
        let web = url.starts_with("https://") || url.starts_with("http://");
        if !web || url.contains(|letter: char| letter.is_control() || letter.is_whitespace()) {
            tracing::warn!("a letter's button has no web address and is left out");
            return None;
        }
        Some((label, url))
    }

    fn text(&self) -> String {
        let mut blocks = vec![self.greeting.clone()];
        blocks.extend(self.paragraphs.iter().cloned());
        if let Some((label, url)) = self.web_button() {
            blocks.push(format!("{label}:\n{url}"));
        }
        // "-- " alone on its line is where mail programs see the signature begin.
        blocks.push(format!("-- \n{}\n{}", self.product, self.footer));
        blocks.retain(|block| !block.is_empty());
        blocks.join("\n\n")
    }

    fn html(&self) -> String {
        let brand = if is_color(&self.brand_color) { self.brand_color.as_str() } else { NEUTRAL };
        let product = escape(&self.product);
        let mut body = String::new();
        for paragraph in std::iter::once(&self.greeting).chain(&self.paragraphs) {
            let words = escape(paragraph).replace('\n', "<br>");
            // Writing to a String cannot fail.
            let _ =
                write!(body, "<p class=\"ink\" style=\"margin:0 0 16px;{FONT}font-size:16px;line-height:24px;color:#1b1f24;\">{words}</p>");
        }
        if let Some((label, url)) = self.web_button() {
            body.push_str(&button(label, url, brand));
        }
        let footer = escape(&self.footer).replace('\n', "<br>");
        let lang = escape(if self.lang.is_empty() { "en" } else { &self.lang });
        format!(
            "<!doctype html><html lang=\"{lang}\"><head><meta charset=\"utf-8\">\
<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
<meta name=\"color-scheme\" content=\"light dark\"><meta name=\"supported-color-schemes\" content=\"light dark\">\
<title>{product}</title><style>{DARK}</style></head>\
<body class=\"page\" style=\"margin:0;padding:0;background:#f3f5f8;\">\
<table role=\"presentation\" class=\"page\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" style=\"background:#f3f5f8;\"><tr><td align=\"center\" style=\"padding:32px 16px;\">\
<table role=\"presentation\" class=\"card\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" style=\"max-width:560px;background:#ffffff;border-top:4px solid {brand};border-radius:8px;\">\
<tr><td class=\"ink\" style=\"padding:24px 32px 8px;{FONT}font-size:18px;font-weight:600;color:#1b1f24;\">{product}</td></tr>\
<tr><td style=\"padding:8px 32px 16px;\">{body}</td></tr></table>\
<p class=\"soft\" style=\"max-width:560px;margin:16px auto 0;{FONT}font-size:13px;line-height:20px;color:#5b6470;\">{footer}</p>\
</td></tr></table></body></html>"
        )
    }
}

fn button(label: &str, url: &str, brand: &str) -> String {
    let (label, url, ink) = (escape(label), escape(url), ink_on(brand));
    format!(
        "<table role=\"presentation\" cellpadding=\"0\" cellspacing=\"0\" style=\"margin:8px 0 20px;\"><tr>\
<td style=\"border-radius:6px;background:{brand};\"><a href=\"{url}\" style=\"display:inline-block;padding:12px 24px;{FONT}font-size:16px;font-weight:600;color:{ink};text-decoration:none;\">{label}</a></td></tr></table>\
<p class=\"soft\" style=\"margin:0 0 16px;{FONT}font-size:13px;line-height:20px;color:#5b6470;word-break:break-all;\">{url}</p>"
    )
}

fn is_color(text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Black or white, whichever is easier to read on this colour (WCAG relative luminance).
fn ink_on(color: &str) -> &'static str {
    let channel = |at: usize| {
        let value = color.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok()).unwrap_or(0);
        let share = f64::from(value) / 255.0;
        if share <= 0.03928 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    };
    let light = 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
    if (light + 0.05) / 0.05 > 1.05 / (light + 0.05) { "#111111" } else { "#ffffff" }
}

fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter() -> Letter {
        Letter {
            lang: "de".into(),
            product: "Nord & Süd".into(),
            brand_color: "#ffcc00".into(),
            greeting: "Guten Tag <b>Anna</b>,".into(),
            paragraphs: vec!["Ihr Konto ist bereit.".into()],
            button: Some(("Anmelden".into(), "https://x.example/a?b=1&c=\"d".into())),
            footer: "Sie erhalten diese Nachricht, weil …".into(),
        }
    }

    #[test]
    fn says_the_same_twice() {
        let (text, html) = letter().render();
        assert!(text.contains("Anmelden:\nhttps://x.example/a?b=1&c=\"d"));
        assert!(text.contains("\n\n-- \nNord & Süd\n"));
        assert!(html.contains("<html lang=\"de\">") && html.contains("Nord &amp; Süd"));
        assert!(html.contains("href=\"https://x.example/a?b=1&amp;c=&quot;d\""));
        assert!(html.contains("&lt;b&gt;Anna") && !html.contains("<b>"));
        assert!(html.contains("color:#111111"), "dark words on yellow");
    }

    #[test]
    fn hostile_settings_change_nothing() {
        let bad = Letter { brand_color: "red;\"><script>".into(), button: Some(("x".into(), "javascript:alert(1)".into())), ..letter() };
        let (text, html) = bad.render();
        assert!(!html.contains("script") && !text.contains("javascript"));
        assert!(html.contains(NEUTRAL));
    }
}
