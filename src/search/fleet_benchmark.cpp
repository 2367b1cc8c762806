#include "search/fleet_benchmark.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "base/processor_time.hpp"
#include "base/scratch_folder.hpp"
#include "search/regret_trace.hpp"

namespace evonas::search {
namespace {

constexpr int kLevels = 10;

/// Memory that this program holds now; 0 where the system does not say.
double resident_megabytes() {
  double all = 0.0;
  double resident = 0.0;
  std::ifstream("/proc/self/statm") >> all >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e6;
}

/// The best and the worst value of the table, turned so that the best is the lowest.
struct TableRange {
  double best = kInfinity;
  double worst = -kInfinity;
};

TableRange range_of(const FleetBenchmarkSetup& setup) {
  TableRange range;
  for (const double value : setup.table->values(setup.objective.metric)) {
    if (std::isnan(value)) continue;
    range.best = std::min(range.best, turned(value, setup.objective.goal));
    range.worst = std::max(range.worst, turned(value, setup.objective.goal));
  }
  if (range.best > range.worst) {
    throw SearchError(fmt::format("the table {} has no value of {}", setup.table->file().string(),
                                  setup.objective.metric));
  }
  return range;
}

/// Notes what is found and when, and how much memory that takes.
class FleetObserver final : public Observer {
 public:
  FleetObserver(const FleetBenchmarkSetup& setup, const evaluation::SimulatedFleet& fleet,
                const TableRange& range)
      : setup_(setup), fleet_(fleet), best_(range.best), trace_{.without = range.worst - best_} {}

  void on_evaluation(const EvaluationRecord& record) override {
    ++evaluations_;
    if (evaluations_ == std::max<std::int64_t>(setup_.evaluations / 10, 1)) {
      early_memory_ = note_memory();
    }
    if (!record.ok()) return;
    const double value = record.metrics.at(setup_.objective.metric).value;
    const double regret = turned(value, setup_.objective.goal) - best_;
    if (!trace_.steps.empty() && regret >= trace_.steps.back().regret) return;
    trace_.steps.push_back({evaluations_, fleet_.clock(), regret});
  }

  Verdict on_generation_end(const GenerationRecord& /*record*/) override {
    note_memory();
    return Verdict::Continue;
  }

  const RegretTrace& trace() const { return trace_; }
  double peak_memory() const { return peak_memory_; }
  /// Up to now.
  double memory_growth() { return note_memory() - early_memory_; }

 private:
  double note_memory() {
    const double now = resident_megabytes();
    peak_memory_ = std::max(peak_memory_, now);
    return now;
  }

  const FleetBenchmarkSetup& setup_;
  const evaluation::SimulatedFleet& fleet_;
  double best_;
  RegretTrace trace_;
  std::int64_t evaluations_ = 0;
  double early_memory_ = 0.0;
  double peak_memory_ = 0.0;
};

/// Searches with one driver, seed after seed.
class FleetTrials {
 public:
  FleetTrials(const FleetBenchmarkSetup& setup, const std::string& driver)
      : setup_(setup), range_(range_of(setup)) {
    result_.driver = driver;
  }

  /// False where it was stopped.
  bool run(std::int64_t seed, const std::stop_token& stop) {
    const auto fleet = std::make_shared<evaluation::SimulatedFleet>(
        std::make_shared<evaluation::TableEvaluator>(
            setup_.table,
            std::map<std::string, std::string>{{setup_.objective.metric, setup_.objective.metric}}),
        setup_.fleet);
    SearchSetup search{.space = setup_.space,
                       .problem = {.objectives = {setup_.objective}, .limits = {}},
                       .algorithm = setup_.algorithm,
                       .budget = {.evaluations = setup_.evaluations, .failure_share = 1.0},
                       .sources = {{setup_.objective.metric, fleet}},
                       .make_predictor = setup_.make_predictor,
                       .threads = setup_.threads};
    search.algorithm.driver = result_.driver;
    search.algorithm.seed = static_cast<std::uint64_t>(seed);
    std::optional<ScratchFolder> folder;
    std::optional<RunStore> store;
    if (setup_.stores) store.emplace(RunStore::create(folder.emplace().path()));
    FleetObserver observer(setup_, *fleet, range_);
    const std::vector<Observer*> observers{&observer};
    const double begin = process_seconds();
    const SearchSummary summary = run_search(search, store ? &*store : nullptr, observers, stop);
    if (summary.termination == Termination::Interrupted) return false;
    add(summary, observer, fleet->use(), process_seconds() - begin);
    return true;
  }

