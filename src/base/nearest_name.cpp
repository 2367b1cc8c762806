#include "base/nearest_name.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace evonas {
namespace {

char folded(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

/// Insertions, deletions, replacements and exchanges of neighbours that lead from a to b.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool equal = folded(a[i - 1]) == folded(b[j - 1]);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (equal ? 0 : 1)});
      const bool exchanged = i > 1 && j > 1 && folded(a[i - 1]) == folded(b[j - 2]) &&
                             folded(a[i - 2]) == folded(b[j - 1]);
      if (exchanged) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

}  // namespace

std::string nearest_name(std::string_view text, std::span<const std::string> names) {
  // Nobody types hundreds of characters by mistake, and the distance is quadratic.
  constexpr std::size_t kLongest = 100;
  if (text.size() > kLongest) return {};
  std::string nearest;
  std::size_t smallest = kLongest;
  for (const std::string& name : names) {
    if (name.size() > kLongest) continue;
    const std::size_t found = distance(text, name);
    const std::size_t allowed = (std::max(text.size(), name.size()) + 2) / 3;
    if (found <= allowed && found < smallest) {
      smallest = found;
      nearest = name;
    }
  }
  return nearest;
}

std::string nearest_or_known(std::string_view text, std::span<const std::string> names) {
  const std::string nearest = nearest_name(text, names);
  return nearest.empty() ? fmt::format("known: {}", fmt::join(names, ", "))
                         : fmt::format("nearest: {}", nearest);
}

}  // namespace evonas
