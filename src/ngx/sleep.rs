//! Sessions that sleep. All of a worker's share one timer of nginx's, set to
//! the first that is to be woken: nginx's own tree of timers would be walked
//! twice for each chunk of each stream.
//!
//! Sleepers stand in queues of nginx's, whose links lie in the sessions: a
//! stream that sleeps takes no memory but its own.

use std::cell::RefCell;
use std::ffi::c_void;
use std::mem::MaybeUninit;
use std::ptr;

use llm_mock_core::time::Micros;
use llm_mock_core::wheel::{SPAN, Wheel};
use nginx_sys::{
    ngx_add_timer, ngx_current_msec, ngx_cycle, ngx_del_timer, ngx_delete_posted_event,
    ngx_event_t, ngx_msec_t, ngx_post_event, ngx_posted_next_events, ngx_queue_add, ngx_queue_data,
    ngx_queue_empty, ngx_queue_init, ngx_queue_insert_before, ngx_queue_remove, ngx_queue_t,
    ngx_socket_t, ngx_time_update,
};

use super::session::{self, Session};

/// After how many milliseconds of waking nginx looks at its sockets before
/// more are woken.
const TURN: u64 = 5;

/// How many are woken between two looks at the clock.
const CLOCK_EVERY: u32 = 64;

/// A session's place in a queue.
#[repr(transparent)]
pub struct Sleep {
    /// Null while it is awake.
    links: ngx_queue_t,
}

impl Sleep {
    /// Not asleep.
    pub const AWAKE: Self = Self {
        links: ngx_queue_t {
            prev: ptr::null_mut(),
            next: ptr::null_mut(),
        },
    };
}

thread_local! {
    /// Which of the queues are not empty.
    static WHEEL: RefCell<Wheel> = const { RefCell::new(Wheel::new()) };
}

/// Those who sleep: a queue for each list of the wheel. They and the next are
/// null until somebody does.
static mut QUEUES: [ngx_queue_t; SPAN] = [Sleep::AWAKE.links; SPAN];

/// Those whose time has come.
static mut READY: ngx_queue_t = Sleep::AWAKE.links;

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

/// Lets `session` sleep until `due`, or less.
///
/// # Safety
///
/// `session` must be awake, and stay where it is until it is woken or
/// [`cancel`] was called. Like all of this, it is called on nginx's thread.
pub unsafe fn sleep(session: *mut Session, due: Micros) {
    let due = due.div_ceil(1_000);
    // SAFETY: the links are in no queue, and last as long as they are in this.
    unsafe {
        if READY.next.is_null() {
            ngx_queue_init(&raw mut READY);
            (0..SPAN).for_each(|list| ngx_queue_init(queue(list)));
        }
        let list = WHEEL.with_borrow_mut(|wheel| wheel.insert(msec(), due));
        ngx_queue_insert_before(queue(list), &raw mut (*session).sleep.links);
        if !is_set() || due < ALARM.event.timer.key as u64 {
            set_alarm();
        }
    }
}

/// Wakes `session` for good, if it sleeps.
///
/// # Safety
///
/// `session` must be alive.
pub unsafe fn cancel(session: *mut Session) {
    // SAFETY: who sleeps is in a queue, and so are its neighbours. If both are
    // one, that is the head of the queue, which is empty then. A timer that is
    // set keeps a worker that is to exit from it.
    unsafe {
        let links = &raw mut (*session).sleep.links;
        if (*links).next.is_null() {
            return;
        }
        let (before, after) = ((*links).prev, (*links).next);
        ngx_queue_remove(links);
        if before != after {
            return;
        }
        if before != &raw mut READY {
            WHEEL.with_borrow_mut(|wheel| wheel.vacate(list(before)));
        }
        if is_quiet() {
            unset_alarm();
        }
    }
}

/// The head of the queue for a list of the wheel.
fn queue(list: usize) -> *mut ngx_queue_t {
    let queues = (&raw mut QUEUES).cast::<ngx_queue_t>();
    // SAFETY: within the array.
    unsafe { queues.add(list % SPAN) }
}

/// For which list that is the head of a queue.
fn list(head: *const ngx_queue_t) -> usize {
    (head.addr() - queue(0).addr()) / size_of::<ngx_queue_t>()
}

/// Whether nobody sleeps, or is to be woken.
///
/// # Safety
///
/// Somebody slept before.
unsafe fn is_quiet() -> bool {
    // SAFETY: somebody slept, so the queue is one.
    unsafe { ngx_queue_empty(&raw const READY) && WHEEL.with_borrow(Wheel::is_empty) }
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
        let due = match ngx_queue_empty(&raw const READY) {
            true => WHEEL.with_borrow(Wheel::next_due),
            false => Some(0),
        };
        let Some(due) = due else {
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
    // once, and lives: its end would have taken it out. Nothing is borrowed, and
    // no link remembered, while one is awake, which may put it to sleep again,
    // or end it and others. A queue that the wheel names is not empty.
    unsafe {
        if (*event).posted() != 0 {
            ngx_delete_posted_event(event);
        }
        // nginx read the clock before it looked at its sockets.
        ngx_time_update();
        let begun = msec();
        while let Some(list) = WHEEL.with_borrow_mut(|wheel| wheel.pop(begun)) {
            ngx_queue_add(&raw mut READY, queue(list));
            ngx_queue_init(queue(list));
        }
        let mut woken = 0;
        while !ngx_queue_empty(&raw const READY) {
            let links = READY.next;
            ngx_queue_remove(links);
            session::on_time(ngx_queue_data!(links, Session, sleep));
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
