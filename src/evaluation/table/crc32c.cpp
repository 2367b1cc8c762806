#include "evaluation/table/crc32c.hpp"

#include <array>
#include <cstddef>

namespace evonas::evaluation {
namespace {

constexpr std::size_t kStride = 8;
using Tables = std::array<std::array<std::uint32_t, 256>, kStride>;

/// The remainder of each byte with 0 to 7 zero bytes behind it, so that eight bytes are divided at
/// once ("slicing by 8").
constexpr Tables make_tables() {
  constexpr std::uint32_t kPolynomial = 0x82f63b78;  // bits reversed
  Tables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t remainder = byte;
    for (int bit = 0; bit < 8; ++bit) {
      remainder = (remainder >> 1U) ^ ((remainder & 1U) != 0 ? kPolynomial : 0U);
    }
    tables[0][byte] = remainder;
  }
  for (std::size_t zeros = 1; zeros < kStride; ++zeros) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t shorter = tables[zeros - 1][byte];
      tables[zeros][byte] = (shorter >> 8U) ^ tables[0][shorter & 0xffU];
    }
  }
  return tables;
}

constexpr Tables kTables = make_tables();

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
  std::uint32_t remainder = ~0U;
  const auto byte = [&](std::size_t i) -> std::uint32_t {
    return static_cast<unsigned char>(bytes[i]);
  };
  while (bytes.size() >= kStride) {
    const std::uint32_t first =
        remainder ^ (byte(0) | byte(1) << 8U | byte(2) << 16U | byte(3) << 24U);
    remainder = kTables[7][first & 0xffU] ^ kTables[6][(first >> 8U) & 0xffU] ^
                kTables[5][(first >> 16U) & 0xffU] ^ kTables[4][first >> 24U] ^
                kTables[3][byte(4)] ^ kTables[2][byte(5)] ^ kTables[1][byte(6)] ^
                kTables[0][byte(7)];
    bytes.remove_prefix(kStride);
  }
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    remainder = (remainder >> 8U) ^ kTables[0][(remainder ^ byte(i)) & 0xffU];
  }
  return ~remainder;
}

}  // namespace evonas::evaluation
