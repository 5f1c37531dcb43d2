//! Proxies and private certificate authorities between a client and Atlas.

#![cfg(any(feature = "rustls", feature = "native-tls"))]
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use std::error::Error as _;
use std::sync::Arc;

use atlas_snapshots::{Atlas, AtlasBuilder, Credentials, Error, ErrorKind, RetryPolicy};
use atlas_snapshots_mock::MockAtlas;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use tokio::io::{AsyncWriteExt, BufReader, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;

use crate::common::{request_head, with_timeout};

/// The name that certificates are for. It is loopback, so that no DNS server is needed.
const NAME: &str = "localhost";

async fn mock() -> MockAtlas {
    let builder = MockAtlas::builder().snapshots(25);
    builder.require_token("sesame").start().await.unwrap()
}

fn client() -> AtlasBuilder {
    Atlas::builder()
        .credentials(Credentials::access_token("sesame"))
        .retry_policy(RetryPolicy::none())
}

async fn list(mock: &MockAtlas, atlas: AtlasBuilder) -> Result<Vec<String>, Error> {
    let request = atlas
        .build()?
        .serverless_snapshots(mock.project_id(), mock.cluster_name());
    let snapshots = with_timeout(request.page_size(10).collect()).await?;
    Ok(snapshots.iter().map(|s| s.id().to_string()).collect())
}

#[tokio::test]
async fn plain_requests_go_through_the_proxy_with_its_own_credentials() {
    // The mock also accepts what a client sends to a proxy, and this host has no address.
    let mock = mock().await;
    let atlas = client()
        .base_url("http://atlas.invalid")
        .danger_allow_plain_http()
        .proxy(format!("http://user:open@{}", address(&mock)));
    assert_eq!(list(&mock, atlas).await.unwrap(), mock.snapshot_ids());
    assert_eq!(mock.request_count(), 3);
    for request in mock.requests() {
        assert_eq!(request.header("host"), Some("atlas.invalid"));
        assert_eq!(
            request.header("proxy-authorization"),
            Some("Basic dXNlcjpvcGVu")
        );
        assert!(request.authorization_is("Bearer sesame"));
    }
}

#[tokio::test]
async fn a_certificate_of_a_private_authority_is_trusted_where_the_authority_is_given() {
    let mock = mock().await;
    let tls = Tls::in_front_of(&mock).await;
    let atlas = client().base_url(&tls.base_url);
    let retries = atlas.clone().retry_policy(RetryPolicy::default());
    let error = list(&mock, retries).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert!(
        error
            .to_string()
            .contains("the certificate of the server was refused")
    );
    assert!(!error.is_retryable());
    assert_eq!(error.attempts(), Some(1));
    let account = Credentials::service_account("mdb_sa_id_0123", "mdb_sa_sk_sesame");
    let of_token = list(&mock, atlas.clone().credentials(account)).await;
    assert_eq!(of_token.unwrap_err().kind(), ErrorKind::Connect);
    let causes = std::iter::successors(error.source(), |&cause| cause.source());
    let causes: Vec<String> = causes.map(ToString::to_string).collect();
    assert!(
        causes.iter().any(|cause| cause.contains("certificate")),
        "{causes:?}"
    );
    assert_eq!(mock.request_count(), 0, "no token was sent");

    let other = Tls::in_front_of(&mock).await;
    let error = list(&mock, atlas.clone().root_certificate(&*other.authority)).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Connect);

    // One of several authorities is enough.
    let atlas = atlas
        .root_certificate(&*other.authority)
        .root_certificate(&*tls.authority);
    assert_eq!(list(&mock, atlas).await.unwrap(), mock.snapshot_ids());
}

#[tokio::test]
async fn a_proxy_cannot_read_encrypted_requests() {
    let mock = mock().await;
    let tls = Tls::in_front_of(&mock).await;
    let (proxy, mut heads) = tunnels().await;
    let atlas = client()
        .base_url(&tls.base_url)
        .root_certificate(&*tls.authority)
        .proxy(format!("http://user:open@{proxy}"));
    assert_eq!(list(&mock, atlas).await.unwrap(), mock.snapshot_ids());

    let host = tls.base_url.trim_start_matches("https://");
    let heads: Vec<String> = std::iter::from_fn(|| heads.try_recv().ok()).collect();
    assert!(!heads.is_empty());
    for head in heads {
        assert!(head.starts_with(&format!("CONNECT {host} ")), "{head}");
        assert!(head.contains("Basic dXNlcjpvcGVu"), "{head}");
        assert!(!head.contains("sesame"), "{head}");
    }
}

#[tokio::test]
async fn a_proxy_without_a_listener_is_a_connect_error_without_its_password() {
    let mock = mock().await;
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy = closed.local_addr().unwrap();
    drop(closed);
    let atlas = client()
        .base_url("https://atlas.invalid")
        .proxy(format!("http://user:open@{proxy}"));
    let error = list(&mock, atlas).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    let shown = format!("{error} {error:?}");
    assert!(
        !shown.contains("open") && !shown.contains("dXNlcjpvcGVu"),
        "{shown}"
    );
}

#[tokio::test]
async fn a_proxy_that_cannot_be_used_is_refused_and_not_left_out() {
    let mock = mock().await;
    for proxy in [
        "ftp://proxy.invalid",
        "socks5://proxy.invalid:1080",
        "htps://proxy.invalid",
        "http://proxy.invalid:port",
        " http://proxy.invalid",
        "http:\\\\proxy.invalid",
    ] {
        let atlas = client().base_url(mock.base_url()).proxy(proxy);
        let error = list(&mock, atlas).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{proxy}: {error}");
        assert!(error.to_string().contains("the proxy must"), "{error}");
        assert_eq!(mock.request_count(), 0, "{proxy}");
    }
}

/// A TLS server in front of a mock, with a certificate of its own authority.
struct Tls {
    base_url: String,
    /// PEM.
    authority: String,
}

impl Tls {
    async fn in_front_of(mock: &MockAtlas) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
            .distinguished_name
            .push(DnType::CommonName, format!("authority {port}"));
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new([NAME.to_owned()])
            .unwrap()
            .signed_by(&key, &authority)
            .unwrap();
        let key = PrivatePkcs8KeyDer::from(key.serialize_der());
        let config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key.into())
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));

        let target = address(mock);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, target) = (acceptor.clone(), target.clone());
                tokio::spawn(async move {
                    // A client that does not trust the certificate closes the connection here.
                    let Ok(mut stream) = acceptor.accept(stream).await else {
                        return;
                    };
                    let mut mock = TcpStream::connect(target).await.unwrap();
                    let _ = copy_bidirectional(&mut stream, &mut mock).await;
                });
            }
        });
        Self {
            base_url: format!("https://{NAME}:{port}"),
            authority: authority.pem(),
        }
    }
}

fn address(mock: &MockAtlas) -> String {
    mock.base_url().trim_start_matches("http://").to_owned()
}

/// A proxy for `CONNECT` requests only, and the heads of those requests.
async fn tunnels() -> (String, UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (sender, heads) = unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let sender = sender.clone();
            tokio::spawn(async move {
                let mut stream = BufReader::new(stream);
                let Some(head) = request_head(&mut stream).await else {
                    return;
                };
                let target = head.split(' ').nth(1).unwrap().to_owned();
                sender.send(head).unwrap();
                let mut target = TcpStream::connect(target).await.unwrap();
                let connected = b"HTTP/1.1 200 Connection established\r\n\r\n";
                stream.write_all(connected).await.unwrap();
                let _ = copy_bidirectional(&mut stream, &mut target).await;
            });
        }
    });
    (address, heads)
}
