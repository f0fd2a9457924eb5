//! Static tokens: `--token-auth-file`, lines of `token,user,uid,"group1,group2"`.

use super::User;
use pintle_meta::Status;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// The largest number of tokens a file may hold.
const TOKENS_MAX: usize = 100_000;

/// Tokens and whom they stand for.
#[derive(Default)]
pub struct TokenFile(HashMap<String, User>);

/// Why a token file can't be used. Names the line, never the token.
#[derive(Debug, thiserror::Error)]
#[error("token file {path}: {reason}")]
pub struct TokenFileError {
    path: PathBuf,
    reason: String,
}

impl TokenFile {
    /// Reads a file.
    ///
    /// # Errors
    /// [`TokenFileError`] with the line that is wrong.
    pub fn load(path: &Path) -> Result<TokenFile, TokenFileError> {
        let failed = |reason: String| TokenFileError { path: path.to_owned(), reason };
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_path(path)
            .map_err(|error| failed(error.to_string()))?;
        let mut tokens = HashMap::new();
        for (at, record) in reader.records().enumerate() {
            let line = at + 1;
            let record = record.map_err(|_| failed(format!("line {line} is not CSV")))?;
            let (token, user) = entry(&record).ok_or_else(|| {
                failed(format!(
                    "line {line} needs a token, a user name and a uid: token,user,uid[,\"group,group\"]"
                ))
            })?;
            tokens.insert(token, user);
            if tokens.len() > TOKENS_MAX {
                return Err(failed(format!("more than {TOKENS_MAX} tokens")));
            }
        }
        Ok(TokenFile(tokens))
    }

    /// Whose token this is.
    ///
    /// # Errors
    /// 401 for a token that is nobody's.
    pub fn user(&self, token: &str) -> Result<User, Status> {
        self.0.get(token).cloned().ok_or_else(Status::unauthorized)
    }
}

fn entry(record: &csv::StringRecord) -> Option<(String, User)> {
    let (token, name, uid) = (record.get(0)?, record.get(1)?, record.get(2)?);
    if token.is_empty() {
        return None;
    }
    let groups =
        record.get(3).unwrap_or_default().split(',').map(str::trim).filter(|group| !group.is_empty());
    let groups = groups.map(str::to_owned).collect();
    Some((token.to_owned(), User { name: name.to_owned(), uid: uid.to_owned(), groups, extra: Vec::new() }))
}

/// Prints how many tokens there are, none of them.
impl std::fmt::Debug for TokenFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TokenFile({} tokens)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_name_a_user_and_groups() {
        let folder = std::env::temp_dir().join(format!("pintle-tokens-{}", std::process::id()));
        std::fs::write(&folder, "t1,bob,u1,\"dev,ops\"\nt2,eve,u2\n").unwrap();
        let file = TokenFile::load(&folder).unwrap();
        assert_eq!(file.user("t1").unwrap().groups, ["dev", "ops"]);
        assert_eq!(file.user("t2").unwrap().name, "eve");
        assert_eq!(file.user("t3").unwrap_err().code, 401);
        std::fs::write(&folder, "t1,bob\n").unwrap();
        let text = TokenFile::load(&folder).unwrap_err().to_string();
        assert!(text.contains("line 1") && !text.contains("t1,bob"), "{text}");
        std::fs::remove_file(&folder).unwrap();
    }
}
