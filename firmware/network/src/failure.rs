//! Why a connection was not made.

use std::error::Error;
use std::io::ErrorKind;

/// What a client can say about a connection that was not made. No text of the other side is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Nobody listens at this port.
    Refused,
    /// There is no way to this host.
    NoRoute,
    /// Nothing answers.
    Silent,
    /// The connection was closed.
    HungUp,
    /// The certificate is signed by nobody who is trusted.
    Untrusted,
    /// The certificate is not valid at this time.
    Expired,
    /// The certificate is for another name.
    OtherName,
    /// The certificate cannot be used for another reason.
    BadCertificate,
    /// The other side does not encrypt, or not in a way that both know.
    NotEncrypted,
}

impl Failure {
    /// Why, as far as an error and its causes say it.
    pub fn of(error: &(dyn Error + 'static)) -> Option<Self> {
        let mut next = Some(error);
        while let Some(cause) = next {
            if let Some(io) = cause.downcast_ref::<std::io::Error>() {
                // What it wraps is not called its source.
                let inner = io.get_ref().map(|inner| inner as &(dyn Error + 'static));
                if let Some(found) = inner.and_then(Self::of).or_else(|| Self::kind(io.kind())) {
                    return Some(found);
                }
            }
            #[cfg(feature = "tls")]
            if let Some(error) = cause.downcast_ref::<rustls::Error>() {
                return Some(Self::tls(error));
            }
            next = cause.source();
        }
        None
    }

    fn kind(kind: ErrorKind) -> Option<Self> {
        Some(match kind {
            ErrorKind::ConnectionRefused => Self::Refused,
            ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable | ErrorKind::NetworkDown => {
                Self::NoRoute
            }
            ErrorKind::TimedOut => Self::Silent,
            ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::BrokenPipe
            | ErrorKind::UnexpectedEof => Self::HungUp,
            _ => return None,
        })
    }

    #[cfg(feature = "tls")]
    fn tls(error: &rustls::Error) -> Self {
        use rustls::CertificateError as Wrong;

        let rustls::Error::InvalidCertificate(wrong) = error else { return Self::NotEncrypted };
        match wrong {
            Wrong::UnknownIssuer => Self::Untrusted,
            Wrong::Expired
            | Wrong::ExpiredContext { .. }
            | Wrong::NotValidYet
            | Wrong::NotValidYetContext { .. } => Self::Expired,
            Wrong::NotValidForName | Wrong::NotValidForNameContext { .. } => Self::OtherName,
            _ => Self::BadCertificate,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[test]
    fn the_cause_is_found_within_others() {
        let refused = || io::Error::from(ErrorKind::ConnectionRefused);
        assert_eq!(Failure::of(&refused()), Some(Failure::Refused));
        let within = io::Error::other(io::Error::other(refused()));
        assert_eq!(Failure::of(&within), Some(Failure::Refused));
        assert_eq!(Failure::of(&io::Error::other("odd")), None);
    }

    #[cfg(feature = "tls")]
    #[test]
    fn certificates_are_told_apart() {
        use rustls::{CertificateError, Error};

        let of = |error: Error| Failure::of(&io::Error::new(ErrorKind::InvalidData, error));
        let wrong = |why| of(Error::InvalidCertificate(why));
        assert_eq!(wrong(CertificateError::UnknownIssuer), Some(Failure::Untrusted));
        assert_eq!(wrong(CertificateError::Expired), Some(Failure::Expired));
        assert_eq!(wrong(CertificateError::NotValidForName), Some(Failure::OtherName));
        assert_eq!(wrong(CertificateError::Revoked), Some(Failure::BadCertificate));
        assert_eq!(of(Error::DecryptError), Some(Failure::NotEncrypted));
    }
}
