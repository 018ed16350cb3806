use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Somebody who sails with us, as sent by the booking pages.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Guest {
    pub id: Uuid,
    /// The language of tickets and mails, such as `nb` or `de`.
    pub language: String,
}
