//! TLS in front of a system, as on AWS, with a certificate from a new root.

use std::{net::SocketAddr, sync::Arc};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::aws_lc_rs,
        pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    },
};

/// A proxy that terminates TLS 1.3. Dropping it stops it.
pub struct TlsProxy {
    /// Its address, under the name `localhost`.
    pub address: SocketAddr,
    /// The root's certificate, in PEM.
    pub root: String,
    server: JoinHandle<()>,
}

impl TlsProxy {
    /// Starts it in front of `system`, with a certificate for `name`.
    pub async fn start(system: SocketAddr, name: &str) -> Self {
        let mut root = CertificateParams::new(Vec::new()).unwrap();
        // With the same name as its issuer, a certificate would pass for self-signed.
        root.distinguished_name.push(DnType::CommonName, "a root of this run");
        root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let root = CertifiedIssuer::self_signed(root, KeyPair::generate().unwrap()).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = tokio::spawn(serve(listener, acceptor(name, &root), system));
        Self { address, root: root.pem(), server }
    }
}

impl Drop for TlsProxy {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn acceptor(name: &str, root: &CertifiedIssuer<'_, KeyPair>) -> TlsAcceptor {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, root).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(aws_lc_rs::default_provider().into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.into()], key)
        .unwrap();
    Arc::new(config).into()
}

async fn serve(listener: TcpListener, acceptor: TlsAcceptor, system: SocketAddr) {
    loop {
        let (client, _) = listener.accept().await.unwrap();
        let acceptor = acceptor.clone();
        tokio::spawn(async move {
            // Some tests use clients that disconnect or do not trust the root.
            client.set_nodelay(true).ok()?;
            let mut client = acceptor.accept(client).await.ok()?;
            let mut system = TcpStream::connect(system).await.ok()?;
            system.set_nodelay(true).ok()?;
            tokio::io::copy_bidirectional(&mut client, &mut system).await.ok()
        });
    }
}
