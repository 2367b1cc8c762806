#include <algorithm>
#include <chrono>
#include <cmath>
#include <compare>
#include <map>
#include <set>

#include <doctest/doctest.h>

#include "contract/evaluator_contract.hpp"
#include "contract/reference_data.hpp"
#include "evaluation/graph_costs.hpp"
#include "evaluation/table/csv.hpp"
#include "evaluation/table/import_table.hpp"
#include "seconds_since.hpp"
#include "spaces/nasbench201.hpp"
#include "temporary_folder.hpp"

using namespace evonas;
using namespace evonas::evaluation;
using namespace evonas::tests;

namespace {

constexpr const char* kPublished = "nasbench201/nasbench201.csv.gz";
constexpr std::size_t kCells = 15625;

struct PublishedTable {
  std::vector<Candidate> cells;
  std::map<std::string, std::vector<std::string>> columns;
};

PublishedTable read_published(const std::filesystem::path& file, const spaces::AnySpace& space) {
  PublishedTable result;
  std::vector<std::string> names;
  read_csv(
      file,
      [&](std::span<const std::string> columns) { names.assign(columns.begin(), columns.end()); },
      [&](std::span<const std::string> fields, std::size_t) {
        for (std::size_t i = 0; i < names.size(); ++i)
          result.columns[names[i]].push_back(fields[i]);
        const spaces::Genotype genotype = space.parse(result.columns.at("arch").back());
        result.cells.push_back({.genotype = genotype, .key = space.key(genotype)});
      });
  return result;
}

/// Whether `exact` is what the published table prints, in millions to six digits: within half a
/// unit of the last digit, so that either rounding of a tie will do.
bool is_printed_as(double exact, const std::string& published) {
  const double millions = std::stod(published);
  const double unit = std::pow(10.0, std::floor(std::log10(millions)) + 1.0);
  return std::abs(exact - millions * 1e6) <= 0.5 * unit + 1e-3;
}

/// Numbers of 3x3 and 1x1 convolutions of a cell.
struct Convolutions {
  int n3 = 0;
  int n1 = 0;
  auto operator<=>(const Convolutions&) const = default;
};

/// The only numbers of convolutions that give a published figure, by the formula of the benchmark's
/// own counter: base + n3 * per_3x3 + n1 * per_1x1.
Convolutions convolutions_of(const std::string& published, double base, double per_3x3,
                             double per_1x1) {
  std::vector<Convolutions> found;
  for (int n3 = 0; n3 <= 6; ++n3) {
    for (int n1 = 0; n1 + n3 <= 6; ++n1) {
      if (is_printed_as(base + n3 * per_3x3 + n1 * per_1x1, published)) found.push_back({n3, n1});
    }
  }
  REQUIRE(found.size() == 1);
  return found[0];
}

}  // namespace

