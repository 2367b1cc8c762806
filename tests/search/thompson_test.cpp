#include <algorithm>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "base/json.hpp"
#include "contract/algorithm_contract.hpp"
#include "predictor/ensemble.hpp"
#include "search/guided/assessor.hpp"
#include "search/known_metric.hpp"
#include "search/small_space.hpp"

// Draws by members of predictors (GuidanceOptions::acquisition).
namespace evonas::search {
namespace {

using namespace evonas::tests;

double gene_of(const spaces::Genotype& genotype, std::size_t gene) {
  return static_cast<double>(genotype[gene]);
}

double first_of(const spaces::Genotype& genotype) { return gene_of(genotype, 0); }

/// As many members as there are genes; each expects a gene.
class GeneMembers final : public predictor::Predictor, public predictor::Ensemble {
 public:
  explicit GeneMembers(std::size_t genes) : genes_(genes) {}

  void fit(std::span<const predictor::Label>, const predictor::FitControl&) override {}
  std::vector<predictor::Prediction> predict(
      std::span<const spaces::Genotype> block) const override {
    return std::vector<predictor::Prediction>(block.size(), {.mean = 1.0, .deviation = 0.5});
  }
  const Ensemble* ensemble() const override { return this; }
  std::vector<double> shares() const override {
    return std::vector<double>(genes_, 1.0 / static_cast<double>(genes_));
  }
  std::vector<predictor::MemberMeans> predict_members(
      std::span<const spaces::Genotype> block) const override {
    predictor::MemberMeans means(genes_);
    for (std::size_t gene = 0; gene < genes_; ++gene) {
      for (const spaces::Genotype& of : block) means[gene].push_back(gene_of(of, gene));
    }
    return {std::move(means)};
  }
  std::size_t parameters() const override { return 1; }
  nlohmann::json state() const override { return {}; }
  void restore(const nlohmann::json&) override {}

 private:
  std::size_t genes_;
};

constexpr std::size_t kMembers = 5;

Guidance by_genes() {
  return {.make_predictor = [](const std::string&, const std::string&) {
    return std::make_unique<GeneMembers>(kMembers);
  }};
}

AlgorithmOptions drawing(const std::string& acquisition) {
  AlgorithmOptions options{.algorithm = "predictor_guided", .seed = 3};
  options.guidance.acquisition = acquisition;
  options.guidance.initial = 10;
  options.guidance.candidates = 60;
  options.guidance.population = 20;
  return options;
}

const Problem kDrawnOne{.objectives = {{"error", Goal::Minimize}}};
const Problem kDrawnTwo{.objectives = {{"error", Goal::Minimize}, {"gain", Goal::Maximize}}};

/// An assessor that has learnt, and candidates of which each gene is the lowest in some.
struct DrawingWorld {
  explicit DrawingWorld(const std::string& acquisition, const Problem& problem = kDrawnOne,
                        const Guidance& guidance = by_genes())
      : assessor(drawing(acquisition), spaces::AnySpace{SmallSpace{.genes = kMembers}}, problem,
                 guidance) {
    for (std::uint64_t i = 0; i < 12; ++i) {
      Individual& individual = evaluated.emplace_back();
      individual.genotype = SmallSpace{.genes = kMembers}.at(83 * i);
      individual.objectives.assign(problem.objectives.size(), static_cast<double>(i));
      assessor.add(individual);
    }
    assessor.learn(evaluated, 7);
    std::vector<spaces::Genotype> block;
    std::vector<Key> keys;
    for (std::uint64_t i = 0; i < 200; ++i) {
      block.push_back(SmallSpace{.genes = kMembers}.at(5 * i));
      keys.push_back(spaces::key_of_genes(block.back().genes()));
    }
    candidates = assessor.assess(block, keys);
  }

