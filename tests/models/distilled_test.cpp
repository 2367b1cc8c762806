#include "predictor/models/distilled.hpp"

#include "contract/joint_predictor_contract.hpp"
#include "predictor/models/gaussian_process.hpp"
#include "spaces/space_list.hpp"
#include "torch_doctest.hpp"

namespace evonas::predictor {
namespace {

// Small enough for a test; what counts here is what it does, not how well.
constexpr DistillationOptions kSmallStudent = {.pool = 300,
                                               .pool_of_label = 1,
                                               .width = 32,
                                               .steps = 200,
                                               .refreshed = 100,
                                               .refresh_steps = 50,
                                               .batch = 64};

std::unique_ptr<JointPredictor> processes(const std::shared_ptr<const GraphFeatures>& features,
                                          std::size_t metrics) {
  return separate_metrics(metrics, [&] { return std::make_unique<GaussianProcess>(features); });
}

/// Of Gaussian processes.
std::unique_ptr<JointPredictor> student_of(const std::shared_ptr<const GraphFeatures>& features,
                                           const DistillationOptions& options,
                                           std::size_t metrics) {
  return std::make_unique<Distilled>(features, processes(features, metrics), options);
}

TEST_CASE("a distilled predictor keeps the contract") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  const auto features = std::make_shared<const GraphFeatures>(space);
  check_predictor(
      space, [&] { return std::make_unique<OneMetric>(student_of(features, kSmallStudent, 1)); },
      0.5);
}

TEST_CASE("a student of two metrics keeps the contract") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  const auto features = std::make_shared<const GraphFeatures>(space);
  check_joint_predictor(
      space, [&] { return student_of(features, kSmallStudent, 2); }, 0.3);
}

TEST_CASE("a student counts the products of the layers that it has") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  const auto features = std::make_shared<const GraphFeatures>(space);
  OneMetric student(student_of(features, kSmallStudent, 1));
  CHECK_THROWS_AS(student.multiply_accumulates(8), PredictorError);
  student.fit(made_up_labels(space, 20), {});
  const double expected = 32.0 * (static_cast<double>(features->size()) + 32.0 + 2.0);
  CHECK(student.multiply_accumulates(8) == expected);
  OneMetric restored(student_of(features, {}, 1));  // 256 wide by default
  restored.restore(student.state());
  CHECK(restored.multiply_accumulates(8) == expected);
}

TEST_CASE("a student predicts what its teacher does") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  const auto features = std::make_shared<const GraphFeatures>(space);
  const std::vector<Label> labels = made_up_labels(space, 80);
  GaussianProcess teacher(features);
  teacher.fit(labels, {.seed = derive_seed(1, "any", 0)});
  OneMetric student(student_of(features, {.pool = 2000, .width = 64, .steps = 600}, 1));
  student.fit(labels, {});
  std::vector<spaces::Genotype> block;
  for (const Label& label : made_up_labels(space, 500)) block.push_back(label.genotype);
  std::vector<double> taught;
  std::vector<double> learnt;
  std::vector<double> taught_deviations;
  std::vector<double> learnt_deviations;
  for (const auto& [mean, deviation] : teacher.predict(block)) {
    taught.push_back(mean);
    taught_deviations.push_back(deviation);
  }
  for (const auto& [mean, deviation] : student.predict(block)) {
    learnt.push_back(mean);
    learnt_deviations.push_back(deviation);
  }
  CHECK(kendall_tau_b(taught, learnt) > 0.85);
  CHECK(kendall_tau_b(taught_deviations, learnt_deviations) > 0.5);
}

/// A Gaussian process that counts what it predicts.
class CountingProcess final : public Predictor {
 public:
  CountingProcess(const std::shared_ptr<const GraphFeatures>& features, std::size_t& predicted)
      : process_(features), predicted_(predicted) {}

  void fit(std::span<const Label> labels, const FitControl& control) override {
    process_.fit(labels, control);
  }
  void refresh(std::span<const Label> labels, std::size_t known,
               const FitControl& control) override {
    process_.refresh(labels, known, control);
  }
  std::vector<Prediction> predict(std::span<const spaces::Genotype> block) const override {
    predicted_ += block.size();
    return process_.predict(block);
  }
  std::size_t parameters() const override { return process_.parameters(); }
  double multiply_accumulates(std::size_t nodes) const override {
    return process_.multiply_accumulates(nodes);
  }
  nlohmann::json state() const override { return process_.state(); }
  void restore(const nlohmann::json& state) override { process_.restore(state); }

 private:
  GaussianProcess process_;
  std::size_t& predicted_;
};

TEST_CASE("the more labels, the more a student asks its teacher, up to a limit") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  const auto features = std::make_shared<const GraphFeatures>(space);
  const auto asked = [&](std::size_t labels) {
    std::size_t predicted = 0;
    OneMetric student(std::make_unique<Distilled>(
        features,
        separate_metrics(1, [&] { return std::make_unique<CountingProcess>(features, predicted); }),
        DistillationOptions{
            .pool = 100, .pool_of_label = 10, .largest_pool = 200, .width = 8, .steps = 10}));
    student.fit(made_up_labels(space, labels), {});
    return predicted - labels;  // which it is asked about too
  };
  CHECK(asked(5) == 100);
  CHECK(asked(15) == 150);
  CHECK(asked(60) == 200);
}

}  // namespace
}  // namespace evonas::predictor
