//! A tenant (企业).

use crate::EnterpriseId;
use serde::{Deserialize, Serialize};

/// A tenant: every other thing belongs to one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enterprise {
    /// Its identity.
    pub id: EnterpriseId,
    /// Its short name, unique, used in addresses.
    pub name: String,
    /// IANA zone, such as `Asia/Shanghai`; days and hours of reports are of this zone.
    pub time_zone: String,
    /// Default language, `zh-CN` or `en-US`.
    pub language: String,
}
