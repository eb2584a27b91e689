//! Checks that no files of a crate import each other in a circle.
//!
//! A file imports another if it names something of its module, in a `use` or by a path that begins
//! with `crate`, `self` or `super`. A module and those inside it belong together, so imports between
//! them do not count. Tests do not count either.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use syn::visit::{self, Visit};
use syn::{Attribute, Item, UseTree};

use crate::sh::{Result, Sh};

/// Where the crates are.
const FOLDERS: [&str; 5] = ["core", "models", "boards", "firmware", "xtask"];

/// The path of a module in its crate; empty for the crate itself.
type Module = Vec<String>;

/// The modules of a crate that are files, each with the paths that it names.
type Files = BTreeMap<Module, Vec<Module>>;

/// Checks all crates.
///
/// # Errors
/// If files import each other (all are named), or one cannot be read.
pub fn check(sh: &Sh) -> Result<()> {
    let mut faults = Vec::new();
    for folder in FOLDERS {
        crates(&sh.root().join(folder), &mut |src| {
            let mut files = Files::new();
            read(src, &Module::new(), &mut files)?;
            for circle in circles(&files) {
                let names: Vec<String> = circle.iter().map(|module| module.join("::")).collect();
                let crate_ = src.parent().unwrap_or(src).strip_prefix(sh.root()).unwrap_or(src);
                faults.push(format!("{}: {}", crate_.display(), names.join(", ")));
            }
            Ok(())
        })?;
    }
    if faults.is_empty() {
        return Ok(());
    }
    Err(format!("files import each other in a circle: {}", faults.join("; ")))
}

/// Visits the `src` folders of the crates in `folder`.
fn crates(folder: &Path, visit: &mut dyn FnMut(&Path) -> Result<()>) -> Result<()> {
    let src = folder.join("src");
    if folder.join("Cargo.toml").is_file() && src.is_dir() {
        visit(&src)?;
    }
    for entry in entries(folder)? {
        let skipped = ["src", "target", "tests", "benches", "examples"];
        if entry.is_dir() && !skipped.iter().any(|name| entry.ends_with(name)) {
            crates(&entry, visit)?;
        }
    }
    Ok(())
}

fn entries(folder: &Path) -> Result<Vec<std::path::PathBuf>> {
    let failed = |error| format!("{}: {error}", folder.display());
    let entries = fs::read_dir(folder).map_err(failed)?;
    let mut paths = Vec::new();
    for entry in entries {
        paths.push(entry.map_err(failed)?.path());
    }
    paths.sort();
    Ok(paths)
}

/// Reads the sources in `folder`, which holds the modules inside `within`.
fn read(folder: &Path, within: &[String], files: &mut Files) -> Result<()> {
    for path in entries(folder)? {
        let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        let mut module = within.to_vec();
        if path.is_dir() {
            module.push(name);
            read(&path, &module, files)?;
            continue;
        }
        if path.extension().is_none_or(|extension| extension != "rs") || is_test(&name) {
            continue;
        }
        if !matches!(name.as_str(), "lib" | "main" | "mod") {
            module.push(name);
        }
        let text = fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        let named = paths(&text, &module).map_err(|e| format!("{}: {e}", path.display()))?;
        files.entry(module).or_default().extend(named);
    }
    Ok(())
}

/// Whether a file of this name holds tests.
fn is_test(name: &str) -> bool {
    name == "tests" || name.ends_with("_tests") || name.ends_with("_properties")
}

/// The paths within the crate that the source of `module` names.
fn paths(text: &str, module: &[String]) -> std::result::Result<Vec<Module>, syn::Error> {
    let mut found = Found { module: module.to_vec(), paths: Vec::new() };
    found.visit_file(&syn::parse_file(text)?);
    Ok(found.paths)
}

struct Found {
    module: Module,
    paths: Vec<Module>,
}

impl Found {
    /// Takes a path, if it is one within the crate.
    fn take(&mut self, path: &[String]) {
        let mut at = match path.first().map(String::as_str) {
            Some("crate") => Module::new(),
            Some("self" | "super") => self.module.clone(),
            _ => return,
        };
        for part in path {
            match part.as_str() {
                "crate" | "self" => {}
                "super" => drop(at.pop()),
                _ => at.push(part.clone()),
            }
        }
        self.paths.push(at);
    }

    fn tree(&mut self, tree: &UseTree, before: &[String]) {
        let with = |name: &syn::Ident| [before, &[name.to_string()]].concat();
        match tree {
            UseTree::Path(path) => self.tree(&path.tree, &with(&path.ident)),
            UseTree::Name(name) => self.take(&with(&name.ident)),
            UseTree::Rename(rename) => self.take(&with(&rename.ident)),
            UseTree::Glob(_) => self.take(before),
            UseTree::Group(group) => {
                group.items.iter().for_each(|tree| self.tree(tree, before));
            }
        }
    }
}

