#include "search/table_search.hpp"

#include <chrono>
#include <thread>

#include <doctest/doctest.h>

#include "message_of.hpp"
#include "search/table_fixtures.hpp"
#include "search/table_labels.hpp"

namespace evonas::search {
namespace {

using tests::SmallSpace;
using tests::TemporaryFolder;

const SmallSpace kTimedSpace{.genes = 2, .values = 4};

/// A table whose `a` is the first gene, and whose `b`, the seconds, is ten times the second one.
tests::Table timed_table(const TemporaryFolder& folder) {
  return tests::small_table(folder, kTimedSpace, [](const spaces::Genotype& genotype) {
    return fmt::format(",{},{}", genotype[0], 10 * genotype[1]);
  });
}

TableLabels labels_of(const tests::Table& table, const std::string& cost = "b") {
  return {spaces::AnySpace(kTimedSpace), *table, {.objectives = {{"a", Goal::Maximize}}}, cost};
}

/// Asks for given architectures, so many at a time, and keeps what it is told.
struct Script final : Algorithm {
  std::vector<spaces::Genotype> left;
  std::size_t batch = 1;
  std::size_t told = 0;

  std::size_t batch_size() const override { return batch; }
  std::vector<spaces::Genotype> ask(std::size_t count) override {
    const auto end = left.begin() + static_cast<std::ptrdiff_t>(std::min(count, left.size()));
    std::vector<spaces::Genotype> asked(left.begin(), end);
    left.erase(left.begin(), end);
    return asked;
  }
  void tell(std::span<const Individual> evaluated) override { told += evaluated.size(); }
};

/// Second genes 1, 2, 3, 1: costs of 10, 20, 30 and 10 s.
Script script_of(std::size_t batch) {
  Script script;
  script.left = {spaces::Genotype({0, 1}), spaces::Genotype({1, 2}), spaces::Genotype({2, 3}),
                 spaces::Genotype({3, 1})};
  script.batch = batch;
  return script;
}

struct Course {
  std::optional<TableSearch> end;
  std::vector<double> clock;
  std::vector<std::uint64_t> indices;
};

Course course_of(Algorithm& algorithm, const TableLabels& labels, const TableBudget& budget,
                 const std::stop_token& stop = {}) {
  Course course;
  course.end = search_table(
      algorithm, labels, budget,
      [&](std::span<Individual> evaluated, std::span<const double> clock) {
        CHECK(evaluated.size() == clock.size());
        course.clock.insert(course.clock.end(), clock.begin(), clock.end());
        for (const Individual& individual : evaluated) course.indices.push_back(individual.index);
      },
      stop);
  return course;
}

TEST_CASE("the simulated clock adds up the seconds of evaluations, whatever the batch") {
  const TemporaryFolder folder;
  const TableLabels labels = labels_of(timed_table(folder));
  for (const std::size_t batch : {1, 2, 3, 4}) {
    CAPTURE(batch);
    Script script = script_of(batch);
    const Course course = course_of(script, labels, {.evaluations = 4});
    REQUIRE(course.end);
    CHECK(course.clock == std::vector<double>{10, 30, 60, 70});
    CHECK(course.indices == std::vector<std::uint64_t>{0, 1, 2, 3});
    CHECK(course.end->evaluations == 4);
    CHECK(course.end->seconds == 70.0);
    CHECK_FALSE(course.end->exhausted);
    CHECK(script.told == 4);
  }
}

TEST_CASE("what was expected comes with the evaluations it was expected of") {
  const TemporaryFolder folder;
  const TableLabels labels = labels_of(timed_table(folder));
  struct Expecting final : Algorithm {
    Script script;
    std::size_t asked = 0;
    std::size_t batch_size() const override { return script.batch; }
    std::vector<spaces::Genotype> ask(std::size_t count) override {
      auto next = script.ask(count);
      asked = next.size();
      return next;
    }
    /// Gone once it is told.
    std::vector<Forecast> forecasts() const override {
      return std::vector<Forecast>(asked, Forecast{{"a", {.value = 0.5}}});
    }
    void tell(std::span<const Individual> evaluated) override {
      script.tell(evaluated);
      asked = 0;
    }
  };
  Expecting algorithm;
  algorithm.script = script_of(3);
  std::vector<std::size_t> evaluations;
  std::vector<std::size_t> expected;
  const auto end = search_table(
      algorithm, labels, {.seconds = 65.0}, [](std::span<Individual>, std::span<const double>) {},
      {}, {},
      [&](std::span<const Individual> evaluated, std::span<const Forecast> forecasts) {
        evaluations.push_back(evaluated.size());
        expected.push_back(forecasts.size());
      });
  REQUIRE(end);
  // The fourth does not end in time.
  CHECK(evaluations == std::vector<std::size_t>{3, 0});
  CHECK(expected == evaluations);
  CHECK(end->times.evaluate > 0.0);
  CHECK(end->times.fit == 0.0);
}

TEST_CASE("without a cost the clock stands still") {
  const TemporaryFolder folder;
  Script script = script_of(3);
  const Course course = course_of(script, labels_of(timed_table(folder), ""), {.evaluations = 3});
  CHECK(course.clock == std::vector<double>{0, 0, 0});
}

TEST_CASE("a budget of seconds counts what has ended within it") {
  const TemporaryFolder folder;
  const TableLabels labels = labels_of(timed_table(folder));
  const auto counted = [&](double seconds, std::size_t batch) {
    Script script = script_of(batch);
    const Course course = course_of(script, labels, {.seconds = seconds});
    REQUIRE(course.end);
    CHECK(static_cast<std::size_t>(course.end->evaluations) == course.clock.size());
    return course.clock;
  };
  for (const std::size_t batch : {1, 2, 4}) {
    CAPTURE(batch);
    CHECK(counted(9.5, batch).empty());
    CHECK(counted(10.0, batch) == std::vector<double>{10});
    CHECK(counted(59.5, batch) == std::vector<double>{10, 30});
    CHECK(counted(60.0, batch) == std::vector<double>{10, 30, 60});
    // The third evaluation does not end in time, so the fourth, which would, is not reached.
    CHECK(counted(45.0, batch) == std::vector<double>{10, 30});
  }
}

/// Takes 20 ms to choose, and as many to learn.
struct SlowScript final : Algorithm {
  Script script;

