#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "search/driver.hpp"

namespace evonas::search {

/// Throws SearchError where a setup cannot work: sources without name or evaluator, a metric that
/// none or two of them report, a budget below zero, several sources that an asynchronous search
/// would have to wait for.
void check_setup(const SearchSetup& setup);

/// What decides how a run goes, as manifest entries; a run is continued only with the same.
std::map<std::string, std::string> describe_setup(const SearchSetup& setup);

/// Whether a run may lack the entry: the identity of a source, which an evonas that knew of none
/// did not note.
bool may_be_missing(const std::string& entry);

/// Throws SearchError, naming what differs, unless the store was begun with this setup.
void refuse_other_setup(const RunStore& store, const std::map<std::string, std::string>& present);

/// Positions in `setup.sources` of those that are asked about an evaluation, in their order, by
/// rung: of a full one all but those that are there for screening alone, of a screening the one
/// that reports its metric.
std::vector<std::vector<std::size_t>> sources_by_rung(const SearchSetup& setup);

/// What guides the algorithm of a setup.
Guidance guidance_of(const SearchSetup& setup);

/// Whether one of the metrics is dear enough to be stored the moment it arrives.
bool is_expensive(const evaluation::Evaluator& evaluator);

/// Whether the next architecture is chosen as soon as there is room for it.
bool is_asynchronous(const SearchSetup& setup);

/// The candidate of an evaluation; its seed depends on the run's and on the key alone.
evaluation::Candidate to_candidate(const EvaluationRecord& record, std::uint64_t run_seed);

/// The outcome with exactly the metrics that the source declares, all of them finite; else a
/// failure that says what is wrong. Values on the way are left out where they are not finite.
evaluation::Outcome checked(evaluation::Outcome outcome, const std::string& source,
                            std::span<const evaluation::Metric> metrics);

/// The record of the architecture `genotype`, not yet evaluated.
EvaluationRecord propose_record(const spaces::AnySpace& space, const spaces::Genotype& genotype,
                                std::uint64_t index, std::uint64_t generation);

/// What the algorithm must not ask for twice: the network or the genotype of a record.
Key identity_of(const EvaluationRecord& record, const AlgorithmOptions& options);

/// What a store holds of a run, read at once.
struct StoredRun {
  std::vector<AskRecord> asks;
  std::vector<EvaluationRecord> evaluations;  ///< and screenings
  std::vector<std::size_t> reported;          ///< how many sources have, for each of these
  std::vector<GenerationRecord> generations;
  std::vector<CompletionRecord> completions;  ///< of an asynchronous run
  GeneImportances gene_importance;
  PredictedFront predicted_front;
  std::size_t sources = 0;
  std::vector<std::vector<std::size_t>> sources_of;  ///< by rung; see sources_by_rung()

  /// Whether nothing is left to find out about an evaluation.
  bool complete(std::size_t index) const {
    const EvaluationRecord& record = evaluations[index];
    return !record.ok() || reported[index] == sources_of[record.rung].size();
  }
};

/// Throws SearchError where the tables do not fit together.
StoredRun read_run(const RunStore& store);

}  // namespace evonas::search
