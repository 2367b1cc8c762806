#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "contract/space_contract.hpp"
#include "graph/cost.hpp"
#include "spaces/hierarchical.hpp"

using namespace evonas;
using namespace evonas::spaces;

namespace {

using Gene = Genotype::Gene;

/// Two motifs of three nodes and a cell of three: at most nine operations.
const HierarchicalOptions kSmallGraphs{.level2_motifs = 2, .level2_nodes = 3, .level3_nodes = 3};
constexpr Gene kNone = 0;
constexpr Gene kIdentity = 1;
constexpr Gene kConv1x1 = 2;
constexpr Gene kMaxPool = 5;

/// A cell of kSmallGraphs written out as points and edges between them, nothing resolved. Its
/// normal form is found by counting paths of identities, not by adding sums as the space does it.
class WrittenOut {
 public:
  /// Operations on a path from the input (row 0) to the output (the last row): entry (i, j) is how
  /// often the result of i is added to the operand of j.
  struct Form {
    std::vector<Gene> operations;  ///< kNone for the input and for the output
    std::vector<std::vector<int>> added;
  };

  explicit WrittenOut(const Genotype& genotype) {
    // Points of the cell are 0 to 2; each of its edges gives its motif a point in between.
    std::size_t points = 3;
    const auto pair_of = [](std::size_t edge) {
      return edge == 0   ? std::pair<std::size_t, std::size_t>{0, 1}
             : edge == 1 ? std::pair<std::size_t, std::size_t>{0, 2}
                         : std::pair<std::size_t, std::size_t>{1, 2};
    };
    for (std::size_t edge = 0; edge < 3; ++edge) {
      const Gene motif = genotype[6 + edge];
      if (motif == kNone) continue;
      const std::array<std::size_t, 3> inner{pair_of(edge).first, points++, pair_of(edge).second};
      for (std::size_t k = 0; k < 3; ++k) {
        const Gene operation = genotype[static_cast<std::size_t>(motif - 1) * 3 + k];
        if (operation == kNone) continue;
        edges_.push_back({inner[pair_of(k).first], inner[pair_of(k).second], operation});
      }
    }
  }

  Form normal_form() const {
    std::vector<Edge> rows{{0, 0, kNone}};  // the input comes out of point 0
    for (const Edge& edge : edges_) {
      if (edge.operation != kIdentity) rows.push_back(edge);
    }
    rows.push_back({2, 2, kNone});  // the output reads point 2
    Form form;
    for (const Edge& row : rows) form.operations.push_back(row.operation);
    form.added.assign(rows.size(), std::vector<int>(rows.size()));
    for (std::size_t i = 0; i + 1 < rows.size(); ++i) {
      for (std::size_t j = 1; j < rows.size(); ++j) {
        form.added[i][j] = identity_paths(rows[i].target, rows[j].source);
      }
    }
    // Operations that read nothing have to go first: merging looks at all that an operation reads.
    drop_unreached(form);
    while (merge_one_pooling(form)) {
    }
    drop_unreached(form);
    return form;
  }

 private:
  struct Edge {
    std::size_t source = 0;
    std::size_t target = 0;
    Gene operation = kNone;
  };

  int identity_paths(std::size_t from, std::size_t to) const {
    if (from == to) return 1;
    int paths = 0;
    for (const Edge& edge : edges_) {
      if (edge.operation == kIdentity && edge.source == from) {
        paths += identity_paths(edge.target, to);
      }
    }
    return paths;
  }

  static void remove(Form& form, std::size_t row) {
    form.operations.erase(form.operations.begin() + static_cast<std::ptrdiff_t>(row));
    form.added.erase(form.added.begin() + static_cast<std::ptrdiff_t>(row));
    for (auto& counts : form.added) counts.erase(counts.begin() + static_cast<std::ptrdiff_t>(row));
  }

  /// Removes operations that read nothing or that nothing reads, until there are none.
  static void drop_unreached(Form& form) {
    for (std::size_t row = 1; row + 1 < form.operations.size(); ++row) {
      int in = 0;
      for (const auto& counts : form.added) in += counts[row];
      const int out = std::accumulate(form.added[row].begin(), form.added[row].end(), 0);
      if (in > 0 && out > 0) continue;
      remove(form, row);
      row = 0;
    }
  }

