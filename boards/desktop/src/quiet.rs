//! Keeping sound libraries from writing to the terminal.

/// While it lives, what ALSA has to say on this thread goes to the debug log
/// instead of stderr. It complains about every device that could be and is not.
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
