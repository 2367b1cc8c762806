#include <algorithm>
#include <csignal>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/json.hpp"
#include "contains.hpp"
#include "e2e/process.hpp"
#include "evaluation/command_processes.hpp"

namespace evonas::e2e {
namespace {

using nlohmann::json;
using tests::contains;

/// A configuration of 60 evaluations by a command that takes 20 ms for each and notes what it is
/// asked for in `log`.
fs::path slow_search(const tests::TemporaryFolder& folder, const fs::path& log) {
  return folder.write("slow.yaml", fmt::format(R"(
space: nasbench201
input: cifar10
objectives: [{{metric: accuracy, goal: maximize}}, {{metric: params, goal: minimize}}]
evaluation:
  accuracy:
    command: ["{}", -IS, "{}/tests/evaluation/faulty_worker.py", --fault, slow, --log, "{}"]
    processes: 2
search: {{algorithm: nsga2, population: 10, seed: 4}}
budget: {{evaluations: 60}}
)",
                                               EVONAS_PYTHON, EVONAS_SOURCE_DIR, log.string()));
}

std::size_t lines_of(const fs::path& file) {
  const std::string text = read_text(file);
  return static_cast<std::size_t>(std::ranges::count(text, '\n'));
}

/// Waits until a command has been asked for more than `count` architectures.
void wait_for_requests(const fs::path& log, std::size_t count) {
  for (int i = 0; i < 2000 && lines_of(log) <= count; ++i) sleep_ms(5);
}

TEST_CASE("a search by a command that is killed goes on where it was, and leaves no process") {
  const tests::TemporaryFolder folder;
  const fs::path whole_log = folder / "whole.log";
  const std::string whole = (folder / "whole").string();
  const Result searched = run({"search", slow_search(folder, whole_log).string(), "--out", whole});
  CAPTURE(searched.err);
  REQUIRE(searched.code == 0);
  CHECK(lines_of(whole_log) == 60);
  CHECK(contains(read_text(folder / "whole/log.txt"), "accuracy: process 2: asked for "));
  CHECK(tests::all_gone(whole_log.string()));

  const fs::path log = folder / "killed.log";
  const std::string killed = (folder / "killed").string();
  std::vector<std::string> arguments{"search", slow_search(folder, log).string(), "--out", killed};
  constexpr std::size_t kKills = 3;
  for (std::size_t kill = 0; kill < kKills; ++kill) {
    Process process(arguments);
    wait_for_requests(log, 15 * (kill + 1));
    process.signal(SIGKILL);
    CHECK(process.wait().code == 128 + SIGKILL);
    CHECK(tests::all_gone(log.string()));
    arguments = {"resume", killed};
  }
  const Result resumed = run(arguments);
  CAPTURE(resumed.err);
  REQUIRE(resumed.code == 0);
  CHECK(read_text(folder / "killed/front.csv") == read_text(folder / "whole/front.csv"));
  // Two may have been under way when it was killed, and their answers lost.
  CHECK(lines_of(log) <= 60 + 2 * kKills);
  const Result verified = run({"verify", killed});
  CAPTURE(verified.out);
  CHECK(verified.code == 0);
  CHECK(run({"report", killed}).code == 0);
}

TEST_CASE("an asynchronous search by a command that is killed asks again for what was under way") {
  const tests::TemporaryFolder folder;
  const fs::path log = folder / "requests.log";
  const std::string out = (folder / "run").string();
  std::vector<std::string> arguments{"search", slow_search(folder, log).string(), "--out", out,
                                     "--set",  "search.driver=asynchronous"};
  constexpr std::size_t kKills = 5;
  for (std::size_t kill = 0; kill < kKills; ++kill) {
    Process process(arguments);
    wait_for_requests(log, 10 * (kill + 1));
    process.signal(kill % 2 == 0 ? SIGKILL : SIGINT);
    CHECK(process.wait().code == (kill % 2 == 0 ? 128 + SIGKILL : 130));
    CHECK(tests::all_gone(log.string()));
    const Result verified = run({"verify", out});
    CAPTURE(verified.out);
    CHECK(verified.code == 0);
    arguments = {"resume", out};
  }
  const Result resumed = run({"resume", out, "--json"});
  CAPTURE(resumed.err);
  REQUIRE(resumed.code == 0);
  CHECK(json::parse(resumed.out).at("evaluations") == 60);
  CHECK(json::parse(resumed.out).at("failures") == 0);
  CHECK(run({"verify", out}).code == 0);
  CHECK(run({"report", out}).code == 0);
  std::map<std::string, int> requests;  // by architecture
  std::istringstream lines(read_text(log));
  for (std::string key; std::getline(lines, key);) ++requests[key];
  CHECK(requests.size() == 60);
  CHECK(lines_of(log) <= 60 + 2 * kKills);
}

TEST_CASE("an interrupted search by a command ends its processes") {
  const tests::TemporaryFolder folder;
  const fs::path log = folder / "requests.log";
  const std::string out = (folder / "run").string();
  Process process({"search", slow_search(folder, log).string(), "--out", out});
  wait_for_requests(log, 5);
  process.signal(SIGINT);
  CHECK(process.wait().code == 130);
  CHECK_FALSE(tests::any_process_with(log.string()));
  CHECK(run({"resume", out}).code == 0);
}

TEST_CASE("the configuration with a command that comes with evonas runs, and stops some early") {
  const tests::TemporaryFolder folder;
  const std::string out = (folder / "run").string();
  const Result result = run({"search", EVONAS_SOURCE_DIR "/configs/command.yaml", "--out", out,
                             "--set", "evaluation.accuracy.command.0=" EVONAS_PYTHON, "--json"});
  CAPTURE(result.err);
  REQUIRE(result.code == 0);
  const json summary = json::parse(result.out);
  CHECK(summary.at("evaluations") == 40);
  CHECK(summary.at("failures") > 0);
  CHECK(summary.at("failures") < 20);
  const std::string log = read_text(folder / "run/log.txt");
  CHECK(contains(log, "failed: stopped early: after epoch 2 accuracy is "));
  CHECK(contains(log, "epoch 5 accuracy="));
  CHECK(run({"verify", out}).code == 0);
}

TEST_CASE("several metrics come from one command") {
  const tests::TemporaryFolder folder;
  folder.write("worker.sh", R"(
while read -r line; do
  case $line in
    *'"type":"hello"'*) echo '{"type":"hello","protocol":1}' ;;
    *) id=${line##*'"id":'}
       echo "{\"type\":\"result\",\"id\":${id%%,*},\"metrics\":{\"accuracy\":90,\"energy_mj\":${id%%,*}}}" ;;
  esac
done
)");
  const fs::path config = folder.write("search.yaml", R"(
space: nasbench201
objectives: [{metric: accuracy, goal: maximize}, {metric: energy_mj, goal: minimize}]
evaluation:  # the ids of requests serve as energies
  accuracy: {command: [/bin/sh, worker.sh], unit: "%"}
  energy_mj: {from: accuracy, unit: mJ}
search: {algorithm: random}
budget: {evaluations: 5}
)");
  const std::string out = (folder / "run").string();
  const Result result = run({"search", config.string(), "--out", out, "--json"});
  CAPTURE(result.err);
  CAPTURE(read_text(folder / "run/log.txt"));
  REQUIRE(result.code == 0);
  const json summary = json::parse(result.out);
  REQUIRE(summary.at("front").size() == 1);
  CHECK(summary.at("front")[0].at("metrics").at("energy_mj") == 1.0);
  CHECK(run({"verify", out}).code == 0);
}

