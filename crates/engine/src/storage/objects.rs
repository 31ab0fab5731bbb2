//! Blobs of complete files in an object store: one that speaks S3, or Azure Blob Storage. Uploads come into the folder of blobs as ever; a file's
//! blob is put away when it is closed, before the database says that the file is there.

use std::{path::Path, sync::Arc, time::Duration};

use object_store::{
    BackoffConfig, ObjectStore, ObjectStoreExt as _, PutPayload, RetryConfig, aws::AmazonS3Builder,
    azure::MicrosoftAzureBuilder, path::Path as Name,
};
use tokio::io::AsyncReadExt as _;
use url::Url;

use super::blob::{BlobError, Object};

/// A blob up to this size goes in one request, a larger one in parts of this size. S3 wants at least 5 MiB.
const PART: usize = 8 * 1024 * 1024;
/// How long one request is tried again.
const PATIENCE: Duration = Duration::from_secs(30);

/// A bucket of an object store.
#[derive(Clone)]
pub struct Objects {
    store: Arc<dyn ObjectStore>,
    prefix: Name,
}

/// Where it is and what opens it.
#[derive(Clone)]
pub struct S3 {
    /// Of a store that is not Amazon's: `https://s3.example.org`.
    pub endpoint: Option<Url>,
    pub region: String,
    pub bucket: String,
    /// The folder in the bucket; may be empty.
    pub prefix: String,
    pub access_key: String,
    pub secret_key: String,
}

/// Where it is in Azure and what opens it.
#[derive(Clone)]
pub struct Azure {
    /// Of a store that is not Microsoft's: `https://blobs.example.org/account`.
    pub endpoint: Option<Url>,
    pub account: String,
    pub container: String,
    /// The folder in the container; may be empty.
    pub prefix: String,
    /// The account's key, as Azure shows it.
    pub key: String,
}

/// Why an object store cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ObjectsError(#[from] object_store::Error);

// Keys are in both.
impl std::fmt::Debug for Objects {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Objects").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for S3 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("S3").field("bucket", &self.bucket).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Azure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Azure").field("container", &self.container).finish_non_exhaustive()
    }
}

impl Objects {
    /// # Errors
    /// The settings fit no store. Nobody is asked yet.
    pub fn s3(place: &S3) -> Result<Self, ObjectsError> {
        let mut builder = AmazonS3Builder::new()
            .with_region(&place.region)
            .with_bucket_name(&place.bucket)
            .with_access_key_id(&place.access_key)
            .with_secret_access_key(&place.secret_key)
            .with_retry(retry());
        if let Some(endpoint) = &place.endpoint {
            builder = builder
                .with_endpoint(endpoint.as_str().trim_end_matches('/'))
                .with_allow_http(endpoint.scheme() == "http");
        }
        Ok(Self { store: Arc::new(builder.build()?), prefix: Name::from(place.prefix.as_str()) })
    }

    /// # Errors
    /// The settings fit no store. Nobody is asked yet.
    pub fn azure(place: &Azure) -> Result<Self, ObjectsError> {
        let mut builder = MicrosoftAzureBuilder::new()
            .with_account(&place.account)
            .with_container_name(&place.container)
            .with_access_key(&place.key)
            .with_retry(retry());
        if let Some(endpoint) = &place.endpoint {
            builder = builder
                .with_endpoint(endpoint.as_str().trim_end_matches('/').to_owned())
                .with_allow_http(endpoint.scheme() == "http");
        }
        Ok(Self { store: Arc::new(builder.build()?), prefix: Name::from(place.prefix.as_str()) })
    }

    /// The same store, in a folder below this one.
    #[must_use]
    pub fn below(&self, folders: &[&str]) -> Self {
        let prefix = folders.iter().fold(self.prefix.clone(), |prefix, folder| prefix.join(*folder));
        Self { store: self.store.clone(), prefix }
    }

    /// Writes, reads and removes an object of a moment.
    ///
    /// # Errors
    /// The store is away, or the keys open not enough.
    pub async fn check(&self) -> Result<(), ObjectsError> {
        let name = self.prefix.clone().join(format!("check-{}", crate::core::ids::unique()));
        self.store.put(&name, PutPayload::from_static(b"check")).await?;
        self.store.get_range(&name, 0..5).await?;
        Ok(self.store.delete(&name).await?)
    }

    fn name(&self, number: i64) -> Name {
        self.prefix.clone().join(format!("{number}.blob"))
    }

    /// The blob of this file, to be read.
    pub(super) fn object(&self, number: i64) -> Object {
        Object::new(self.store.clone(), self.name(number))
    }

    /// Puts a blob away and waits until it is there.
    pub(super) async fn put(&self, number: i64, path: &Path) -> Result<(), BlobError> {
        let name = self.name(number);
        let mut file = tokio::fs::File::open(path).await?;
        let length = file.metadata().await?.len();
        let mut left = length;
        let mut part = async || {
            let size = usize::try_from(left).unwrap_or(PART).min(PART);
            let mut bytes = vec![0; size];
            file.read_exact(&mut bytes).await?;
            left -= u64::try_from(size).unwrap_or_default();
            Ok::<_, std::io::Error>((PutPayload::from(bytes), left == 0))
        };
        if length <= PART as u64 {
            let (bytes, _) = part().await?;
            self.store.put(&name, bytes).await?;
            return Ok(());
        }
        let mut upload = self.store.put_multipart(&name).await?;
        let sent = async {
            loop {
                let (bytes, last) = part().await?;
                upload.put_part(bytes).await?;
                if last {
                    return Ok::<_, BlobError>(());
                }
            }
        };
        match sent.await {
            Ok(()) => {
                upload.complete().await?;
                Ok(())
            }
            Err(error) => {
                // Its parts cost space until the store's own rule for what was not completed removes them.
                let _ = upload.abort().await;
                Err(error)
            }
        }
    }

    /// Removes a blob; one that is not there is gone already.
    pub(super) async fn remove(&self, number: i64) -> Result<(), BlobError> {
        match self.store.delete(&self.name(number)).await {
            Err(error) if !matches!(error, object_store::Error::NotFound { .. }) => Err(error.into()),
            _ => Ok(()),
        }
    }
}

fn retry() -> RetryConfig {
    RetryConfig { backoff: BackoffConfig::default(), max_retries: 5, retry_timeout: PATIENCE }
}
