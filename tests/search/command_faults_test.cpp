#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "contains.hpp"
#include "evaluation/command/command_evaluator.hpp"
#include "evaluation/command_processes.hpp"
#include "search/driver.hpp"
#include "spaces/nasbench201.hpp"
#include "temporary_folder.hpp"

namespace evonas::search {
namespace {

using tests::contains;

/// Asks for cells of NAS-Bench-201 one after the other, for all of a search at once.
struct Counting final : Algorithm {
  spaces::AnySpace space{spaces::NasBench201()};
  std::size_t size = 4;
  std::uint64_t next = 0;

  std::size_t batch_size() const override { return size; }
  std::vector<spaces::Genotype> ask(std::size_t count) override {
    std::vector<spaces::Genotype> asked;
    for (std::size_t i = 0; i < count; ++i) asked.push_back(space.at(7800 + next++));
    return asked;
  }
  void tell(std::span<const Individual> /*evaluated*/) override {}
};

/// A search of four cells with a command that misbehaves, kept in a store.
struct FaultySearch {
  Counting algorithm;
  std::vector<std::string> warnings;
  SearchSetup setup;

  explicit FaultySearch(evaluation::CommandOptions options)
      : setup{.space = algorithm.space,
              .problem = {{{"accuracy", Goal::Maximize}}, {}},
              .algorithm = {},
              .budget = {.evaluations = 4, .failure_share = 1.0},
              .sources = {
                  {"accuracy",
                   std::make_shared<evaluation::CommandEvaluator>(
                       algorithm.space, std::nullopt,
                       std::vector<evaluation::Metric>{evaluation::Metric{"accuracy", "%"}},
                       std::move(options),
                       evaluation::CommandListener{.warning = [this](const std::string& line) {
                         warnings.push_back(line);
                       }})}}} {}
  FaultySearch(const FaultySearch&) = delete;
  FaultySearch& operator=(const FaultySearch&) = delete;

