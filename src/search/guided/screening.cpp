#include "search/guided/screening.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace evonas::search {
namespace {

/// More architectures for one full evaluation than any predictor could be asked to choose.
constexpr std::size_t kMostForEach = 10'000;

bool is_among(std::span<const std::string> names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

std::vector<ScreeningFault> screening_faults(std::span<const ScreeningOptions> screening,
                                             std::int64_t halving,
                                             std::span<const std::string> objectives,
                                             std::span<const std::string> limits) {
  std::vector<ScreeningFault> faults;
  for (std::size_t i = 0; i < screening.size(); ++i) {
    const auto& [metric, of, share] = screening[i];
    const auto add = [&](const char* field, std::string what) {
      faults.push_back({fmt::format("screening[{}].{}", i, field), std::move(what)});
    };
    if (is_among(objectives, metric) || is_among(limits, metric)) {
      add("metric", fmt::format("\"{}\" is an objective or has a limit, and is evaluated in full "
                                "anyway: name a cheaper metric",
                                metric));
    }
    if (!metric.empty() &&
        std::ranges::count(screening.first(i), metric, &ScreeningOptions::metric) > 0) {
      add("metric", fmt::format("\"{}\" screens twice: keep one", metric));
    }
    if (!of.empty() && !is_among(objectives, of)) {
      add("of",
          fmt::format("\"{}\" is no objective (there are: {}): name the one that \"{}\" says early",
                      of, fmt::join(objectives, ", "), metric));
    }
    if (!(share > 0.0) || !(share < 1.0)) {
      add("share", fmt::format("must be above 0 and below 1, not {}", share));
    } else if (i > 0 && share <= screening[i - 1].share) {
      add("share", fmt::format("{} does not cost more than {}, the one before: the cheapest comes "
                               "first",
                               share, screening[i - 1].share));
    }
  }
  if (screening.empty()) return faults;
  if (halving < 2) {
    faults.push_back({"halving", fmt::format("must be at least 2, not {}", halving)});
  } else if (screened_for_each(screening.size(), halving) > kMostForEach) {
    faults.push_back(
        {"screening", fmt::format("with so many and a halving of {} more than {} architectures "
                                  "would be screened for one evaluation: leave some out",
                                  halving, kMostForEach)});
  }
  return faults;
}

std::size_t screened_for_each(std::size_t rungs, std::int64_t halving) {
  constexpr std::size_t kMost = std::numeric_limits<std::uint32_t>::max();
  std::size_t count = 1;
  for (std::size_t i = 0; i < rungs && count < kMost; ++i) {
    count *= static_cast<std::size_t>(halving);
  }
  return count;
}

}  // namespace evonas::search
