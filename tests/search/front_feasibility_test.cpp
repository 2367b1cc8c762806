#include <algorithm>
#include <cmath>
#include <vector>

#include <doctest/doctest.h>

#include "base/json.hpp"
#include "contract/algorithm_contract.hpp"
#include "search/guided/assessor.hpp"
#include "search/known_metric.hpp"
#include "search/small_space.hpp"

// Merits of candidates with several objectives: what they add to the front, times the probability
// that limits on predicted metrics hold.
namespace evonas::search {
namespace {

using namespace evonas::tests;

const SmallSpace kSmall{.genes = 4, .values = 4};

double front_error(const spaces::Genotype& genotype) {
  return std::abs(genotype[0] - 1.3) + std::abs(genotype[1] - 1.6);
}
double front_cost(const spaces::Genotype& genotype) {
  return genotype[0] + 2.0 * genotype[1] + 0.1 * genotype[2];
}

/// Expects of each architecture a gene in the scale of the scores, with some deviation.
class ByGene final : public predictor::Predictor {
 public:
  explicit ByGene(std::size_t gene) : gene_(gene) {}
  void fit(std::span<const predictor::Label>, const predictor::FitControl&) override {}
  std::vector<predictor::Prediction> predict(
      std::span<const spaces::Genotype> block) const override {
    std::vector<predictor::Prediction> predictions;
    for (const spaces::Genotype& genotype : block) {
      predictions.push_back({.mean = genotype[gene_] - 1.5, .deviation = 0.4});
    }
    return predictions;
  }
  std::size_t parameters() const override { return 1; }
  nlohmann::json state() const override { return {}; }
  void restore(const nlohmann::json&) override {}

 private:
  std::size_t gene_;
};

const Problem kFront{.objectives = {{"error", Goal::Minimize}, {"cost", Goal::Minimize}},
                     .limits = {Limit::parse("size <= 5")}};

/// The error is the first gene, the cost the second, the size the third.
Guidance by_gene() {
  Guidance guidance;
  guidance.make_predictor = [made = std::size_t{0}](const std::string&,
                                                    const std::string&) mutable {
    return std::make_unique<ByGene>(made++);
  };
  return guidance;
}

AlgorithmOptions weighing(const std::string& acquisition, const std::string& feasibility) {
  AlgorithmOptions options{.algorithm = "predictor_guided", .seed = 3};
  options.guidance.acquisition = acquisition;
  options.guidance.feasibility = feasibility;
  options.guidance.initial = 10;
  options.guidance.candidates = 60;
  options.guidance.population = 20;
  return options;
}

std::vector<GuidedCandidate> assessed(const AlgorithmOptions& options, const Guidance& guidance,
                                      double violation) {
  Assessor assessor(options, spaces::AnySpace{kSmall}, kFront, guidance);
  std::vector<Individual> evaluated;
  for (std::uint64_t i = 0; i < 10; ++i) {
    const auto value = static_cast<double>(i);
    evaluated.push_back({.genotype = kSmall.at(17 * i),
                         .objectives = {value, 9.0 - value},
                         .limited = {value},
                         .violation = violation});
    assessor.add(evaluated.back());
  }
  assessor.learn(evaluated, 1);
  std::vector<spaces::Genotype> block;
  std::vector<Key> keys;
  for (std::uint64_t i = 0; i < kSmall.size(); ++i) {
    block.push_back(kSmall.at(i));
    keys.push_back(spaces::key_of_genes(block.back().genes()));
  }
  return assessor.assess(block, keys);
}

/// Whether candidates have better merits the lower that gene is and the others are equal.
bool prefers_low(const std::vector<GuidedCandidate>& candidates, std::size_t gene) {
  std::size_t step = 1;
  for (std::size_t i = 0; i < gene; ++i) step *= 4;
  for (std::size_t i = 0; i + step < candidates.size(); ++i) {
    if (i / step % 4 == 3) continue;  // the next one has a lower gene there
    const auto& lower = candidates[i].individual.objectives;
    const auto& higher = candidates[i + step].individual.objectives;
    if (!(lower.front() < higher.front())) return false;
  }
  return true;
}

TEST_CASE("merits of several objectives are what is added to the front times its feasibility") {
  const auto weighed = assessed(weighing("upper_bound", "weighed_always"), by_gene(), 0.0);
  for (const GuidedCandidate& candidate : weighed) {
    CHECK(candidate.individual.objectives.size() == 1);
    CHECK(candidate.individual.violation == 0.0);
    CHECK(candidate.log_feasible < 0.0);
  }
  for (const std::size_t gene : {0U, 1U, 2U}) CHECK(prefers_low(weighed, gene));
  CHECK_FALSE(prefers_low(weighed, 3));
  // Before any is feasible, only that counts.
  const auto hopeful = assessed(weighing("mean", "weighed_always"), by_gene(), 1.0);
  CHECK(prefers_low(hopeful, 2));
  CHECK_FALSE(prefers_low(hopeful, 0));
}

TEST_CASE("what is added to the front is a merit without weighing too, beside known objectives") {
  const auto driven = assessed(weighing("expected_hypervolume", "weighed"), by_gene(), 0.0);
  CHECK(driven.front().individual.objectives.size() == 1);
  for (const std::size_t gene : {0U, 1U}) CHECK(prefers_low(driven, gene));
  CHECK_FALSE(prefers_low(driven, 2));
  const auto broken = [](const GuidedCandidate& candidate) {
    return candidate.individual.violation > 0.0;
  };
  CHECK(std::ranges::any_of(driven, broken));  // likelier than not
  Guidance guidance = by_gene();
  guidance.known.push_back(std::make_shared<KnownMetric>("cost", front_cost));
  const auto beside = assessed(weighing("expected_hypervolume", "likely"), guidance, 0.0);
  for (const GuidedCandidate& candidate : beside) {
    REQUIRE(candidate.individual.objectives.size() == 2);
    CHECK(candidate.individual.objectives[1] == front_cost(candidate.individual.genotype));
  }
  // Without a front there is nothing to add to.
  const auto none = assessed(weighing("expected_hypervolume", "likely"), by_gene(), 1.0);
  CHECK(none.front().individual.objectives.size() == 2);
  // The usual merits are one an objective.
  CHECK(assessed(weighing("upper_bound", "weighed"), by_gene(), 0.0)
            .front()
            .individual.objectives.size() == 2);
}

TEST_CASE("searches that weigh what is added to the front keep the contract") {
  const spaces::AnySpace space{SmallSpace{}};
  const auto label = [](Individual& individual) {
    const double cost = front_cost(individual.genotype);
    if (static_cast<int>(cost) % 7 == 3) return;
    individual.objectives = {front_error(individual.genotype), cost};
    individual.limited = {1.0 * individual.genotype[2]};
    individual.violation = std::max(0.0, individual.limited.front() / 5.0 - 1.0);
  };
  const Guidance guidance{.make_predictor = [](const std::string&, const std::string&) {
    return std::make_unique<ByGene>(1);
  }};
  const AlgorithmOptions options = weighing("expected_hypervolume", "weighed_always");
  check_algorithm(options, space, kFront, label, 56, guidance);
  check_asynchronous(options, space, kFront, label, 56, guidance);
}

}  // namespace
}  // namespace evonas::search
