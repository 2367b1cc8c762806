#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/key.hpp"
#include "evaluation/evaluator.hpp"
#include "spaces/search_space.hpp"

namespace evonas::search {

inline constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// A search that cannot begin or go on; one clear sentence.
class SearchError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

enum class Goal { Minimize, Maximize };

/// Turns a value as its metric counts it into one to be minimised, and such a one back.
inline double turned(double value, Goal goal) { return goal == Goal::Minimize ? value : -value; }

struct Objective {
  std::string metric;
  Goal goal = Goal::Minimize;
};

enum class Relation { AtMost, AtLeast };

/// A hard limit: an architecture that breaks it is never a result.
struct Limit {
  std::string metric;
  Relation relation = Relation::AtMost;
  double bound = 0.0;
  /// The probability with which a value has to keep it that is known up to an interval, from 0.5,
  /// where the value itself decides, to below 1.
  double confidence = 0.5;

  /// "latency_ms <= 4", "accuracy >= 90". Throws SearchError.
  static Limit parse(std::string_view text);
  /// The same, and the confidence where it is more than 0.5: "latency_ms <= 4 with 95 %
  /// confidence".
  std::string to_string() const;
  /// By how much a value breaks it, relative to the size of its bound; 0 where it holds.
  double violation(double value) const;
  /// The same of a measurement, judged at that end of its interval which the confidence asks for:
  /// the upper one where the metric is at most the bound. The interval is that of a normal
  /// distribution to either side of the value; without one the value decides.
  double violation(const evaluation::Measurement& measurement) const;
};

/// What is asked for: one or more objectives under any number of limits.
struct Problem {
  std::vector<Objective> objectives;
  std::vector<Limit> limits;

  /// Objectives as values to be minimised (maximised ones negated), in the order of `objectives`.
  /// Throws SearchError naming the metric where one is missing.
  std::vector<double> minimised(
      const std::map<std::string, evaluation::Measurement>& metrics) const;

  /// The values of the limits' metrics, in the order of `limits`. Throws as minimised() does.
  std::vector<double> limited(const std::map<std::string, evaluation::Measurement>& metrics) const;

  /// Total violation of the limits, each relative to the size of its bound; 0 where all hold.
  double violation(const std::map<std::string, evaluation::Measurement>& metrics) const;
};

/// Values that are expected of an architecture before it is evaluated, by metric.
using Forecast = std::map<std::string, evaluation::Measurement>;

/// By metric, what each gene matters to it, as a share of its variance.
using GeneImportances = std::map<std::string, std::vector<double>>;

/// An evaluated architecture as algorithms see it. One that was only screened (Algorithm::rungs())
/// is never a result: it has no objectives and counts as failed for all but who asked for it.
struct Individual {
  spaces::Genotype genotype;
  Key key;
  std::vector<double> objectives;  ///< to be minimised; empty for a failed evaluation
  std::vector<double> limited;     ///< see Problem::limited(); empty for a failed evaluation
  double violation = 0.0;          ///< 0 where every limit holds; infinity for a failed evaluation
  std::uint64_t index = 0;         ///< number in the run, from 0, of what was asked for
  /// The value of the metric that it was screened by, in that metric's own sense; nothing for a
  /// full evaluation, and for a screening that has failed.
  std::optional<double> screened = {};

  bool feasible() const { return !failed() && violation <= 0.0; }
  bool failed() const { return objectives.empty(); }
};

/// Feasibility-first domination (Deb et al., "A fast and elitist multiobjective genetic algorithm:
/// NSGA-II", 2002): a feasible architecture beats an infeasible one, a smaller violation beats a
/// larger, and among feasible ones Pareto domination decides.
bool dominates(const Individual& a, const Individual& b);

}  // namespace evonas::search
