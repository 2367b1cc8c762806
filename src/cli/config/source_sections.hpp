#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "base/fields.hpp"
#include "evaluation/command/command_options.hpp"
#include "evaluation/latency/latency_options.hpp"
#include "evaluation/table/builtin_tables.hpp"
#include "evaluation/training/training_options.hpp"

namespace evonas::config {

/// `{train: {data: fashion_mnist, epochs: 3}}`: accuracy on the validation split.
struct TrainSection {
  evaluation::TrainingOptions train;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("train", train, "validation accuracy in percent after a training");
  }
};

/// `{measure: {batch: 1, threads: 1}}`: latency of the whole network on this host.
struct MeasureSection {
  evaluation::LatencyOptions measure;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("measure", measure, "latency in ms, measured on this host; not repeatable");
  }
};

/// `{lookup: latency.csv, batch: 1}`: latency added up from operations that were measured once.
struct LookupSection {
  std::string lookup;
  evaluation::LatencyOptions options;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("lookup", lookup,
          "latency in ms, summed over operations; the file keeps what each was measured at",
          required(file_path()));
    options.fields(visit);
  }
};

/// `{blocks: latency_lut_i7_8700k.yaml}`: latency added up from a published table of blocks.
struct BlocksSection {
  std::string blocks;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("blocks", blocks,
          "latency in ms, summed over the blocks of a network: YAML table in the form of "
          "Once-for-All and ProxylessNAS",
          required(file_path()));
  }
};

/// `{predict: phone.predictor}`: what a fitted predictor says.
struct PredictSection {
  std::string predict;
  double confidence = 0.95;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("predict", predict,
          "file of a predictor that 'evonas predictor fit' or 'evonas predictor adapt' wrote: a "
          "cheap metric with the interval that it expects, such as latency learnt from other "
          "networks or devices",
          required(file_path()));
    visit("confidence", confidence,
          "the probability with which a network has to keep a limit on this metric: the limit is "
          "judged at that end of the interval which the predictor expects; 0.5 judges what it "
          "expects itself. Objectives are never judged so",
          between(0.5, 0.9999));
  }
};

/// `{table: nasbench201.sqlite, metric: cifar10_val_200}`: a value of a benchmark table.
struct TableSection {
  std::string table;
  std::string metric;
  std::string cost = "expensive";

  /// The metric of the table that `name`, a metric of the configuration, is read from.
  const std::string& column_of(const std::string& name) const {
    return metric.empty() ? name : metric;
  }

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("table", table,
          "table file that 'evonas table import' wrote, or the table that evonas carries: "
          "builtin:nasbench201_fashion_mnist",
          required(file_path(std::string(evaluation::kBuiltinTable))));
    visit("metric", metric, "metric of the table; empty is the one of the same name");
    visit("cost", cost,
          "what a value stands for: an expensive evaluation, which predictor_guided predicts, or a "
          "cheap look-up, of which it asks for every candidate",
          one_of({"expensive", "cheap"}));
  }
};

/// `{torchscript: accuracy.pt, unit: "%"}`: what a TorchScript module says of the genes.
struct TorchScriptSection {
  std::string torchscript;
  std::int64_t output = 0;
  std::string unit;
  std::string cost = "expensive";

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("torchscript", torchscript,
          "file of a TorchScript module that reads genes, int64 [n, genes], and gives float [n] or "
          "[n, outputs]",
          required(file_path()));
    visit("output", output, "which of its outputs, where it has several; the first is 0",
          between(0, 1000));
    visit("unit", unit, "unit of the values");
    visit("cost", cost,
          "what a value stands for: an expensive evaluation, which predictor_guided predicts, or a "
          "cheap look-up, of which it asks for every candidate",
          one_of({"expensive", "cheap"}));
  }
};

/// `{command: [python3, train.py], unit: "%"}`: values from processes of the user's.
struct CommandSection {
  evaluation::CommandOptions options;
  std::string unit;

  template <class Visitor>
  void fields(Visitor& visit) {
    options.fields(visit);
    visit("unit", unit, "of the values, as reports show it");
  }
};

/// `{from: accuracy, unit: mJ}`: a further metric that the command of another one reports.
struct FromSection {
  std::string from;
  std::string unit;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("from", from, "the metric under `evaluation` whose command reports this one too",
          required());
    visit("unit", unit, "of the values, as reports show it");
  }
};

struct ToldOptions {
  std::string unit;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("unit", unit, "of the values, as reports show it");
  }
};

/// `{told: {unit: "%"}}`: values that the program which runs the search tells it.
struct ToldSection {
  ToldOptions told;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("told", told,
          "values that your own program tells: for searches that Python runs (evonas.Search)");
  }
};

/// Where the values of one metric come from.
using SourceSection =
    std::variant<TrainSection, MeasureSection, LookupSection, BlocksSection, PredictSection,
                 TableSection, TorchScriptSection, CommandSection, FromSection, ToldSection>;

/// The same in an experiment, whose labels have to repeat at no cost.
using BenchmarkSourceSection =
    std::variant<TableSection, TorchScriptSection, LookupSection, BlocksSection>;

}  // namespace evonas::config
