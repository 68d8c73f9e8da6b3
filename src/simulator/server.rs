//! One listener for all hosts: each request goes to the router of the host that it names.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::handler::Handler;
use axum::http::header::DATE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, any_service};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::clock::{Clock, for_http};
use super::cloud_elements::{CloudElements, Seed};
use super::connection::{Connections, Cut};
use super::control;
use super::disturbance::{Disturbance, Disturbances};
use super::error::SimulatorError;
use super::faults::Fault;
use super::gate::{Gate, Held};
use super::hosts::{Origin, Site, host_of};
use super::pages::Pages;
use super::random::Random;
use super::ready::{CloudElementsReady, Ready, SalesforceReady};
use super::request_log::{RequestLog, Seen};
use super::salesforce::{HandedOver, Salesforce, WayIn};
use super::settings::Settings;
use super::tripwire::Tripwire;

const CLOUD_ELEMENTS_PATH: &str = "/elements/api-v2";
/// What Setup polls in the background; it would drown the log of requests.
const HEARTBEAT_PATH: &str = "/aura";
/// The largest body, in bytes, of a request that is held back.
const MOST_HELD: usize = 1 << 20;
/// How long connections may take to end when the simulator stops.
const GRACE: Duration = Duration::from_secs(1);

/// How to start.
#[derive(Debug, Clone)]
pub struct Options {
    /// The address to listen at: of this machine alone, unless somebody else has to reach it, as in
    /// a container. Passwords and tokens are shown to whoever does.
    pub listen: IpAddr,
    /// The port; 0 takes a free one.
    pub port: u16,
    /// How both services behave.
    pub settings: Settings,
    /// What is wrong with them, on top of that. Can be chosen anew while it runs.
    pub faults: Vec<&'static Fault>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: Ipv4Addr::LOCALHOST.into(),
            port: 0,
            settings: Settings::default(),
            faults: Vec::new(),
        }
    }
}

/// Both services, serving. Dropping it stops them; [`Simulator::stop`] also waits for that.
#[derive(Debug)]
pub struct Simulator {
    ready: Ready,
    tripwire: Tripwire,
    stop: oneshot::Sender<()>,
    server: JoinHandle<()>,
}

/// What the control page and the dispatcher share with the services.
pub(super) struct Shared {
    pub(super) salesforce: Salesforce,
    pub(super) cloud_elements: CloudElements,
    pub(super) clock: Arc<Clock>,
    pub(super) pages: Pages,
    pub(super) requests: RequestLog,
    pub(super) gate: Gate,
    pub(super) disturbances: Disturbances,
    pub(super) tripwire_hits: Arc<AtomicU64>,
    pub(super) ready: Ready,
    /// The settings without any faults.
    pub(super) base: Settings,
    /// The faults that were chosen last.
    pub(super) faults: Mutex<Vec<&'static Fault>>,
}

impl Simulator {
    /// Starts both services with one live instance. It is ready when this returns.
    ///
    /// # Errors
    /// If the port cannot be had or the system gives no randomness.
    pub async fn start(options: Options) -> Result<Self, SimulatorError> {
        let failed = |source| SimulatorError::Listen { port: options.port, source };
        let listener = TcpListener::bind((options.listen, options.port)).await.map_err(failed)?;
        let port = listener.local_addr().map_err(failed)?.port();
        let tripwire = Tripwire::start().await?;
        let settings = options.settings.clone().under(&options.faults);
        let (clock, pages) = (Arc::new(Clock::default()), Pages::load()?);
        let salesforce = Salesforce::new(
            settings.salesforce,
            &tripwire.callback_url(),
            Arc::clone(&clock),
            pages.clone(),
        )?;
        let cloud_elements = CloudElements::new(settings.cloud_elements, Arc::clone(&clock));
        let ready = seed(&salesforce, &cloud_elements, &tripwire, port);
        let shared = Arc::new(Shared {
            salesforce,
            cloud_elements,
            clock,
            pages,
            requests: RequestLog::default(),
            gate: Gate::new(settings.hold),
            disturbances: Disturbances::new(settings.disturbances),
            tripwire_hits: tripwire.counter(),
            ready: ready.clone(),
            base: options.settings,
            faults: Mutex::new(options.faults),
        });
        let hosts = Arc::new(Hosts::new(Arc::clone(&shared)));
        let app = Router::new().fallback(dispatch).with_state(hosts);
        let (stop, stopped) = oneshot::channel::<()>();
        let server = tokio::spawn(async move {
            // A dropped sender means the same as a message: stop. Serving itself never fails.
            let stopped = async move {
                drop(stopped.await);
                shared.gate.open_for_good();
            };
            let service = app.into_make_service_with_connect_info::<Cut>();
            let serving = axum::serve(Connections(listener), service);
            drop(serving.with_graceful_shutdown(stopped).await);
        });
        Ok(Self { ready, tripwire, stop, server })
    }

