//! What the program was asked to do.

use std::{ffi::OsString, path::PathBuf};

use lexopt::{
    Parser,
    prelude::{Long, Short, Value},
};
use local::{
    provider::WORDS,
    wechat::{PLAYED, PLAYED_PHONE_CODES, Played},
};

/// What to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// Runs until it is stopped.
    Serve { services_only: bool, data: Option<PathBuf> },
    /// Prints a new key.
    Keygen { rsa: bool },
    /// Prints `openapi.json`.
    Openapi,
    /// Writes the pages that are made of the code into this folder.
    Pages(PathBuf),
    /// Prints [`help`].
    Help,
}

const USAGE: &str = "\
usage: cargo run -p local [-- [--services] [--data FILE] | -- keygen [--rsa] | -- openapi | -- pages FOLDER]

  --services    starts DynamoDB, WeChat and the SMS providers alone, and prints the variables with which functions that run
                elsewhere find them: cargo lambda watch --env-file takes the output as it is. Messages go to standard error
  --data FILE   keeps codes, accounts, keys and the pepper in FILE; without it they are gone when this stops
  keygen        prints a new key for TOKEN_SIGNING_KEY: P-256, or RSA for API Gateway's JWT authorizer
  openapi       prints openapi.json
  pages FOLDER  writes settings.md and errors.md, in two languages, into FOLDER
  --help        prints this

Every setting of the functions can be given as an environment variable, RESEND_COOLDOWN_SECONDS=5 say. Two more are its own:

  LISTEN        the address to listen on (127.0.0.1); with 0.0.0.0 containers and other machines reach it, too
  PORT          the port (3000)

WeChat is played here. The code that /exchange-code takes says who is there, or what goes wrong:
";

const PHONE_CODES: &str = "

WeChat's button brings a phoneCode, which says whose number it is, or what goes wrong:
";

const PROVIDERS: &str = "

So are SNS, Tencent Cloud and Aliyun. SMS_ROUTES says who carries the messages; while this runs, the console does, or

  curl -X PUT http://127.0.0.1:3000/_local/sms/routes -d 'CN=tencent>aliyun,*=sns'

Tencent Cloud and Aliyun are told what goes wrong with their next message at /_local/sms/tencent and /_local/sms/aliyun:

  curl http://127.0.0.1:3000/_local/sms/tencent -d LimitExceeded.PhoneNumberDailyLimit

These are the words:
";

/// All of it, to be read.
pub(crate) fn help() -> String {
    let line = |(word, said): (&str, &str)| format!("\n  {word:39} {said}");
    let list =
        |codes: &[Played]| -> String { codes.iter().map(|played| line((played.code, played.en))).collect() };
    let words: String = WORDS.iter().map(|word| line((word.word, word.en))).collect();
    [USAGE, &list(&PLAYED), PHONE_CODES, &list(&PLAYED_PHONE_CODES), PROVIDERS, &words].concat()
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
                        return Err("--data takes the name of a file".into());
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
    fn what_is_not_understood_is_named() {
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
