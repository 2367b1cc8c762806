#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/fields.hpp"
#include "cli/config/experiment.hpp"
#include "cli/config/predictor_recipe.hpp"
#include "evaluation/table/builtin_tables.hpp"
#include "predictor/predictor_list.hpp"

namespace evonas::config {

/// Somebody else's figure, to draw beside ours.
struct PublishedTauSection {
  std::string label;
  std::int64_t size = 0;
  double tau = 0.0;
  std::string source;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("label", label, "name of the predictor", required());
    visit("size", size, "labels that it has learnt from", required(between(1, 1e8)));
    visit("tau", tau, "its Kendall tau", required(between(-1, 1)));
    visit("source", source, "where that is published", required());
  }
};

/// One of the predictors: `gp`, or `{model: gp, name: gp of networks, input: cifar10}`.
struct PredictorEntry {
  std::string model;
  std::string name;
  PredictorRecipe recipe;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("model", model, "predictor", required(one_of(predictor::predictor_names())));
    visit("name", name,
          "what results call it; empty is the name of the model. The same model made in several "
          "ways needs names",
          checked(cell_fault));
    recipe.fields(visit);
  }
};

/// A comparison of predictors on a table or a latency benchmark, as a file or a command line asks
/// for it.
struct PredictorExperiment {
  std::string title;
  std::string table;
  std::string latency;
  std::string metric;
  std::string test_metric;
  std::vector<std::string> proxies;
  std::vector<std::string> devices;
  std::string hardware;
  std::vector<std::string> alike;
  std::vector<std::variant<PredictorEntry>> models;  // an alternative can be given as a word
  std::string against;
  std::vector<std::int64_t> train;
  std::int64_t refresh = 0;
  std::int64_t test = 0;
  std::int64_t seeds = 5;
  std::string split = "random";
  PredictorRecipe recipe;
  bool noise = false;
  bool curve = false;
  std::vector<PublishedTauSection> published;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("title", title, "heading of the result");
    visit("table", table,
          "table file that 'evonas table import' wrote, or the table that evonas carries: "
          "builtin:nasbench201_fashion_mnist",
          file_path(std::string(evaluation::kBuiltinTable)));
    visit("latency", latency,
          "folder that 'evonas latency build' wrote, instead of a table: whole networks of several "
          "families, whose latency is learnt",
          file_path());
    visit("metric", metric, "metric of the table to learn, and to test on");
    visit("test_metric", test_metric, "second metric to test on");
    visit("proxies", proxies,
          "beside `metric`: further metrics of the table that rank architectures as they are, such "
          "as zero-cost proxies, in rows of their own, tested on the same architectures");
    visit("devices", devices,
          "instead of `metric`: metrics of the table that are one quantity on several devices, "
          "learnt "
          "together, each divided by its median; with the split leave_family_out one of them is "
          "never learnt and tested, another with each seed");
    visit("hardware", hardware,
          "beside `devices`: CSV file with a column `device`, the part of each metric's name in "
          "which they differ, and columns of numbers above 0 such as clock_ghz, cores or "
          "bandwidth_gbs, empty where nobody knows, which ledg_former reads",
          file_path());
    visit("alike", alike,
          "beside `devices` and leave_family_out: words in the names of devices: where one is in "
          "that of the device that is left out, all others with it are not learnt either, as the "
          "same hardware under another setting");
    visit("models", models,
          "predictors to compare: names, or mappings with options of their own instead of those "
          "below",
          required());
    visit("against", against,
          "the name of the predictor that all others are compared with, seed by seed: mean "
          "difference of the taus, its 95 % interval and p-value");
    visit("train", train,
          "numbers of labels to learn from; 0 for cg with `pretrained` labels of other spaces",
          required(between(0, 1e8)));
    visit("refresh", refresh, "of the labels, so many come after the fit: how a refresh does",
          between(0, 1e8));
    visit("test", test, "most architectures to test on, drawn at random; 0 is all that are left",
          between(0, 1e8));
    visit("seeds", seeds, "splits of each size, with the seeds 1, 2, 3, ...", between(1, 1000));
    visit("split", split,
          "architectures to learn from: random ones, the first of the table, or of latencies "
          "leave_family_out: of all families but the one that is tested, another with each seed",
          one_of({"random", "first", "leave_family_out"}));
    recipe.fields(visit);
    visit("noise", noise,
          "whether labels count less the further the seeds of the table are apart for them");
    visit("curve", curve,
          "whether learning curves of networks tell the tau on some 1,000 of the tested "
          "architectures too, which takes time");
    visit("published", published, "figures of others, to draw beside");
  }

  /// The entries of `models`.
  std::vector<PredictorEntry> entries() const;
};

/// Reads a file of that kind as load_configuration() does a configuration. Where `file` is empty,
/// all of it comes from the overrides. Entries of the result have a name, and what the experiment
/// says of how predictors are made unless they say otherwise. Throws yaml::YamlError.
PredictorExperiment load_predictor_experiment(const std::filesystem::path& file,
                                              std::span<const std::string> overrides = {});

/// Whether the file is of that kind: it has `models`. Throws yaml::YamlError where it is not even
/// YAML.
bool is_predictor_experiment(const std::filesystem::path& file);

}  // namespace evonas::config
