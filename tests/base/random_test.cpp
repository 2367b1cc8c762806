#include "base/random.hpp"

#include <doctest/doctest.h>

namespace evonas {
namespace {

TEST_CASE("a stream goes on from any place") {
  for (const int draws : {0, 1, 3, 4, 5, 1000, 1001}) {
    CAPTURE(draws);
    Rng rng(5, "seek");
    for (int i = 0; i < draws; ++i) rng();
    CHECK(rng.drawn() == static_cast<std::uint64_t>(draws));
    Rng other(5, "seek");
    other.uniform();  // wherever it was
    other.seek(rng.drawn());
    CHECK(other.drawn() == rng.drawn());
    for (int i = 0; i < 6; ++i) CHECK(other() == rng());
  }
}

}  // namespace
}  // namespace evonas
