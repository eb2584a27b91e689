//! A local authority, and a certificate under it, for machines that no public authority knows.
//!
//! The authority may vouch only for the names that it was made for (name constraints, RFC 5280,
//! section 4.2.1.10). So a phone that trusts it does not trust it for anything else, even if
//! its key is stolen.

use std::fs;
use std::io::Write as _;
use std::net::{IpAddr, UdpSocket};
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    NameConstraints,
};
use sayso::{Config, Error, Result};

use crate::guard::own_name;

/// How long a certificate is valid: Apple's systems accept no more than 825 days.
const CERTIFICATE: SignedDuration = SignedDuration::from_hours(24 * 820);
/// How long the authority is valid: ten years.
const AUTHORITY: SignedDuration = SignedDuration::from_hours(24 * 3_650);
/// Both are valid from a day ago, because a phone's clock may be wrong.
const BEFORE: SignedDuration = SignedDuration::from_hours(-24);

/// Where the files are: beside the settings.
pub struct Files {
    /// The authority, for those who are to trust it.
    pub authority: PathBuf,
    /// Its private key.
    pub authority_key: PathBuf,
    /// What the authority is called, and the names for which it may vouch, one a line.
    names: PathBuf,
    /// The certificate of the server.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

impl Files {
    /// The files that belong to these settings.
    ///
    /// # Errors
    /// When the user has no folder for settings.
    pub fn of(config: &Config) -> Result<Self> {
        if config.folder.as_os_str().is_empty() {
            return Err(Error::config(
                "there is no folder for certificates: name a settings file with --config, or set \
                 server.certificate_file and server.key_file",
            ));
        }
        let folder = config.folder.join("tls");
        let file = |name| folder.join(name);
        Ok(Self {
            authority: file("authority.crt"),
            authority_key: file("authority.key"),
            names: file("authority.names"),
            certificate: file("server.crt"),
            key: file("server.key"),
        })
    }
}

/// A certificate that was made.
pub struct Made {
    files: Files,
    names: Vec<String>,
    /// Whether the authority is new, so that nobody trusts it yet.
    new: bool,
    /// Whether it replaces one that vouched for other names.
    replaced: bool,
}

impl Made {
    /// What was made, and how a phone learns to trust it.
    pub fn instructions(&self) -> String {
        let Self { files, names, new, .. } = self;
        let (certificate, authority) = (files.certificate.display(), files.authority.display());
        let names = names.join(", ");
        let made = format!("{certificate}: a certificate for {names}, valid for 820 days");
        if !new {
            return format!("{made}, under the authority that your devices trust already.");
        }
        format!(
            "{made}.\n\
             {authority}: the local authority, for these names only.\n\n\
             A device opens https://NAME:8765 without a warning when it trusts the authority. \
             Copy {authority} to it (it is no secret), then:\n  \
             iPhone, iPad   open the file, install it in Settings > General > VPN & Device \
             Management, and switch it on in Settings > General > About > Certificate Trust \
             Settings\n  \
             Android        Settings > Security > Encryption & credentials > Install a \
             certificate > CA certificate\n  \
             Firefox        Settings > Privacy & Security > View Certificates > Authorities > \
             Import\n  \
             Chromium       chrome://settings/certificates > Authorities > Import\n  \
             Debian         sudo cp it to /usr/local/share/ca-certificates/sayso.crt, then sudo \
             update-ca-certificates\n  \
             curl           curl --cacert {authority} https://NAME:8765/healthz"
        )
    }

    /// What else the user should know.
    pub fn note(&self) -> Option<String> {
        self.replaced.then(|| {
            "the old authority did not vouch for all these names, so there is a new one: devices \
             that trusted the old one must trust the new one"
                .to_owned()
        })
    }
}

/// The names and addresses of this machine.
pub fn own_names() -> Vec<String> {
    let mut names = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
    if let Some(name) = own_name() {
        names.push(format!("{name}.local"));
        names.push(name);
    }
    // The address by which this machine would reach others. Nothing is sent.
    let towards = |from: &str, to: &str| {
        let socket = UdpSocket::bind(from).ok()?;
        socket.connect(to).ok()?;
        Some(socket.local_addr().ok()?.ip())
    };
    let own = [towards("0.0.0.0:0", "192.0.2.1:9"), towards("[::]:0", "[2001:db8::1]:9")];
    for ip in own.into_iter().flatten().filter(|ip| !ip.is_loopback() && !ip.is_unspecified()) {
        names.push(ip.to_string());
    }
    names.dedup();
    names
}

/// Makes a certificate for these names. The authority is made too, unless there is one that may
/// vouch for them.
///
/// # Errors
/// [`Input`](sayso::ErrorKind::Input) for a name that cannot be one;
/// [`Io`](sayso::ErrorKind::Io) when a file cannot be written.
pub fn make(names: &[String], config: &Config) -> Result<Made> {
    let mut names: Vec<String> =
        names.iter().map(|name| name.trim().to_ascii_lowercase()).collect();
    names.retain(|name| !name.is_empty());
    if names.is_empty() {
        return Err(Error::input("a certificate needs a name"));
    }
    let files = Files::of(config)?;
    let before = files.authority.exists();
    let kept = kept(&files, &names);
    let (issuer, new) = match kept {
        Some(issuer) => (issuer, false),
        None => (new_authority(&files, &names)?, true),
    };
    let failed = |error: rcgen::Error| Error::input(format!("{}: {error}", names.join(", ")));
    let mut params = CertificateParams::new(names.clone()).map_err(failed)?;
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, names.first().cloned().unwrap_or_default());
    params.is_ca = IsCa::ExplicitNoCa;
    params.use_authority_key_identifier_extension = true;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    valid(&mut params, CERTIFICATE);
    let key = KeyPair::generate().map_err(failed)?;
    let certificate = params.signed_by(&key, &issuer).map_err(failed)?;
    write(&files.key, &key.serialize_pem(), true)?;
    write(&files.certificate, &certificate.pem(), false)?;
    Ok(Made { files, names, new, replaced: new && before })
}

