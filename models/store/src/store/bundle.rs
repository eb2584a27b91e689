//! Moves models to a machine without a network: a folder with the models' own folders and
//! `bundle.toml`, a list of every file with length and hash. The licence texts that Sayso itself
//! writes beside models are copied but not listed, and not read: an import writes its own.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::Path;

use sayso_models::Cancel;
use serde::{Deserialize, Serialize};

use super::disk::{self, Folder, Lock, MAX_RECORD, create_dir, failed, failed_in, hash_file};
use super::{Record, Store, WORK, lay_licence};
use crate::catalog::{Fingerprint, LICENCE};
use crate::error::{Error, ErrorKind, Result, check_cancel};

const LIST: &str = "bundle.toml";

/// The format of this version's bundles.
const FORMAT: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Bundle {
    format: u32,
    model: BTreeMap<String, Record>,
}

impl Store {
    /// Copies the installed models `names` (if empty, all) into the new or empty folder `to`, and
    /// returns their names. `progress` gets the bytes done and the total.
    ///
    /// # Errors
    /// [`Missing`](ErrorKind::Missing) when a named model, or every model, is not installed;
    /// [`Damaged`](ErrorKind::Damaged) when a file has changed since it was installed;
    /// [`Io`](ErrorKind::Io), also when `to` is not empty; [`Cancelled`](ErrorKind::Cancelled).
    /// `to` is then empty again.
    pub fn export(
        &self,
        names: &[&str],
        to: &Path,
        progress: &mut dyn FnMut(u64, u64),
        cancel: &Cancel,
    ) -> Result<Vec<String>> {
        let mut bundle = Bundle { format: FORMAT, model: BTreeMap::new() };
        for name in names {
            self.catalog.model(name)?;
        }
        for model in self.catalog.models() {
            let named = names.contains(&model.name.as_str());
            match self.check(model) {
                Ok(record) if named || names.is_empty() => {
                    bundle.model.insert(model.name.clone(), record);
                }
                Err(_) if named => {
                    let message = format!(
                        "the model {0} is not installed: run `sayso models fetch {0}`",
                        model.name
                    );
                    return Err(Error::new(ErrorKind::Missing, message));
                }
                _ => {}
            }
        }
        if bundle.model.is_empty() {
            let message = "no model is installed: run `sayso models fetch`";
            return Err(Error::new(ErrorKind::Missing, message).with_path(&self.dir));
        }
        let cannot = |what| move |error| failed_in(Folder::Bundle, what, to, error);
        fs::create_dir_all(to).map_err(cannot("could not make the folder"))?;
        let mut entries = fs::read_dir(to).map_err(cannot("could not list the folder"))?;
        if entries.next().is_some() {
            let message = "the folder is not empty: name a new one";
            return Err(Error::new(ErrorKind::Io, message).with_path(to));
        }
        if let Err(error) = self.write_bundle(&bundle, to, progress, cancel) {
            // So that the same command can be given again.
            for name in bundle.model.keys() {
                let _ = fs::remove_dir_all(to.join(name));
            }
            return Err(error);
        }
        Ok(bundle.model.into_keys().collect())
    }

    fn write_bundle(
        &self,
        bundle: &Bundle,
        to: &Path,
        progress: &mut dyn FnMut(u64, u64),
        cancel: &Cancel,
    ) -> Result<()> {
        copy_models(Folder::Bundle, bundle, &self.dir, to, progress, cancel)?;
        for name in bundle.model.keys() {
            lay_licence(Folder::Bundle, self.catalog.model(name)?, &to.join(name))?;
        }
        let text = toml::to_string(bundle)
            .map_err(|e| Error::new(ErrorKind::Io, "could not write the list").because(e))?;
        // Written last, so that an incomplete bundle has no list and is not accepted.
        disk::write_synced(Folder::Bundle, &to.join(LIST), text.as_bytes())
    }

