#include "cli/run/label_file.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/quoted.hpp"

namespace evonas::cli {
namespace {

template <class Number>
Number number_of(const std::filesystem::path& file, const std::string& field) {
  Number value{};
  const char* const last = field.data() + field.size();
  const auto [end, error] = std::from_chars(field.data(), last, value);
  if (error == std::errc{} && end == last) return value;
  throw evaluation::EvaluationError(
      fmt::format("{}: {} is no number; remove the line", file.string(), evonas::quoted(field)));
}

}  // namespace

LabelFile::LabelFile(const std::filesystem::path& file)
    : csv_(file, {"architecture", "repeat", "accuracy", "loss", "test_accuracy", "train_loss",
                  "seconds", "failure"}) {
  for (const std::vector<std::string>& row : csv_.rows()) {
    Label label;
    label.architecture = row[0];
    label.repeat = number_of<std::int64_t>(file, row[1]);
    label.failure = row[7];
    if (label.failure.empty()) {
      label.accuracy = number_of<double>(file, row[2]);
      label.loss = number_of<double>(file, row[3]);
      label.test_accuracy = number_of<double>(file, row[4]);
      label.train_loss = number_of<double>(file, row[5]);
      label.seconds = number_of<double>(file, row[6]);
    }
    labels_.push_back(std::move(label));
  }
}

void LabelFile::append(Label label) {
  std::vector<std::string> row = {label.architecture, std::to_string(label.repeat)};
  if (label.failure.empty()) {
    row.insert(row.end(),
               {fmt::format("{:.4f}", label.accuracy), fmt::format("{:.6f}", label.loss),
                fmt::format("{:.4f}", label.test_accuracy), fmt::format("{:.6f}", label.train_loss),
                fmt::format("{:.3f}", label.seconds), ""});
  } else {
    row.insert(row.end(), {"", "", "", "", "", label.failure});
  }
  csv_.append(std::move(row));
  labels_.push_back(std::move(label));
}

LatencyFile::LatencyFile(const std::filesystem::path& file)
    : csv_(file, {"architecture", "latency_ms", "low_ms", "high_ms"}) {
  for (const std::vector<std::string>& row : csv_.rows()) {
    add(row[0], number_of<double>(file, row[1]));
  }
}

void LatencyFile::append(const std::string& architecture, const evaluation::LatencyResult& result) {
  csv_.append({architecture, fmt::format("{:.6f}", result.median_ms),
               fmt::format("{:.6f}", result.low_ms), fmt::format("{:.6f}", result.high_ms)});
  add(architecture, result.median_ms);
}

std::int64_t LatencyFile::rounds(const std::string& architecture) const {
  const auto found = rounds_.find(architecture);
  return found == rounds_.end() ? 0 : found->second;
}

void LatencyFile::add(const std::string& architecture, double milliseconds) {
  double& least = latencies_.emplace(architecture, milliseconds).first->second;
  least = std::min(least, milliseconds);
  ++rounds_[architecture];
}

}  // namespace evonas::cli
