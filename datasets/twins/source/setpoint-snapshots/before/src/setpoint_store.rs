use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use thiserror::Error;
use tracing::warn;

const FILE_NAME: &str = "setpoints.json";

/// What the climate loop steers one compartment towards.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Setpoint {
    pub compartment: String,
    pub heating_deci_c: i16,
    pub venting_deci_c: i16,
    pub humidity_pct: u8,
}

#[derive(Debug, Error)]
pub enum StoreError {
    #[error("cannot write {path}: {source}")]
    Write { path: PathBuf, source: io::Error },
    #[error("cannot encode setpoints: {0}")]
    Encode(#[from] serde_json::Error),
}

/// Keeps the setpoints over restarts, in one file of the controller's state folder.
pub struct SetpointStore {
    folder: PathBuf,
    current: Vec<Setpoint>,
}

impl SetpointStore {
    /// Starts with the saved setpoints, or with `defaults` where there are none that can be read.
    pub fn open(folder: &Path, defaults: Vec<Setpoint>) -> Self {
        let path = folder.join(FILE_NAME);
        let current = match read(&path) {
            Ok(saved) => saved,
            Err(error) => {
                warn!(path = %path.display(), %error, "no saved setpoints, using defaults");
                defaults
            }
        };
        Self {
            folder: folder.to_path_buf(),
            current,
        }
    }

    pub fn current(&self) -> &[Setpoint] {
        &self.current
    }

    /// Saves the setpoints and makes them current.
    pub fn replace(&mut self, setpoints: Vec<Setpoint>) -> Result<(), StoreError> {
        let path = self.folder.join(FILE_NAME);
        let text = serde_json::to_vec_pretty(&setpoints)?;
        fs::write(&path, text).map_err(|source| StoreError::Write { path, source })?;
        self.current = setpoints;
        Ok(())
    }
}

fn read(path: &Path) -> io::Result<Vec<Setpoint>> {
    Ok(serde_json::from_slice(&fs::read(path)?)?)
}
