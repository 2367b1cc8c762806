#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <stop_token>
#include <string>

#include "evaluation/evaluator.hpp"
#include "evaluation/latency/latency_options.hpp"

namespace evonas::evaluation {

/// Median latency of one call, with its 95 % interval (binomial order statistics), in milliseconds.
struct LatencyResult {
  double median_ms = 0.0;
  double low_ms = 0.0;
  double high_ms = 0.0;
  std::size_t calls = 0;
};

/// Throws EvaluationError where the device of `options` is not there.
void check_device(const LatencyOptions& options);

/// Measures a network-grain graph on this host, once, whatever `rounds` is: weights are random,
/// BatchNormalization is folded. Runs alone: callers see to it that nothing else loads the machine.
/// Throws EvaluationError.
LatencyResult measure_latency(const graph::Graph& network, const LatencyOptions& options);

/// The fastest of `options.rounds` such measurements. Throws as measure_latency() does.
LatencyResult measure_fastest(const graph::Graph& network, const LatencyOptions& options);

/// Latency measured on the whole network, in rounds over the block. Not repeatable.
class MeasuredLatency final : public Evaluator {
 public:
  MeasuredLatency(spaces::AnySpace space, spaces::NetworkInput input, LatencyOptions options,
                  std::string metric);
  std::vector<Metric> metrics() const override;
  bool deterministic() const override { return false; }
  void evaluate(std::span<const Candidate> block, const OutcomeSink& sink,
                std::stop_token stop) override;

 private:
  spaces::AnySpace space_;
  spaces::NetworkInput input_;
  LatencyOptions options_;
  std::string metric_;
};

/// Additive look-up table: the latency of a network is the sum over its operations, each distinct
/// operation-with-shape measured (in rounds over those that are missing) and kept in a file.
///
/// The file is CSV with the columns `operation,latency_ms,low_ms,high_ms`, where `operation` spells
/// operator, attributes and shapes out; the first line is a comment with batch, threads, device and
/// host. Safe to use from many threads; entries that are missing are measured one at a time.
class LatencyLookup {
 public:
  /// Opens `file`, or starts an empty table that is written there. Throws EvaluationError where the
  /// file is damaged or was made with other options.
  LatencyLookup(std::filesystem::path file, LatencyOptions options);

  /// Sum over the operations of the folded network, in milliseconds. Measures what is missing where
  /// `measure_missing`, and throws EvaluationError naming the operation otherwise.
  double latency_ms(const graph::Graph& network, bool measure_missing);

  /// Networks of one operation by the name that it has in the table.
  using Operations = std::map<std::string, graph::Graph>;
  /// Adds the operations of a network that the table lacks.
  void add_missing(const graph::Graph& network, Operations& missing) const;
  /// Measures these and writes them into the file; nothing of them where it is stopped.
  void measure(const Operations& operations, const std::stop_token& stop = {});

  std::size_t size() const;
  const LatencyOptions& options() const { return options_; }

 private:
  /// As add_missing(), for a network as it is measured.
  void add_missing_of(const graph::Graph& inferred, Operations& missing) const;
  void save() const;

  std::filesystem::path file_;
  LatencyOptions options_;
  mutable std::mutex mutex_;
  std::map<std::string, LatencyResult> entries_;
};

/// Latency from a look-up table; repeatable once every operation is in it.
class LookupLatency final : public Evaluator {
 public:
  /// Operations that the table lacks are measured where `measures`, else they are failures: for
  /// when trainings run beside.
  LookupLatency(spaces::AnySpace space, spaces::NetworkInput input,
                std::shared_ptr<LatencyLookup> lookup, std::string metric, bool measures = true);
  std::vector<Metric> metrics() const override;
  bool deterministic() const override { return true; }
  void evaluate(std::span<const Candidate> block, const OutcomeSink& sink,
                std::stop_token stop) override;

 private:
  spaces::AnySpace space_;
  spaces::NetworkInput input_;
  std::shared_ptr<LatencyLookup> lookup_;
  std::string metric_;
  bool measures_;
};

}  // namespace evonas::evaluation
