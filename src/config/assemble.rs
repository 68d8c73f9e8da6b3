//! Puts the validated configuration together. Every key is read before the first `?`, so that
//! one mistake never hides another.

use std::path::PathBuf;
use std::time::Duration;

use url::{Host, Url};

use super::account;
use super::convert::{self, Problem};
use super::keys::Holds;
use super::mistake::{Mistake, Place};
use super::model::{
    AppKind, Browser, BrowserName, CloudElements, Config, Http, InstanceRef, ReauthenticateVia,
    RevokeVia, Run, Salesforce,
};
use super::overrides::Overrides;
use super::reader::{Noted, Read, Reader};

/// Limit for each step where none is given.
const TIMEOUT: Duration = Duration::from_secs(60);
/// How long both sides may take to agree where nothing is given.
const SETTLE: Duration = Duration::from_secs(60);

/// Everything.
pub(super) fn config(reader: &mut Reader<'_>, overrides: &Overrides) -> Result<Config, Noted> {
    let salesforce = salesforce(reader, overrides);
    let cloud_elements = cloud_elements(reader, overrides);
    let ca_file = reader.path("http.ca_file");
    let browser = browser(reader, overrides);
    let run = run(reader, overrides);
    Ok(Config {
        salesforce: salesforce?,
        cloud_elements: cloud_elements?,
        http: Http { ca_file: ca_file? },
        browser: browser?,
        run: run?,
    })
}

fn salesforce(reader: &mut Reader<'_>, overrides: &Overrides) -> Result<Salesforce, Noted> {
    let login_url = required(reader, "salesforce.login_url", Reader::url);
    let user = account::read(reader, &account::USER, overrides);
    let admin = account::read_if_given(reader, &account::ADMIN, overrides);
    let connected_app = required(reader, "salesforce.connected_app", Reader::text);
    let kinds = [("connected", AppKind::Connected), ("external-client", AppKind::ExternalClient)];
    let app_kind = reader.choice("salesforce.app_kind", &kinds);
    let my_domain = reader.url("salesforce.my_domain");
    let consumer_key = required(reader, "salesforce.consumer_key", Reader::text);
    let consumer_secret = required(reader, "salesforce.consumer_secret", Reader::secret);
    let callback_url = required(reader, "salesforce.callback_url", Reader::url);
    if let Ok(callback_url) = &callback_url {
        let my_domain = my_domain.as_ref().ok().and_then(Option::as_ref);
        for needed in login_url.iter().chain(my_domain) {
            check_callback(reader, callback_url, needed)?;
        }
    }
    Ok(Salesforce {
        login_url: login_url?,
        user: user?,
        admin: admin?,
        connected_app: connected_app?,
        app_kind: app_kind?.unwrap_or(AppKind::Connected),
        my_domain: my_domain?,
        consumer_key: consumer_key?,
        consumer_secret: consumer_secret?,
        callback_url: callback_url?,
    })
}

/// The callback's host is made unreachable for the browser, so it must be none that the login
/// needs. On the three names that get a listener of their own, another port is another service.
fn check_callback(reader: &mut Reader<'_>, callback_url: &Url, needed: &Url) -> Result<(), Noted> {
    let has_listener = match callback_url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    let same_port = callback_url.port_or_known_default() == needed.port_or_known_default();
    if callback_url.host() != needed.host() || (has_listener && !same_port) {
        return Ok(());
    }
    let place = reader.place("salesforce.callback_url");
    reader.mistakes.push(Mistake {
        code: "config.callback_host",
        message: "`salesforce.callback_url` is on a host that the login itself needs".to_owned(),
        expected: "expected a host of its own: the browser is kept from reaching it".to_owned(),
        hints: vec![
            "give the connected app another callback URL, for example \
             `https://auth.cloudelements.io/oauth`"
                .to_owned(),
        ],
        place,
    });
    Err(Noted)
}

fn cloud_elements(reader: &mut Reader<'_>, overrides: &Overrides) -> Result<CloudElements, Noted> {
    let base_url = required(reader, "cloud_elements.base_url", Reader::url);
    let user_secret = required(reader, "cloud_elements.user_secret", Reader::secret);
    let organization_secret =
        required(reader, "cloud_elements.organization_secret", Reader::secret);
    let element_key = reader.word("cloud_elements.element_key");
    let instance = instance(reader, overrides);
    Ok(CloudElements {
        base_url: base_url?,
        user_secret: user_secret?,
        organization_secret: organization_secret?,
        element_key: element_key?.unwrap_or_else(|| "sfdc".to_owned()),
        instance: instance?,
    })
}

fn instance(reader: &mut Reader<'_>, overrides: &Overrides) -> Read<InstanceRef> {
    const ID: &str = "cloud_elements.instance.id";
    const TOKEN: &str = "cloud_elements.instance.token";
    if overrides.provision {
        return Ok(None);
    }
    if let Some(id) = overrides.instance {
        let noted = reader.mistakes.len();
        let is_ours = match reader.id(ID) {
            Ok(configured) => configured.is_none_or(|configured| configured == id),
            Err(Noted) => {
                // The flag replaces the id: what is wrong with it concerns nobody.
                reader.mistakes.truncate(noted);
                false
            }
        };
        let token = if is_ours { reader.secret(TOKEN)? } else { None };
        return Ok(Some(InstanceRef { id, token }));
    }
    let is_given = reader.document.has_section("cloud_elements.instance")
        || reader.is_given(ID)
        || reader.is_given(TOKEN);
    if !is_given {
        return Ok(None);
    }
    let id = required(reader, ID, Reader::id);
    let token = reader.secret(TOKEN);
    Ok(Some(InstanceRef { id: id?, token: token? }))
}

