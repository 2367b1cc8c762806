#include "evaluation/training/training_evaluator.hpp"

#include <map>

#include <tbb/global_control.h>

#include "torch_doctest.hpp"
#include "training/training_fixture.hpp"

namespace evonas::evaluation {
namespace {

struct EvaluatorFixture : tests::TrainingFixture {
  const spaces::AnySpace space = tests::small_space();

  std::vector<Candidate> candidates(std::size_t count) const {
    Rng rng(5, "test");
    std::vector<Candidate> block;
    for (std::size_t i = 0; i < count; ++i) {
      const spaces::Genotype genotype = space.sample(rng);
      block.push_back({.genotype = genotype, .key = space.key(genotype), .seed = 100 + i});
    }
    return block;
  }
};

std::map<std::size_t, Outcome> evaluate(TrainingEvaluator& evaluator,
                                        const std::vector<Candidate>& block,
                                        std::stop_token stop = {}) {
  std::map<std::size_t, Outcome> outcomes;
  evaluator.evaluate(
      block, [&](std::size_t i, Outcome outcome) { outcomes[i] = std::move(outcome); }, stop);
  return outcomes;
}

}  // namespace

TEST_CASE_FIXTURE(EvaluatorFixture, "training learns, in float32 and in bfloat16") {
  const auto genotype = space.parse(
      "|nor_conv_3x3~0|+|none~0|nor_conv_1x1~1|+|skip_connect~0|avg_pool_3x3~1|nor_conv_3x3~2|");
  for (const char* precision : {"float32", "bfloat16"}) {
    CAPTURE(precision);
    options.precision = precision;
    const TrainingEvaluator evaluator(space, options, "accuracy", 1);
    std::int64_t epochs = 0;
    const auto result = evaluator.train(space.network(genotype, evaluator.input()), 1, {},
                                        [&](const TrainingProgress& progress) {
                                          ++epochs;
                                          CHECK(progress.epoch == epochs);
                                        });
    REQUIRE(result);
    CHECK(epochs == 4);
    CHECK(result->validation_accuracy > 80.0);
    CHECK(result->test_accuracy > 80.0);
    CHECK(result->seconds > 0.0);
    const graph::Graph network = space.network(genotype, evaluator.input());
    graph::check_weights(network, result->weights);
    CHECK((result->weights != graph::initial_weights(network, 1)));  // neither can be printed
  }
}

TEST_CASE_FIXTURE(EvaluatorFixture,
                  "labels depend on the seed and not on the number of trainings at once") {
  const auto block = candidates(4);
  options.epochs = 1;
  options.crop = 1;
  options.flip = true;
  std::vector<std::map<std::size_t, double>> runs;
  const tbb::global_control threads(tbb::global_control::max_allowed_parallelism, 3);
  for (const std::int64_t concurrency : {1, 2, 3}) {
    options.concurrency = concurrency;
    TrainingEvaluator evaluator(space, options, "accuracy", 1);
    std::map<std::size_t, double> values;
    for (const auto& [i, outcome] : evaluate(evaluator, block)) {
      CHECK(outcome.failure == "");
      values[i] = outcome.metrics.at("accuracy").value;
    }
    CHECK(values.size() == 4);
    runs.push_back(values);
  }
  CHECK(runs[0] == runs[1]);
  CHECK(runs[0] == runs[2]);
}

TEST_CASE_FIXTURE(EvaluatorFixture, "a diverging training is a failure with its reason") {
  options.learning_rate = 100.0;
  options.gradient_clip = 0.0;
  options.weight_decay = 1.0;
  options.momentum = 0.99;
  options.epochs = 30;
  options.warmup_epochs = 0.0;
  TrainingEvaluator evaluator(space, options, "accuracy", 1);
  const auto outcomes = evaluate(evaluator, candidates(1));
  REQUIRE(outcomes.size() == 1);
  CHECK(outcomes.at(0).metrics.empty());
  CHECK(outcomes.at(0).failure.find("training diverged") != std::string::npos);
}

TEST_CASE_FIXTURE(EvaluatorFixture, "what was stopped has no outcome") {
  TrainingEvaluator evaluator(space, options, "accuracy", 1);
  std::stop_source stop;
  stop.request_stop();
  CHECK(evaluate(evaluator, candidates(3), stop.get_token()).empty());
  const auto network = space.network(candidates(1)[0].genotype, evaluator.input());
  CHECK_FALSE(evaluator.train(network, 1, stop.get_token()).has_value());
}

TEST_CASE_FIXTURE(EvaluatorFixture,
                  "hopeless trainings are stopped early, and the others are as without") {
  const auto block = candidates(3);
  options.epochs = 3;
  TrainingEvaluator plain(space, options, "accuracy", 1);
  TrainingEvaluator stopping(space, options, "accuracy", 1, OwnEarlyStopping{.candidates = 3});
  CHECK(plain.deterministic());
  CHECK_FALSE(stopping.deterministic());
  const auto expected = evaluate(plain, block);
  // None of a block is compared with others of it.
  const auto outcomes = evaluate(stopping, block);
  REQUIRE(outcomes.size() == 3);
  for (const auto& [i, outcome] : outcomes) {
    CHECK(expected.at(i).by_epoch.empty());
    CHECK(outcome.failure == "");
    CHECK((outcome.metrics == expected.at(i).metrics));
    REQUIRE(outcome.by_epoch.size() == 3);
    CHECK(outcome.by_epoch.at(3).at("accuracy") == outcome.metrics.at("accuracy").value);
  }
  // Of an earlier session.
  const std::vector<Outcome> perfect(3, {.by_epoch = {{1, {{"accuracy", 100.5}}}}});
  for (auto* evaluator : {&plain, &stopping}) evaluator->recall(perfect);
  TrainingEvaluator resumed(space, options, "accuracy", 1, OwnEarlyStopping{.candidates = 3});
  resumed.recall(perfect);
  for (const auto& [i, outcome] : evaluate(resumed, block)) {
    CHECK(outcome.failure.starts_with("stopped early: after epoch 1 accuracy is "));
    CHECK(outcome.metrics.empty());
    REQUIRE(outcome.by_epoch.size() == 1);
    CHECK(outcome.by_epoch.at(1) == outcomes.at(i).by_epoch.at(1));
    CHECK(outcome.seconds > 0.0);
  }
  CHECK(evaluate(plain, block).at(0).ok());
}

TEST_CASE_FIXTURE(EvaluatorFixture, "a device that is not there is refused with the reason") {
  options.device = "cuda:77";
  CHECK_THROWS_AS(TrainingEvaluator(space, options, "accuracy", 1), EvaluationError);
  options.device = "tpu";
  CHECK_THROWS_AS(TrainingEvaluator(space, options, "accuracy", 1), EvaluationError);
}

}  // namespace evonas::evaluation
