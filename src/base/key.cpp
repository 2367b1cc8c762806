#include "base/key.hpp"

#include <fmt/format.h>
#include <xxhash.h>

namespace evonas {

Key Key::of(std::string_view bytes) {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return {hash.high64, hash.low64};
}

std::string Key::hex() const { return fmt::format("{:016x}{:016x}", high, low); }

}  // namespace evonas
