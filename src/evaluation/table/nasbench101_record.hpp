#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace evonas::evaluation {

/// What the official file of NAS-Bench-101 has of one evaluation of a network in training.
struct NasBench101Evaluation {
  double training_time = 0.0;   ///< seconds up to here
  double train_accuracy = 0.0;  ///< of 1, as all accuracies
  double validation_accuracy = 0.0;
  double test_accuracy = 0.0;
};

/// One training of one cell: a record of that file.
struct NasBench101Record {
  std::string module_hash;
  std::int64_t epochs = 0;
  std::string architecture;  ///< in the notation of the space nasbench101: "101 c3"
  std::int64_t trainable_parameters = 0;
  NasBench101Evaluation halfway;
  NasBench101Evaluation final;
};

/// Reads a record: a JSON array [module hash, epochs, adjacency matrix row by row, operations,
/// metrics], the metrics a protobuf message ModelMetrics (nasbench/lib/model_metrics.proto of the
/// benchmark's repository) in base64. Throws EvaluationError that says what is wrong with it.
NasBench101Record parse_nasbench101_record(std::string_view bytes);

}  // namespace evonas::evaluation
