//! The browser page at `/`: the files of `page/`, which are part of the program.
//!
//! Nothing of it comes from elsewhere, and no script or style is inline, so the policy allows only
//! what this server sends.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::http::{Response, StatusCode};
use axum::routing::get;
use ring::digest::{SHA256, digest};

use crate::app::App;

/// What the page may load and do.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
                      connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'";

/// A file of the page.
struct File {
    name: &'static str,
    kind: &'static str,
    body: &'static [u8],
}

impl File {
    fn path(&self) -> String {
        match self.name {
            "index.html" => "/".to_owned(),
            name => format!("/{name}"),
        }
    }
}

macro_rules! files {
    ($($name:literal: $kind:expr,)*) => {
        [$(File { name: $name, kind: $kind, body: include_bytes!(concat!("../page/", $name)) },)*]
    };
}

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const SVG: &str = "image/svg+xml";
const PNG: &str = "image/png";
const MANIFEST: &str = "application/manifest+json";

const FILES: [File; 25] = files! {
    "index.html": HTML,
    "api.js": SCRIPT,
    "app.js": SCRIPT,
    "call.js": SCRIPT,
    "capture.worklet.js": SCRIPT,
    "cards.js": SCRIPT,
    "format.js": SCRIPT,
    "icon-192.png": PNG,
    "icon-512.png": PNG,
    "icon-maskable.png": PNG,
    "icon.svg": SVG,
    "idle.js": SCRIPT,
    "manifest.webmanifest": MANIFEST,
    "orb.js": SCRIPT,
    "playback.worklet.js": SCRIPT,
    "player.js": SCRIPT,
    "resample.js": SCRIPT,
    "settings-dialog.js": SCRIPT,
    "settings.js": SCRIPT,
    "sound.js": SCRIPT,
    "state.js": SCRIPT,
    "style.css": STYLE,
    "sw.js": SCRIPT,
    "transport.js": SCRIPT,
    "view.js": SCRIPT,
};

/// The routes of the page.
pub fn routes() -> Router<Arc<App>> {
    FILES.iter().fold(Router::new(), |router, file| {
        let tag = tag(file.body);
        let answer = move |headers: HeaderMap| {
            let answer = answer(file, &tag, &headers);
            async { answer }
        };
        router.route(&file.path(), get(answer))
    })
}

/// The paths of the page.
#[cfg(test)]
pub fn paths() -> impl Iterator<Item = String> {
    FILES.iter().map(File::path)
}

/// What tells one version of a file from another.
fn tag(body: &[u8]) -> String {
    let hash = digest(&SHA256, body);
    let hex: String = hash.as_ref().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("\"{hex}\"")
}

/// The file, or that the browser has this version of it.
fn answer(file: &File, tag: &str, headers: &HeaderMap) -> Response<Body> {
    let known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|tags| tags.to_str().ok());
    let is_known = known
        .flat_map(|tags| tags.split(','))
        .any(|known| known.trim().trim_start_matches("W/") == tag);
    let (status, body) = match is_known {
        true => (StatusCode::NOT_MODIFIED, Body::empty()),
        false => (StatusCode::OK, Body::from(file.body)),
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, file.kind),
        // It is kept, but asked for again each time, so that an update is seen at once.
        (header::CACHE_CONTROL, "no-cache"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let policy = HeaderValue::from_static("microphone=(self), camera=(), geolocation=()");
    headers.insert("permissions-policy", policy);
    if let Ok(tag) = HeaderValue::from_str(tag) {
        headers.insert(header::ETAG, tag);
    }
    response
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::*;

    fn named() -> BTreeSet<String> {
        FILES.iter().map(|file| file.name.to_owned()).collect()
    }

    fn text(name: &str) -> &'static str {
        let file = FILES.iter().find(|file| file.name == name).expect("a file of the page");
        std::str::from_utf8(file.body).expect("text")
    }

    #[test]
    fn every_file_of_the_folder_is_served() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("page");
        let entries = fs::read_dir(folder).expect("the folder of the page");
        let there: BTreeSet<String> = entries
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        assert_eq!(there, named());
    }

    /// What is quoted in a text and names a file.
    fn quoted(text: &str) -> impl Iterator<Item = &str> {
        let parts = text.split('"').skip(1).step_by(2);
        parts.map(|part| part.trim_start_matches("./")).filter(|part| {
            [".js", ".css", ".svg", ".png", ".webmanifest"].iter().any(|end| part.ends_with(end))
        })
    }

    #[test]
    fn what_files_refer_to_is_there_and_nothing_comes_from_elsewhere() {
        let files = named();
        for file in FILES.iter().filter(|file| file.kind != PNG) {
            let text = text(file.name);
            for name in quoted(text) {
                assert!(files.contains(name), "{}: {name}", file.name);
            }
            let foreign = text.replace("http://www.w3.org/", "");
            assert!(!foreign.contains("http://") && !foreign.contains("https://"), "{}", file.name);
        }
        // The policy would refuse them.
        let html = text("index.html");
        for inline in ["style=", " onclick", "<style", "<script>"] {
            assert!(!html.contains(inline), "{inline}");
        }
    }

    #[test]
    fn the_service_worker_keeps_all_that_the_page_needs() {
        let kept: BTreeSet<&str> = quoted(text("sw.js")).collect();
        // The manifest and its large icons are only for installing.
        let needless = ["index.html", "sw.js", "icon-512.png", "icon-maskable.png"];
        for file in FILES.iter().filter(|file| !needless.contains(&file.name)) {
            assert!(kept.contains(file.name), "{}", file.name);
        }
    }

    #[test]
    fn a_version_that_the_browser_has_is_not_sent_again() {
        let file = &FILES[0];
        let tag = tag(file.body);
        let ask = |known: Option<&str>| {
            let mut headers = HeaderMap::new();
            if let Some(known) = known {
                headers.insert(header::IF_NONE_MATCH, HeaderValue::from_str(known).expect("tag"));
            }
            answer(file, &tag, &headers)
        };
        let fresh = ask(None);
        assert_eq!(fresh.status(), StatusCode::OK);
        assert_eq!(fresh.headers()[header::ETAG], tag.as_str());
        assert_eq!(ask(Some("\"other\"")).status(), StatusCode::OK);
        for known in [tag.clone(), format!("W/{tag}"), format!("\"a\", {tag}")] {
            assert_eq!(ask(Some(&known)).status(), StatusCode::NOT_MODIFIED, "{known}");
        }
        let policy = fresh.headers()[header::CONTENT_SECURITY_POLICY].to_str().expect("text");
        assert!(!policy.contains("unsafe") && policy.starts_with("default-src 'none'"));
    }
}
