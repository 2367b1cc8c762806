#include "report/lineage.hpp"

#include <doctest/doctest.h>

#include "base/json.hpp"
#include "graph/drawing.hpp"
#include "report/genes.hpp"
#include "report/sample_runs.hpp"

using namespace evonas;
using namespace evonas::report;

namespace {

using search::Operator;
using search::Origin;

/// The cells of these numbers, each better than the one before it; the last two also have parents
/// that are further off.
Run run_of_cells(const std::vector<std::uint64_t>& cells) {
  std::vector<search::EvaluationRecord> evaluations;
  for (std::uint64_t i = 0; i < cells.size(); ++i) {
    evaluations.push_back(sample_evaluation(i, cells[i], 50.0 + static_cast<double>(i), 2.0));
    evaluations.back().origin = Origin{};
  }
  return sample_run(evaluations, accuracy_and_latency());
}

Origin child_of(std::uint64_t parent, std::optional<std::uint64_t> other = {}) {
  return {.how = other ? Operator::Crossover : Operator::Mutation,
          .parent = parent,
          .other_parent = other,
          .generations = 1};
}

std::vector<std::size_t> positions(const Run& run) {
  std::vector<std::size_t> result;
  for (const Ancestor& ancestor : lineage(run)) result.push_back(ancestor.position);
  return result;
}

}  // namespace

TEST_CASE("the lineage of the best network leads to one that was made from no other") {
  // In base 5 the cells are 000000, 000001, 000002, 000012 and 000013, the last gene first.
  Run run = run_of_cells({0, 1, 2, 7, 8});
  run.summary.evaluations[1].origin = child_of(0);
  run.summary.evaluations[3].origin = child_of(1);
  run.summary.evaluations[4].origin = child_of(3);
  CHECK(positions(run) == std::vector<std::size_t>{0, 1, 3, 4});
  const auto line = lineage(run);
  CHECK(line[0].changes.empty());
  CHECK(line[1].changes.size() == 1);
  CHECK(line[2].changes.size() == 2);
  CHECK(line[1].changes[0].from == "none");
  CHECK(line[1].changes[0].to == "skip_connect");
  const std::string& gene = line[1].changes[0].gene;
  CHECK((gene == "0->1" || gene == "2->3"));
}

TEST_CASE("of two parents the one that shares more genes is followed, of equal ones the first") {
  Run run = run_of_cells({0, 1, 7, 8});
  run.summary.evaluations[3].origin = child_of(0, 2);
  CHECK(positions(run) == std::vector<std::size_t>{2, 3});
  run.summary.evaluations[3].origin = child_of(2, 0);
  CHECK(positions(run) == std::vector<std::size_t>{2, 3});
  // 1 and 2 are one gene from 0 each.
  run = run_of_cells({1, 2, 0});
  run.summary.evaluations[2].origin = child_of(1, 0);
  CHECK(positions(run) == std::vector<std::size_t>{1, 2});
}

TEST_CASE("the network of the final stage is the one whose lineage is told") {
  Run run = run_of_cells({0, 1, 2});
  run.summary.evaluations[1].origin = child_of(0);
  CHECK(positions(run) == std::vector<std::size_t>{2});
  run.summary.final = search::FinalRecord{{run.summary.evaluations[1].architecture, {}}, 1.0, {}};
  CHECK(positions(run) == std::vector<std::size_t>{0, 1});
}

TEST_CASE("a lineage ends where nothing more is known") {
  CHECK(lineage(sample_run({}, accuracy_and_latency())).empty());
  CHECK(positions(sample_run()) == std::vector<std::size_t>{5});
  Run run = run_of_cells({0, 1, 2});
  // Numbers that cannot be parents, and one of an evaluation that was cut off.
  for (const std::uint64_t parent : {2, 3, 1000}) {
    run.summary.evaluations[2].origin = child_of(parent);
    CHECK(positions(run) == std::vector<std::size_t>{2});
  }
  run.summary.evaluations[2].origin = child_of(1);
  run.summary.evaluations[2].index = 5;
  run.summary.evaluations[1].index = 4;
  CHECK(positions(run) == std::vector<std::size_t>{2});
  run.summary.evaluations[2].origin = child_of(4);
  CHECK(positions(run) == std::vector<std::size_t>{1, 2});
}

TEST_CASE("genes are named by their place where the space does not describe them") {
  const Run run = sample_run();
  CHECK(genes_of(run, 6).at(0).name == "0->1");
  REQUIRE(genes_of(run, 2).size() == 2);
  CHECK(genes_of(run, 2)[1].name == "gene 2");
  CHECK(genes_of(run, 2)[1].text_of(7) == "7");
}

TEST_CASE("a short lineage is drawn, a long one is not, and one of several runs is left out") {
  std::vector<std::uint64_t> cells;
  for (std::uint64_t i = 0; i < 9; ++i) cells.push_back(3000 + i);
  Run run = run_of_cells(cells);
  for (std::uint64_t i = 2; i < 9; ++i) run.summary.evaluations[i].origin = child_of(i - 1);
  const nlohmann::json line = report_json(run).at("runs").at(0).at("lineage");
  REQUIRE(line.size() == 8);
  CHECK(line.at(0).at("index") == 1);
  CHECK(line.at(0).at("changes").empty());
  CHECK(line.at(1).at("changes").at(0).at("to").is_string());
  CHECK(line.at(7).at("svg").is_string() == graph::graphviz_available());
  run.summary.evaluations[1].origin = child_of(0);
  const nlohmann::json longer = report_json(run).at("runs").at(0).at("lineage");
  REQUIRE(longer.size() == 9);
  CHECK(longer.at(8).at("svg").is_null());
  CHECK(report_json(std::vector<Run>{run, run}).at("runs").at(0).at("lineage").empty());
}
