#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "contains.hpp"
#include "evaluation/command/dispatcher.hpp"
#include "pretended_processes.hpp"

namespace evonas::evaluation::command {
namespace {

using tests::contains;
using tests::PretendedCommand;

TEST_CASE("requests go to the process that has the fewest, as many as it takes") {
  PretendedCommand command({.processes = 2});
  command.begin(5);
  CHECK(command.processes[0].starts == 1);
  CHECK(command.processes[1].starts == 1);
  command.hello(1, 2);
  CHECK(command.id_of(0, 1) > 0);
  CHECK(command.id_of(1, 1) > 0);
  CHECK(command.id_of(2, 1) == 0);
  command.hello(0, 2);
  CHECK(command.id_of(2, 0) > 0);
  CHECK(command.id_of(3, 0) > 0);
  CHECK(command.id_of(4, 0) + command.id_of(4, 1) == 0);
  command.answer(3, 3.5, 0);
  command.answer(0, 0.5, 1);
  CHECK(command.id_of(4, 0) > 0);
  command.answer(4, 4.5, 0);
  command.answer(2, 2.5, 0);
  CHECK_FALSE(command.dispatcher.done());
  command.answer(1, 1.5, 1);
  CHECK(command.dispatcher.done());
  REQUIRE(command.outcomes.size() == 5);
  for (const auto& [index, outcome] : command.outcomes) {
    CHECK(outcome.ok());
    CHECK(outcome.metrics.at("accuracy").value == 0.5 + static_cast<double>(index));
  }
  CHECK(command.warnings.empty());
}

TEST_CASE("seconds are those that all attempts took, the last one as the process says") {
  PretendedCommand command({.retries = 1, .backoff_seconds = 4});
  command.begin(1);
  command.hello();
  command.pass(3);
  command.end(0, "died");
  command.pass(4);
  command.hello();
  command.pass(10);
  command.line(0, R"({"type":"result","id":2,"seconds":7,"metrics":{"accuracy":1}})");
  CHECK(command.outcomes.at(0).seconds == doctest::Approx(10.0));
}

TEST_CASE("a process that fails again and again is started after longer and longer waits") {
  PretendedCommand command({.retries = 6, .backoff_seconds = 16});
  command.begin(1);
  for (const double wait : {16.0, 32.0, 60.0, 60.0}) {
    command.hello();
    const int starts = command.processes[0].starts;
    command.end(0, "died: it was tired");
    CHECK(command.dispatcher.next_due(command.now) - command.now == to_duration(wait));
    command.pass(wait - 0.1);
    CHECK(command.processes[0].starts == starts);
    command.pass(0.1);
    CHECK(command.processes[0].starts == starts + 1);
  }
  command.hello();
  command.answer(0, 1.0);
  // An answer ends the row.
  command.begin(1);
  command.end(0, "died");
  CHECK(command.dispatcher.next_due(command.now) - command.now == to_duration(16));
}

TEST_CASE("an evaluation is tried so often at most, and fails for the last reason") {
  PretendedCommand command({.retries = 2, .backoff_seconds = 0});
  command.begin(1);
  for (const char* reason : {"died: one", "died: two", "died: three"}) {
    CHECK(command.outcomes.empty());
    command.hello();
    command.end(0, reason);
  }
  CHECK(command.outcomes.at(0).failure == "died: three (in the last of 3 attempts)");
  CHECK(command.warnings.size() == 3);
}

TEST_CASE("what a process fails on may be anyone's fault: each is tried again alone") {
  PretendedCommand command({.retries = 0, .backoff_seconds = 0});
  command.begin(3);
  command.hello(0, 4);
  CHECK(command.id_of(2) > 0);
  command.end(0, "died: out of memory");
  CHECK(command.outcomes.empty());
  command.hello(0, 4);
  CHECK(command.id_of(0) > 0);
  CHECK(command.id_of(1) == 0);
  command.answer(0, 1.0);
  CHECK(command.id_of(1) > 0);
  CHECK(command.id_of(2) == 0);
  command.end(0, "died: out of memory");
  CHECK(command.outcomes.at(1).failure == "died: out of memory");
  command.hello(0, 4);
  command.answer(2, 3.0);
  CHECK(command.dispatcher.done());
  CHECK(command.outcomes.at(0).ok());
  CHECK(command.outcomes.at(2).ok());
}

TEST_CASE("a process that does nothing is given up until the next block") {
  PretendedCommand command({.retries = 2, .backoff_seconds = 0});
  command.begin(2);
  for (int start = 0; start < 3; ++start) command.end(0, "died: there is no such module");
  REQUIRE(command.dispatcher.done());
  CHECK(command.outcomes.at(1).failure ==
        "died: there is no such module (given up after 3 starts)");
  CHECK(command.processes[0].starts == 3);
  command.begin(1);
  command.hello();
  command.answer(0, 1.0);
  CHECK(command.outcomes.at(0).ok());
}

TEST_CASE("one that ends after its hello each time is given up too") {
  PretendedCommand command({.retries = 1, .backoff_seconds = 0});
  command.begin(1);
  command.dispatcher.on_line(0, R"({"type":"hello","protocol":1})", command.now);
  command.end(0, "died", true);
  command.dispatcher.on_line(0, R"({"type":"hello","protocol":1})", command.now);
  command.end(0, "died", true);
  CHECK(command.dispatcher.done());
}

TEST_CASE("one process is given up, and the other does the work") {
  PretendedCommand command({.processes = 2, .retries = 0});
  command.begin(2);
  command.hello(1);
  command.end(0, "died");
  command.answer(0, 0.5, 1);
  command.answer(1, 1.5, 1);
  CHECK(command.outcomes.at(1).ok());
  CHECK(contains(command.warnings.at(0), "accuracy: process 1: died; given up"));
}

TEST_CASE("a process may end between two requests, to give a device free") {
  PretendedCommand command({.backoff_seconds = 5});
  command.begin(2);
  command.hello();
  command.dispatcher.on_line(0, R"({"type":"result","id":1,"metrics":{"accuracy":1}})",
                             command.now);
  command.end(0, "died: it ended with exit code 0", true);
  CHECK(command.processes[0].starts == 2);
  CHECK(command.warnings.empty());
}

TEST_CASE("what is not answered in time is cancelled and tried again") {
  PretendedCommand command(
      {.timeout_seconds = 10, .cancel_seconds = 5, .retries = 1, .backoff_seconds = 1});
  command.begin(1);
  command.hello(0, 2);
  command.pass(9.9);
  CHECK(command.cancels() == 0);
  command.pass(0.1);
  CHECK(command.cancels() == 1);
  command.pass(1);
  CHECK(command.id_of(0) == 2);
  SUBCASE("an answer to the first comes late") {
    command.line(0, R"({"type":"result","id":1,"metrics":{"accuracy":1}})");
    CHECK(command.outcomes.empty());
    command.answer(0, 2.0);
    CHECK(command.outcomes.at(0).metrics.at("accuracy").value == 2.0);
  }
  SUBCASE("values of the first come late") {
    command.line(0, R"({"type":"progress","id":1,"epoch":1,"metrics":{"accuracy":1}})");
    CHECK(command.outcomes.empty());
    CHECK(command.processes[0].runs);
  }
  SUBCASE("the cancellation is ignored: the second attempt is not to blame") {
    command.pass(4);
    CHECK(command.outcomes.empty());
    CHECK(command.processes[0].starts == 1);
    CHECK(contains(command.warnings.at(0), "did not end the cancelled request 1 within 5 s"));
    command.pass(1);
    CHECK(command.processes[0].starts == 2);
    command.hello(0, 2);
    command.answer(0, 2.0);
    CHECK(command.outcomes.at(0).ok());
  }
  SUBCASE("the second attempt is not answered either") {
    command.line(0, R"({"type":"result","id":1,"error":"cancelled"})");
    command.pass(10);
    CHECK(command.outcomes.at(0).failure ==
          "timeout: no result within 10 s (in the last of 2 attempts)");
  }
}

TEST_CASE("a process that falls silent is stopped, one that shows signs of life is not") {
  PretendedCommand command({.heartbeat_seconds = 3, .retries = 0});
  command.pass(100);
  command.begin(2);
  command.hello(0, 2);
  for (int i = 1; i <= 5; ++i) {
    command.pass(2.9);
    command.line(0, R"({"type":"heartbeat"})");
    command.pass(2.9);
    command.report(0, i, 1.0);
  }
  CHECK(command.processes[0].runs);
  CHECK(command.dispatcher.next_due(command.now) - command.now == to_duration(3));
  command.pass(3);
  CHECK_FALSE(command.processes[0].runs);
  CHECK(contains(command.warnings.at(0), "silent: it wrote nothing for 3 s"));
}

TEST_CASE("time in which nobody listens counts against no process") {
  PretendedCommand command({.processes = 2,
                            .start_seconds = 5,
                            .timeout_seconds = 10,
                            .heartbeat_seconds = 3,
                            .cancel_seconds = 5,
                            .retries = 0});
  command.begin(2);
  command.hello(0, 2);
  command.pass(2);
  command.pass_unheard(60);  // a predictor learns
  CHECK(command.warnings.empty());
  CHECK(command.outcomes.empty());
  CHECK(command.cancels() == 0);
  SUBCASE("the silence goes on") {
    command.pass(0.9);
    CHECK(command.processes[0].runs);
    command.pass(0.1);
    CHECK_FALSE(command.processes[0].runs);
    CHECK(contains(command.warnings.at(0), "silent: it wrote nothing for 3 s"));
  }
  SUBCASE("an evaluation takes too long") {
    for (int i = 0; i < 4; ++i) {
      command.line(0, R"({"type":"heartbeat"})");
      command.pass(1.9);
    }
    CHECK(command.cancels() == 0);
    command.pass(0.4);
    CHECK(command.cancels() == 2);
    CHECK(command.outcomes.at(0).failure == "timeout: no result within 10 s");
    // That its cancellation is ignored is noticed five seconds later, of those that were heard.
    command.pass(4);
    command.pass_unheard(60);
    CHECK(command.processes[0].runs);
    command.pass(1);
    CHECK_FALSE(command.processes[0].runs);
  }
  SUBCASE("a hello does not come") {
    command.line(0, R"({"type":"heartbeat"})");
    command.pass(2.9);
    CHECK(command.processes[1].runs);
    command.pass(0.1);
    CHECK_FALSE(command.processes[1].runs);
  }
}

TEST_CASE("a program that is away after it has begun once is one that failed to start") {
  PretendedCommand command({.retries = 1, .backoff_seconds = 2});
  command.begin(1);
  command.hello();
  command.processes.refusal = "the command 'train' cannot be started: Text file busy";
  command.end(0, "died: it was replaced");
  command.pass(2);
  CHECK(contains(command.warnings.at(1), "start: the command 'train' cannot be started"));
  CHECK(contains(command.warnings.at(1), "it is started again when needed"));
  CHECK(command.outcomes.empty());
  SUBCASE("it comes back") {
    command.processes.refusal.clear();
    command.pass(4);
    command.hello();
    command.answer(0, 1.0);
    CHECK(command.outcomes.at(0).ok());
  }
  SUBCASE("it does not: the evaluation fails") {
    command.pass(4);
    CHECK(command.outcomes.at(0).failure ==
          "start: the command 'train' cannot be started: Text file busy (given up after 2 starts)");
  }
}

TEST_CASE("a program that cannot be started in the first place is a fault of the source") {
  PretendedCommand command({});
  command.processes.refusal = "the command 'train' cannot be started: No such file or directory";
  CHECK_THROWS_AS(command.begin(1), EvaluationError);
}

TEST_CASE("a process that has nothing to do may be silent") {
  PretendedCommand command({.heartbeat_seconds = 3});
  command.begin(1);
  command.hello();
  command.answer(0, 1.0);
  command.pass(1000);
  command.begin(1);
  CHECK(command.processes[0].starts == 1);
  CHECK(command.id_of(0) == 2);
}

TEST_CASE("a hello that does not come") {
  PretendedCommand command({.start_seconds = 2, .retries = 0});
  command.begin(1);
  command.pass(1.9);
  CHECK(command.outcomes.empty());
  command.pass(0.1);
  CHECK(command.outcomes.at(0).failure ==
        "start: it did not say hello within 2 s (given up after 1 starts)");
}

TEST_CASE("a block that is given up leaves nothing behind") {
  PretendedCommand command({.cancel_seconds = 5});
  command.begin(3);
  command.hello(0, 2);
  command.dispatcher.abandon(command.now);
  CHECK(command.cancels() == 2);
  command.now += std::chrono::hours(1);  // of other sources, in which nobody listens
  command.begin(1);
  command.line(0, R"({"type":"result","id":2,"error":"cancelled"})");
  CHECK(command.id_of(0) == 3);
  command.answer(0, 1.0);
  CHECK(command.outcomes.at(0).ok());
  CHECK(command.repeated == 0);
}

TEST_CASE("a candidate that cannot be sent fails alone") {
  PretendedCommand command({.message_bytes = 1024});
  std::map<std::size_t, Outcome> outcomes;
  command.dispatcher.begin(
      3,
      [](std::size_t index) -> nlohmann::json {
        if (index == 0) throw spaces::SpaceError("there is no such cell");
        return {{"index", index}, {"text", std::string(index == 1 ? 2000 : 2, 'x')}};
      },
      [&](std::size_t index, Outcome outcome) { outcomes[index] = std::move(outcome); },
      command.now);
  command.dispatcher.on_time(command.now);
  command.hello();
  command.answer(2, 1.0);
  CHECK(outcomes.at(0).failure == "request: there is no such cell");
  CHECK(contains(outcomes.at(1).failure, "message_bytes allows 1024"));
  CHECK(outcomes.at(2).ok());
}

TEST_CASE("several metrics, intervals and metrics that nobody asked for") {
  PretendedCommand command({}, {{"accuracy", "%", {}}, {"energy", "mJ", {}}});
  command.begin(2);
  command.hello(0, 2);
  command.line(0, R"({"type":"result","id":1,"metrics":{"loss":NaN,"energy":2,
                      "accuracy":{"value":90,"low":89.5,"high":90.25}}})");
  CHECK(command.outcomes.at(0).metrics ==
        std::map<std::string, Measurement>{{"accuracy", {90.0, 89.5, 90.25}}, {"energy", {2.0}}});
  command.line(0, R"({"type":"result","id":2,"metrics":{"accuracy":90}})");
  CHECK(command.outcomes.at(1).failure == "result: it did not report energy");
}

