#include "base/md5.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "base/vector_clones.hpp"

namespace evonas {
namespace {

constexpr std::size_t kLanes = 8;
constexpr std::size_t kBlock = 64;
constexpr std::size_t kLengthBytes = 8;  // of the message length behind the padding

/// One 32-bit word of eight messages. A vector type of GCC and Clang, for whatever registers the
/// machine has.
using Words = std::uint32_t __attribute__((vector_size(kLanes * sizeof(std::uint32_t))));
using State = std::array<Words, 4>;
using Block = std::array<Words, kBlock / sizeof(std::uint32_t)>;

constexpr std::array<std::uint32_t, 4> kStart{0x67452301U, 0xefcdab89U, 0x98badcfeU, 0x10325476U};

/// The whole part of 2^32 |sin(i + 1)|.
constexpr std::array<std::uint32_t, 64> kSines{
    // clang-format off
    0xd76aa478U, 0xe8c7b756U, 0x242070dbU, 0xc1bdceeeU, 0xf57c0fafU, 0x4787c62aU, 0xa8304613U, 0xfd469501U,
    0x698098d8U, 0x8b44f7afU, 0xffff5bb1U, 0x895cd7beU, 0x6b901122U, 0xfd987193U, 0xa679438eU, 0x49b40821U,
    0xf61e2562U, 0xc040b340U, 0x265e5a51U, 0xe9b6c7aaU, 0xd62f105dU, 0x02441453U, 0xd8a1e681U, 0xe7d3fbc8U,
    0x21e1cde6U, 0xc33707d6U, 0xf4d50d87U, 0x455a14edU, 0xa9e3e905U, 0xfcefa3f8U, 0x676f02d9U, 0x8d2a4c8aU,
    0xfffa3942U, 0x8771f681U, 0x6d9d6122U, 0xfde5380cU, 0xa4beea44U, 0x4bdecfa9U, 0xf6bb4b60U, 0xbebfbc70U,
    0x289b7ec6U, 0xeaa127faU, 0xd4ef3085U, 0x04881d05U, 0xd9d4d039U, 0xe6db99e5U, 0x1fa27cf8U, 0xc4ac5665U,
    0xf4292244U, 0x432aff97U, 0xab9423a7U, 0xfc93a039U, 0x655b59c3U, 0x8f0ccc92U, 0xffeff47dU, 0x85845dd1U,
    0x6fa87e4fU, 0xfe2ce6e0U, 0xa3014314U, 0x4e0811a1U, 0xf7537e82U, 0xbd3af235U, 0x2ad7d2bbU, 0xeb86d391U,
    // clang-format on
};

constexpr std::array<std::array<int, 4>, 4> kRotations{
    {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}}};

/// The step of the given number, of the 64 that a block goes through.
template <std::size_t kStep>
EVONAS_INLINE void step(State& state, const Block& block) {
  constexpr std::size_t kRound = kStep / 16;
  constexpr int kRotation = kRotations[kRound][kStep % 4];
  constexpr std::array<std::size_t, 4> kWords{kStep % 16, (5 * kStep + 1) % 16,
                                              (3 * kStep + 5) % 16, 7 * kStep % 16};
  Words& a = state[(64 - kStep) % 4];
  const Words& b = state[(65 - kStep) % 4];
  const Words& c = state[(66 - kStep) % 4];
  const Words& d = state[(67 - kStep) % 4];
  // All that does not wait for `b`, the result of the step before, comes first: the chain of steps
  // is what takes the time.
  Words sum = a + (block[kWords[kRound]] + kSines[kStep]);
  if constexpr (kRound == 0) {
    sum += d ^ (b & (c ^ d));
  } else if constexpr (kRound == 1) {
    sum += c & ~d;
    sum += b & d;  // no bit is in both
  } else if constexpr (kRound == 2) {
    sum += b ^ (c ^ d);
  } else {
    sum += c ^ (b | ~d);
  }
  a = b + ((sum << kRotation) | (sum >> (32 - kRotation)));
}

template <std::size_t... kSteps>
EVONAS_INLINE void all_steps(State& state, const Block& block, std::index_sequence<kSteps...>) {
  (step<kSteps>(state, block), ...);
}

EVONAS_INLINE void add_block(State& state, const Block& block) {
  State next = state;
  all_steps(next, block, std::make_index_sequence<64>{});
  for (std::size_t i = 0; i < state.size(); ++i) state[i] += next[i];
}

constexpr auto kHexPairs = [] {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::array<std::array<char, 2>, 256> pairs{};
  for (std::size_t i = 0; i < pairs.size(); ++i) pairs[i] = {kDigits[i / 16], kDigits[i % 16]};
  return pairs;
}();

std::size_t block_count(std::string_view message) {
  return (message.size() + 1 + kLengthBytes + kBlock - 1) / kBlock;
}

/// Block number `index` of the padded message: where it lies in the message, or `padded`, written.
const char* block_of(std::string_view message, std::size_t index,
                     std::array<char, kBlock>& padded) {
  const std::size_t begin = index * kBlock;
  if (begin + kBlock <= message.size()) return message.data() + begin;
  padded.fill(0);
  if (begin <= message.size()) {
    const std::size_t rest = message.size() - begin;
    std::copy_n(message.data() + begin, rest, padded.data());
    padded[rest] = static_cast<char>(0x80);
  }
  if (index + 1 == block_count(message)) {
    const std::uint64_t bits = std::uint64_t{message.size()} * 8;
    for (std::size_t i = 0; i < kLengthBytes; ++i) {
      padded[kBlock - kLengthBytes + i] = static_cast<char>(bits >> (8 * i));
    }
  }
  return padded.data();
}

EVONAS_INLINE std::uint32_t little_endian(std::uint32_t word) {
  return std::endian::native == std::endian::big ? __builtin_bswap32(word) : word;
}

EVONAS_INLINE std::uint32_t word_at(const char* bytes, std::size_t index) {
  std::uint32_t word = 0;
  std::memcpy(&word, bytes + index * sizeof word, sizeof word);
  return little_endian(word);
}

/// One block of each lane, words of one number side by side.
EVONAS_INLINE Block transposed(const std::array<const char*, kLanes>& bytes) {
  Block block;
  for (std::size_t i = 0; i < block.size(); ++i) {
    block[i] = Words{word_at(bytes[0], i), word_at(bytes[1], i), word_at(bytes[2], i),
                     word_at(bytes[3], i), word_at(bytes[4], i), word_at(bytes[5], i),
                     word_at(bytes[6], i), word_at(bytes[7], i)};
  }
  return block;
}

EVONAS_INLINE void write_digest(const State& state, std::size_t lane, Md5Digest& digest) {
  for (std::size_t i = 0; i < state.size(); ++i) {
    const std::uint32_t word = little_endian(state[i][lane]);
    std::memcpy(digest.data() + i * sizeof word, &word, sizeof word);
  }
}

/// At most as many messages as there are lanes.
EVONAS_VECTOR_CLONES
void md5_lanes(std::span<const std::string_view> messages, std::span<Md5Digest> digests) {
  State state;
  for (std::size_t i = 0; i < state.size(); ++i) state[i] = Words{} + kStart[i];
  std::array<std::size_t, kLanes> counts{};
  for (std::size_t lane = 0; lane < messages.size(); ++lane) {
    counts[lane] = block_count(messages[lane]);
  }
  const std::size_t most = *std::ranges::max_element(counts);
  std::array<std::array<char, kBlock>, kLanes> padded{};
  std::array<const char*, kLanes> blocks{};
  for (std::size_t lane = 0; lane < kLanes; ++lane) blocks[lane] = padded[lane].data();
  for (std::size_t index = 0; index < most; ++index) {
    for (std::size_t lane = 0; lane < messages.size(); ++lane) {
      if (index < counts[lane]) blocks[lane] = block_of(messages[lane], index, padded[lane]);
    }
    add_block(state, transposed(blocks));
    for (std::size_t lane = 0; lane < messages.size(); ++lane) {
      if (index + 1 == counts[lane]) write_digest(state, lane, digests[lane]);
    }
  }
}

}  // namespace

void md5(std::span<const std::string_view> messages, std::span<Md5Digest> digests) {
  for (std::size_t begin = 0; begin < messages.size(); begin += kLanes) {
    const std::size_t count = std::min(kLanes, messages.size() - begin);
    md5_lanes(messages.subspan(begin, count), digests.subspan(begin, count));
  }
}

void write_hex(const Md5Digest& digest, char* text) {
  for (const std::uint8_t byte : digest) {
    std::memcpy(text, kHexPairs[byte].data(), 2);
    text += 2;
  }
}

}  // namespace evonas
