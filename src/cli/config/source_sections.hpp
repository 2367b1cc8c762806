#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>

#include "base/fields.hpp"
#include "evaluation/command/command_options.hpp"
#include "evaluation/early_stopping.hpp"
#include "evaluation/latency/latency_options.hpp"
#include "evaluation/table/builtin_tables.hpp"
#include "evaluation/training/training_options.hpp"

namespace evonas::config {

/// `{train: {data: fashion_mnist, epochs: 3}}`: accuracy on the validation split.
struct TrainSection {
  evaluation::TrainingOptions train;
  std::optional<evaluation::OwnEarlyStopping> early_stopping;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("train", train, "validation accuracy in percent after a training");
    visit("early_stopping", early_stopping,
          "validate after each epoch, and give candidates up whose best accuracy so far is below "
          "the median of what finished ones had on average after as many epochs");
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
  std::string device;
  double confidence = 0.95;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("predict", predict,
          "file of a predictor that 'evonas predictor fit' or 'evonas predictor adapt' wrote: a "
          "cheap metric with the interval that it expects, such as latency learnt from other "
          "networks or devices",
          required(file_path()));
    visit("device", device,
          "of a predictor that has learnt several devices together (evonas predictor fit "
          "--devices), the one to predict on, by name: in the unit of its metric where that was "
          "measured, as a share of the median else; empty for any other predictor");
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

/// `{ray: "train.py:train", num_gpus: 1}`: values from a Python function that runs as tasks of a
/// Ray cluster.
struct RaySection {
  std::string function;
  std::string data;
  std::string folder;
  std::string python = "python3";
  std::string address;
  std::string working_dir;
  std::int64_t most = 0;
  double num_cpus = 1.0;
  double num_gpus = 0.0;
  std::map<std::string, double> resources;
  double timeout_seconds = 86400.0;
  std::int64_t retries = 2;
  double start_seconds = 120.0;
  std::optional<evaluation::EarlyStopping> early_stopping;
  std::string unit;

  /// What is wrong with the name of a function; empty where nothing is.
  static std::string function_fault(const std::string& name) {
    const std::size_t colon = name.rfind(':');
    if (colon != std::string::npos && colon > 0 && colon + 1 < name.size()) return {};
    return "names no function: give its file, or its module, and its name, as in train.py:train";
  }

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("ray", function,
          "Python function that evaluates an architecture, as tasks of a Ray cluster, or a class "
          "whose objects do, each kept by an actor: its file or module, and its name, as in "
          "train.py:train",
          required(checked(function_fault)));
    visit("data", data,
          "name of a function beside it that is called once; what it returns is placed once on "
          "every node, and is the second argument of the other one, or what a class is made with");
    visit("folder", folder,
          "where the file of the function lies; empty is the folder of the configuration file",
          file_path());
    visit("python", python, "the Python that has evonas and Ray");
    visit("address", address,
          "address of the cluster; empty is that of the variable RAY_ADDRESS, else the cluster of "
          "this machine, which is started where there is none");
    visit("working_dir", working_dir,
          "folder that Ray copies to the nodes, where the function imports files of one's own",
          file_path());
    visit("most", most,
          "evaluations that are handed to Ray at once; 0 is as many as the cluster has room for "
          "when the search begins",
          between(0, 1024));
    visit("num_cpus", num_cpus, "CPUs that an evaluation takes", between(0, 1e6));
    visit("num_gpus", num_gpus, "GPUs that an evaluation takes; a share of one is possible",
          between(0, 1e6));
    visit("resources", resources, "other resources of Ray that an evaluation takes, by name");
    visit("timeout_seconds", timeout_seconds,
          "an evaluation ends within this time, counted from when it has begun on a node",
          between(0.001, 1e9));
    visit("retries", retries,
          "how often an evaluation is tried again that takes too long, answers with garbage, or "
          "dies with its process or node",
          between(0, 100));
    visit("start_seconds", start_seconds,
          "the cluster is reached, and the data are placed on it, within this time",
          between(1, 1e6));
    visit("early_stopping", early_stopping,
          "give candidates up whose best value so far is below the median of what finished ones "
          "had on average after as many epochs, where the function yields its values after each");
    visit("unit", unit, "of the values, as reports show it");
  }
};

/// `{from: accuracy, unit: mJ}`: a further metric that the command of another one reports.
struct FromSection {
  std::string from;
  std::string unit;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("from", from,
          "the metric under `evaluation` whose command, or function on Ray, reports this one too",
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
using SourceSection = std::variant<TrainSection, MeasureSection, LookupSection, BlocksSection,
                                   PredictSection, TableSection, TorchScriptSection, CommandSection,
                                   RaySection, FromSection, ToldSection>;

/// The same in an experiment, whose labels have to repeat at no cost.
using BenchmarkSourceSection =
    std::variant<TableSection, TorchScriptSection, LookupSection, BlocksSection>;

}  // namespace evonas::config
