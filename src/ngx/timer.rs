//! The timers of the module. All timers of a worker share one timer of nginx,
//! set to the earliest due time. With a timer of nginx for each stream, nginx
//! would search its tree of timers twice for each chunk.
//!
//! Running timers are in queues of nginx (`ngx_queue_t`), whose links are in the
//! timers: a waiting stream takes no additional memory.

use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::mem::MaybeUninit;
use std::ptr;

use llm_mock_core::engine::{SPAN, TimerWheel};
use llm_mock_core::util::time::Micros;
use nginx_sys::{
    ngx_add_timer, ngx_cycle, ngx_del_timer, ngx_delete_posted_event, ngx_event_t, ngx_msec_t,
    ngx_post_event, ngx_posted_next_events, ngx_queue_add, ngx_queue_empty, ngx_queue_init,
    ngx_queue_insert_before, ngx_queue_remove, ngx_queue_t, ngx_socket_t, ngx_time_update,
};

use super::clock::msec;

/// The time after which firing timers is interrupted so that nginx can poll its
/// sockets, in milliseconds.
const TURN: u64 = 5;

/// The number of timers that fire between two readings of the clock.
const CLOCK_EVERY: u32 = 64;

/// A timer, a field of the struct that it belongs to.
#[repr(transparent)]
pub struct Timer {
    /// Null while the timer does not run.
    links: ngx_queue_t,
}

impl Timer {
    /// A timer that does not run.
    pub const STOPPED: Self = Self {
        links: ngx_queue_t {
            prev: ptr::null_mut(),
            next: ptr::null_mut(),
        },
    };
}

/// Called when a timer fires. The timer may be gone when this returns.
pub type Handler = unsafe fn(*mut Timer);

thread_local! {
    static HANDLER: Cell<Option<Handler>> = const { Cell::new(None) };

    /// The set of queues that are not empty.
    static WHEEL: RefCell<TimerWheel> = const { RefCell::new(TimerWheel::new()) };
}

/// The running timers: a queue for each list of the wheel.
static mut QUEUES: [ngx_queue_t; SPAN] = [Timer::STOPPED.links; SPAN];

/// The timers that are due.
static mut READY: ngx_queue_t = Timer::STOPPED.links;

/// The due timers that fire in this turn.
static mut FIRING: ngx_queue_t = Timer::STOPPED.links;

/// nginx's timer. A debug build of nginx treats the event's data as a connection
/// and logs its descriptor. This struct has a descriptor at the same offset as
/// `ngx_connection_t`, after three pointers.
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

/// Prepares a worker. All of its timers share `handler`.
pub fn init(handler: Handler) {
    HANDLER.set(Some(handler));
    // SAFETY: no timer runs yet, and only this thread uses the queues. The event
    // never goes away.
    unsafe {
        ngx_queue_init(&raw mut READY);
        ngx_queue_init(&raw mut FIRING);
        (0..SPAN).for_each(|list| ngx_queue_init(queue(list)));
        let event = &raw mut ALARM.event;
        (*event).data = (&raw mut ALARM).cast();
        (*event).handler = Some(on_alarm);
        refresh_log();
    }
}

/// Starts a timer that fires at `due`, or earlier if that is beyond the span of
/// the wheel. A timer that is already due fires after nginx has polled its
/// sockets.
///
/// # Safety
///
/// `timer` must not run, and must not move until it has fired or [`stop`] was
/// called. As with all functions here, the caller must be on nginx's thread.
pub unsafe fn start(timer: *mut Timer, due: Micros) {
    let due = due.div_ceil(1_000);
    // SAFETY: the links are in no queue, and are valid as long as they are in
    // one.
    unsafe {
        let links = &raw mut (*timer).links;
        if due <= msec() {
            ngx_queue_insert_before(&raw mut READY, links);
            fire_soon();
            return;
        }
        let list = WHEEL.with_borrow_mut(|wheel| wheel.insert(msec(), due));
        ngx_queue_insert_before(queue(list), links);
        if !is_set() || due < ALARM.event.timer.key as u64 {
            set_alarm();
        }
    }
}

/// Stops a timer, if it runs.
///
/// # Safety
///
/// `timer` must be alive.
pub unsafe fn stop(timer: *mut Timer) {
    // SAFETY: a running timer is in a queue, and so are its neighbours. If both
    // neighbours are the same, that is the head of a queue that is now empty.
    // While nginx's timer is set, a worker does not exit, so it is unset with
    // the last timer.
    unsafe {
        let links = &raw mut (*timer).links;
        if (*links).next.is_null() {
            return;
        }
        let (before, after) = ((*links).prev, (*links).next);
        ngx_queue_remove(links);
        if before != after {
            return;
        }
        if before != &raw mut READY && before != &raw mut FIRING {
            WHEEL.with_borrow_mut(|wheel| wheel.vacate(list(before)));
        }
        if is_quiet() {
            unset_alarm();
        }
    }
}