TEST_CASE("parameters and FLOPs of all 15,625 cells equal the published columns") {
  const auto file = reference_data(kPublished);
  if (!file) return;
  const spaces::AnySpace space{spaces::NasBench201()};
  const PublishedTable published = read_published(*file, space);
  REQUIRE(published.cells.size() == kCells);
  for (const std::string data : {"cifar10", "cifar100"}) {
    const spaces::NetworkInput input = spaces::NetworkInput::parse(data);
    GraphCosts costs(space, input);
    const auto outcomes = outcomes_of(costs, published.cells);
    const std::vector<std::string>& params = published.columns.at(data + "_params_m");
    const std::vector<std::string>& flops = published.columns.at(data + "_flops_m");
    std::map<Key, std::set<double>> params_of_class;
    for (std::size_t i = 0; i < kCells; ++i) {
      params_of_class[published.cells[i].key].insert(outcomes[i]->metrics.at("params").value);
    }
    // 150 rows of the table at hand print the parameters of another cell of the same class: their
    // own FLOPs say so, which count the same convolutions.
    const double classifier = 65.0 * static_cast<double>(input.classes);
    std::size_t equal_flops = 0;
    std::size_t equal_params = 0;
    std::size_t contradictions = 0;
    std::size_t explained = 0;
    for (std::size_t i = 0; i < kCells; ++i) {
      const double counted = outcomes[i]->metrics.at("params").value;
      if (is_printed_as(outcomes[i]->metrics.at("flops").value, flops[i])) ++equal_flops;
      if (is_printed_as(counted, params[i])) ++equal_params;
      if (convolutions_of(flops[i], 7'782'400 + classifier, 35'389'440, 3'932'160) ==
          convolutions_of(params[i], 72'656 + classifier, 243'040, 28'000)) {
        continue;
      }
      ++contradictions;
      const std::set<double>& siblings = params_of_class.at(published.cells[i].key);
      explained += std::ranges::any_of(siblings, [&](double sibling) {
        return sibling != counted && is_printed_as(sibling, params[i]);
      });
    }
    MESSAGE(data << ": FLOPs equal for " << equal_flops << " of " << kCells
                 << " cells, parameters for " << equal_params << "; in the other " << contradictions
                 << " rows the published parameters contradict the published FLOPs and are those "
                    "of another cell of the class");
    CHECK(equal_flops == kCells);
    CHECK(equal_params + contradictions == kCells);
    CHECK(contradictions == 150);
    CHECK(explained == contradictions);
  }
}

TEST_CASE("the keys part the cells exactly as the published classes do") {
  const auto file = reference_data(kPublished);
  if (!file) return;
  const spaces::AnySpace space{spaces::NasBench201()};
  const PublishedTable published = read_published(*file, space);
  REQUIRE(published.cells.size() == kCells);
  std::map<Key, std::string> class_of_key;
  std::map<std::string, Key> key_of_class;
  std::size_t mismatches = 0;
  for (std::size_t i = 0; i < kCells; ++i) {
    const std::string& name = published.columns.at("isomorphism_class")[i];
    const Key& key = published.cells[i].key;
    const bool same_class = class_of_key.try_emplace(key, name).first->second == name;
    const bool same_key = key_of_class.try_emplace(name, key).first->second == key;
    if (!same_class || !same_key) ++mismatches;
  }
  MESSAGE(class_of_key.size() << " classes by key, " << key_of_class.size() << " published, "
                              << mismatches << " mismatches");
  CHECK(class_of_key.size() == 6466);
  CHECK(key_of_class.size() == 6466);
  CHECK(mismatches == 0);
}

TEST_CASE("the published table is imported and opened without a wait") {
  const auto file = reference_data(kPublished);
  if (!file) return;
  const spaces::AnySpace space{spaces::NasBench201()};
  std::vector<ImportedMetric> metrics;
  read_csv(
      *file,
      [&](std::span<const std::string> columns) {
        for (const std::string& column : columns) {
          if (column != "arch") metrics.push_back(ImportedMetric::parse(column + "=" + column));
        }
      },
      [](std::span<const std::string>, std::size_t) {});

  const TemporaryFolder folder;
  const std::filesystem::path out = folder.path() / "nasbench201.sqlite";
  const auto import_start = std::chrono::steady_clock::now();
  const ImportSummary summary = import_table(space, *file, "arch", metrics, out);
  const double import_seconds = seconds_since(import_start);
  const auto open_start = std::chrono::steady_clock::now();
  const BenchmarkTable table = BenchmarkTable::open(out, space);
  const double open_seconds = seconds_since(open_start);
  MESSAGE("all " << metrics.size() << " metrics: imported in " << import_seconds << " s, opened in "
                 << open_seconds << " s");

  CHECK(summary.rows == kCells);
  CHECK(table.size() == kCells);
  // The known optima of release 1.1.
  const BenchmarkTable::Optimum best = table.best("cifar10_val_200", Direction::Maximize);
  CHECK(best.row == 6111);
  CHECK(best.value == doctest::Approx(91.607).epsilon(1e-5));
  CHECK(table.values("cifar10_test_200")[best.row] == doctest::Approx(94.373).epsilon(1e-5));
  CHECK(table.best("cifar100_val_200", Direction::Maximize).row == 9930);
  for (std::size_t row = 0; row < kCells; row += 100) {
    CHECK(table.find(table.genotype(row), Key{}) == row);
  }
}
