#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>

#include "base/fields.hpp"
#include "cli/config/configuration.hpp"
#include "cli/config/space_section.hpp"
#include "evaluation/latency/latency_options.hpp"

namespace evonas::config {

/// Networks that are alike: some of those of one space.
struct LatencyFamily {
  AnySpaceSection space;
  std::string input = "imagenet";
  std::optional<std::int64_t> networks;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("space", space, "the space that the networks are drawn from", required());
    visit("input", input,
          "what they read: cifar10, cifar100, imagenet16, imagenet, fashion_mnist, mnist or "
          "CxHxW:CLASSES; a space with resolutions says the size itself",
          checked(Configuration::input_fault));
    visit("networks", networks, "how many, where that differs from the other families",
          between(1, 1e6));
  }
};

/// Which networks have their latency measured, and how: a benchmark of latency predictors.
struct LatencyRecipe {
  std::string title;
  std::map<std::string, LatencyFamily> families;
  std::int64_t networks = 500;
  std::uint64_t seed = 1;
  evaluation::LatencyOptions latency;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("title", title, "what the benchmark is called", required());
    visit("families", families, "families of networks, by name", required());
    visit("networks", networks, "random networks of each family, all distinct", between(1, 1e6));
    visit("seed", seed, "fixes which networks, and the order in which they are measured");
    visit("latency", latency, "how latency is measured");
  }
};

/// Reads a recipe file. Throws yaml::YamlError with all faults.
LatencyRecipe load_latency_recipe(const std::filesystem::path& file,
                                  std::span<const std::string> overrides = {});

/// The file that declares the space of a family; null where it needs none.
std::string* declaration_of(LatencyFamily& family);

}  // namespace evonas::config
