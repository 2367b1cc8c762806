#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "cli/run/appended_csv.hpp"
#include "evaluation/latency/latency.hpp"

namespace evonas::cli {

/// Latencies of the architectures of one space that are being measured, safe on disk as they come.
/// Throws as AppendedCsv does.
class LatencyFile {
 public:
  explicit LatencyFile(const std::filesystem::path& file);

  /// The fastest measurement by architecture; `calls` are not kept.
  const std::map<std::string, evaluation::LatencyResult>& fastest() const { return fastest_; }
  /// How often an architecture was measured.
  std::int64_t rounds(const std::string& architecture) const;
  void append(const std::string& architecture, const evaluation::LatencyResult& result);

 private:
  void add(const std::string& architecture, const evaluation::LatencyResult& result);

  AppendedCsv csv_;
  std::map<std::string, evaluation::LatencyResult> fastest_;
  std::map<std::string, std::int64_t> rounds_;
};

}  // namespace evonas::cli