  /// What the store holds at the end.
  std::vector<EvaluationRecord> run(const std::filesystem::path& folder) {
    RunStore store = RunStore::create(folder);
    const SearchSummary summary = run_search(setup, algorithm, &store, {}, {});
    CHECK(summary.termination == Termination::Budget);
    const SearchSummary stored = load_summary(store, setup.problem);
    REQUIRE(stored.evaluations.size() == 4);
    return stored.evaluations;
  }
};

struct Fault {
  const char* name;
  const char* reason;  ///< a part of the failure in the store
};

/// The process never gets so far as to be asked, so all four fail.
constexpr Fault kAtStart[] = {
    {"start_exit", "died: it ended with exit code 3"},
    {"start_killed", "died: it was ended by signal 9 (Killed)"},
    {"start_hang", "start: it did not say hello within 0.3 s"},
    {"start_closed", "died: it closed its standard output"},
    {"start_version", "start: it speaks version 2 of the protocol, and evonas version 1"},
    {"start_no_version", "protocol: it wrote a message without 'protocol'"},
    {"start_refusal", "start: it refuses to work: there is no GPU"},
    {"start_print", "protocol: it wrote a line that is no JSON"},
    {"start_no_slots", "as 'slots', which must be a whole number from 1 to 1024"},
    {"start_slots_text", "as 'slots', which must be a whole number from 1 to 1024"},
    {"start_result", "protocol: it wrote another message before its hello"},
    {"start_import", "the last line of its standard error: ModuleNotFoundError: No module named"},
    {"start_cut", "within the line '{\"type\":\"hel'"},
    {"start_leaves", "died: it ended with exit code 0"},
};

/// The second of four fails, the others do not.
constexpr Fault kWhenAsked[] = {
    {"exit", "died: it ended with exit code 7"},
    {"exit_well", "died: it ended with exit code 0"},
    {"abort", "died: it was ended by signal 6 (Aborted)"},
    {"exit_in_result", "within the line '{\"type\":\"result\",\"id\":'"},
    {"exit_after_progress", "died: it ended with exit code 1"},
    {"leaves_a_child", "died: it ended with exit code 5"},
    {"hang", "timeout: no result within 0.3 s"},
    {"silent", "silent: it wrote nothing for 0.3 s"},
    {"stops_itself", "timeout: no result within 0.3 s"},
    {"only_heartbeats", "timeout: no result within 0.3 s"},
    {"obeys_cancel", "timeout: no result within 0.3 s"},
    {"late", "timeout: no result within 0.3 s"},
    {"closes_output", "died: it closed its standard output"},
    {"closes_input", "timeout: no result within 0.3 s"},
    {"again", "protocol: it answered the request 1 again"},
    {"wrong_id", "protocol: it answered the request 999999, which there never was"},
    {"text_id", "as 'id', which must be a whole number"},
    {"negative_id", "as 'id', which must be a whole number"},
    {"no_id", "protocol: it wrote a message without 'id'"},
    {"nan", "result: accuracy is no finite number"},
    {"infinity", "result: accuracy is no finite number"},
    {"null", "result: accuracy is no finite number"},
    {"text_metric", "result: it wrote '\"high\"' as 'accuracy', which must be a number"},
    {"no_metric", "result: it did not report accuracy"},
    {"list_metrics", "as 'metrics', which must be an object of numbers"},
    {"no_metrics", "result: it wrote a message without 'metrics'"},
    {"negative_seconds", "as 'seconds', which must be seconds"},
    {"huge_number", "protocol: it wrote a number that is too large"},
    {"invalid_utf8", "protocol: it wrote a line that is no UTF-8 text"},
    {"print", "is no JSON (messages alone belong on standard output"},
    {"zeros", "protocol: it wrote a line that is no JSON"},
    {"list", "protocol: it wrote a line that is no JSON object: '[1, 2]'"},
    {"long_line", "protocol: it wrote a line of more than 200000 bytes"},
    {"endless_line", "protocol: it wrote a line of more than 200000 bytes"},
    {"deep", "protocol: it wrote JSON of more than 32 levels"},
    {"key_twice", "protocol: it wrote the key 'id' twice in one object"},
    {"unknown_type", "protocol: it wrote a message of the type 'answer'"},
    {"no_type", "protocol: it wrote a message without 'type'"},
    {"hello_again", "protocol: it said hello twice"},
    {"epoch_back", "result: it reported epoch 1 after epoch 2"},
    {"epoch_text", "as 'epoch', which must be a whole number"},
    {"progress_nan", "result: accuracy is no finite number after epoch 1"},
    {"progress_of_another", "protocol: it answered the request 999999"},
    {"failure", "out_of_memory: 12 GB are not enough \u00fc"},
    {"failure_text", "failed: the loss diverged"},
    {"failure_again", "busy: no GPU is free"},
    {"failure_no_message", "result: it wrote a message without 'message'"},
    {"failure_number", "as 'error', which must be a text"},
};

TEST_CASE("a command that cannot work: a reason in the store for each candidate, and an end") {
  for (const Fault& fault : kAtStart) {
    CAPTURE(fault.name);
    const tests::TemporaryFolder folder;
    FaultySearch search(tests::faulty_command(fault.name));
    for (const EvaluationRecord& record : search.run(folder / "run")) {
      CAPTURE(record.failure);
      CHECK(contains(record.failure, fault.reason));
    }
    CHECK_FALSE(search.warnings.empty());
  }
}

TEST_CASE("a command that fails at one candidate: its reason in the store, and nothing else lost") {
  const Counting cells;
  const std::string victim = cells.space.key(cells.space.at(7801)).hex();
  for (const Fault& fault : kWhenAsked) {
    CAPTURE(fault.name);
    const tests::TemporaryFolder folder;
    FaultySearch search(tests::faulty_command(fault.name, {"--victim", victim}));
    for (const EvaluationRecord& record : search.run(folder / "run")) {
      CAPTURE(record.index);
      CAPTURE(record.failure);
      if (record.key.hex() == victim) {
        CHECK(contains(record.failure, fault.reason));
        CHECK(record.metrics.empty());
      } else {
        CHECK(record.ok());
        CHECK(record.metrics.contains("accuracy"));
      }
    }
  }
}

TEST_CASE("the first of two answers counts") {
  const tests::TemporaryFolder folder;
  FaultySearch search(tests::faulty_command("twice"));
  for (const EvaluationRecord& record : search.run(folder / "run")) CHECK(record.ok());
  REQUIRE_FALSE(search.warnings.empty());
  CHECK(contains(search.warnings[0], "answered the request 1 again"));
}

TEST_CASE("a search whose command dies once ends like any other") {
  const tests::TemporaryFolder folder;
  evaluation::CommandOptions options = tests::faulty_command("none");
  FaultySearch calm(options);
  options = tests::faulty_command("abort", {"--once", (folder / "once").string()});
  options.retries = 1;
  FaultySearch struck(options);
  const auto expected = calm.run(folder / "calm");
  const auto found = struck.run(folder / "struck");
  CHECK(struck.warnings.size() == 1);
  for (std::size_t i = 0; i < 4; ++i) CHECK(found[i].metrics == expected[i].metrics);
}

}  // namespace
}  // namespace evonas::search