/// What is known of an authority: its name, and the names for which it may vouch.
struct Authority {
    called: String,
    names: Vec<String>,
}

impl Authority {
    /// What its certificate says. The same for the same authority, so that it need not be read.
    fn params(&self) -> CertificateParams {
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, self.called.clone());
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        valid(&mut params, AUTHORITY);
        params.name_constraints = Some(NameConstraints {
            permitted_subtrees: self.names.iter().map(|name| subtree(name)).collect(),
            excluded_subtrees: excluded(&self.names),
        });
        params
    }
}

/// The authority that exists, if it may vouch for these names.
fn kept(files: &Files, names: &[String]) -> Option<Issuer<'static, KeyPair>> {
    let text = fs::read_to_string(&files.names).ok()?;
    let mut lines = text.lines().map(str::to_owned);
    let authority = Authority { called: lines.next()?, names: lines.collect() };
    if !files.authority.exists() || !names.iter().all(|name| authority.names.contains(name)) {
        return None;
    }
    let key = KeyPair::from_pem(&fs::read_to_string(&files.authority_key).ok()?).ok()?;
    Some(Issuer::new(authority.params(), key))
}

fn new_authority(files: &Files, names: &[String]) -> Result<Issuer<'static, KeyPair>> {
    let failed = |error: rcgen::Error| Error::input(format!("{}: {error}", names.join(", ")));
    let owner = own_name().unwrap_or_else(|| "this machine".into());
    let authority = Authority { called: format!("Sayso on {owner}"), names: names.to_vec() };
    let (params, key) = (authority.params(), KeyPair::generate().map_err(failed)?);
    let certificate = params.self_signed(&key).map_err(failed)?;
    write(&files.authority_key, &key.serialize_pem(), true)?;
    write(&files.authority, &certificate.pem(), false)?;
    write(&files.names, &format!("{}\n{}\n", authority.called, names.join("\n")), false)?;
    Ok(Issuer::new(params, key))
}

fn subtree(name: &str) -> GeneralSubtree {
    match name.parse::<IpAddr>() {
        Ok(ip) => {
            let bits = if ip.is_ipv4() { 32 } else { 128 };
            GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(ip, bits))
        }
        Err(_) => GeneralSubtree::DnsName(name.to_owned()),
    }
}

/// Without a permitted name of a kind, all names of that kind would be allowed.
fn excluded(names: &[String]) -> Vec<GeneralSubtree> {
    let is_ip = |name: &&String| name.parse::<IpAddr>().is_ok();
    let mut excluded = Vec::new();
    if names.iter().all(|name| is_ip(&name)) {
        excluded.push(GeneralSubtree::DnsName(String::new()));
    }
    if !names.iter().any(|name| is_ip(&name)) {
        excluded.push(GeneralSubtree::IpAddress(CidrSubnet::from_v4_prefix([0; 4], 0)));
        excluded.push(GeneralSubtree::IpAddress(CidrSubnet::from_v6_prefix([0; 16], 0)));
    }
    excluded
}

/// Year, month and day that are so far from now.
fn day(from_now: SignedDuration) -> (i32, u8, u8) {
    let day = (Timestamp::now() + from_now).to_zoned(jiff::tz::TimeZone::UTC).date();
    let small = |number: i8| u8::try_from(number).unwrap_or(1);
    (day.year().into(), small(day.month()), small(day.day()))
}

/// The time within which something is valid that is made now.
fn valid(params: &mut CertificateParams, for_: SignedDuration) {
    let ((y, m, d), (year, month, date)) = (day(BEFORE), day(for_));
    params.not_before = rcgen::date_time_ymd(y, m, d);
    params.not_after = rcgen::date_time_ymd(year, month, date);
}

/// Replaces a file as a whole.
fn write(path: &Path, text: &str, secret: bool) -> Result<()> {
    let failed = |error: std::io::Error| Error::io(path.display(), error);
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(failed)?;
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = if secret { 0o600 } else { 0o644 };
        builder.permissions(fs::Permissions::from_mode(mode));
    }
    let _ = secret;
    let mut file = builder.tempfile_in(folder).map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.as_file().sync_all()).map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}
