//! Agents (座席) and their SIP accounts.

use crate::Error;
use crate::column::{Word, from_hex, hex, word};
use crate::db::{Db, Tx};
use crate::random;
use crate::statement::{On, sql};
use md5::Md5;
use model::{AgentId, EnterpriseId, Timestamp, UserId};
use sha2::{Digest, Sha256};

/// The realm of every SIP account (RFC 7616 §3.3).
pub const REALM: &str = "trunkline";

/// A user who takes calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    /// Their identity.
    pub id: AgentId,
    /// Whose they are.
    pub enterprise: EnterpriseId,
    /// The user they are.
    pub user: UserId,
    /// How they are shown.
    pub name: String,
    /// The work number (工号).
    pub extension: String,
}

/// An agent's SIP account. The password itself is stored nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct SipAccount {
    /// The agent.
    pub agent: AgentId,
    /// The user name in the realm [`REALM`].
    pub name: String,
    /// MD5 over `name:realm:password`.
    pub ha1_md5: [u8; 16],
    /// SHA-256 over `name:realm:password`.
    pub ha1_sha256: [u8; 32],
}

impl std::fmt::Debug for SipAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SipAccount")
            .field("agent", &self.agent)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// Credentials that are good for one thing and then gone, and stored nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct PassingAccount {
    /// The user name in the realm [`REALM`], which nobody else has.
    pub user: String,
    /// The password.
    pub password: String,
    /// MD5 over `user:realm:password`.
    pub ha1_md5: [u8; 16],
    /// SHA-256 over `user:realm:password`.
    pub ha1_sha256: [u8; 32],
}

impl std::fmt::Debug for PassingAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = f.debug_struct("PassingAccount");
        shown.field("user", &self.user).finish_non_exhaustive()
    }
}

impl PassingAccount {
    /// A new one whose user name begins with `kind`.
    ///
    /// # Errors
    /// [`Error::Random`] if the system gives no random bytes.
    pub fn fresh(kind: &str) -> Result<Self, Error> {
        let user = format!("{kind}-{}", hex(&random::bytes::<8>()?));
        let password = hex(&random::bytes::<16>()?);
        let (ha1_md5, ha1_sha256) = ha1(&user, &password);
        Ok(Self {
            user,
            password,
            ha1_md5,
            ha1_sha256,
        })
    }
}

impl SipAccount {
    /// The account `name` of `agent`, with this password, in [`REALM`].
    pub fn with_password(agent: AgentId, name: &str, password: &str) -> Self {
        let (ha1_md5, ha1_sha256) = ha1(name, password);
        Self {
            agent,
            name: name.to_owned(),
            ha1_md5,
            ha1_sha256,
        }
    }
}

/// MD5 and SHA-256 over `name:realm:password` in [`REALM`].
pub(crate) fn ha1(name: &str, password: &str) -> ([u8; 16], [u8; 32]) {
    let secret = format!("{name}:{REALM}:{password}");
    (
        Md5::digest(secret.as_bytes()).into(),
        Sha256::digest(secret.as_bytes()).into(),
    )
}

#[derive(sqlx::FromRow)]
struct AgentRow {
    id: Word<AgentId>,
    enterprise_id: Word<EnterpriseId>,
    user_id: Word<UserId>,
    name: String,
    extension: String,
}

impl From<AgentRow> for Agent {
    fn from(row: AgentRow) -> Self {
        Self {
            id: row.id.0,
            enterprise: row.enterprise_id.0,
            user: row.user_id.0,
            name: row.name,
            extension: row.extension,
        }
    }
}

#[derive(sqlx::FromRow)]
struct SipAccountRow {
    agent_id: Word<AgentId>,
    name: String,
    ha1_md5: String,
    ha1_sha256: String,
}

impl TryFrom<SipAccountRow> for SipAccount {
    type Error = Error;

    fn try_from(row: SipAccountRow) -> Result<Self, Error> {
        let damaged = || Error::Unreadable {
            what: "SIP account",
            problem: format!("{} has a damaged hash", row.name),
        };
        Ok(Self {
            agent: row.agent_id.0,
            ha1_md5: from_hex(&row.ha1_md5).ok_or_else(damaged)?,
            ha1_sha256: from_hex(&row.ha1_sha256).ok_or_else(damaged)?,
            name: row.name,
        })
    }
}

