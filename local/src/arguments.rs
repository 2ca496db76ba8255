//! The program's arguments.

use std::{ffi::OsString, path::PathBuf};

use lexopt::{
    Parser,
    prelude::{Long, Short, Value},
};
use local::{
    provider::WORDS,
    wechat::{SIMULATED, SIMULATED_PHONE_CODES, Simulated},
};

/// The command.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// Runs until it is stopped.
    Serve { services_only: bool, data: Option<PathBuf> },
    /// Prints a new key.
    Keygen { rsa: bool },
    /// Prints `openapi.json`.
    Openapi,
    /// Writes the pages that are generated from the code into this folder.
    Pages(PathBuf),
    /// Prints [`help`].
    Help,
}

const USAGE: &str = "\
usage: cargo run -p local [-- [--services] [--data FILE] | -- keygen [--rsa] | -- openapi | -- pages FOLDER]

  --services    starts only DynamoDB, WeChat and the SMS providers, and prints the variables for functions that run
                elsewhere, in the form of cargo lambda watch --env-file. Messages go to standard error
  --data FILE   keeps codes, accounts, keys and the pepper in FILE; without it they are lost when this stops
  keygen        prints a new key for TOKEN_SIGNING_KEY: P-256, or RSA for API Gateway's JWT authorizer
  openapi       prints openapi.json
  pages FOLDER  writes settings.md and errors.md, in two languages, into FOLDER
  --help        prints this

Every setting of the functions can be set as an environment variable, such as RESEND_COOLDOWN_SECONDS=5. There are two more:

  LISTEN        the address to listen on (127.0.0.1); 0.0.0.0 lets containers and other machines connect
  PORT          the port (3000)

WeChat is simulated. The code of /exchange-code decides who logs in, or what goes wrong:
";

const PHONE_CODES: &str = "

The phoneCode of WeChat's button getPhoneNumber decides the phone number, or what goes wrong:
";

const PROVIDERS: &str = "

SNS, Tencent Cloud and Aliyun are simulated, too. SMS_ROUTES sets which of them sends. To change it while this runs, use the console, or

  curl -X PUT http://127.0.0.1:3000/_local/sms/routes -d 'CN=tencent>aliyun,*=sns'

To make the next message of Tencent Cloud or Aliyun fail, post to /_local/sms/tencent or /_local/sms/aliyun:

  curl http://127.0.0.1:3000/_local/sms/tencent -d LimitExceeded.PhoneNumberDailyLimit

They accept:
";

/// The whole help text.
pub(crate) fn help() -> String {
    let line = |(word, said): (&str, &str)| format!("\n  {word:39} {said}");
    let list = |codes: &[Simulated]| -> String {
        codes.iter().map(|simulated| line((simulated.code, simulated.en))).collect()
    };
    let words: String = WORDS.iter().map(|word| line((word.word, word.en))).collect();
    [USAGE, &list(&SIMULATED), PHONE_CODES, &list(&SIMULATED_PHONE_CODES), PROVIDERS, &words].concat()
}

impl Command {
    /// Reads the arguments after the program's name. The error is a sentence.
    pub(crate) fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, lexopt::Error> {
        let mut arguments = Parser::from_args(arguments);
        let mut command = Self::Serve { services_only: false, data: None };
        let mut is_first = true;
        while let Some(argument) = arguments.next()? {
            match (argument, &mut command) {
                (Long("help") | Short('h'), _) => return Ok(Self::Help),
                (Value(value), _) if is_first && value == "keygen" => command = Self::Keygen { rsa: false },
                (Value(value), _) if is_first && value == "openapi" => command = Self::Openapi,
                (Value(value), _) if is_first && value == "pages" => {
                    command = Self::Pages(arguments.value()?.into());
                }
                (Long("rsa"), Self::Keygen { rsa }) => *rsa = true,
                (Long("services"), Self::Serve { services_only, .. }) => *services_only = true,
                (Long("data"), Self::Serve { data, .. }) => {
                    let file = arguments.value().unwrap_or_default();
                    if file.is_empty() {
                        return Err("--data needs the name of a file".into());
                    }
                    *data = Some(file.into());
                }
                (argument, _) => return Err(argument.unexpected()),
            }
            is_first = false;
        }
        Ok(command)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(arguments: &str) -> Result<Command, String> {
        Command::read(arguments.split(' ').filter(|it| !it.is_empty()).map(Into::into))
            .map_err(|error| error.to_string())
    }

    fn serve(services_only: bool, data: Option<&str>) -> Command {
        Command::Serve { services_only, data: data.map(Into::into) }
    }

    #[test]
    fn options_come_in_any_order() {
        assert_eq!(read(""), Ok(serve(false, None)));
        assert_eq!(read("--services --data a.db"), Ok(serve(true, Some("a.db"))));
        assert_eq!(read("--data a.db --services"), Ok(serve(true, Some("a.db"))));
        assert_eq!(read("--data=a.db"), Ok(serve(false, Some("a.db"))));
        assert_eq!(read("keygen --rsa"), Ok(Command::Keygen { rsa: true }));
        assert_eq!(read("openapi"), Ok(Command::Openapi));
        assert_eq!(read("pages docs"), Ok(Command::Pages("docs".into())));
        assert_eq!(read("--services -h"), Ok(Command::Help));
    }

    #[test]
    fn unknown_arguments_are_named() {
        for (arguments, named) in [
            ("--sevices", "--sevices"),
            ("--services openapi", "openapi"),
            ("openapi --data a.db", "--data"),
            ("--rsa", "--rsa"),
            ("--data", "the name of a file"),
            ("--data=", "the name of a file"),
        ] {
            let said = read(arguments).unwrap_err();
            assert!(said.contains(named) && said.lines().count() == 1, "{arguments}: {said}");
        }
    }
}
