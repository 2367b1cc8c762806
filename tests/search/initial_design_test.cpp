#include "search/guided/initial_design.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include <doctest/doctest.h>

#include "search/known_metric.hpp"
#include "search/small_space.hpp"

namespace evonas::search {
namespace {

using namespace evonas::tests;

const SmallSpace kDesignSpace{.genes = 6, .values = 5};

double near_first_gene(const spaces::Genotype& genotype) { return genotype[0] + 0.1 * genotype[2]; }
double near_second_gene(const spaces::Genotype& genotype) {
  return genotype[1] + 0.1 * genotype[3];
}

std::vector<spaces::Genotype> designed(const std::string& spread, std::uint64_t seed,
                                       bool knows_both) {
  AlgorithmOptions options{.algorithm = "predictor_guided", .seed = seed};
  options.guidance.initial = 9;
  options.guidance.initial_spread = spread;
  const spaces::AnySpace space{kDesignSpace};
  std::vector<std::shared_ptr<evaluation::Evaluator>> sources{
      std::make_shared<KnownMetric>("first", near_first_gene)};
  if (knows_both) sources.push_back(std::make_shared<KnownMetric>("second", near_second_gene));
  const std::array<std::string, 2> wanted{"first", "second"};
  KnownMetrics known(space, sources, wanted);
  KnownMetrics size(space, {}, {});
  return initial_design(options, Novelty(options, space), {}, known, size);
}

/// The least distance of two architectures by two metrics.
double closest(const std::vector<spaces::Genotype>& architectures) {
  double least = 1e9;
  for (std::size_t i = 0; i < architectures.size(); ++i) {
    for (std::size_t j = i + 1; j < architectures.size(); ++j) {
      least = std::min(
          least,
          std::hypot(near_first_gene(architectures[i]) - near_first_gene(architectures[j]),
                     near_second_gene(architectures[i]) - near_second_gene(architectures[j])));
    }
  }
  return least;
}

TEST_CASE("a beginning that is spread over all known metrics is further apart in them") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    CAPTURE(seed);
    const auto all = designed("all", seed, true);
    CHECK(all.size() == 9);
    CHECK(closest(all) > 1.0);
    CHECK(closest(all) > closest(designed("first", seed, true)));
    CHECK(designed("all", seed, true) == all);
  }
}

TEST_CASE("with one known metric a beginning is spread over its strata, whatever is asked") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    CHECK(designed("all", seed, false) == designed("first", seed, false));
    CHECK(designed("first", seed, true) == designed("first", seed, false));
  }
}

}  // namespace
}  // namespace evonas::search
