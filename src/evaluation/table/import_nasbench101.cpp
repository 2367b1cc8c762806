#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <tuple>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/parallel.hpp"
#include "base/quoted.hpp"
#include "evaluation/table/cells.hpp"
#include "evaluation/table/import_table.hpp"
#include "evaluation/table/imported_metric.hpp"
#include "evaluation/table/metric_name.hpp"
#include "evaluation/table/nasbench101_record.hpp"
#include "evaluation/table/table_file.hpp"
#include "evaluation/table/table_writer.hpp"
#include "evaluation/table/tfrecord.hpp"

namespace evonas::evaluation {
namespace {

struct Quantity {
  const char* name;
  bool halfway;
  double NasBench101Evaluation::*value;
};

constexpr std::array<Quantity, 8> kQuantities{{
    {"validation_accuracy", false, &NasBench101Evaluation::validation_accuracy},
    {"test_accuracy", false, &NasBench101Evaluation::test_accuracy},
    {"train_accuracy", false, &NasBench101Evaluation::train_accuracy},
    {"training_time", false, &NasBench101Evaluation::training_time},
    {"halfway_validation_accuracy", true, &NasBench101Evaluation::validation_accuracy},
    {"halfway_test_accuracy", true, &NasBench101Evaluation::test_accuracy},
    {"halfway_train_accuracy", true, &NasBench101Evaluation::train_accuracy},
    {"halfway_training_time", true, &NasBench101Evaluation::training_time},
}};
constexpr const char* kParameterMetric = "trainable_parameters";

/// Numbers by row, of which the official file has nearly all in single precision.
class Column {
 public:
  void set(std::size_t row, double value) {
    const auto single = static_cast<float>(value);
    if (double_.empty() && static_cast<double>(single) == value) {
      put(single_, row, single);
      return;
    }
    if (double_.empty()) double_.assign(single_.begin(), single_.end());
    single_ = {};
    put(double_, row, value);
  }

  bool single_precision() const { return double_.empty(); }

  double value(std::size_t row) const {
    const std::size_t size = single_precision() ? single_.size() : double_.size();
    if (row >= size) return std::numeric_limits<double>::quiet_NaN();
    return single_precision() ? static_cast<double>(single_[row]) : double_[row];
  }

 private:
  template <class Number>
  static void put(std::vector<Number>& numbers, std::size_t row, Number value) {
    if (numbers.size() <= row) numbers.resize(row + 1, std::numeric_limits<Number>::quiet_NaN());
    numbers[row] = value;
  }

  std::vector<float> single_;
  std::vector<double> double_;
};

/// Collects the trainings of each cell, which need not stand together in the file.
class RecordImporter {
 public:
  RecordImporter(const spaces::AnySpace& space, const std::filesystem::path& file,
                 const std::filesystem::path& out)
      : name_(file.string()),
        file_(file),
        writer_(space, out, {.file = name_, .architecture = "", .place = [this](std::size_t row) {
                               return places_[row].to_string();
                             }}) {}

  void read_records() {
    constexpr std::size_t kBatch = 4096;
    std::vector<Place> places;
    std::vector<std::string> records;
    std::string bytes;
    while (file_.read(bytes)) {
      places.push_back({file_.number(), file_.offset()});
      records.push_back(bytes);
      if (records.size() < kBatch) continue;
      add_records(places, records);
      places.clear();
      records.clear();
    }
    add_records(places, records);
    if (places_.empty()) throw EvaluationError(fmt::format("{} has no records", name_));
  }

