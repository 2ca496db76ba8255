//! The file of `--data`. It holds the secrets and the tables, since tokens, tickets and codes are useless without the
//! secrets that made them.

use std::{
    fs::{self, OpenOptions},
    io::{self, Read},
    path::{Path, PathBuf},
};

use dynoxide::{Database, DynoxideError, actions::get_item::GetItemResponse};
use serde_json::{Value, json};

/// The secrets that are kept. All other variables are the same at each start.
const KEPT: [&str; 3] = ["CODE_PEPPER", "TICKET_KEY", "TOKEN_SIGNING_KEY"];

/// A separate table that no function uses.
const TABLE: &str = "local-secrets";

/// The first bytes of each `SQLite` file (<https://www.sqlite.org/fileformat.html>, section 1.3).
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// Why a file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// The file is not a database.
    #[error("{0} is not a database: --data needs a file that it has created, or the name of a new file")]
    NoDatabase(PathBuf),
    /// The file or its folder cannot be used.
    #[error("{0} cannot be opened: {1}")]
    File(PathBuf, io::Error),
    /// A damaged file, for example.
    #[error("{0} cannot be used as a database: {1}")]
    Database(PathBuf, DynoxideError),
    /// dynoxide refused a request.
    #[error("the secrets could not be stored: {0}")]
    Request(#[from] serde_json::Error),
}

/// Replaces the new secrets with those that `file` holds; stores the new ones where it has none.
pub(crate) fn keep(file: &Path, variables: &mut [(String, String)]) -> Result<(), DataError> {
    prepare(file)?;
    let failed = |error| DataError::Database(file.to_owned(), error);
    let database = Database::new(&file.to_string_lossy()).map_err(failed)?;
    let table = json!({
        "TableName": TABLE,
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{ "AttributeName": "pk", "KeyType": "HASH" }],
        "AttributeDefinitions": [{ "AttributeName": "pk", "AttributeType": "S" }],
    });
    match database.create_table(serde_json::from_value(table)?) {
        Ok(_) | Err(DynoxideError::ResourceInUseException(_)) => {}
        Err(error) => return Err(failed(error)),
    }
    for (name, value) in variables.iter_mut().filter(|(name, _)| KEPT.contains(&name.as_str())) {
        let get = json!({ "TableName": TABLE, "Key": { "pk": { "S": name } } });
        let kept = database.get_item(serde_json::from_value(get)?).map_err(failed)?;
        if let Some(kept) = secret(&kept)? {
            *value = kept;
        } else {
            let put =
                json!({ "TableName": TABLE, "Item": { "pk": { "S": name }, "secret": { "S": value } } });
            database.put_item(serde_json::from_value(put)?).map_err(failed)?;
        }
    }
    Ok(())
}

fn secret(answer: &GetItemResponse) -> Result<Option<String>, DataError> {
    let item = serde_json::to_value(answer)?;
    Ok(item.pointer("/Item/secret/S").and_then(Value::as_str).map(str::to_owned))
}

/// Refuses a file of another kind before anything changes it. A new file is readable only by its owner.
fn prepare(file: &Path) -> Result<(), DataError> {
    let failed = |error| DataError::File(file.to_owned(), error);
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut opened = options.open(file).map_err(failed)?;
    let mut start = Vec::new();
    opened.by_ref().take(MAGIC.len() as u64).read_to_end(&mut start).map_err(failed)?;
    if !start.is_empty() && start != MAGIC {
        return Err(DataError::NoDatabase(file.to_owned()));
    }
    // A file from an older version may be readable by everybody.
    #[cfg(unix)]
    fs::set_permissions(file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).map_err(failed)?;
    Ok(())
}
