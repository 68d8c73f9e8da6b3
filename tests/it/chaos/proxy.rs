//! Stands between `reauth` with its browser and both services, and does to what passes what a bad
//! network, a worn-out load balancer or a company proxy may do.

use std::io::Result;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use super::damage;
use super::plan::{Course, Fate, Kind, Plan, Side};
use super::wire::Message;

/// A listening proxy. Dropping it ends it, with all of its connections.
pub struct Proxy {
    pub port: u16,
    shared: Arc<Shared>,
    serving: JoinHandle<()>,
}

/// What really happened to an exchange.
#[derive(Debug, Clone)]
pub struct Done {
    pub kind: Kind,
    pub side: Side,
    /// Method and path.
    pub request: String,
}

struct Shared {
    services: u16,
    /// None: everything passes.
    course: Mutex<Option<Course>>,
    done: Mutex<Vec<Done>>,
}

impl Proxy {
    /// One that leads to the services at this port.
    pub async fn start(services: u16, plan: Plan) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let course = Mutex::new(Some(Course::new(plan)));
        let shared = Arc::new(Shared { services, course, done: Mutex::default() });
        let serving = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Self { port, shared, serving }
    }

    /// From now on nothing is disturbed. Answers how many exchanges were at stake so far.
    pub fn pass_everything(&self) -> usize {
        self.shared.course.lock().unwrap().take().map_or(0, |course| course.exchanges())
    }

    /// What was disturbed so far.
    pub fn done(&self) -> Vec<Done> {
        self.shared.done.lock().unwrap().clone()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        let (client, _) = listener.accept().await.unwrap();
        let shared = Arc::clone(&shared);
        connections.spawn(async move {
            // Whatever went wrong on a connection is over when it is closed.
            if let Err(error) = shared.serve(client).await {
                eprintln!("  chaos: a connection ended: {error}");
            }
        });
        while connections.try_join_next().is_some() {}
    }
}

impl Shared {
    /// Passes on what comes, until somebody closes the connection or the plan wants it closed.
    async fn serve(&self, client: TcpStream) -> Result<()> {
        let mut client = BufReader::new(client);
        while let Some(request) = Message::request(&mut client).await? {
            let Some(side) = Side::of(&request) else {
                let answer = self.ask(&request).await?;
                client.write_all(&answer.bytes()).await?;
                continue;
            };
            let fate =
                self.course.lock().unwrap().as_mut().and_then(|course| course.fate(side, &request));
            let name = format!("{} {}", request.method(), request.path());
            let mut exchange = Exchange { shared: self, side, name, request };
            if !exchange.meet(&mut client, fate).await? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// What the services answer.
    async fn ask(&self, request: &Message) -> Result<Message> {
        let services = TcpStream::connect((Ipv4Addr::LOCALHOST, self.services)).await?;
        let mut services = BufReader::new(services);
        services.write_all(&request.bytes()).await?;
        Message::answer(&mut services, request).await
    }
}

struct Exchange<'proxy> {
    shared: &'proxy Shared,
    side: Side,
    name: String,
    request: Message,
}

impl Exchange<'_> {
    /// What becomes of it. False: the connection is to be closed.
    async fn meet(
        &mut self,
        client: &mut BufReader<TcpStream>,
        fate: Option<Fate>,
    ) -> Result<bool> {
        let Some(mut fate) = fate else {
            let answer = self.shared.ask(&self.request).await?;
            client.write_all(&answer.bytes()).await?;
            return Ok(true);
        };
        match fate.kind {
            Kind::DropRequest => {
                self.is_done(fate.kind);
                return Ok(false);
            }
            Kind::StallRequest => {
                self.is_done(fate.kind);
                gone(client).await;
                return Ok(false);
            }
            Kind::DelayRequest => {
                self.is_done(fate.kind);
                if tokio::time::timeout(fate.delay(), gone(client)).await.is_ok() {
                    return Ok(false);
                }
            }
            Kind::CorruptRequest => {
                self.is_done(fate.kind);
                self.request = damage::other_request(&self.request, &mut fate.dice);
            }
            Kind::DuplicateRequest => {
                self.is_done(fate.kind);
                self.shared.ask(&self.request).await?;
            }
            _ => {}
        }
        let answer = tokio::select! {
            answer = self.shared.ask(&self.request) => answer?,
            // The services wait for the rest of what was corrupted, and its sender waits no more.
            () = gone(client) => return Ok(false),
        };
        self.hand_over(client, answer, fate).await
    }

    async fn hand_over(
        &self,
        client: &mut BufReader<TcpStream>,
        answer: Message,
        mut fate: Fate,
    ) -> Result<bool> {
        let dice = &mut fate.dice;
        let last_words = match fate.kind {
            Kind::DropAnswer => Some(Vec::new()),
            Kind::TruncateHead => Some(damage::without_its_end(&answer, dice)),
            Kind::TruncateBody => damage::half(&answer, dice),
            Kind::TruncateChunk => damage::half_a_chunk(&answer, dice),
            _ => None,
        };
        if let Some(last_words) = last_words {
            self.is_done(fate.kind);
            client.write_all(&last_words).await?;
            return Ok(false);
        }
        let bytes = match fate.kind {
            Kind::StallAnswer => {
                self.is_done(fate.kind);
                gone(client).await;
                return Ok(false);
            }
            Kind::DelayAnswer => {
                self.is_done(fate.kind);
                if tokio::time::timeout(fate.delay(), gone(client)).await.is_ok() {
                    return Ok(false);
                }
                Some(answer.bytes())
            }
            Kind::DuplicateAnswer => Some([answer.bytes(), answer.bytes()].concat()),
            Kind::CorruptStatus => Some(damage::other_status(&answer, dice).bytes()),
            Kind::CorruptHeader => Some(damage::other_header(&answer, dice).bytes()),
            Kind::CorruptBody => damage::other_body(&answer, dice).map(|other| other.bytes()),
            Kind::WrongValue => damage::other_value(&answer, dice).map(|other| other.bytes()),
            // It has had its share.
            Kind::DelayRequest | Kind::CorruptRequest | Kind::DuplicateRequest => {
                client.write_all(&answer.bytes()).await?;
                return Ok(true);
            }
            _ => None,
        };
        match bytes {
            Some(bytes) => {
                if fate.kind != Kind::DelayAnswer {
                    self.is_done(fate.kind);
                }
                client.write_all(&bytes).await?;
            }
            None => {
                if let Some(course) = self.shared.course.lock().unwrap().as_mut() {
                    course.not_yet();
                }
                client.write_all(&answer.bytes()).await?;
            }
        }
        Ok(true)
    }

    fn is_done(&self, kind: Kind) {
        eprintln!("  chaos: {kind:?} {:?} {}", self.side, self.name);
        let done = Done { kind, side: self.side, request: self.name.clone() };
        self.shared.done.lock().unwrap().push(done);
    }
}

/// Waits until whoever asked has gone.
async fn gone(client: &mut BufReader<TcpStream>) {
    if client.fill_buf().await.is_ok_and(|more| !more.is_empty()) {
        // Nobody here asks before the answer to the last question has come.
        std::future::pending().await
    }
}
