#include "cli/run/latency_build.hpp"

#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/random.hpp"
#include "cli/run/atomic_file.hpp"
#include "cli/run/build_folder.hpp"
#include "cli/run/latency_file.hpp"
#include "cli/run/latency_networks.hpp"
#include "cli/run/latency_rounds.hpp"
#include "cli/run/network_family.hpp"
#include "yaml/writer.hpp"

namespace evonas::cli {
namespace {

namespace fs = std::filesystem;

/// A family, and those of its networks that are measured.
struct SampledFamily {
  NetworkFamily family;
  std::vector<spaces::Genotype> networks;
};

std::vector<SampledFamily> sample_families(const config::LatencyRecipe& recipe) {
  std::vector<SampledFamily> sampled;
  for (NetworkFamily& family : families_of(recipe)) {
    const std::int64_t count = recipe.families.at(family.name).networks.value_or(recipe.networks);
    auto networks = sample_distinct(family, static_cast<std::size_t>(count), recipe.seed);
    sampled.push_back({.family = std::move(family), .networks = std::move(networks)});
  }
  return sampled;
}

/// The declarations of the families, by the names that they have in the folder.
using Declarations = std::map<std::string, std::string>;

/// Lets the recipe refer to declarations in its own folder.
Declarations take_declarations(config::LatencyRecipe& recipe) {
  Declarations declarations;
  for (auto& [name, family] : recipe.families) {
    std::string* const file = config::declaration_of(family);
    if (file == nullptr) continue;
    const std::string own = fmt::format("spaces/{}.yaml", name);
    declarations.emplace(own, read_whole(*file));
    *file = own;
  }
  return declarations;
}

nlohmann::json manifest_of(const config::LatencyRecipe& recipe) {
  return {{"title", recipe.title},
          {"batch", recipe.latency.batch},
          {"threads", recipe.latency.threads},
          {"device", recipe.latency.device},
          {"rounds", recipe.latency.rounds}};
}

/// What is to be measured, the families mixed, so that none of them meets a slow hour alone.
std::vector<MeasuredNetwork> in_random_order(const std::vector<SampledFamily>& families,
                                             std::deque<LatencyFile>& files, std::uint64_t seed) {
  std::vector<MeasuredNetwork> order;
  for (std::size_t i = 0; i < families.size(); ++i) {
    const NetworkFamily& family = families[i].family;
    for (const spaces::Genotype& genotype : families[i].networks) {
      order.push_back({.file = &files[i],
                       .architecture = family.space.format(genotype),
                       .network = [&family, &genotype] { return family.network(genotype); }});
    }
  }
  Rng(seed, "order of measurements").shuffle(std::span(order));
  return order;
}

std::vector<LatencyRow> measured_rows(const std::vector<SampledFamily>& families,
                                      const std::deque<LatencyFile>& files) {
  std::vector<LatencyRow> rows;
  for (std::size_t i = 0; i < families.size(); ++i) {
    const auto& [family, networks] = families[i];
    for (const spaces::Genotype& genotype : networks) {
      const std::string architecture = family.space.format(genotype);
      const auto found = files[i].fastest().find(architecture);
      if (found == files[i].fastest().end()) continue;
      rows.push_back({.family = family.name,
                      .architecture = architecture,
                      .latency = found->second,
                      .costs = network_costs(family.network(genotype))});
    }
  }
  return rows;
}

}  // namespace

LatencyBuildResult build_latency(const config::LatencyRecipe& recipe, const fs::path& folder,
                                 Log& log, const std::stop_token& stop) {
  const std::vector<SampledFamily> families = sample_families(recipe);
  config::LatencyRecipe own = recipe;
  const Declarations declarations = take_declarations(own);
  const BuildFolder claimed(folder, yaml::to_yaml(own));
  for (const auto& [name, content] : declarations) claimed.keep(name, content);
  claimed.note_host(manifest_of(recipe));

  fs::create_directories(claimed.file("measured"));
  std::deque<LatencyFile> files;
  for (const SampledFamily& sampled : families) {
    files.emplace_back(claimed.file(fmt::format("measured/{}.csv", sampled.family.name)));
  }
  const MeasuredRounds measured =
      measure_in_rounds(in_random_order(families, files, recipe.seed), recipe.latency, log, stop);
  const std::vector<LatencyRow> rows = measured_rows(families, files);
  write_latency_rows(rows, claimed.file(kLatencyRowsFile));
  log.info(fmt::format("wrote {}", claimed.file(kLatencyRowsFile).string()));
  return {.complete = measured.complete, .networks = rows.size(), .failures = measured.failures};
}

}  // namespace evonas::cli