fn browser(reader: &mut Reader<'_>, overrides: &Overrides) -> Result<Browser, Noted> {
    let name = reader.choice("browser.name", &[("chrome", BrowserName::Chrome)]);
    let headless = if overrides.headed { Ok(Some(false)) } else { reader.flag("browser.headless") };
    let binary = flag_or(&overrides.browser_binary, reader, "browser.binary", Reader::path);
    let driver = flag_or(&overrides.driver, reader, "browser.driver", Reader::path);
    let webdriver_url = webdriver_url(reader, overrides);
    let profile_dir = flag_or(&overrides.profile_dir, reader, "browser.profile_dir", Reader::path);
    let args = reader.list("browser.args");
    let locators = flag_or(&overrides.locators, reader, "browser.locators", Reader::path);
    let slow_mo = flag_or(&overrides.slow_mo, reader, "browser.slow_mo", Reader::duration);
    Ok(Browser {
        name: name?.unwrap_or(BrowserName::Chrome),
        headless: headless?.unwrap_or(true),
        binary: binary?,
        driver: driver?,
        webdriver_url: webdriver_url?,
        profile_dir: profile_dir?,
        args: args?.unwrap_or_default(),
        locators: locators?,
        slow_mo: slow_mo?.unwrap_or_default(),
    })
}

fn webdriver_url(reader: &mut Reader<'_>, overrides: &Overrides) -> Read<Url> {
    let url = match &overrides.webdriver_url {
        Some(url) => match convert::url(url.as_str(), Holds::DriverUrl) {
            Ok(url) => Ok(Some(url)),
            Err(problem) => Err(refuse_flag(reader, "--webdriver-url", problem)),
        },
        None => reader.url("browser.webdriver_url"),
    }?;
    if let Some(url) = &url
        && url.scheme() == "http"
        && !convert::is_loopback(url)
    {
        reader.warnings.push((
            "config.webdriver_plain_http",
            format!(
                "the driver at {} is reached by plain http: typed credentials cross the network \
                 in clear",
                url.host_str().unwrap_or_default()
            ),
        ));
    }
    Ok(url)
}

fn run(reader: &mut Reader<'_>, overrides: &Overrides) -> Result<Run, Noted> {
    let revoke_via = flag_or(&overrides.revoke_via, reader, "run.revoke_via", |reader, path| {
        reader.choice(path, &[("ui", RevokeVia::Ui), ("api", RevokeVia::Api)])
    });
    let revoke_all_of_user = if overrides.revoke_all_of_user {
        Ok(Some(true))
    } else {
        reader.flag("run.revoke_all_of_user")
    };
    let reauthenticate_via =
        flag_or(&overrides.reauthenticate_via, reader, "run.reauthenticate_via", |reader, path| {
            let values = [
                ("auto", ReauthenticateVia::Auto),
                ("patch", ReauthenticateVia::Patch),
                ("put", ReauthenticateVia::Put),
            ];
            reader.choice(path, &values)
        });
    let out = flag_or(&overrides.out, reader, "run.out", Reader::path);
    let keep = if overrides.keep { Ok(Some(true)) } else { reader.flag("run.keep") };
    let timeout = match overrides.timeout {
        Some(timeout) => convert::limited(timeout, Holds::Limit)
            .map(Some)
            .map_err(|problem| refuse_flag(reader, "--timeout", problem)),
        None => reader.duration("run.timeout"),
    };
    let settle = match overrides.settle {
        Some(settle) => convert::limited(settle, Holds::Pause)
            .map(Some)
            .map_err(|problem| refuse_flag(reader, "--settle", problem)),
        None => reader.duration("run.settle"),
    };
    Ok(Run {
        revoke_via: revoke_via?.unwrap_or(RevokeVia::Ui),
        revoke_all_of_user: revoke_all_of_user?.unwrap_or(false),
        reauthenticate_via: reauthenticate_via?.unwrap_or(ReauthenticateVia::Auto),
        out: out?.unwrap_or_else(|| PathBuf::from("runs")),
        keep: keep?.unwrap_or(false),
        timeout: timeout?.unwrap_or(TIMEOUT),
        settle: settle?.unwrap_or(SETTLE),
    })
}

pub(super) fn required<'a, T>(
    reader: &mut Reader<'a>,
    path: &'static str,
    read: impl FnOnce(&mut Reader<'a>, &'static str) -> Read<T>,
) -> Result<T, Noted> {
    let value = read(reader, path);
    reader.required(path, value)
}

fn flag_or<'a, T: Clone>(
    flag: &Option<T>,
    reader: &mut Reader<'a>,
    path: &'static str,
    read: impl FnOnce(&mut Reader<'a>, &'static str) -> Read<T>,
) -> Read<T> {
    match flag {
        Some(value) => Ok(Some(value.clone())),
        None => read(reader, path),
    }
}

fn refuse_flag(reader: &mut Reader<'_>, flag: &'static str, problem: Problem) -> Noted {
    reader.mistakes.push(Mistake {
        code: problem.code,
        message: format!("`{flag}` cannot be used"),
        expected: problem.expected,
        hints: Vec::new(),
        place: Place::Flag(flag),
    });
    Noted
}
