#pragma once

#include <cstddef>
#include <vector>

#include "report/report_data.hpp"
#include "search/origin.hpp"

namespace evonas::report {

/// What became of the architectures that one operator made.
struct OperatorTally {
  search::Operator how = search::Operator::Random;
  std::size_t evaluated = 0;
  std::size_t feasible = 0;
  std::size_t on_front = 0;  ///< of the front that the run ended with
  std::size_t improved = 0;  ///< were better in the first objective than every feasible one before
};

/// Of the operators that made any, in the order of search::Operator; evaluations whose origin is
/// not known are left out.
std::vector<OperatorTally> operator_tallies(const Run& run);

}  // namespace evonas::report