impl<'ast> Visit<'ast> for Found {
    fn visit_item(&mut self, item: &'ast Item) {
        let (attributes, inside) = match item {
            Item::Mod(item) => (&item.attrs, Some(item.ident.to_string())),
            Item::Fn(item) => (&item.attrs, None),
            Item::Use(item) => (&item.attrs, None),
            Item::Impl(item) => (&item.attrs, None),
            _ => return visit::visit_item(self, item),
        };
        if attributes.iter().any(is_for_tests) {
            return;
        }
        let module = self.module.clone();
        self.module.extend(inside);
        visit::visit_item(self, item);
        self.module = module;
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.tree(&item.tree, &[]);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let parts: Vec<String> = path.segments.iter().map(|part| part.ident.to_string()).collect();
        self.take(&parts);
        visit::visit_path(self, path);
    }
}

/// Whether it is `#[cfg(test)]` or the like.
fn is_for_tests(attribute: &Attribute) -> bool {
    let meta = match &attribute.meta {
        syn::Meta::List(list) if list.path.is_ident("cfg") => list.tokens.to_string(),
        _ => return false,
    };
    meta.split(|c: char| !c.is_alphanumeric()).any(|word| word == "test")
}

/// The files that each file imports.
fn imports(files: &Files) -> BTreeMap<&Module, BTreeSet<&Module>> {
    let file_of = |path: &Module| {
        let ends = (0..=path.len()).rev();
        ends.filter_map(|end| files.get_key_value(&path[..end]).map(|(module, _)| module)).next()
    };
    let apart = |a: &Module, b: &Module| !a.starts_with(b) && !b.starts_with(a);
    let of = |(module, paths)| {
        let paths: &Vec<Module> = paths;
        let imported = paths.iter().filter_map(file_of).filter(|other| apart(module, other));
        (module, imported.collect())
    };
    files.iter().map(of).collect()
}

/// The files that can be reached from `from` by imports.
fn reached<'f>(
    imports: &BTreeMap<&'f Module, BTreeSet<&'f Module>>,
    from: &'f Module,
) -> BTreeSet<&'f Module> {
    let (mut reached, mut next) = (BTreeSet::new(), vec![from]);
    while let Some(module) = next.pop() {
        for imported in imports.get(module).into_iter().flatten() {
            if reached.insert(*imported) {
                next.push(imported);
            }
        }
    }
    reached
}

/// The groups of files of which each imports all others, by one file or through several.
fn circles(files: &Files) -> Vec<BTreeSet<&Module>> {
    let imports = imports(files);
    let reached: BTreeMap<&Module, BTreeSet<&Module>> =
        files.keys().map(|module| (module, reached(&imports, module))).collect();
    let mut circles = BTreeSet::new();
    for (module, all) in &reached {
        let back = |other: &&Module| reached.get(other).is_some_and(|all| all.contains(module));
        if all.contains(module) {
            circles.insert(all.iter().copied().filter(back).collect::<BTreeSet<&Module>>());
        }
    }
    circles.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The circles among these files, each with its source.
    fn found(files: &[(&str, &str)]) -> Vec<String> {
        let module = |name: &str| -> Module {
            name.split("::").filter(|part| !part.is_empty()).map(str::to_owned).collect()
        };
        let files: Files = files
            .iter()
            .map(|(name, text)| (module(name), paths(text, &module(name)).unwrap()))
            .collect();
        let line = |circle: &BTreeSet<&Module>| {
            circle.iter().map(|module| module.join("::")).collect::<Vec<_>>().join(" ")
        };
        circles(&files).iter().map(line).collect()
    }

    #[test]
    fn circles_are_found() {
        let uses = |path: &str| format!("use {path};");
        for (a, b) in [
            (uses("crate::b::B"), uses("crate::a::A")),
            (uses("super::b"), uses("super::{c, a::{self, A}}")),
            ("fn f() { crate::b::g() }".into(), "struct B(super::a::A);".into()),
            ("mod inside { use super::super::b::B; }".into(), uses("crate::a::inside::C")),
        ] {
            assert_eq!(found(&[("", "mod a; mod b;"), ("a", &a), ("b", &b)]), ["a b"], "{a} {b}");
        }
        let three = [("a", "use crate::b::B;"), ("b", "use crate::c::d::D;")];
        let last = [("c", ""), ("c::d", "use crate::a::A;"), ("e", "use crate::a::A;")];
        assert_eq!(found(&[three, [last[0], last[1]]].concat()), ["a b c::d"]);
        assert!(found(&[three, [last[0], last[2]]].concat()).is_empty());
    }

    #[test]
    fn a_module_and_its_parts_belong_together() {
        for (outer, inner) in [
            ("mod b; use b::B;", "use super::A;"),
            ("mod b; pub use self::b::B;", "use crate::a::A;"),
        ] {
            assert!(found(&[("a", outer), ("a::b", inner)]).is_empty(), "{outer} {inner}");
        }
    }

    #[test]
    fn tests_do_not_count() {
        let a = "use crate::b::B;";
        for b in [
            "#[cfg(test)] mod tests { use crate::a::A; }",
            "#[cfg(all(test, unix))] fn f() { crate::a::g() }",
            "use std::a::A;",
        ] {
            assert!(found(&[("a", a), ("b", b)]).is_empty(), "{b}");
        }
    }
}
