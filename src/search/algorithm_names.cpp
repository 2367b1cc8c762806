#include "search/algorithm_names.hpp"

#include <map>
#include <set>

#include <fmt/format.h>

namespace evonas::search {

std::vector<std::string> algorithm_names(std::span<const AlgorithmOptions> algorithms,
                                         std::span<const std::string> given) {
  std::vector<std::string> names;
  std::map<std::string, int> uses;
  for (std::size_t i = 0; i < algorithms.size(); ++i) {
    if (i < given.size() && !given[i].empty()) {
      names.push_back(given[i]);
      continue;
    }
    const std::string& own = algorithms[i].algorithm;
    const int use = ++uses[own];
    names.push_back(use > 1 ? fmt::format("{} ({})", own, use) : own);
  }
  return names;
}

void expect_distinct_names(std::span<const AlgorithmOptions> algorithms,
                           std::span<const std::string> given) {
  if (!given.empty() && given.size() != algorithms.size()) {
    throw SearchError(
        fmt::format("a benchmark of {} algorithms has {} names: give one for each, or none",
                    algorithms.size(), given.size()));
  }
  std::set<std::string> seen;
  for (const std::string& name : algorithm_names(algorithms, given)) {
    if (seen.insert(name).second) continue;
    throw SearchError(fmt::format(
        "two algorithms of a benchmark are called '{}': give each a name of its own", name));
  }
}

}  // namespace evonas::search
