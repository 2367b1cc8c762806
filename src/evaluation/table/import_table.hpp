#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "evaluation/table/benchmark_table.hpp"

namespace evonas::evaluation {

/// A column of a file that becomes a metric, or the mean of several.
struct ImportedMetric {
  TableMetric metric;
  std::vector<std::string> columns;

  /// "NAME=COLUMN[,COLUMN...][:UNIT[:maximize|minimize]]"; COLUMN without ':' and ','. Throws
  /// EvaluationError.
  static ImportedMetric parse(std::string_view text);
};

struct ImportOptions {
  /// Metrics that a row must have; one that lacks any of them is left out.
  std::vector<std::string> required;
  /// What the table says of where it is from; the source file is filled in.
  TableAbout about;
};

struct ImportSummary {
  std::size_t rows = 0;
  std::size_t missing_values = 0;
  std::size_t left_out = 0;  ///< rows without a required metric
};

/// Imports a CSV file into a new table file. `architecture` names the column with architectures in
/// the space's notation, or several ("adjacency+ops"), whose fields joined by blanks give it.
/// Writes `out`.partial and renames it at the end, so that an existing table stays untouched by a
/// failure. An empty field, or "nan", is a missing value; so is a mean that lacks a part.
///
/// Throws EvaluationError with file and line for an architecture that the space does not accept or
/// that an earlier line has (naming it), a value that is no finite number, a column that is missing
/// (naming the nearest) or there twice; and for a file without rows, a metric name that
/// MetricName does not read, and a file that cannot be written.
ImportSummary import_table(const spaces::AnySpace& space, const std::filesystem::path& csv,
                           const std::string& architecture, std::span<const ImportedMetric> metrics,
                           const std::filesystem::path& out, const ImportOptions& options = {});

/// Imports the official file of NAS-Bench-101 (`nasbench_full.tfrecord`,
/// `nasbench_only108.tfrecord`) into a new table file in the same way. Its columns are
/// trainable_parameters and, for every training of EPOCHS epochs and repeat N from 1 in the order
/// of the file, QUANTITY@EPOCHS#N with the quantities train_accuracy, validation_accuracy,
/// test_accuracy and training_time at its end, and halfway_train_accuracy and so on at half of its
/// epochs. Without `metrics` each column is a metric of its own name.
///
/// Throws EvaluationError with file, record number (from 1) and byte offset for a record that is
/// damaged (its check sums), cut off, or no JSON, base64 or protobuf of the form of the benchmark;
/// and as import_table() does.
ImportSummary import_nasbench101(const spaces::AnySpace& space,
                                 const std::filesystem::path& tfrecord,
                                 std::span<const ImportedMetric> metrics,
                                 const std::filesystem::path& out,
                                 const ImportOptions& options = {});

}  // namespace evonas::evaluation
