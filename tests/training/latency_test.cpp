#include "evaluation/latency/latency.hpp"

#include <fstream>

#include "torch_doctest.hpp"
#include "training/training_fixture.hpp"

namespace evonas::evaluation {
namespace {

const spaces::AnySpace kSpace = tests::small_space();
const spaces::NetworkInput kInput{.channels = 1, .height = 14, .width = 14, .classes = 10};
const LatencyOptions kQuick{.warmup_seconds = 0.0, .interval_width = 0.5, .max_seconds = 0.05};

graph::Graph network(std::uint64_t seed) {
  Rng rng(seed, "test");
  return kSpace.network(kSpace.sample(rng), kInput);
}

std::string lookup_failure(const std::filesystem::path& file, const std::string& text) {
  std::ofstream(file) << text;
  try {
    const LatencyLookup lookup(file, kQuick);
    return "";
  } catch (const EvaluationError& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("a measurement has its median inside its interval") {
  const LatencyResult result = measure_latency(network(1), kQuick);
  CHECK(result.median_ms > 0.0);
  CHECK(result.low_ms <= result.median_ms);
  CHECK(result.median_ms <= result.high_ms);
  CHECK(result.calls >= 3);
}

TEST_CASE("a look-up table measures an operation once and keeps it in its file") {
  const tests::TemporaryFolder folder;
  const auto file = folder / "latency.csv";
  LatencyLookup lookup(file, kQuick);
  CHECK_THROWS_AS(lookup.latency_ms(network(1), false), EvaluationError);
  const double first = lookup.latency_ms(network(1), true);
  CHECK(first > 0.0);
  CHECK(lookup.latency_ms(network(1), false) == first);
  const std::size_t size = lookup.size();
  lookup.latency_ms(network(2), true);
  CHECK(lookup.size() >= size);

  LatencyLookup again(file, kQuick);
  CHECK(again.size() == lookup.size());
  CHECK(again.latency_ms(network(1), false) == first);
  LatencyOptions other = kQuick;
  other.batch = 8;
  CHECK_THROWS_AS(LatencyLookup(file, other), EvaluationError);
}

TEST_CASE("damaged look-up tables are named with line and reason") {
  const tests::TemporaryFolder folder;
  const auto file = folder / "latency.csv";
  const std::string head = "# latency by operation: batch 1, threads 1, device cpu\n";
  const std::string columns = "operation,latency_ms,low_ms,high_ms\n";
  const auto expect = [&](const std::string& text, const std::string& part) {
    const std::string found = lookup_failure(file, text);
    CAPTURE(found);
    CHECK(found.find(part) != std::string::npos);
  };
  expect("", ":1:");
  expect("garbage\n", ":1: expected '# latency");
  expect(head + "a,b\n", ":2: expected the columns");
  expect(head + columns + "Relu,1,2\n", ":3: expected 4 fields, found 3");
  expect(head + columns + "Relu,1,x,3\n", ":3: expected three numbers");
  expect(head + columns + "Relu,-1,1,3\n", ":3: expected three numbers");
  expect(head + columns + "Relu,nan,1,3\n", ":3: expected three numbers");
  expect(head + columns + "Relu,1,1,3\nRelu,1,1,3\n", ":4: the operation 'Relu' is there twice");
}

TEST_CASE("rounds of measurements yield one latency, the least") {
  const tests::TemporaryFolder folder;
  LatencyOptions thrice = kQuick;
  thrice.rounds = 3;
  std::vector<Candidate> block;
  for (std::uint64_t i = 0; i < 2; ++i) {
    Rng rng(i, "test");
    const spaces::Genotype genotype = kSpace.sample(rng);
    block.push_back({.genotype = genotype, .key = kSpace.key(genotype)});
  }
  std::vector<std::size_t> told;
  MeasuredLatency(kSpace, kInput, thrice, "latency_ms")
      .evaluate(block,
                [&](std::size_t i, const Outcome& outcome) {
                  CHECK(outcome.metrics.at("latency_ms").value > 0.0);
                  told.push_back(i);
                },
                {});
  CHECK((told == std::vector<std::size_t>{0, 1}));

  const auto lookup = std::make_shared<LatencyLookup>(folder / "latency.csv", thrice);
  LookupLatency looked_up(kSpace, kInput, lookup, "latency_ms");
  std::stop_source stopped;
  stopped.request_stop();
  looked_up.evaluate(
      block, [](std::size_t, const Outcome&) { FAIL("it was stopped"); }, stopped.get_token());
  CHECK(lookup->size() == 0);
  LookupLatency beside_trainings(kSpace, kInput, lookup, "latency_ms", /*measures=*/false);
  std::size_t refused = 0;
  beside_trainings.evaluate(block,
                            [&](std::size_t, const Outcome& outcome) {
                              refused += outcome.failure.find("is not in the latency table") !=
                                         std::string::npos;
                            },
                            {});
  CHECK(refused == block.size());
  CHECK(lookup->size() == 0);
  double sum = 0.0;
  looked_up.evaluate(
      block,
      [&](std::size_t, const Outcome& outcome) { sum += outcome.metrics.at("latency_ms").value; },
      {});
  CHECK(sum > 0.0);
  CHECK(LatencyLookup(folder / "latency.csv", kQuick).size() == lookup->size());
}

TEST_CASE("latency evaluators report their metric") {
  const tests::TemporaryFolder folder;
  Rng rng(1, "test");
  const spaces::Genotype genotype = kSpace.sample(rng);
  const std::vector<Candidate> block = {{.genotype = genotype, .key = kSpace.key(genotype)}};
  MeasuredLatency measured(kSpace, kInput, kQuick, "latency_ms");
  LookupLatency looked_up(kSpace, kInput,
                          std::make_shared<LatencyLookup>(folder / "latency.csv", kQuick),
                          "latency_ms");
  for (Evaluator* evaluator : std::initializer_list<Evaluator*>{&measured, &looked_up}) {
    std::size_t outcomes = 0;
    evaluator->evaluate(block,
                        [&](std::size_t i, const Outcome& outcome) {
                          CHECK(i == 0);
                          CHECK(outcome.failure == "");
                          CHECK(outcome.metrics.at("latency_ms").value > 0.0);
                          ++outcomes;
                        },
                        {});
    CHECK(outcomes == 1);
    CHECK(evaluator->metrics()[0].unit == "ms");
  }
}

}  // namespace evonas::evaluation
