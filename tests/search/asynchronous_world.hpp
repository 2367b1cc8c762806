#pragma once

#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "toy_search.hpp"

namespace toy {

/// The toy world with an asynchronous driver: accuracy is trained by workers of unequal speed,
/// latency and parameters are known at once.
struct AsynchronousWorld : World {
  explicit AsynchronousWorld(std::int64_t evaluations, std::size_t threads = 1)
      : World(evaluations, threads) {
    measured = std::make_shared<Source>(
        std::vector<evaluation::Metric>{{"latency_ms", "ms", evaluation::CostClass::Cheap}},
        latency);
    setup.sources[1].evaluator = measured;
    setup.algorithm.driver = "asynchronous";
  }
};

/// Trains in an order of completion that was stored, on one thread. For the first source of a run
/// that begins anew: what is handed out has the numbers of the evaluations.
class Conductor final : public evaluation::Evaluator {
 public:
  explicit Conductor(std::vector<search::CompletionRecord> order) : order_(std::move(order)) {}

  std::vector<evaluation::Metric> metrics() const override {
    return {{"accuracy", "%", evaluation::CostClass::Expensive}};
  }
  bool deterministic() const override { return true; }
  void evaluate(std::span<const evaluation::Candidate> /*block*/,
                const evaluation::OutcomeSink& /*sink*/, std::stop_token /*stop*/) override {
    FAIL("evaluated in a block");
  }
  void evaluate_each(const evaluation::CandidateFeed& next, const evaluation::OutcomeSink& sink,
                     const std::stop_token& /*stop*/) override {
    std::vector<evaluation::Candidate> taken;
    const auto take = [&] {
      const std::optional<evaluation::Candidate> candidate = next();
      if (candidate) taken.push_back(*candidate);
      return candidate.has_value();
    };
    for (const search::CompletionRecord& completion : order_) {
      while (taken.size() < completion.asks) REQUIRE(take());
      sink(completion.evaluation, accuracy(taken.at(completion.evaluation)));
    }
    CHECK_FALSE(take());
  }

 private:
  std::vector<search::CompletionRecord> order_;
};

}  // namespace toy
