#include "predictor/checkpoint.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/key.hpp"
#include "predictor/predictor.hpp"

namespace evonas::predictor {
namespace {

using nlohmann::json;

constexpr std::string_view kMagic = "evonas predictor ";
constexpr std::string_view kFormat = "1";

json to_json(const CheckpointAbout& about) {
  json result = {{"predictor", about.predictor},
                 {"space", about.space},
                 {"space_options", about.space_options},
                 {"input", about.input},
                 {"metric", about.metric},
                 {"unit", about.unit},
                 {"higher_is_better", about.higher_is_better},
                 {"labels", about.labels},
                 {"source", about.source}};
  if (about.statics) result["statics"] = true;
  if (!about.prior.empty()) {
    result["prior"] = json::binary({about.prior.begin(), about.prior.end()});
  }
  for (const CheckpointDevice& device : about.devices) {
    result["devices"].push_back({{"name", device.name},
                                 {"metric", device.metric},
                                 {"unit", device.unit},
                                 {"median", device.median},
                                 {"numbers", device.numbers}});
  }
  return result;
}

CheckpointAbout about_from(const json& about) {
  CheckpointAbout result;
  about.at("predictor").get_to(result.predictor);
  about.at("space").get_to(result.space);
  about.at("space_options").get_to(result.space_options);
  about.at("input").get_to(result.input);
  result.statics = about.value("statics", false);
  if (about.contains("prior")) {
    const json::binary_t& prior = about.at("prior").get_binary();
    result.prior.assign(prior.begin(), prior.end());
  }
  about.at("metric").get_to(result.metric);
  about.at("unit").get_to(result.unit);
  about.at("higher_is_better").get_to(result.higher_is_better);
  about.at("labels").get_to(result.labels);
  about.at("source").get_to(result.source);
  if (!about.contains("devices")) return result;
  for (const json& device : about.at("devices")) {
    result.devices.push_back(
        {.name = device.at("name").get<std::string>(),
         .metric = device.at("metric").get<std::string>(),
         .unit = device.at("unit").get<std::string>(),
         .median = device.at("median").get<double>(),
         .numbers = device.at("numbers").get<std::map<std::string, double>>()});
  }
  return result;
}

}  // namespace

std::string checkpoint_bytes(const CheckpointAbout& about, const json& state) {
  std::string body;
  json::to_cbor(json{{"about", to_json(about)}, {"state", state}}, body);
  return fmt::format("{}{} {}\n{}", kMagic, kFormat, Key::of(body).hex(), body);
}

Checkpoint read_checkpoint(std::string_view bytes, const std::string& place) {
  const std::size_t end = bytes.find('\n');
  if (!bytes.starts_with(kMagic) || end == std::string_view::npos) {
    throw PredictorError(fmt::format(
        "{} holds no predictor; expected a file that 'evonas predictor fit' wrote", place));
  }
  const std::string_view line = bytes.substr(kMagic.size(), end - kMagic.size());
  const std::string_view format = line.substr(0, line.find(' '));
  if (format != kFormat) {
    throw PredictorError(fmt::format(
        "{} has the format {}, and this evonas reads format {}: fit the predictor again "
        "with this evonas",
        place, format, kFormat));
  }
  const std::string_view body = bytes.substr(end + 1);
  if (line.substr(std::min(line.size(), format.size() + 1)) != Key::of(body).hex()) {
    throw PredictorError(fmt::format(
        "{} is cut off or was altered: its checksum is not that of its content; fit the predictor "
        "again",
        place));
  }
  try {
    json content = json::from_cbor(body);
    return {.about = about_from(content.at("about")), .state = std::move(content.at("state"))};
  } catch (const json::exception& error) {
    throw PredictorError(fmt::format("{}: {}", place, error.what()));
  }
}

void restore(Predictor& predictor, const Checkpoint& checkpoint, const std::string& place) {
  try {
    predictor.restore(checkpoint.state);
  } catch (const json::exception& error) {
    throw PredictorError(fmt::format("{}: {}", place, error.what()));
  } catch (const PredictorError& error) {
    throw PredictorError(fmt::format("{}: {}", place, error.what()));
  }
}

}  // namespace evonas::predictor
