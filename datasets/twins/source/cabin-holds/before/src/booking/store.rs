use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CabinClass {
    Inside,
    Window,
    Suite,
}

#[derive(Debug, Error)]
#[error("cabin store: {0}")]
pub struct StoreError(#[from] pub Box<dyn std::error::Error + Send + Sync>);

/// The cabins of all sailings, in the database.
#[async_trait]
pub trait CabinStore: Send + Sync {
    /// How many cabins of a class are not booked at the given moment.
    async fn free(
        &self,
        sailing: Uuid,
        class: CabinClass,
        at: DateTime<Utc>,
    ) -> Result<u32, StoreError>;
}
