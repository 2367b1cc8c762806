#include "cli/run/table_build.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <set>
#include <unordered_set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/parallel.hpp"
#include "base/random.hpp"
#include "cli/run/atomic_file.hpp"
#include "cli/run/host.hpp"
#include "cli/run/label_file.hpp"
#include "cli/run/network_sources.hpp"
#include "cli/run/progress.hpp"
#include "cli/run/table_rows.hpp"
#include "yaml/writer.hpp"

namespace evonas::cli {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::minutes kBetweenBuildLines{1};

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
        folder_(std::move(folder)),
        threads_(threads),
        log_(log),
        space_(config::make_space(recipe.space)),
        networks_(distinct_networks(space_, recipe.seed)) {
    claim_folder();
    labels_.emplace(folder_ / "labels.csv");
  }

  TableBuildResult run(const std::stop_token& stop) {
    note_host();
    // Before the trainings, so that whatever stops them leaves a table of those that are done.
    LatencyFile measured(folder_ / "latency.csv");
    measure_some(measured, stop);
    if (stop.stop_requested()) return {};
    std::vector<double> looked_up = look_up(stop);
    if (stop.stop_requested()) return {};
    train_all(stop);
    const TableRows rows{.space = space_,
                         .input = input_of_training(recipe_.train),
                         .networks = networks_,
                         .labels = labels_->labels(),
                         .latencies = measured.latencies(),
                         .looked_up = std::move(looked_up),
                         .repeats = recipe_.repeats};
    write_table(rows, folder_ / "table.csv.gz");
    log_.info(fmt::format("wrote {}", (folder_ / "table.csv.gz").string()));
    TableBuildResult result{.complete = open_tasks().empty()};
    for (const Label& label : labels_->labels()) {
      ++result.trainings;
      result.failures += label.failure.empty() ? 0 : 1;
    }
    return result;
  }

 private:
  /// The folder is new, or was begun with the same recipe.
  void claim_folder() const {
    fs::create_directories(folder_);
    const fs::path file = folder_ / "recipe.yaml";
    const std::string yaml = yaml::to_yaml(recipe_);
    if (!fs::exists(file)) {
      write_atomically(file, yaml);
    } else if (read_whole(file) != yaml) {
      throw FileError(fmt::format(
          "{} was begun with another recipe: name another folder with --out, or compare {}",
          folder_.string(), file.string()));
    }
  }

  /// Adds this host to those that the manifest names.
  void note_host() const {
    const fs::path file = folder_ / "manifest.json";
    nlohmann::json manifest = {{"title", recipe_.title}, {"hosts", nlohmann::json::array()}};
    if (fs::exists(file)) manifest = nlohmann::json::parse(read_whole(file));
    const nlohmann::json host = describe_host();
    auto& hosts = manifest["hosts"];
    if (std::ranges::find(hosts, host) == hosts.end()) hosts.push_back(host);
    write_atomically(file, manifest.dump(2) + "\n");
  }

  std::vector<Task> open_tasks() const {
    std::set<std::pair<std::string, std::int64_t>> done;
    for (const Label& label : labels_->labels()) done.emplace(label.architecture, label.repeat);
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
    const std::size_t before = labels_->labels().size();
    log_.info(fmt::format("{} trainings, {} of them done", before + tasks.size(), before));
    const Trainer train = make_trainer(space_, recipe_.train, recipe_.seed);
    const spaces::NetworkInput input = input_of_training(recipe_.train);
    const Clock::time_point begin = Clock::now();
    Clock::time_point last_line = begin;
    std::atomic<std::size_t> next = 0;
    std::mutex mutex;
    ThreadArena arena(threads_);
    // Every worker takes the next task, so that tasks are done in their order.
    const auto work = [&](std::size_t /*worker*/) {
      for (std::size_t i = next++; i < tasks.size() && !stop.stop_requested(); i = next++) {
        std::optional<Label> label = label_of(tasks[i], train, input, stop);
        if (!label) return;
        const std::scoped_lock lock(mutex);
        labels_->append(std::move(*label));
        tell(before, tasks.size(), begin, last_line);
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

  void tell(std::size_t before, std::size_t tasks, Clock::time_point begin,
            Clock::time_point& last_line) const {
    const std::size_t done = labels_->labels().size() - before;
    const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    const double left = seconds * static_cast<double>(tasks - done) / static_cast<double>(done);
    const std::string line =
        fmt::format("{} of {} trainings | {:.2f} a second | about {} left", before + done,
                    before + tasks, static_cast<double>(done) / seconds, format_duration(left));
    log_.progress(line);
    if (log_.on_terminal() || Clock::now() - last_line < kBetweenBuildLines) return;
    last_line = Clock::now();
    log_.info(line);
  }

  void measure_some(LatencyFile& measured, const std::stop_token& stop) const {
    const spaces::NetworkInput input = input_of_training(recipe_.train);
    const auto wanted = first(networks_, recipe_.measured);
    evaluation::LatencyOptions once = recipe_.latency;
    once.rounds = 1;
    for (std::int64_t round = 1; round <= recipe_.latency.rounds; ++round) {
      log_.info(fmt::format("latency of {} networks, round {} of {}", wanted.size(), round,
                            recipe_.latency.rounds));
      for (const spaces::Genotype& genotype : wanted) {
        const std::string architecture = space_.format(genotype);
        if (stop.stop_requested()) return;
        if (measured.rounds(architecture) >= round) continue;
        measured.append(architecture, measure_network(space_.network(genotype, input), once));
      }
    }
  }

  /// Latency by the look-up table of every network, in their order.
  std::vector<double> look_up(const std::stop_token& stop) const {
    std::vector<evaluation::Candidate> block;
    for (const spaces::Genotype& genotype : networks_) {
      block.push_back({.genotype = genotype, .key = space_.key(genotype)});
    }
    std::vector<double> latencies(block.size());
    make_lookup_source(space_, input_of_training(recipe_.train), folder_ / "lookup.csv",
                       recipe_.latency, "latency_ms")
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
  fs::path folder_;
  std::size_t threads_;
  Log& log_;
  spaces::AnySpace space_;
  std::vector<spaces::Genotype> networks_;
  std::optional<LabelFile> labels_;
};

}  // namespace

TableBuildResult build_table(const config::TableRecipe& recipe, const fs::path& folder,
                             std::size_t threads, Log& log, const std::stop_token& stop) {
  return Build(recipe, folder, threads, log).run(stop);
}

}  // namespace evonas::cli
