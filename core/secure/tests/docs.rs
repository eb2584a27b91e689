//! Compares the figures in `docs/link.md` with the code.

use sayso_secure::{
    ANSWER_MS, HANDSHAKE, MAX_SEALED, PROLOGUE, REFUSED_RETRY_MS, RETRY_MS, SILENT_MS, TAG, TRY_MS,
};

#[test]
fn the_page_has_the_figures_of_the_code() {
    let page = include_str!("../../../docs/link.md");
    let page = page.split_whitespace().collect::<Vec<_>>().join(" ");
    for said in [
        format!("with the prologue `{}`", String::from_utf8_lossy(PROLOGUE)),
        format!("{HANDSHAKE} bytes: the first message of the handshake"),
        format!("then the sealed bytes, {TAG} more than were sealed"),
        format!("A frame is at most {MAX_SEALED} bytes on the wire"),
        format!("The host sends First every {RETRY_MS} ms while it has no keys"),
        format!("when nothing sealed came for {SILENT_MS} ms, and then seals nothing"),
        format!("it looks at one in {TRY_MS} ms and answers one in {ANSWER_MS} ms"),
        format!("goes on, every {} s", REFUSED_RETRY_MS / 1_000),
    ] {
        assert!(page.contains(&said), "{said}");
    }
}
