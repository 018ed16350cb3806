use std::sync::Arc;

use chrono::{TimeDelta, Utc};
use thiserror::Error;
use tokio::sync::Mutex;
use tracing::{info, instrument};
use uuid::Uuid;

use super::guest::Guest;
use super::store::{CabinClass, CabinStore, Hold, StoreError};

/// How long a guest may take to pay.
const HOLD_TIME: TimeDelta = TimeDelta::minutes(15);

#[derive(Debug, Error)]
pub enum HoldError {
    #[error("no cabin of this class is left")]
    SoldOut,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What the booking pages ask about cabins. One process, with one desk, serves all of them.
pub struct Desk {
    store: Arc<dyn CabinStore>,
    /// Taken from counting the free cabins until one of them is held.
    deciding: Mutex<()>,
}

impl Desk {
    pub fn new(store: Arc<dyn CabinStore>) -> Self {
        Self {
            store,
            deciding: Mutex::new(()),
        }
    }

    /// How many cabins of a class can still be had.
    #[instrument(skip(self))]
    pub async fn free(&self, sailing: Uuid, class: CabinClass) -> Result<u32, StoreError> {
        self.store.free(sailing, class, Utc::now()).await
    }

    /// Keeps a cabin for a guest while they pay.
    #[instrument(skip(self))]
    pub async fn hold(
        &self,
        sailing: Uuid,
        class: CabinClass,
        lead: Guest,
    ) -> Result<Hold, HoldError> {
        let _ = self.deciding.lock().await;

        let now = Utc::now();
        if self.store.free(sailing, class, now).await? == 0 {
            info!("sold out");
            return Err(HoldError::SoldOut);
        }

        let hold = Hold {
            id: Uuid::new_v4(),
            sailing,
            class,
            lead,
            until: now + HOLD_TIME,
        };
        self.store.insert_hold(&hold).await?;
        info!(hold = %hold.id, guest = %hold.lead.id, "cabin held");
        Ok(hold)
    }
}
