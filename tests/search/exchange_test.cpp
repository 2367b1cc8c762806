#include <algorithm>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "search/ask_tell.hpp"
#include "search/asynchronous_world.hpp"
#include "temporary_folder.hpp"

namespace evonas::search {
namespace {

/// A toy search whose accuracy is told.
struct ToldSearch {
  std::shared_ptr<Exchange> exchange = std::make_shared<Exchange>();
  toy::World world;
  std::optional<SearchSummary> summary;
  std::unique_ptr<AskTell> search;

  explicit ToldSearch(toy::World the_world, RunStore* store = nullptr)
      : world(std::move(the_world)) {
    world.setup.sources[0].evaluator = exchange->source({{"accuracy", "%", {}}});
    search = std::make_unique<AskTell>(exchange, [this, store](const std::stop_token& stop) {
      summary = world.run(store, {}, stop);
    });
  }

  /// Asks for so many at once and tells them from the last to the first, to the end.
  void answer_all(std::size_t count, bool wait = false) {
    for (auto asked = search->ask(count); !asked.empty(); asked = search->ask(count)) {
      std::ranges::reverse(asked);
      answer(asked, wait);
    }
    search->wait();
  }

  void answer(const std::vector<Question>& asked, bool wait = false) {
    std::vector<Answer> answers;
    for (const Question& question : asked) {
      answers.push_back({question.number, toy::accuracy(question.candidate)});
    }
    search->tell(std::move(answers), wait);
  }
};

}  // namespace

TEST_CASE("a search by ask and tell is the search that evaluates itself") {
  const std::string expected = toy::text_of(toy::World(40).run());
  for (const std::size_t count : {1, 4, 100}) {
    CAPTURE(count);
    ToldSearch told(toy::World(40));
    told.answer_all(count);
    CHECK(told.search->has_ended());
    REQUIRE(told.summary.has_value());
    CHECK(toy::text_of(*told.summary) == expected);
  }
}

TEST_CASE("a synchronous search asks for a generation, and waits for its answers") {
  ToldSearch told(toy::World(20));
  std::vector<Question> asked = told.search->ask(100);
  CHECK(asked.size() == 6);
  CHECK(*asked.front().metrics == std::vector<std::string>{"accuracy"});
  CHECK(told.search->ask(1).empty());
  CHECK(told.search->open() == 6);
  const Question last = asked.back();
  asked.pop_back();
  told.answer(asked);
  CHECK(told.search->ask(1).empty());
  CHECK_FALSE(told.search->has_ended());
  told.answer({last});
  CHECK(told.search->ask(100).size() == 6);
}

TEST_CASE("an asynchronous search has as many questions as are asked for") {
  ToldSearch told(toy::AsynchronousWorld(20));
  std::vector<Question> asked = told.search->ask(9);
  REQUIRE(asked.size() == 9);
  std::size_t count = asked.size();
  while (!asked.empty()) {
    const Question newest = asked.back();
    asked.pop_back();
    told.answer({newest});
    for (Question& question : told.search->ask(1)) {
      asked.push_back(std::move(question));
      ++count;
    }
  }
  told.search->wait();
  CHECK(count == 20);
  CHECK(told.summary->evaluations.size() == 20);
  CHECK(told.summary->termination == Termination::Budget);
}

TEST_CASE("the same answers in the same order give the same asynchronous search") {
  const auto run = [] {
    ToldSearch told(toy::AsynchronousWorld(30));
    told.answer_all(5);
    return toy::text_of(*told.summary);
  };
  const std::string expected = run();
  for (int i = 0; i < 5; ++i) CHECK(run() == expected);
}

TEST_CASE("what is told and waited for is in the store") {
  const tests::TemporaryFolder folder;
  RunStore store = RunStore::create(folder.path());
  {
    ToldSearch told(toy::World(20), &store);
    const std::vector<Question> asked = told.search->ask(4);
    told.answer(asked, /*wait=*/true);
    const RunStore reader = RunStore::open_read_only(folder.path());
    std::size_t known = 0;
    for (const EvaluationRecord& record : reader.evaluations()) {
      known += record.metrics.contains("accuracy") || !record.ok() ? 1 : 0;
    }
    CHECK(known == 4);
  }
  ToldSearch continued(toy::World(20), &store);
  continued.answer_all(3, /*wait=*/true);
  CHECK(toy::text_of(*continued.summary) == toy::text_of(toy::World(20).run()));
}

TEST_CASE("answers to what is no open question are refused, all of them") {
  ToldSearch told(toy::World(20));
  const std::vector<Question> asked = told.search->ask(2);
  const Answer first{asked[0].number, toy::accuracy(asked[0].candidate)};
  const auto refused = [&](std::vector<Answer> answers) {
    CHECK_THROWS_AS(told.search->tell(std::move(answers)), SearchError);
  };
  refused({first, first});
  refused({first, {.number = 77, .outcome = {}}});
  CHECK(told.search->open() == 2);
  told.search->tell({first});
  refused({first});
  CHECK(told.search->open() == 1);
}

TEST_CASE("a search that is stopped leaves its questions unanswered") {
  ToldSearch told(toy::World(20));
  const std::vector<Question> asked = told.search->ask(3);
  told.answer({asked[0]}, /*wait=*/true);
  told.search->stop();
  told.search->wait();
  CHECK(told.summary->termination == Termination::Interrupted);
  CHECK(told.search->ask(1).empty());
  CHECK_THROWS_AS(told.answer({asked[1]}), SearchError);
}

TEST_CASE("what ends a search comes out of every call") {
  ToldSearch told(toy::World(20));
  const std::vector<Question> asked = told.search->ask(6);
  told.world.measured->log = [](const evaluation::Candidate&, bool) {
    throw std::runtime_error("the device is gone");
  };
  told.answer(asked);
  CHECK_THROWS_WITH(told.search->ask(1), "the device is gone");
  CHECK_THROWS_WITH(told.search->wait(), "the device is gone");
  CHECK_THROWS_WITH(told.answer({asked[0]}), "the device is gone");
}

TEST_CASE("a program that waits can give up") {
  struct GivenUp {};
  ToldSearch told(toy::World(20));
  CHECK(told.search->ask(6).size() == 6);
  CHECK_THROWS_AS(told.search->wait([] { throw GivenUp(); }), GivenUp);
  CHECK_FALSE(told.search->has_ended());
}

}  // namespace evonas::search
