#include <algorithm>
#include <charconv>
#include <fstream>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "evaluation/latency/latency.hpp"
#include "graph/passes.hpp"

namespace evonas::evaluation {
namespace {

constexpr std::string_view kHeader = "operation,latency_ms,low_ms,high_ms";

std::string describe(const graph::Attribute& attribute) {
  struct Describe {
    std::string operator()(std::int64_t value) const { return fmt::format("{}", value); }
    std::string operator()(double value) const { return fmt::format("{}", value); }
    std::string operator()(const std::string& value) const { return value; }
    std::string operator()(const std::vector<std::int64_t>& values) const {
      std::string text;
      for (const std::int64_t value : values) {
        if (!text.empty()) text += 'x';
        text += fmt::format("{}", value);
      }
      return text;
    }
  };
  return std::visit(Describe{}, attribute);
}

// Operator, attributes and shapes of the operands: what its latency depends on.
std::string describe(const graph::Graph& network, const graph::Node& node) {
  std::string text = node.op;
  for (const auto& [name, value] : node.attributes) {
    text += fmt::format(" {}={}", name, describe(value));
  }
  for (const graph::NodeId input : node.inputs) {
    text += fmt::format(" {}", graph::to_string(network[input].shape));
  }
  std::replace(text.begin(), text.end(), ',', ';');
  return text;
}

graph::Graph inference_graph(graph::Graph network) {
  return graph::folded_network(graph::inference_network(std::move(network)));
}

graph::Graph network_of_one(const graph::Graph& network, const graph::Node& node) {
  graph::Graph single;
  std::vector<graph::NodeId> inputs;
  for (const graph::NodeId input : node.inputs)
    inputs.push_back(single.add_input(network[input].shape));
  const graph::NodeId id = single.add(node.op, inputs, node.attributes, node.name);
  single.set_shape(id, node.shape);
  single.set_outputs({id});
  return single;
}

std::optional<double> parse_number(std::string_view text) {
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !(value >= 0.0))
    return std::nullopt;
  return value;
}

std::string describe(const LatencyOptions& options) {
  return fmt::format("# latency by operation: batch {}, threads {}, device {}", options.batch,
                     options.threads, options.device);
}

}  // namespace

LatencyLookup::LatencyLookup(std::filesystem::path file, LatencyOptions options)
    : file_(std::move(file)), options_(std::move(options)) {
  if (!std::filesystem::exists(file_)) return;
  std::ifstream stream(file_);
  std::string line;
  const auto fail = [&](std::size_t number, const std::string& what) {
    throw EvaluationError(fmt::format("{}:{}: {}", file_.string(), number, what));
  };
  if (!std::getline(stream, line)) fail(1, "the latency table is empty or unreadable; remove it");
  if (line != describe(options_)) {
    fail(1, fmt::format("expected '{}', found '{}'; use another file for other options",
                        describe(options_), line.substr(0, 120)));
  }
  if (!std::getline(stream, line) || line != kHeader)
    fail(2, fmt::format("expected the columns {}", kHeader));
  for (std::size_t number = 3; std::getline(stream, line); ++number) {
    std::vector<std::string> fields;
    for (std::size_t begin = 0; begin <= line.size();) {
      const std::size_t end = std::min(line.find(',', begin), line.size());
      fields.push_back(line.substr(begin, end - begin));
      begin = end + 1;
    }
    if (fields.size() != 4) fail(number, fmt::format("expected 4 fields, found {}", fields.size()));
    const auto median = parse_number(fields[1]);
    const auto low = parse_number(fields[2]);
    const auto high = parse_number(fields[3]);
    if (!median || !low || !high) fail(number, "expected three numbers of milliseconds");
    const LatencyResult entry{.median_ms = *median, .low_ms = *low, .high_ms = *high};
    if (!entries_.emplace(fields[0], entry).second) {
      fail(number, fmt::format("the operation '{}' is there twice", fields[0]));
    }
  }
}

