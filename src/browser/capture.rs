//! Where the code goes. A callback host on the network is made unreachable for the browser, and the
//! code is read from the URL that it tried. A callback on this machine is answered by us, so that no
//! other program that happens to listen there is given the code.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use url::{Host, Url};

use super::BrowserError;

/// What a person who watches is shown. The code is read from the address, not from the request.
const ANSWER: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\n\
cache-control: no-store\r\nconnection: close\r\n\r\n\
<!doctype html><title>reauth</title><p>The authorization code was received.\n";

/// Whether the callback is on this machine, where we answer it ourselves.
pub fn is_answered_here(callback: &Url) -> bool {
    !addresses(callback).is_empty()
}

/// Where the callback is answered: `localhost` is two addresses, and the browser takes either.
fn addresses(callback: &Url) -> Vec<SocketAddr> {
    let Some(port) = callback.port_or_known_default() else { return Vec::new() };
    match callback.host() {
        Some(Host::Domain("localhost")) => {
            vec![(Ipv4Addr::LOCALHOST, port).into(), (Ipv6Addr::LOCALHOST, port).into()]
        }
        Some(Host::Ipv4(ip)) if ip.is_loopback() => vec![(ip, port).into()],
        Some(Host::Ipv6(ip)) if ip == Ipv6Addr::LOCALHOST => vec![(ip, port).into()],
        _ => Vec::new(),
    }
}

/// Answers the callback; ends when dropped.
#[derive(Debug)]
pub struct CallbackListener(Vec<JoinHandle<()>>);

impl CallbackListener {
    /// Listens at the callback's address, if it is on this machine.
    ///
    /// # Errors
    /// [`BrowserError::CallbackTaken`] if another program has it.
    pub async fn start(callback: &Url) -> Result<Option<Self>, BrowserError> {
        let mut listeners = Vec::new();
        for address in addresses(callback) {
            match TcpListener::bind(address).await {
                Ok(listener) => listeners.push(tokio::spawn(serve(listener))),
                // A machine without IPv6: then nobody else can listen there either.
                Err(error)
                    if address.is_ipv6()
                        && matches!(
                            error.kind(),
                            ErrorKind::AddrNotAvailable | ErrorKind::Unsupported
                        ) => {}
                Err(error) => {
                    return Err(BrowserError::CallbackTaken {
                        address: address.to_string(),
                        reason: error.to_string(),
                    });
                }
            }
        }
        Ok((!listeners.is_empty()).then_some(Self(listeners)))
    }
}

impl Drop for CallbackListener {
    fn drop(&mut self) {
        for listener in &self.0 {
            listener.abort();
        }
    }
}

async fn serve(listener: TcpListener) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(async move {
            if let Err(error) = answer(stream).await {
                tracing::debug!(%error, "a connection to the callback ended early");
            }
        });
    }
}

async fn answer(mut stream: TcpStream) -> std::io::Result<()> {
    // The request holds the code: it is read to be polite, and forgotten.
    let mut request = [0; 8 * 1024];
    let _read = stream.read(&mut request).await?;
    stream.write_all(ANSWER.as_bytes()).await?;
    stream.shutdown().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_this_machine() {
        for (callback, expected) in [
            ("http://localhost:8080/callback", true),
            ("http://127.0.0.1/cb", true),
            ("http://[::1]:9/cb", true),
            ("https://auth.cloudelements.io/oauth", false),
            ("https://localhost.evil.example/oauth", false),
            ("http://10.0.0.1/cb", false),
        ] {
            assert_eq!(is_answered_here(&Url::parse(callback).unwrap()), expected, "{callback}");
        }
    }

    #[tokio::test]
    async fn a_taken_address_is_told() {
        let other = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let callback = Url::parse(&format!("http://{}/cb", other.local_addr().unwrap())).unwrap();
        let error = CallbackListener::start(&callback).await.unwrap_err();
        assert!(matches!(error, BrowserError::CallbackTaken { .. }), "{error}");
    }
}
