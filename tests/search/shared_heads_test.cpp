#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "contract/algorithm_contract.hpp"
#include "message_of.hpp"
#include "predictor/joint_predictor.hpp"
#include "search/additive_predictor.hpp"
#include "search/known_metric.hpp"
#include "search/screened_search.hpp"
#include "search/small_space.hpp"

// GuidanceOptions::heads: several metrics that are learnt and scored together.
namespace evonas::search {
namespace {

using namespace evonas::tests;

/// One fit or refresh of a joint predictor.
struct Lesson {
  bool is_refresh = false;
  std::vector<std::size_t> labels;  ///< of each metric
  std::vector<std::size_t> known;   ///< of a refresh

  bool operator==(const Lesson&) const = default;
};

/// Predictors that share nothing, under one roof that notes what it is asked.
class Noted final : public predictor::JointPredictor {
 public:
  Noted(std::size_t metrics, std::shared_ptr<std::vector<Lesson>> lessons)
      : inner_(predictor::separate_metrics(metrics,
                                           [] { return std::make_unique<AdditivePredictor>(); })),
        lessons_(std::move(lessons)) {}

  std::size_t metrics() const override { return inner_->metrics(); }
  void fit(predictor::LabelLists labels, const predictor::FitControl& control) override {
    note({.labels = sizes(labels)});
    inner_->fit(labels, control);
  }
  void refresh(predictor::LabelLists labels, std::span<const std::size_t> known,
               const predictor::FitControl& control) override {
    note({.is_refresh = true, .labels = sizes(labels), .known = {known.begin(), known.end()}});
    inner_->refresh(labels, known, control);
  }
  std::vector<std::vector<predictor::Prediction>> predict(
      std::span<const spaces::Genotype> block) const override {
    return inner_->predict(block);
  }
  std::size_t parameters() const override { return inner_->parameters(); }
  double multiply_accumulates(std::size_t) const override { return 0.0; }
  nlohmann::json state() const override { return inner_->state(); }
  void restore(const nlohmann::json& state) override { inner_->restore(state); }

 private:
  void note(Lesson lesson) const {
    if (lessons_) lessons_->push_back(std::move(lesson));
  }
  static std::vector<std::size_t> sizes(predictor::LabelLists labels) {
    std::vector<std::size_t> sizes;
    for (const auto& list : labels) sizes.push_back(list.size());
    return sizes;
  }

