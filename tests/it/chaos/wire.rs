//! Where a request and an answer begin and end on a connection (RFC 9112), by themselves: nothing of
//! the clients and the services under test is used.

use std::io::{Error, ErrorKind, Result};

use tokio::io::{AsyncBufRead, AsyncBufReadExt as _, AsyncReadExt as _};

/// Heads of both services are much shorter.
const LONGEST_HEAD: usize = 64 * 1024;

/// A request or an answer, as it travels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// From the first line to the empty one, which is included.
    pub head: Vec<u8>,
    /// What follows.
    pub body: Vec<u8>,
}

impl Message {
    /// The next request on a connection; none if it was closed instead.
    pub async fn request(from: &mut (impl AsyncBufRead + Unpin)) -> Result<Option<Self>> {
        let head = head(from).await?;
        if head.is_empty() {
            return Ok(None);
        }
        let mut request = Self { head, body: Vec::new() };
        request.body = body(from, request.length()?).await?;
        Ok(Some(request))
    }

    /// The answer to `request`.
    pub async fn answer(from: &mut (impl AsyncBufRead + Unpin), request: &Self) -> Result<Self> {
        let head = head(from).await?;
        let mut answer = Self { head, body: Vec::new() };
        let status = answer.first_line().split(' ').nth(1).unwrap_or_default().to_owned();
        let has_none = request.method() == "HEAD" || status == "204" || status == "304";
        answer.body = body(from, if has_none { 0 } else { answer.length()? }).await?;
        Ok(answer)
    }

    /// All of it.
    pub fn bytes(&self) -> Vec<u8> {
        [self.head.as_slice(), &self.body].concat()
    }

    /// Of a request.
    pub fn method(&self) -> String {
        self.first_line().split(' ').next().unwrap_or_default().to_owned()
    }

    /// Of a request, without the query: codes and tokens travel there.
    pub fn path(&self) -> String {
        let line = self.first_line();
        let target = line.split(' ').nth(1).unwrap_or_default();
        target.split('?').next().unwrap_or_default().to_owned()
    }

    /// A header, by its name in small letters.
    pub fn header(&self, name: &str) -> Option<String> {
        let head = String::from_utf8_lossy(&self.head);
        head.lines().skip(1).find_map(|line| {
            let (known, value) = line.split_once(':')?;
            (known.eq_ignore_ascii_case(name)).then(|| value.trim().to_owned())
        })
    }

    /// How long the first line is, its end included.
    pub fn first_line_length(&self) -> usize {
        self.head.windows(2).position(|two| two == b"\r\n").map_or(self.head.len(), |at| at + 2)
    }

    /// The same with another body, whose length it tells.
    pub fn with_body(&self, body: Vec<u8>) -> Self {
        let length = format!("content-length: {}", body.len());
        Self { head: self.head_without("content-length", &length), body }
    }

    /// The head without a header, and with another line at its end.
    pub fn head_without(&self, name: &str, line: &str) -> Vec<u8> {
        let head = String::from_utf8_lossy(&self.head);
        let is_kept = |line: &&str| {
            !line.split_once(':').is_some_and(|(known, _)| known.eq_ignore_ascii_case(name))
        };
        let kept: Vec<&str> = head.trim_end().split("\r\n").filter(is_kept).collect();
        format!("{}\r\n{line}\r\n\r\n", kept.join("\r\n")).into_bytes()
    }

    fn first_line(&self) -> String {
        let line = &self.head[..self.first_line_length()];
        String::from_utf8_lossy(line).trim_end().to_owned()
    }

    fn length(&self) -> Result<usize> {
        if self.header("transfer-encoding").is_some() {
            return Err(Error::new(ErrorKind::Unsupported, "nobody here sends chunks"));
        }
        let Some(length) = self.header("content-length") else { return Ok(0) };
        length.parse().map_err(|_| Error::new(ErrorKind::InvalidData, "a length that is none"))
    }
}

/// Up to the empty line; nothing if the connection was closed before it began.
async fn head(from: &mut (impl AsyncBufRead + Unpin)) -> Result<Vec<u8>> {
    let mut head = Vec::new();
    loop {
        let before = head.len();
        from.read_until(b'\n', &mut head).await?;
        match &head[before..] {
            b"\r\n" if before > 0 => return Ok(head),
            [.., b'\n'] if head.len() < LONGEST_HEAD => {}
            [] if before == 0 => return Ok(head),
            _ => return Err(ErrorKind::UnexpectedEof.into()),
        }
    }
}

async fn body(from: &mut (impl AsyncBufRead + Unpin), length: usize) -> Result<Vec<u8>> {
    let mut body = vec![0; length];
    from.read_exact(&mut body).await?;
    Ok(body)
}

#[tokio::test]
async fn messages_end_where_they_say() {
    let sent = b"PATCH /a/b?code=x HTTP/1.1\r\nHost: h:1\r\nContent-Length: 3\r\n\r\nabcGET /c HTTP/1.1\r\n\r\n";
    let mut sent = &sent[..];
    let first = Message::request(&mut sent).await.unwrap().unwrap();
    assert_eq!((first.method().as_str(), first.path().as_str()), ("PATCH", "/a/b"));
    assert_eq!(
        (first.header("host").as_deref(), first.body.as_slice()),
        (Some("h:1"), &b"abc"[..])
    );
    let second = Message::request(&mut sent).await.unwrap().unwrap();
    assert_eq!((second.method().as_str(), second.body.len()), ("GET", 0));
    assert_eq!(Message::request(&mut sent).await.unwrap(), None);

    let answered = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nx: y\r\n\r\n{}rest";
    let answer = Message::answer(&mut &answered[..], &first).await.unwrap();
    assert_eq!(answer.bytes(), answered[..answered.len() - 4]);
    let other = answer.with_body(b"[1]".to_vec());
    assert_eq!(other.bytes(), b"HTTP/1.1 200 OK\r\nx: y\r\ncontent-length: 3\r\n\r\n[1]");
    assert!(Message::answer(&mut &answered[..20], &first).await.is_err(), "cut short");
}
