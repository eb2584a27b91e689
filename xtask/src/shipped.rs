//! Checks that the release contains no recording of the tests: no shipped source includes a file
//! of `tests/data`.

use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::sh::{Result, Sh};

/// The folders whose crates are shipped.
const CRATES: [&str; 4] = ["core", "models", "boards", "firmware"];

/// Folders of a crate that are not part of what it builds for others.
const NOT_SHIPPED: [&str; 5] = ["tests", "benches", "examples", "fuzz", "target"];

/// Macros that put a file into the program.
const INCLUDES: [&str; 3] = ["include", "include_bytes", "include_str"];

/// The recordings, as paths name them.
const RECORDINGS: &str = "tests/data";

/// Checks all shipped sources.
///
/// # Errors
/// If one includes a recording of the tests (all are named), or cannot be read.
pub fn check(sh: &Sh) -> Result<()> {
    let mut sources = Vec::new();
    for folder in CRATES {
        collect(&sh.root().join(folder), &mut sources)?;
    }
    sources.sort();
    let mut read = Vec::new();
    for file in sources {
        let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
        let text = fs::read_to_string(&file).map_err(|error| failed(&error))?;
        let found = inspect(&text).map_err(|error| failed(&error))?;
        read.push((file, found));
    }
    let of_tests: Vec<Module> = read
        .iter()
        .flat_map(|(file, found)| found.tests.iter().map(|test| test.of(file)))
        .collect();
    let shipped = read.iter().filter(|(file, _)| !of_tests.iter().any(|test| test.has(file)));
    let faults: Vec<String> = shipped
        .flat_map(|(file, found)| found.lines.iter().map(move |line| (file, line)))
        .map(|(file, line)| {
            let name = file.strip_prefix(sh.root()).unwrap_or(file).display();
            format!("{name}:{line} includes a file of {RECORDINGS}")
        })
        .collect();
    match faults.as_slice() {
        [] => Ok(()),
        faults => {
            Err(format!("{}; recordings are not shipped: read them at run time", faults.join("; ")))
        }
    }
}

/// What was found in a source.
#[derive(Debug, Default, PartialEq, Eq)]
struct Found {
    /// The lines on which shipped code includes a recording.
    lines: Vec<usize>,
    /// Modules in other files that are compiled only for tests.
    tests: Vec<TestModule>,
}

/// A module in another file: its name, or the path that an attribute gives.
#[derive(Debug, PartialEq, Eq)]
enum TestModule {
    Name(String),
    Path(String),
}

/// The file of a module, and the folder of those in it.
struct Module(PathBuf, PathBuf);

impl Module {
    fn has(&self, file: &Path) -> bool {
        file == self.0 || file.starts_with(&self.1)
    }
}

impl TestModule {
    /// The paths of this module of `file`.
    fn of(&self, file: &Path) -> Module {
        let folder = file.parent().unwrap_or(Path::new(""));
        let stem = file.file_stem().unwrap_or_default();
        match self {
            Self::Path(path) => {
                let file = folder.join(path);
                Module(file.clone(), file.with_extension(""))
            }
            Self::Name(name) => {
                let is_root = ["lib", "main", "mod"].iter().any(|root| stem == *root);
                let folder = if is_root { folder.to_owned() } else { folder.join(stem) };
                Module(folder.join(format!("{name}.rs")), folder.join(name))
            }
        }
    }
}

/// Examines a source.
///
/// # Errors
/// If it is not Rust.
fn inspect(source: &str) -> std::result::Result<Found, proc_macro2::LexError> {
    let mut found = Found::default();
    look(TokenStream::from_str(source)?, &mut found);
    Ok(found)
}

fn look(tokens: TokenStream, found: &mut Found) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut rest = tokens.as_slice();
    while let [first, then @ ..] = rest {
        rest = then;
        match (first, then) {
            (TokenTree::Punct(hash), [TokenTree::Group(attribute), ..])
                if hash.as_char() == '#' && is_test(attribute.stream()) =>
            {
                rest = pass_item(then, found);
            }
            (
                TokenTree::Ident(name),
                [TokenTree::Punct(bang), TokenTree::Group(file), after @ ..],
            ) if bang.as_char() == '!' && INCLUDES.iter().any(|include| name == include) => {
                if names_recordings(file.stream()) {
                    found.lines.push(name.span().start().line);
                }
                rest = after;
            }
            (TokenTree::Group(group), _) => look(group.stream(), found),
            _ => {}
        }
    }
}