  static bool merge_one_pooling(Form& form) {
    for (std::size_t a = 1; a + 1 < form.operations.size(); ++a) {
      if (form.operations[a] < kMaxPool) continue;
      for (std::size_t b = a + 1; b + 1 < form.operations.size(); ++b) {
        const bool same = form.operations[a] == form.operations[b] &&
                          std::ranges::all_of(form.added, [&](const std::vector<int>& counts) {
                            return counts[a] == counts[b];
                          });
        if (!same) continue;
        for (std::size_t j = 0; j < form.operations.size(); ++j) {
          form.added[a][j] += form.added[b][j];
        }
        remove(form, b);
        return true;
      }
    }
    return false;
  }

  std::vector<Edge> edges_;
};

/// Isomorphism by trying every assignment of rows, one row after the other.
bool isomorphic(const WrittenOut::Form& a, const WrittenOut::Form& b,
                std::vector<std::size_t>& image) {
  const std::size_t size = a.operations.size();
  if (size != b.operations.size()) return false;
  const std::size_t row = image.size();
  if (row == size) return true;
  for (std::size_t candidate = 0; candidate < size; ++candidate) {
    const bool end = row == 0 || row + 1 == size;  // input and output are themselves
    if (end ? candidate != row : candidate == 0 || candidate + 1 == size) continue;
    if (std::ranges::count(image, candidate) > 0) continue;
    if (a.operations[row] != b.operations[candidate]) continue;
    image.push_back(candidate);
    bool fits = true;
    for (std::size_t i = 0; i <= row; ++i) {
      fits = fits && a.added[i][row] == b.added[image[i]][candidate] &&
             a.added[row][i] == b.added[candidate][image[i]];
    }
    if (fits && isomorphic(a, b, image)) return true;
    image.pop_back();
  }
  return false;
}

bool isomorphic(const WrittenOut::Form& a, const WrittenOut::Form& b) {
  std::vector<std::size_t> image;
  return isomorphic(a, b, image);
}

std::size_t count(const graph::Graph& graph, std::string_view op) {
  return static_cast<std::size_t>(std::ranges::count(graph.nodes(), op, &graph::Node::op));
}

/// A small genotype of few kinds of operation, so that equal cells meet often.
Genotype few_kinds(Rng& rng) {
  std::vector<Gene> genes;
  for (int i = 0; i < 6; ++i) {
    genes.push_back(std::vector<Gene>{kNone, kIdentity, kConv1x1, kMaxPool}[rng.below(4)]);
  }
  for (int i = 0; i < 3; ++i) genes.push_back(static_cast<Gene>(rng.below(3)));
  return Genotype(genes);
}

}  // namespace

