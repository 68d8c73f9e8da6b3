//! Whether a window can be shown: somebody has to answer where `WAYLAND_DISPLAY` or `DISPLAY` says.

#[cfg(target_os = "linux")]
pub use linux::display;

/// Elsewhere the window system is always there.
///
/// # Errors
/// None.
#[cfg(not(target_os = "linux"))]
pub fn display() -> Result<String, String> {
    Ok("the system's own".to_owned())
}

#[cfg(target_os = "linux")]
mod linux {
    use std::env;
    use std::io;
    use std::net::{TcpStream, ToSocketAddrs as _};
    use std::os::linux::net::SocketAddrExt as _;
    use std::os::unix::net::{SocketAddr, UnixStream};
    use std::path::PathBuf;
    use std::time::Duration;

    /// Where an X server listens on this machine, its number added.
    const SOCKETS: &str = "/tmp/.X11-unix/X";
    /// Where display 0 of another machine listens.
    const FIRST_PORT: u16 = 6000;
    const LIMIT: Duration = Duration::from_secs(5);

    /// Connects, and goes away again. Answers which display it was.
    ///
    /// # Errors
    /// What was tried, and why there is none.
    pub fn display() -> Result<String, String> {
        let given = |name| env::var(name).ok().filter(|value| !value.is_empty());
        let wayland = given("WAYLAND_DISPLAY").map(|name| (wayland(&name), name));
        let x11 = given("DISPLAY").map(|name| (x11(&name), name));
        let mut reasons = Vec::new();
        for (variable, answer) in [("WAYLAND_DISPLAY", wayland), ("DISPLAY", x11)] {
            match answer {
                Some((Ok(()), name)) => {
                    return Ok(format!("{variable}={name} answers"));
                }
                Some((Err(error), name)) => {
                    reasons.push(format!("{variable}={name} does not answer ({error})"));
                }
                None => {}
            }
        }
        Err(if reasons.is_empty() {
            "neither DISPLAY nor WAYLAND_DISPLAY is set".to_owned()
        } else {
            reasons.join("; ")
        })
    }

    fn wayland(name: &str) -> io::Result<()> {
        let folder = env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).unwrap_or_default();
        UnixStream::connect(folder.join(name)).map(drop)
    }

    fn x11(name: &str) -> io::Result<()> {
        let (host, number) = parse(name)
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "expected `:0`"))?;
        if !host.is_empty() && host != "unix" {
            let port = number.checked_add(FIRST_PORT).unwrap_or(FIRST_PORT);
            let address = (host, port)
                .to_socket_addrs()?
                .next()
                .ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
            return TcpStream::connect_timeout(&address, LIMIT).map(drop);
        }
        let path = format!("{SOCKETS}{number}");
        UnixStream::connect(&path).map(drop).or_else(|error| {
            // Some servers listen under an abstract name only.
            let address = SocketAddr::from_abstract_name(path.as_bytes())?;
            UnixStream::connect_addr(&address).map(drop).map_err(|_| error)
        })
    }

    /// `host:number.screen` → host and number.
    fn parse(name: &str) -> Option<(&str, u16)> {
        let (host, rest) = name.rsplit_once(':')?;
        let number = rest.split('.').next()?;
        Some((host, number.parse().ok()?))
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn names_of_displays() {
            for (name, parsed) in [
                (":0", Some(("", 0))),
                (":99.0", Some(("", 99))),
                ("localhost:10.0", Some(("localhost", 10))),
                ("unix:1", Some(("unix", 1))),
                ("0", None),
                (":x", None),
            ] {
                assert_eq!(parse(name), parsed, "{name}");
            }
        }
    }
}
