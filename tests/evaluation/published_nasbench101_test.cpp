#include <map>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/parallel.hpp"
#include "contract/reference_data.hpp"
#include "evaluation/table/csv.hpp"
#include "graph/cost.hpp"
#include "sanitized.hpp"
#include "spaces/nasbench101.hpp"

using namespace evonas;
using namespace evonas::tests;

namespace {

struct PublishedCell {
  spaces::Genotype genotype;
  std::string text;  ///< the columns adjacency and ops
  std::string hash;
  std::int64_t parameters = 0;
};

std::vector<PublishedCell> read_published(const std::filesystem::path& file,
                                          const spaces::NasBench101& space) {
  std::vector<PublishedCell> rows;
  std::map<std::string, std::size_t> column;
  evaluation::read_csv(
      file,
      [&](std::span<const std::string> columns) {
        for (std::size_t i = 0; i < columns.size(); ++i) column[columns[i]] = i;
      },
      [&](std::span<const std::string> fields, std::size_t) {
        const std::string& ops = fields[column.at("ops")];
        const std::string text = fields[column.at("adjacency")] + (ops.empty() ? "" : " ") + ops;
        rows.push_back({.genotype = space.parse(text),
                        .text = text,
                        .hash = fields[column.at("hash")],
                        .parameters = std::stoll(fields[column.at("trainable_parameters")])});
      });
  return rows;
}

}  // namespace

TEST_CASE("nasbench101: hashes, parameters and keys are the published ones on every row") {
  const auto file = reference_data("nasbench101/nasbench101.csv.gz");
  if (!file) return;
  const spaces::NasBench101 space;
  const std::vector<PublishedCell> rows = read_published(*file, space);
  REQUIRE(rows.size() == 151'942);
  std::vector<Key> keys(rows.size());
  std::vector<char> text_wrong(rows.size());
  std::vector<char> hash_wrong(rows.size());
  std::vector<char> parameters_wrong(rows.size());
  parallel_for(rows.size(), [&](std::size_t i) {
    const PublishedCell& row = rows[i];
    keys[i] = space.key(row.genotype);
    text_wrong[i] = space.format(row.genotype) != row.text;
    hash_wrong[i] = space.annotations(row.genotype)[0] != row.hash;
    if (kSanitized && i % 100 != 0) return;
    const graph::Cost cost = graph::cost(space.network(row.genotype, {}));
    parameters_wrong[i] = cost.parameters != row.parameters;
  });
  CHECK(std::ranges::count(text_wrong, 1) == 0);
  CHECK(std::ranges::count(hash_wrong, 1) == 0);
  CHECK(std::ranges::count(parameters_wrong, 1) == 0);
  CHECK(std::set<Key>(keys.begin(), keys.end()).size() == rows.size());
}