    /// What clients have to know.
    pub fn ready(&self) -> &Ready {
        &self.ready
    }

    /// How many connections the callback's host has seen: anything but 0 fails a run.
    pub fn tripwire_hits(&self) -> u64 {
        self.tripwire.counter().load(Ordering::SeqCst)
    }

    /// Stops serving; returns when all listeners are closed.
    pub async fn stop(self) {
        let Self { stop, mut server, .. } = self;
        drop(stop);
        if tokio::time::timeout(GRACE, &mut server).await.is_err() {
            server.abort();
        }
    }
}

/// Makes the instance that is live at the start, and says how to reach everything.
fn seed(
    salesforce: &Salesforce,
    cloud_elements: &CloudElements,
    tripwire: &Tripwire,
    port: u16,
) -> Ready {
    let origin = Origin::at(Site::Login, port);
    let credentials = salesforce.credentials();
    let tokens = salesforce.seed_grant(&origin);
    let access_token = salesforce.seed_front_door_token();
    let (instance_id, element_token) = cloud_elements.seed_instance(Seed {
        name: "Acme Salesforce QA".to_owned(),
        site_address: origin.url(Site::Login),
        consumer_key: credentials.consumer_key.clone(),
        consumer_secret: credentials.consumer_secret.clone(),
        callback_url: tripwire.callback_url(),
        access_token: tokens.access_token,
        refresh_token: tokens.refresh_token,
        id_url: tokens.id_url,
        instance_url: tokens.instance_url,
    });
    let (user_secret, organization_secret) = cloud_elements.credentials();
    let totp_secret = match salesforce.settings().totp_period_s {
        30 => credentials.totp_seed,
        period => {
            let seed = credentials.totp_seed;
            format!("otpauth://totp/Salesforce?secret={seed}&issuer=Salesforce&period={period}")
        }
    };
    let addressee = utf8_percent_encode(&credentials.username, NON_ALPHANUMERIC);
    let mailbox_url =
        format!("http://127.0.0.1:{port}{}/mailbox/latest?username={addressee}", control::PREFIX);
    Ready {
        ready: true,
        pid: std::process::id(),
        port,
        salesforce: SalesforceReady {
            login_url: origin.url(Site::Login),
            my_domain_url: origin.url(Site::MyDomain),
            username: credentials.username,
            password: credentials.password,
            access_token,
            login: match credentials.way_in {
                WayIn::Form => "form",
                WayIn::Frontdoor => "frontdoor",
            }
            .to_owned(),
            totp_secret,
            mailbox_url,
            consumer_key: credentials.consumer_key,
            consumer_secret: credentials.consumer_secret,
            callback_url: tripwire.callback_url(),
            connected_app: credentials.connected_app,
            passkey: salesforce.handed_over_passkey().map(passkey_text),
            app_kind: if credentials.is_external_client { "external-client" } else { "connected" },
        },
        cloud_elements: CloudElementsReady {
            base_url: format!("{}{CLOUD_ELEMENTS_PATH}", origin.url(Site::CloudElements)),
            user_secret: user_secret.to_owned(),
            organization_secret: organization_secret.to_owned(),
            instance_id,
            element_token,
        },
    }
}

/// A passkey as a client of the org keeps it.
fn passkey_text(passkey: HandedOver) -> String {
    let kept = serde_json::json!({
        "schema": "reauth.passkey/1",
        "host": passkey.host,
        "username": passkey.username,
        "credential_id": passkey.credential_id,
        "user_handle": passkey.user_handle,
        "private_key": passkey.private_key,
        "sign_count": 0,
        "created_at": jiff::Timestamp::now(),
    });
    kept.to_string()
}

/// A router for each host, so that no path of one can answer on another.
struct Hosts {
    sites: HashMap<Site, MethodRouter>,
    cloud_elements: MethodRouter,
    control: MethodRouter,
    shared: Arc<Shared>,
    /// How many answers were slow.
    slow: AtomicU64,
}

impl Hosts {
    fn new(shared: Arc<Shared>) -> Self {
        let sites = [
            Site::Login,
            Site::MyDomain,
            Site::Setup,
            Site::Lightning,
            Site::AnotherOrg,
            Site::Plain,
        ]
        .map(|site| (site, any_service(shared.salesforce.router(site))));
        Self {
            sites: sites.into(),
            cloud_elements: any_service(shared.cloud_elements.router()),
            control: any_service(control::router(Arc::clone(&shared))),
            shared,
            slow: AtomicU64::new(0),
        }
    }

