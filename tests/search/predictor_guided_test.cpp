#include "search/guided/predictor_guided.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iterator>
#include <limits>
#include <map>
#include <memory>
#include <set>

#include <doctest/doctest.h>

#include "base/json.hpp"
#include "contract/algorithm_contract.hpp"
#include "predictor/plain_predictors.hpp"
#include "search/guided/batch_choice.hpp"
#include "search/known_metric.hpp"
#include "search/pareto.hpp"
#include "search/small_space.hpp"

using namespace evonas;
using namespace evonas::search;
using namespace evonas::tests;

namespace {

const SmallSpace kLarge{.genes = 6, .values = 5};
const Problem kError{.objectives = {{"error", Goal::Minimize}}};
const Problem kGain{.objectives = {{"gain", Goal::Maximize}}};

double error_of(const spaces::Genotype& genotype) {
  double error = 0.0;
  for (const auto gene : genotype.genes()) error += std::abs(gene - 2.4);
  return error;
}

double cost_of(const spaces::Genotype& genotype) {
  double cost = 0.0;
  for (const auto gene : genotype.genes()) cost += gene * gene;
  return cost;
}

/// Knows the truth about each architecture; learns from labels only in what scale they are.
class Oracle final : public predictor::Predictor {
 public:
  explicit Oracle(double (*truth)(const spaces::Genotype&)) : truth_(truth) {}

  void fit(std::span<const predictor::Label> labels, const predictor::FitControl&) override {
    scale_.clear();
    for (const predictor::Label& label : labels) scale_[truth_(label.genotype)] = label.value;
  }
  std::vector<predictor::Prediction> predict(
      std::span<const spaces::Genotype> block) const override {
    std::vector<predictor::Prediction> predictions;
    for (const spaces::Genotype& genotype : block)
      predictions.push_back({scaled(truth_(genotype))});
    return predictions;
  }
  std::size_t parameters() const override { return scale_.size(); }
  nlohmann::json state() const override { return {}; }
  void restore(const nlohmann::json&) override {}

 private:
  double scaled(double truth) const {
    const auto last = std::prev(scale_.end());
    if (truth > last->first) return last->second + truth - last->first;
    const auto above = scale_.lower_bound(truth);
    if (above == scale_.begin()) return above->second - (above->first - truth);
    const auto below = std::prev(above);
    const double share = (truth - below->first) / (above->first - below->first);
    return below->second + share * (above->second - below->second);
  }

  double (*truth_)(const spaces::Genotype&);
  std::map<double, double> scale_;
};

Guidance all_knowing(double (*truth)(const spaces::Genotype&)) {
  return {.make_predictor = [=](const std::string&, const std::string&) {
    return std::make_unique<Oracle>(truth);
  }};
}

Guidance unknowing(const spaces::AnySpace& space) {
  return {.make_predictor = [=](const std::string&, const std::string&) {
    return std::make_unique<predictor::RandomPredictor>(space);
  }};
}

AlgorithmOptions guided(const std::string& acquisition = "upper_bound") {
  AlgorithmOptions options{.algorithm = "predictor_guided", .seed = 3};
  options.guidance.acquisition = acquisition;
  options.guidance.initial = 10;
  options.guidance.candidates = 500;
  options.guidance.population = 50;
  return options;
}

void label_error(Individual& individual) {
  individual.objectives = {error_of(individual.genotype)};
  individual.violation = 0.0;
}

const Problem kCheap{.objectives = {{"error", Goal::Minimize}},
                     .limits = {Limit::parse("cost <= 16")}};

void label_cheap(Individual& individual) {
  label_error(individual);
  individual.limited = {cost_of(individual.genotype)};
  individual.violation = kCheap.violation({{"cost", {.value = cost_of(individual.genotype)}}});
}

void label_with_failures_and_limit(Individual& individual) {
  const double cost = cost_of(individual.genotype);
  if (static_cast<int>(cost) % 7 == 3) return;
  individual.objectives = {error_of(individual.genotype), cost};
  individual.limited = {cost};
  individual.violation = std::max(0.0, cost / 20.0 - 1.0);
}

const Problem kFrontWithinLimit{
    .objectives = {{"error", Goal::Minimize}, {"cost", Goal::Minimize}},
    .limits = {{.metric = "cost", .relation = Relation::AtMost, .bound = 20.0}}};

}  // namespace

