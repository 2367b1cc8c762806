#include "cli/run/baselines.hpp"

#include <utility>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/quoted.hpp"
#include "cli/run/other_devices.hpp"

namespace evonas::cli {
namespace {

/// Predicts values that are known.
class KnownValues final : public predictor::Predictor {
 public:
  explicit KnownValues(const ComparisonData::Proxy& proxy) : proxy_(proxy) {}

  void fit(std::span<const predictor::Label> /*labels*/,
           const predictor::FitControl& /*control*/) override {}

  std::vector<predictor::Prediction> predict(
      std::span<const spaces::Genotype> block) const override {
    std::vector<predictor::Prediction> predictions;
    for (const spaces::Genotype& genotype : block) {
      const auto found = proxy_.values.find(genotype);
      if (found == proxy_.values.end()) {
        throw predictor::PredictorError(
            fmt::format("the table has no {} of the architecture [{}]: name proxies that it has of "
                        "all that have the metric",
                        evonas::quoted(proxy_.name), genotype.to_string()));
      }
      predictions.push_back({.mean = found->second, .deviation = 0.0});
    }
    return predictions;
  }

  std::size_t parameters() const override { return 0; }
  nlohmann::json state() const override { return nlohmann::json::object(); }
  void restore(const nlohmann::json& /*state*/) override {
    throw predictor::PredictorError("proxies are for comparisons, and kept in no file");
  }

 private:
  const ComparisonData::Proxy& proxy_;
};

}  // namespace

predictor::Split split_of(const config::PredictorExperiment& experiment) {
  if (experiment.split == "first") return predictor::Split::First;
  return experiment.split == "random" ? predictor::Split::Random : predictor::Split::LeaveGroupOut;
}

predictor::BenchmarkResults baselines_of(const config::PredictorExperiment& experiment,
                                         const ComparisonData& compared) {
  const predictor::Split split = split_of(experiment);
  const bool leaves_device_out =
      !experiment.devices.empty() && split == predictor::Split::LeaveGroupOut;
  predictor::BenchmarkPlan plan{.models = experiment.proxies,
                                .against = {},
                                .train = {experiment.train.begin(), experiment.train.end()},
                                .seeds = static_cast<std::size_t>(experiment.seeds),
                                .groups = compared.groups};
  if (leaves_device_out) {
    plan.models = {OtherDevices::kName};
    plan.train = {0};
  }
  predictor::BenchmarkResults results(std::move(plan));
  const auto add = [&](const std::string& name, predictor::Predictor& predictor) {
    for (const std::size_t train : results.plan().train) {
      const predictor::BenchmarkSize size{.train = train,
                                          .test = static_cast<std::size_t>(experiment.test)};
      for (std::uint64_t seed = 1; seed <= results.plan().seeds; ++seed) {
        results.add(
            name, train, seed,
            predictor::benchmark_fit(predictor, compared.data, size, split, {.seed = seed}));
      }
    }
  };
  if (leaves_device_out) {
    OtherDevices others(compared.data);
    add(OtherDevices::kName, others);
  }
  for (const ComparisonData::Proxy& proxy : compared.proxies) {
    KnownValues values(proxy);
    add(proxy.name, values);
  }
  return results;
}

}  // namespace evonas::cli