double LatencyLookup::latency_ms(const graph::Graph& network, bool measure_missing) {
  const graph::Graph inferred = inference_graph(network);
  if (measure_missing) {
    Operations missing;
    add_missing_of(inferred, missing);
    measure(missing);
  }
  const std::scoped_lock lock(mutex_);
  double sum = 0.0;
  for (const graph::Node& node : inferred.nodes()) {
    if (node.op == graph::kInput) continue;
    const std::string operation = describe(inferred, node);
    const auto entry = entries_.find(operation);
    if (entry == entries_.end()) {
      throw EvaluationError(
          fmt::format("{}: the operation '{}' is not in the latency table; `evonas bench latency "
                      "--lookup` measures what networks need",
                      file_.string(), operation));
    }
    sum += entry->second.median_ms;
  }
  return sum;
}

void LatencyLookup::add_missing(const graph::Graph& network, Operations& missing) const {
  add_missing_of(inference_graph(network), missing);
}

void LatencyLookup::add_missing_of(const graph::Graph& inferred, Operations& missing) const {
  const std::scoped_lock lock(mutex_);
  for (const graph::Node& node : inferred.nodes()) {
    if (node.op == graph::kInput) continue;
    const std::string operation = describe(inferred, node);
    if (entries_.contains(operation) || missing.contains(operation)) continue;
    missing.emplace(operation, network_of_one(inferred, node));
  }
}

void LatencyLookup::measure(const Operations& operations, const std::stop_token& stop) {
  if (operations.empty()) return;
  const std::scoped_lock lock(mutex_);
  std::map<std::string, LatencyResult> fastest;
  for (std::int64_t round = 1; round <= options_.rounds; ++round) {
    for (const auto& [operation, network] : operations) {
      if (stop.stop_requested()) return;
      const LatencyResult result = measure_latency(network, options_);
      const auto [entry, is_new] = fastest.emplace(operation, result);
      if (result.median_ms < entry->second.median_ms) entry->second = result;
    }
  }
  entries_.merge(fastest);
  save();
}

std::size_t LatencyLookup::size() const {
  const std::scoped_lock lock(mutex_);
  return entries_.size();
}

void LatencyLookup::save() const {
  std::string text = fmt::format("{}\n{}\n", describe(options_), kHeader);
  for (const auto& [operation, entry] : entries_) {
    text += fmt::format("{},{},{},{}\n", operation, entry.median_ms, entry.low_ms, entry.high_ms);
  }
  const std::filesystem::path temporary = file_.string() + ".new";
  {
    std::ofstream stream(temporary, std::ios::trunc);
    stream << text << std::flush;
    if (!stream) {
      throw EvaluationError(
          fmt::format("{}: the latency table cannot be written", temporary.string()));
    }
  }
  std::filesystem::rename(temporary, file_);
}

LookupLatency::LookupLatency(spaces::AnySpace space, spaces::NetworkInput input,
                             std::shared_ptr<LatencyLookup> lookup, std::string metric,
                             bool measures)
    : space_(std::move(space)),
      input_(input),
      lookup_(std::move(lookup)),
      metric_(std::move(metric)),
      measures_(measures) {}

std::vector<Metric> LookupLatency::metrics() const {
  return {{.name = metric_, .unit = "ms", .cost = CostClass::Cheap}};
}

void LookupLatency::evaluate(std::span<const Candidate> block, const OutcomeSink& sink,
                             std::stop_token stop) {
  if (measures_) {
    LatencyLookup::Operations missing;
    for (const Candidate& candidate : block) {
      lookup_->add_missing(space_.network(candidate.genotype, input_), missing);
    }
    try {
      lookup_->measure(missing, stop);
    } catch (const EvaluationError&) {
      // Below it comes again, for the candidates with the operation that cannot be measured.
    }
  }
  for (std::size_t i = 0; i < block.size() && !stop.stop_requested(); ++i) {
    Outcome outcome;
    try {
      const double latency =
          lookup_->latency_ms(space_.network(block[i].genotype, input_), measures_);
      outcome.metrics[metric_] = {.value = latency};
    } catch (const EvaluationError& error) {
      outcome.failure = error.what();
    }
    sink(i, std::move(outcome));
  }
}

}  // namespace evonas::evaluation
