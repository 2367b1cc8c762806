#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "contains.hpp"
#include "search/asynchronous_world.hpp"
#include "search/run_verification.hpp"
#include "temporary_folder.hpp"

namespace evonas::search {
namespace {

using toy::AsynchronousWorld;
using toy::Climber;
using toy::World;

const std::string kEarlyStop =
    "stopped early: after epoch 2 accuracy is 10 at best, worse than 50, the median of 9 finished "
    "candidates; its last value is 10";
const std::string kFault = "the moon is full";

/// Three in four candidates have no values, each for one of the reasons.
void fail_most(World& world, std::vector<std::string> reasons) {
  world.setup.sources[0].evaluator = std::make_shared<toy::Source>(
      world.trained->metrics(),
      [reasons = std::move(reasons)](const evaluation::Candidate& candidate) {
        evaluation::Outcome outcome = toy::accuracy(candidate);
        if (candidate.key.low % 4 != 0) {
          outcome.failure = reasons[candidate.key.high % reasons.size()];
        }
        return outcome;
      });
}

void check_that_early_stops_end_nothing(World& world) {
  fail_most(world, {kEarlyStop});
  const tests::TemporaryFolder folder;
  RunStore store = RunStore::create(folder.path());
  world.setup.budget.evaluations = 30;
  CHECK(world.run(&store).termination == Termination::Budget);
  // Those of an earlier session count no more.
  world.setup.budget.evaluations = 60;
  const SearchSummary summary = world.run(&store);
  CHECK(summary.termination == Termination::Budget);
  CHECK(summary.evaluations.size() == 60);
  CHECK(summary.failures > 30);
  Climber climber(world.setup.algorithm.seed, world.batch);
  CHECK(verify_run(world.setup, climber, store).empty());

  fail_most(world, {kFault});
  CHECK(world.run().termination == Termination::TooManyFailures);
}

TEST_CASE("candidates that are stopped early do not end a search") {
  World world(60);
  check_that_early_stops_end_nothing(world);
}

TEST_CASE("candidates that are stopped early do not end an asynchronous search") {
  AsynchronousWorld world(60);
  check_that_early_stops_end_nothing(world);
}

TEST_CASE("the reason of too many failures is that of a failure, not of an early stop") {
  World world(200);
  fail_most(world, {kEarlyStop, kEarlyStop, kFault});
  world.setup.budget.failure_share = 0.15;
  const SearchSummary summary = world.run();
  CHECK(summary.termination == Termination::TooManyFailures);
  CHECK(tests::contains(summary.message, "the last reason: "));
  CHECK_FALSE(tests::contains(summary.message, "stopped early"));
}

}  // namespace
}  // namespace evonas::search
