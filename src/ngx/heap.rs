//! The heap: the C library's, with a reserve for the time when that has no more.
//!
//! Rust ends the process when it gets no memory, which a worker with thousands
//! of streams must not. So before something is built it is asked whether there
//! is memory for all that it may take. For what is small the reserve answers
//! that: as long as a worker has it, an allocation that fails frees it and tries
//! again. Without a reserve no answer is begun.

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering::Relaxed};

/// How much a worker has in reserve, in bytes. When it is freed smaller blocks
/// must fit there. With glibc it is part of the heap; with larger blocks, which
/// are the kernel's, the heap would have to grow by more than was freed. With
/// musl, whose heap keeps blocks of a size together, it is such a block.
const RESERVE: usize = match cfg!(target_env = "musl") {
    true => 256 * 1024,
    false => 96 * 1024,
};

/// What it vouches for: malloc takes something for each block, and leaves gaps.
const SMALL: usize = RESERVE / 2;

const LAYOUT: Layout = Layout::new::<[usize; RESERVE / size_of::<usize>()]>();

struct Heap;

#[global_allocator]
static HEAP: Heap = Heap;

/// Null where there is none.
static HELD: AtomicPtr<u8> = AtomicPtr::new(ptr::null_mut());

/// Whether an answer that takes up to `bytes` more can be built.
pub fn is_there_for_an_answer(bytes: usize) -> bool {
    holds_reserve() && (bytes <= SMALL || is_there(bytes))
}

/// Whether there are `bytes` more now. What was given back just now is there in
/// a moment: nginx has one thread.
pub fn is_there(bytes: usize) -> bool {
    let Ok(layout) = Layout::array::<u8>(bytes.max(1)) else {
        return false;
    };
    // SAFETY: the layout is not empty; what was allocated with it is freed with
    // it, and only looked at as an address, which the compiler is not to see.
    unsafe {
        let trial = black_box(System.alloc(layout));
        if trial.is_null() {
            return false;
        }
        System.dealloc(trial, layout);
    }
    true
}

/// Whether there is a reserve, if need be a new one.
fn holds_reserve() -> bool {
    if HELD.load(Relaxed).is_null() {
        // SAFETY: the layout is not empty.
        HELD.store(unsafe { System.alloc(LAYOUT) }, Relaxed);
    }
    !HELD.load(Relaxed).is_null()
}

/// Frees the reserve. Whether there was one.
fn give_up_reserve() -> bool {
    let held = HELD.swap(ptr::null_mut(), Relaxed);
    if !held.is_null() {
        // SAFETY: `holds_reserve` allocated it with this layout; whoever took
        // the pointer out is the only one who has it.
        unsafe { System.dealloc(held, LAYOUT) }
    }
    !held.is_null()
}

/// The `size` bytes that `allocate` gets, without the reserve if need be and if
/// that can help.
fn get(size: usize, allocate: impl Fn() -> *mut u8) -> *mut u8 {
    let found = allocate();
    match found.is_null() && size <= RESERVE && give_up_reserve() {
        true => allocate(),
        false => found,
    }
}

// SAFETY: each call is the system allocator's, with the same arguments; one that
// failed changed nothing, and may be made again. Nothing here panics or takes
// memory of this heap.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: passed on to the caller.
        get(layout.size(), || unsafe { System.alloc(layout) })
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: passed on to the caller.
        get(layout.size(), || unsafe { System.alloc_zeroed(layout) })
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: passed on to the caller; a realloc that fails leaves `place`
        // as it is.
        get(size, || unsafe { System.realloc(place, layout, size) })
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: passed on to the caller.
        unsafe { System.dealloc(place, layout) }
    }
}
