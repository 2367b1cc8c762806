#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/paired_difference.hpp"
#include "predictor/predictor_benchmark.hpp"

namespace evonas::predictor {

/// How a predictor does in comparison with another one, over the seeds of both: differences of taus
/// as paired_difference() has them, p-values with Holm's correction for all that are compared.
struct BenchmarkDifference {
  PairedDifference tau;
  PairedDifference top10_tau;  ///< of BenchmarkFit::top10_tau
};

/// One predictor that has learnt from so many labels, once a seed.
struct BenchmarkRow {
  std::string model;
  std::size_t train = 0;
  std::vector<std::uint64_t> seeds;  ///< ascending
  std::vector<BenchmarkFit> fits;    ///< by seed
  /// The p-value of its taus against those of the predictor with the highest mean tau from as many
  /// labels, as BenchmarkResults::rows() says; nothing for that one, and until all are there.
  std::optional<double> p_against_best;
  bool best = false;  ///< whether it is that one
  /// Its taus less those of BenchmarkPlan::against from as many labels; nothing for that one, and
  /// until all are there.
  std::optional<BenchmarkDifference> against;
};

/// Mean and standard deviation over seeds; one seed has no deviation.
struct BenchmarkFigure {
  double mean = 0.0;
  std::optional<double> deviation;
};
BenchmarkFigure figure_of(std::span<const BenchmarkFit> fits, double BenchmarkFit::*figure);

/// What a comparison asks for.
struct BenchmarkPlan {
  using Conditions = std::map<std::string, std::string>;

  std::vector<std::string> models;  ///< what results call them
  std::string against;              ///< the one that others are compared with; empty: none
  std::vector<std::size_t> train;   ///< numbers of labels
  std::size_t seeds = 1;            ///< 1, 2, 3, ... up to it
  bool test_values = false;         ///< whether there is a second value to test on
  std::size_t points = 0;           ///< BenchmarkSize::points of the fits of has_points()
  std::vector<std::string> groups;  ///< names of the groups of the data; may be empty
  /// What the figures of a fit follow from besides its predictor, labels and seed, as texts by
  /// name: fits that were made under other conditions are not taken for those asked for.
  Conditions conditions;
  /// By model, conditions that it has instead or besides: what it is, and how it is made.
  std::map<std::string, Conditions> own_conditions;

  /// All that hold for a model.
  Conditions conditions_of(const std::string& model) const;

  /// Whether points of that fit are kept: of one fit a predictor, from the most labels.
  bool has_points(std::size_t labels, std::uint64_t seed) const;
};

/// Means over the fits of a row that have tested a group; nothing where none has.
std::optional<BenchmarkGroup> figures_of_group(const BenchmarkRow& row, std::size_t group);

/// The fits of a comparison, which come one by one, over several runs of the program. Not safe from
/// several threads at a time.
class BenchmarkResults {
 public:
  explicit BenchmarkResults(BenchmarkPlan plan) : plan_(std::move(plan)) {}

  const BenchmarkPlan& plan() const { return plan_; }

  /// What restore() has found.
  struct Restored {
    std::size_t reused = 0;                ///< fits that are asked for and need not be made again
    std::size_t other = 0;                 ///< fits that were made under other conditions
    std::vector<std::string> differences;  ///< names of the conditions in which those differ
  };
  /// Adds the fits of to_json(). Fits that the plan does not ask for are kept, and found again by a
  /// plan that does. Throws nlohmann::json::exception for anything else.
  Restored restore(const nlohmann::json& json);

  /// Seeds of fits that are asked for and missing, ascending.
  std::vector<std::uint64_t> missing(const std::string& model, std::size_t train) const;
  void add(const std::string& model, std::size_t train, std::uint64_t seed, BenchmarkFit fit);

  /// What there is of that row.
  BenchmarkRow row(const std::string& model, std::size_t train) const;
  /// All rows with a fit, by model and number of labels, in the order of the plan. The taus of each
  /// number of labels, where all are there, are compared with those of the best predictor by
  /// signed_rank_p_value(), paired by seed, which chooses the same labels for every predictor, and
  /// the p-values of all comparisons with as many labels go through holm_corrected(). With n seeds
  /// no p-value is below 2^(1-n). Where the plan has `against`, all others are compared with that
  /// one likewise (BenchmarkRow::against).
  std::vector<BenchmarkRow> rows() const;

  /// `{"results": [ROW...], "unused": [ROW...]}`, a ROW of the plan being `{"model", "train",
  /// "tested", "seeds", "parameters", "tau_mean", "tau_std", "rho_...", ("test_tau_...",)
  /// "mape_...", "within10_...", ("groups": {NAME: {"tested", "tau", "mape", "within10"}},)
  /// "tau_top10_...", "deviation_rho_...", "coverage90_...", "fit_seconds", "refresh_seconds",
  /// "architectures_per_second", "p_against_best" or null, ("against": {"model", "tau":
  /// {"mean", "low", "high", "p"}, "tau_top10"},) "conditions", "fits": [FIT...]}` and one
  /// that it does not ask for the same without figures over seeds. A FIT has "seed" and the members
  /// of BenchmarkFit by their names; "values" and "predicted" are the points.
  nlohmann::json to_json() const;

 private:
  struct Id {
    BenchmarkPlan::Conditions conditions;
    std::string model;
    std::size_t train = 0;
    std::uint64_t seed = 0;

    auto operator<=>(const Id&) const = default;
  };
  bool asked_for(const Id& id) const;

  BenchmarkPlan plan_;
  std::map<Id, BenchmarkFit> fits_;
};

/// Columns of a table in Markdown that are not always there.
struct BenchmarkColumns {
  bool test_values = false;
  bool errors = false;  ///< relative ones
  bool refresh = false;
  bool compared = false;  ///< p-values
};
/// The head of a table of rows, and each of its lines.
std::string markdown_head(const BenchmarkColumns& columns);
std::string markdown_row(const BenchmarkRow& row, const BenchmarkColumns& columns);
/// A table of how rows differ from those of `against` (BenchmarkRow::against).
std::string markdown_differences(std::span<const BenchmarkRow> rows, const std::string& against);
/// A table of the relative errors of rows in each group of the data.
std::string markdown_groups(std::span<const BenchmarkRow> rows,
                            std::span<const std::string> groups);

}  // namespace evonas::predictor