TEST_CASE("a guided search keeps the contract, whatever is predicted and known") {
  const spaces::AnySpace space{SmallSpace{}};
  Guidance with_costs = unknowing(space);
  with_costs.known.push_back(std::make_shared<KnownMetric>("cost", cost_of));
  for (const char* acquisition :
       {"mean", "upper_bound", "expected_improvement", "expected_hypervolume", "thompson"}) {
    CAPTURE(acquisition);
    for (const Guidance& guidance : {unknowing(space), with_costs}) {
      AlgorithmOptions options = guided(acquisition);
      options.guidance.candidates = 60;
      options.guidance.population = 20;
      options.guidance.exploration = 0.2;
      check_algorithm(options, space, kFrontWithinLimit, label_with_failures_and_limit, 56,
                      guidance);
      check_asynchronous(options, space, kFrontWithinLimit, label_with_failures_and_limit, 56,
                         guidance);
    }
  }
}

TEST_CASE("what is predicted best is asked for first") {
  const spaces::AnySpace space{kLarge};
  double least = std::numeric_limits<double>::infinity();
  for (std::uint64_t i = 0; i < kLarge.size(); ++i) least = std::min(least, error_of(kLarge.at(i)));
  for (const char* acquisition : {"mean", "upper_bound", "expected_improvement"}) {
    CAPTURE(acquisition);
    const Asked asked = run_algorithm(guided(acquisition), space, kError, label_error, 15, 0,
                                      all_knowing(error_of));
    REQUIRE(asked.evaluated.size() == 15);
    CHECK(asked.evaluated[10].objectives.front() == least);
    CHECK(asked.evaluated[10].objectives <= asked.evaluated[11].objectives);
    CHECK(asked.evaluated[11].objectives <= asked.evaluated[14].objectives);
  }
}

TEST_CASE("what is maximised is predicted in its own sense") {
  const spaces::AnySpace space{kLarge};
  const auto gain = [](const spaces::Genotype& genotype) { return -error_of(genotype); };
  const Asked asked = run_algorithm(guided(), space, kGain, label_error, 11, 0, all_knowing(gain));
  const double found = asked.evaluated[10].objectives.front();
  for (std::uint64_t i = 0; i < kLarge.size(); ++i) CHECK(found <= error_of(kLarge.at(i)));
}

TEST_CASE("a known limit is never broken, from the first architecture on") {
  const spaces::AnySpace space{kLarge};
  Guidance guidance = all_knowing(error_of);
  guidance.known.push_back(std::make_shared<KnownMetric>("cost", cost_of));
  const auto search = [&](double exploration) {
    AlgorithmOptions options = guided();
    options.guidance.exploration = exploration;
    return run_algorithm(options, space, kCheap, label_cheap, 15, 0, guidance);
  };
  const Asked asked = search(0.0);
  for (const Individual& individual : asked.evaluated) CHECK(individual.feasible());
  for (const Individual& individual : search(1.0).evaluated) CHECK(individual.feasible());
  double least = std::numeric_limits<double>::infinity();
  for (std::uint64_t i = 0; i < kLarge.size(); ++i) {
    if (cost_of(kLarge.at(i)) <= 16) least = std::min(least, error_of(kLarge.at(i)));
  }
  CHECK(asked.evaluated[10].objectives.front() == least);
}

