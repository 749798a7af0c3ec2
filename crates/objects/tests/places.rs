//! The same story in a folder and in a bucket of an S3 server of another maker, over HTTP with its own check of signatures.

use std::{collections::BTreeMap, net::SocketAddr, path::Path};

use futures_util::TryStreamExt as _;
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto::Builder,
};
use objects::{Bucket, Error, Objects, Place};
use s3s::{auth::SimpleAuth, service::S3ServiceBuilder};

/// More than one part, the last one small.
const LARGE: usize = 17 * 1024 * 1024 + 5;

fn opened(place: Place) -> Objects {
    Objects::open(BTreeMap::from([("eu".to_owned(), place)])).expect("the storage opens")
}

async fn s3(root: &Path) -> SocketAddr {
    std::fs::create_dir(root.join("tenants")).expect("a bucket is a folder");
    let mut builder = S3ServiceBuilder::new(s3s_fs::FileSystem::new(root).expect("a file system"));
    builder.set_auth(SimpleAuth::from_single("ours", "a secret"));
    let service = builder.build();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let service = service.clone();
            tokio::spawn(async move { Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(socket), service).await.is_ok() });
        }
    });
    address
}

fn bucket(address: SocketAddr, secret: &str) -> Bucket {
    Bucket {
        endpoint: Some(format!("http://{address}")),
        bucket: "tenants".into(),
        region: "us-east-1".into(),
        access_key: "ours".into(),
        secret_key: secret.into(),
        bucket_in_host: false,
    }
}

async fn read(tenant: &objects::Tenant, name: &str) -> Result<Vec<u8>, Error> {
    let pieces: Vec<bytes::Bytes> = tenant.read(name).await?.try_collect().await?;
    Ok(pieces.concat())
}

/// What every place must do.
async fn story(objects: &Objects, scratch: &Path) {
    let (ann, ben) = (objects.of("eu", "cus_ann").expect("ann"), objects.of("eu", "cus_ann2").expect("ben"));
    ann.put("tenant.json", b"{}".to_vec()).await.expect("a small one");
    ann.put("tenant.json", b"{\"a\":1}".to_vec()).await.expect("is replaced");
    ben.put("tenant.json", b"ben".to_vec()).await.expect("of another, whose name begins alike");

    let large: Vec<u8> = (0..LARGE).map(|i| (i % 251) as u8).collect();
    let file = scratch.join("large.bin");
    std::fs::write(&file, &large).expect("a file");
    ann.put_file("exports/one.zip", &file).await.expect("in parts");
    assert!(read(&ann, "exports/one.zip").await.expect("reads") == large, "what was read is what was written");
    std::fs::write(&file, b"small").expect("a small file");
    ann.put_file("exports/two.zip", &file).await.expect("at once");
    assert_eq!(read(&ann, "exports/two.zip").await.expect("reads"), b"small");

    let mut names = ann.names().await.expect("lists");
    names.sort();
    assert_eq!(names, ["exports/one.zip", "exports/two.zip", "tenant.json"]);
    assert_eq!(read(&ann, "tenant.json").await.expect("reads"), b"{\"a\":1}");

    ann.remove("exports/two.zip").await.expect("removes");
    ann.remove("exports/two.zip").await.expect("twice is once");
    assert!(matches!(read(&ann, "exports/two.zip").await, Err(Error::Missing(_))));
    for name in ["", "../cus_ann2/tenant.json", "/tenant.json", "a//b"] {
        assert!(matches!(ann.put(name, Vec::new()).await, Err(Error::Name(_))), "{name:?} is a name");
    }

    ann.clear().await.expect("clears");
    ann.clear().await.expect("twice is once");
    assert!(ann.names().await.expect("lists").is_empty());
    assert_eq!(read(&ben, "tenant.json").await.expect("another keeps its own"), b"ben");
}

#[tokio::test]
async fn a_folder_keeps_files_of_tenants_apart() {
    let dir = tempfile::tempdir().expect("a folder");
    story(&opened(Place::Folder(dir.path().join("eu"))), dir.path()).await;
}

#[tokio::test]
async fn a_bucket_keeps_files_of_tenants_apart() {
    let (root, scratch) = (tempfile::tempdir().expect("a root"), tempfile::tempdir().expect("a folder"));
    let address = s3(root.path()).await;
    story(&opened(Place::Bucket(bucket(address, "a secret"))), scratch.path()).await;
}

#[tokio::test]
async fn a_wrong_secret_is_trouble_not_an_empty_bucket() {
    let root = tempfile::tempdir().expect("a root");
    let address = s3(root.path()).await;
    let objects = opened(Place::Bucket(bucket(address, "another secret")));
    let tenant = objects.of("eu", "cus_ann").expect("a tenant");
    assert!(matches!(tenant.put("a", vec![1]).await, Err(Error::Trouble(_))));
    assert!(matches!(tenant.names().await, Err(Error::Trouble(_))));
    assert!(matches!(read(&tenant, "a").await, Err(Error::Trouble(_))));
}

#[tokio::test]
async fn what_a_killed_upload_left_is_cleared_with_the_rest() {
    let dir = tempfile::tempdir().expect("a folder");
    let tenant = opened(Place::Folder(dir.path().to_owned())).of("eu", "cus_ann").expect("a tenant");
    tenant.put("exports/one.zip", vec![1]).await.expect("puts");
    std::fs::write(dir.path().join("cus_ann/exports/two.zip#1"), b"half").expect("a half-made one");
    assert_eq!(tenant.names().await.expect("lists"), ["exports/one.zip"], "half an object is none");
    tenant.clear().await.expect("clears");
    assert!(!dir.path().join("cus_ann").exists());
}

#[test]
fn ids_that_are_none_and_unknown_regions_are_refused() {
    let dir = tempfile::tempdir().expect("a folder");
    let objects = opened(Place::Folder(dir.path().to_owned()));
    for id in ["", "..", "a/b", "a b", "ä"] {
        assert!(matches!(objects.of("eu", id), Err(Error::Name(_))), "{id:?}");
    }
    assert!(matches!(objects.of("us", "cus_ann"), Err(Error::NoRegion(_))));
}

#[test]
fn a_secret_is_not_printed() {
    let text = toml::to_string(&bucket(SocketAddr::from(([127, 0, 0, 1], 1)), "hunter2")).expect("prints");
    assert!(!text.contains("hunter2") && text.contains('•'), "{text}");
}
