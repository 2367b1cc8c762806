#include "search/run_record.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "search/pareto.hpp"
#include "search/progress.hpp"

namespace evonas::search {
namespace {

const Problem kProblem{{{"accuracy", Goal::Maximize}, {"latency_ms", Goal::Minimize}},
                       {Limit::parse("latency_ms <= 4")}};

EvaluationRecord record(std::uint64_t index, std::uint64_t generation, double accuracy,
                        double latency) {
  EvaluationRecord made;
  made.index = index;
  made.generation = generation;
  made.genotype = spaces::Genotype({static_cast<spaces::Genotype::Gene>(index)});
  made.key = Key::of(made.genotype.to_string());
  made.metrics["accuracy"].value = accuracy;
  made.metrics["latency_ms"].value = latency;
  return made;
}

EvaluationRecord failed(std::uint64_t index, std::uint64_t generation) {
  EvaluationRecord made = record(index, generation, 0.0, 0.0);
  made.metrics.clear();
  made.failure = "diverged";
  return made;
}

TEST_CASE("terminations keep their names") {
  for (const Termination termination :
       {Termination::Running, Termination::Budget, Termination::SpaceExhausted,
        Termination::Interrupted, Termination::TooManyFailures}) {
    CHECK(parse_termination(to_string(termination)) == termination);
  }
  CHECK(to_string(Termination::TooManyFailures) == "too_many_failures");
  CHECK_THROWS_AS(parse_termination("done"), SearchError);
}

TEST_CASE("a failed evaluation becomes an individual without objectives") {
  const std::vector<EvaluationRecord> records{record(0, 0, 90, 5), failed(1, 0)};
  const auto individuals = to_individuals(records, kProblem);
  CHECK(individuals[0].objectives == std::vector<double>{-90, 5});
  CHECK(individuals[0].violation > 0.0);
  CHECK(individuals[1].failed());
  CHECK_FALSE(individuals[1].feasible());
}

TEST_CASE("a successful evaluation without a metric of the problem is refused") {
  std::vector<EvaluationRecord> records{record(0, 0, 90, 5)};
  records[0].metrics.erase("latency_ms");
  CHECK_THROWS_AS(to_individuals(records, kProblem), SearchError);
}

TEST_CASE("front, best, hypervolume and reference point of a small run by hand") {
  SearchSummary summary;
  summary.evaluations = {failed(0, 0),        record(1, 1, 80, 3), record(2, 1, 70, 5),
                         record(3, 2, 90, 2), record(4, 2, 99, 9), record(5, 2, 90, 2),
                         record(6, 3, 60, 1), failed(7, 3)};
  summarise(kProblem, summary);
  CHECK(summary.failures == 2);
  // 4 is too slow, 5 equals the earlier 3, 1 is beaten by 3.
  CHECK(summary.front == std::vector<std::size_t>{3, 6});
  CHECK(summary.best == std::optional<std::size_t>(3));
  // The first generation with a success is number 1.
  CHECK(summary.reference_point == std::vector<double>{70, 5});
  // Only 3 reaches beyond an accuracy of 70: (90 - 70) * (5 - 2).
  CHECK(summary.hypervolume == doctest::Approx(60.0));
}

TEST_CASE("a run in which nothing succeeded has no front, best or reference") {
  SearchSummary summary;
  summary.evaluations = {failed(0, 0), failed(1, 0)};
  summarise(kProblem, summary);
  CHECK(summary.front.empty());
  CHECK_FALSE(summary.best);
  CHECK(summary.reference_point.empty());
  CHECK(summary.hypervolume == 0.0);
}

TEST_CASE("progress from generation to generation equals the summary of all") {
  CHECK(rc::check("progress equals summary", [] {
    const auto accuracies = *rc::gen::container<std::vector<int>>(40, rc::gen::inRange(0, 12));
    const auto latencies = *rc::gen::container<std::vector<int>>(40, rc::gen::inRange(0, 7));
    const auto size = *rc::gen::inRange<std::size_t>(1, 9);
    SearchSummary summary;
    Progress progress(kProblem);
    for (std::size_t begin = 0, generation = 0; begin < 40; begin += size, ++generation) {
      std::vector<EvaluationRecord> records;
      for (std::size_t i = begin; i < std::min<std::size_t>(begin + size, 40); ++i) {
        const bool fails = accuracies[i] == 0;
        records.push_back(fails ? failed(i, generation)
                                : record(i, generation, accuracies[i], latencies[i]));
      }
      const auto state = progress.add(generation, records, to_individuals(records, kProblem));
      summary.evaluations.insert(summary.evaluations.end(), records.begin(), records.end());
      const double before = summary.hypervolume;
      summarise(kProblem, summary);
      RC_ASSERT(state.evaluations == summary.evaluations.size());
      RC_ASSERT(state.failures == summary.failures);
      RC_ASSERT(state.front_size == summary.front.size());
      RC_ASSERT(state.hypervolume == summary.hypervolume);
      RC_ASSERT(state.hypervolume >= before);
      RC_ASSERT(state.best[0].has_value() == summary.best.has_value());
      if (summary.best) {
        const auto& best = summary.evaluations[*summary.best];
        RC_ASSERT(*state.best[0] == best.metrics.at("accuracy").value);
        for (const auto& other : summary.evaluations) {
          if (other.index >= best.index) break;
          const bool worse = !other.ok() || other.metrics.at("latency_ms").value > 4 ||
                             other.metrics.at("accuracy").value < *state.best[0];
          RC_ASSERT(worse);
        }
      }
    }
  }));
}

}  // namespace
}  // namespace evonas::search