TEST_CASE("where genes are placed, the whole space is surveyed among what is predicted best") {
  struct Placed : SmallSpace {
    std::vector<spaces::GeneDescription> describe_genes() const {
      std::vector<spaces::GeneDescription> described;
      for (std::size_t gene = 0; gene < genes; ++gene) {
        described.push_back({.name = std::to_string(gene)});
      }
      return described;
    }
    std::vector<bool> placed_genes(const spaces::Genotype&) const {
      std::vector<bool> placed(genes, true);
      placed[0] = false;
      return placed;
    }
  };
  Guidance guidance = all_knowing(error_of);
  guidance.known.push_back(std::make_shared<KnownMetric>("cost", cost_of));
  const auto beyond_limit = [&](const spaces::AnySpace& space, std::int64_t survey,
                                std::size_t batch) {
    AlgorithmOptions options = guided();
    options.batch = static_cast<std::int64_t>(batch);
    options.guidance.survey = survey;
    const Asked asked = run_algorithm(options, space, kCheap, label_cheap, 26, 0, guidance);
    for (std::size_t i = 0; i < 10; ++i) CHECK(asked.evaluated[i].feasible());
    return std::ranges::count_if(asked.evaluated,
                                 [](const Individual& each) { return !each.feasible(); });
  };
  const SmallSpace small{.genes = 6, .values = 5};
  for (const std::size_t batch : {1, 4, 5}) {
    CAPTURE(batch);
    CHECK(beyond_limit(spaces::AnySpace{small}, -1, batch) == 0);
    CHECK(beyond_limit(spaces::AnySpace{Placed{small}}, 0, batch) == 0);
    // One architecture in ten keeps the limit.
    CHECK(beyond_limit(spaces::AnySpace{Placed{small}}, -1, batch) <= 5);
    CHECK(beyond_limit(spaces::AnySpace{Placed{small}}, -1, batch) >= 2);
    CHECK(beyond_limit(spaces::AnySpace{Placed{small}}, 12, batch) > 5);
  }
}

TEST_CASE("a known limit with a confidence is kept at the upper end of the interval") {
  const spaces::AnySpace space{kLarge};
  Problem problem{.objectives = {{"error", Goal::Minimize}},
                  .limits = {Limit::parse("cost <= 24")}};
  problem.limits.front().confidence = 0.975;
  for (const char* algorithm : {"predictor_guided", "ofa_evolution"}) {
    CAPTURE(algorithm);
    Guidance guidance = all_knowing(error_of);
    guidance.known.push_back(std::make_shared<KnownMetric>("cost", cost_of, 4.0));
    AlgorithmOptions options = guided();
    options.algorithm = algorithm;
    if (options.algorithm == "ofa_evolution") options.identity = "genotype";
    const Asked asked = run_algorithm(
        options, space, problem,
        [&](Individual& individual) {
          label_error(individual);
          const double cost = cost_of(individual.genotype);
          individual.limited = {cost};
          individual.violation =
              problem.violation({{"cost", {.value = cost, .low = cost - 4.0, .high = cost + 4.0}}});
        },
        15, 0, guidance);
    // By its value alone the best network of all, of which each gene is 2, would keep the limit.
    for (const Individual& individual : asked.evaluated) {
      CHECK(cost_of(individual.genotype) <= 20.0);
      CHECK(individual.feasible());
    }
  }
}

TEST_CASE("a limit on a predicted metric is kept as far as it is predicted") {
  const spaces::AnySpace space{kLarge};
  const Problem problem{.objectives = {{"cost", Goal::Minimize}},
                        .limits = {Limit::parse("cost >= 30")}};
  const auto search = [&](const std::string& feasibility) {
    AlgorithmOptions options = guided("mean");
    options.guidance.feasibility = feasibility;
    return run_algorithm(
        options, space, problem,
        [](Individual& individual) {
          const double cost = cost_of(individual.genotype);
          individual.objectives = {cost};
          individual.limited = {cost};
          individual.violation = std::max(0.0, 1.0 - cost / 30.0);
        },
        20, 0, all_knowing(cost_of));
  };
  const Asked likely = search("likely");
  for (std::size_t i = 10; i < 20; ++i) {
    CHECK(likely.evaluated[i].feasible());
    CHECK(likely.evaluated[i].objectives.front() <= 33.0);
  }
  // What is sure to improve comes first; where nothing does, all are equal.
  const Asked weighed = search("weighed");
  double best = kInfinity;
  for (const Individual& individual : weighed.evaluated) {
    if (individual.feasible()) best = std::min(best, individual.objectives.front());
  }
  CHECK(best <= 31.0);
}

