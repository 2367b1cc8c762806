#include "cli/run/computation_sources.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/quoted.hpp"
#include "base/random.hpp"
#include "cli/config/space_section.hpp"
#include "evaluation/table/benchmark_table.hpp"

namespace evonas::cli {
namespace {

constexpr std::size_t kUsualLabels = 2000;  // more than that takes long and teaches little

/// Splits off what stands behind the last colon; nothing where there is none.
std::optional<std::pair<std::string, std::string>> split_last(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos) return std::nullopt;
  return std::pair{text.substr(0, colon), text.substr(colon + 1)};
}

std::optional<std::size_t> count_of(const std::string& text) {
  std::size_t count = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, count);
  if (text.empty() || error != std::errc() || stopped != end || count == 0) return std::nullopt;
  return count;
}

struct LabelsAsked {
  std::string file;
  std::string metric;
  std::optional<std::size_t> count;
};

LabelsAsked labels_asked(const std::string& text) {
  LabelsAsked asked;
  auto last = split_last(text);
  if (last) {
    asked.count = count_of(last->second);
    if (asked.count) last = split_last(last->first);
  }
  if (!last || last->first.empty() || last->second.empty()) {
    throw predictor::PredictorError(fmt::format(
        "{} names no labels: expected FILE:METRIC or FILE:METRIC:N", evonas::quoted(text)));
  }
  asked.file = std::move(last->first);
  asked.metric = std::move(last->second);
  return asked;
}

}  // namespace

predictor::ComputationSource unlabelled_source(const std::string& text,
                                               const spaces::NetworkInput& input) {
  const std::size_t colon = text.find(':');
  std::vector<std::string> options;
  for (std::size_t at = colon; at != std::string::npos;) {
    const std::size_t next = text.find(',', at + 1);
    options.push_back(text.substr(at + 1, next == std::string::npos ? next : next - at - 1));
    at = next;
  }
  return {
      .space = config::make_space(text.substr(0, colon), options), .input = input, .labels = {}};
}

predictor::ComputationSource labelled_source(const std::string& text,
                                             const spaces::NetworkInput& input,
                                             std::uint64_t seed) {
  const LabelsAsked asked = labels_asked(text);
  const evaluation::TableAbout about = evaluation::read_table_about(asked.file);
  predictor::ComputationSource source{
      .space = config::make_space(about.space, about.space_options), .input = input, .labels = {}};
  const auto table = evaluation::BenchmarkTable::open(asked.file, source.space);
  source.higher_is_better = table.metric(asked.metric).direction != evaluation::Direction::Minimize;
  const std::span<const double> values = table.values(asked.metric);
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < table.size(); ++row) {
    if (!std::isnan(values[row])) rows.push_back(row);
  }
  if (asked.count.value_or(1) > rows.size()) {
    throw predictor::PredictorError(fmt::format("{}: {} has the metric {} of {} architectures only",
                                                text, asked.file, asked.metric, rows.size()));
  }
  Rng(seed, "labels of others").shuffle(std::span(rows));
  rows.resize(std::min(rows.size(), asked.count.value_or(kUsualLabels)));
  for (const std::size_t row : rows) {
    source.labels.push_back({.genotype = table.genotype(row), .value = values[row]});
  }
  return source;
}

}  // namespace evonas::cli
