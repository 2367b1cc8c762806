#include "cli/run/table_rows.hpp"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "base/csv_field.hpp"
#include "cli/run/compressed_file.hpp"
#include "graph/cost.hpp"

namespace evonas::cli {
namespace {

std::string header(std::int64_t repeats) {
  std::string line = "architecture";
  for (std::int64_t repeat = 1; repeat <= repeats; ++repeat) {
    line += fmt::format(",accuracy_{0},loss_{0},test_accuracy_{0}", repeat);
  }
  return line + ",train_seconds,params,flops,latency_ms,measured_latency_ms\n";
}

}  // namespace

void write_table(const TableRows& rows, const std::filesystem::path& file) {
  std::map<std::pair<std::string, std::int64_t>, const Label*> labels;
  for (const Label& label : rows.labels) {
    if (label.failure.empty()) labels[{label.architecture, label.repeat}] = &label;
  }
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < rows.networks.size(); ++i) {
    const std::string architecture = rows.space.format(rows.networks[i]);
    if (!labels.contains({architecture, 1})) continue;
    std::string line = csv_field(architecture);
    std::string seconds;
    for (std::int64_t repeat = 1; repeat <= rows.repeats; ++repeat) {
      const auto found = labels.find({architecture, repeat});
      if (found == labels.end()) {
        line += ",,,";
        continue;
      }
      const Label& label = *found->second;
      line += fmt::format(",{:.2f},{:.4f},{:.2f}", label.accuracy, label.loss, label.test_accuracy);
      if (repeat == 1) seconds = fmt::format("{:.2f}", label.seconds);
    }
    const graph::Cost cost = graph::cost(rows.space.network(rows.networks[i], rows.input));
    const auto measured = rows.latencies.find(architecture);
    line += fmt::format(
        ",{},{},{},{:.4f},{}\n", seconds, cost.parameters, cost.flops, rows.looked_up[i],
        measured == rows.latencies.end() ? "" : fmt::format("{:.4f}", measured->second.median_ms));
    lines.push_back(std::move(line));
  }
  std::ranges::sort(lines);
  write_compressed(file, std::accumulate(lines.begin(), lines.end(), header(rows.repeats)));
}

}  // namespace evonas::cli
