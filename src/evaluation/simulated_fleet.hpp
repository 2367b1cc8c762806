#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "evaluation/evaluator.hpp"

namespace evonas::evaluation {

/// A fleet of pretended workers.
struct FleetOptions {
  std::int64_t workers = 500;
  double seconds = 60.0;   ///< median of what an evaluation takes; the logarithm is normal
  double spread = 10.0;    ///< nine evaluations in ten are within such a factor of each other
  double failures = 0.05;  ///< share of evaluations that fail, at some moment
  double silent = 0.01;    ///< share that are never answered
  double timeout = 600.0;  ///< seconds after which an evaluation is given up
};

/// What became of the time of a fleet's workers.
struct FleetUse {
  double seconds = 0.0;  ///< of the simulated clock, to the end of the last evaluation
  /// Share of the workers' time in which they evaluated, as long as there was something to hand
  /// out: to when the last candidate was handed out. The rest is waiting: for others, and for the
  /// driver, which is counted with the processor time that it takes here.
  double busy = 0.0;
};

/// Evaluates as a fleet of workers of unequal speed would, on a simulated clock, with the labels of
/// another evaluator: for trying out what drives evaluations. How long one takes, and whether it
/// fails, follows from the seed of the candidate alone; what is never answered is given up in time,
/// as a failure. Between two blocks the workers wait.
class SimulatedFleet final : public Evaluator {
 public:
  /// `labels` answers at once. Throws EvaluationError for options that no fleet has.
  SimulatedFleet(std::shared_ptr<Evaluator> labels, const FleetOptions& options);

  /// Those of the labels, as if they were expensive.
  std::vector<Metric> metrics() const override;
  bool deterministic() const override { return labels_->deterministic(); }
  void evaluate(std::span<const Candidate> block, const OutcomeSink& sink,
                std::stop_token stop) override;
  void evaluate_each(const CandidateFeed& next, const OutcomeSink& sink,
                     const std::stop_token& stop) override;

  /// Seconds that the simulated clock shows; while an outcome is received, the moment of that.
  double clock() const { return clock_; }
  FleetUse use() const;

 private:
  Outcome outcome_of(const Candidate& candidate) const;
  template <class Call>
  void wait_for_driver(const Call& call);

  std::shared_ptr<Evaluator> labels_;
  FleetOptions options_;
  double clock_ = 0.0;
  std::vector<std::pair<double, double>> held_;  ///< of each evaluation its begin and end
  double driver_free_at_ = 0.0;  ///< on the clock, if the driver's own time passed there too
  double waited_ = 0.0;          ///< for the driver, seconds of all workers
  double left_at_;               ///< processor time when the last block ended
};

}  // namespace evonas::evaluation
