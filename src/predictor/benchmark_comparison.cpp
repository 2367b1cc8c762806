#include "predictor/benchmark_comparison.hpp"

#include <algorithm>
#include <span>

#include "base/rank_test.hpp"

namespace evonas::predictor {
namespace {

std::vector<double> figures_by_seed(const BenchmarkRow& row, double BenchmarkFit::*figure) {
  std::vector<double> figures;
  for (const BenchmarkFit& fit : row.fits) figures.push_back(fit.*figure);
  return figures;
}

/// Compares the rows of one number of labels, each with a fit of every seed.
void compare_with_best(std::span<BenchmarkRow*> rows) {
  const auto best = std::ranges::max_element(rows, {}, [](const BenchmarkRow* row) {
    return figure_of(row->fits, &BenchmarkFit::tau).mean;
  });
  (*best)->best = true;
  const std::vector<double> best_taus = figures_by_seed(**best, &BenchmarkFit::tau);
  std::vector<double> p_values;
  for (const BenchmarkRow* row : rows) {
    if (row->best) continue;
    p_values.push_back(signed_rank_p_value(figures_by_seed(*row, &BenchmarkFit::tau), best_taus));
  }
  p_values = holm_corrected(p_values);
  std::size_t next = 0;
  for (BenchmarkRow* row : rows) {
    if (!row->best) row->p_against_best = p_values[next++];
  }
}

/// Sets one of the differences of `rows` from `reference`.
void set_differences(std::span<BenchmarkRow*> rows, const BenchmarkRow& reference,
                     double BenchmarkFit::*figure, PairedDifference BenchmarkDifference::*member) {
  const std::vector<double> others = figures_by_seed(reference, figure);
  std::vector<double> p_values;
  for (BenchmarkRow* row : rows) {
    (*row->against).*member = paired_difference(figures_by_seed(*row, figure), others);
    p_values.push_back(((*row->against).*member).p);
  }
  p_values = holm_corrected(p_values);
  for (std::size_t i = 0; i < rows.size(); ++i) ((*rows[i]->against).*member).p = p_values[i];
}

/// Likewise.
void compare_with(const std::string& against, std::span<BenchmarkRow*> rows) {
  const BenchmarkRow* reference = nullptr;
  std::vector<BenchmarkRow*> others;
  for (BenchmarkRow* row : rows) {
    if (row->model == against) {
      reference = row;
    } else {
      others.push_back(row);
    }
  }
  if (reference == nullptr) return;
  for (BenchmarkRow* row : others) row->against.emplace();
  set_differences(others, *reference, &BenchmarkFit::tau, &BenchmarkDifference::tau);
  set_differences(others, *reference, &BenchmarkFit::top10_tau, &BenchmarkDifference::top10_tau);
}

}  // namespace

void compare_rows(std::vector<BenchmarkRow>& rows, const BenchmarkPlan& plan) {
  for (const std::size_t train : plan.train) {
    std::vector<BenchmarkRow*> compared;
    for (BenchmarkRow& row : rows) {
      if (row.train == train && row.fits.size() == plan.seeds) compared.push_back(&row);
    }
    if (compared.empty() || compared.size() != plan.models.size()) continue;
    compare_with_best(compared);
    if (!plan.against.empty()) compare_with(plan.against, compared);
  }
}

}  // namespace evonas::predictor
