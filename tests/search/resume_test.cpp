#include <csignal>
#include <fstream>
#include <map>
#include <set>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/wait.h>

#include "search/run_verification.hpp"
#include "toy_search.hpp"

namespace evonas::search {
namespace {

using toy::Climber;
using toy::Folder;
using toy::text_of;
using toy::World;

/// Appends a line in one system call, which a kill leaves whole or undone.
void append(int descriptor, const std::string& line) {
  [[maybe_unused]] const auto written = ::write(descriptor, line.data(), line.size());
}

void keep_log(const World& world, const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  for (const auto& [name, source] :
       {std::pair("accuracy", world.trained), std::pair("latency_ms", world.measured)}) {
    source->log = [descriptor, prefix = std::string(name)](const evaluation::Candidate& candidate,
                                                           bool done) {
      append(descriptor, fmt::format("{} {} {}\n", done ? "done" : "begin", prefix,
                                     candidate.genotype.to_string()));
    };
  }
}

/// How often each evaluation was begun; a failure where one was begun again after it was stored.
std::map<std::string, int> begun(const std::filesystem::path& file) {
  std::map<std::string, int> count;
  std::set<std::string> done;
  std::ifstream log(file);
  std::string what;
  std::string source;
  std::string genotype;
  while (log >> what >> source >> genotype) {
    const std::string evaluation = source + " " + genotype;
    if (what == "done") {
      done.insert(evaluation);
    } else {
      CHECK_MESSAGE(!done.contains(evaluation), "paid twice: ", evaluation);
      ++count[evaluation];
    }
  }
  return count;
}

World slow_world() {
  World world(36, 2);
  world.trained->delay = std::chrono::milliseconds(3);
  world.measured->delay = std::chrono::milliseconds(1);
  return world;
}

SearchSummary session(const World& world, const std::filesystem::path& folder) {
  RunStore store = RunStore::exists(folder) ? RunStore::open(folder) : RunStore::create(folder);
  return world.run(&store);
}

TEST_CASE("killed at 25 random moments and resumed, the end is that of a run never stopped") {
  const std::string expected = text_of(World(36).run());
  std::mt19937 random(std::random_device{}());
  int kills = 0;
  while (kills < 25) {
    const Folder folder;
    const auto log = folder.path() / "log";
    for (bool finished = false; !finished;) {
      const pid_t child = ::fork();
      REQUIRE(child >= 0);
      if (child == 0) {
        try {
          const World world = slow_world();
          keep_log(world, log);
          session(world, folder.path() / "run");
        } catch (const std::exception&) {
          ::_exit(1);
        }
        ::_exit(0);
      }
      std::this_thread::sleep_for(std::chrono::microseconds(random() % 70000));
      ::kill(child, SIGKILL);
      int status = 0;
      ::waitpid(child, &status, 0);
      finished = WIFEXITED(status);
      if (finished) CHECK(WEXITSTATUS(status) == 0);
      kills += !finished;
    }
    const RunStore store = RunStore::open(folder.path() / "run");
    const World world(36);
    const SearchSummary summary = load_summary(store, world.setup.problem);
    CHECK(text_of(summary) == expected);
    CHECK(summary.termination == Termination::Budget);
    Climber climber(world.setup.algorithm.seed, world.batch);
    CHECK(verify_run(world.setup, climber, store).empty());
    std::size_t trained = 0;
    for (const auto& [evaluation, times] : begun(log)) {
      trained += evaluation.starts_with("accuracy");
    }
    CHECK(trained == 36);
  }
  MESSAGE("killed ", kills, " times");
}

TEST_CASE("killed while the store is made, there is a whole run afterwards or none") {
  std::mt19937 random(std::random_device{}());
  for (int round = 0; round < 40; ++round) {
    const Folder folder;
    const auto run = folder.path() / "run";
    const auto start = std::chrono::steady_clock::now();
    RunStore::create(folder.path() / "whole");
    const std::chrono::duration<double, std::micro> whole =
        std::chrono::steady_clock::now() - start;
    for (int kill = 0; kill < 4; ++kill) {
      const pid_t child = ::fork();
      REQUIRE(child >= 0);
      if (child == 0) {
        try {
          if (!RunStore::exists(run)) RunStore::create(run, {{"a", "1"}});
        } catch (const std::exception&) {
          ::_exit(1);
        }
        ::_exit(0);
      }
      std::this_thread::sleep_for(
          std::chrono::microseconds(random() % (1 + unsigned(1.5 * whole.count()))));
      ::kill(child, SIGKILL);
      int status = 0;
      ::waitpid(child, &status, 0);
      CHECK_FALSE((WIFEXITED(status) && WEXITSTATUS(status) != 0));
    }
    if (!RunStore::exists(run)) RunStore::create(run, {{"a", "1"}});
    CHECK(RunStore::open(run).get("a") == std::optional<std::string>("1"));
    CHECK(RunStore::open_read_only(run).verify_checksums().empty());
  }
}

TEST_CASE("stopped at random points and resumed, the end is that of a run never stopped") {
  const std::string expected = text_of(World(36).run());
  std::mt19937 random(std::random_device{}());
  for (int round = 0; round < 30; ++round) {
    const Folder folder;
    const auto log = folder.path() / "log";
    const World world(36, 1 + random() % 3);
    keep_log(world, log);
    int sessions = 0;
    for (bool finished = false; !finished; ++sessions) {
      // Requests the stop within an evaluation of any of the three sources.
      std::stop_source stop;
      std::atomic<int> left = 1 + int(random() % 60);
      const auto log_accuracy = world.trained->log;
      const auto log_latency = world.measured->log;
      const auto count = [&] {
        if (--left == 0) stop.request_stop();
      };
      const auto counting = [&](const auto& next) {
        return [&, next](const evaluation::Candidate& candidate, bool done) {
          if (next) next(candidate, done);
          count();
        };
      };
      world.trained->log = counting(log_accuracy);
      world.measured->log = counting(log_latency);
      world.counted->log = counting(std::function<void(const evaluation::Candidate&, bool)>());
      RunStore store = RunStore::exists(folder.path() / "run")
                           ? RunStore::open(folder.path() / "run")
                           : RunStore::create(folder.path() / "run");
      const SearchSummary summary = world.run(&store, {}, stop.get_token());
      CHECK(text_of(load_summary(store, world.setup.problem)) == text_of(summary));
      Climber climber(world.setup.algorithm.seed, world.batch);
      world.trained->log = log_accuracy;
      world.measured->log = log_latency;
      world.counted->log = nullptr;
      CHECK(verify_run(world.setup, climber, store).empty());
      finished = summary.termination == Termination::Budget;
      if (finished) {
        CHECK(text_of(summary) == expected);
      } else {
        CHECK(summary.termination == Termination::Interrupted);
        CHECK(store.get("termination") == std::optional<std::string>("interrupted"));
      }
    }
    for (const auto& [evaluation, times] : begun(log)) {
      CHECK_MESSAGE(times == 1, evaluation);
    }
  }
}

TEST_CASE("a finished run that is resumed evaluates nothing and ends the same") {
  const Folder folder;
  const World world(30);
  const SearchSummary first = session(world, folder.path());
  world.trained->log = [](const evaluation::Candidate&, bool) { FAIL("evaluated again"); };
  const SearchSummary again = session(world, folder.path());
  CHECK(text_of(again) == text_of(first));
  CHECK(again.termination == Termination::Budget);
  CHECK(again.message == first.message);
}

TEST_CASE("a run can be continued with a larger budget, also after a generation that was cut") {
  const Folder folder;
  session(World(20), folder.path());
  const World larger(33);
  const SearchSummary summary = session(larger, folder.path());
  CHECK(summary.evaluations.size() == 33);
  CHECK(summary.generations[3].evaluations == 20);
  const RunStore store = RunStore::open(folder.path());
  Climber climber(7, 6);
  CHECK(verify_run(larger.setup, climber, store).empty());
}

TEST_CASE("a store of another search is refused with what differs") {
  const Folder folder;
  session(World(12), folder.path());
  World other(12);
  other.setup.algorithm.seed = 8;
  CHECK_THROWS_WITH_AS(session(other, folder.path()), doctest::Contains("its seed is '7', now"),
                       SearchError);
  other = World(12);
  other.setup.problem.limits.clear();
  CHECK_THROWS_WITH_AS(session(other, folder.path()), doctest::Contains("its limits is"),
                       SearchError);
  other = World(12);
  other.setup.sources.pop_back();
  CHECK_THROWS_WITH_AS(session(other, folder.path()), doctest::Contains("sources"), SearchError);
  // The same setup, but an algorithm that goes another way.
  RunStore store = RunStore::open(folder.path());
  Climber climber(99, 6);
  CHECK_THROWS_WITH_AS(run_search(World(12).setup, climber, &store, {}, {}),
                       doctest::Contains("other architectures"), SearchError);
}

/// Fails as a whole the first time that it is used.
struct Flaky final : evaluation::Evaluator {
  bool failed = false;
  std::vector<evaluation::Metric> metrics() const override {
    return {{"accuracy", "%", evaluation::CostClass::Expensive}};
  }
  bool deterministic() const override { return true; }
  void evaluate(std::span<const evaluation::Candidate> block, const evaluation::OutcomeSink& sink,
                std::stop_token) override {
    for (std::size_t i = 0; i < block.size(); ++i) {
      if (i == 3 && !std::exchange(failed, true)) {
        throw evaluation::EvaluationError("the graphics card is gone");
      }
      sink(i, toy::accuracy(block[i]));
    }
  }
};

struct Resumed final : Observer {
  std::uint64_t evaluations = 0;
  std::vector<std::uint64_t> told;
  void on_resume(std::uint64_t known) override { evaluations = known; }
  void on_evaluation(const EvaluationRecord& record) override { told.push_back(record.index); }
};

TEST_CASE("the fault of a source keeps what it had reported, and observers see it again") {
  const Folder folder;
  World world(12);
  const std::string expected = [&] {
    World sound(12);
    sound.setup.sources.erase(sound.setup.sources.begin() + 1, sound.setup.sources.end());
    sound.setup.problem = {{{"accuracy", Goal::Maximize}}, {}};
    return text_of(sound.run());
  }();
  world.setup.sources = {{"accuracy", std::make_shared<Flaky>()}};
  world.setup.problem = {{{"accuracy", Goal::Maximize}}, {}};
  CHECK_THROWS_AS(session(world, folder.path()), evaluation::EvaluationError);
  RunStore store = RunStore::open(folder.path());
  CHECK(store.get("message") == std::optional<std::string>("the graphics card is gone"));
  CHECK(load_summary(store, world.setup.problem).evaluations.size() == 3);
  Resumed observer;
  CHECK(text_of(world.run(&store, {&observer})) == expected);
  CHECK(observer.evaluations == 3);
  CHECK(observer.told.size() == 12);
}

}  // namespace
}  // namespace evonas::search
