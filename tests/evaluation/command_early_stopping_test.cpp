#include <doctest/doctest.h>

#include "contains.hpp"
#include "evaluation/command/dispatcher.hpp"
#include "pretended_processes.hpp"

namespace evonas::evaluation::command {
namespace {

using tests::contains;
using tests::PretendedCommand;

TEST_CASE("a candidate below the median of those of earlier blocks is stopped early") {
  PretendedCommand command(
      {.early_stopping =
           EarlyStopping{.metric = "accuracy", .goal = "maximize", .candidates = 3, .epochs = 2}});
  command.begin(4);
  command.hello(0, 4);
  for (std::size_t i = 0; i < 4; ++i) {
    for (int epoch = 1; epoch <= 3; ++epoch) {
      // Means after epoch 2: 15, 25, 35, 45. None is compared with others of its block.
      command.report(i, epoch, 10.0 * epoch + 10.0 * static_cast<double>(i));
    }
    command.answer(i, 50.0);
  }
  CHECK(command.outcomes.size() == 4);
  CHECK(command.cancels() == 0);
  command.begin(3);
  command.report(0, 1, 1.0);
  CHECK(command.outcomes.empty());
  command.report(0, 2, 29.9);
  CHECK(command.outcomes.at(0).failure ==
        "stopped early: after epoch 2 accuracy is 29.9 at best, worse than 30, the median of 4 "
        "finished candidates; its last value is 29.9");
  CHECK(command.cancels() == 1);
  // An answer that is already on its way changes nothing.
  command.answer(0, 99.0);
  CHECK_FALSE(command.outcomes.at(0).ok());
  command.report(1, 1, 30.0);
  command.report(1, 2, 0.0);
  command.answer(1, 50.0);
  CHECK(command.outcomes.at(1).ok());
  command.answer(2, 1.0);
  CHECK(command.outcomes.at(2).ok());
}

TEST_CASE("smaller values may be the better ones") {
  PretendedCommand command(
      {.early_stopping = EarlyStopping{.metric = "accuracy", .goal = "minimize", .candidates = 1}});
  command.begin(1);
  command.hello();
  command.report(0, 1, 5.0);
  command.answer(0, 4.0);
  command.begin(2);
  command.report(0, 1, 5.0);
  CHECK(command.outcomes.empty());
  command.answer(0, 4.0);
  command.report(1, 1, 5.1);
  CHECK(contains(command.outcomes.at(1).failure, "stopped early"));
}

TEST_CASE("outcomes keep what was reported on the way, of the last attempt") {
  PretendedCommand command(
      {.retries = 1,
       .early_stopping = EarlyStopping{.metric = "loss", .goal = "minimize", .candidates = 1}});
  command.begin(1);
  command.hello();
  command.report(0, 1, 5.0);
  command.report(0, 4, 6.0);
  command.answer(0, 4.0);
  const ValuesByEpoch expected{{1, {{"accuracy", 5.0}}}, {4, {{"accuracy", 6.0}}}};
  CHECK((command.outcomes.at(0).by_epoch == expected));
}

TEST_CASE("outcomes of an earlier session count as those of this one do") {
  const auto with_value = [](double value) {
    return Outcome{.metrics = {{"accuracy", {.value = value}}},
                   .by_epoch = {{1, {{"accuracy", value}}}}};
  };
  MedianRule rule({.metric = "accuracy", .goal = "maximize", .candidates = 2, .epochs = 1});
  const std::vector<Outcome> earlier{with_value(10.0),
                                     with_value(20.0),
                                     {.failure = "died", .by_epoch = with_value(90.0).by_epoch},
                                     Outcome{.metrics = {{"accuracy", {.value = 90.0}}}}};
  rule.add(earlier);
  CHECK_FALSE(rule.objection({{1, 14.0}}).has_value());
  rule.begin_block();
  CHECK(rule.objection({{1, 14.0}}).has_value());
  CHECK_FALSE(rule.objection({{1, 15.0}}).has_value());
}

}  // namespace
}  // namespace evonas::evaluation::command
