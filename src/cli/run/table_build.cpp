#include "cli/run/table_build.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <set>
#include <unordered_set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/parallel.hpp"
#include "base/random.hpp"
#include "cli/run/build_folder.hpp"
#include "cli/run/build_progress.hpp"
#include "cli/run/label_file.hpp"
#include "cli/run/latency_file.hpp"
#include "cli/run/latency_rounds.hpp"
#include "cli/run/table_rows.hpp"
#include "cli/run/torch_module.hpp"
#include "yaml/writer.hpp"

namespace evonas::cli {
namespace {

namespace fs = std::filesystem;

/// One training that is to be done.
struct Task {
  spaces::Genotype genotype;
  std::int64_t repeat = 1;
};

/// The first genotype of every key, in a random order that the seed fixes.
std::vector<spaces::Genotype> distinct_networks(const spaces::AnySpace& space, std::uint64_t seed) {
  std::vector<spaces::Genotype> networks;
  std::unordered_set<Key> keys;
  for (std::uint64_t i = 0; i < space.size().value(); ++i) {
    spaces::Genotype genotype = space.at(i);
    if (keys.insert(space.key(genotype)).second) networks.push_back(std::move(genotype));
  }
  Rng(seed, "order of a table").shuffle(std::span(networks));
  return networks;
}

std::span<const spaces::Genotype> first(const std::vector<spaces::Genotype>& networks,
                                        std::int64_t count) {
  return std::span(networks).first(std::min(networks.size(), static_cast<std::size_t>(count)));
}

/// Builds one table in one folder.
class Build {
 public:
  Build(const config::TableRecipe& recipe, fs::path folder, std::size_t threads, Log& log)
      : recipe_(recipe),
        folder_(std::move(folder), yaml::to_yaml(recipe)),
        threads_(threads),
        log_(log),
        space_(config::make_space(recipe.space)),
        networks_(distinct_networks(space_, recipe.seed)),
        labels_(folder_.file("labels.csv")) {}

  TableBuildResult run(const std::stop_token& stop) {
    folder_.note_host({{"title", recipe_.title}});
    // Before the trainings, so that whatever stops them leaves a table of those that are done.
    LatencyFile measured(folder_.file("latency.csv"));
    measure_some(measured, stop);
    if (stop.stop_requested()) return {};
    std::vector<double> looked_up = look_up(stop);
    if (stop.stop_requested()) return {};
    train_all(stop);
    const TableRows rows{.space = space_,
                         .input = torch_module().input_of_training(recipe_.train),
                         .networks = networks_,
                         .labels = labels_.labels(),
                         .latencies = measured.fastest(),
                         .looked_up = std::move(looked_up),
                         .repeats = recipe_.repeats};
    const fs::path table = folder_.file("table.csv.gz");
    write_table(rows, table);
    log_.info(fmt::format("wrote {}", table.string()));
    TableBuildResult result{.complete = open_tasks().empty()};
    for (const Label& label : labels_.labels()) {
      ++result.trainings;
      result.failures += label.failure.empty() ? 0 : 1;
    }
    return result;
  }

 private:
  std::vector<Task> open_tasks() const {
    std::set<std::pair<std::string, std::int64_t>> done;
    for (const Label& label : labels_.labels()) done.emplace(label.architecture, label.repeat);
    std::vector<Task> tasks;
    const auto add = [&](const spaces::Genotype& genotype, std::int64_t repeat) {
      if (!done.contains({space_.format(genotype), repeat})) tasks.push_back({genotype, repeat});
    };
    for (const spaces::Genotype& genotype : networks_) add(genotype, 1);
    for (std::int64_t repeat = 2; repeat <= recipe_.repeats; ++repeat) {
      for (const spaces::Genotype& genotype : first(networks_, recipe_.repeated)) {
        add(genotype, repeat);
      }
    }
    return tasks;
  }

