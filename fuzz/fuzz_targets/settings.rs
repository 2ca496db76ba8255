//! Lines of `NAME=value`: every function starts or reports its errors, and never shows a secret.
#![no_main]

use libfuzzer_sys::fuzz_target;
use shared::config::Env;

fuzz_target!(|lines: &str| {
    let variables: Vec<_> = lines
        .lines()
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.replace("\\n", "\n")))
        // Secrets are marked, so that they are not mistaken for common words of the messages.
        .map(|(name, value)| if is_secret(&name) { (name, format!("§{value}§")) } else { (name, value) })
        .collect();
    let env = || Env::new(variables.clone());
    let errors = [
        env().settings(send_code::Config::read).err(),
        env().settings(exchange_code::Config::read).err(),
        env().settings(login::Config::read).err(),
    ];
    for error in errors.iter().flatten() {
        assert!(!error.to_string().contains('§'), "a secret is in {error}");
    }
});

fn is_secret(name: &str) -> bool {
    matches!(
        name,
        "CODE_PEPPER"
            | "TICKET_KEY"
            | "WECHAT_APP_SECRET"
            | "WECHAT_APPS"
            | "TOKEN_SIGNING_KEY"
            | "TENCENT_SMS_SECRET_KEY"
            | "ALIYUN_SMS_ACCESS_KEY_SECRET"
    )
}
