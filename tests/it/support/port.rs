//! A port that is ours by its number.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use tokio::net::TcpSocket;

/// A port that nobody is given by chance. It is bound, on both addresses of `localhost`, and nobody
/// listens there: connections are refused, until somebody listens who asks for it by number.
pub struct Port {
    pub number: u16,
    _sockets: Vec<TcpSocket>,
}

impl Port {
    pub fn reserve() -> Self {
        loop {
            let v4 = bound(Ipv4Addr::LOCALHOST.into(), 0).unwrap();
            let number = v4.local_addr().unwrap().port();
            match bound(Ipv6Addr::LOCALHOST.into(), number) {
                Ok(v6) => return Self { number, _sockets: vec![v4, v6] },
                // Somebody has the number there: take another.
                Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {}
                // A machine without IPv6.
                Err(_) => return Self { number, _sockets: vec![v4] },
            }
        }
    }
}

/// The address may be reused, so that the one who listens can bind it as well, as all do who are
/// made by tokio.
fn bound(address: IpAddr, port: u16) -> std::io::Result<TcpSocket> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_reuseaddr(true)?;
    socket.bind((address, port).into())?;
    Ok(socket)
}
