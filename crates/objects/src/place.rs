//! Where a region's objects lie.

use std::{path::PathBuf, sync::Arc, time::Duration};

use object_store::{BackoffConfig, ClientOptions, RetryConfig, aws::AmazonS3Builder, local::LocalFileSystem};
use serde::{Deserialize, Serialize, Serializer};

use crate::Region;

/// A region's storage.
#[derive(Debug, Clone)]
pub enum Place {
    /// A folder of this machine.
    Folder(PathBuf),
    /// A bucket of an S3-compatible server.
    Bucket(Bucket),
}

/// A bucket and how to reach it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bucket {
    /// The server, such as `https://s3.example.com`; Amazon's own when absent.
    pub endpoint: Option<String>,
    /// The bucket's name. It exists already: Tenantry makes none.
    pub bucket: String,
    /// The server's region; `us-east-1` where a server has none.
    #[serde(default = "usual_region")]
    pub region: String,
    /// Who we are.
    pub access_key: String,
    /// Printed as `•`.
    #[serde(serialize_with = "dot")]
    pub secret_key: String,
    /// True when the bucket is named in the host instead of the path, as Amazon wants it.
    #[serde(default)]
    pub bucket_in_host: bool,
}

fn usual_region() -> String {
    "us-east-1".into()
}

fn dot<S: Serializer>(_: &str, s: S) -> Result<S::Ok, S::Error> {
    s.serialize_str("•")
}

/// An answer that takes longer is none.
const PATIENCE: Duration = Duration::from_secs(60);

impl Place {
    pub(crate) fn open(self) -> Result<Region, String> {
        match self {
            Place::Folder(folder) => {
                std::fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
                let store = LocalFileSystem::new_with_prefix(&folder).map_err(|e| e.to_string())?;
                let store = store.with_automatic_cleanup(true).with_fsync(true);
                Ok(Region { store: Arc::new(store), folder: Some(folder) })
            }
            Place::Bucket(bucket) => Ok(Region { store: Arc::new(bucket.open()?), folder: None }),
        }
    }
}

impl Bucket {
    fn open(self) -> Result<object_store::aws::AmazonS3, String> {
        // The process has one provider of TLS; whoever comes first names it, and all name the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let plain = self.endpoint.as_ref().is_some_and(|e| e.starts_with("http://"));
        let client = ClientOptions::new().with_timeout(PATIENCE).with_allow_http(plain);
        // A job tries again anyway, later and visibly: here only a hiccup is bridged.
        let retry = RetryConfig { max_retries: 2, retry_timeout: PATIENCE, backoff: BackoffConfig::default() };
        let builder = AmazonS3Builder::new()
            .with_bucket_name(self.bucket)
            .with_region(self.region)
            .with_access_key_id(self.access_key)
            .with_secret_access_key(self.secret_key)
            .with_virtual_hosted_style_request(self.bucket_in_host)
            .with_client_options(client)
            .with_retry(retry);
        let builder = match self.endpoint {
            Some(endpoint) => builder.with_endpoint(endpoint),
            None => builder,
        };
        builder.build().map_err(|e| e.to_string())
    }
}
