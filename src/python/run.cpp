
#include "base/json.hpp"
#include "base/parallel.hpp"
#include "cli/run/run_folder.hpp"
#include "cli/run/setup.hpp"
#include "python/runs.hpp"
#include "report/evaluation_table.hpp"
#include "search/run_verification.hpp"

namespace evonas::python {
namespace {

FoundRun read_run(const std::string& path) {
  const cli::RunFolder folder(path);
  const search::RunStore store = folder.open_read_only();
  const config::Configuration configuration = cli::RunFolder::configuration(store);
  const search::SearchSetup setup = cli::make_setup(configuration, 1, cli::Sources::Declared);
  return {std::make_shared<const report::Run>(folder.load(store, setup, configuration))};
}

/// What `evonas verify` finds.
std::vector<std::string> verify_run(const std::string& path, std::size_t threads) {
  const cli::RunFolder folder(path);
  const search::RunStore store = folder.open_read_only();
  std::vector<std::string> faults = store.verify_checksums();
  if (!faults.empty()) return faults;
  const config::Configuration configuration = cli::RunFolder::configuration(store);
  ThreadArena arena(threads);
  arena.execute([&] {
    const search::SearchSetup setup =
        cli::make_setup(configuration, arena.threads(), cli::Sources::Declared);
    faults = search::verify_run(setup, store);
    if (faults.empty()) {
      faults = folder.verify_files(store, folder.load(store, setup, configuration));
    }
  });
  return faults;
}

nb::object to_python(const report::TableColumn::Values& values) {
  if (const auto* numbers = std::get_if<std::vector<double>>(&values)) {
    return nb::cast(to_numpy(*numbers));
  }
  if (const auto* whole = std::get_if<std::vector<std::optional<std::int64_t>>>(&values)) {
    return nb::cast(*whole);
  }
  if (const auto* texts = std::get_if<std::vector<std::string>>(&values)) return nb::cast(*texts);
  return nb::cast(std::get<std::vector<bool>>(values));
}

nb::dict columns_of(const FoundRun& self) {
  nb::dict columns;
  for (const report::TableColumn& column : report::evaluation_table(*self.run)) {
    columns[nb::cast(column.name)] = to_python(column.values);
  }
  return columns;
}

std::vector<std::pair<std::string, std::string>> objectives_of(const FoundRun& self) {
  std::vector<std::pair<std::string, std::string>> objectives;
  for (const search::Objective& objective : self.run->problem.objectives) {
    objectives.emplace_back(objective.metric,
                            objective.goal == search::Goal::Maximize ? "maximize" : "minimize");
  }
  return objectives;
}

std::vector<std::tuple<std::string, std::string, double>> limits_of(const FoundRun& self) {
  std::vector<std::tuple<std::string, std::string, double>> limits;
  for (const search::Limit& limit : self.run->problem.limits) {
    limits.emplace_back(limit.metric,
                        limit.relation == search::Relation::AtMost ? "<=" : ">=", limit.bound);
  }
  return limits;
}

std::vector<std::pair<std::string, std::vector<std::string>>> genes_of(const FoundRun& self) {
  std::vector<std::pair<std::string, std::vector<std::string>>> genes;
  for (const spaces::GeneDescription& gene : self.run->space.describe_genes()) {
    genes.emplace_back(gene.name, gene.values);
  }
  return genes;
}

/// The genes of every row of the columns.
std::vector<std::vector<spaces::Genotype::Gene>> genotypes_of(const FoundRun& self) {
  std::map<std::uint64_t, std::vector<spaces::Genotype::Gene>> by_index;
  const search::SearchSummary& summary = self.run->summary;
  for (const auto* records : {&summary.evaluations, &summary.screenings}) {
    for (const search::EvaluationRecord& record : *records) {
      const auto genes = record.genotype.genes();
      by_index[record.index].assign(genes.begin(), genes.end());
    }
  }
  std::vector<std::vector<spaces::Genotype::Gene>> rows;
  for (auto& [index, genes] : by_index) rows.push_back(std::move(genes));
  return rows;
}

/// Every value that was known after an epoch of an evaluation, in the order of index, epoch and
/// metric.
nb::dict by_epoch_of(const FoundRun& self) {
  std::map<std::uint64_t, const evaluation::ValuesByEpoch*> by_index;
  const search::SearchSummary& summary = self.run->summary;
  for (const auto* records : {&summary.evaluations, &summary.screenings}) {
    for (const search::EvaluationRecord& record : *records) {
      by_index[record.index] = &record.by_epoch;
    }
  }
  std::vector<std::uint64_t> indices;
  std::vector<std::int64_t> epochs;
  std::vector<std::string> metrics;
  std::vector<double> numbers;
  for (const auto& [index, by_epoch] : by_index) {
    for (const auto& [epoch, values] : *by_epoch) {
      for (const auto& [metric, value] : values) {
        indices.push_back(index);
        epochs.push_back(epoch);
        metrics.push_back(metric);
        numbers.push_back(value);
      }
    }
  }
  nb::dict columns;
  columns["index"] = nb::cast(indices);
  columns["epoch"] = nb::cast(epochs);
  columns["metric"] = nb::cast(metrics);
  columns["value"] = nb::cast(to_numpy(numbers));
  return columns;
}

std::map<std::string, std::string> units_of(const FoundRun& self) {
  std::map<std::string, std::string> units;
  for (const auto& [name, metric] : self.run->metrics) units[name] = metric.unit;
  return units;
}

}  // namespace

void bind_runs(nb::module_& module) {
  nb::class_<FoundRun>(module, "FoundRun", "What evonas.Run is made of.")
      .def_prop_ro("name", [](const FoundRun& self) { return self.run->name; })
      .def_prop_ro("space", [](const FoundRun& self) { return self.run->space.name(); })
      .def_prop_ro("summary",
                   [](const FoundRun& self) { return report::summary_json(*self.run).dump(); })
      .def_prop_ro("message", [](const FoundRun& self) { return self.run->summary.message; })
      .def_prop_ro("configuration", [](const FoundRun& self) { return self.run->configuration; })
      .def_prop_ro("objectives", &objectives_of)
      .def_prop_ro("limits", &limits_of)
      .def_prop_ro("genes", &genes_of)
      .def_prop_ro("units", &units_of)
      .def("columns", &columns_of)
      .def("genotypes", &genotypes_of)
      .def("by_epoch", &by_epoch_of)
      .def("csv", [](const FoundRun& self) {
        return report::to_csv(report::evaluation_table(*self.run));
      });
  module.def("read_run", &read_run, nb::arg("folder"), nb::call_guard<nb::gil_scoped_release>());
  module.def("verify_run", &verify_run, nb::arg("folder"), nb::arg("threads") = 0,
             nb::call_guard<nb::gil_scoped_release>());
}

}  // namespace evonas::python