/// Every agent of an enterprise, by extension.
///
/// # Errors
/// [`Error::Unreachable`], [`Error::Database`].
pub async fn list(db: &Db, enterprise: EnterpriseId) -> Result<Vec<Agent>, Error> {
    let rows: Vec<AgentRow> = sql!(
        "SELECT agents.id, agents.enterprise_id, agents.user_id, users.name, agents.extension
         FROM agents
         JOIN users ON users.id = agents.user_id
         WHERE agents.enterprise_id = $1
         ORDER BY agents.extension"
    )
    .bind(word(&enterprise))
    .all(db)
    .await?;
    Ok(rows.into_iter().map(Agent::from).collect())
}

/// One agent of an enterprise.
///
/// # Errors
/// [`Error::NotFound`] if the enterprise has no such agent.
pub async fn show(db: &Db, enterprise: EnterpriseId, id: AgentId) -> Result<Agent, Error> {
    let row: Option<AgentRow> = sql!(
        "SELECT agents.id, agents.enterprise_id, agents.user_id, users.name, agents.extension
         FROM agents
         JOIN users ON users.id = agents.user_id
         WHERE agents.enterprise_id = $1
           AND agents.id = $2"
    )
    .bind(word(&enterprise))
    .bind(word(&id))
    .optional(db)
    .await?;
    row.map(Agent::from).ok_or(Error::NotFound("agent"))
}

pub(crate) async fn load(on: impl Into<On<'_>>) -> Result<Vec<Agent>, Error> {
    let rows: Vec<AgentRow> = sql!(
        "SELECT agents.id, agents.enterprise_id, agents.user_id, users.name, agents.extension
         FROM agents
         JOIN users ON users.id = agents.user_id
         ORDER BY agents.id"
    )
    .all(on)
    .await?;
    Ok(rows.into_iter().map(Agent::from).collect())
}

pub(crate) async fn load_accounts(on: impl Into<On<'_>>) -> Result<Vec<SipAccount>, Error> {
    let rows: Vec<SipAccountRow> = sql!(
        "SELECT agent_id, name, ha1_md5, ha1_sha256
         FROM sip_accounts
         WHERE realm = $1
         ORDER BY name"
    )
    .bind(REALM)
    .all(on)
    .await?;
    rows.into_iter().map(SipAccount::try_from).collect()
}

pub(crate) async fn insert(tx: &mut Tx, agent: &Agent, at: Timestamp) -> Result<(), Error> {
    sql!(
        "INSERT INTO agents (id, enterprise_id, user_id, extension, created_at)
         VALUES ($1, $2, $3, $4, $5)"
    )
    .bind(word(&agent.id))
    .bind(word(&agent.enterprise))
    .bind(word(&agent.user))
    .bind(agent.extension.as_str())
    .bind(at.as_millis())
    .run(tx)
    .await
    .map_err(|error| error.naming_conflict("the extension"))?;
    Ok(())
}

pub(crate) async fn insert_account(tx: &mut Tx, account: &SipAccount) -> Result<(), Error> {
    sql!(
        "INSERT INTO sip_accounts (agent_id, realm, name, ha1_md5, ha1_sha256)
         VALUES ($1, $2, $3, $4, $5)"
    )
    .bind(word(&account.agent))
    .bind(REALM)
    .bind(account.name.as_str())
    .bind(hex(&account.ha1_md5))
    .bind(hex(&account.ha1_sha256))
    .run(tx)
    .await
    .map_err(|error| error.naming_conflict("the SIP account"))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hashes_are_those_of_rfc_7616() {
        let agent = AgentId::new(Timestamp::default(), [1; 10]);

        let account = SipAccount::with_password(agent, "1001", "secret");

        assert_eq!(
            hex(&account.ha1_md5),
            hex(&Md5::digest(b"1001:trunkline:secret"))
        );
        assert_eq!(
            hex(&account.ha1_sha256),
            hex(&Sha256::digest(b"1001:trunkline:secret"))
        );
        assert!(!format!("{account:?}").contains("ha1"));
    }
}
