//! The whole system on one machine: the three functions behind a gateway, with an embedded `DynamoDB`, a simulated WeChat,
//! and the simulated SMS providers in front of a phone network.
//!
//! The functions are the real ones, with the real AWS SDK and the real HTTP client; only the services that they call are
//! simulated. Everything is on one port, so that functions that run elsewhere can use it, too.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
};

use exchange_code::ExchangeCode;
use login::Login;
use shared::{
    aws::Aws,
    clock::{Clock, SystemClock},
    config::{ConfigError, Env},
    random::{Random, SystemRandom},
};
use tokio::{net::TcpListener, task::JoinHandle};

pub mod aliyun;
mod broken;
mod console;
mod data;
pub mod dynamodb;
mod event;
mod gateway;
pub mod openapi;
pub mod phones;
pub mod provider;
pub mod reference;
mod routes;
pub mod secrets;
mod service;
mod signed;
pub mod sns;
pub mod tencent;
mod timeline;
mod vendors;
pub mod wechat;

use aliyun::Aliyun;
pub use data::DataError;
use dynamodb::{DynamoDb, Store};
pub use gateway::{Answered, DeployedRoute, Functions, check_of, routes};
use phones::PhoneNetwork;
use routes::Routed;
use sns::Sns;
use tencent::Tencent;
use timeline::{Timeline, noted, number};
use wechat::Wechat;

/// The crates whose logs are shown.
pub const CRATES: [&str; 4] = ["send_code", "exchange_code", "login", env!("CARGO_CRATE_NAME")];

/// The options of a start.
pub struct Options {
    /// The address to listen on. By default only this machine can connect.
    pub host: IpAddr,
    /// The port; 0 takes a free one.
    pub port: u16,
    /// Where the tables are stored.
    pub store: Store,
    /// Environment variables for the functions; they override the generated ones.
    pub variables: Vec<(String, String)>,
    /// The functions' clock.
    pub clock: Arc<dyn Clock>,
    /// The functions' randomness.
    pub random: Arc<dyn Random>,
    /// Whether to serve only the services that the functions call, for functions that run elsewhere: no gateway, no console.
    pub services_only: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            host: Ipv4Addr::LOCALHOST.into(),
            port: 0,
            store: Store::default(),
            variables: Vec::new(),
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
            services_only: false,
        }
    }
}

