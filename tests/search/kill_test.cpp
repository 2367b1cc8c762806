#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <random>
#include <string>
#include <thread>

#include <doctest/doctest.h>
#include <spawn.h>
#include <sys/wait.h>

#include "search/asynchronous_world.hpp"
#include "search/evaluation_log.hpp"
#include "search/run_verification.hpp"
#include "search/screened_search.hpp"
#include "temporary_folder.hpp"
#include "toy_search.hpp"

namespace evonas::search {
namespace {

using std::chrono::duration;
using std::chrono::steady_clock;
using tests::TemporaryFolder;
using toy::Climber;
using toy::text_of;
using toy::World;

// The processes that are killed are this program, running one of the skipped test cases below. A
// plain fork would not do: what threads of the parent hold stays held in the child.
constexpr const char* kFolderVariable = "EVONAS_TEST_FOLDER";

std::filesystem::path folder_of_child() {
  const char* folder = std::getenv(kFolderVariable);
  REQUIRE(folder != nullptr);
  return folder;
}

/// A process that runs one skipped test case in a folder.
class Child {
 public:
  Child(const std::string& test_case, const std::filesystem::path& folder) {
    std::string program = "/proc/self/exe";
    std::string name = "--test-case=" + test_case;
    std::string unskip = "--no-skip";
    std::string quiet = "--minimal";
    char* arguments[] = {program.data(), name.data(), unskip.data(), quiet.data(), nullptr};
    ::setenv(kFolderVariable, folder.c_str(), 1);
    REQUIRE(::posix_spawn(&pid_, program.c_str(), nullptr, nullptr, arguments, environ) == 0);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid_ > 0) end();
  }

  /// Kills it, unless it has ended; whether it had.
  bool kill() {
    ::kill(pid_, SIGKILL);
    const int status = end();
    if (WIFEXITED(status)) CHECK(WEXITSTATUS(status) == 0);
    return WIFEXITED(status);
  }

  /// Waits for its end.
  int end() {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    return status;
  }

