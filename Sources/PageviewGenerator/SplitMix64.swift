/// A small random number generator with the same numbers on every platform (Steele, Lea and Flood's SplitMix64).
///
/// Everything that is drawn from it is made by integer arithmetic only, so that the same seed gives the same bytes
/// everywhere, whatever the floating point library.
struct SplitMix64 {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// A number from 0 up to, not including, `bound`, which is at least 1.
  mutating func below(_ bound: Int64) -> Int64 {
    // The high half of a product; its bias is far below anything that shows.
    Int64(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// True with a chance of `threshold` in 2^32.
  mutating func chance(_ threshold: UInt64) -> Bool { next() >> 32 < threshold }
}