  std::size_t batch_size() const override { return script.batch_size(); }
  std::vector<spaces::Genotype> ask(std::size_t count) override {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    return script.ask(count);
  }
  void tell(std::span<const Individual> evaluated) override {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    script.tell(evaluated);
  }
};

TEST_CASE("on a wall clock what the algorithm takes counts too") {
  const TemporaryFolder folder;
  const TableLabels labels = labels_of(timed_table(folder));
  const auto search = [&](const TableBudget& budget) {
    SlowScript slow;
    slow.script = script_of(1);
    return course_of(slow, labels, budget);
  };
  CHECK(search({.evaluations = 4}).clock == std::vector<double>{10, 30, 60, 70});
  const Course course = search({.evaluations = 4, .wall_clock = true});
  REQUIRE(course.clock.size() == 4);
  const std::vector<double> training{10, 30, 60, 70};
  for (std::size_t i = 0; i < 4; ++i) {
    CAPTURE(i);
    // One choice, and for each before it a choice and a lesson.
    CHECK(course.clock[i] >= training[i] + 0.02 + 0.04 * static_cast<double>(i));
    CHECK(course.clock[i] < training[i] + 9.0);
  }
  CHECK(course.end->seconds >= course.clock.back() + 0.02);
  // The third evaluation would end right at the last second of its training alone.
  CHECK(search({.seconds = 60.0}).clock.size() == 3);
  const Course timed = search({.seconds = 60.0, .wall_clock = true});
  CHECK(timed.clock.size() == 2);
  CHECK(timed.end->seconds <= 60.0);
}

TEST_CASE("a search that finds nothing more is exhausted, one that is stopped has no end") {
  const TemporaryFolder folder;
  const TableLabels labels = labels_of(timed_table(folder));
  Script script = script_of(3);
  const Course course = course_of(script, labels, {.evaluations = 100});
  REQUIRE(course.end);
  CHECK(course.end->exhausted);
  CHECK(course.end->evaluations == 4);
  std::stop_source stop;
  stop.request_stop();
  Script another = script_of(3);
  CHECK_FALSE(course_of(another, labels, {.evaluations = 100}, stop.get_token()).end);
  CHECK(another.told == 0);
}

TEST_CASE("seconds must be there for every row that has labels") {
  const TemporaryFolder folder;
  const auto table_with = [&](const char* odd) {
    return tests::small_table(folder, kTimedSpace, [&](const spaces::Genotype& genotype) {
      return genotype[1] == 2 ? std::string(odd) : fmt::format(",{},5", genotype[0]);
    });
  };
  const auto refusal = [&](const char* odd) {
    const tests::Table table = table_with(odd);
    return tests::message_of<SearchError>([&] { labels_of(table); });
  };
  for (const char* odd : {",1,", ",1,-3"}) {
    CAPTURE(odd);
    const std::string message = refusal(odd);
    CAPTURE(message);
    CHECK(message.find("'b' cannot say what evaluations cost: 4 of 16 rows") != std::string::npos);
    CHECK(message.find("row 8 first") != std::string::npos);
  }
  // A row without labels needs none, and costs nothing.
  CHECK(refusal(",,").empty());
  const TableLabels labels = labels_of(table_with(",,"));
  CHECK(labels.seconds(labels.label(spaces::Genotype({0, 2}), 0)) == 0.0);
  CHECK(labels.seconds(labels.label(spaces::Genotype({0, 1}), 0)) == 5.0);
  const tests::Table table = timed_table(folder);
  CHECK_THROWS_AS(labels_of(table, "absent"), evaluation::EvaluationError);
}

TEST_CASE("the digest of labels is that of their contents") {
  const TemporaryFolder folder;
  const tests::Table table = timed_table(folder);
  const Key digest = labels_of(table).digest();
  CHECK(labels_of(timed_table(folder)).digest() == digest);
  CHECK(labels_of(table, "").digest() != digest);
  CHECK(labels_of(table, "a").digest() != digest);
  const auto changed = tests::small_table(folder, kTimedSpace, [](const auto& genotype) {
    return fmt::format(",{},{}", genotype[0] + (genotype[1] == 3 ? 1e-9 : 0.0), 10 * genotype[1]);
  });
  CHECK(labels_of(changed).digest() != digest);
}

}  // namespace
}  // namespace evonas::search
