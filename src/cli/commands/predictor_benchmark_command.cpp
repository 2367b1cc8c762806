#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <span>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/json.hpp"
#include "base/parallel.hpp"
#include "cli/commands/override_options.hpp"
#include "cli/commands/predictor_options.hpp"
#include "cli/run/predictor_comparison.hpp"
#include "cli/run/run_folder.hpp"
#include "cli/run/search_session.hpp"

namespace evonas::cli {
namespace {

namespace fs = std::filesystem;

struct PredictorBenchmarkArguments {
  std::string experiment;              ///< file; may be empty
  std::vector<std::string> overrides;  ///< --set
  std::vector<std::string> fields;  ///< those that have options of their own, as --set takes them
  std::string out;
  std::size_t threads = 0;
  bool json = false;
};

config::PredictorExperiment experiment_of(const PredictorBenchmarkArguments& arguments) {
  std::vector<std::string> overrides = arguments.overrides;
  overrides.insert(overrides.end(), arguments.fields.begin(), arguments.fields.end());
  auto experiment = config::load_predictor_experiment(arguments.experiment, overrides);
  if (experiment.title.empty()) {
    experiment.title = arguments.experiment.empty() ? "Predictors compared"
                                                    : fs::path(arguments.experiment).stem();
  }
  return experiment;
}

/// Where results are kept; empty: nowhere.
fs::path results_folder(const PredictorBenchmarkArguments& arguments) {
  if (!arguments.out.empty() || arguments.experiment.empty()) return arguments.out;
  return next_run_folder(fs::path(arguments.experiment).stem());
}

void tell_restored(const PredictorComparison& comparison) {
  const auto& [reused, other, differences] = comparison.restored();
  const std::string folder = comparison.folder().string();
  if (reused > 0) {
    fmt::print(stderr, "{}: {} fits are there and not made again\n", folder, reused);
  }
  if (other > 0) {
    fmt::print(stderr,
               "{}: {} fits are not reused, because the specification differs from theirs in: {}\n",
               folder, other, fmt::join(differences, ", "));
  }
}

void tell_interrupted(const fs::path& folder) {
  if (folder.empty()) {
    fmt::print(stderr, "interrupted; with --out FOLDER, what is done would have been kept\n");
  } else {
    fmt::print(stderr, "interrupted; to go on, give the same command with --out {}\n",
               folder.string());
  }
}

/// Makes each predictor that is to be fitted once: what cannot be made is refused now and not after
/// hours of fits.
void check_models(const PredictorComparison& comparison, const PredictorSources& sources) {
  for (const auto& [entry, train] : comparison.missing_rows()) sources.of(entry).make(entry.model);
}

/// Makes what is missing, cheap rows first; false where interrupted. `prints` tells each row of the
/// result when it is whole, those first that were there.
bool fit_all(PredictorComparison& comparison, const PredictorSources& sources, ThreadArena& arena,
             const Interrupt& interrupt, bool prints) {
  const predictor::BenchmarkColumns columns = columns_of(comparison.experiment());
  const predictor::BenchmarkResults& results = comparison.results();
  const auto print_row = [&](const std::string& name, std::size_t train) {
    if (!prints) return;
    fmt::print("{}", predictor::markdown_row(results.row(name, train), columns));
    std::fflush(stdout);  // the next row can take minutes
  };
  if (prints) {
    fmt::print("{}", predictor::markdown_head(columns));
    for (const predictor::BenchmarkRow& row : comparison.baselines()) {
      fmt::print("{}", predictor::markdown_row(row, columns));
    }
  }
  for (const std::string& name : results.plan().models) {
    for (const std::size_t train : results.plan().train) {
      if (results.missing(name, train).empty()) print_row(name, train);
    }
  }
  ProgressLine line("fits");
  const std::vector<PredictorComparison::Row> rows = comparison.missing_rows();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const PredictorComparison::Row& row = rows[i];
    const PredictorSource& source = sources.of(row.entry);
    const bool done = unless_interrupted(interrupt, [&] {
      arena.execute([&] {
        pretrain(source, row.entry.model, interrupt.token());
        comparison.fit_row(
            row, std::span(rows).subspan(i + 1), source, [&](double share) { line.share(share); },
            interrupt.token());
      });
    });
    if (!done || !results.missing(row.entry.name, row.train).empty()) return false;
    line.finish();
    print_row(row.entry.name, row.train);
  }
  if (prints) fmt::print("{}", comparison.markdown_notes());
  return true;
}

/// Writes the files of a whole comparison; false where interrupted.
bool save_all(const PredictorComparison& comparison, const PredictorSources& sources,
              ThreadArena& arena, const Interrupt& interrupt) {
  return unless_interrupted(interrupt, [&] {
    arena.execute([&] {
      comparison.save();
      if (const auto entry = comparison.map_entry()) {
        pretrain(sources.of(*entry), entry->model, interrupt.token());
      }
      comparison.save_report(sources);
    });
  });
}

int benchmark_predictors(const PredictorBenchmarkArguments& arguments) {
  const fs::path folder = results_folder(arguments);
  const Interrupt interrupt;
  ThreadArena arena(arguments.threads);
  std::optional<PredictorComparison> compared;
  arena.execute([&] { compared.emplace(experiment_of(arguments), folder); });
  PredictorComparison& comparison = *compared;
  tell_restored(comparison);
  const PredictorSources sources(comparison.space(), comparison.experiment());
  check_models(comparison, sources);
  if (!fit_all(comparison, sources, arena, interrupt, !arguments.json) ||
      (!folder.empty() && !save_all(comparison, sources, arena, interrupt))) {
    tell_interrupted(folder);
    return kInterrupted;
  }
  if (arguments.json) {
    fmt::print("{}\n", comparison.json().dump(2));
  } else if (!folder.empty()) {
    fmt::print("\n{}\n", (folder / "report.html").string());
  }
  return kDone;
}

}  // namespace

void add_predictor_benchmark_command(CLI::App& predictor, Action& action) {
  auto arguments = std::make_shared<PredictorBenchmarkArguments>();
  CLI::App* command = predictor.add_subcommand(
      "benchmark", "Compare how well predictors rank the architectures of a table");
  command->add_option("EXPERIMENT", arguments->experiment,
                      "file with the values of the options below, by their names there");
  OverrideAdder options(*command, arguments->fields, {{"models", "model"}});
  config::PredictorExperiment().fields(options);
  add_overrides(*command, arguments->overrides);
  command
      ->add_option("--out", arguments->out,
                   "folder for the results, where fits that are there are not made again (default "
                   "with a file: runs/EXPERIMENT-1, -2, ...; without: none)")
      ->type_name("DIR");
  add_threads(*command, arguments->threads);
  add_json(*command, arguments->json);
  command->footer(
      R"(Every predictor learns from the same labels, drawn anew for each seed, and is tested on all
architectures that it did not learn from. Figures are means and standard deviations over seeds.
An option replaces the value that the file has. Rows come as they are done, those that take the least time
first. Where the table has several seeds of the metric, the noise ceiling is told beside: the tau of a perfect
predictor with these labels.

Examples:
  evonas predictor benchmark experiments/predictors_nasbench201.yaml --out runs/predictors
  evonas predictor benchmark --table tables/nasbench201.sqlite --metric cifar10_val_200 \
    --model gp,random --train 78,156 --seeds 5)");
  set_action(*command, action, arguments, benchmark_predictors);
}

}  // namespace evonas::cli
