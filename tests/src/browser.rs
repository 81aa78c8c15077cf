//! A real Chromium, driven by its driver over the WebDriver protocol (W3C).

use crate::daemon::{eventually, free_port};
use serde_json::{Value, json};
use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// The key under which the protocol names an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A browser with a profile of its own; closed when dropped.
pub struct Browser {
    driver: Child,
    session: String,
    client: reqwest::Client,
    _profile: tempfile::TempDir,
}

fn find(names: &[&str]) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .flat_map(|folder| names.iter().map(move |name| folder.join(name)))
        .find(|candidate| candidate.is_file())
        .unwrap_or_else(|| panic!("none of {names:?} is installed: run the tests with `cargo xtask test`"))
}

impl Browser {
    /// A phone: 360 by 740 pixels. Without JavaScript when `scripts` is false.
    pub async fn phone(scripts: bool) -> Browser {
        Browser::open(360, 740, scripts).await
    }

    /// A desk: 1280 by 800 pixels.
    pub async fn desk() -> Browser {
        Browser::open(1280, 800, true).await
    }

    async fn open(width: u32, height: u32, scripts: bool) -> Browser {
        aglis_core::tls::install();
        let profile = tempfile::tempdir().expect("a temporary folder");
        let port = free_port();
        let driver = Command::new(find(&["chromedriver"]))
            .arg(format!("--port={port}"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts");
        let client = reqwest::Client::builder().timeout(Duration::from_secs(60)).build().expect("a client");
        let base = format!("http://127.0.0.1:{port}");
        let mut args = vec![
            "--headless=new".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-gpu".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            "--disable-quic".to_owned(),
            "--no-first-run".to_owned(),
            "--disable-background-networking".to_owned(),
            "--disable-component-update".to_owned(),
            "--disable-sync".to_owned(),
            format!("--window-size={width},{height}"),
            format!("--user-data-dir={}", profile.path().display()),
        ];
        let mut options = json!({ "binary": find(&["chromium", "chromium-browser", "google-chrome"]) });
        options["prefs"] = json!({ "intl.accept_languages": "id-ID,id" });
        if !scripts {
            options["prefs"]["profile.managed_default_content_settings.javascript"] = json!(2);
        }
        args.push("--lang=id-ID".to_owned());
        options["args"] = json!(args);
        let capabilities = json!({ "capabilities": { "alwaysMatch": { "browserName": "chrome", "goog:chromeOptions": options } } });
        let answer = eventually("chromedriver", async || {
            client.post(format!("{base}/session")).json(&capabilities).send().await.ok()
        })
        .await;
        let answer: Value = answer.json().await.expect("chromedriver answers in JSON");
        let id = answer["value"]["sessionId"]
            .as_str()
            .unwrap_or_else(|| panic!("no browser: {answer}"))
            .to_owned();
        let browser = Browser { driver, session: format!("{base}/session/{id}"), client, _profile: profile };
        // The window's size includes what is around the page; the page itself gets the asked size.
        browser.post("goog/cdp/execute", json!({ "cmd": "Emulation.setDeviceMetricsOverride", "params": { "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 } })).await;
        browser
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        self.try_post(path, body).await.unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    async fn try_post(&self, path: &str, body: Value) -> Result<Value, String> {
        let response = self
            .client
            .post(format!("{}/{path}", self.session))
            .json(&body)
            .send()
            .await
            .map_err(|error| error.to_string())?;
        BrowserAnswer::of(response).await
    }

    async fn get(&self, path: &str) -> Result<Value, String> {
        let response = self
            .client
            .get(format!("{}/{path}", self.session))
            .send()
            .await
            .map_err(|error| error.to_string())?;
        BrowserAnswer::of(response).await
    }

    /// Opens an address.
    pub async fn goto(&self, url: &str) {
        self.post("url", json!({ "url": url })).await;
    }

    /// The address of the page.
    pub async fn url(&self) -> String {
        self.get("url").await.expect("the address").as_str().unwrap_or_default().to_owned()
    }

    /// The page's title.
    pub async fn title(&self) -> String {
        self.get("title").await.expect("the title").as_str().unwrap_or_default().to_owned()
    }

    async fn element(&self, css: &str) -> Result<String, String> {
        let found = self.try_post("element", json!({ "using": "css selector", "value": css })).await?;
        Ok(found[ELEMENT].as_str().unwrap_or_default().to_owned())
    }

    /// Waits for an element; gives its handle.
    async fn wait(&self, css: &str) -> String {
        let begun = Instant::now();
        loop {
            match self.element(css).await {
                Ok(id) => return id,
                Err(error) if begun.elapsed() > Duration::from_secs(15) => {
                    panic!("no {css} at {}: {error}\n{}", self.url().await, self.text().await)
                }
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    /// Whether an element is there now.
    pub async fn has(&self, css: &str) -> bool {
        self.element(css).await.is_ok()
    }

    /// Waits for an element and clicks it.
    pub async fn click(&self, css: &str) {
        let id = self.wait(css).await;
        // A person scrolls until nothing stands over what they want to press.
        let centre = json!({ "script": "arguments[0].scrollIntoView({ block: 'center' })", "args": [{ ELEMENT: id }] });
        self.post("execute/sync", centre).await;
        self.post(&format!("element/{id}/click"), json!({})).await;
    }

    /// Waits for a field, empties it and types into it; for a file field, the path of a file.
    pub async fn fill(&self, css: &str, text: &str) {
        let id = self.wait(css).await;
        let _ = self.try_post(&format!("element/{id}/clear"), json!({})).await;
        self.post(&format!("element/{id}/value"), json!({ "text": text })).await;
    }

    /// Waits for a file field and chooses files.
    pub async fn choose(&self, css: &str, files: &[&Path]) {
        let id = self.wait(css).await;
        let text = files.iter().map(|file| file.display().to_string()).collect::<Vec<_>>().join("\n");
        self.post(&format!("element/{id}/value"), json!({ "text": text })).await;
    }

    /// The text of the page as a person sees it.
    pub async fn text(&self) -> String {
        match self.element("body").await {
            Ok(body) => self
                .get(&format!("element/{body}/text"))
                .await
                .ok()
                .and_then(|text| text.as_str().map(str::to_owned))
                .unwrap_or_default(),
            Err(_) => String::new(),
        }
    }

    /// Waits until the page shows a text.
    pub async fn sees(&self, text: &str) {
        let begun = Instant::now();
        loop {
            let shown = self.text().await;
            if shown.contains(text) {
                return;
            }
            assert!(
                begun.elapsed() < Duration::from_secs(15),
                "the page at {} never shows {text:?}:\n{shown}",
                self.url().await
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Runs a script in the page and gives its result.
    pub async fn run(&self, script: &str) -> Value {
        self.post("execute/sync", json!({ "script": script, "args": [] })).await
    }

    /// Presses keys in the focused element.
    pub async fn press(&self, keys: &str) {
        let actions: Vec<Value> = keys
            .chars()
            .flat_map(|key| {
                [
                    json!({ "type": "keyDown", "value": key.to_string() }),
                    json!({ "type": "keyUp", "value": key.to_string() }),
                ]
            })
            .collect();
        self.post("actions", json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": actions }] }))
            .await;
    }

    /// Saves what is seen as a PNG.
    pub async fn screenshot(&self, path: &Path) {
        use base64::Engine;
        let png = self.get("screenshot").await.expect("a screenshot");
        let bytes = base64::engine::general_purpose::STANDARD
            .decode(png.as_str().unwrap_or_default())
            .expect("base64");
        std::fs::write(path, bytes).expect("writing the screenshot");
    }
}

struct BrowserAnswer;

impl BrowserAnswer {
    async fn of(response: reqwest::Response) -> Result<Value, String> {
        let good = response.status().is_success();
        let mut answer: Value = response.json().await.map_err(|error| error.to_string())?;
        let value = answer["value"].take();
        if good {
            Ok(value)
        } else {
            Err(value["message"].as_str().unwrap_or("unknown").lines().next().unwrap_or_default().to_owned())
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Ending the session ends Chromium; killing the driver alone would leave it behind.
        let session = self.session.clone();
        let closed = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime
                .block_on(async {
                    reqwest::Client::new()
                        .delete(session)
                        .timeout(Duration::from_secs(5))
                        .send()
                        .await
                        .map(drop)
                })
                .map_err(std::io::Error::other)
        })
        .join();
        if !matches!(closed, Ok(Ok(()))) {
            eprintln!("the browser did not close by itself");
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
