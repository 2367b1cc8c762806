#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/commands/common_options.hpp"
#include "cli/run/search_session.hpp"
#include "evaluation/table/benchmark_table.hpp"
#include "spaces/space_list.hpp"

namespace evonas::cli {
namespace {

using evaluation::BenchmarkTable;
using evaluation::Direction;

struct Options {
  std::string space;
  std::string csv;
  std::string architecture;
  std::vector<std::string> metrics;
  std::string out;
  bool json = false;
};

std::string to_string(Direction direction) {
  if (direction == Direction::Unspecified) return "unspecified";
  return direction == Direction::Maximize ? "maximize" : "minimize";
}

int import(const Options& options) {
  std::vector<evaluation::ImportedMetric> metrics;
  for (const std::string& metric : options.metrics) {
    metrics.push_back(evaluation::ImportedMetric::parse(metric));
  }
  const auto summary = evaluation::import_table(spaces::make_space(options.space), options.csv,
                                                options.architecture, metrics, options.out);
  if (options.json) {
    fmt::print("{}\n", nlohmann::json{{"file", options.out},
                                      {"rows", summary.rows},
                                      {"missing_values", summary.missing_values}}
                           .dump(2));
  } else {
    fmt::print("{}: {} architectures, {} values missing\n", options.out, summary.rows,
               summary.missing_values);
  }
  return kDone;
}

/// Rows that have a value, and the best of them where the metric says what is better.
nlohmann::json describe(const BenchmarkTable& table, const spaces::AnySpace& space,
                        const evaluation::TableMetric& metric) {
  std::size_t values = 0;
  for (const double value : table.values(metric.name)) values += value == value ? 1 : 0;
  nlohmann::json json = {{"name", metric.name},
                         {"unit", metric.unit},
                         {"direction", to_string(metric.direction)},
                         {"values", values}};
  if (metric.direction != Direction::Unspecified && values > 0) {
    const auto best = table.best(metric.name, metric.direction);
    json["best"] = {{"value", best.value},
                    {"architecture", space.format(table.genotype(best.row))}};
  }
  return json;
}

int info(const Options& options) {
  const spaces::AnySpace space = spaces::make_space(options.space);
  const BenchmarkTable table = BenchmarkTable::open(options.out, space);
  nlohmann::json metrics = nlohmann::json::array();
  for (const auto& metric : table.metrics()) metrics.push_back(describe(table, space, metric));
  if (options.json) {
    fmt::print("{}\n", nlohmann::json{{"file", options.out},
                                      {"space", space.name()},
                                      {"rows", table.size()},
                                      {"metrics", std::move(metrics)}}
                           .dump(2));
    return kDone;
  }
  fmt::print("{}: {} architectures of {}\n", options.out, table.size(), space.name());
  for (const auto& metric : metrics) {
    const auto unit = metric.at("unit").get<std::string>();
    fmt::print("  {}{}: {} values", metric.at("name").get<std::string>(),
               unit.empty() ? "" : " [" + unit + "]", metric.at("values").get<std::size_t>());
    if (metric.contains("best")) {
      fmt::print(", {}, best {} at {}", metric.at("direction").get<std::string>(),
                 metric.at("best").at("value").get<double>(),
                 metric.at("best").at("architecture").get<std::string>());
    }
    fmt::print("\n");
  }
  return kDone;
}

}  // namespace

void add_table_command(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  options->space = "nasbench201";
  CLI::App* command = app.add_subcommand("table", "Benchmark tables: import and look at them");
  command->require_subcommand(1);
  command->footer("Example:\n  evonas table info tables/nasbench201.sqlite");

  CLI::App* imported = command->add_subcommand("import", "Make a table file from a CSV file");
  imported->add_option("--space", options->space, "search space of the architectures")->required();
  imported->add_option("--csv", options->csv, "CSV file with a header line, plain or gzip")
      ->required()
      ->type_name("FILE");
  imported
      ->add_option("--architecture", options->architecture,
                   "column with architectures in the space's notation")
      ->required()
      ->type_name("COLUMN");
  imported
      ->add_option("--metric", options->metrics,
                   "a metric and its column: NAME=COLUMN[:UNIT[:maximize|minimize]]")
      ->required()
      ->allow_extra_args(false)
      ->type_name("METRIC");
  imported->add_option("--out", options->out, "table file to write")->required()->type_name("FILE");
  add_json(*imported, options->json);
  imported->footer(R"(Example:
  evonas table import --space nasbench201 --csv nasbench201.csv.gz --architecture arch \
    --metric accuracy=cifar10_val_200:%:maximize --metric params_m=cifar10_params_m \
    --out tables/nasbench201.sqlite)");
  set_action(*imported, action, options, import);

  add_table_build_command(*command, action);

  CLI::App* shown =
      command->add_subcommand("info", "Metrics of a table file and their best values");
  shown->add_option("TABLE", options->out, "table file")->required();
  shown->add_option("--space", options->space, "search space of the table")->capture_default_str();
  add_json(*shown, options->json);
  shown->footer("Example:\n  evonas table info tables/nasbench201.sqlite --json");
  set_action(*shown, action, options, info);
}

}  // namespace evonas::cli
