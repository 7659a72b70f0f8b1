//! nginx's clocks.

use llm_mock_core::host::Now;
use llm_mock_core::util::time::Micros;
use nginx_sys::{ngx_cached_time, ngx_current_msec};

#[cfg(not(target_pointer_width = "64"))]
compile_error!("32-bit platforms are not supported: nginx's clock in milliseconds wraps there");

/// nginx's monotonic clock, in milliseconds, as nginx last read it: once for
/// each turn of its event loop.
pub fn msec() -> u64 {
    // SAFETY: read by value; only this thread writes it.
    unsafe { ngx_current_msec as u64 }
}

/// The same in microseconds: the clock that schedules run on.
pub fn monotonic() -> Micros {
    msec().saturating_mul(1_000)
}

/// The time of day in milliseconds since 1970.
pub fn unix_msec() -> u64 {
    // SAFETY: nginx sets it before it calls any module, and only this thread
    // updates it; it is read by value.
    let (sec, msec) = unsafe { ((*ngx_cached_time).sec, (*ngx_cached_time).msec) };
    let sec = u64::try_from(sec).unwrap_or(0);
    sec.saturating_mul(1_000).saturating_add(msec as u64)
}

/// The time, on both clocks.
pub fn now() -> Now {
    Now {
        monotonic: monotonic(),
        unix: unix_msec().saturating_mul(1_000),
    }
}
