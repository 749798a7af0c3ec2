//! `/assets/*`: embedded files with a hash in their name, so a browser asks for each only once.

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, Uri, header};

/// Serves one embedded file, compressed with brotli where the browser takes it.
pub async fn serve(uri: Uri, headers: HeaderMap) -> Response {
    let Some(file) = assets::find(uri.path()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let common = [
        (header::CONTENT_TYPE, file.mime),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::VARY, "Accept-Encoding"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    match file.brotli.filter(|_| takes_brotli(&headers)) {
        Some(small) => (common, [(header::CONTENT_ENCODING, "br")], small).into_response(),
        None => (common, file.bytes).into_response(),
    }
}

fn takes_brotli(headers: &HeaderMap) -> bool {
    let offered = headers.get(header::ACCEPT_ENCODING).and_then(|v| v.to_str().ok()).unwrap_or("");
    offered.split(',').any(|one| {
        let (name, weight) = one.split_once(';').unwrap_or((one, ""));
        name.trim() == "br" && !weight.trim().eq_ignore_ascii_case("q=0")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn serves_the_twin_to_browsers_that_take_it() {
        let mut headers = HeaderMap::new();
        let plain = serve(Uri::from_static(assets::STYLE), headers.clone()).await;
        assert!(!plain.headers().contains_key(header::CONTENT_ENCODING));
        headers.insert(header::ACCEPT_ENCODING, "gzip, br".parse().unwrap());
        let small = serve(Uri::from_static(assets::STYLE), headers.clone()).await;
        assert_eq!(small.headers().get(header::CONTENT_ENCODING).unwrap(), "br");
        let none = serve(Uri::from_static("/assets/none.css"), headers).await;
        assert_eq!(none.status(), StatusCode::NOT_FOUND);
    }
}
