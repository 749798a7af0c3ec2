//! Files of tenants, in the storage of their region: a folder of this machine, or a bucket of any S3-compatible server.
//!
//! Every name begins with the tenant's, and a handle to one tenant reaches no other.

mod place;
mod tenant;

use std::{collections::BTreeMap, sync::Arc};

use object_store::ObjectStore;

pub use place::{Bucket, Place};
pub use tenant::Tenant;

/// What went wrong, in words for the operator.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no object of this name.
    #[error("there is no object {0}")]
    Missing(String),
    /// No storage is set for this region.
    #[error("region {0} has no object storage")]
    NoRegion(String),
    /// A name no object can have.
    #[error("{0:?} is no name of an object")]
    Name(String),
    /// The storage, or the file read from, gave trouble.
    #[error("object storage: {0}")]
    Trouble(String),
}

/// The outcome of asking the storage.
pub type Result<T> = std::result::Result<T, Error>;

/// The storage of one region.
#[derive(Clone)]
struct Region {
    store: Arc<dyn ObjectStore>,
    /// Its folder, where it is one: what a killed upload left there is no object and is cleared by hand.
    folder: Option<std::path::PathBuf>,
}

/// The storage of every region.
pub struct Objects {
    regions: BTreeMap<String, Region>,
}

impl Objects {
    /// Opens the storage of each region. A folder is made; a bucket is not asked before it is needed.
    ///
    /// # Errors
    /// A sentence naming the region and what is wrong with its storage.
    pub fn open(places: BTreeMap<String, Place>) -> std::result::Result<Objects, String> {
        let opened = places.into_iter().map(|(name, place)| {
            let region = place.open().map_err(|e| format!("object storage of region {name}: {e}"))?;
            Ok((name, region))
        });
        Ok(Objects { regions: opened.collect::<std::result::Result<_, String>>()? })
    }

    /// The files of a tenant. `tenant` is its id: letters, digits, `-` and `_`.
    ///
    /// # Errors
    /// The region is unknown, or the id is none.
    pub fn of(&self, region: &str, tenant: &str) -> Result<Tenant> {
        let is_id = !tenant.is_empty() && tenant.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
        if !is_id {
            return Err(Error::Name(tenant.to_owned()));
        }
        let region = self.regions.get(region).ok_or_else(|| Error::NoRegion(region.to_owned()))?;
        Ok(Tenant { region: region.clone(), name: tenant.to_owned() })
    }
}
