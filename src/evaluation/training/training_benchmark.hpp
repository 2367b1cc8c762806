#pragma once

#include <cstdint>
#include <string>

#include "evaluation/training/training_evaluator.hpp"

namespace evonas::evaluation {

/// Billions of operations a second of the product of two matrices, the best of some: the machine's
/// own limit. On the CPU of 1024 x 1024 numbers on one thread, on a GPU of 8192 x 8192. `device` as
/// parse_device() takes it, and throws.
double measure_matmul(const std::string& device = "cpu", bool bfloat16 = false);

/// Speed of one training on one thread, beside the machine's own limit.
struct TrainingSpeed {
  double images_per_second = 0.0;
  double test_accuracy = 0.0;  ///< percent
  /// Arithmetic of convolutions and linear layers: 2 operations a multiply-accumulate, forward once
  /// and backward twice.
  double gflops = 0.0;
  double sgemm_gflops = 0.0;  ///< measure_matmul() of the CPU in the same minute
};

/// Trains `network` once with `evaluator` on the calling thread and measures that right after.
/// Throws EvaluationError where the training diverges.
TrainingSpeed measure_training(const TrainingEvaluator& evaluator, const graph::Graph& network,
                               std::uint64_t seed);

}  // namespace evonas::evaluation
