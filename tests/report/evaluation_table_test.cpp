#include "report/evaluation_table.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include <doctest/doctest.h>

#include "sample_runs.hpp"

namespace evonas::report {
namespace {

const TableColumn& table_column(const std::vector<TableColumn>& columns, const std::string& name) {
  const auto found = std::ranges::find(columns, name, &TableColumn::name);
  REQUIRE_MESSAGE(found != columns.end(), "no column " << name);
  return *found;
}

template <class Value>
const std::vector<Value>& table_values(const std::vector<TableColumn>& columns,
                                       const std::string& name) {
  return std::get<std::vector<Value>>(table_column(columns, name).values);
}

/// Two evaluations, a screening and a failure, not in their order.
Run small_run() {
  search::Problem problem{.objectives = {{"accuracy", search::Goal::Maximize}},
                          .limits = {{"latency_ms", search::Relation::AtMost, 4.0}}};
  search::EvaluationRecord first = sample_evaluation(0, 10, 70.0, 2.0);
  first.forecast["accuracy"] = {.value = 69.5};
  search::EvaluationRecord second = sample_evaluation(3, 12, 80.0, 5.0);
  second.origin = search::Origin{
      .how = search::Operator::Mutation, .parent = 0, .other_parent = {}, .generations = 1};
  Run run = sample_run({first, sample_failure(2, 11, "it said \"no\""), second}, problem);
  search::EvaluationRecord screened = sample_evaluation(1, 13, 60.0, 1.0);
  screened.rung = 1;
  run.summary.screenings.push_back(screened);
  return run;
}

}  // namespace

TEST_CASE("evaluations as a table: a row each, by index, screenings among them") {
  const std::vector<TableColumn> columns = evaluation_table(small_run());
  CHECK(table_values<std::string>(columns, "state") ==
        std::vector<std::string>{"complete", "screened", "failed", "complete"});
  CHECK(table_values<bool>(columns, "feasible") == std::vector<bool>{true, false, false, false});
  CHECK(table_values<bool>(columns, "on_front") == std::vector<bool>{true, false, false, false});
  CHECK(table_values<std::optional<std::int64_t>>(columns, "parent") ==
        std::vector<std::optional<std::int64_t>>{{}, {}, {}, 0});
  const auto& accuracies = table_values<double>(columns, "accuracy");
  CHECK(accuracies[3] == 80.0);
  CHECK(std::isnan(accuracies[2]));
  CHECK(table_values<double>(columns, "latency_ms_high")[0] == 2.5);
  CHECK(table_values<double>(columns, "expected_accuracy")[0] == 69.5);
  CHECK(table_values<std::string>(columns, "gene 0->1").size() == 4);
  std::set<std::string> names;
  for (const TableColumn& one : columns) CHECK(names.insert(one.name).second);
  // Nothing is in them.
  CHECK_FALSE(names.contains("accuracy_low"));
  CHECK_FALSE(names.contains("expected_latency_ms"));
}

TEST_CASE("a table as CSV: exact values, quoted texts, missing ones as nothing") {
  const std::vector<TableColumn> columns = {
      {"a \"b\"", std::vector<double>{0.1, std::nan("")}},
      {"whole", std::vector<std::optional<std::int64_t>>{std::nullopt, 7}},
      {"text", std::vector<std::string>{"x,y", ""}},
      {"truth", std::vector<bool>{true, false}}};
  CHECK(to_csv(columns) == "\"a \"\"b\"\"\",whole,text,truth\n0.1,,\"x,y\",true\n,7,,false\n");
  CHECK(to_csv({}) == "\n");
}

TEST_CASE("the CSV of a run without evaluations has its first line alone") {
  const Run run =
      sample_run({}, {.objectives = {{"accuracy", search::Goal::Maximize}}, .limits = {}});
  const std::string csv = to_csv(evaluation_table(run));
  CHECK(csv.starts_with("index,generation,rung,architecture,key,state,failure,feasible,on_front,"));
  CHECK(csv.find('\n') == csv.size() - 1);
}

}  // namespace evonas::report