TEST_CASE("with several objectives the front is asked for") {
  const spaces::AnySpace space{kLarge};
  std::vector<Individual> all;
  for (std::uint64_t i = 0; i < kLarge.size(); ++i) {
    all.push_back({.genotype = kLarge.at(i),
                   .key = space.key(kLarge.at(i)),
                   .objectives = {error_of(kLarge.at(i)), cost_of(kLarge.at(i))}});
  }
  const std::vector<double> reference{100.0, 200.0};
  const auto volume = [&](const std::vector<Individual>& individuals) {
    std::vector<std::vector<double>> points;
    for (const Individual& individual : individuals) points.push_back(individual.objectives);
    return hypervolume(points, reference);
  };
  Guidance guidance = all_knowing(error_of);
  guidance.known.push_back(std::make_shared<KnownMetric>("cost", cost_of));
  const Problem problem{.objectives = {{"error", Goal::Minimize}, {"cost", Goal::Minimize}}};
  for (const char* acquisition :
       {"upper_bound", "expected_improvement", "expected_hypervolume", "thompson"}) {
    CAPTURE(acquisition);
    const Asked asked = run_algorithm(
        guided(acquisition), space, problem,
        [](Individual& individual) {
          individual.objectives = {error_of(individual.genotype), cost_of(individual.genotype)};
          individual.violation = 0.0;
        },
        50, 0, guidance);
    CHECK(volume(asked.evaluated) > 0.999 * volume(all));
  }
}

TEST_CASE("a guided search tells what its predictor cost, once it has one") {
  const auto algorithm =
      make_algorithm(guided(), spaces::AnySpace{kLarge}, kError, all_knowing(error_of));
  std::vector<Individual> told;
  for (const spaces::Genotype& genotype : algorithm->ask(10)) {
    told.push_back({.genotype = genotype, .index = told.size()});
    label_error(told.back());
  }
  CHECK(algorithm->learning_time().fit == 0.0);
  CHECK(algorithm->learning_time().score == 0.0);
  algorithm->tell(told);
  const auto begin = std::chrono::steady_clock::now();
  algorithm->ask(5);
  const std::chrono::duration<double> all = std::chrono::steady_clock::now() - begin;
  const LearningTime learning = algorithm->learning_time();
  CHECK(learning.fit > 0.0);
  CHECK(learning.score > 0.0);
  CHECK(learning.fit + learning.score < all.count());
}

TEST_CASE("a guided search knows what the genes matter to what it predicts, once it has learnt") {
  const spaces::AnySpace space{kLarge};
  Guidance guidance = all_knowing(error_of);
  guidance.known.push_back(std::make_shared<KnownMetric>("cost", cost_of));
  const Problem problem{.objectives = {{"error", Goal::Minimize}, {"cost", Goal::Minimize}}};
  const auto algorithm = make_algorithm(guided(), space, problem, guidance);
  const auto round = [&](std::size_t count) {
    std::vector<Individual> told;
    for (const spaces::Genotype& genotype : algorithm->ask(count)) {
      told.push_back({.genotype = genotype,
                      .objectives = {error_of(genotype), cost_of(genotype)},
                      .index = told.size()});
    }
    algorithm->tell(told);
  };
  round(10);
  CHECK(algorithm->gene_importance().empty());
  round(5);
  const GeneImportances importance = algorithm->gene_importance();
  REQUIRE(importance.size() == 1);
  CHECK(importance.at("error").size() == kLarge.genes);
  CHECK(*std::ranges::max_element(importance.at("error")) > 0.0);
  CHECK(algorithm->gene_importance() == importance);
}

