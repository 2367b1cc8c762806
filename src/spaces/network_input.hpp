#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace evonas::spaces {

/// What a network reads and how many classes it tells apart.
struct NetworkInput {
  std::int64_t channels = 3;
  std::int64_t height = 32;
  std::int64_t width = 32;
  std::int64_t classes = 10;

  bool operator==(const NetworkInput&) const = default;

  /// "cifar10", "cifar100", "imagenet16", "imagenet", "fashion_mnist", "mnist", or "CxHxW:CLASSES".
  /// Throws SpaceError for anything else.
  static NetworkInput parse(std::string_view text);

  /// "3x32x32:10".
  std::string to_string() const;
};

}  // namespace evonas::spaces