TEST_CASE("hierarchical: keys are equal exactly for isomorphic flattened cells") {
  const Hierarchical space(kSmallGraphs);
  Rng rng(1, "classes");
  std::vector<Genotype> genotypes;
  for (int i = 0; i < 4'000; ++i) genotypes.push_back(few_kinds(rng));
  std::map<Key, Genotype> representatives;
  std::size_t merged = 0;
  for (const Genotype& genotype : genotypes) {
    const auto [place, added] = representatives.try_emplace(space.key(genotype), genotype);
    if (added) continue;
    ++merged;
    CAPTURE(space.format(genotype));
    CAPTURE(space.format(place->second));
    CHECK(isomorphic(WrittenOut(genotype).normal_form(), WrittenOut(place->second).normal_form()));
  }
  CHECK(merged > 300);
  CHECK(representatives.size() > 300);
  std::vector<WrittenOut::Form> forms;
  for (const auto& [key, genotype] : representatives) {
    forms.push_back(WrittenOut(genotype).normal_form());
  }
  std::size_t alike = 0;
  for (std::size_t a = 0; a < forms.size(); ++a) {
    for (std::size_t b = a + 1; b < forms.size(); ++b) {
      if (isomorphic(forms[a], forms[b])) ++alike;
    }
  }
  CHECK(alike == 0);
}

TEST_CASE("hierarchical: networks of one key cost the same") {
  const AnySpace space{Hierarchical(kSmallGraphs)};
  Rng rng(2, "costs");
  std::map<Key, graph::Cost> costs;
  for (int i = 0; i < 400; ++i) {
    const Genotype genotype = few_kinds(rng);
    const graph::Cost cost = graph::cost(space.network(genotype, {3, 9, 9, 10}));
    const auto [place, added] = costs.try_emplace(space.key(genotype), cost);
    CHECK(place->second.parameters == cost.parameters);
    CHECK(place->second.macs == cost.macs);
    CHECK(place->second.flops == cost.flops);
  }
  CHECK(costs.size() < 350);
}

TEST_CASE("hierarchical: known equivalences") {
  const Hierarchical space(kSmallGraphs);
  const auto cell = [&](const Genotype& genotype) { return space.cell(genotype); };
  // Chains of identities alone pass the input on.
  const Genotype trivial({1, 0, 1, 1, 0, 1, 1, 0, 1});
  CHECK(cell(trivial).size() == 2);
  // Three paths of identities: the input times three.
  const graph::Graph thrice = cell(Genotype({0, 1, 0, 1, 1, 1, 2, 1, 1}));
  CHECK(count(thrice, "times") == 1);
  CHECK(thrice[1].integer("count", 0) == 3);
  // Equal poolings of one operand are one; equal convolutions are not.
  CHECK(count(cell(Genotype({5, 5, 1, 0, 0, 0, 0, 1, 0})), "max_pool_3x3") == 1);
  CHECK(count(cell(Genotype({2, 2, 1, 0, 0, 0, 0, 1, 0})), "conv_1x1") == 2);
  // A motif that no edge of the cell carries does not matter, nor which number a motif has.
  CHECK(space.key(Genotype({2, 0, 3, 4, 4, 4, 1, 0, 1})) ==
        space.key(Genotype({6, 6, 0, 2, 0, 3, 2, 0, 2})));
  // Without a path from input to output all cells are one.
  CHECK(space.key(Genotype({2, 0, 0, 0, 0, 0, 1, 1, 1})) ==
        space.key(Genotype({0, 0, 0, 0, 0, 0, 0, 0, 0})));
}

TEST_CASE("hierarchical: the network around a chain of identities, layer by layer") {
  const AnySpace space{Hierarchical()};
  std::vector<Gene> genes;
  for (int motif = 0; motif < 6; ++motif) genes.insert(genes.end(), {1, 0, 1, 0, 0, 1});
  genes.insert(genes.end(), {1, 0, 1, 0, 0, 1, 0, 0, 0, 1});
  const graph::Graph network = space.network(Genotype(genes), {});
  const auto separable = [](std::int64_t in, std::int64_t out) {
    return 9 * in + in * out + 2 * out;
  };
  CHECK(graph::cost(network).parameters == 27 * 16 + 2 * 16 + separable(16, 32) +
                                               separable(32, 64) + separable(64, 64) + 64 * 10 +
                                               10);
  // With the first motif's first edge a separable convolution, each of the four uses has one more.
  genes[0] = 4;
  std::int64_t more = 0;
  for (const std::int64_t width : {16, 32, 64}) more += 4 * separable(width, width);
  CHECK(graph::cost(space.network(Genotype(genes), {})).parameters ==
        graph::cost(network).parameters + more);
}

TEST_CASE("hierarchical: operations off every path are not in the network") {
  const AnySpace space{Hierarchical(kSmallGraphs)};
  const graph::Graph bare = space.network(Genotype({1, 0, 1, 0, 0, 0, 1, 0, 1}), {});
  const graph::Graph dead = space.network(Genotype({1, 0, 1, 2, 2, 0, 1, 0, 1}), {});
  CHECK(dead.size() == bare.size());
  const graph::Graph zero = space.network(Genotype({0, 0, 0, 0, 0, 0, 0, 0, 0}), {});
  CHECK(count(zero, "Clip") == 3);
}

TEST_CASE("hierarchical: other sizes pass the contract") {
  const tests::SpaceContract contract{.walk_steps = 500, .networks = 4, .mutations = 60'000};
  tests::check_space(AnySpace(Hierarchical({.level2_motifs = 3,
                                            .level2_nodes = 5,
                                            .level3_nodes = 6,
                                            .initial_mutations = 200,
                                            .channels = 3,
                                            .cells_per_stage = 2})),
                     contract);
  // The largest: paths of identities are counted, not written out.
  const Hierarchical largest({.level2_nodes = 8, .level3_nodes = 8});
  std::vector<Gene> genes(6 * 28 + 28, 1);
  const graph::Graph cell = largest.cell(Genotype(genes));
  REQUIRE(cell.size() == 3);
  std::int64_t paths = 64;
  for (int node = 2; node < 8; ++node) paths *= 65;
  CHECK(cell[1].integer("count", 0) == paths);
}
