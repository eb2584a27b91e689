//! The unit that starts programs for the installed service: what it does with a connection.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixStream;
use std::time::Instant;

use sayso_models::Cancel;
use sayso_skills::{Run, RunError};

use super::here;
use super::unit::{Answered, Asked, PATIENCE, read, write};
use crate::config::Config;
use crate::error::{Error, Result};

/// Starts the program that a client asks for, if the settings have it, and ends it when the client
/// hangs up. Returns when it has ended.
///
/// # Errors
/// [`Input`](crate::ErrorKind::Input) when the client is of another user, or what it asks for is not
/// understood; [`Io`](crate::ErrorKind::Io) when it is lost.
pub fn serve(mut client: UnixStream, config: &Config) -> Result<()> {
    let lost = |error| Error::io("the client", error);
    if !is_allowed(&client).map_err(lost)? {
        return Err(Error::input("a client of another user was refused"));
    }
    let line = read(&mut client, Instant::now() + PATIENCE, &|| false).map_err(lost)?;
    // The message of the error holds parts of the line.
    let asked = serde_json::from_slice(&line);
    let asked = asked.map_err(|_| Error::input("the client sends what is not understood"))?;
    client.set_write_timeout(Some(PATIENCE)).map_err(lost)?;
    match asked {
        Asked::Command { name, input } => {
            let answered = match config.commands.get(&name) {
                Some(command) => {
                    let run = Run { program: command.program(&name), input };
                    while_it_waits(&client, |cancel| here::run(&run, cancel)).into()
                }
                None => unknown("commands", &name),
            };
            write(&mut client, &answered).map_err(lost)
        }
        Asked::Server { name } => attend(client, &name, config).map_err(lost),
    }
}

fn unknown(section: &str, name: &str) -> Answered {
    Answered::Failed(format!("the settings of the unit have no section [{section}.{name}]"))
}

/// Whether the other end is root, or the user to whom the socket belongs.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn is_allowed(client: &UnixStream) -> io::Result<bool> {
    let peer = rustix::net::sockopt::socket_peercred(client)?.uid;
    Ok(peer.is_root() || owner(client)? == peer.as_raw())
}

/// On other systems the mode of the socket keeps others out, and there is no such unit.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn is_allowed(client: &UnixStream) -> io::Result<bool> {
    owner(client).map(|_| true)
}

/// The user to whom the socket belongs that the client has connected to.
fn owner(client: &UnixStream) -> io::Result<u32> {
    let address = client.local_addr()?;
    let path = address.as_pathname().ok_or_else(|| io::Error::other("its socket has no path"))?;
    Ok(fs::symlink_metadata(path)?.uid())
}

/// Does something that is cancelled when the client hangs up.
fn while_it_waits<T>(client: &UnixStream, work: impl FnOnce(&Cancel) -> T) -> T {
    let (cancel, is_done) = (Cancel::new(), Cancel::new());
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_done.is_cancelled() {
                if has_hung_up(client) {
                    return cancel.cancel();
                }
            }
        });
        let done = work(&cancel);
        is_done.cancel();
        done
    })
}

/// Whether the client hangs up within a moment. Nothing is read.
fn has_hung_up(client: &UnixStream) -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    const MOMENT: Timespec = Timespec { tv_sec: 0, tv_nsec: 20_000_000 };
    let mut all = [PollFd::new(client, PollFlags::empty())];
    let gone = PollFlags::HUP | PollFlags::ERR;
    poll(&mut all, Some(&MOMENT)).is_ok() && all[0].revents().intersects(gone)
}

/// Starts a server of tools, and waits until it has ended or the client hangs up.
#[cfg(feature = "mcp")]
fn attend(mut client: UnixStream, name: &str, config: &Config) -> io::Result<()> {
    let server = config.mcp.get(name).filter(|server| !server.run.is_empty());
    let Some(server) = server else { return write(&mut client, &unknown("mcp", name)) };
    let program = server.run.first().map(std::path::Path::new);
    let key = match program.and_then(super::fault) {
        Some(why) => Err(why),
        None => here::key(server),
    };
    let key = match key {
        Ok(key) => key,
        Err(why) => return write(&mut client, &Answered::from(RunError::Failed(why))),
    };
    // Before anything that the server sends.
    write(&mut client, &Answered::Started)?;
    client.set_read_timeout(None)?;
    client.set_write_timeout(None)?;
    let process =
        here::attend(server, key.as_deref(), client.try_clone()?).map_err(io::Error::other)?;
    while !process.has_ended()? && !has_hung_up(&client) {}
    Ok(())
}

#[cfg(not(feature = "mcp"))]
fn attend(mut client: UnixStream, _: &str, _: &Config) -> io::Result<()> {
    let why = "this build cannot use servers of tools: build it with mcp";
    write(&mut client, &Answered::from(RunError::Failed(why.into())))
}

#[cfg(test)]
#[path = "unit_tests.rs"]
mod tests;