/// Returns the head of the queue for a list of the wheel.
fn queue(list: usize) -> *mut ngx_queue_t {
    let queues = (&raw mut QUEUES).cast::<ngx_queue_t>();
    // SAFETY: within the array.
    unsafe { queues.add(list % SPAN) }
}

/// Returns the list whose queue has this head.
fn list(head: *const ngx_queue_t) -> usize {
    (head.addr() - queue(0).addr()) / size_of::<ngx_queue_t>()
}

/// Returns whether no timer runs.
fn is_quiet() -> bool {
    // SAFETY: `init` has set the queues up.
    let is_none_due =
        unsafe { ngx_queue_empty(&raw const READY) && ngx_queue_empty(&raw const FIRING) };
    is_none_due && WHEEL.with_borrow(TimerWheel::is_empty)
}

/// Returns whether nginx's timer is set.
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

/// Gives the event the log of the current cycle. In single-process mode, a
/// reload replaces the cycle without a call of [`init`], and frees the old one
/// and its log once its connections are closed, half a minute later at the
/// earliest (ngx_cycle.c). By then the event has been set again, because it
/// never waits longer than the span of the wheel.
unsafe fn refresh_log() {
    // SAFETY: `ngx_cycle` exists while nginx runs, and has a log.
    unsafe { ALARM.event.log = (*ngx_cycle).log }
}

unsafe fn unset_alarm() {
    // SAFETY: as above; the event is in nginx's tree when it is set.
    unsafe {
        if is_set() {
            ngx_del_timer(&raw mut ALARM.event);
        }
    }
}

/// Sets nginx's timer to the earliest due time.
unsafe fn set_alarm() {
    // SAFETY: as above.
    unsafe {
        // nginx does not change a timer that is set if the new time differs by
        // less than 300 ms.
        unset_alarm();
        let due = match ngx_queue_empty(&raw const READY) {
            true => WHEEL.with_borrow(TimerWheel::next_due),
            false => Some(0),
        };
        let Some(due) = due else {
            return;
        };
        // A timer of 0 ms that is set in a timer's handler would run before
        // nginx polls any socket.
        let delay = due.saturating_sub(msec()).max(1);
        refresh_log();
        ngx_add_timer(&raw mut ALARM.event, delay as ngx_msec_t);
    }
}

/// Makes due timers fire as soon as nginx has polled its sockets. nginx's timer
/// is set too, because a worker that is shutting down only waits for timers.
unsafe fn fire_soon() {
    // SAFETY: as above; an event is posted once.
    unsafe {
        let event = &raw mut ALARM.event;
        if !is_set() {
            set_alarm();
        }
        if (*event).posted() == 0 {
            ngx_post_event(event, &raw mut ngx_posted_next_events);
        }
    }
}

/// Fires the timers that are due.
unsafe extern "C" fn on_alarm(event: *mut ngx_event_t) {
    // SAFETY: the event is the alarm's, see `init`. The struct that a timer
    // belongs to lives while the timer runs: its end stops the timer. While a
    // timer fires, which may start it again or stop others, nothing is borrowed
    // and no link is kept. A queue that the wheel returns is not empty.
    unsafe {
        if (*event).posted() != 0 {
            ngx_delete_posted_event(event);
        }
        // nginx read the clock before it polled its sockets.
        ngx_time_update();
        let begun = msec();
        while let Some(list) = WHEEL.with_borrow_mut(|wheel| wheel.pop(begun)) {
            move_all(queue(list), &raw mut READY);
        }
        // Timers that start in this turn and are due wait for the next turn.
        move_all(&raw mut READY, &raw mut FIRING);
        let Some(fire) = HANDLER.get() else {
            return;
        };
        let mut fired = 0;
        while !ngx_queue_empty(&raw const FIRING) {
            let links = FIRING.next;
            ngx_queue_remove(links);
            fire(links.cast());
            fired += 1;
            if fired % CLOCK_EVERY == 0 {
                ngx_time_update();
                if msec() - begun >= TURN {
                    break;
                }
            }
        }
        // Timers that did not fire were due before those that became due since.
        move_all(&raw mut READY, &raw mut FIRING);
        move_all(&raw mut FIRING, &raw mut READY);
        set_alarm();
        if !ngx_queue_empty(&raw const READY) {
            fire_soon();
        }
    }
}

/// Moves all of a queue to the end of another.
///
/// # Safety
///
/// Both must be set up.
unsafe fn move_all(from: *mut ngx_queue_t, to: *mut ngx_queue_t) {
    // SAFETY: passed on to the caller.
    unsafe {
        if !ngx_queue_empty(from) {
            ngx_queue_add(to, from);
            ngx_queue_init(from);
        }
    }
}
