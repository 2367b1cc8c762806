#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace evonas {

using Md5Digest = std::array<std::uint8_t, 16>;

/// MD5 (RFC 1321) of each message, eight of them side by side in the lanes of vector registers:
/// several times the rate of one after the other, best where messages are of like length. For
/// published identities only; MD5 protects nothing. `digests` has room for one a message.
void md5(std::span<const std::string_view> messages, std::span<Md5Digest> digests);

/// 32 lower-case hexadecimal digits into `text`, which has room for them.
void write_hex(const Md5Digest& digest, char* text);

}  // namespace evonas
