//! Serving: the listener, the worker beside it, and a graceful end.

use std::{net::SocketAddr, time::Duration};

use axum_server::{Handle, tls_rustls::RustlsConfig};
use tokio::sync::watch;

use crate::{app::Shared, router::router};

/// What is told when the server listens: its address.
pub type Ready = Box<dyn FnOnce(SocketAddr) + Send>;

/// Serves until the process is asked to end, then finishes what is under way.
///
/// # Errors
/// In words: the address is taken, a certificate cannot be read.
pub async fn serve(app: Shared, ready: Option<Ready>) -> Result<(), String> {
    let handle = Handle::new();
    let (stop, stopped) = watch::channel(false);
    let worker = app.worker().cloned().ok_or("the application has no worker")?;
    if app.config.database.is_none() {
        worker.take_over().await.map_err(|e| e.to_string())?;
    }
    let working = tokio::spawn(worker.serve(stopped));
    tokio::spawn(end_on_signal(app.clone(), handle.clone()));
    tokio::spawn(announce(app.clone(), handle.clone(), ready));
    let address = app.config.listen;
    let service = router(app.clone()).into_make_service_with_connect_info::<SocketAddr>();
    let served = match &app.config.tls {
        None => axum_server::bind(address).handle(handle).serve(service).await,
        Some(tls) => {
            let _ = rustls::crypto::ring::default_provider().install_default();
            let config = RustlsConfig::from_pem_file(&tls.certificate, &tls.key).await.map_err(|e| format!("tls: {e}"))?;
            axum_server::bind_rustls(address, config).handle(handle).serve(service).await
        }
    };
    let _ = stop.send(true);
    let _ = tokio::time::timeout(Duration::from_secs(10), working).await;
    served.map_err(|e| format!("{address}: {e}"))
}

async fn announce(app: Shared, handle: Handle<SocketAddr>, ready: Option<Ready>) {
    let Some(address) = handle.listening().await else { return };
    match ready {
        Some(ready) => ready(address),
        None => tracing::info!(%address, origin = app.config.origin(), "serving"),
    }
}

async fn end_on_signal(app: Shared, handle: Handle<SocketAddr>) {
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated => {}
    }
    app.ending.send_replace(true);
    handle.graceful_shutdown(Some(Duration::from_secs(10)));
}
