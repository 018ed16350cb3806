use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use thiserror::Error;
use tracing::warn;

const FILE_NAME: &str = "setpoints.json";
const DRAFT_NAME: &str = "setpoints.json.draft";

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
    #[error("cannot save setpoints in {folder}: {source}")]
    Save { folder: PathBuf, source: io::Error },
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

    /// Saves the setpoints and makes them current. Whenever the power fails, the file holds either the
    /// setpoints from before or the new ones.
    pub fn replace(&mut self, setpoints: Vec<Setpoint>) -> Result<(), StoreError> {
        save(&self.folder, &setpoints).map_err(|source| StoreError::Save {
            folder: self.folder.clone(),
            source,
        })?;
        self.current = setpoints;
        Ok(())
    }
}

fn read(path: &Path) -> io::Result<Vec<Setpoint>> {
    Ok(serde_json::from_slice(&fs::read(path)?)?)
}

fn save(folder: &Path, setpoints: &[Setpoint]) -> io::Result<()> {
    let draft = folder.join(DRAFT_NAME);
    write_draft(&draft, setpoints)?;
    fs::rename(&draft, folder.join(FILE_NAME))?;
    // The new name is on the disk only once the folder is.
    File::open(folder)?.sync_all()
}

fn write_draft(draft: &Path, setpoints: &[Setpoint]) -> io::Result<()> {
    let mut writer = BufWriter::new(File::create(draft)?);
    serde_json::to_writer_pretty(&mut writer, setpoints)?;
    writer.write_all(b"\n")?;
    writer.into_inner()?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setpoint(compartment: &str, heating_deci_c: i16) -> Setpoint {
        Setpoint {
            compartment: compartment.to_owned(),
            heating_deci_c,
            venting_deci_c: heating_deci_c + 40,
            humidity_pct: 75,
        }
    }

    #[test]
    fn replaced_setpoints_are_there_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = SetpointStore::open(folder.path(), vec![setpoint("orchids", 180)]);
        store.replace(vec![setpoint("orchids", 195)]).unwrap();
        store.replace(vec![setpoint("orchids", 210)]).unwrap();

        let reopened = SetpointStore::open(folder.path(), Vec::new());
        assert_eq!(reopened.current(), [setpoint("orchids", 210)]);
    }

    #[test]
    fn a_draft_that_was_never_finished_is_ignored() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(DRAFT_NAME), b"[{\"compartm").unwrap();

        let store = SetpointStore::open(folder.path(), vec![setpoint("ferns", 160)]);
        assert_eq!(store.current(), [setpoint("ferns", 160)]);
    }
}
