#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <unordered_set>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "search/driver.hpp"

/// A small world for tests of the driver and the store.
namespace toy {

using namespace evonas;

/// Five genes from 0 to 5: 7,776 architectures, each its own network.
struct Space {
  static constexpr int kGenes = 5;
  static constexpr int kValues = 6;

  std::string name() const { return "toy"; }
  spaces::Genotype sample(Rng& rng) const {
    std::vector<spaces::Genotype::Gene> genes(kGenes);
    for (auto& gene : genes) gene = static_cast<spaces::Genotype::Gene>(rng.below(kValues));
    return spaces::Genotype(genes);
  }
  spaces::Genotype mutate(const spaces::Genotype& parent, Rng& rng) const {
    std::vector<spaces::Genotype::Gene> genes(parent.genes().begin(), parent.genes().end());
    auto& gene = genes[rng.below(kGenes)];
    gene = static_cast<spaces::Genotype::Gene>((gene + 1 + int(rng.below(kValues - 1))) % kValues);
    return spaces::Genotype(genes);
  }
  spaces::Genotype crossover(const spaces::Genotype& a, const spaces::Genotype& b, Rng& rng) const {
    std::vector<spaces::Genotype::Gene> genes(a.genes().begin(), a.genes().end());
    for (std::size_t i = 0; i < genes.size(); ++i) {
      if (rng.chance(0.5)) genes[i] = b[i];
    }
    return spaces::Genotype(genes);
  }
  void validate(const spaces::Genotype& genotype) const {
    const bool fits = genotype.size() == kGenes &&
                      std::ranges::all_of(genotype.genes(),
                                          [](auto gene) { return gene >= 0 && gene < kValues; });
    if (!fits) throw spaces::SpaceError("five genes from 0 to 5 are expected");
  }
  Key key(const spaces::Genotype& genotype) const { return Key::of(genotype.to_string()); }
  graph::Graph cell(const spaces::Genotype&) const { throw spaces::SpaceError("not drawn"); }
  graph::Graph network(const spaces::Genotype&, const spaces::NetworkInput&) const {
    throw spaces::SpaceError("not built");
  }
  std::string format(const spaces::Genotype& genotype) const {
    return "<" + genotype.to_string() + ">";
  }
  spaces::Genotype parse(std::string_view) const { throw spaces::SpaceError("not parsed"); }
  std::uint64_t size() const { return 7776; }
  spaces::Genotype at(std::uint64_t index) const {
    std::vector<spaces::Genotype::Gene> genes(kGenes);
    for (auto& gene : genes) {
      gene = static_cast<spaces::Genotype::Gene>(index % kValues);
      index /= kValues;
    }
    return spaces::Genotype(genes);
  }
};

/// Mutates the best that it was told; everything depends on the tells.
class Climber final : public search::Algorithm {
 public:
  Climber(std::uint64_t seed, std::size_t batch, std::size_t limit = 1000000)
      : seed_(seed), batch_(batch), limit_(limit) {}

  std::size_t batch_size() const override { return batch_; }

  std::vector<spaces::Genotype> ask(std::size_t count) override {
    std::vector<spaces::Genotype> asked;
    origins_.clear();
    for (std::size_t slot = 0; slot < count && known_.size() < limit_; ++slot) {
      Rng rng(seed_, "climb", generation_, slot);
      spaces::Genotype genotype = space_.sample(rng);
      origins_.emplace_back();
      if (!elite_.empty()) {
        const search::Individual& parent = elite_[rng.below(elite_.size())];
        genotype = parent.genotype;
        origins_.back() = {
            .how = search::Operator::Mutation, .parent = parent.index, .generations = 1};
      }
      while (!known_.insert(genotype).second) genotype = space_.mutate(genotype, rng);
      asked.push_back(genotype);
    }
    ++generation_;
    asked_ = asked.size();
    return asked;
  }

  /// Expects the more of an architecture the later it is asked for, and nothing of the first.
  std::vector<search::Forecast> forecasts() const override {
    std::vector<search::Forecast> forecasts(asked_);
    for (std::size_t i = 1; i < asked_; ++i) {
      forecasts[i]["accuracy"] = {.value = 0.5 * static_cast<double>(i), .low = -1.0};
    }
    return forecasts;
  }

  std::vector<search::Origin> origins() const override { return origins_; }

  /// Made up, from what it has been told.
  search::GeneImportances gene_importance() const override {
    search::GeneImportances importance;
    if (elite_.empty()) return importance;
    for (const auto gene : elite_.front().genotype.genes()) {
      importance["accuracy"].push_back(gene / 7.0);
    }
    return importance;
  }

