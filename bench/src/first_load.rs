//! What a browser loads first: the page and everything it links to, as it travels (brotli where the server offers it).

use std::{collections::BTreeSet, net::SocketAddr};

use crate::{
    http::{self, Wire},
    report::{Table, Target, grouped, verdict},
};

/// Loads the page as a browser would and prints what travelled.
pub async fn measure(address: SocketAddr, page: &[u8], cookie: &str) -> Result<(), String> {
    let path = std::str::from_utf8(page).ok().and_then(|t| t.split(' ').nth(1)).unwrap_or("/").to_owned();
    let mut wire = Wire::connect(address).await?;
    let mut table = Table::new("first load of the dashboard", &["", "bytes", "encoding"]);
    let mut total = 0;
    let mut seen = BTreeSet::new();
    let mut waiting = vec![path.clone()];
    while let Some(next) = waiting.pop() {
        if !seen.insert(next.clone()) {
            continue;
        }
        let headers = [("cookie", cookie), ("accept-encoding", "br, gzip"), ("accept", "*/*")];
        let status = wire.send(&http::get(&next, &headers)).await?;
        let size = wire.body().len();
        total += size;
        let encoding = wire.header("content-encoding").unwrap_or_else(|| "none".into());
        table.row(&[if next == path { "the page".into() } else { next.clone() }, grouped(count(size)), format!("{encoding} {status}")]);
        // Once more in clear, to find what it links to.
        let kind = wire.header("content-type").unwrap_or_default();
        if kind.starts_with("text/html") || kind.starts_with("text/css") {
            wire.send(&http::get(&next, &[("cookie", cookie), ("accept", "*/*")])).await?;
            waiting.extend(links(&String::from_utf8_lossy(wire.body()), kind.starts_with("text/css")));
        }
    }
    table.row(&["in all".into(), grouped(count(total)), String::new()]);
    table.print();
    verdict("first load", count(total) / 1000.0, Target::AtMost(100.0), "KB");
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a count of bytes")]
fn count(n: usize) -> f64 {
    n as f64
}

/// Addresses of assets in a page or sheet. A page loads its scripts, styles and icons; other links are not followed.
fn links(text: &str, sheet: bool) -> Vec<String> {
    let ends: &[char] = &['"', '\'', ')', '#', ' ', '\\'];
    let mut found = Vec::new();
    for start in ["/assets/", "/brand/"] {
        for (at, _) in text.match_indices(start) {
            let link = &text[at..];
            found.push(link[..link.find(ends).unwrap_or(link.len())].to_owned());
        }
    }
    if sheet {
        // A sheet beside its fonts names them without a folder.
        let relative = text.split("url(").skip(1).filter_map(|t| t.split(')').next()).map(|t| t.trim_matches(['"', '\'']));
        found.extend(
            relative.filter(|t| !t.starts_with('/') && !t.starts_with("data:")).map(|t| format!("/assets/{}", t.trim_start_matches("./"))),
        );
    }
    found
}
