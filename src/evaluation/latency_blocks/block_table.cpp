#include "evaluation/latency_blocks/block_table.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include "base/quoted.hpp"
#include "base/split.hpp"
#include "evaluation/evaluator.hpp"

namespace evonas::evaluation {
namespace {

constexpr std::string_view kForm =
    "NAME-input:HxWxC-output:HxWxC, with -expand:E-kernel:K-stride:S-idskip:0 or 1 behind it where "
    "it is an inverted residual block";

// In the order in which descriptions have them; the first two may stand alone, the last two may be
// missing.
enum Field : std::size_t {
  kInputField,
  kOutputField,
  kExpandField,
  kKernelField,
  kStrideField,
  kSkipField,
  kSqueezeField,
  kHSwishField
};
constexpr std::array<std::string_view, 8> kFieldNames{"input",  "output", "expand", "kernel",
                                                      "stride", "idskip", "se",     "hs"};

bool is_number(std::string_view text, std::string_view characters = "0123456789") {
  return !text.empty() && text.size() <= 9 &&
         text.find_first_not_of(characters) == std::string_view::npos;
}

bool is_value(std::string_view field, std::string_view text) {
  if (field == "input" || field == "output") {
    const std::vector<std::string_view> extents = split(text, 'x');
    return (extents.size() == 1 || extents.size() == 3) &&
           std::ranges::all_of(extents, [](std::string_view extent) { return is_number(extent); });
  }
  if (field == "expand") return is_number(text, "0123456789.");
  if (field == "kernel" || field == "stride") return is_number(text);
  return text == "0" || text == "1";
}

/// "112x112x16" of an image, "1280" of features.
std::string extents(const graph::Shape& shape) {
  return shape.size() == 3 ? fmt::format("{}x{}x{}", shape[1], shape[2], shape[0])
                           : fmt::format("{}", shape[0]);
}

}  // namespace

void BlockLatencyTable::fail(int line, const std::string& what) const {
  throw EvaluationError(fmt::format("{}:{}: {}", file_.string(), line, what));
}

BlockLatencyTable::BlockLatencyTable(std::filesystem::path file) : file_(std::move(file)) {
  if (!std::filesystem::is_regular_file(file_)) {
    throw EvaluationError(
        fmt::format("{}: there is no such file to read a latency table from", file_.string()));
  }
  YAML::Node document;
  try {
    document = YAML::LoadFile(file_.string());
  } catch (const YAML::BadFile&) {
    throw EvaluationError(fmt::format("{}: the latency table cannot be read", file_.string()));
  } catch (const YAML::Exception& error) {
    fail(error.mark.line + 1, fmt::format("this is no YAML: {}", error.msg));
  }
  if (!document.IsMap() || document.size() == 0) {
    fail(1, "expected a mapping from descriptions of blocks to their latencies");
  }
  for (const auto& item : document) {
    const int line = item.first.Mark().line + 1;
    if (!item.first.IsScalar()) fail(line, "expected the description of a block");
    const std::string& description = item.first.Scalar();
    Fields fields = read_description(description, line);
    const YAML::Node mean = item.second.IsMap() ? item.second["mean"] : YAML::Node();
    double milliseconds = 0;
    if (!mean || !YAML::convert<double>::decode(mean, milliseconds) ||
        !std::isfinite(milliseconds) || milliseconds <= 0) {
      fail(line, fmt::format("{} has no `mean` that is a positive number of milliseconds",
                             evonas::quoted(description, 160)));
    }
    says_squeeze_ = says_squeeze_ || !fields[kSqueezeField].empty();
    says_h_swish_ = says_h_swish_ || !fields[kHSwishField].empty();
    const auto [entry, added] =
        entries_.try_emplace(std::move(fields), Entry{description, milliseconds, line});
    if (!added) {
      fail(line, fmt::format("{} describes the same block as line {}",
                             evonas::quoted(description, 160), entry->second.line));
    }
  }
}

BlockLatencyTable::Fields BlockLatencyTable::read_description(const std::string& description,
                                                              int line) const {
  const auto refuse = [&] {
    fail(line, fmt::format("{} describes no block: the form is {}",
                           evonas::quoted(description, 160), kForm));
  };
  const std::vector<std::string_view> parts = split(description, '-');
  const std::string_view name = parts.front();
  if (name.empty() || name.size() > 64 || name.find(':') != std::string_view::npos) refuse();
  Fields fields;
  const auto* expected = kFieldNames.begin();
  for (const std::string_view part : std::span(parts).subspan(1)) {
    const std::size_t colon = std::min(part.find(':'), part.size());
    const auto* field = std::find(expected, kFieldNames.end(), part.substr(0, colon));
    if (field == kFieldNames.end() || colon == part.size()) refuse();
    const std::string_view value = part.substr(colon + 1);
    if (!is_value(*field, value)) refuse();
    fields[static_cast<std::size_t>(field - kFieldNames.begin())] = value;
    expected = field + 1;
  }
  const auto says = [&](const std::string& value) { return !value.empty(); };
  const std::ptrdiff_t needed =
      std::any_of(fields.begin() + kExpandField, fields.end(), says) ? 6 : 2;
  if (!std::all_of(fields.begin(), fields.begin() + needed, says)) refuse();
  return fields;
}

std::vector<BlockLatencyTable::Fields> BlockLatencyTable::fields_of(
    const NetworkBlock& block) const {
  Fields fields{extents(block.input), extents(block.output)};
  if (block.kind == NetworkBlock::Kind::Classifier) {
    // With its pooling, or, where the table counts that elsewhere, behind it.
    Fields pooled = fields;
    pooled[kInputField] = fmt::format("{}", block.input[0]);
    return {fields, pooled};
  }
  if (block.kind == NetworkBlock::Kind::InvertedResidual) {
    fields[kExpandField] = fmt::format("{}", block.expansion);
    fields[kKernelField] = fmt::format("{}", block.kernel);
    fields[kStrideField] = fmt::format("{}", block.stride);
    fields[kSkipField] = block.skip ? "1" : "0";
    if (says_squeeze_ || block.squeeze) fields[kSqueezeField] = block.squeeze ? "1" : "0";
    if (says_h_swish_) fields[kHSwishField] = block.h_swish ? "1" : "0";
  }
  return {fields};
}

std::string BlockLatencyTable::nearest(const Fields& missing) const {
  const Entry* best = nullptr;
  std::string best_difference;
  std::size_t fewest = std::numeric_limits<std::size_t>::max();
  for (const auto& [fields, entry] : entries_) {
    std::size_t differing = 0;
    std::string difference;
    for (std::size_t field = 0; field < kFieldNames.size(); ++field) {
      if (fields[field] == missing[field]) continue;
      ++differing;
      if (missing[field].empty()) continue;
      difference += fmt::format("{}{} {}", difference.empty() ? "" : ", ", kFieldNames[field],
                                fields[field].empty() ? "missing" : fields[field]);
    }
    if (differing < fewest) {
      fewest = differing;
      best = &entry;
      best_difference = std::move(difference);
    }
  }
  return fmt::format("'{}' on line {} ({})", best->description, best->line, best_difference);
}

Key BlockLatencyTable::digest() const {
  KeyStream stream;
  for (const auto& [fields, entry] : entries_) {
    stream.add(fmt::format("{} {}\n", entry.description, entry.milliseconds));
  }
  return stream.key();
}

double BlockLatencyTable::latency_ms(graph::Graph network) const {
  double sum = 0;
  std::size_t missing = 0;
  std::size_t count = 0;
  std::optional<std::pair<Fields, std::string>> first;
  for (const NetworkBlock& block : network_blocks(std::move(network))) {
    ++count;
    const std::vector<Fields> alternatives = fields_of(block);
    auto found = entries_.end();
    for (const Fields& fields : alternatives) {
      if (found == entries_.end()) found = entries_.find(fields);
    }
    if (found != entries_.end()) {
      sum += found->second.milliseconds;
      continue;
    }
    ++missing;
    if (!first) first.emplace(alternatives.front(), block.node);
  }
  if (!first) return sum;
  std::string wanted;
  for (std::size_t field = 0; field < kFieldNames.size(); ++field) {
    if (first->first[field].empty()) continue;
    wanted += fmt::format("-{}:{}", kFieldNames[field], first->first[field]);
  }
  throw EvaluationError(fmt::format(
      "{}: {} of the {} blocks of this network have no entry; the first is '{}' (node "
      "'{}'), and the nearest entry is {}",
      file_.string(), missing, count, wanted.substr(1), first->second, nearest(first->first)));
}

}  // namespace evonas::evaluation
