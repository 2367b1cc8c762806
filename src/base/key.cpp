#include "base/key.hpp"

#include <new>

#include <fmt/format.h>
#include <xxhash.h>

namespace evonas {

Key Key::of(std::string_view bytes) {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return {hash.high64, hash.low64};
}

void KeyStream::Release::operator()(XXH3_state_s* state) const { XXH3_freeState(state); }

KeyStream::KeyStream() : state_(XXH3_createState()) {
  if (state_ == nullptr || XXH3_128bits_reset(state_.get()) != XXH_OK) throw std::bad_alloc();
}

void KeyStream::add(std::string_view bytes) {
  if (!bytes.empty()) XXH3_128bits_update(state_.get(), bytes.data(), bytes.size());
}

Key KeyStream::key() const {
  const XXH128_hash_t hash = XXH3_128bits_digest(state_.get());
  return {hash.high64, hash.low64};
}

std::string Key::hex() const { return fmt::format("{:016x}{:016x}", high, low); }

}  // namespace evonas
