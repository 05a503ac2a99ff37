import Eviction

/// Random numbers that are the same in every run and on every machine: the random policy's own generator.
///
/// The key storm has another (`FixedGenerator`), on whose numbers recorded figures depend.
package typealias SeededGenerator = SplitMix64
