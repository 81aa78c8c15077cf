//! What the C library's allocator does with large blocks.

/// From this many bytes on a block is had from the system and given back to it at once.
#[cfg(target_env = "gnu")]
const LARGE: libc::c_int = 1 << 20;

/// Arenas at most; each keeps for itself what was once freed in it.
#[cfg(target_env = "gnu")]
const ARENAS: libc::c_int = 4;

/// Has large blocks given back. Left alone, glibc learns from the first one freed to keep all that are no larger, in
/// every thread that ever had one: some sign-ins (19 MiB of argon2id each) or photos, and the daemon holds hundreds of
/// megabytes for ever. Other C libraries know no such thing.
pub fn give_back() {
    #[cfg(target_env = "gnu")]
    #[expect(unsafe_code, reason = "mallopt has no safe form")]
    // SAFETY: it takes two numbers and sets parameters of the allocator; a wrong one is refused.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE);
        libc::mallopt(libc::M_TRIM_THRESHOLD, LARGE);
        libc::mallopt(libc::M_ARENA_MAX, ARENAS);
    }
}

/// Gives back what a start, or filling the demo, needed once and nobody needs now.
pub fn give_back_all() {
    #[cfg(target_env = "gnu")]
    #[expect(unsafe_code, reason = "malloc_trim has no safe form")]
    // SAFETY: it takes the bytes to keep and touches nothing but free memory.
    unsafe {
        libc::malloc_trim(0);
    }
}
