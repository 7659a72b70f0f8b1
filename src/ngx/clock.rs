//! nginx's clocks.

use llm_mock_core::reply::Now;
use nginx_sys::{ngx_cached_time, ngx_current_msec};

/// The time, as nginx last read it: once for each turn of its event loop. The
/// schedule runs on the monotonic clock.
pub fn now() -> Now {
    // SAFETY: nginx sets both before it calls any module, and only this
    // thread updates them; both are read by value.
    let (msec, sec) = unsafe { (ngx_current_msec, (*ngx_cached_time).sec) };
    Now {
        monotonic: (msec as u64).saturating_mul(1_000),
        unix: u64::try_from(sec).unwrap_or(0),
    }
}
