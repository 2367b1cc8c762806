#include "search/volume_trace.hpp"

#include <doctest/doctest.h>

#include "base/json.hpp"

namespace evonas::search {
namespace {

TEST_CASE("the hypervolume of a search grows with what surpasses or widens its front") {
  const auto found = [](std::vector<double> objectives) {
    Individual individual;
    individual.objectives = std::move(objectives);
    return individual;
  };
  std::vector<Individual> evaluated{found({9.0, 1.0}),   // outside the reference in one objective
                                    found({2.0, 2.0}),   // 2 x 2
                                    found({3.0, 3.0}),   // worse
                                    found({2.0, 2.0}),   // the same
                                    found({}),           // failed
                                    found({0.0, 0.0}),   // outside the limits
                                    found({1.0, 3.0}),   // 1 more
                                    found({1.0, 1.0})};  // 3 x 3 in all
  evaluated[5].violation = 1.0;
  const std::vector<double> clock{5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.5};
  const std::vector<VolumeStep> steps =
      volume_steps(evaluated, clock, {.reference = {4.0, 4.0}, .exact = 10.0});
  REQUIRE(steps.size() == 3);
  CHECK(steps[0].evaluations == 2);
  CHECK(steps[0].seconds == 6.0);
  CHECK(steps[0].volume == 0.4);
  CHECK(steps[1].evaluations == 7);
  CHECK(steps[1].volume == 0.5);
  CHECK(steps[2].evaluations == 8);
  CHECK(steps[2].seconds == 12.5);
  CHECK(steps[2].volume == 0.9);
}

TEST_CASE("a trace of hypervolume tells what was reached by a moment, and is read again") {
  const VolumeTrace trace{.steps = {{3, 30.5, 0.25}, {5, 50.0, 0.75}},
                          .front = {{-1.5, 2.0}, {-1.0, 1.0}},
                          .end = {.evaluations = 8, .seconds = 80.0, .exhausted = true},
                          .evaluations_per_second = 1000.5};
  CHECK(trace.volume_after(2) == 0.0);
  CHECK(trace.volume_after(3) == 0.25);
  CHECK(trace.volume_after(4) == 0.25);
  CHECK(trace.volume_after(100) == 0.75);
  CHECK(trace.volume_at(30.0) == 0.0);
  CHECK(trace.volume_at(30.5) == 0.25);
  CHECK(trace.volume_at(49.9) == 0.25);
  CHECK(trace.volume_at(50.0) == 0.75);

  nlohmann::json json = to_json(trace);
  const auto read = parse_volume_trace(json);
  REQUIRE(read);
  CHECK(to_json(*read) == json);
  CHECK(read->volume_at(30.5) == 0.25);
  CHECK(read->end.exhausted);
  json.erase("steps");
  CHECK_FALSE(parse_volume_trace(json));
}

}  // namespace
}  // namespace evonas::search
