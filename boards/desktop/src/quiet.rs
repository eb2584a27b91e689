//! Keeps sound libraries from writing to the terminal.

/// While it exists, ALSA's messages on this thread go to the debug log instead of stderr. ALSA
/// complains about every device that is possible but absent.
pub struct Quiet {
    #[cfg(target_os = "linux")]
    said: Option<std::rc::Rc<std::cell::RefCell<alsa::Output>>>,
}

impl Quiet {
    pub fn new() -> Self {
        Self {
            #[cfg(target_os = "linux")]
            said: alsa::Output::local_error_handler().ok(),
        }
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        #[cfg(target_os = "linux")]
        if let Some(said) = &self.said {
            for line in said.borrow().to_string().lines() {
                log::debug!("alsa: {line}");
            }
        }
    }
}
