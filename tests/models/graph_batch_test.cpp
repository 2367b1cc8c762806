#include "predictor/models/graph_batch.hpp"

#include <set>

#include "spaces/space_list.hpp"
#include "torch_doctest.hpp"

namespace evonas::predictor {
namespace {

TEST_CASE("reordered graphs are the same graphs in other topological orders") {
  const spaces::AnySpace space = spaces::make_space("nasbench101");
  std::vector<spaces::Genotype> architectures;
  for (std::uint64_t i = 0; i < 40; ++i) {
    Rng rng(5, "test", i);
    architectures.push_back(space.sample(rng));
  }
  const Vocabulary vocabulary = operations_of(space, architectures);
  GraphBatch graphs = graphs_of(space, vocabulary, architectures, Identities::Kept);
  const std::int64_t nodes = graphs.operations.size(1);
  // Attributes that tell nodes apart.
  graphs.attributes = torch::arange(nodes).to(torch::kFloat).view({1, nodes, 1}).repeat({40, 1, 1});
  Rng rng(1, "orders");
  std::set<std::vector<std::int64_t>> orders;
  for (int repeat = 0; repeat < 20; ++repeat) {
    const GraphBatch other = reordered(graphs, rng);
    CHECK(other.adjacency.tril().abs().max().item<float>() == 0.0F);  // nothing reads what follows
    CHECK(torch::equal(other.mask, graphs.mask));
    for (std::int64_t graph = 0; graph < 40; ++graph) {
      const torch::Tensor order = other.attributes[graph].squeeze(1).to(torch::kInt64);
      CHECK(torch::equal(std::get<0>(order.sort()), torch::arange(nodes)));
      CHECK(torch::equal(other.operations[graph], graphs.operations[graph].index_select(0, order)));
      CHECK(torch::equal(other.adjacency[graph],
                         graphs.adjacency[graph].index_select(0, order).index_select(1, order)));
    }
    const torch::Tensor first = other.attributes[0].squeeze(1).to(torch::kInt64).contiguous();
    orders.emplace(first.data_ptr<std::int64_t>(), first.data_ptr<std::int64_t>() + nodes);
  }
  CHECK(orders.size() > 1);
}

}  // namespace
}  // namespace evonas::predictor
