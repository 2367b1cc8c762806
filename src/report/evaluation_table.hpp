#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "report/report_data.hpp"

namespace evonas::report {

/// A column of a table: as many values as it has rows. A number that is not there is NaN, a missing
/// whole number nothing, a missing text empty.
struct TableColumn {
  using Values = std::variant<std::vector<double>, std::vector<std::optional<std::int64_t>>,
                              std::vector<std::string>, std::vector<bool>>;

  std::string name;
  Values values;
};

/// Every evaluation and every screening of a run that is complete, a row each, by index:
///
/// - `index`; `generation`; `rung` (0 for an evaluation, k for a screening by the k-th metric);
///   `architecture` in the space's notation; `key`;
/// - `state` ("complete", "failed", "screened") and the reason of a `failure`;
/// - `feasible` (evaluated, within every limit) and `on_front`;
/// - `seconds` that its sources took; `place` in the order of completion of an asynchronous run;
/// - `operator`, `parent`, `other_parent`: how the algorithm came by it (search::Origin), the
/// parents
///   by their index;
/// - each metric, in the order of front.csv, and, where any value has one, the bounds of its
///   interval (NAME_low, NAME_high) and what was expected of it before (expected_NAME);
/// - the genes in words, `gene NAME`, where the space describes them and all architectures have as
///   many.
std::vector<TableColumn> evaluation_table(const Run& run);

/// The columns as CSV, with their names in the first line. Values print shortest-exact, missing
/// ones as nothing, truth as true and false.
std::string to_csv(const std::vector<TableColumn>& columns);

}  // namespace evonas::report