  std::unique_ptr<predictor::JointPredictor> inner_;
  std::shared_ptr<std::vector<Lesson>> lessons_;
};

Guidance joint_guidance(std::shared_ptr<std::vector<Lesson>> lessons = nullptr) {
  Guidance guidance = additive_guidance();
  guidance.make_joint_predictor = [lessons = std::move(lessons)](const std::string&,
                                                                 std::size_t metrics) {
    return std::make_unique<Noted>(metrics, lessons);
  };
  return guidance;
}

double sum_of(const spaces::Genotype& genotype) {
  double sum = 0.0;
  for (const auto gene : genotype.genes()) sum += gene;
  return sum;
}

double odd_genes_of(const spaces::Genotype& genotype) {
  double count = 0.0;
  for (const auto gene : genotype.genes()) count += gene % 2;
  return count;
}

void label_both(Individual& individual) {
  const double sum = sum_of(individual.genotype);
  if (static_cast<int>(sum) % 7 == 3) return;
  individual.objectives = {sum, odd_genes_of(individual.genotype)};
  individual.limited = {sum};
  individual.violation = std::max(0.0, sum / 12.0 - 1.0);
}

const Problem kBoth{.objectives = {{"sum", Goal::Minimize}, {"odd", Goal::Maximize}},
                    .limits = {{.metric = "sum", .relation = Relation::AtMost, .bound = 12.0}}};

AlgorithmOptions with_heads(const std::string& heads) {
  AlgorithmOptions options{.algorithm = "predictor_guided", .seed = 3};
  options.guidance.heads = heads;
  options.guidance.initial = 10;
  options.guidance.candidates = 60;
  options.guidance.population = 20;
  return options;
}

TEST_CASE("a guided search with shared heads keeps the contract") {
  const spaces::AnySpace space{SmallSpace{}};
  check_algorithm(with_heads("shared"), space, kBoth, label_both, 56, joint_guidance());
  check_asynchronous(with_heads("shared"), space, kBoth, label_both, 56, joint_guidance());
}

TEST_CASE("heads that share nothing guide as separate predictors do") {
  const spaces::AnySpace space{SmallSpace{}};
  const auto asked = [&](const std::string& heads) {
    return run_algorithm(with_heads(heads), space, kBoth, label_both, 40, 0, joint_guidance());
  };
  CHECK(asked("shared").genotypes == asked("separate").genotypes);
}

TEST_CASE("all metrics that are predicted are learnt together, refreshed as labels arrive") {
  const spaces::AnySpace space{SmallSpace{.genes = 6, .values = 5}};
  const auto lessons = std::make_shared<std::vector<Lesson>>();
  AlgorithmOptions options = with_heads("shared");
  options.guidance.refit = 2.0;
  options.guidance.tau_drop = 2.0;
  const auto label = [](Individual& individual) {
    individual.objectives = {sum_of(individual.genotype), odd_genes_of(individual.genotype)};
    individual.limited = {individual.objectives.front()};
    individual.violation = 0.0;
  };
  run_algorithm(options, space, kBoth, label, 25, 0, joint_guidance(lessons));
  REQUIRE(lessons->size() == 3);
  CHECK((lessons->at(0) == Lesson{.labels = {10, 10}, .known = {}}));
  CHECK((lessons->at(1) == Lesson{.is_refresh = true, .labels = {15, 15}, .known = {10, 10}}));
  CHECK((lessons->at(2) == Lesson{.labels = {20, 20}, .known = {}}));
}

TEST_CASE("a metric that is predicted alone has a predictor of its own, whatever heads are asked") {
  const spaces::AnySpace space{SmallSpace{}};
  const auto lessons = std::make_shared<std::vector<Lesson>>();
  Guidance guidance = joint_guidance(lessons);
  guidance.known.push_back(std::make_shared<KnownMetric>("sum", sum_of));
  const auto asked = [&](const std::string& heads) {
    return run_algorithm(with_heads(heads), space, kBoth, label_both, 30, 0, guidance);
  };
  CHECK(asked("shared").genotypes == asked("separate").genotypes);
  CHECK(lessons->empty());
}

TEST_CASE("shared heads need what makes them") {
  CHECK(tests::message_of<SearchError>([] {
          make_algorithm(with_heads("shared"), spaces::AnySpace{SmallSpace{}}, kBoth,
                         additive_guidance());
        }) ==
        "the algorithm predictor_guided was given nothing that makes predictors with shared heads");
}

TEST_CASE("each metric has the predictor that is named for it, and shared heads have one") {
  const spaces::AnySpace space{SmallSpace{}};
  std::vector<std::string> made;
  Guidance guidance = joint_guidance();
  guidance.make_predictor = [&](const std::string& name, const std::string&) {
    made.push_back(name);
    return std::make_unique<AdditivePredictor>();
  };
  AlgorithmOptions options = with_heads("separate");
  const auto refusal = [&](std::map<std::string, std::string> named) {
    options.guidance.predictor.named = std::move(named);
    return message_of<SearchError>([&] { make_algorithm(options, space, kBoth, guidance); });
  };
  CHECK(refusal({{"odd", "gp"}, {"sum", "trees"}}).empty());
  CHECK(made == std::vector<std::string>{"trees", "gp"});
  CHECK(refusal({{"odd", "gp"}}) ==
        "the option 'guidance.predictor' of the search algorithm names none for the metric 'sum', "
        "which is predicted; name one, or one for all metrics");
  CHECK(refusal({{"odd", "gp"}, {"sum", "gp"}, {"other", "gp"}}) ==
        "the option 'guidance.predictor' of the search algorithm names one for the metric 'other', "
        "which is no objective and has no limit; leave it out");
  options.guidance.heads = "shared";
  CHECK(refusal({{"odd", "mixture"}, {"sum", "mixture"}}).empty());
  CHECK(refusal({{"odd", "mixture"}, {"sum", "evonas"}}) ==
        "the option 'guidance.heads' of the search algorithm is shared, which is for metrics with "
        "one predictor, and 'guidance.predictor' names evonas and mixture");
  guidance.known.push_back(std::make_shared<KnownMetric>("sum", sum_of));
  CHECK(refusal({{"odd", "gp"}}).empty());
  CHECK(refusal({{"odd", "gp"}, {"sum", "gp"}}) ==
        "the option 'guidance.predictor' of the search algorithm names one for the metric 'sum', "
        "which is known of every architecture and costs nothing; leave it out");
}

TEST_CASE("heads learn from screenings of one metric as predictors of their own do") {
  const auto search = [](const std::string& heads, std::size_t threads) {
    toy::ScreenedWorld world(17, threads);
    world.setup.algorithm.guidance.heads = heads;
    world.setup.make_joint_predictor = joint_guidance().make_joint_predictor;
    return toy::text_of(world.run());
  };
  const std::string separate = search("separate", 1);
  CHECK(search("shared", 1) == separate);
  CHECK(search("shared", 3) == separate);
}

}  // namespace
}  // namespace evonas::search