    /// How late the answer of one of the org's hosts is: one to three seconds on a slow network.
    fn delay(&self, host: &str, path: &str) -> Option<Duration> {
        let seed = self.shared.salesforce.settings().slow_network_seed?;
        let site = Origin::of(host)?.site;
        if site == Site::CloudElements
            || path.starts_with(control::PREFIX)
            || path.starts_with(CLOUD_ELEMENTS_PATH)
        {
            return None;
        }
        let number = self.slow.fetch_add(1, Ordering::Relaxed);
        let spread = Random::seeded(seed.wrapping_add(number)).below(2_001);
        Some(Duration::from_millis(1_000 + spread))
    }

    /// Who answers; `None` if the host is unknown.
    fn choose(&self, host: &str, path: &str) -> Option<MethodRouter> {
        let site = Origin::of(host)?.site;
        let of_platform = site == Site::Plain && path.starts_with(CLOUD_ELEMENTS_PATH);
        if path.starts_with(control::PREFIX) {
            Some(self.control.clone())
        } else if site == Site::CloudElements || of_platform {
            Some(self.cloud_elements.clone())
        } else {
            self.sites.get(&site).cloned()
        }
    }

    async fn answer(&self, host: &str, path: &str, request: Request) -> Response {
        let mut response = match self.choose(host, path) {
            Some(router) => router.call(request, ()).await,
            None => {
                let text = format!("nobody here is called \"{host}\"\n");
                (StatusCode::MISDIRECTED_REQUEST, text).into_response()
            }
        };
        // The server would add the system's time, which is another once the clock was moved.
        if let Ok(date) = HeaderValue::try_from(for_http(self.shared.clock.now_ms())) {
            response.headers_mut().insert(DATE, date);
        }
        response
    }
}

async fn dispatch(State(hosts): State<Arc<Hosts>>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let host = host_of(request.headers()).to_owned();
    if path.starts_with(control::PREFIX) {
        return hosts.answer(&host, &path, request).await;
    }
    if let Some(delay) = hosts.delay(&host, &path) {
        tokio::time::sleep(delay).await;
    }
    let at_ms = hosts.shared.clock.now_ms();
    let method = request.method().to_string();
    let gate = &hosts.shared.gate;
    let call = Held { method, host, path, acted_upon: false, number: gate.next_number() };
    let Some(request) = through(gate, &call, request).await else {
        return (StatusCode::SERVICE_UNAVAILABLE, "the simulator stops\n").into_response();
    };
    let response = disturbed(&hosts, &call, request).await;
    let call = Held { acted_upon: true, ..call };
    if call.path != HEARTBEAT_PATH {
        let status = response.status().as_u16();
        hosts.shared.requests.add(Seen::new(&call, status, at_ms));
    }
    if let Some(place) = gate.place(call) {
        place.wait().await;
    }
    response
}

/// What the service answers, as far as it comes through.
async fn disturbed(hosts: &Hosts, call: &Held, request: Request) -> Response {
    let shared = &hosts.shared;
    let cut = request.extensions().get::<ConnectInfo<Cut>>().cloned();
    let disturbance = shared.disturbances.take(call);
    let (quoting, request) = match &disturbance {
        Some(disturbance) => disturbance.quoting(request).await,
        None => (None, request),
    };
    let answer = if disturbance.as_ref().is_none_or(Disturbance::is_acted_upon) {
        let response = hosts.answer(&call.host, &call.path, request).await;
        shared.disturbances.acted_upon(call);
        Some(response)
    } else {
        // A code that was sent was sent, whoever heard of it.
        shared.cloud_elements.overhear(request).await;
        quoting
    };
    let answer = match disturbance {
        Some(disturbance) => disturbance.answer(answer, shared.clock.now_ms()).await,
        None => answer,
    };
    answer.unwrap_or_else(|| {
        if let Some(ConnectInfo(cut)) = cut {
            cut.now();
        }
        NO_ANSWER.into_response()
    })
}

/// Nobody sees it: the connection is cut.
const NO_ANSWER: StatusCode = StatusCode::BAD_GATEWAY;

/// The request, once the gate lets it go; `None` if that is because the simulator stops.
async fn through(gate: &Gate, call: &Held, request: Request) -> Option<Request> {
    let Some(place) = gate.place(call.clone()) else { return Some(request) };
    // A client that goes away is noticed only when nothing of its request is left to be read.
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, MOST_HELD).await.ok()?;
    place.wait().await.then(|| Request::from_parts(parts, Body::from(body)))
}
