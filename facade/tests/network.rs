//! What lies between a client and Atlas: a proxy, and a certificate authority of one's own.

#![cfg(feature = "rustls")]
#![allow(clippy::unwrap_used, missing_docs)]

mod request_head;
mod soon;

use std::error::Error as _;
use std::sync::Arc;

use atlas_snapshots::{Atlas, AtlasBuilder, Credentials, Error, ErrorKind, PageSize, RetryPolicy};
use atlas_snapshots_mock::MockAtlas;
use futures::TryStreamExt;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use tokio::io::{AsyncWriteExt, BufReader, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;

use crate::request_head::request_head;
use crate::soon::soon;

/// The name that certificates are for. Loopback, so that nobody needs to look it up outside.
const NAME: &str = "localhost";

async fn mock() -> MockAtlas {
    let builder = MockAtlas::builder().snapshots(25);
    builder.require_token("sesame").start().await.unwrap()
}

fn client() -> AtlasBuilder {
    Atlas::builder()
        .credentials(Credentials::access_token("sesame"))
        .retry(RetryPolicy::none())
}

async fn list(mock: &MockAtlas, atlas: AtlasBuilder) -> Result<Vec<String>, Error> {
    let listing = atlas
        .build()?
        .serverless_snapshots(mock.project_id().parse()?, mock.instance_name().parse()?);
    let snapshots = listing.page_size(PageSize::new(10)?).stream();
    let ids = snapshots.map_ok(|snapshot| snapshot.id().to_string());
    soon(ids.try_collect()).await
}

#[tokio::test]
async fn plain_requests_go_through_the_proxy_with_its_own_credentials() {
    // It takes what a client sends to a proxy, too; and no other way leads to this host.
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
async fn a_certificate_of_one_s_own_authority_is_trusted_where_it_was_given() {
    let mock = mock().await;
    let tls = Tls::before(&mock).await;
    let atlas = client().base_url(&tls.base_url);
    let error = list(&mock, atlas.clone()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    let causes = std::iter::successors(error.source(), |&cause| cause.source());
    let causes: Vec<String> = causes.map(ToString::to_string).collect();
    assert!(
        causes.iter().any(|cause| cause.contains("certificate")),
        "{causes:?}"
    );
    assert_eq!(mock.request_count(), 0, "no token has left");

    let other = Tls::before(&mock).await;
    let error = list(&mock, atlas.clone().root_certificate(&*other.authority)).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Connect);

    // One of several is enough.
    let atlas = atlas
        .root_certificate(&*other.authority)
        .root_certificate(&*tls.authority);
    assert_eq!(list(&mock, atlas).await.unwrap(), mock.snapshot_ids());
}

#[tokio::test]
async fn encrypted_requests_go_through_the_proxy_unread() {
    let mock = mock().await;
    let tls = Tls::before(&mock).await;
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
async fn a_proxy_that_refuses_is_a_failure_to_connect_and_its_password_stays_hidden() {
    let mock = mock().await;
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy = gone.local_addr().unwrap();
    drop(gone);
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

/// A server with a certificate of an authority made for it, before a mock.
struct Tls {
    base_url: String,
    /// PEM.
    authority: String,
}

impl Tls {
    async fn before(mock: &MockAtlas) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
            .distinguished_name
            .push(DnType::CommonName, "an authority of one's own");
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

        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let target = address(mock);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, target) = (acceptor.clone(), target.clone());
                tokio::spawn(async move {
                    // A client that does not trust the certificate leaves here.
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

/// A proxy that only makes tunnels, and the heads of the requests for them.
async fn tunnels() -> (String, UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (told, heads) = unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let told = told.clone();
            tokio::spawn(async move {
                let mut stream = BufReader::new(stream);
                let Some(head) = request_head(&mut stream).await else {
                    return;
                };
                let target = head.split(' ').nth(1).unwrap().to_owned();
                told.send(head).unwrap();
                let mut target = TcpStream::connect(target).await.unwrap();
                let made = b"HTTP/1.1 200 Connection established\r\n\r\n";
                stream.write_all(made).await.unwrap();
                let _ = copy_bidirectional(&mut stream, &mut target).await;
            });
        }
    });
    (address, heads)
}
