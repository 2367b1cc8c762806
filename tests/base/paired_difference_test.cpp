#include "base/paired_difference.hpp"

#include <cmath>
#include <vector>

#include <doctest/doctest.h>

namespace evonas {
namespace {

TEST_CASE("Student's t is that of the tables") {
  CHECK(student_t_reach(0.95, 1) == doctest::Approx(12.7062047).epsilon(1e-7));
  CHECK(student_t_reach(0.95, 2) == doctest::Approx(4.3026527).epsilon(1e-7));
  CHECK(student_t_reach(0.95, 3) == doctest::Approx(3.1824463).epsilon(1e-7));
  CHECK(student_t_reach(0.95, 4) == doctest::Approx(2.7764451).epsilon(1e-7));
  CHECK(student_t_reach(0.95, 19) == doctest::Approx(2.0930241).epsilon(1e-7));
  CHECK(student_t_reach(0.99, 30) == doctest::Approx(2.7499957).epsilon(1e-7));
  CHECK(student_t_reach(0.95, 1000) == doctest::Approx(1.9623391).epsilon(1e-7));
}

TEST_CASE("differences of pairs have a mean, an interval and a p-value") {
  const std::vector<double> a = {3.0, 5.0, 4.0, 8.0};
  const std::vector<double> b = {2.0, 3.0, 1.0, 4.0};
  const PairedDifference difference = paired_difference(a, b);
  CHECK(difference.mean == doctest::Approx(2.5));
  // Differences 1, 2, 3, 4: deviation 1.2909944, over the root of 4.
  CHECK(difference.high - difference.mean == doctest::Approx(3.1824463 * 0.6454972));
  CHECK(difference.mean - difference.low == doctest::Approx(3.1824463 * 0.6454972));
  CHECK(difference.p == doctest::Approx(0.125));
  const PairedDifference reversed = paired_difference(b, a);
  CHECK(reversed.mean == doctest::Approx(-2.5));
  CHECK(reversed.low == doctest::Approx(-difference.high));
  CHECK(reversed.p == difference.p);
}

TEST_CASE("pairs that do not differ, and a single one") {
  const std::vector<double> a = {3.0, 5.0, 4.0};
  const PairedDifference none = paired_difference(a, a);
  CHECK(none.mean == 0.0);
  CHECK(none.low == 0.0);
  CHECK(none.high == 0.0);
  CHECK(none.p == 1.0);
  const PairedDifference single =
      paired_difference(std::vector<double>{2.0}, std::vector<double>{1.5});
  CHECK(single.mean == 0.5);
  CHECK(std::isinf(single.low));
  CHECK(std::isinf(single.high));
}

}  // namespace
}  // namespace evonas
