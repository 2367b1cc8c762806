#include "spaces/network_input.hpp"

#include <array>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "base/quoted.hpp"
#include "spaces/search_space.hpp"

namespace evonas::spaces {
namespace {

constexpr std::array<std::pair<std::string_view, NetworkInput>, 6> kDataSets{{
    {"cifar10", {3, 32, 32, 10}},
    {"cifar100", {3, 32, 32, 100}},
    {"imagenet16", {3, 16, 16, 120}},
    {"imagenet", {3, 224, 224, 1000}},
    {"fashion_mnist", {1, 28, 28, 10}},
    {"mnist", {1, 28, 28, 10}},
}};

// Far beyond any image, and small enough for every cost to fit into 64 bits.
constexpr std::int64_t kMostChannels = 4096;
constexpr std::int64_t kLargestSide = 4096;
constexpr std::int64_t kMostClasses = 1'000'000;

/// Takes a number in [1, maximum] and the character `end` (0 is the end of the text) off the front.
bool take(std::string_view& text, std::int64_t maximum, char end, std::int64_t& number) {
  const char* const last = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), last, number);
  if (error != std::errc{} || number < 1 || number > maximum) return false;
  if (end == '\0') return stop == last;
  if (stop == last || *stop != end) return false;
  text.remove_prefix(static_cast<std::size_t>(stop - text.data()) + 1);
  return true;
}

}  // namespace

NetworkInput NetworkInput::parse(std::string_view text) {
  for (const auto& [name, input] : kDataSets) {
    if (text == name) return input;
  }
  NetworkInput input;
  std::string_view rest = text;
  if (take(rest, kMostChannels, 'x', input.channels) &&
      take(rest, kLargestSide, 'x', input.height) && take(rest, kLargestSide, ':', input.width) &&
      take(rest, kMostClasses, '\0', input.classes)) {
    return input;
  }
  throw SpaceError(fmt::format(
      "the network input {} is neither cifar10, cifar100, imagenet16, imagenet, fashion_mnist or "
      "mnist nor of the form CHANNELSxHEIGHTxWIDTH:CLASSES, such as 3x32x32:10, with at most {} "
      "channels, {} pixels a side and {} classes",
      evonas::quoted(text), kMostChannels, kLargestSide, kMostClasses));
}

std::string NetworkInput::to_string() const {
  return fmt::format("{}x{}x{}:{}", channels, height, width, classes);
}

}  // namespace evonas::spaces