/// Whether an attribute is a `cfg` that holds only in tests.
fn is_test(attribute: TokenStream) -> bool {
    match attribute.into_iter().collect::<Vec<_>>().as_slice() {
        [TokenTree::Ident(cfg), TokenTree::Group(condition)] if cfg == "cfg" => {
            needs_test(&condition.stream().into_iter().collect::<Vec<_>>())
        }
        _ => false,
    }
}

/// Whether a condition of `cfg` is `test`, or an `all(…)` that contains such a condition.
fn needs_test(condition: &[TokenTree]) -> bool {
    match condition {
        [TokenTree::Ident(test)] => test == "test",
        [TokenTree::Ident(all), TokenTree::Group(conditions)] if all == "all" => {
            let conditions: Vec<_> = conditions.stream().into_iter().collect();
            conditions.split(|token| is_punct(token, ',')).any(needs_test)
        }
        _ => false,
    }
}

/// The tokens after the test-only item at the start of `tokens`, whose attributes came before.
fn pass_item<'t>(mut tokens: &'t [TokenTree], found: &mut Found) -> &'t [TokenTree] {
    let mut path = None;
    while let [first, rest @ ..] = tokens {
        tokens = rest;
        match (first, rest) {
            (TokenTree::Group(attribute), _) if attribute.delimiter() == Delimiter::Bracket => {
                path = path.or(path_of(attribute.stream()));
            }
            (TokenTree::Group(body), _) if body.delimiter() == Delimiter::Brace => break,
            (TokenTree::Ident(keyword), [TokenTree::Ident(name), end, ..])
                if keyword == "mod" && is_punct(end, ';') =>
            {
                let name = || TestModule::Name(name.to_string());
                found.tests.push(path.take().map_or_else(name, TestModule::Path));
            }
            (end, _) if is_punct(end, ';') => break,
            _ => {}
        }
    }
    tokens
}

/// The path that an attribute gives a module: `path = "…"`.
fn path_of(attribute: TokenStream) -> Option<String> {
    match attribute.into_iter().collect::<Vec<_>>().as_slice() {
        [TokenTree::Ident(path), equals, TokenTree::Literal(file)]
            if path == "path" && is_punct(equals, '=') =>
        {
            Some(unquoted(&file.to_string()))
        }
        _ => None,
    }
}

/// Whether the string literals in `tokens`, joined, name a recording.
fn names_recordings(tokens: TokenStream) -> bool {
    fn put_together(tokens: TokenStream, text: &mut String) {
        for token in tokens {
            match token {
                TokenTree::Literal(literal) => text.push_str(&unquoted(&literal.to_string())),
                TokenTree::Group(group) => put_together(group.stream(), text),
                _ => {}
            }
        }
    }
    let mut text = String::new();
    put_together(tokens, &mut text);
    text.contains(RECORDINGS)
}

/// The contents of a string literal.
fn unquoted(literal: &str) -> String {
    literal.trim_start_matches(['r', '#']).trim_matches(['"', '#']).to_owned()
}

fn is_punct(token: &TokenTree, is: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == is)
}