/// Something that a process does, drawn at random.
std::string random_line() {
  const auto id = *rc::gen::inRange(0, 12);
  const auto number = *rc::gen::inRange(-1, 4);
  const nlohmann::json metrics{{"accuracy", number}};
  const nlohmann::json again{{"message", "x"}, {"retry", true}};
  const std::vector<nlohmann::json> messages{
      {{"type", "hello"}, {"protocol", 1}, {"slots", 2}},
      {{"type", "hello"}, {"protocol", 2}},
      {{"type", "heartbeat"}},
      {{"type", "result"}, {"id", id}, {"metrics", metrics}},
      {{"type", "result"}, {"id", id}, {"error", again}},
      {{"type", "progress"}, {"id", id}, {"epoch", number}, {"metrics", metrics}},
      "nonsense"};
  return messages[*rc::gen::inRange<std::size_t>(0, messages.size())].dump();
}

TEST_CASE("whatever processes do, every evaluation ends in one outcome, in bounded time") {
  CHECK(rc::check([] {
    PretendedCommand command(
        {.processes = *rc::gen::inRange(1, 4),
         .start_seconds = 5,
         .timeout_seconds = 20,
         .heartbeat_seconds = *rc::gen::element(0.0, 7.0),
         .cancel_seconds = 3,
         .retries = *rc::gen::inRange(0, 3),
         .backoff_seconds = *rc::gen::element(0.0, 1.0),
         .early_stopping =
             *rc::gen::element(std::optional<EarlyStopping>(),
                               std::optional<EarlyStopping>(
                                   {.metric = "accuracy", .goal = "maximize", .candidates = 1}))});
    for (int block = 0; block < 2; ++block) {
      const auto count = *rc::gen::inRange<std::size_t>(0, 6);
      command.begin(count);
      const auto steps = *rc::gen::inRange(0, 60);
      for (int step = 0; step < steps && !command.dispatcher.done(); ++step) {
        const auto process =
            *rc::gen::inRange<std::size_t>(0, static_cast<std::size_t>(command.options.processes));
        const auto what = *rc::gen::inRange(0, 8);
        if (what == 0) command.pass(*rc::gen::element(0.5, 2.0, 10.0));
        if (!command.processes[process].runs) continue;
        if (what == 1) command.end(process, "died", *rc::gen::arbitrary<bool>());
        if (what > 1) command.line(process, random_line());
      }
      if (*rc::gen::inRange(0, 4) == 0) continue;  // stopped in the middle
      // From now on nobody answers.
      int waits = 0;
      while (!command.dispatcher.done()) {
        const TimePoint due = command.dispatcher.next_due(command.now);
        RC_ASSERT(due >= command.now);
        RC_ASSERT(due < TimePoint::max());
        RC_ASSERT(++waits < 300);
        command.now = due;
        command.dispatcher.on_time(command.now);
      }
      RC_ASSERT(command.outcomes.size() == count);
      for (const auto& [index, outcome] : command.outcomes) {
        RC_ASSERT(outcome.ok() == outcome.metrics.contains("accuracy"));
      }
    }
    RC_ASSERT(command.repeated == 0U);
  }));
}

}  // namespace
}  // namespace evonas::evaluation::command
