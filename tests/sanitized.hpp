#pragma once

namespace evonas::tests {

/// Whether a sanitizer is at work: programs are ten times slower then, and have to see every line
/// run, not every row of a table.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

}  // namespace evonas::tests