  /// The genes whose order is that of what a choice draws of an objective.
  std::set<std::size_t> genes_drawn(std::size_t pick, std::size_t objective, double sign) const {
    std::vector<std::pair<double, const spaces::Genotype*>> order;
    for (const GuidedCandidate& candidate : candidates) {
      order.emplace_back(sign * assessor.drawn(candidate, pick)[objective],
                         &candidate.individual.genotype);
    }
    std::ranges::sort(order, {}, &std::pair<double, const spaces::Genotype*>::first);
    std::set<std::size_t> genes;
    for (std::size_t gene = 0; gene < kMembers; ++gene) {
      if (std::ranges::is_sorted(order, {},
                                 [&](const auto& drawn) { return gene_of(*drawn.second, gene); })) {
        genes.insert(gene);
      }
    }
    return genes;
  }

  Assessor assessor;
  std::vector<Individual> evaluated;
  std::vector<GuidedCandidate> candidates;
};

TEST_CASE("each choice of a batch goes by one member, the same for all candidates") {
  const DrawingWorld world("thompson");
  CHECK(world.assessor.draws_by_members());
  std::set<std::size_t> all;
  for (std::size_t pick = 0; pick < 12; ++pick) {
    const std::set<std::size_t> genes = world.genes_drawn(pick, 0, 1.0);
    REQUIRE(genes.size() == 1);
    all.insert(*genes.begin());
  }
  CHECK(all.size() > 2);
}

TEST_CASE("with several objectives each choice draws a member for each predictor") {
  const DrawingWorld world("thompson", kDrawnTwo);
  bool differs = false;
  for (std::size_t pick = 0; pick < 12; ++pick) {
    const std::set<std::size_t> error = world.genes_drawn(pick, 0, 1.0);
    const std::set<std::size_t> gain = world.genes_drawn(pick, 1, -1.0);
    REQUIRE(error.size() == 1);
    REQUIRE(gain.size() == 1);
    differs = differs || error != gain;
  }
  CHECK(differs);
}

TEST_CASE("inside the evolution each candidate has a member of its own") {
  const DrawingWorld world("thompson");
  std::set<std::size_t> all;
  for (const GuidedCandidate& candidate : world.candidates) {
    std::set<std::size_t> genes;
    for (std::size_t gene = 0; gene < kMembers; ++gene) {
      if (candidate.individual.objectives.front() == gene_of(candidate.individual.genotype, gene)) {
        genes.insert(gene);
      }
    }
    CHECK_FALSE(genes.empty());
    if (genes.size() == 1) all.insert(genes.begin(), genes.end());
  }
  CHECK(all.size() == kMembers);
}

TEST_CASE("independent draws look at no member, and are each candidate's own for each choice") {
  const DrawingWorld world("independent_thompson", kDrawnTwo);
  CHECK_FALSE(world.assessor.draws_by_members());
  std::set<double> drawn;
  for (const GuidedCandidate& candidate : world.candidates) {
    CHECK(candidate.members.empty());
    for (std::size_t pick = 0; pick < 3; ++pick) {
      const std::vector<double> values = world.assessor.drawn(candidate, pick);
      drawn.insert(values.begin(), values.end());
    }
  }
  CHECK(drawn.size() == 2 * 3 * world.candidates.size());
  CHECK_FALSE(DrawingWorld("mean").assessor.draws_by_members());
}

TEST_CASE("a metric that is known is not drawn") {
  Guidance guidance = by_genes();
  guidance.known.push_back(std::make_shared<KnownMetric>("gain", first_of));
  const DrawingWorld world("thompson", kDrawnTwo, guidance);
  for (const GuidedCandidate& candidate : world.candidates) {
    CHECK(world.assessor.drawn(candidate, 1)[1] == -first_of(candidate.individual.genotype));
  }
}

TEST_CASE("searches that draw keep the contract") {
  const spaces::AnySpace space{SmallSpace{}};
  for (const char* acquisition : {"thompson", "independent_thompson"}) {
    for (const Problem& problem : {kDrawnOne, kDrawnTwo}) {
      const auto label = [&](Individual& individual) {
        individual.objectives.assign(problem.objectives.size(), first_of(individual.genotype));
        individual.violation = 0.0;
      };
      check_algorithm(drawing(acquisition), space, problem, label, 56, by_genes());
      check_asynchronous(drawing(acquisition), space, problem, label, 56, by_genes());
    }
  }
}

}  // namespace
}  // namespace evonas::search
