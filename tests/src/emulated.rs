//! A function under Amazon's runtime interface emulator, without Docker.

use std::{
    fs::File,
    net::{SocketAddr, TcpListener},
    process::{Child, Command},
    time::Duration,
};

/// A function that waits for events. Dropping it stops it.
pub struct Emulated {
    emulator: Child,
    url: String,
    client: reqwest::Client,
}

impl Emulated {
    /// Starts the emulator, which starts `function` (a program and its arguments) at the first event. The output of both goes
    /// to `log`.
    pub async fn start(
        emulator: &str,
        function: &[String],
        variables: &[(String, String)],
        log: &File,
    ) -> Self {
        let (address, runtime_api) = (free_address(), free_address());
        let emulator = Command::new(emulator)
            .args(["--runtime-interface-emulator-address", &address.to_string()])
            .args(["--runtime-api-address", &runtime_api.to_string()])
            .args(function)
            .env_clear()
            .envs(variables.iter().cloned())
            .stdout(log.try_clone().unwrap())
            .stderr(log.try_clone().unwrap())
            .spawn()
            .unwrap();
        let url = format!("http://{address}/2015-03-31/functions/function/invocations");
        let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_mins(2)).build().unwrap();
        let emulated = Self { emulator, url, client };
        while tokio::net::TcpStream::connect(address).await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        emulated
    }

    /// The function's answer.
    pub async fn invoke(&self, event: &str) -> String {
        let request = self.client.post(&self.url).body(event.to_owned());
        request.send().await.unwrap().text().await.unwrap()
    }

    /// The emulator's process, whose child is the function.
    #[must_use]
    pub fn process(&self) -> u32 {
        self.emulator.id()
    }
}

impl Drop for Emulated {
    fn drop(&mut self) {
        _ = self.emulator.kill();
        _ = self.emulator.wait();
    }
}

fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}