  const FleetDriverResult& result() const { return result_; }
  double shortest() const { return shortest_; }
  double optimum() const { return turned(range_.best, setup_.objective.goal); }

  /// Mean over seeds of the regret at a second of the clock.
  double regret_at(double seconds) const {
    double sum = 0.0;
    for (const RegretTrace& trace : traces_) sum += trace.regret_at(seconds);
    return sum / static_cast<double>(traces_.size());
  }

  /// The first second at which that is as low; nothing where it never is.
  std::optional<double> seconds_to(double regret) const {
    std::set<double> moments;
    for (const RegretTrace& trace : traces_) {
      for (const RegretStep& step : trace.steps) moments.insert(step.seconds);
    }
    const auto found =
        std::ranges::find_if(moments, [&](double moment) { return regret_at(moment) <= regret; });
    if (found == moments.end()) return std::nullopt;
    return *found;
  }

 private:
  void add(const SearchSummary& summary, FleetObserver& observer, const evaluation::FleetUse& use,
           double processor_seconds) {
    const double share = 1.0 / static_cast<double>(setup_.seeds);
    result_.seconds += share * use.seconds;
    result_.busy += share * use.busy;
    result_.processor_seconds += share * processor_seconds;
    result_.core_share += share * processor_seconds / use.seconds;
    result_.memory_growth_mb += share * observer.memory_growth();
    result_.peak_memory_mb = std::max(result_.peak_memory_mb, observer.peak_memory());
    result_.failures += share * static_cast<double>(summary.failures) /
                        static_cast<double>(summary.evaluations.size());
    shortest_ = std::min(shortest_, use.seconds);
    traces_.push_back(observer.trace());
  }

  const FleetBenchmarkSetup& setup_;
  TableRange range_;
  FleetDriverResult result_;
  double shortest_ = kInfinity;
  std::vector<RegretTrace> traces_;
};

}  // namespace

FleetBenchmarkResult run_fleet_benchmark(
    const FleetBenchmarkSetup& setup,
    const std::function<void(std::size_t, std::size_t)>& on_progress, const std::stop_token& stop) {
  if (setup.seeds < 1 || setup.evaluations < 1) {
    throw SearchError(
        fmt::format("a comparison of drivers has at least one seed and one "
                    "evaluation, not {} and {}",
                    setup.seeds, setup.evaluations));
  }
  FleetTrials synchronous(setup, "synchronous");
  FleetTrials asynchronous(setup, "asynchronous");
  std::size_t finished = 0;
  for (std::int64_t seed = 1; seed <= setup.seeds; ++seed) {
    for (FleetTrials* trials : {&synchronous, &asynchronous}) {
      if (!trials->run(seed, stop)) return {.complete = false};
      if (on_progress) on_progress(++finished, 2 * static_cast<std::size_t>(setup.seeds));
    }
  }
  FleetBenchmarkResult result{.optimum = synchronous.optimum(),
                              .synchronous = synchronous.result(),
                              .asynchronous = asynchronous.result()};
  for (int i = 1; i <= kLevels; ++i) {
    const double seconds = synchronous.shortest() * i / kLevels;
    const double regret = synchronous.regret_at(seconds);
    result.levels.push_back({.seconds = seconds,
                             .regret = regret,
                             .asynchronous_regret = asynchronous.regret_at(seconds),
                             .synchronous_seconds = synchronous.seconds_to(regret).value_or(0.0),
                             .asynchronous_seconds = asynchronous.seconds_to(regret)});
  }
  return result;
}

}  // namespace evonas::search
