#include "report/lineage.hpp"

#include <algorithm>
#include <optional>
#include <tuple>

#include "report/genes.hpp"
#include "spaces/differing_genes.hpp"

namespace evonas::report {
namespace {

using search::EvaluationRecord;

/// The network that the run ends with: that of the final stage, or the best.
std::optional<std::size_t> winner(const search::SearchSummary& summary) {
  if (!summary.final) return summary.best;
  const auto found = std::ranges::find(summary.evaluations, summary.final->architecture,
                                       &EvaluationRecord::architecture);
  if (found == summary.evaluations.end()) return summary.best;
  return static_cast<std::size_t>(found - summary.evaluations.begin());
}

/// Position of the parent that an evaluation takes most after.
std::optional<std::size_t> nearest_parent(std::span<const EvaluationRecord> evaluations,
                                          const EvaluationRecord& child) {
  if (!child.origin) return std::nullopt;
  std::optional<std::tuple<std::size_t, std::size_t>> nearest;
  for (const auto& parent : {child.origin->parent, child.origin->other_parent}) {
    if (!parent || *parent >= child.index) continue;
    const auto found = std::ranges::lower_bound(evaluations, *parent, {}, &EvaluationRecord::index);
    if (found == evaluations.end() || found->index != *parent) continue;
    const std::size_t apart = spaces::differing_genes(found->genotype, child.genotype);
    if (nearest && std::get<0>(*nearest) <= apart) continue;
    nearest = std::tuple(apart, static_cast<std::size_t>(found - evaluations.begin()));
  }
  if (!nearest) return std::nullopt;
  return std::get<1>(*nearest);
}

std::vector<GeneChange> changes_between(const Run& run, const spaces::Genotype& parent,
                                        const spaces::Genotype& child) {
  std::vector<GeneChange> changes;
  if (parent.size() != child.size()) return changes;
  const std::vector<spaces::GeneDescription> genes = genes_of(run, child.size());
  for (std::size_t i = 0; i < child.size(); ++i) {
    if (parent[i] == child[i]) continue;
    changes.push_back({genes[i].name, genes[i].text_of(parent[i]), genes[i].text_of(child[i])});
  }
  return changes;
}

}  // namespace

std::vector<Ancestor> lineage(const Run& run) {
  const std::vector<EvaluationRecord>& evaluations = run.summary.evaluations;
  std::vector<Ancestor> line;
  for (auto at = winner(run.summary); at; at = nearest_parent(evaluations, evaluations[*at])) {
    if (!line.empty()) {
      line.back().changes = changes_between(run, evaluations[*at].genotype,
                                            evaluations[line.back().position].genotype);
    }
    line.push_back({.position = *at});
  }
  std::ranges::reverse(line);
  return line;
}

}  // namespace evonas::report