TEST_CASE("a guided search tells what it expects of the best that it has not asked for") {
  const spaces::AnySpace space{kLarge};
  Guidance guidance = all_knowing(error_of);
  guidance.known.push_back(std::make_shared<KnownMetric>("cost", cost_of));
  const Problem one{.objectives = {{"error", Goal::Minimize}}};
  const Problem two{.objectives = {{"error", Goal::Minimize}, {"cost", Goal::Minimize}}};
  for (const Problem& problem : {one, two}) {
    const std::size_t objectives = problem.objectives.size();
    CAPTURE(objectives);
    const auto algorithm = make_algorithm(guided(), space, problem, guidance);
    std::set<std::string> asked;
    const auto round = [&](std::size_t count) {
      std::vector<Individual> told;
      for (const spaces::Genotype& genotype : algorithm->ask(count)) {
        asked.insert(space.format(genotype));
        told.push_back({.genotype = genotype, .index = told.size()});
        told.back().objectives = {error_of(genotype)};
        if (objectives == 2) told.back().objectives.push_back(cost_of(genotype));
        told.back().violation = 0.0;
      }
      algorithm->tell(told);
    };
    round(10);
    CHECK(algorithm->predicted_front().empty());
    round(5);
    const PredictedFront front = algorithm->predicted_front();
    CHECK(front.size() > 1);
    CHECK(front.size() <= (objectives == 1 ? 10 : 50));
    for (const PredictedArchitecture& member : front) {
      CHECK_FALSE(asked.contains(member.architecture));
      CHECK(member.metrics.size() == objectives);
      CHECK(member.metrics.at("error").low.has_value());
      if (objectives == 1) continue;
      const evaluation::Measurement& cost = member.metrics.at("cost");
      CHECK(cost.value == cost_of(space.parse(member.architecture)));
      CHECK_FALSE(cost.low.has_value());
    }
    for (std::size_t i = 1; i < front.size(); ++i) {
      CHECK(front[i - 1].metrics.at("error").value <= front[i].metrics.at("error").value);
    }
    CHECK(algorithm->predicted_front() == front);
    CHECK(parse_predicted_front(to_text(front)) == front);
  }
  CHECK_THROWS_AS(parse_predicted_front("[{}]"), SearchError);
}

/// Expects the error of an architecture in the scale of the labels, and learns at once.
class Quick final : public predictor::Predictor {
 public:
  using Labels = std::vector<predictor::Label>;

  explicit Quick(std::shared_ptr<std::vector<Labels>> learnt) : learnt_(std::move(learnt)) {}

  void fit(std::span<const predictor::Label> labels, const predictor::FitControl&) override {
    learnt_->emplace_back(labels.begin(), labels.end());
  }
  void refresh(std::span<const predictor::Label> labels, std::size_t,
               const predictor::FitControl& control) override {
    fit(labels, control);
  }
  bool refreshes_at_once() const override { return true; }
  std::vector<predictor::Prediction> predict(
      std::span<const spaces::Genotype> block) const override {
    std::vector<predictor::Prediction> predictions;
    for (const spaces::Genotype& genotype : block) {
      predictions.push_back({.mean = 0.1 * error_of(genotype), .deviation = 0.1});
    }
    return predictions;
  }
  std::size_t parameters() const override { return learnt_->size(); }
  nlohmann::json state() const override { return {}; }
  void restore(const nlohmann::json&) override {}

 private:
  std::shared_ptr<std::vector<Labels>> learnt_;
};