  void train_all(const std::stop_token& stop) {
    const std::vector<Task> tasks = open_tasks();
    if (tasks.empty()) return;
    const std::size_t before = labels_.labels().size();
    const Trainer train = torch_module().make_trainer(space_, recipe_.train, recipe_.seed);
    const spaces::NetworkInput input = torch_module().input_of_training(recipe_.train);
    BuildProgress progress(log_, "trainings", before, before + tasks.size());
    std::atomic<std::size_t> next = 0;
    std::mutex mutex;
    ThreadArena arena(threads_);
    // Every worker takes the next task, so that tasks are done in their order.
    const auto work = [&](std::size_t /*worker*/) {
      for (std::size_t i = next++; i < tasks.size() && !stop.stop_requested(); i = next++) {
        std::optional<Label> label = label_of(tasks[i], train, input, stop);
        if (!label) return;
        const std::scoped_lock lock(mutex);
        labels_.append(std::move(*label));
        progress.tell(labels_.labels().size() - before);
      }
    };
    arena.execute([&] { parallel_for(arena.threads(), work); });
  }

  std::optional<Label> label_of(const Task& task, const Trainer& train,
                                const spaces::NetworkInput& input,
                                const std::stop_token& stop) const {
    Label label;
    label.architecture = space_.format(task.genotype);
    label.repeat = task.repeat;
    const std::uint64_t seed =
        derive_seed(derive_seed(recipe_.seed, "repeat", static_cast<std::uint64_t>(task.repeat)),
                    "training of a table", space_.key(task.genotype).low);
    try {
      const auto result = train(space_.network(task.genotype, input), seed, stop);
      if (!result) return std::nullopt;
      label.accuracy = result->validation_accuracy;
      label.loss = result->validation_loss;
      label.test_accuracy = result->test_accuracy;
      label.train_loss = result->train_loss;
      label.seconds = result->seconds;
    } catch (const evaluation::EvaluationError& error) {
      label.failure = error.what();
    }
    return label;
  }

  void measure_some(LatencyFile& measured, const std::stop_token& stop) const {
    const spaces::NetworkInput input = torch_module().input_of_training(recipe_.train);
    std::vector<MeasuredNetwork> wanted;
    for (const spaces::Genotype& genotype : first(networks_, recipe_.measured)) {
      wanted.push_back(
          {.file = &measured,
           .architecture = space_.format(genotype),
           .network = [this, &genotype, input] { return space_.network(genotype, input); }});
    }
    measure_in_rounds(wanted, recipe_.latency, log_, stop);
  }

  /// Latency by the look-up table of every network, in their order.
  std::vector<double> look_up(const std::stop_token& stop) const {
    std::vector<evaluation::Candidate> block;
    for (const spaces::Genotype& genotype : networks_) {
      block.push_back({.genotype = genotype, .key = space_.key(genotype)});
    }
    std::vector<double> latencies(block.size());
    torch_module()
        .make_lookup_source(space_, torch_module().input_of_training(recipe_.train),
                            folder_.file("lookup.csv"), recipe_.latency, "latency_ms",
                            /*measures=*/true)
        ->evaluate(
            block,
            [&](std::size_t i, const evaluation::Outcome& outcome) {
              if (!outcome.ok()) throw evaluation::EvaluationError(outcome.failure);
              latencies[i] = outcome.metrics.at("latency_ms").value;
            },
            stop);
    return latencies;
  }

  const config::TableRecipe& recipe_;
  BuildFolder folder_;
  std::size_t threads_;
  Log& log_;
  spaces::AnySpace space_;
  std::vector<spaces::Genotype> networks_;
  LabelFile labels_;
};

}  // namespace

TableBuildResult build_table(const config::TableRecipe& recipe, const fs::path& folder,
                             std::size_t threads, Log& log, const std::stop_token& stop) {
  return Build(recipe, folder, threads, log).run(stop);
}

}  // namespace evonas::cli