  void tell(std::span<const search::Individual> evaluated) override {
    for (const search::Individual& individual : evaluated) {
      if (!individual.failed()) elite_.push_back(individual);
    }
    std::ranges::stable_sort(elite_, {}, [](const search::Individual& individual) {
      return individual.objectives.front();
    });
    if (elite_.size() > 4) elite_.erase(elite_.begin() + 4, elite_.end());
  }

 private:
  Space space_;
  std::uint64_t seed_;
  std::size_t batch_;
  std::size_t limit_;
  std::uint64_t generation_ = 0;
  std::size_t asked_ = 0;
  std::vector<search::Origin> origins_;
  std::vector<search::Individual> elite_;
  std::unordered_set<spaces::Genotype> known_;
};

/// Values from a function of the candidate, in any order, from several threads.
class Source final : public evaluation::Evaluator {
 public:
  using Function = std::function<evaluation::Outcome(const evaluation::Candidate&)>;

  Source(std::vector<evaluation::Metric> metrics, Function function, std::size_t threads = 1)
      : metrics_(std::move(metrics)), function_(std::move(function)), threads_(threads) {}

  /// Time that each evaluation takes.
  std::chrono::microseconds delay{0};
  /// Told when an evaluation begins and when its outcome has been received.
  std::function<void(const evaluation::Candidate&, bool done)> log;
  bool is_deterministic = true;

  std::vector<evaluation::Metric> metrics() const override { return metrics_; }
  bool deterministic() const override { return is_deterministic; }

  void evaluate(std::span<const evaluation::Candidate> block, const evaluation::OutcomeSink& sink,
                std::stop_token stop) override {
    std::vector<std::size_t> order(block.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::shuffle(order.begin(), order.end(), std::mt19937(std::random_device()()));
    std::atomic<std::size_t> next = 0;
    std::mutex mutex;
    const auto work = [&] {
      while (!stop.stop_requested()) {
        const std::size_t i = next++;
        if (i >= order.size()) return;
        const evaluation::Candidate& candidate = block[order[i]];
        if (log) log(candidate, false);
        if (delay.count() > 0) std::this_thread::sleep_for(delay);
        evaluation::Outcome outcome = function_(candidate);
        const std::scoped_lock lock(mutex);
        sink(order[i], std::move(outcome));
        if (log) log(candidate, true);
      }
    };
    std::vector<std::jthread> threads;
    for (std::size_t i = 1; i < threads_; ++i) threads.emplace_back(work);
    work();
  }

  /// What is under way when it is stopped is given up.
  void evaluate_each(const evaluation::CandidateFeed& next, const evaluation::OutcomeSink& sink,
                     const std::stop_token& stop) override {
    std::size_t begun = 0;
    std::mutex mutex;
    const auto work = [&](std::size_t thread) {
      std::mt19937 random(std::random_device{}());
      while (true) {
        std::optional<evaluation::Candidate> candidate;
        std::size_t number = 0;
        {
          const std::scoped_lock lock(mutex);
          if (!stop.stop_requested()) candidate = next();
          if (!candidate) return;
          number = begun++;
          if (log) log(*candidate, false);
        }
        // Workers of unequal speed.
        if (delay.count() > 0) std::this_thread::sleep_for(delay * (1 + random() % (2 + thread)));
        evaluation::Outcome outcome = function_(*candidate);
        const std::scoped_lock lock(mutex);
        if (stop.stop_requested()) return;
        sink(number, std::move(outcome));
        if (log) log(*candidate, true);
      }
    };
    std::vector<std::jthread> threads;
    for (std::size_t i = 1; i < threads_; ++i) threads.emplace_back(work, i);
    work(0);
  }

 private:
  std::vector<evaluation::Metric> metrics_;
  Function function_;
  std::size_t threads_;
};

inline evaluation::Outcome accuracy(const evaluation::Candidate& candidate) {
  evaluation::Outcome outcome;
  double value = 50.0 + double(candidate.seed % 1000) / 333.0;
  for (const auto gene : candidate.genotype.genes()) value += 2.0 * gene - 0.3 * gene * gene;
  if (candidate.genotype[0] == 4 && candidate.genotype[1] % 2 == 0) {
    outcome.failure = "the loss is not a number after epoch 1";
  } else {
    outcome.metrics["accuracy"] = {value, value - 0.5, value + 0.5};
  }
  outcome.seconds = 0.25;
  return outcome;
}

inline evaluation::Outcome latency(const evaluation::Candidate& candidate) {
  evaluation::Outcome outcome;
  double value = 1.0;
  for (const auto gene : candidate.genotype.genes()) value += 0.37 * gene;
  outcome.metrics["latency_ms"] = {value, std::nullopt, std::nullopt};
  outcome.seconds = 0.125;
  return outcome;
}

inline evaluation::Outcome size(const evaluation::Candidate& candidate) {
  evaluation::Outcome outcome;
  double value = 0.0;
  for (const auto gene : candidate.genotype.genes()) value = 6.0 * value + gene;
  outcome.metrics["params"] = {value, std::nullopt, std::nullopt};
  return outcome;
}

/// Accuracy that is trained, latency that is measured, and free parameters.
struct World {
  std::shared_ptr<Source> trained;
  std::shared_ptr<Source> measured;
  std::shared_ptr<Source> counted;
  search::SearchSetup setup;
  std::size_t batch = 6;

