#include "search/predicted_front.hpp"

#include <limits>
#include <optional>

#include <fmt/format.h>

#include "base/json.hpp"

namespace evonas::search {

std::string to_text(const PredictedFront& front) {
  const auto bound = [](const std::optional<double>& value) {
    return value ? nlohmann::json(*value) : nlohmann::json(nullptr);
  };
  nlohmann::json json = nlohmann::json::array();
  for (const PredictedArchitecture& member : front) {
    nlohmann::json metrics = nlohmann::json::object();
    for (const auto& [name, value] : member.metrics) {
      metrics[name] = nlohmann::json::array({value.value, bound(value.low), bound(value.high)});
    }
    json.push_back({{"architecture", member.architecture}, {"metrics", std::move(metrics)}});
  }
  return json.dump();
}

PredictedFront parse_predicted_front(std::string_view text) {
  const auto bound = [](const nlohmann::json& value) {
    return value.is_null() ? std::optional<double>() : value.get<double>();
  };
  try {
    PredictedFront front;
    for (const nlohmann::json& member : nlohmann::json::parse(text)) {
      PredictedArchitecture& read = front.emplace_back();
      read.architecture = member.at("architecture").get<std::string>();
      for (const auto& [name, value] : member.at("metrics").items()) {
        // JSON has no other numbers than finite ones.
        const std::optional<double> expected = bound(value.at(0));
        read.metrics[name] = {.value = expected.value_or(std::numeric_limits<double>::quiet_NaN()),
                              .low = bound(value.at(1)),
                              .high = bound(value.at(2))};
      }
    }
    return front;
  } catch (const nlohmann::json::exception& error) {
    throw SearchError(fmt::format(
        "the predicted front of a run cannot be read: {}; expected as in {}", error.what(),
        R"([{"architecture": "...", "metrics": {"name": [1, 0.5, null]}}])"));
  }
}

}  // namespace evonas::search
