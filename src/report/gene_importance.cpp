#include "report/gene_importance.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "predictor/rank_normal.hpp"
#include "report/additive_model.hpp"
#include "report/genes.hpp"

namespace evonas::report {
namespace {

/// Fewer say nothing about the genes.
constexpr std::size_t kFewestModelled = 10;
/// More do not say much more, and take longer.
constexpr std::size_t kMostModelled = 5000;

/// The values of a metric that were found out, of architectures with the number of genes that most
/// have; of many, some that are evenly spread.
std::vector<predictor::Label> labels_of(const Run& run, const std::string& metric) {
  std::map<std::size_t, std::vector<predictor::Label>> by_length;
  for (const search::EvaluationRecord& record : run.summary.evaluations) {
    const auto found = record.metrics.find(metric);
    if (!record.ok() || found == record.metrics.end()) continue;
    if (!std::isfinite(found->second.value)) continue;
    by_length[record.genotype.size()].push_back({record.genotype, found->second.value});
  }
  if (by_length.empty()) return {};
  const auto usual = std::ranges::max_element(
      by_length, {}, [](const auto& entry) { return entry.second.size(); });
  const std::vector<predictor::Label>& alike = usual->second;
  const std::size_t count = std::min(alike.size(), kMostModelled);
  std::vector<predictor::Label> labels;
  for (std::size_t i = 0; i < count; ++i) labels.push_back(alike[i * alike.size() / count]);
  return labels;
}

std::vector<std::string> names_of(const Run& run, std::size_t count) {
  std::vector<std::string> names;
  for (const spaces::GeneDescription& gene : genes_of(run, count)) names.push_back(gene.name);
  return names;
}

}  // namespace

std::vector<GeneImportance> gene_importance(const Run& run) {
  std::vector<GeneImportance> result;
  for (const search::Objective& objective : run.problem.objectives) {
    const auto known = run.summary.gene_importance.find(objective.metric);
    if (known != run.summary.gene_importance.end()) {
      result.push_back({.metric = objective.metric,
                        .genes = names_of(run, known->second.size()),
                        .shares = known->second});
      continue;
    }
    const std::vector<predictor::Label> labels = labels_of(run, objective.metric);
    if (labels.size() < kFewestModelled || labels.front().genotype.size() == 0) continue;
    const predictor::RankedLabels ranked = predictor::rank(labels);
    GeneShares shares = gene_shares(ranked.genotypes, ranked.scores);
    result.push_back({.metric = objective.metric,
                      .genes = names_of(run, shares.shares.size()),
                      .shares = std::move(shares.shares),
                      .evaluations = labels.size(),
                      .explained = shares.explained});
  }
  return result;
}

}  // namespace evonas::report
