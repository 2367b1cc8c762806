#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/random.hpp"

namespace evonas::tests {

inline void write_bytes(const std::filesystem::path& file, const std::vector<std::uint8_t>& bytes) {
  std::ofstream stream(file, std::ios::binary);
  stream.write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
}

inline std::vector<std::uint8_t> idx(std::vector<std::uint32_t> shape,
                                     const std::vector<std::uint8_t>& values) {
  std::vector<std::uint8_t> bytes = {0, 0, 8, static_cast<std::uint8_t>(shape.size())};
  for (const std::uint32_t extent : shape) {
    for (const int shift : {24, 16, 8, 0})
      bytes.push_back(static_cast<std::uint8_t>(extent >> shift));
  }
  bytes.insert(bytes.end(), values.begin(), values.end());
  return bytes;
}

/// IDX files in the form of Fashion-MNIST: ten classes that differ in where a bright square lies,
/// with noise.
inline void write_small_fashion_mnist(const std::filesystem::path& folder,
                                      std::uint32_t train = 600, std::uint32_t test = 200) {
  const auto write = [&](const std::string& prefix, std::uint32_t count) {
    Rng rng(7, prefix);
    std::vector<std::uint8_t> pixels;
    std::vector<std::uint8_t> labels;
    for (std::uint32_t i = 0; i < count; ++i) {
      const auto label = static_cast<std::uint8_t>(i % 10);
      const int top = 4 + 10 * (label / 5);
      const int left = 1 + 5 * (label % 5);
      for (int y = 0; y < 28; ++y) {
        for (int x = 0; x < 28; ++x) {
          const bool bright = y >= top && y < top + 8 && x >= left && x < left + 5;
          pixels.push_back(static_cast<std::uint8_t>(rng.below(60) + (bright ? 180 : 0)));
        }
      }
      labels.push_back(label);
    }
    write_bytes(folder / (prefix + "-images-idx3-ubyte"), idx({count, 28, 28}, pixels));
    write_bytes(folder / (prefix + "-labels-idx1-ubyte"), idx({count}, labels));
  };
  write("train", train);
  write("t10k", test);
}

}  // namespace evonas::tests
