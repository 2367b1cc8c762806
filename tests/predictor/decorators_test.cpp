#include "predictor/decorators.hpp"

#include <new>

#include "contract/predictor_contract.hpp"
#include "message_of.hpp"
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
    if (block.size() > room_) throw std::bad_alloc();
    std::vector<Prediction> predictions;
    for (std::size_t i = 0; i < block.size(); ++i) {
      predictions.push_back({.mean = static_cast<double>(asked_++)});
    }
    return predictions;
  }
  std::size_t parameters() const override { return 0; }
  nlohmann::json state() const override { return {}; }
  void restore(const nlohmann::json& /*state*/) override {}

  mutable std::size_t asked_ = 0;
  mutable std::size_t largest_ = 0;

 private:
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
      space, [&] { return std::make_unique<CachedPredictor>(random(), space, 1000); }, -1.0);
  check_predictor(
      space, [&] { return std::make_unique<ChunkedPredictor>(random(), 7); }, -1.0);
  check_predictor(
      space, [&] { return std::make_unique<CheckedPredictor>(random(), random(), space, 1e-9); },
      -1.0);
}

TEST_CASE("a cache predicts each network once, until the next fit") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  auto counting = std::make_unique<Counting>(1000);
  const Counting& asked = *counting;
  CachedPredictor cached(std::move(counting), space, 1000);
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
  CachedPredictor cached(std::make_unique<Counting>(1000), space, 10);
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

TEST_CASE("predictors that disagree are found out") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  const std::vector<Label> labels = made_up_labels(space, 30);
  CheckedPredictor checked(std::make_unique<ConstantPredictor>(),
                           std::make_unique<RandomPredictor>(space), space, 0.1);
  checked.fit(labels, {});
  const std::string message = message_of<PredictorError>([&] { checked.predict(some(space, 30)); });
  CAPTURE(message);
  CHECK(message.starts_with("two predictors that were to agree say "));
  CHECK(message.find("|") != std::string::npos);
}

TEST_CASE("known values are predicted, and the mean of the labels elsewhere") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  const std::vector<Label> labels = made_up_labels(space, 30);
  KnownValues predictor(space, labels);
  CHECK_THROWS_AS(predictor.predict(some(space, 3)), PredictorError);
  predictor.fit(std::vector<Label>{{labels[0].genotype, 5.0}}, {});
  CHECK(predictor.predict(std::vector{labels[3].genotype})[0].mean == labels[3].value);
  const spaces::Genotype other =
      space.parse("|none~0|+|none~0|none~1|+|nor_conv_1x1~0|none~1|none~2|");
  CHECK(predictor.predict(std::vector{other})[0].mean == 5.0);
}

}  // namespace
}  // namespace evonas::predictor