 private:
  pid_t pid_ = -1;
};

/// Time that a whole run of a child takes.
duration<double> time_of(const std::string& test_case) {
  const TemporaryFolder folder;
  const auto begin = steady_clock::now();
  CHECK(Child(test_case, folder.path()).end() == 0);
  return steady_clock::now() - begin;
}

/// Runs children in the same folder and kills them at random moments, until one comes to its end.
/// How many were killed.
int kill_until_finished(const std::string& test_case, const std::filesystem::path& folder,
                        duration<double> whole, std::mt19937& random) {
  std::uniform_real_distribution<double> part(0.0, 0.7);
  for (int kills = 0;; ++kills) {
    Child child(test_case, folder);
    std::this_thread::sleep_for(whole * part(random));
    if (child.kill()) return kills;
  }
}

/// How many architectures a log has that were trained.
std::ptrdiff_t trained(const std::filesystem::path& log) {
  return std::ranges::count_if(toy::begun(log), [](const auto& evaluation) {
    return evaluation.first.starts_with("accuracy");
  });
}

TEST_CASE("child: a slow search" * doctest::skip()) {
  const std::filesystem::path folder = folder_of_child();
  World world(36, 2);
  world.trained->delay = std::chrono::milliseconds(3);
  world.measured->delay = std::chrono::milliseconds(1);
  keep_log(world, folder / "log");
  const auto run = folder / "run";
  RunStore store = RunStore::exists(run) ? RunStore::open(run) : RunStore::create(run);
  world.run(&store);
}

TEST_CASE("child: a slow screened search" * doctest::skip()) {
  const std::filesystem::path folder = folder_of_child();
  toy::ScreenedWorld world(17, 2);
  world.trained->delay = std::chrono::milliseconds(3);
  world.early->delay = std::chrono::milliseconds(1);
  keep_log(world, folder / "log");
  const auto run = folder / "run";
  RunStore store = RunStore::exists(run) ? RunStore::open(run) : RunStore::create(run);
  world.run(&store);
}

TEST_CASE("child: a slow asynchronous search" * doctest::skip()) {
  const std::filesystem::path folder = folder_of_child();
  toy::AsynchronousWorld world(36, 3);
  world.trained->delay = std::chrono::milliseconds(2);
  keep_log(world, folder / "log");
  // It is had again at once: nothing is lost with it.
  world.measured->log = nullptr;
  const auto run = folder / "run";
  RunStore store = RunStore::exists(run) ? RunStore::open(run) : RunStore::create(run);
  world.run(&store);
}

TEST_CASE("child: a store is made" * doctest::skip()) {
  const auto run = folder_of_child() / "run";
  if (!RunStore::exists(run)) RunStore::create(run, {{"a", "1"}});
}

TEST_CASE("killed at 25 random moments and resumed, the end is that of a run never stopped") {
  const std::string expected = text_of(World(36).run());
  const duration<double> whole = time_of("child: a slow search");
  std::mt19937 random(std::random_device{}());
  int kills = 0;
  while (kills < 25) {
    const TemporaryFolder folder;
    kills += kill_until_finished("child: a slow search", folder.path(), whole, random);
    const RunStore store = RunStore::open(folder / "run");
    const World world(36);
    const SearchSummary summary = load_summary(store, world.setup.problem);
    CHECK(text_of(summary) == expected);
    CHECK(summary.termination == Termination::Budget);
    Climber climber(world.setup.algorithm.seed, world.batch);
    CHECK(verify_run(world.setup, climber, store).empty());
    CHECK(trained(folder / "log") == 36);
  }
  MESSAGE("killed ", kills, " times");
}

TEST_CASE("a screened search killed at 10 random moments and resumed ends as one never stopped") {
  const std::string expected = text_of(toy::ScreenedWorld(17).run());
  const duration<double> whole = time_of("child: a slow screened search");
  std::mt19937 random(std::random_device{}());
  int kills = 0;
  while (kills < 10) {
    const TemporaryFolder folder;
    kills += kill_until_finished("child: a slow screened search", folder.path(), whole, random);
    const RunStore store = RunStore::open(folder / "run");
    const toy::ScreenedWorld world(17);
    CHECK(text_of(load_summary(store, world.setup.problem)) == expected);
    CHECK(verify_run(world.setup, store).empty());
    CHECK(trained(folder / "log") == 17);
  }
}

TEST_CASE("an asynchronous search killed at 25 random moments pays twice for what was under way") {
  const duration<double> whole = time_of("child: a slow asynchronous search");
  std::mt19937 random(std::random_device{}());
  int kills = 0;
  while (kills < 25) {
    const TemporaryFolder folder;
    const int own =
        kill_until_finished("child: a slow asynchronous search", folder.path(), whole, random);
    kills += own;
    const RunStore store = RunStore::open(folder / "run");
    const toy::AsynchronousWorld world(36);
    const SearchSummary summary = load_summary(store, world.setup.problem);
    CHECK(summary.termination == Termination::Budget);
    CHECK(summary.evaluations.size() == 36);
    CHECK(store.completions().size() == 36);
    Climber climber(world.setup.algorithm.seed, world.batch);
    CHECK(verify_run(world.setup, climber, store).empty());
    CHECK(trained(folder / "log") == 36);
    int again = 0;
    for (const auto& [evaluation, times] : toy::begun(folder / "log")) {
      if (evaluation.starts_with("accuracy")) again += times - 1;
    }
    CHECK(again <= 3 * own);
  }
  MESSAGE("killed ", kills, " times");
}

TEST_CASE("killed while the store is made, there is a whole run afterwards or none") {
  const duration<double> whole = time_of("child: a store is made");
  std::mt19937 random(std::random_device{}());
  std::uniform_real_distribution<double> part(0.4, 1.2);
  for (int round = 0; round < 30; ++round) {
    const TemporaryFolder folder;
    for (int kill = 0; kill < 4; ++kill) {
      Child child("child: a store is made", folder.path());
      std::this_thread::sleep_for(whole * part(random));
      child.kill();
    }
    const auto run = folder / "run";
    if (!RunStore::exists(run)) RunStore::create(run, {{"a", "1"}});
    CHECK(RunStore::open(run).get("a") == std::optional<std::string>("1"));
    CHECK(RunStore::open_read_only(run).verify_checksums().empty());
  }
}

}  // namespace
}  // namespace evonas::search
