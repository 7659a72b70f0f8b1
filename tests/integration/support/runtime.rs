//! Runs async clients in a blocking test.

use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;

use crate::support::nginx::deadline;

/// Runs a future on the current thread.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut builder = Builder::new_current_thread();
    builder.enable_all().build().unwrap().block_on(future)
}

/// Runs a future while other threads serve its connections. Panics after
/// [`deadline`].
pub fn block_on_threads(future: impl Future<Output = ()>) {
    let limited = async { timeout(deadline(), future).await };
    Runtime::new().unwrap().block_on(limited).expect("in time");
}
