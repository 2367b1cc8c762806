#include "cli/run/latency_file.hpp"

#include <vector>

#include <fmt/format.h>

namespace evonas::cli {

LatencyFile::LatencyFile(const std::filesystem::path& file)
    : csv_(file, {"architecture", "latency_ms", "low_ms", "high_ms"}) {
  for (const std::vector<std::string>& row : csv_.rows()) {
    add(row[0], {.median_ms = number_of<double>(file, row[1]),
                 .low_ms = number_of<double>(file, row[2]),
                 .high_ms = number_of<double>(file, row[3])});
  }
}

std::int64_t LatencyFile::rounds(const std::string& architecture) const {
  const auto found = rounds_.find(architecture);
  return found == rounds_.end() ? 0 : found->second;
}

void LatencyFile::append(const std::string& architecture, const evaluation::LatencyResult& result) {
  csv_.append({architecture, fmt::format("{:.6f}", result.median_ms),
               fmt::format("{:.6f}", result.low_ms), fmt::format("{:.6f}", result.high_ms)});
  add(architecture, result);
}

void LatencyFile::add(const std::string& architecture, const evaluation::LatencyResult& result) {
  evaluation::LatencyResult& least = fastest_.emplace(architecture, result).first->second;
  if (result.median_ms < least.median_ms) least = result;
  ++rounds_[architecture];
}

}  // namespace evonas::cli