/// Adds the sources in `folder` and the folders in it that are shipped.
fn collect(folder: &Path, sources: &mut Vec<PathBuf>) -> Result<()> {
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    let is_crate = folder.join("Cargo.toml").is_file();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() {
            let left_out = is_crate && NOT_SHIPPED.contains(&&*name) || name.starts_with('.');
            if !left_out {
                collect(&path, sources)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            sources.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(source: &str) -> Vec<usize> {
        inspect(source).unwrap().lines
    }

    #[test]
    fn a_recording_that_is_included_is_found() {
        for (source, due) in [
            (r#"const A: &[u8] = include_bytes!("../../../tests/data/smoke/jfk.flac");"#, 1),
            ("const A: &str =\n    include_str!(\n        \"../tests/data/turns.tsv\");", 2),
            (r##"fn a() { f([(1, include_bytes![r#"tests/data/a"#])]) }"##, 1),
            (
                "macro_rules! a {\n    ($file:literal) => {\n        std::include_bytes!(concat!(\
                 \"../tests/data/\", $file))\n    };\n}",
                3,
            ),
            (r#"fn a() { include_bytes!(concat!("../tests/", "data/", "a.flac")); }"#, 1),
            (r#"#[cfg(not(test))] mod a { include!("../tests/data/a.rs"); }"#, 1),
            (r#"#[cfg(any(test, unix))] fn a() { include_str!("tests/data/a") }"#, 1),
            ("#[cfg(test)]\nmod tests;\nconst A: &str = include_str!(\"tests/data/a\");", 3),
            ("#[cfg(test)]\nmod tests {}\nconst A: &str = include_str!(\"tests/data/a\");", 3),
        ] {
            assert_eq!(lines(source), [due], "{source}");
        }
    }

    #[test]
    fn other_names_and_tests_are_ignored() {
        for source in [
            r#"const REPLIES: &str = include_str!("echo/replies.txt");"#,
            r#"const FOLDER: &str = "tests/data";"#,
            r#"// include_bytes!("tests/data/a")"#,
            r#"/// As `include_bytes!("tests/data/a")`.
               fn a() {}"#,
            r#"const A: &str = "include_bytes!(\"tests/data/a\")";"#,
            r#"#[cfg(test)] mod tests { const A: &str = include_str!("tests/data/a"); }"#,
            r#"#[cfg(all(test, unix))] const A: &[u8] = include_bytes!("tests/data/a");"#,
            r#"#[cfg(all(unix, all(x, test)))] #[allow(x)] fn a() { include!("tests/data/a") }"#,
        ] {
            assert!(lines(source).is_empty(), "{source}");
        }
    }

    #[test]
    fn test_modules_in_other_files_are_ignored() {
        let tests = |source: &str, file: &str| -> Vec<(PathBuf, PathBuf)> {
            let found = inspect(source).unwrap().tests;
            found.iter().map(|test| test.of(Path::new(file))).map(|m| (m.0, m.1)).collect()
        };
        let due = |file: &str, folder: &str| vec![(file.into(), folder.into())];
        let plain = "#[cfg(test)]\n#[allow(x)]\nmod table;\nmod other;";
        assert_eq!(tests(plain, "src/turn.rs"), due("src/turn/table.rs", "src/turn/table"));
        assert_eq!(tests(plain, "src/llm/mod.rs"), due("src/llm/table.rs", "src/llm/table"));
        assert_eq!(tests(plain, "src/lib.rs"), due("src/table.rs", "src/table"));
        let named = "#[cfg(test)]\n#[path = \"feed_tests.rs\"]\nmod tests;";
        assert_eq!(tests(named, "src/feed.rs"), due("src/feed_tests.rs", "src/feed_tests"));
        assert_eq!(tests("#[cfg(unix)] mod a; mod b;", "src/a.rs"), []);
    }

    #[test]
    fn no_shipped_source_includes_a_recording() {
        check(&Sh::new(crate::root())).unwrap();
    }

    /// A crate with these sources, in a workspace that has the other folders.
    fn checked(sources: &[(&str, &str)]) -> Result<()> {
        let root = std::env::temp_dir().join(format!(
            "sayso-shipped-{}-{:?}",
            std::process::id(),
            std::thread::current().id()
        ));
        let _ = fs::remove_dir_all(&root);
        for (file, text) in sources {
            let file = root.join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        for folder in CRATES {
            fs::create_dir_all(root.join(folder)).unwrap();
        }
        let checked = check(&Sh::new(root.clone()));
        fs::remove_dir_all(&root).unwrap();
        checked
    }

    #[test]
    fn test_sources_may_include_recordings() {
        const INCLUDING: &str = "const A: &str = include_str!(\"tests/data/a\");";
        let fine = [
            ("firmware/a/Cargo.toml", ""),
            ("firmware/a/src/lib.rs", "#[cfg(test)] mod checks;"),
            ("firmware/a/src/checks.rs", INCLUDING),
            ("firmware/a/src/checks/more.rs", INCLUDING),
            ("firmware/a/tests/a.rs", INCLUDING),
            ("firmware/a/benches/b.rs", INCLUDING),
        ];
        assert_eq!(checked(&fine), Ok(()));
        for file in ["core/src/a.rs", "firmware/a/src/b.rs", "firmware/a/src/tests/b.rs"] {
            let error = checked(&[&fine[..], &[(file, INCLUDING)]].concat()).unwrap_err();
            assert!(error.starts_with(&format!("{file}:1 includes a file of")), "{error}");
        }
    }
}
