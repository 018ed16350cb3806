use std::sync::Arc;

use chrono::Utc;
use tracing::instrument;
use uuid::Uuid;

use super::store::{CabinClass, CabinStore, StoreError};

/// What the booking pages ask about cabins. One process, with one desk, serves all of them.
pub struct Desk {
    store: Arc<dyn CabinStore>,
}

impl Desk {
    pub fn new(store: Arc<dyn CabinStore>) -> Self {
        Self { store }
    }

    /// How many cabins of a class can still be had.
    #[instrument(skip(self))]
    pub async fn free(&self, sailing: Uuid, class: CabinClass) -> Result<u32, StoreError> {
        self.store.free(sailing, class, Utc::now()).await
    }
}
