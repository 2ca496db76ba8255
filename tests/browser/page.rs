//! A page of the system under test. Each page has its own browser.

use std::{
    io::{BufRead, BufReader},
    panic::{AssertUnwindSafe, resume_unwind},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

use futures_util::FutureExt;
use serde_json::{Value, json};
use tests::TestApp;
use thirtyfour::{By, ChromiumLikeCapabilities, DesiredCapabilities, WebDriver};

/// Chromium's arguments for running as root, without a screen and without calls to Google.
const ARGUMENTS: [&str; 9] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-prefers-reduced-motion",
];

/// How long a page may take to show something. A browser's first start on a busy machine is slow.
const PATIENCE: Duration = Duration::from_secs(20);

/// The console in a browser, and the system behind it.
pub struct Page {
    pub app: TestApp,
    driver: WebDriver,
    width: AtomicU32,
}

/// Opens the console of a system with these variables and runs `story`; the browser is closed in any case.
pub async fn visit(variables: &[(&str, &str)], story: impl AsyncFn(&Page)) {
    let app = TestApp::with(variables).await;
    let (mut chromedriver, port) = chromedriver();
    // chromedriver creates a new profile for each session, and removes it.
    let mut capabilities = DesiredCapabilities::chrome();
    for argument in ARGUMENTS {
        capabilities.add_arg(argument).unwrap();
    }
    let driver = WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities).await.unwrap();
    let page = Page { app, driver, width: AtomicU32::new(1360) };
    let told = AssertUnwindSafe(async {
        page.open("/").await;
        story(&page).await;
    })
    .catch_unwind()
    .await;
    let closed = page.driver.clone().quit().await;
    chromedriver.kill().unwrap();
    chromedriver.wait().unwrap();
    if let Err(panic) = told {
        resume_unwind(panic);
    }
    closed.unwrap();
}

/// Starts a chromedriver, which chooses a port. It ends if the port is free for IPv4 or IPv6 only; then another starts.
fn chromedriver() -> (Child, u16) {
    for _ in 0..5 {
        let mut child = Command::new("chromedriver").arg("--port=0").stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let port = lines.find_map(|line| {
            line.unwrap().split_once("successfully on port ")?.1.trim_end_matches('.').parse().ok()
        });
        if let Some(port) = port {
            // Somebody must keep reading, or the pipe breaks.
            std::thread::spawn(move || lines.for_each(drop));
            return (child, port);
        }
        child.wait().unwrap();
    }
    panic!("chromedriver does not start");
}

impl Page {
    pub async fn open(&self, path: &str) {
        self.resize(self.width.load(Ordering::Relaxed), 1000).await;
        self.driver.goto(format!("http://{}{path}", self.app.local.address)).await.unwrap();
    }

    pub async fn click(&self, css: &str) {
        self.driver.find(By::Css(css.to_owned())).await.unwrap().click().await.unwrap();
    }

    /// Replaces the text of a field.
    pub async fn fill(&self, css: &str, text: &str) {
        let field = self.driver.find(By::Css(css.to_owned())).await.unwrap();
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Presses keys at the focus.
    pub async fn press(&self, keys: &str) {
        self.driver.active_element().await.unwrap().send_keys(keys).await.unwrap();
    }

    /// The result of a JavaScript function body.
    pub async fn ask(&self, script: &str) -> Value {
        self.driver.execute(script, Vec::new()).await.unwrap().json().clone()
    }

    /// The result of `expression`, where `it` stands for the exports of a page's module.
    pub async fn ask_module(&self, module: &str, expression: &str) -> Value {
        let script = format!(
            "const done = arguments[0]; import('/_local/console/{module}').then((it) => done({expression}), (error) => done(String(error)))"
        );
        self.driver.execute_async(&script, Vec::new()).await.unwrap().json().clone()
    }

    /// The visible text of the first element that matches; empty if there is none.
    pub async fn text(&self, css: &str) -> String {
        // Hidden elements have text, too, by the standard.
        let script = format!(
            "const it = document.querySelector({}); return it?.checkVisibility() ? it.innerText : ''",
            json!(css)
        );
        let text = self.ask(&script).await;
        text.as_str().unwrap().to_owned()
    }

    /// Waits until an element's text contains `part`.
    pub async fn see(&self, css: &str, part: &str) {
        let begun = Instant::now();
        loop {
            let text = self.text(css).await;
            if text.contains(part) {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "{css} shows {text:?}, not {part:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Switches to the form for a code by SMS if WeChat's button is shown.
    pub async fn by_sms(&self) {
        if !self.text("#by-sms").await.is_empty() {
            self.click("#by-sms").await;
        }
    }

    /// Requests a code on the phone and fills it in from the suggestion.
    pub async fn take_code(&self) {
        self.by_sms().await;
        self.click("#send").await;
        self.see("#suggestion", "Fill in").await;
        self.click("#suggestion").await;
    }

    /// Makes the page as wide as a phone, with a touch screen.
    pub async fn narrow(&self) {
        self.width.store(390, Ordering::Relaxed);
        self.resize(390, 844).await;
    }

    pub async fn dark(&self) {
        let feature = json!({ "name": "prefers-color-scheme", "value": "dark" });
        self.send("Emulation.setEmulatedMedia", json!({ "features": [feature] })).await;
    }

    async fn resize(&self, width: u32, height: u64) {
        let metrics =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.send("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    async fn send(&self, method: &str, parameters: Value) {
        self.driver.cdp().send_raw(method, parameters).await.unwrap();
    }

    /// Saves a picture of the whole page in `target/screens/`, after axe has found nothing wrong with it.
    pub async fn look(&self, name: &str) {
        let overflow = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
        assert_eq!(self.ask(overflow).await, 0, "{name}: the page is wider than its window");
        let height = self.ask("return document.documentElement.scrollHeight").await.as_u64().unwrap();
        self.resize(self.width.load(Ordering::Relaxed), height).await;
        let screens = root().join("target/screens");
        std::fs::create_dir_all(&screens).unwrap();
        self.driver.screenshot(&screens.join(format!("{name}.png"))).await.unwrap();
        self.resize(self.width.load(Ordering::Relaxed), 1000).await;
        self.check_accessibility(name).await;
    }

    async fn check_accessibility(&self, name: &str) {
        let axe = std::fs::read_to_string(root().join(".ci/tools/node_modules/axe-core/axe.min.js")).unwrap();
        self.ask(&axe).await;
        let run = "const done = arguments[0]; axe.run().then(done, (error) => done({ violations: [String(error)] }))";
        let found = self.driver.execute_async(run, Vec::new()).await.unwrap().json().clone();
        let violations = found["violations"].as_array().unwrap();
        let told: Vec<_> = violations
            .iter()
            .map(|violation| {
                let nodes = violation["nodes"].as_array().into_iter().flatten();
                let nodes: Vec<_> =
                    nodes.map(|node| format!("{} {}", node["target"], node["failureSummary"])).collect();
                format!("{}: {}", violation["help"], nodes.join("\n  "))
            })
            .collect();
        assert!(told.is_empty(), "{name} is not accessible:\n{}", told.join("\n"));
        // Guards against a run of axe that checked nothing.
        assert!(found["passes"].as_array().unwrap().len() > 20, "{name}: axe has hardly looked");
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
