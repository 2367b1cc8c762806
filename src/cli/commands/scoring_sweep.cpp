#include "cli/commands/scoring_sweep.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/parallel.hpp"
#include "base/rank_correlation.hpp"

namespace evonas::cli {
namespace {

constexpr double kAsGood = 0.95;  // of the best rate

}  // namespace

std::vector<predictor::Label> made_up_labels(std::span<const spaces::Genotype> architectures) {
  std::vector<predictor::Label> labels;
  for (const spaces::Genotype& genotype : architectures) {
    double value = 0.0;
    for (const auto gene : genotype.genes()) value += static_cast<double>(gene * gene % 7);
    labels.push_back({genotype, value});
  }
  return labels;
}

double mean_nodes(const predictor::ArchitectureView& view,
                  std::span<const spaces::Genotype> architectures) {
  graph::Tokens tokens;
  double sum = 0.0;
  for (const spaces::Genotype& genotype : architectures) {
    view.tokens(genotype, tokens);
    sum += static_cast<double>(tokens.operations.size());
  }
  return sum / static_cast<double>(architectures.size());
}

void measure_scoring(const predictor::Predictor& fitted,
                     std::span<const spaces::Genotype> architectures, double seconds,
                     const std::stop_token& stop, ScoringSetting& setting) {
  ThreadArena arena(setting.threads);
  setting.threads = arena.threads();
  setting.block = std::min(setting.block, architectures.size());
  std::size_t scored = 0;
  std::size_t first = 0;
  double spent = 0.0;
  arena.execute([&] { fitted.predict(architectures.first(setting.block)); });  // warm-up
  while (spent < seconds && !stop.stop_requested()) {
    if (first + setting.block > architectures.size()) first = 0;
    const std::chrono::steady_clock::time_point begin = std::chrono::steady_clock::now();
    arena.execute([&] { fitted.predict(architectures.subspan(first, setting.block)); });
    spent += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    scored += setting.block;
    first += setting.block;
  }
  setting.per_second = scored > 0 ? static_cast<double>(scored) / spent : 0.0;
}

Agreement agreement_of(std::span<const predictor::Prediction> exact,
                       std::span<const predictor::Prediction> others) {
  std::vector<double> a;
  std::vector<double> b;
  Agreement agreement;
  for (std::size_t i = 0; i < exact.size(); ++i) {
    a.push_back(exact[i].mean);
    b.push_back(others[i].mean);
    agreement.largest_change = std::max(agreement.largest_change, std::abs(a[i] - b[i]));
  }
  if (agreement.largest_change > 0.0) agreement.tau = kendall_tau_b(a, b);
  return agreement;
}

const ScoringSetting& advised_setting(std::span<const ScoringSetting> settings) {
  const double best =
      std::ranges::max_element(settings, {}, &ScoringSetting::per_second)->per_second;
  return *std::ranges::find_if(settings, [&](const ScoringSetting& setting) {
    return setting.per_second >= kAsGood * best;
  });
}

nlohmann::json to_json(const InPrecision& figures) {
  return {{"precision", figures.precision},
          {"matmul_gflops", figures.matmul},
          {"tau", figures.agreement.tau},
          {"largest_change", figures.agreement.largest_change}};
}

nlohmann::json advice_json(std::span<const ScoringSetting> advisable) {
  if (advisable.empty()) return nullptr;
  const ScoringSetting& setting = advised_setting(advisable);
  return {{"precision", setting.precision}, {"threads", setting.threads}, {"block", setting.block}};
}

std::string advice_text(std::span<const InPrecision> precisions,
                        std::span<const ScoringSetting> advisable) {
  std::string text;
  for (const auto& [precision, fitted, agreement, matmul] : precisions) {
    if (precision == "float32") continue;
    text += fmt::format(
        "{}: Kendall tau {:.4f} with float32 on {} architectures, largest change {:.3g}\n",
        precision, agreement.tau, kCompared, agreement.largest_change);
  }
  if (advisable.empty()) {
    return text + fmt::format("advised: float32, as tau is below {}\n", kLeastTau);
  }
  const ScoringSetting& setting = advised_setting(advisable);
  return text + fmt::format("advised: {}, blocks of {} on {} thread{}\n", setting.precision,
                            setting.block, setting.threads, setting.threads == 1 ? "" : "s");
}

}  // namespace evonas::cli
