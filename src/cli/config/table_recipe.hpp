#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "base/fields.hpp"
#include "cli/config/space_section.hpp"
#include "evaluation/latency/latency_options.hpp"
#include "evaluation/training/training_options.hpp"

namespace evonas::config {

/// How a benchmark table of one's own is made: which networks are trained, how, and how often.
struct TableRecipe {
  std::string title;
  AnySpaceSection space;
  evaluation::TrainingOptions train;
  std::uint64_t seed = 1;
  std::int64_t repeated = 500;
  std::int64_t repeats = 3;
  evaluation::LatencyOptions latency;
  std::int64_t measured = 300;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("title", title, "what the table is called", required());
    visit("space", space, "the space, every distinct network of which is trained", required());
    visit("train", train, "recipe of each training", required());
    visit("seed", seed, "fixes the split, the order and the seeds of all trainings");
    visit("repeated", repeated, "random networks that are trained several times, for the noise",
          between(0, 1e9));
    visit("repeats", repeats, "trainings of each of those", between(1, 100));
    visit("latency", latency, "how latency is measured, by operation and whole");
    visit("measured", measured, "random networks whose latency is measured whole", between(0, 1e9));
  }
};

/// Reads a recipe file. Throws yaml::YamlError with all faults, and where the space cannot be
/// enumerated.
TableRecipe load_table_recipe(const std::filesystem::path& file,
                              std::span<const std::string> overrides = {});

}  // namespace evonas::config
