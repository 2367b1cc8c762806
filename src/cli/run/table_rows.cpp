#include "cli/run/table_rows.hpp"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>
#include <zlib.h>

#include "base/csv_field.hpp"
#include "cli/run/atomic_file.hpp"
#include "graph/cost.hpp"

namespace evonas::cli {
namespace {

/// The bytes as one gzip member without name and time, so that they depend on nothing else.
std::string compressed(const std::string& text) {
  z_stream stream{};
  constexpr int kGzip = 16;
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, MAX_WBITS + kGzip, 9,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    throw FileError("zlib cannot compress: out of memory");
  }
  std::string result(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(result.data());
  stream.avail_out = static_cast<uInt>(result.size());
  deflate(&stream, Z_FINISH);
  result.resize(stream.total_out);
  deflateEnd(&stream);
  return result;
}

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
        measured == rows.latencies.end() ? "" : fmt::format("{:.4f}", measured->second));
    lines.push_back(std::move(line));
  }
  std::ranges::sort(lines);
  write_atomically(file,
                   compressed(std::accumulate(lines.begin(), lines.end(), header(rows.repeats))));
}

}  // namespace evonas::cli
