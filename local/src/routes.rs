//! Changes the SMS routes while the system runs: `send-code` is created again with other `SMS_ROUTES`.

use std::sync::{Arc, PoisonError, RwLock};

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::get,
};
use send_code::SendCode;
use serde_json::json;
use shared::{
    aws::Aws,
    clock::Clock,
    config::{ConfigError, Env},
    random::Random,
};

const SETTING: &str = "SMS_ROUTES";

/// The function's own default.
const DEFAULT: &str = "*=sns";

/// The console's choices.
const OFFERED: [&str; 4] = [DEFAULT, "*=tencent", "*=aliyun", "*=tencent>aliyun"];

/// `send-code`, and the settings that it is created from.
pub(crate) struct Routed {
    variables: Vec<(String, String)>,
    aws: Aws,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    chosen: RwLock<Chosen>,
}

struct Chosen {
    routes: String,
    function: Arc<SendCode>,
}

impl Routed {
    /// Creates the function from all its variables.
    pub(crate) fn new(
        variables: Vec<(String, String)>,
        aws: Aws,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Result<Self, ConfigError> {
        let given = variables.iter().find(|(name, _)| name == SETTING).map(|(_, routes)| routes.trim());
        let routes = given.filter(|routes| !routes.is_empty()).unwrap_or(DEFAULT).to_owned();
        let config = Env::new(variables.iter().cloned()).settings(send_code::Config::read)?;
        let function = Arc::new(SendCode::new(config, &aws, clock.clone(), random.clone()));
        let chosen = RwLock::new(Chosen { routes, function });
        Ok(Self { variables, aws, clock, random, chosen })
    }

    /// The current function.
    pub(crate) fn function(&self) -> Arc<SendCode> {
        self.chosen.read().unwrap_or_else(PoisonError::into_inner).function.clone()
    }

    /// Creates the function again. If the routes are wrong, it stays as it is.
    pub(crate) fn choose(&self, routes: &str) -> Result<(), ConfigError> {
        let others = self.variables.iter().filter(|(name, _)| name != SETTING).cloned();
        let variables = others.chain([(SETTING.to_owned(), routes.to_owned())]).collect();
        let again = Self::new(variables, self.aws.clone(), self.clock.clone(), self.random.clone())?;
        let again = again.chosen.into_inner().unwrap_or_else(PoisonError::into_inner);
        *self.chosen.write().unwrap_or_else(PoisonError::into_inner) = again;
        Ok(())
    }
}

/// The routes' HTTP interface for the console and curl.
pub(crate) fn router(routed: Arc<Routed>) -> Router {
    Router::new().route("/_local/sms/routes", get(list).put(choose)).with_state(routed)
}

async fn list(State(routed): State<Arc<Routed>>) -> Response {
    let chosen = routed.chosen.read().unwrap_or_else(PoisonError::into_inner).routes.clone();
    let list = json!({ "routes": chosen, "offered": OFFERED });
    ([(CONTENT_TYPE, "application/json")], list.to_string()).into_response()
}

async fn choose(State(routed): State<Arc<Routed>>, wanted: String) -> Response {
    match routed.choose(wanted.trim()) {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => (StatusCode::BAD_REQUEST, format!("{error}\n")).into_response(),
    }
}
