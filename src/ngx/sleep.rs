//! Sessions that sleep. All of a worker's share one timer of nginx's, set to
//! the first that is to be woken: nginx's own tree of timers would be walked
//! twice for each chunk of each stream.

use std::cell::RefCell;
use std::ffi::c_void;
use std::mem::MaybeUninit;
use std::ptr::{self, NonNull};

use llm_mock_core::time::Micros;
use llm_mock_core::wheel::{Key, Wheel};
use nginx_sys::{
    ngx_add_timer, ngx_current_msec, ngx_cycle, ngx_del_timer, ngx_delete_posted_event,
    ngx_event_t, ngx_msec_t, ngx_post_event, ngx_posted_next_events, ngx_socket_t, ngx_time_update,
};

use super::session::{self, Session};

/// After how many milliseconds of waking nginx looks at its sockets before
/// more are woken.
const TURN: u64 = 5;

/// How many are woken between two looks at the clock.
const CLOCK_EVERY: u32 = 64;

thread_local! {
    static SLEEPERS: RefCell<Wheel<NonNull<Session>>> = const { RefCell::new(Wheel::new()) };
}

/// The timer. A debug build of nginx logs a timer with the descriptor of the
/// connection it takes the event's data for: so there is something that has
/// one where `ngx_connection_t` has it, after three pointers.
#[repr(C)]
struct Alarm {
    as_connection: [*mut c_void; 3],
    fd: ngx_socket_t,
    event: ngx_event_t,
}

static mut ALARM: Alarm = Alarm {
    as_connection: [ptr::null_mut(); 3],
    fd: -1,
    // SAFETY: all zero is what nginx starts an event with.
    event: unsafe { MaybeUninit::zeroed().assume_init() },
};

/// Lets `session` sleep until `due`, or less. `None` if there is no memory.
///
/// # Safety
///
/// `session` must be alive until it is woken or [`cancel`] was called.
pub unsafe fn sleep(session: *mut Session, due: Micros) -> Option<Key> {
    let due = due.div_ceil(1_000);
    let session = NonNull::new(session)?;
    let key = SLEEPERS.with_borrow_mut(|sleepers| sleepers.insert(msec(), due, session));
    // SAFETY: called on nginx's thread, as all of this.
    unsafe {
        if !is_set() || due < ALARM.event.timer.key as u64 {
            set_alarm();
        }
    }
    key.ok()
}

/// Takes out one who sleeps.
pub fn cancel(key: Key) {
    SLEEPERS.with_borrow_mut(|sleepers| sleepers.remove(key));
    if SLEEPERS.with_borrow(Wheel::is_empty) {
        // A timer that is set keeps a worker that is to exit from it.
        // SAFETY: as above.
        unsafe { unset_alarm() };
    }
}

/// The time on the clock that the wheel runs on.
fn msec() -> u64 {
    // SAFETY: read by value; only this thread writes it.
    unsafe { ngx_current_msec as u64 }
}

/// Whether the timer is set.
///
/// # Safety
///
/// This and the following must be called on nginx's thread.
unsafe fn is_set() -> bool {
    // SAFETY: the event is this module's alone.
    unsafe {
        let event = &raw const ALARM.event;
        (*event).timer_set() != 0
    }
}

unsafe fn unset_alarm() {
    // SAFETY: as above; the event is in nginx's tree when it is set.
    unsafe {
        if is_set() {
            ngx_del_timer(&raw mut ALARM.event);
        }
    }
}

/// Sets the timer to the first that is to be woken.
unsafe fn set_alarm() {
    // SAFETY: as above. The event never goes away, and `ngx_cycle` is there
    // while nginx runs.
    unsafe {
        // nginx leaves a timer that is set as it is if the new time is less
        // than 300 ms away from it.
        unset_alarm();
        let Some(due) = SLEEPERS.with_borrow(Wheel::next_due) else {
            return;
        };
        let event = &raw mut ALARM.event;
        (*event).data = (&raw mut ALARM).cast();
        (*event).handler = Some(on_alarm);
        (*event).log = (*ngx_cycle).log;
        // One of 0, set in a timer's handler, would run before nginx looks at
        // any socket.
        ngx_add_timer(event, due.saturating_sub(msec()).max(1) as ngx_msec_t);
    }
}

/// Wakes those whose time has come.
unsafe extern "C" fn on_alarm(event: *mut ngx_event_t) {
    // SAFETY: the event is the alarm's, see `set_alarm`. A session is woken
    // once, and lives: its end would have taken it out. The wheel is not
    // borrowed while one is awake, which may put it to sleep again, or end it
    // and others.
    unsafe {
        if (*event).posted() != 0 {
            ngx_delete_posted_event(event);
        }
        // nginx read the clock before it looked at its sockets.
        ngx_time_update();
        let begun = msec();
        SLEEPERS.with_borrow_mut(|sleepers| sleepers.turn(begun));
        let mut woken = 0;
        while let Some(session) = SLEEPERS.with_borrow_mut(Wheel::wake) {
            session::on_time(session.as_ptr());
            woken += 1;
            if woken % CLOCK_EVERY == 0 {
                ngx_time_update();
                if msec() - begun >= TURN {
                    // The others' turn comes when nginx has looked. The timer
                    // is set all the same: a worker that is to exit looks for
                    // timers only.
                    ngx_post_event(event, &raw mut ngx_posted_next_events);
                    break;
                }
            }
        }
        set_alarm();
    }
}