  ImportSummary finish(std::span<const ImportedMetric> chosen, const ImportOptions& options,
                       const std::filesystem::path& source) {
    const std::vector<ImportedMetric> metrics =
        chosen.empty() ? all_metrics() : std::vector<ImportedMetric>(chosen.begin(), chosen.end());
    check_names(metrics);
    const std::vector<std::vector<const Column*>> columns = columns_of(metrics);
    ImportSummary summary;
    const std::vector<std::size_t> rows =
        complete_rows(columns, required_positions(metrics, options.required));
    summary.left_out = places_.size() - rows.size();
    write_rows(rows);
    summary.rows = rows.size();
    for (std::size_t i = 0; i < metrics.size(); ++i) {
      const bool single = columns[i].size() == 1 && columns[i][0]->single_precision();
      CellColumn cells;
      for (const std::size_t row : rows) {
        const double value = mean_of_columns(values_of(columns[i], row), name_, metrics[i]);
        single ? cells.add(static_cast<float>(value)) : cells.add(value);
      }
      summary.missing_values += cells.missing();
      writer_.add_metric(metrics[i].metric, fmt::format("{}", fmt::join(metrics[i].columns, ",")),
                         cells, single);
    }
    writer_.finish(with_source(options.about, source));
    return summary;
  }

 private:
  struct Place {
    std::size_t number = 0;
    std::uint64_t offset = 0;
    std::string to_string() const { return fmt::format("record {} at byte {}", number, offset); }
  };

  /// One repeat of the training of so many epochs.
  struct Training {
    std::int64_t epochs = 0;
    std::uint64_t repeat = 0;  // from 1
    bool operator<(const Training& other) const {
      return std::tie(epochs, repeat) < std::tie(other.epochs, other.repeat);
    }
  };

  void add_records(std::span<const Place> places, std::span<const std::string> records) {
    constexpr std::size_t kGrain = 32;
    std::vector<NasBench101Record> parsed(records.size());
    std::vector<std::string> faults(records.size());
    parallel_for(
        records.size(),
        [&](std::size_t i) {
          try {
            parsed[i] = parse_nasbench101_record(records[i]);
          } catch (const EvaluationError& error) {
            faults[i] = error.what();
          }
        },
        kGrain);
    for (std::size_t i = 0; i < records.size(); ++i) {
      if (!faults[i].empty()) fail(places[i], faults[i]);
      add_record(places[i], parsed[i]);
    }
  }

  void add_record(const Place& place, const NasBench101Record& record) {
    // So that all columns fit into one table.
    constexpr std::size_t kMostTrainings = kMostTableMetrics / kQuantities.size() - 1;
    const auto [known, is_new] = row_of_hash_.try_emplace(record.module_hash, places_.size());
    const std::size_t row = known->second;
    if (is_new) {
      places_.push_back(place);
      architectures_.push_back(record.architecture);
      parameters_.set(row, static_cast<double>(record.trainable_parameters));
    } else if (architectures_[row] != record.architecture) {
      fail(place, fmt::format("its cell {} is another one than {} of {}, which has the same hash",
                              evonas::quoted(record.architecture),
                              evonas::quoted(architectures_[row]), places_[row].to_string()));
    } else if (parameters_.value(row) != static_cast<double>(record.trainable_parameters)) {
      fail(place, fmt::format("its cell has {} trainable parameters, but {} in {}",
                              record.trainable_parameters, parameters_.value(row),
                              places_[row].to_string()));
    }
    Training training{record.epochs, 1};
    while (trainings_.contains(training) &&
           !std::isnan(trainings_.at(training).front().value(row))) {
      ++training.repeat;
    }
    if (!trainings_.contains(training) && trainings_.size() == kMostTrainings) {
      fail(place, fmt::format("with it cells were trained in more than {} ways (epochs and repeat)",
                              kMostTrainings));
    }
    std::array<Column, kQuantities.size()>& columns = trainings_[training];
    for (std::size_t i = 0; i < kQuantities.size(); ++i) {
      const Quantity& quantity = kQuantities[i];
      columns[i].set(row, (quantity.halfway ? record.halfway : record.final).*quantity.value);
    }
  }

  static std::string column_name(const Quantity& quantity, const Training& training) {
    return MetricName{.quantity = quantity.name, .epochs = training.epochs, .seed = training.repeat}
        .to_string();
  }

