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
    let mut read = String::new();
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
            let text = String::from_utf8_lossy(wire.body()).into_owned();
            if kind.starts_with("text/html") {
                waiting.extend(links(&text));
                read = text;
            } else {
                let faces = text.split("@font-face").skip(1).filter_map(|f| f.split('}').next());
                waiting.extend(faces.filter(|face| wanted(face, &read)).flat_map(links));
            }
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

/// Addresses of assets in a page or a part of a sheet. A page loads its scripts, styles and icons; other links are not followed.
fn links(text: &str) -> Vec<String> {
    let ends: &[char] = &['"', '\'', ')', '#', ' ', '\\'];
    let found = ["/assets/", "/brand/"].iter().flat_map(|start| text.match_indices(start)).map(|(at, _)| {
        let link = &text[at..];
        link[..link.find(ends).unwrap_or(link.len())].to_owned()
    });
    // A sheet beside its fonts names them without a folder.
    let beside = text.split("url(").skip(1).filter_map(|t| t.split(')').next()).map(|t| t.trim_matches(['"', '\'']));
    let beside =
        beside.filter(|t| !t.starts_with(['/', '#']) && !t.starts_with("data:")).map(|t| format!("/assets/{}", t.trim_start_matches("./")));
    // A text of licences is a link to follow, not a part of the page.
    found.chain(beside).filter(|link| !link.ends_with(".txt")).collect()
}

/// Whether a browser would load this font: only if the page holds a character of its range.
fn wanted(face: &str, page: &str) -> bool {
    let Some(ranges) = face.split("unicode-range:").nth(1).and_then(|r| r.split(';').next()) else { return true };
    let bound = |text: &str, wild: &str| u32::from_str_radix(&text.replace('?', wild), 16).ok();
    let ranges: Vec<(u32, u32)> = ranges
        .split(',')
        .filter_map(|range| {
            let range = range.trim().trim_start_matches(['U', 'u']).trim_start_matches('+');
            let (from, to) = range.split_once('-').unwrap_or((range, range));
            Some((bound(from, "0")?, bound(to, "F")?))
        })
        .collect();
    page.chars().any(|c| ranges.iter().any(|(from, to)| (*from..=*to).contains(&u32::from(c))))
}
