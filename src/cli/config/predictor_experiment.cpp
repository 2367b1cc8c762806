#include "cli/config/predictor_experiment.hpp"

#include <algorithm>
#include <initializer_list>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/nearest_name.hpp"
#include "yaml/reader.hpp"

namespace evonas::config {
namespace {

yaml::FileKind predictor_file_kind() {
  return {"comparison of predictors", "table: nasbench201.sqlite"};
}

yaml::Document document_of(const std::filesystem::path& file) {
  if (!file.empty()) return yaml::read_document(file, predictor_file_kind());
  return yaml::parse_document("{}", {"command line", std::filesystem::current_path()}, 0);
}

/// Lists of what is compared name each thing once, and something.
template <class T>
void check_list(const std::vector<T>& list, const std::string& path, yaml::Findings& findings) {
  if (list.empty()) findings.add(path, "is empty: give at least one");
  for (std::size_t i = 1; i < list.size(); ++i) {
    if (std::find(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(i), list[i]) !=
        list.begin() + static_cast<std::ptrdiff_t>(i)) {
      findings.add(fmt::format("{}[{}]", path, i), fmt::format("{} is there twice", list[i]));
    }
  }
}

bool is_pretrained(const std::string& model) {
  return predictor::pretraining_of(model) == predictor::Pretraining::Networks;
}

/// Gives entries a name, and what the experiment says unless they say otherwise. Faults of theirs
/// have been found before.
void complete_entries(PredictorExperiment& experiment, const yaml::Document& document) {
  const yaml::Node* models = document.root.find("models");
  for (std::size_t i = 0; i < experiment.models.size(); ++i) {
    auto& entry = std::get<PredictorEntry>(experiment.models[i]);
    entry.recipe = experiment.recipe;
    if (!is_pretrained(entry.model)) entry.recipe.pretraining.reset();
    if (models->items[i].kind == yaml::Node::Kind::Mapping) {
      yaml::Findings known;
      yaml::Reader reader(models->items[i], "", known);
      entry.fields(reader);
    }
    if (entry.name.empty()) entry.name = entry.model;
  }
}

/// Names tell entries apart, and options that an entry has must serve it.
void check_entries(const PredictorExperiment& experiment, yaml::Findings& findings) {
  std::vector<std::string> names;
  const std::vector<PredictorEntry> entries = experiment.entries();
  const bool has_own_input = !experiment.latency.empty() || !experiment.devices.empty();
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const std::string path = fmt::format("models[{}]", i);
    names.push_back(entries[i].name);
    if (findings.given(path + ".pretraining") && !is_pretrained(entries[i].model)) {
      findings.add(path + ".pretraining",
                   fmt::format("has no effect: it is for networks, mixture and evonas, not for {}",
                               entries[i].model));
    }
    if (findings.given(path + ".input") && has_own_input) {
      findings.add(path + ".input", "has no effect beside devices or latency: leave it out");
    }
    if (!entries[i].recipe.prior.empty() && has_own_input) {
      findings.add(findings.given(path + ".prior") ? path + ".prior" : "prior",
                   "is of the architectures of one space: leave it out beside devices or latency");
    }
  }
  check_list(names, "models", findings);
  if (experiment.against.empty() || std::ranges::find(names, experiment.against) != names.end()) {
    return;
  }
  findings.add("against", fmt::format("no predictor is called \"{}\" ({})", experiment.against,
                                      nearest_or_known(experiment.against, names)));
}

/// A fault for each of `names` that says something: what is as it comes says nothing, so that files
/// with every default can be read.
void refuse(const PredictorExperiment& experiment, std::initializer_list<std::string_view> names,
            const char* fault, yaml::Findings& findings) {
  const std::pair<std::string_view, bool> said[] = {
      {"table", !experiment.table.empty()},
      {"metric", !experiment.metric.empty()},
      {"devices", !experiment.devices.empty()},
      {"hardware", !experiment.hardware.empty()},
      {"alike", !experiment.alike.empty()},
      {"test_metric", !experiment.test_metric.empty()},
      {"proxies", !experiment.proxies.empty()},
      {"noise", experiment.noise},
      {"input", experiment.recipe.input.has_value()}};
  for (const auto& [name, says] : said) {
    if (says && std::ranges::find(names, name) != names.end()) {
      findings.add(std::string(name), fault);
    }
  }
}

/// What measurements of a table on several devices need, and what they have no use for.
void check_devices(const PredictorExperiment& experiment, yaml::Findings& findings) {
  refuse(experiment, {"metric", "test_metric", "proxies", "input", "noise"},
         "has no effect beside devices: leave it out", findings);
  check_list(experiment.devices, "devices", findings);
  if (experiment.devices.size() == 1) findings.add("devices", "is one: give at least two");
  if (experiment.split != "leave_family_out") {
    refuse(experiment, {"alike"},
           "has no effect with another split than leave_family_out: leave it out", findings);
  }
}

/// What a table needs and latencies do not have, and the reverse.
void check_data(const PredictorExperiment& experiment, yaml::Findings& findings) {
  if (!experiment.latency.empty()) {
    refuse(experiment,
           {"table", "metric", "test_metric", "proxies", "devices", "hardware", "alike", "input",
            "noise"},
           "has no effect where latency is learnt: leave it out", findings);
    return;
  }
  if (experiment.table.empty()) {
    findings.add("table", "is missing: name a table, or give a folder with latency");
  } else if (!experiment.devices.empty()) {
    check_devices(experiment, findings);
  } else if (experiment.metric.empty()) {
    findings.add("metric", "is missing");
  }
  if (!experiment.proxies.empty()) check_list(experiment.proxies, "proxies", findings);
  if (experiment.devices.empty()) {
    refuse(experiment, {"hardware", "alike"},
           "has no effect without devices: give some, or leave it out", findings);
  }
  if (experiment.split == "leave_family_out" && experiment.devices.empty()) {
    findings.add("split",
                 "leave_family_out needs families: give a folder with latency, or devices");
  }
}

}  // namespace

std::vector<PredictorEntry> PredictorExperiment::entries() const {
  std::vector<PredictorEntry> entries;
  for (const auto& entry : models) entries.push_back(std::get<PredictorEntry>(entry));
  return entries;
}

PredictorExperiment load_predictor_experiment(const std::filesystem::path& file,
                                              std::span<const std::string> overrides) {
  yaml::Findings findings;
  yaml::Document document = document_of(file);
  for (const std::string& assignment : overrides) {
    yaml::apply_override(document, assignment, std::filesystem::current_path());
  }
  PredictorExperiment experiment;
  yaml::read_options(document, experiment, findings);
  check_data(experiment, findings);
  if (findings.faults().empty()) {
    complete_entries(experiment, document);
    check_entries(experiment, findings);
    check_list(experiment.train, "train", findings);
  }
  findings.check();
  return experiment;
}

bool is_predictor_experiment(const std::filesystem::path& file) {
  return yaml::read_document(file, file_kind()).root.find("models") != nullptr;
}

}  // namespace evonas::config
