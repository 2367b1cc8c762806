#pragma once

#include <string>

namespace evonas::tests {

/// The least that a configuration says.
inline const std::string kSmall = R"(
space: nasbench201
objectives: [{metric: accuracy, goal: maximize}]
evaluation: {accuracy: {table: labels.sqlite}}
budget: {evaluations: 10}
)";

}  // namespace evonas::tests