TEST_CASE("a command that cannot work ends a search with its reason") {
  const tests::TemporaryFolder folder;
  const auto search = [&](const std::string& command) {
    const fs::path config = folder.write("search.yaml", fmt::format(R"(
space: nasbench201
objectives: [{{metric: accuracy, goal: maximize}}]
evaluation: {{accuracy: {{command: {}, backoff_seconds: 0}}}}
search: {{algorithm: random}}
budget: {{evaluations: 30}}
)",
                                                                    command));
    fs::remove_all(folder / "run");
    return run({"search", config.string(), "--out", (folder / "run").string()});
  };
  const Result missing = search("[./no_such_program]");
  CHECK(missing.code == 2);
  CHECK(
      contains(missing.err, "'./no_such_program' cannot be started in " + folder.path().string()));
  const Result failing = search("[/bin/sh, -c, 'echo there is no GPU >&2; exit 4']");
  CHECK(failing.code == 3);
  CHECK(contains(failing.err, "ended with exit code 4"));
  CHECK(contains(failing.err, "there is no GPU"));
}

TEST_CASE("a search on Ray that has lost its cluster blames no candidate and can be resumed") {
  const tests::TemporaryFolder folder;
  // In the place of Python: loses its cluster with the fifth request, for as long as `away` exists.
  const fs::path python = folder.write("python", fmt::format(R"(#!/bin/sh
cd "{}"
[ -e away ] && {{ echo there is no cluster >&2; exit 1; }}
printf '%s\n' "$2 $3" > arguments
while read -r line; do
  case $line in
    *'"type":"hello"'*) echo '{{"type":"hello","protocol":1}}' ;;
    *) id=${{line##*'"id":'}}; id=${{id%%,*}}
       [ $id -eq 5 ] && [ ! -e mended ] && {{ : > away; exit 1; }}
       echo "{{\"type\":\"result\",\"id\":$id,\"metrics\":{{\"accuracy\":90}}}}" ;;
  esac
done
)",
                                                             folder.path().string()));
  fs::permissions(python, fs::perms::owner_all);
  const fs::path config = folder.write("search.yaml", fmt::format(R"(
space: {{name: nasbench201, channels: 8}}
objectives: [{{metric: accuracy, goal: maximize}}]
evaluation: {{accuracy: {{ray: "train.py:train", python: "{}", num_gpus: 0.5, retries: 1}}}}
search: {{algorithm: random}}
budget: {{evaluations: 10}}
)",
                                                                  python.string()));
  const std::string out = (folder / "run").string();
  const Result lost = run({"search", config.string(), "--out", out});
  CHECK(lost.code == 2);
  CHECK(contains(lost.err, "nothing can be evaluated on Ray: died: "));
  CHECK(contains(lost.err, "there is no cluster"));
  fs::remove(folder / "away");
  folder.write("mended", "");
  const Result resumed = run({"resume", out, "--json"});
  CAPTURE(resumed.err);
  REQUIRE(resumed.code == 0);
  CHECK(json::parse(resumed.out).at("evaluations") == 10);
  CHECK(json::parse(resumed.out).at("failures") == 0);
  CHECK(run({"verify", out}).code == 0);

  const std::string arguments = read_text(folder / "arguments");
  REQUIRE(arguments.starts_with("evonas.ray_worker {"));
  const json options = json::parse(arguments.substr(arguments.find('{')));
  CHECK(options.at("function") == "train.py:train");
  CHECK(options.at("space") == "nasbench201");
  CHECK(std::ranges::count(options.at("space_words"), "channels=8") == 1);
  CHECK(options.at("options") == json{{"num_cpus", 1.0}, {"num_gpus", 0.5}});
}

}  // namespace
}  // namespace evonas::e2e
