//! Randomness, as a parameter.

use uuid::Uuid;

/// A source of unpredictable bytes. Production uses [`SystemRandom`].
pub trait Random: Send + Sync {
    /// Fills all of `bytes` with unpredictable bytes.
    fn fill(&self, bytes: &mut [u8]);
}

/// The operating system's generator (`getrandom(2)` on Linux).
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    #[expect(
        clippy::expect_used,
        reason = "without randomness no answer is safe; the panic is answered as `internal`"
    )]
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the system's randomness");
    }
}

/// A version 4 UUID (RFC 9562), which cannot be guessed.
#[must_use]
pub fn uuid(random: &dyn Random) -> Uuid {
    let mut bytes = [0; 16];
    random.fill(&mut bytes);
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}
