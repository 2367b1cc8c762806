#pragma once

#include <cstdint>
#include <string>

#include "evaluation/training/training_evaluator.hpp"

namespace evonas::evaluation {

/// Billions of operations a second of a float32 product of two 1024 x 1024 matrices on one thread,
/// the best of some: the machine's own limit.
double measure_sgemm();

/// Speed of one training on one thread, beside the machine's own limit.
struct TrainingSpeed {
  double images_per_second = 0.0;
  double test_accuracy = 0.0;  ///< percent
  /// Arithmetic of convolutions and linear layers: 2 operations a multiply-accumulate, forward once
  /// and backward twice.
  double gflops = 0.0;
  double sgemm_gflops = 0.0;  ///< measure_sgemm() in the same minute
};

/// Trains `network` once with `evaluator` on the calling thread and measures sgemm right after.
/// Throws EvaluationError where the training diverges.
TrainingSpeed measure_training(const TrainingEvaluator& evaluator, const graph::Graph& network,
                               std::uint64_t seed);

}  // namespace evonas::evaluation
