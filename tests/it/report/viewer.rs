//! A page opened from disk, in a browser without a network.

use std::path::Path;

use fantoccini::elements::Element;
use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::{Map, Value, json};

use crate::support::RemoteDriver;

/// A page in a browser of its own.
pub struct Viewer {
    pub client: Client,
    driver: RemoteDriver,
}

impl Viewer {
    /// Opens a file.
    pub async fn open(file: &Path) -> Self {
        Self::open_with(file, &[]).await
    }

    /// Opens a file in a browser with more arguments.
    pub async fn open_with(file: &Path, arguments: &[&str]) -> Self {
        let driver = RemoteDriver::start().await;
        // Nothing listens there: whatever is asked for fails, and the console says so.
        let mut all = vec!["--headless", "--no-sandbox", "--proxy-server=http://127.0.0.1:1"];
        all.extend(["--proxy-bypass-list=<-loopback>", "--window-size=1280,1000"]);
        all.extend(arguments);
        let capabilities = Map::from_iter([
            ("goog:chromeOptions".to_owned(), json!({"args": all})),
            ("goog:loggingPrefs".to_owned(), json!({"browser": "ALL"})),
        ]);
        let mut builder = ClientBuilder::rustls().unwrap();
        let client = builder.capabilities(capabilities).connect(driver.url()).await.unwrap();
        client.goto(&format!("file://{}", file.display())).await.unwrap();
        Self { client, driver }
    }

    /// The value of a script's expression.
    pub async fn value(&self, expression: &str) -> Value {
        self.client.execute(&format!("return {expression}"), vec![]).await.unwrap()
    }

    /// The visible text of the first that fits.
    pub async fn text(&self, css: &str) -> String {
        self.find(css).await.text().await.unwrap()
    }

    pub async fn find(&self, css: &str) -> Element {
        let found = self.client.find(Locator::Css(css)).await;
        found.unwrap_or_else(|error| panic!("{css}: {error}"))
    }

    /// How many that fit are shown.
    pub async fn shown(&self, css: &str) -> usize {
        let script = format!(
            "[...document.querySelectorAll({})].filter((e) => e.checkVisibility()).length",
            json!(css)
        );
        usize::try_from(self.value(&script).await.as_u64().unwrap()).unwrap()
    }

    /// Types keys, to whatever has the focus.
    pub async fn press(&self, keys: &str) {
        self.client.active_element().await.unwrap().send_keys(keys).await.unwrap();
    }

    /// Serious findings of axe-core about what is shown now.
    pub async fn accessibility(&self) -> Vec<String> {
        let axe = super::installed("node_modules/axe-core/axe.min.js");
        self.client.execute(&axe, vec![]).await.unwrap();
        let script = "const answer = arguments[0]; axe.run().then(
            (found) => answer(found.violations), (error) => answer(String(error)));";
        let violations = self.client.execute_async(script, vec![]).await.unwrap();
        let violations = violations.as_array().unwrap_or_else(|| panic!("{violations}"));
        let is_serious = |violation: &&Value| {
            matches!(violation["impact"].as_str(), Some("serious" | "critical"))
        };
        let told = |violation: &Value| {
            let nodes = violation["nodes"].as_array().unwrap().iter();
            let nodes: Vec<String> =
                nodes.map(|node| format!("{} {}", node["html"], node["failureSummary"])).collect();
            format!("{}: {}", violation["id"], nodes.join("; "))
        };
        violations.iter().filter(is_serious).map(told).collect()
    }

    /// As it would be printed.
    pub async fn on_paper(&self) {
        let media = json!({"cmd": "Emulation.setEmulatedMedia", "params": {"media": "print"}});
        self.driver_says("goog/cdp/execute", media).await;
    }

    /// What the driver answers to a command that the client does not know.
    async fn driver_says(&self, command: &str, parameters: Value) -> Value {
        let session = self.client.session_id().await.unwrap().unwrap();
        let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
        let url = format!("{}/session/{session}/{command}", self.driver.url());
        let answer = client.post(url).json(&parameters).send().await.unwrap();
        answer.error_for_status().unwrap().json::<Value>().await.unwrap()["value"].take()
    }

    /// Closes the window; nothing was asked for, and nothing was wrong.
    pub async fn close(self) {
        let asked = self.value("performance.getEntriesByType('resource').map((one) => one.name)");
        assert_eq!(asked.await, json!([]), "it asks for something");
        let said = self.driver_says("se/log", json!({"type": "browser"})).await;
        assert_eq!(said, json!([]), "the console says something");
        self.client.close().await.unwrap();
    }
}