/// Why the system did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Another program has the port.
    #[error("port {0} is in use; try PORT={next}", next = .0.checked_add(1).unwrap_or(3000))]
    PortTaken(u16),
    /// The address belongs to another machine, or the port needs more rights.
    #[error("cannot listen on {0}: {1}")]
    Address(SocketAddr, std::io::Error),
    /// The file of `--data` cannot be used.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The tables could not be created.
    #[error(transparent)]
    DynamoDb(#[from] dynamodb::TablesError),
    /// A variable is wrong.
    #[error("{0}: {1}")]
    Settings(&'static str, ConfigError),
    /// The HTTP client could not be created.
    #[error("TLS could not be set up: {0}")]
    Tls(#[from] reqwest::Error),
}

/// The running system. It stops when this is dropped.
pub struct Local {
    /// The address on this machine.
    pub address: SocketAddr,
    /// The variables for a function that uses this system, here or elsewhere. Variables that were only in
    /// [`Options::variables`] are left out.
    pub variables: Vec<(String, String)>,
    /// The functions, for invocation without the gateway.
    pub functions: Arc<Functions>,
    /// The tables, behind the proxy.
    pub dynamodb: Arc<DynamoDb>,
    /// The phones and their messages.
    pub phones: Arc<PhoneNetwork>,
    /// SNS.
    pub sns: Arc<Sns>,
    /// Tencent Cloud's SMS.
    pub tencent: Arc<Tencent>,
    /// Aliyun's SMS.
    pub aliyun: Arc<Aliyun>,
    /// WeChat.
    pub wechat: Arc<Wechat>,
    server: JoinHandle<()>,
}

impl Local {
    /// Starts everything.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let (listener, address) = listen(SocketAddr::new(options.host, options.port)).await?;

        let mut variables = secrets::made_up();
        if let Store::File(file) = &options.store {
            data::keep(file, &mut variables)?;
        }
        variables.extend(addresses(address));
        let (given, others): (Vec<_>, Vec<_>) = options.variables.into_iter().partition(|(given, _)| {
            given == wechat::MORE_APPS || variables.iter().any(|(made_up, _)| made_up == given)
        });
        variables.retain(|(made_up, _)| given.iter().all(|(given, _)| given != made_up));
        variables.extend(given);
        let all: Vec<_> = variables.iter().cloned().chain(others).collect();
        let variable = |name: &str| {
            all.iter().find(|(set, _)| set == name).map(|(_, value)| value.clone()).unwrap_or_default()
        };

        let aws = settings("AWS", &all, |env| Aws::read(env, options.clock.clone()))?;
        let dynamodb_config = aws_sdk_dynamodb::Config::from(&aws.of("DYNAMODB"));
        let tables = [variable("CODES_TABLE"), variable("USERS_TABLE")];
        let dynamodb = Arc::new(DynamoDb::start(options.store, tables, &dynamodb_config).await?);
        let timeline = Arc::new(Timeline::new(options.clock.clone(), dynamodb.clone()));
        let phones = Arc::new(PhoneNetwork::new(options.clock.clone()));
        let sns = Arc::new(Sns::new(phones.clone()));
        let tencent =
            Arc::new(Tencent::new(tencent::Account::read(variable), phones.clone(), options.clock.clone()));
        let aliyun =
            Arc::new(Aliyun::new(aliyun::Account::read(variable), phones.clone(), options.clock.clone()));
        let wechat = Arc::new(Wechat::new(wechat::Apps::read(variable), options.clock.clone()));

        let aws = aws.noting(number);
        let (clock, random) = (options.clock, options.random);
        let send_code = Routed::new(all.clone(), aws.clone(), clock.clone(), random.clone());
        let send_code = Arc::new(send_code.map_err(|error| StartError::Settings("send-code", error))?);
        let config = settings("exchange-code", &all, exchange_code::Config::read)?;
        let exchange_code = ExchangeCode::new(config, &aws, clock.clone(), random.clone())?;
        let config = settings("login", &all, login::Config::read)?;
        let login = Login::new(config, &aws, clock, random);

        let functions = Arc::new(Functions::new(send_code.clone(), exchange_code, login, all));
        let mut router = noted(dynamodb::SERVICE, dynamodb::router(dynamodb.clone()), &timeline)
            .merge(noted(sns::SERVICE, sns::router(sns.clone()), &timeline))
            .merge(vendors::router(
                noted(tencent::SERVICE, tencent::router(tencent.clone()), &timeline),
                noted(aliyun::SERVICE, aliyun::router(aliyun.clone()), &timeline),
            ))
            .merge(provider::prompt(tencent.clone()))
            .merge(provider::prompt(aliyun.clone()))
            .merge(noted(wechat::SERVICE, wechat::router(wechat.clone()), &timeline))
            .merge(wechat::prompt::router(wechat.clone()))
            .merge(phones::router(phones.clone()));
        if !options.services_only {
            router = router
                .merge(gateway::router(functions.clone(), timeline.clone()))
                .merge(console::router(phones.clone(), timeline))
                .merge(routes::router(send_code));
        }
        let server = tokio::spawn(async move {
            let service = router.into_make_service_with_connect_info::<SocketAddr>();
            if let Err(error) = axum::serve(listener, service).await {
                tracing::error!(%error, "the gateway stopped");
            }
        });
        Ok(Self { address, variables, functions, dynamodb, phones, sns, tencent, aliyun, wechat, server })
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// The variables with the addresses of all services.
fn addresses(address: SocketAddr) -> [(String, String); 11] {
    let here = format!("http://{address}/_local");
    [
        ("CODES_TABLE", "codes".to_owned()),
        ("USERS_TABLE", "users".to_owned()),
        ("WECHAT_API_BASE", format!("{here}/wechat")),
        ("TOKEN_ISSUER", format!("http://{address}")),
        ("AWS_REGION", "local".to_owned()),
        ("AWS_ACCESS_KEY_ID", "local".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "local".to_owned()),
        ("AWS_ENDPOINT_URL_DYNAMODB", format!("{here}/dynamodb")),
        ("AWS_ENDPOINT_URL_SNS", format!("{here}/sns")),
        ("TENCENT_SMS_ENDPOINT", format!("http://{address}")),
        ("ALIYUN_SMS_ENDPOINT", format!("http://{address}")),
    ]
    .map(|(name, value)| (name.to_owned(), value))
}

/// Listens there. Also returns the address for calls from this machine, since 0.0.0.0 cannot be called.
async fn listen(on: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let failed = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::AddrInUse => StartError::PortTaken(on.port()),
        _ => StartError::Address(on, error),
    };
    let listener = TcpListener::bind(on).await.map_err(failed)?;
    let mut address = listener.local_addr().map_err(failed)?;
    match address.ip() {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    Ok((listener, address))
}

fn settings<T>(
    function: &'static str,
    variables: &[(String, String)],
    read: impl FnOnce(&mut Env) -> Option<T>,
) -> Result<T, StartError> {
    Env::new(variables.iter().cloned()).settings(read).map_err(|error| StartError::Settings(function, error))
}