TEST_CASE("what is under way is learnt from with the values that are believed of it") {
  const auto learnt = std::make_shared<std::vector<Quick::Labels>>();
  const Guidance guidance{.make_predictor = [=](const std::string&, const std::string&) {
    return std::make_unique<Quick>(learnt);
  }};
  const auto algorithm = make_algorithm(
      guided(), spaces::AnySpace{SmallSpace{.genes = 6, .values = 5}}, kError, guidance);
  std::vector<Individual> asked;
  const auto ask = [&] {
    asked.push_back({.genotype = algorithm->ask(1).at(0), .index = asked.size()});
    return asked.back().genotype;
  };
  const auto tell = [&](std::size_t index) {
    label_error(asked[index]);
    algorithm->tell(std::span(asked).subspan(index, 1));
  };
  for (int i = 0; i < 10; ++i) ask();
  for (std::size_t i = 0; i < 9; ++i) tell(i);
  // Not all of the beginning is told of: what is asked for is random still.
  ask();
  CHECK(algorithm->origins().front().how == Operator::Random);
  CHECK(learnt->empty());
  tell(9);
  // One is under way: it stands behind the ten labels, with what is believed of it.
  const spaces::Genotype pending = asked[10].genotype;
  ask();
  CHECK(algorithm->origins().front().how != Operator::Random);
  REQUIRE(learnt->size() == 2);
  CHECK(learnt->front().size() == 10);
  REQUIRE(learnt->back().size() == 11);
  CHECK(learnt->back().back().genotype == pending);
  CHECK(learnt->back().back().value == 0.1 * error_of(pending));
  // Once it is told of it is a label like the others, and the next one is believed.
  tell(10);
  learnt->clear();
  ask();
  REQUIRE(learnt->size() == 2);
  CHECK(learnt->front().size() == 11);
  CHECK(learnt->front().back().genotype == pending);
  CHECK(learnt->front().back().value != 0.1 * error_of(pending));
  CHECK(learnt->back().back().genotype == asked[11].genotype);
  // A failure is no longer under way, and is no label.
  asked[11].violation = std::numeric_limits<double>::infinity();
  algorithm->tell(std::span(asked).subspan(11, 1));
  tell(12);
  learnt->clear();
  ask();
  REQUIRE(learnt->size() == 1);
  CHECK(learnt->front().size() == 12);
}

TEST_CASE("a front is not asked for twice: what is under way counts as a part of it") {
  const auto candidate = [](double error, double cost) {
    GuidedCandidate made;
    made.individual.objectives = {error, cost};
    made.outlook = {{.mean = error, .deviation = 0.0}, {.mean = cost, .deviation = 0.0}};
    return made;
  };
  const std::vector<Individual> evaluated{{.objectives = {10.0, 1.0}}, {.objectives = {1.0, 10.0}}};
  const std::vector<GuidedCandidate> candidates{candidate(3.0, 3.0), candidate(2.0, 6.0)};
  const auto chosen = [&](const std::vector<GuidedCandidate>& pending) {
    return choose_for_front(
        candidates,
        {.gain = gain_beyond(evaluated, pending, guided("mean").guidance, Rng(1, "test"))},
        BatchSpacing(candidates, {}, 0), 1);
  };
  CHECK(chosen({}) == std::vector<std::size_t>{0});
  // One much like the best is under way.
  CHECK(chosen({candidate(2.9, 2.9)}) == std::vector<std::size_t>{1});
  // One that breaks a limit takes nobody's place.
  std::vector<GuidedCandidate> pending{candidate(2.9, 2.9)};
  pending.front().individual.violation = 1.0;
  CHECK(chosen(pending) == std::vector<std::size_t>{0});
}

TEST_CASE("a guided search needs predictors") {
  CHECK_THROWS_WITH_AS(make_algorithm(guided(), spaces::AnySpace{kLarge}, kError),
                       "the algorithm predictor_guided was given nothing that makes predictors",
                       SearchError);
}
