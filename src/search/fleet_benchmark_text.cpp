#include <string>

#include <fmt/format.h>

#include "base/json.hpp"
#include "search/fleet_benchmark.hpp"

namespace evonas::search {
namespace {

nlohmann::json driver_json(const FleetDriverResult& result) {
  return {{"seconds", result.seconds},
          {"busy", result.busy},
          {"processor_seconds", result.processor_seconds},
          {"core_share", result.core_share},
          {"peak_memory_mb", result.peak_memory_mb},
          {"memory_growth_mb", result.memory_growth_mb},
          {"failures", result.failures}};
}

}  // namespace

nlohmann::json to_json(const FleetBenchmarkResult& result) {
  nlohmann::json levels = nlohmann::json::array();
  for (const FleetLevel& level : result.levels) {
    levels.push_back({{"seconds", level.seconds},
                      {"regret", level.regret},
                      {"asynchronous_regret", level.asynchronous_regret},
                      {"synchronous_seconds", level.synchronous_seconds},
                      {"asynchronous_seconds", level.asynchronous_seconds
                                                   ? nlohmann::json(*level.asynchronous_seconds)
                                                   : nlohmann::json(nullptr)}});
  }
  return {{"optimum", result.optimum},
          {"synchronous", driver_json(result.synchronous)},
          {"asynchronous", driver_json(result.asynchronous)},
          {"levels", std::move(levels)}};
}

std::string to_markdown(const FleetBenchmarkResult& result) {
  std::string text =
      "| driver | simulated s | workers busy | core in use | processor s | peak memory, MB | "
      "memory "
      "growth, MB | failed |\n|---|---|---|---|---|---|---|---|\n";
  for (const FleetDriverResult* driver : {&result.synchronous, &result.asynchronous}) {
    text +=
        fmt::format("| {} | {:.0f} | {:.1f} % | {:.4f} | {:.2f} | {:.0f} | {:.1f} | {:.1f} % |\n",
                    driver->driver, driver->seconds, 100.0 * driver->busy, driver->core_share,
                    driver->processor_seconds, driver->peak_memory_mb, driver->memory_growth_mb,
                    100.0 * driver->failures);
  }
  text +=
      "\n| simulated s | regret, synchronous | regret, asynchronous | s to the former, synchronous "
      "| "
      "asynchronous | times faster |\n|---|---|---|---|---|---|\n";
  for (const FleetLevel& level : result.levels) {
    const auto& seconds = level.asynchronous_seconds;
    text += fmt::format("| {:.0f} | {:.4f} | {:.4f} | {:.0f} | {} | {} |\n", level.seconds,
                        level.regret, level.asynchronous_regret, level.synchronous_seconds,
                        seconds ? fmt::format("{:.0f}", *seconds) : "never",
                        seconds && *seconds > 0.0
                            ? fmt::format("{:.2f}", level.synchronous_seconds / *seconds)
                            : "");
  }
  return text;
}

}  // namespace evonas::search
