#include "evaluation/table/cells.hpp"

#include <cmath>
#include <cstring>

#include <doctest/doctest.h>
#include <rapidcheck.h>

using namespace evonas::evaluation;

namespace {

/// Bits, so that any double is drawn, the smallest and largest too.
std::vector<double> doubles(const std::vector<std::uint64_t>& bits) {
  std::vector<double> values;
  for (const std::uint64_t word : bits) {
    double value = 0.0;
    std::memcpy(&value, &word, sizeof value);
    values.push_back(std::isinf(value) ? 0.0 : value);
  }
  return values;
}

bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

}  // namespace

TEST_CASE("numbers survive being packed and unpacked") {
  CHECK(rc::check("doubles", [](const std::vector<std::uint64_t>& bits) {
    const std::vector<double> values = doubles(bits);
    CellColumn column;
    for (const double value : values) column.add(value);
    const auto unpacked = unpack_cells(column.packed(), column.width(), false, values.size());
    RC_ASSERT(unpacked.has_value());
    for (std::size_t i = 0; i < values.size(); ++i) RC_ASSERT(same((*unpacked)[i], values[i]));
  }));
  CHECK(rc::check("floats in single precision", [](const std::vector<float>& values) {
    CellColumn column;
    for (const float value : values) column.add(value);
    const auto unpacked = unpack_cells(column.packed(), column.width(), true, values.size());
    RC_ASSERT(unpacked.has_value());
    for (std::size_t i = 0; i < values.size(); ++i) {
      RC_ASSERT((*unpacked)[i] == static_cast<double>(values[i]));
    }
  }));
}

TEST_CASE("numbers stand as their source spells them") {
  CellColumn column;
  for (const char* const field : {"0.930489", "+5", "1e-3", "", "NaN"})
    CHECK(column.add_text(field));
  CHECK(column.width() == 8);
  CHECK(column.packed() == "0.9304895       1e-3                    ");
  CHECK(column.missing() == 2);
  CHECK(column.last_is_missing());
  column.remove_last();
  CHECK(column.size() == 4);
  for (const char* const field :
       {"x", "1 ", " 1", "inf", "-inf", "nan(1)", "1,5", "0x1", "--1", "+-1", "1e999"}) {
    CHECK_FALSE(column.add_text(field));
  }
  CHECK(column.size() == 4);
  // Longer than any number need be.
  CHECK(column.add_text("0.1000000000000000055511151231257827"));
  CHECK(unpack_cells(column.packed(), column.width(), false, 5)->back() == 0.1);
}

TEST_CASE("a column without values has cells of one byte") {
  CellColumn column;
  column.add_text("");
  column.add_text("nan");
  CHECK(column.width() == 1);
  CHECK(std::isnan(unpack_cells(column.packed(), 1, false, 2)->front()));
}

TEST_CASE("cells of another form are refused") {
  CHECK_FALSE(unpack_cells("12", 1, false, 3).has_value());
  CHECK_FALSE(unpack_cells("12", 0, false, 2).has_value());
  CHECK_FALSE(unpack_cells("1 2", 3, false, 1).has_value());
  CHECK_FALSE(unpack_cells(" 1", 2, false, 1).has_value());
  CHECK_FALSE(unpack_cells("1e39", 4, true, 1).has_value());
  CHECK_FALSE(unpack_cells(std::string(25, '1'), 25, false, 1).has_value());
}
