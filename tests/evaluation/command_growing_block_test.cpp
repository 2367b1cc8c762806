#include <doctest/doctest.h>

#include "contains.hpp"
#include "evaluation/command/dispatcher.hpp"
#include "pretended_processes.hpp"

namespace evonas::evaluation::command {
namespace {

using tests::contains;
using tests::PretendedCommand;

TEST_CASE("a block may grow as long as there is room, and is done when nothing more comes") {
  PretendedCommand command({.processes = 2});
  command.begin_open();
  CHECK(command.processes[0].starts == 1);
  CHECK(command.processes[1].starts == 1);
  CHECK_FALSE(command.dispatcher.has_room(command.now));
  command.hello(1, 2);
  for (std::size_t index = 0; index < 2; ++index) {
    CHECK(command.dispatcher.has_room(command.now));
    command.add();
    CHECK(command.id_of(index, 1) > 0);
  }
  CHECK_FALSE(command.dispatcher.has_room(command.now));
  command.hello(0, 1);
  CHECK(command.dispatcher.has_room(command.now));
  command.add();
  CHECK(command.id_of(2, 0) > 0);
  CHECK_FALSE(command.dispatcher.has_room(command.now));
  command.answer(1, 1.0, 1);
  CHECK(command.dispatcher.has_room(command.now));
  CHECK_FALSE(command.dispatcher.done());
  command.add();
  CHECK(command.id_of(3, 1) > 0);
  command.dispatcher.await_more(false);
  command.answer(0, 1.0, 1);
  command.answer(2, 1.0, 0);
  CHECK_FALSE(command.dispatcher.done());
  command.answer(3, 1.0, 1);
  CHECK(command.dispatcher.done());
  CHECK(command.outcomes.size() == 4);
  CHECK(command.repeated == 0);
}

TEST_CASE(
    "nothing is added while one waits for a process of its own, but beside a wait for a time") {
  PretendedCommand command({.retries = 1, .backoff_seconds = 8});
  command.begin_open();
  command.hello(0, 2);
  command.add();
  command.add();
  command.end(0, "died: out of memory");
  command.pass(8);
  command.hello(0, 2);
  // The first of the two is alone now, the second waits for its turn.
  CHECK(command.id_of(0) > 0);
  CHECK(command.id_of(1) == 0);
  CHECK_FALSE(command.dispatcher.has_room(command.now));
  command.answer(0, 1.0);
  CHECK(command.id_of(1) > 0);
  CHECK_FALSE(command.dispatcher.has_room(command.now));
  command.line(
      0, R"({"type":"result","id":4,"error":{"kind":"busy","message":"later","retry":true}})");
  // It is tried again later; somebody else can go first.
  CHECK(command.dispatcher.has_room(command.now));
  command.add();
  CHECK(command.id_of(2) > 0);
}

TEST_CASE("without a process left candidates of a growing block fail, one after the other") {
  PretendedCommand command({.retries = 0, .backoff_seconds = 2});
  command.begin_open();
  command.end(0, "died: there is no GPU");
  for (std::size_t index = 0; index < 3; ++index) {
    CHECK(command.dispatcher.has_room(command.now));
    command.add();
    CHECK(command.outcomes.at(index).failure == "died: there is no GPU (given up after 1 starts)");
  }
  command.pass(1000);
  CHECK(command.processes[0].starts == 1);
}

TEST_CASE(
    "a command that has worked is tried anew after each candidate that fails for want of one") {
  PretendedCommand command({.retries = 0, .backoff_seconds = 2});
  command.begin_open();
  command.hello();
  command.add();
  command.answer(0, 1.0);
  command.end(0, "died: the machine is down");
  CHECK_FALSE(command.dispatcher.has_room(command.now));
  command.pass(2);
  CHECK(command.processes[0].starts == 2);
  command.end(0, "died: the machine is down");
  CHECK(command.dispatcher.has_room(command.now));
  command.pass(1000);
  CHECK(command.processes[0].starts == 2);
  command.add();
  CHECK_FALSE(command.outcomes.at(1).ok());
  CHECK_FALSE(command.dispatcher.has_room(command.now));
  command.pass(1000);
  CHECK(command.processes[0].starts == 3);
  command.hello();
  command.add();
  command.answer(2, 1.0);
  CHECK(command.outcomes.at(2).ok());
}

TEST_CASE("in a growing block the hopeless are compared with all that have finished") {
  PretendedCommand command(
      {.early_stopping = EarlyStopping{.metric = "accuracy", .goal = "maximize", .candidates = 1}});
  command.begin_open();
  command.hello();
  command.add();
  command.report(0, 1, 90.0);
  command.answer(0, 91.0);
  command.add();
  command.report(1, 1, 50.0);
  REQUIRE(command.outcomes.contains(1));
  CHECK(contains(command.outcomes.at(1).failure, "stopped early: "));
}

}  // namespace
}  // namespace evonas::evaluation::command
