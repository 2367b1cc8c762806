#include "cli/run/device_space.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/quoted.hpp"
#include "predictor/descriptions.hpp"

namespace evonas::cli {
namespace {

using spaces::Genotype;
using spaces::SpaceError;

/// The genotype without the number of its device.
Genotype without_device(const Genotype& genotype) { return Genotype(genotype.genes().subspan(1)); }

/// How many characters, up to the last '_' of them, all texts have in common at the beginning.
std::size_t common_words(const std::vector<std::string>& texts) {
  std::size_t common = texts.front().size();
  for (const std::string& text : texts) {
    const auto end = std::ranges::mismatch(text, texts.front()).in1;
    common = std::min(common, static_cast<std::size_t>(end - text.begin()));
  }
  const std::size_t last = texts.front().substr(0, common).rfind('_');
  return last == std::string::npos ? 0 : last + 1;
}

}  // namespace

Genotype DeviceSpace::genotype_of(std::size_t device, const Genotype& architecture) {
  std::vector<Genotype::Gene> genes{static_cast<Genotype::Gene>(device)};
  genes.insert(genes.end(), architecture.genes().begin(), architecture.genes().end());
  return Genotype(std::move(genes));
}

const std::string& DeviceSpace::device_of(const Genotype& genotype) const {
  if (genotype.size() > 0 && genotype[0] >= 0 &&
      static_cast<std::size_t>(genotype[0]) < devices_.size()) {
    return devices_[static_cast<std::size_t>(genotype[0])];
  }
  throw SpaceError(fmt::format(
      "a genotype on devices begins with the number of its device, 0 to {}", devices_.size() - 1));
}

Genotype DeviceSpace::sample(Rng& rng) const {
  const auto device = static_cast<std::size_t>(rng.below(devices_.size()));
  return genotype_of(device, space_.sample(rng));
}

Genotype DeviceSpace::mutate(const Genotype& parent, Rng& rng) const {
  validate(parent);
  return genotype_of(static_cast<std::size_t>(parent[0]),
                     space_.mutate(without_device(parent), rng));
}

Genotype DeviceSpace::crossover(const Genotype& a, const Genotype& b, Rng& rng) const {
  validate(a);
  validate(b);
  const Genotype& side = rng.chance(0.5) ? a : b;
  return genotype_of(static_cast<std::size_t>(side[0]),
                     space_.crossover(without_device(a), without_device(b), rng));
}

void DeviceSpace::validate(const Genotype& genotype) const {
  device_of(genotype);
  space_.validate(without_device(genotype));
}

Key DeviceSpace::key(const Genotype& genotype) const {
  return Key::of(
      fmt::format("{} {}", device_of(genotype), space_.key(without_device(genotype)).hex()));
}

graph::Graph DeviceSpace::cell(const Genotype& genotype) const {
  const std::string& device = device_of(genotype);
  const graph::Graph cell = space_.cell(without_device(genotype));
  graph::Graph graph;
  graph.add(std::string(predictor::kDevicePrefix) + device, {},
            numbers_[static_cast<std::size_t>(genotype[0])], "device");
  const auto shifted = [](std::span<const graph::NodeId> nodes) {
    std::vector<graph::NodeId> result(nodes.begin(), nodes.end());
    for (graph::NodeId& node : result) ++node;
    return result;
  };
  for (const graph::Node& node : cell.nodes()) {
    graph.add(node.op, shifted(node.inputs), node.attributes, node.name);
  }
  graph.set_outputs(shifted(cell.outputs()));
  return graph;
}

graph::Graph DeviceSpace::network(const Genotype& genotype,
                                  const spaces::NetworkInput& input) const {
  validate(genotype);
  return space_.network(without_device(genotype), input);
}

std::string DeviceSpace::format(const Genotype& genotype) const {
  return fmt::format("{}: {}", device_of(genotype), space_.format(without_device(genotype)));
}

Genotype DeviceSpace::parse(std::string_view text) const {
  constexpr std::string_view kMark = ": ";
  const std::size_t end = text.find(kMark);
  const auto device = std::ranges::find(devices_, text.substr(0, end));
  if (end == std::string_view::npos || device == devices_.end()) {
    throw SpaceError(fmt::format(
        "{} is no architecture on these devices: expected one of their names, a colon, a blank and "
        "the architecture",
        evonas::quoted(text)));
  }
  return genotype_of(static_cast<std::size_t>(device - devices_.begin()),
                     space_.parse(text.substr(end + kMark.size())));
}

std::vector<std::string> devices_of(const std::vector<std::string>& metrics) {
  if (metrics.size() < 2) return metrics;
  std::vector<std::string> reversed = metrics;
  for (std::string& text : reversed) std::ranges::reverse(text);
  const std::size_t front = common_words(metrics);
  const std::size_t back = common_words(reversed);
  std::vector<std::string> devices;
  for (const std::string& metric : metrics) {
    const std::size_t taken = front + back;
    devices.push_back(taken < metric.size() ? metric.substr(front, metric.size() - taken) : metric);
  }
  return devices;
}

std::vector<std::vector<std::size_t>> alike_devices(const std::vector<std::string>& devices,
                                                    const std::vector<std::string>& words) {
  const auto share_a_word = [&](const std::string& a, const std::string& b) {
    return std::ranges::any_of(words, [&](const std::string& word) {
      return a.find(word) != std::string::npos && b.find(word) != std::string::npos;
    });
  };
  std::vector<std::vector<std::size_t>> alike(devices.size());
  for (std::size_t device = 0; device < devices.size(); ++device) {
    for (std::size_t other = 0; other < devices.size(); ++other) {
      if (share_a_word(devices[device], devices[other])) alike[device].push_back(other);
    }
  }
  return alike;
}

}  // namespace evonas::cli