  std::vector<ImportedMetric> all_metrics() const {
    std::vector<ImportedMetric> metrics{{{.name = kParameterMetric}, {kParameterMetric}}};
    for (const Quantity& quantity : kQuantities) {
      const bool time = quantity.value == &NasBench101Evaluation::training_time;
      for (const auto& [training, columns] : trainings_) {
        const std::string name = column_name(quantity, training);
        metrics.push_back({{.name = name,
                            .unit = time ? "s" : "fraction",
                            .direction = time ? Direction::Unspecified : Direction::Maximize},
                           {name}});
      }
    }
    return metrics;
  }

  std::vector<std::vector<const Column*>> columns_of(
      std::span<const ImportedMetric> metrics) const {
    std::vector<std::string> names{kParameterMetric};
    std::vector<const Column*> columns{&parameters_};
    for (const auto& [training, own] : trainings_) {
      for (std::size_t i = 0; i < kQuantities.size(); ++i) {
        names.push_back(column_name(kQuantities[i], training));
        columns.push_back(&own[i]);
      }
    }
    std::vector<std::vector<const Column*>> chosen;
    for (const ImportedMetric& metric : metrics) {
      chosen.emplace_back();
      for (const std::string& column : metric.columns) {
        chosen.back().push_back(columns[position_of(names, column, name_)]);
      }
    }
    return chosen;
  }

  static std::vector<double> values_of(std::span<const Column* const> columns, std::size_t row) {
    std::vector<double> values;
    for (const Column* const column : columns) values.push_back(column->value(row));
    return values;
  }

  std::vector<std::size_t> complete_rows(std::span<const std::vector<const Column*>> columns,
                                         std::span<const std::size_t> required) const {
    std::vector<std::size_t> rows;
    for (std::size_t row = 0; row < places_.size(); ++row) {
      if (std::ranges::none_of(required, [&](std::size_t metric) {
            return std::ranges::any_of(values_of(columns[metric], row),
                                       [](double value) { return std::isnan(value); });
          })) {
        rows.push_back(row);
      }
    }
    if (rows.empty()) {
      throw EvaluationError(
          fmt::format("{}: each of its {} cells lacks a required metric", name_, places_.size()));
    }
    return rows;
  }

  void write_rows(std::span<const std::size_t> rows) {
    std::vector<Place> places;
    std::vector<std::string> architectures;
    for (const std::size_t row : rows) {
      places.push_back(places_[row]);
      architectures.push_back(std::move(architectures_[row]));
    }
    places_ = std::move(places);
    writer_.add_rows(architectures);
  }

  [[noreturn]] void fail(const Place& place, std::string_view what) const {
    throw EvaluationError(fmt::format("{}, {}: {}", name_, place.to_string(), what));
  }

  std::string name_;
  TfRecordFile file_;
  TableWriter writer_;
  std::unordered_map<std::string, std::size_t> row_of_hash_;
  std::vector<Place> places_;               // by row, of its first record
  std::vector<std::string> architectures_;  // by row
  Column parameters_;
  std::map<Training, std::array<Column, kQuantities.size()>> trainings_;
};

}  // namespace

ImportSummary import_nasbench101(const spaces::AnySpace& space,
                                 const std::filesystem::path& tfrecord,
                                 std::span<const ImportedMetric> metrics,
                                 const std::filesystem::path& out, const ImportOptions& options) {
  if (space.name() != "nasbench101") {
    throw EvaluationError(
        fmt::format("a TFRecord file is read as one of NAS-Bench-101, which is a table of the "
                    "space nasbench101, not of {}",
                    space.name()));
  }
  const PartialFile partial(tfrecord, out);
  try {
    RecordImporter importer(space, tfrecord, partial.path());
    importer.read_records();
    const ImportSummary summary = importer.finish(metrics, options, tfrecord);
    partial.move_to_target();
    return summary;
  } catch (const SQLite::Exception& error) {
    throw EvaluationError(fmt::format("cannot write the table {}: {}", out.string(), error.what()));
  }
}

}  // namespace evonas::evaluation
