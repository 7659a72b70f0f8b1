//! nginx's clocks.

use llm_mock_core::host::Now;
use llm_mock_core::util::time::Micros;
use nginx_sys::{ngx_cached_time, ngx_current_msec};

#[cfg(not(target_pointer_width = "64"))]
compile_error!("32-bit platforms are not supported: nginx's clock in milliseconds wraps there");

/// Returns nginx's cached monotonic time, in milliseconds. nginx reads the clock
/// once for each iteration of its event loop.
pub fn msec() -> u64 {
    // SAFETY: read by value; only this thread writes it.
    unsafe { ngx_current_msec as u64 }
}

/// Returns the same time in microseconds: the clock of the schedules.
pub fn monotonic() -> Micros {
    msec().saturating_mul(1_000)
}

/// Returns the wall clock time in milliseconds since 1970.
pub fn unix_msec() -> u64 {
    // SAFETY: nginx sets it before it calls any module, and only this thread
    // updates it; it is read by value.
    let (sec, msec) = unsafe { ((*ngx_cached_time).sec, (*ngx_cached_time).msec) };
    let sec = u64::try_from(sec).unwrap_or(0);
    sec.saturating_mul(1_000).saturating_add(msec as u64)
}

/// Returns the time on both clocks.
pub fn now() -> Now {
    Now {
        monotonic: monotonic(),
        unix: unix_msec().saturating_mul(1_000),
    }
}
