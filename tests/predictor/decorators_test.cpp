#include "predictor/decorators.hpp"

#include <new>
#include <stdexcept>

#include "contract/predictor_contract.hpp"
#include "message_of.hpp"
#include "predictor/explainer.hpp"
#include "predictor/plain_predictors.hpp"
#include "spaces/space_list.hpp"

namespace evonas::predictor {
namespace {

using tests::message_of;

/// Predicts the number of architectures that it has been asked for so far, and has no memory for
/// more than `room` at once.
class Counting final : public Predictor {
 public:
  explicit Counting(std::size_t room) : room_(room) {}

  void fit(std::span<const Label> /*labels*/, const FitControl& /*control*/) override {}
  std::vector<Prediction> predict(std::span<const spaces::Genotype> block) const override {
    largest_ = std::max(largest_, block.size());
    if (block.size() > room_) report_shortage();
    std::vector<Prediction> predictions;
    for (std::size_t i = 0; i < block.size(); ++i) {
      predictions.push_back({.mean = static_cast<double>(asked_++)});
    }
    return predictions;
  }
  std::size_t parameters() const override { return 0; }
  nlohmann::json state() const override { return {}; }
  void restore(const nlohmann::json& /*state*/) override {}

  bool refreshes_at_once() const override { return true; }
  double multiply_accumulates(std::size_t nodes) const override {
    return static_cast<double>(nodes);
  }
  const Explainer* explainer() const override { return &explainer_; }

  mutable std::size_t asked_ = 0;
  mutable std::size_t largest_ = 0;

 private:
  /// As the program, LibTorch on the host and LibTorch on a GPU do, by turns.
  void report_shortage() const {
    const std::size_t turn = shortages_++ % 3;
    if (turn == 0) throw std::bad_alloc();
    throw std::runtime_error(turn == 1 ? "DefaultCPUAllocator: can't allocate memory"
                                       : "CUDA out of memory. Tried to allocate 20.00 MiB");
  }

  struct Silent final : Explainer {
    std::vector<double> node_weights(const spaces::Genotype& /*architecture*/) const override {
      return {};
    }
  };
  Silent explainer_;
  mutable std::size_t shortages_ = 0;
  std::size_t room_;
};

std::vector<spaces::Genotype> some(const spaces::AnySpace& space, std::uint64_t count) {
  std::vector<spaces::Genotype> block;
  for (const Label& label : made_up_labels(space, count)) block.push_back(label.genotype);
  return block;
}

TEST_CASE("decorators keep the contract") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  const auto random = [&] { return std::make_unique<RandomPredictor>(space); };
  check_predictor(
      space, [&] { return std::make_unique<CachedPredictor>(random(), 1000); }, -1.0);
  check_predictor(
      space, [&] { return std::make_unique<ChunkedPredictor>(random(), 7); }, -1.0);
  check_predictor(
      space, [&] { return std::make_unique<CheckedPredictor>(random(), random(), space, 1e-9); },
      -1.0);
}

TEST_CASE("a cache predicts each architecture once, until the next fit") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  auto counting = std::make_unique<Counting>(1000);
  const Counting& asked = *counting;
  CachedPredictor cached(std::move(counting), 1000);
  std::vector<spaces::Genotype> block = some(space, 20);
  block.push_back(block[3]);
  const std::vector<Prediction> predictions = cached.predict(block);
  CHECK(predictions[20] == predictions[3]);
  CHECK(asked.asked_ == cached.size());
  CHECK(cached.size() <= 20);
  CHECK(cached.predict(block) == predictions);
  CHECK(asked.asked_ == cached.size());
  cached.fit({}, {});
  CHECK(cached.size() == 0);
  CHECK(cached.predict(block)[0].mean > predictions[19].mean);
}

TEST_CASE("a cache holds no more than it may") {
  const spaces::AnySpace space = spaces::make_space("nasbench101");
  CachedPredictor cached(std::make_unique<Counting>(1000), 10);
  for (std::uint64_t i = 1; i < 10; ++i) {
    cached.predict(some(space, 4 * i));
    CHECK(cached.size() <= 10);
  }
}

TEST_CASE("parts that there is no memory for are halved") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  auto counting = std::make_unique<Counting>(6);
  const Counting& asked = *counting;
  const ChunkedPredictor chunked(std::move(counting), 100);
  const std::vector<spaces::Genotype> block = some(space, 50);
  const std::vector<Prediction> predictions = chunked.predict(block);
  REQUIRE(predictions.size() == 50);
  for (std::size_t i = 0; i < 50; ++i) CHECK(predictions[i].mean == static_cast<double>(i));
  CHECK(asked.largest_ == 50);
  const ChunkedPredictor none(std::make_unique<Counting>(0), 100);
  CHECK(message_of<PredictorError>([&] { none.predict(block); }) ==
        "there is not enough memory to predict a single architecture");
}

TEST_CASE("parts of several metrics are halved too") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  const ChunkedJoint chunked(separate_metrics(2, [] { return std::make_unique<Counting>(6); }));
  const std::vector<std::vector<Prediction>> predictions = chunked.predict(some(space, 50));
  REQUIRE(predictions.size() == 2);
  for (const std::vector<Prediction>& of_metric : predictions) {
    REQUIRE(of_metric.size() == 50);
    for (std::size_t i = 0; i < 50; ++i) CHECK(of_metric[i].mean == static_cast<double>(i));
  }
}

TEST_CASE("errors that are not about memory are left as they are") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  const ChunkedPredictor chunked(std::make_unique<RandomPredictor>(space));
  CHECK(message_of<PredictorError>([&] { chunked.predict(some(space, 3)); }) ==
        "the random predictor has not been fitted yet");
}

TEST_CASE("a decorator tells what the predictor behind it tells") {
  auto counting = std::make_unique<Counting>(6);
  const Counting& behind = *counting;
  const ChunkedPredictor decorated(std::make_unique<CachedPredictor>(std::move(counting), 10));
  CHECK(decorated.refreshes_at_once());
  CHECK(decorated.multiply_accumulates(7) == 7.0);
  CHECK(decorated.explainer() == behind.explainer());
  const ChunkedPredictor plain(std::make_unique<ConstantPredictor>());
  CHECK_FALSE(plain.refreshes_at_once());
  CHECK(plain.explainer() == nullptr);
}

TEST_CASE("predictors that disagree are found out") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  const std::vector<Label> labels = made_up_labels(space, 30);
  CheckedPredictor checked(std::make_unique<ConstantPredictor>(),
                           std::make_unique<RandomPredictor>(space), space, 0.1);
  checked.fit(labels, {});
  const std::string message =
      message_of<DisagreementError>([&] { checked.predict(some(space, 30)); });
  CAPTURE(message);
  CHECK(message.starts_with("two predictors that were to agree say "));
  CHECK(message.find("|") != std::string::npos);
}

}  // namespace
}  // namespace evonas::predictor
