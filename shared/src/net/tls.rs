//! The root certificates that TLS trusts.

use std::fs;

use rustls::{
    ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, pem::PemObject},
};

use crate::config::{Env, Setting};

const ROOTS: Setting = Setting::optional("SSL_CERT_FILE").about(
    "A PEM file of root certificates to trust instead of Mozilla's, which are compiled in.",
    "改为信任这个 PEM 文件中的根证书；默认使用编译进程序的 Mozilla 根证书。",
);

/// Reads the trusted roots: Mozilla's as of the build, or those of the PEM file that `SSL_CERT_FILE` names.
pub(crate) fn read(env: &mut Env) -> Option<ClientConfig> {
    let roots = match env.optional(&ROOTS) {
        None => RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() },
        Some(file) => match of_file(&file) {
            Some(roots) => roots,
            None => return env.wrong("SSL_CERT_FILE does not name a PEM file of certificates".to_owned()),
        },
    };
    let versions = ClientConfig::builder_with_provider(aws_lc_rs::default_provider().into())
        .with_safe_default_protocol_versions();
    // Fails where the provider has no cipher suite for a version.
    Some(versions.ok()?.with_root_certificates(roots).with_no_client_auth())
}

fn of_file(file: &str) -> Option<RootCertStore> {
    let pem = fs::read(file).ok()?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        roots.add(certificate.ok()?).ok()?;
    }
    (!roots.is_empty()).then_some(roots)
}
