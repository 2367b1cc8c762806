#pragma once

#include <memory>
#include <string>
#include <vector>

#include "search/additive_predictor.hpp"
#include "toy_search.hpp"

/// The toy world with a short training that screens the long one.
namespace toy {

/// What a short training says of accuracy(): about half of it, a fifth of the noise its own.
inline evaluation::Outcome early_accuracy(const evaluation::Candidate& candidate) {
  evaluation::Outcome outcome;
  double value = 20.0 + double(candidate.key.low % 1000) / 1000.0;
  for (const auto gene : candidate.genotype.genes()) value += gene - 0.15 * gene * gene;
  if (candidate.genotype[2] == 5 && candidate.genotype[3] == 0) {
    outcome.failure = "the short training ran out of memory";
  } else {
    outcome.metrics["early"] = {value, std::nullopt, std::nullopt};
  }
  outcome.seconds = 0.03125;
  return outcome;
}

/// Accuracy is predicted and screened, and so is latency, which nothing says early.
struct ScreenedWorld : World {
  std::shared_ptr<Source> early;

  explicit ScreenedWorld(std::int64_t evaluations, std::size_t threads = 1)
      : World(evaluations, threads),
        early(std::make_shared<Source>(
            std::vector<evaluation::Metric>{{"early", "%", evaluation::CostClass::Expensive}},
            early_accuracy, threads)) {
    setup.sources.push_back({"early", early});
    search::AlgorithmOptions& options = setup.algorithm;
    options.algorithm = "predictor_guided";
    options.batch = 4;
    options.guidance.initial = 5;
    options.guidance.candidates = 60;
    options.guidance.population = 20;
    options.guidance.exploration = 0.1;
    options.guidance.screening = {{.metric = "early", .of = "accuracy", .share = 0.125}};
    setup.make_predictor = [](const std::string&, const std::string&) {
      return std::make_unique<tests::AdditivePredictor>();
    };
  }

  search::SearchSummary run(search::RunStore* store = nullptr,
                            const std::vector<search::Observer*>& observers = {},
                            std::stop_token stop = {}) const {
    return search::run_search(setup, store, observers, std::move(stop));
  }
};

}  // namespace toy