    /// Installs the models of the bundle in `from` and returns their names. Every file is checked
    /// against the bundle's list and the catalogue before any model is put in place.
    ///
    /// # Errors
    /// [`Damaged`](ErrorKind::Damaged) when `from` is not a bundle, lacks a file, holds a foreign
    /// one, or a file is truncated or changed; [`Io`](ErrorKind::Io);
    /// [`Cancelled`](ErrorKind::Cancelled). The store is then unchanged.
    pub fn import(
        &self,
        from: &Path,
        progress: &mut dyn FnMut(u64, u64),
        cancel: &Cancel,
    ) -> Result<Vec<String>> {
        let bundle = read_list(from)?;
        for (name, record) in &bundle.model {
            self.check_listed(from, name, record)?;
        }
        check_foreign(from, &bundle)?;
        let _lock = Lock::take(&self.dir, cancel, &mut || ())?;
        self.recover()?;
        let work = self.dir.join(WORK);
        disk::create_own_dir(&work)?;
        let work = work.join("import");
        disk::remove_dir(&work)?;
        let result = self.stage_and_put(from, &bundle, &work, progress, cancel);
        let cleaned = disk::remove_dir(&work);
        let _ = fs::remove_dir(self.dir.join(WORK));
        result?;
        cleaned?;
        Ok(bundle.model.into_keys().collect())
    }

    fn stage_and_put(
        &self,
        from: &Path,
        bundle: &Bundle,
        work: &Path,
        progress: &mut dyn FnMut(u64, u64),
        cancel: &Cancel,
    ) -> Result<()> {
        create_dir(work)?;
        copy_models(Folder::Store, bundle, from, work, progress, cancel)?;
        for (name, record) in &bundle.model {
            record.write(&work.join(name))?;
        }
        for name in bundle.model.keys() {
            self.put(self.catalog.model(name)?, &work.join(name))?;
        }
        Ok(())
    }

    /// Whether the list's entry for a model is one of the catalogue's.
    fn check_listed(&self, from: &Path, name: &str, record: &Record) -> Result<()> {
        let foreign = |what: String| {
            let message = format!("{what}: make the bundle with the same version of Sayso");
            Err(Error::new(ErrorKind::Damaged, message).with_path(from.join(name)))
        };
        let Ok(model) = self.catalog.model(name) else {
            return foreign("the catalogue has no such model".into());
        };
        let listed: BTreeSet<&str> = record.files.keys().map(String::as_str).collect();
        if listed != model.files().into_iter().collect() {
            return foreign("its files are not those of the catalogue".into());
        }
        for (file, print) in &record.files {
            if !model.expected(file).any(|expected| expected.accepts(*print)) {
                return foreign(format!("the hash of {file} is not in the catalogue"));
            }
        }
        Ok(())
    }
}

fn read_list(from: &Path) -> Result<Bundle> {
    let path = from.join(LIST);
    let wrong = |what: &str| Error::new(ErrorKind::Damaged, what).with_path(&path);
    let mut text = String::new();
    let file = File::open(&path).map_err(|error| {
        if !from.exists() {
            let message = "there is no such folder: check the path";
            return Error::new(ErrorKind::Missing, message).with_path(from);
        }
        wrong("not a bundle: its list is missing; export it again").because(error)
    })?;
    file.take(MAX_RECORD)
        .read_to_string(&mut text)
        .map_err(|error| wrong("the bundle's list cannot be read").because(error))?;
    let bundle: Bundle = toml::from_str(&text)
        .map_err(|error| wrong("the bundle's list is damaged").because(error))?;
    if bundle.format != FORMAT {
        return Err(wrong("the bundle was made by another version of Sayso"));
    }
    Ok(bundle)
}

