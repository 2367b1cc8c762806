#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/config/configuration.hpp"
#include "yaml/reader.hpp"

namespace evonas::config::detail {

void check_driver(const Configuration& configuration, yaml::Findings& findings) {
  if (configuration.search.driver != "asynchronous") return;
  const std::string fault = search::asynchronous_fault(configuration.search);
  if (!fault.empty()) findings.add("search.driver", fault);
  std::vector<std::string> slow;
  bool any_told = false;
  for (const auto& [metric, source] : configuration.evaluation) {
    if (std::holds_alternative<TrainSection>(source) ||
        std::holds_alternative<MeasureSection>(source) ||
        std::holds_alternative<CommandSection>(source) ||
        std::holds_alternative<RaySection>(source)) {
      slow.push_back(metric);
    }
    // All that is told together is one source.
    if (std::holds_alternative<ToldSection>(source) && !std::exchange(any_told, true)) {
      slow.push_back(metric);
    }
  }
  if (slow.size() <= 1) return;
  findings.add(
      "search.driver",
      fmt::format("asynchronous keeps one source busy, and a training, a measurement or a "
                  "command stands behind each of {}: look latencies up (`lookup`), let one "
                  "command report all (`from`), or leave this out",
                  fmt::join(slow, ", ")));
}

}  // namespace evonas::config::detail
