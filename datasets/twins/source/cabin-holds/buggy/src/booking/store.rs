use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

use super::guest::Guest;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CabinClass {
    Inside,
    Window,
    Suite,
}

/// A cabin that is kept for a guest, until they have paid or the time is up.
#[derive(Debug, Clone, Serialize)]
pub struct Hold {
    pub id: Uuid,
    pub sailing: Uuid,
    pub class: CabinClass,
    pub lead: Guest,
    pub until: DateTime<Utc>,
}

#[derive(Debug, Error)]
#[error("cabin store: {0}")]
pub struct StoreError(#[from] pub Box<dyn std::error::Error + Send + Sync>);

/// The cabins of all sailings, in the database.
#[async_trait]
pub trait CabinStore: Send + Sync {
    /// How many cabins of a class are neither booked nor held at the given moment.
    async fn free(
        &self,
        sailing: Uuid,
        class: CabinClass,
        at: DateTime<Utc>,
    ) -> Result<u32, StoreError>;

    async fn insert_hold(&self, hold: &Hold) -> Result<(), StoreError>;
}