/// Refuses files and folders that the list does not name.
fn check_foreign(from: &Path, bundle: &Bundle) -> Result<()> {
    let foreign = |path: &Path| {
        let message = "it does not belong to the bundle: remove it, or export the bundle again";
        Error::new(ErrorKind::Damaged, message).with_path(path)
    };
    let entries = |dir: &Path| -> Result<Vec<(String, std::path::PathBuf, bool)>> {
        let cannot = |error| failed("could not list the bundle", dir, error);
        let mut found = Vec::new();
        for entry in fs::read_dir(dir).map_err(cannot)? {
            let entry = entry.map_err(cannot)?;
            let is_dir = entry.file_type().map_err(cannot)?.is_dir();
            found.push((entry.file_name().to_string_lossy().into_owned(), entry.path(), is_dir));
        }
        Ok(found)
    };
    for (name, path, is_dir) in entries(from)? {
        match bundle.model.get(&name) {
            Some(record) if is_dir => {
                for (file, path, is_dir) in entries(&path)? {
                    let known = record.files.contains_key(&file) || file == LICENCE;
                    if is_dir || !known {
                        return Err(foreign(&path));
                    }
                }
            }
            None if name == LIST && !is_dir => {}
            // File managers leave such files everywhere.
            None if name.starts_with('.') && !is_dir => {}
            _ => return Err(foreign(&path)),
        }
    }
    Ok(())
}

/// Copies the listed files of all models from their folders in `from` into new ones in `to`,
/// a folder of the kind `folder`.
fn copy_models(
    folder: Folder,
    bundle: &Bundle,
    from: &Path,
    to: &Path,
    progress: &mut dyn FnMut(u64, u64),
    cancel: &Cancel,
) -> Result<()> {
    let total = bundle.model.values().flat_map(|r| r.files.values()).map(|f| f.size).sum();
    let mut done = 0;
    for (name, record) in &bundle.model {
        let (from, to) = (from.join(name), to.join(name));
        fs::create_dir(&to).map_err(|e| failed_in(folder, "could not make the folder", &to, e))?;
        for (file, print) in &record.files {
            let mut step = |n| {
                done += n;
                progress(done, total);
            };
            copy(folder, &from.join(file), &to.join(file), *print, cancel, &mut step)?;
        }
    }
    Ok(())
}

/// Copies a file that must have the fingerprint `print` into a folder of the given kind, in one
/// pass.
fn copy(
    folder: Folder,
    from: &Path,
    to: &Path,
    print: Fingerprint,
    cancel: &Cancel,
    progress: &mut dyn FnMut(u64),
) -> Result<()> {
    let next = match folder {
        Folder::Store => "copy or export the bundle again",
        Folder::Bundle => "run `sayso models fetch` to repair it",
    };
    let changed = |what: &str| {
        let message = format!("{what}: it was cut short or changed; {next}");
        Error::new(ErrorKind::Damaged, message).with_path(from)
    };
    match fs::symlink_metadata(from) {
        Ok(meta) if meta.is_file() && meta.len() == print.size => {}
        Ok(_) => return Err(changed("wrong length")),
        Err(_) => {
            let message = format!("it is missing: {next}");
            return Err(Error::new(ErrorKind::Damaged, message).with_path(from));
        }
    }
    let cannot_read = |error| failed("could not read the file", from, error);
    let cannot_write = |error| failed_in(folder, "could not write the file", to, error);
    let mut input = File::open(from).map_err(cannot_read)?;
    let mut output = disk::create_file(to).map_err(cannot_write)?;
    let mut buffer = vec![0; 1 << 20];
    loop {
        check_cancel(cancel)?;
        let n = input.read(&mut buffer).map_err(cannot_read)?;
        if n == 0 {
            break;
        }
        output.write_all(&buffer[..n]).map_err(cannot_write)?;
        progress(n as u64);
    }
    output.sync_all().map_err(cannot_write)?;
    drop(output);
    // Hashed after the copy, so that exactly what is put in place was checked.
    if hash_file(to, cancel, &mut |_| ())? != print {
        return Err(changed("wrong SHA-256"));
    }
    Ok(())
}
