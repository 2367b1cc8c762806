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

}  // namespace
}  // namespace evonas::evaluation::command