  explicit World(std::int64_t evaluations, std::size_t threads = 1,
                 evaluation::CostClass cost = evaluation::CostClass::Expensive)
      : trained(std::make_shared<Source>(std::vector<evaluation::Metric>{{"accuracy", "%", cost}},
                                         accuracy, threads)),
        measured(std::make_shared<Source>(
            std::vector<evaluation::Metric>{{"latency_ms", "ms", cost}}, latency, 1)),
        counted(std::make_shared<Source>(
            std::vector<evaluation::Metric>{{"params", "", evaluation::CostClass::Free}}, size,
            threads)),
        setup{.space = spaces::AnySpace(Space()),
              .problem = {{{"accuracy", search::Goal::Maximize},
                           {"latency_ms", search::Goal::Minimize}},
                          {search::Limit::parse("latency_ms <= 6")}},
              .algorithm = {},
              .budget = {},
              .sources = {{"accuracy", trained}, {"latency_ms", measured}, {"costs", counted}},
              .threads = threads} {
    setup.algorithm.seed = 7;
    setup.budget.evaluations = evaluations;
  }

  search::SearchSummary run(search::RunStore* store = nullptr,
                            std::vector<search::Observer*> observers = {},
                            std::stop_token stop = {}) const {
    Climber climber(setup.algorithm.seed, batch);
    return search::run_search(setup, climber, store, observers, std::move(stop));
  }
};

inline std::string text_of(const search::Origin& origin) {
  const auto number = [](const std::optional<std::uint64_t>& parent) {
    return parent ? fmt::format("{}", *parent) : std::string("-");
  };
  return fmt::format("{} {} {} {}", to_string(origin.how), number(origin.parent),
                     number(origin.other_parent), origin.generations);
}

/// Everything about an evaluation, exactly, as text.
inline std::string text_of(const search::EvaluationRecord& record) {
  std::string text = fmt::format("{} {} {} {} {} '{}' {:a}", record.index, record.generation,
                                 record.genotype.to_string(), record.architecture, record.key.hex(),
                                 record.failure, record.seconds);
  for (const auto& [name, value] : record.metrics) {
    text += fmt::format(" {}={:a}", name, value.value);
    if (value.low) text += fmt::format("[{:a}", *value.low);
    if (value.high) text += fmt::format("]{:a}", *value.high);
  }
  for (const auto& [epoch, values] : record.by_epoch) {
    for (const auto& [name, value] : values) text += fmt::format(" {}@{}={:a}", name, epoch, value);
  }
  if (record.origin) text += " from " + text_of(*record.origin);
  if (record.rung > 0) text += fmt::format(" on rung {}", record.rung);
  return text;
}

/// Everything that a search found out, times and manner of ending apart.
inline std::string text_of(const search::SearchSummary& summary) {
  std::string text;
  for (const auto& record : summary.evaluations) text += text_of(record) + "\n";
  for (const auto& record : summary.screenings) text += text_of(record) + "\n";
  for (const auto& state : summary.generations) {
    text += fmt::format("g{} {} {} {} {} {:a}", state.generation, state.evaluations, state.failures,
                        state.feasible, state.front_size, state.hypervolume);
    for (const auto& best : state.best) text += best ? fmt::format(" {:a}", *best) : " -";
    text += "\n";
  }
  for (const std::size_t i : summary.front) text += fmt::format("f{}\n", i);
  for (const auto& [metric, shares] : summary.gene_importance) {
    for (const double share : shares) text += fmt::format("{} {:a}\n", metric, share);
  }
  for (const double value : summary.reference_point) text += fmt::format("r{:a}\n", value);
  text += fmt::format("b{} h{:a} x{} s{}", summary.best ? int(*summary.best) : -1,
                      summary.hypervolume, summary.failures, summary.seed);
  return text;
}

}  // namespace toy
