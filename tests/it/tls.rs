//! TLS errors are never ignored, an authority of one's own can be named, and proxies are asked as the
//! environment says, but for loopback.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::support::{Finished, World};

fn openssl(folder: &Path, arguments: &[&str]) {
    let output = Command::new("openssl").args(arguments).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// An authority, `ca.pem`, and a certificate of it for this name, `server.pem` with `server.key`.
fn certify(folder: &Path, name: &str) {
    let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
    let authority = ["req", "-x509", "-subj", "/CN=Acme", "-keyout", "ca.key", "-out", "ca.pem"];
    openssl(folder, &[&authority[..], &key].concat());
    let subject = format!("/CN={name}");
    let names = format!("subjectAltName=DNS:{name}");
    let server = [
        "req",
        "-x509",
        "-CA",
        "ca.pem",
        "-CAkey",
        "ca.key",
        "-subj",
        &subject,
        "-addext",
        &names,
        "-addext",
        "basicConstraints=critical,CA:FALSE",
        "-keyout",
        "server.key",
        "-out",
        "server.pem",
    ];
    openssl(folder, &[&server[..], &key].concat());
}

/// The platform behind TLS, with a certificate for `name`. Answers its port.
async fn behind_tls(world: &World, name: &str) -> u16 {
    let folder = world.home.path();
    certify(folder, name);
    let chain = vec![CertificateDer::from_pem_file(folder.join("server.pem")).unwrap()];
    let key = PrivateKeyDer::from_pem_file(folder.join("server.key")).unwrap();
    let config =
        ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key).unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (port, inside) = (listener.local_addr().unwrap().port(), world.simulator.ready().port);
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                // A client that does not like the certificate goes away.
                let Ok(mut outside) = acceptor.accept(stream).await else { return };
                let mut inside = TcpStream::connect(("127.0.0.1", inside)).await.unwrap();
                drop(copy_bidirectional(&mut outside, &mut inside).await);
            });
        }
    });
    port
}

/// Asks for the instance at `https://localhost`, with this more in the configuration.
async fn status(world: &World, port: u16, more: &str) -> Finished {
    let base = format!("http://api.cloud-elements.localhost:{}", world.simulator.ready().port);
    let text = world.config_text();
    assert!(text.contains(&base));
    world.write_config(&format!(
        "{}\n{more}",
        text.replace(&base, &format!("https://localhost:{port}"))
    ));
    world.reauth(&["status"]).await
}

#[track_caller]
fn refused(finished: &Finished, reason: &str) {
    assert_eq!(finished.code, Some(3), "{}", finished.stderr);
    let error = &finished.report()["error"];
    assert_eq!(error["code"], "http.unreachable", "{error:#}");
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("no secure connection") && message.contains(reason), "{message}");
    assert!(error["hints"].to_string().contains("http.ca_file"), "{error:#}");
}

async fn assert_nothing_sent(world: &World) {
    let state = world.state().await;
    let requests = state.0["requests"].as_array().unwrap();
    let of_platform = requests.iter().filter(|one| one["path"].to_string().contains("elements"));
    assert_eq!(of_platform.count(), 0, "{requests:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authority_that_nobody_knows() {
    let world = World::new().await;
    let port = behind_tls(&world, "localhost").await;
    let finished = status(&world, port, "").await;
    refused(&finished, "UnknownIssuer");
    assert_nothing_sent(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authority_of_ones_own() {
    let world = World::new().await;
    let port = behind_tls(&world, "localhost").await;
    status(&world, port, "[http]\nca_file = \"ca.pem\"\n").await.expect_code(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_for_another_host() {
    let world = World::new().await;
    let port = behind_tls(&world, "api.example.test").await;
    let finished = status(&world, port, "[http]\nca_file = \"ca.pem\"\n").await;
    refused(&finished, "not valid for name \"localhost\"");
    assert_nothing_sent(&world).await;
}

/// A proxy that refuses everything, and tells what it was asked.
async fn proxy() -> (u16, mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (sender, receiver) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut line = String::new();
            BufReader::new(&mut stream).read_line(&mut line).await.unwrap();
            sender.send(line.trim_end().to_owned()).unwrap();
            drop(stream.write_all(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n").await);
        }
    });
    (port, receiver)
}

#[tokio::test(flavor = "multi_thread")]
async fn proxies_are_asked_as_the_environment_says() {
    let world = World::new().await;
    let (port, mut asked) = proxy().await;
    let base = format!("http://api.cloud-elements.localhost:{}", world.simulator.ready().port);
    let text = world.config_text();
    let status = |exempt: &'static str| {
        let mut command = world.command(&["--format", "json", "status"]);
        let proxy = format!("http://127.0.0.1:{port}");
        command.env("HTTPS_PROXY", &proxy).env("HTTP_PROXY", &proxy).env("NO_PROXY", exempt);
        command
    };
    // Loopback never goes through one.
    world.finish(status("")).await.expect_code(0);
    assert!(asked.try_recv().is_err());

    world.write_config(&text.replace(&base, "https://api.example.test"));
    world.finish(status("")).await.expect_code(3).expect_error("http.unreachable");
    assert_eq!(asked.recv().await.unwrap(), "CONNECT api.example.test:443 HTTP/1.1");
    while asked.try_recv().is_ok() {}

    // Exempt, it is looked for directly, and there is no such host.
    world.finish(status("api.example.test")).await.expect_code(3).expect_error("http.unreachable");
    assert!(asked.try_recv().is_err());
}
