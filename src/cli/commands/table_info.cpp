#include "cli/commands/table_info.hpp"

#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/json.hpp"
#include "cli/config/space_section.hpp"
#include "cli/run/search_session.hpp"
#include "evaluation/table/benchmark_table.hpp"
#include "evaluation/table/metric_name.hpp"
#include "evaluation/table/table_noise.hpp"

namespace evonas::cli {
namespace {

using evaluation::BenchmarkTable;
using evaluation::Direction;
using nlohmann::json;

std::string to_string(Direction direction) {
  if (direction == Direction::Unspecified) return "unspecified";
  return direction == Direction::Maximize ? "maximize" : "minimize";
}

/// Rows that have a value, and the best of them where the metric says what is better.
json describe(const BenchmarkTable& table, const spaces::AnySpace& space,
              const evaluation::TableMetric& metric) {
  const auto name = evaluation::MetricName::parse(metric.name);
  std::size_t values = 0;
  for (const double value : table.values(metric.name)) values += std::isnan(value) ? 0 : 1;
  json result = {{"name", metric.name},
                 {"quantity", name->quantity},
                 {"unit", metric.unit},
                 {"direction", to_string(metric.direction)},
                 {"values", values}};
  if (name->epochs) result["epochs"] = *name->epochs;
  if (name->seed) result["seed"] = *name->seed;
  if (metric.direction != Direction::Unspecified && values > 0) {
    const auto best = table.best(metric.name, metric.direction);
    result["best"] = {{"value", best.value},
                      {"row", best.row},
                      {"architecture", space.format(table.genotype(best.row))}};
  }
  return result;
}

json describe(const evaluation::SeedNoise& noise) {
  json result = {{"quantity", noise.quantity},
                 {"seeds", noise.seeds},
                 {"rows", noise.rows},
                 {"kendall_tau", noise.tau}};
  if (noise.epochs) result["epochs"] = *noise.epochs;
  if (noise.tau_best_tenth) result["kendall_tau_best_tenth"] = *noise.tau_best_tenth;
  return result;
}

/// Spaces of so many genotypes are gone through, to see which of them the table knows.
constexpr std::uint64_t kLookedUp = 200000;

/// The share of the genotypes of a space whose networks the table has; in a larger space, the share
/// that its rows are, which is the least it can be.
double coverage(const BenchmarkTable& table, const spaces::AnySpace& space, std::uint64_t size) {
  std::uint64_t known = table.size();
  if (size <= kLookedUp) {
    known = 0;
    for (std::uint64_t i = 0; i < size; ++i) {
      const spaces::Genotype genotype = space.at(i);
      known += table.find(genotype, space.key(genotype)) ? 1 : 0;
    }
  }
  return static_cast<double>(known) / static_cast<double>(size);
}

json describe(const BenchmarkTable& table, const spaces::AnySpace& space) {
  const evaluation::TableAbout& about = table.about();
  json metrics = json::array();
  for (const auto& metric : table.metrics()) metrics.push_back(describe(table, space, metric));
  json noise = json::array();
  for (const auto& one : evaluation::seed_noise(table)) noise.push_back(describe(one));
  json result = {{"file", table.file().string()},
                 {"space", about.space},
                 {"space_options", about.space_options},
                 {"rows", table.size()},
                 {"networks", table.networks()},
                 {"metrics", std::move(metrics)},
                 {"noise", std::move(noise)},
                 {"provenance",
                  {{"source", about.source},
                   {"licence", about.licence},
                   {"source_file", about.source_file},
                   {"source_checksum", about.source_checksum},
                   {"command", about.command}}}};
  if (const auto size = space.size()) {
    result["space_size"] = *size;
    result["coverage"] = coverage(table, space, *size);
  }
  return result;
}

void print_metric(const json& metric) {
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

void print_noise(const json& noise) {
  fmt::print(
      "  {}{}: Kendall tau {:.3f}", noise.at("quantity").get<std::string>(),
      noise.contains("epochs") ? fmt::format("@{}", noise.at("epochs").get<std::int64_t>()) : "",
      noise.at("kendall_tau").get<double>());
  if (noise.contains("kendall_tau_best_tenth")) {
    fmt::print(", {:.3f} among the best tenth", noise.at("kendall_tau_best_tenth").get<double>());
  }
  fmt::print(" (seeds {}; {} rows)\n",
             fmt::join(noise.at("seeds").get<std::vector<std::uint64_t>>(), ", "),
             noise.at("rows").get<std::size_t>());
}

void print(const json& info) {
  const auto options = info.at("space_options").get<std::vector<std::string>>();
  fmt::print("{}: {} architectures of {}{}, {} distinct networks",
             info.at("file").get<std::string>(), info.at("rows").get<std::size_t>(),
             info.at("space").get<std::string>(),
             options.empty() ? "" : fmt::format(" ({})", fmt::join(options, ", ")),
             info.at("networks").get<std::size_t>());
  if (info.contains("coverage")) {
    fmt::print("; {:.3g} % of the {} of the space", 100.0 * info.at("coverage").get<double>(),
               info.at("space_size").get<std::uint64_t>());
  }
  fmt::print("\n");
  for (const json& metric : info.at("metrics")) print_metric(metric);
  if (!info.at("noise").empty()) fmt::print("seed to seed\n");
  for (const json& noise : info.at("noise")) print_noise(noise);
  const json& provenance = info.at("provenance");
  const auto print_text = [&](const char* label, const char* key) {
    const auto text = provenance.at(key).get<std::string>();
    if (!text.empty()) fmt::print("{}: {}\n", label, text);
  };
  print_text("source", "source");
  print_text("licence", "licence");
  print_text("imported from", "source_file");
  print_text("its XXH128", "source_checksum");
  print_text("imported by", "command");
}

}  // namespace

int show_table(const std::string& file, bool as_json) {
  const evaluation::TableAbout about = evaluation::read_table_about(file);
  const spaces::AnySpace space = config::make_space(about.space, about.space_options);
  const json info = describe(BenchmarkTable::open(file, space), space);
  if (as_json) {
    fmt::print("{}\n", info.dump(2));
  } else {
    print(info);
  }
  return kDone;
}

}  // namespace evonas::cli
