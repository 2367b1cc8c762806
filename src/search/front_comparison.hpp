#pragma once

#include <span>
#include <string>
#include <vector>

#include "search/front_benchmark.hpp"
#include "search/pareto.hpp"

namespace evonas::search {

/// Whether every value of `a` is at most that of `b`, which has as many.
bool equals_or_surpasses(const std::vector<double>& a, const std::vector<double>& b);

/// Share of the members of `other` that one of `front` equals or surpasses in every objective; 1
/// where there are none.
double coverage(const Front& front, const Front& other);

/// The fronts that the searches of one algorithm have found.
struct NamedFronts {
  std::string algorithm;
  std::vector<Front> fronts;
};

/// Each with each other one.
std::vector<FrontComparison> compare_fronts(std::span<const NamedFronts> algorithms);

}  // namespace evonas::search
