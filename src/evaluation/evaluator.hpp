#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/key.hpp"
#include "spaces/search_space.hpp"

namespace evonas::evaluation {

/// A data set, table or evaluator that cannot be used: what was given, what was expected, where.
class EvaluationError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// What a value of a metric costs to get.
enum class CostClass {
  Free,       ///< exact, from the graph: parameters, FLOPs, memory
  Cheap,      ///< looked up or added up: latency from a table of operations
  Simulated,  ///< looked up, in the place of what would be expensive: accuracy from a benchmark
              ///< table
  Expensive,  ///< trained accuracy, measured latency
};

struct Metric {
  std::string name;  ///< "accuracy", "latency_ms"
  std::string unit;  ///< "%", "ms"; empty for a count
  CostClass cost = CostClass::Expensive;
};

/// One value, with its 95 % confidence interval where the source knows one.
struct Measurement {
  double value = 0.0;
  std::optional<double> low;
  std::optional<double> high;

  bool operator==(const Measurement&) const = default;
};

/// An architecture on its way through evaluation.
struct Candidate {
  spaces::Genotype genotype;
  Key key;
  /// Randomness of this evaluation (weights, batches). Depends on the run's seed and the key, so
  /// the result does not depend on when or where the candidate is evaluated.
  std::uint64_t seed = 0;
};

/// Values by metric name after each epoch of an evaluation, epochs counted from 1.
using ValuesByEpoch = std::map<std::int64_t, std::map<std::string, double>>;

/// The result for one candidate: values by metric name, or the reason why there are none.
struct Outcome {
  std::map<std::string, Measurement> metrics;
  std::string failure;   ///< empty where the evaluation succeeded
  double seconds = 0.0;  ///< time the evaluation took (simulated where a table carries it)
  /// What was known on the way, where the source tells; also of one that failed.
  ValuesByEpoch by_epoch;

  bool ok() const { return failure.empty(); }
};

/// How the failures of candidates begin that were given up for better ones.
inline constexpr std::string_view kStoppedEarly = "stopped early: ";

/// Whether a failure says that its candidate was given up for better ones: it has no values, but
/// nothing went wrong.
inline bool is_early_stop(std::string_view failure) { return failure.starts_with(kStoppedEarly); }

/// Receives each result as soon as it is there: position in the block, and the outcome. Called from
/// several threads, but never from two at once.
using OutcomeSink = std::function<void(std::size_t index, Outcome outcome)>;

/// Hands out a candidate with each call, and nothing once there are no more.
using CandidateFeed = std::function<std::optional<Candidate>()>;

/// A source of labels for architectures of one space.
class Evaluator {
 public:
  virtual ~Evaluator() = default;

  /// The metrics in every successful outcome.
  virtual std::vector<Metric> metrics() const = 0;

  /// Whether the same candidate always gives the same values, on this machine.
  virtual bool deterministic() const = 0;

  /// Evaluates a block and hands each outcome to `sink` as it arrives, in any order. Candidates
  /// that were not begun when `stop` is requested, or were given up because of it, get no outcome.
  /// A candidate that cannot be evaluated gets a failure with its reason; only faults that concern
  /// the whole source throw EvaluationError. Blocks are evaluated one at a time, but for those of
  /// sources that only look up or compute, which guided searches of a benchmark ask side by side.
  virtual void evaluate(std::span<const Candidate> block, const OutcomeSink& sink,
                        std::stop_token stop) = 0;

  /// Evaluates candidates as they come: asks `next` for one whenever there is room for it, until
  /// there are no more, and hands each outcome to `sink` as it arrives, under the number that its
  /// candidate has in the order of `next`, from 0. Both may take their time; they are called from
  /// several threads, but never from two at once, nor one beside the other. Otherwise as
  /// evaluate(). An evaluator that says nothing else evaluates one candidate after the other.
  virtual void evaluate_each(const CandidateFeed& next, const OutcomeSink& sink,
                             const std::stop_token& stop) {
    for (std::size_t number = 0; !stop.stop_requested(); ++number) {
      const std::optional<Candidate> candidate = next();
      if (!candidate) return;
      const auto receive = [&](std::size_t /*index*/, Outcome outcome) {
        sink(number, std::move(outcome));
      };
      evaluate({&*candidate, 1}, receive, stop);
    }
  }

  /// Hears what it found out in an earlier session that is continued: as if evaluate() had just
  /// handed out these outcomes. Of interest to a source that compares candidates with each other.
  /// Never called while it evaluates.
  virtual void recall(std::span<const Outcome> /*outcomes*/) {}

  /// What its values follow from besides the architecture, as one line: the contents of a file,
  /// what networks read. A run is continued, and its values are taken over, only where it is the
  /// same. Empty where there is nothing of the kind, or where it may change.
  virtual std::string identity() const { return {}; }

  /// Every architecture that the source has values of, where it holds a finite list of them as a
  /// table does; otherwise nothing. Safe from many threads.
  virtual std::vector<Candidate> labelled() const { return {}; }
};

}  // namespace evonas::evaluation
