#include "predictor/encoding.hpp"

#include <algorithm>
#include <bit>
#include <string>

namespace evonas::predictor {

Vocabulary::Vocabulary(std::vector<graph::OperationToken> tokens) {
  std::ranges::sort(tokens);
  tokens.erase(std::unique(tokens.begin(), tokens.end()), tokens.end());
  operations_ = tokens.size();
  KeyStream key;
  for (const graph::OperationToken token : tokens) key.add(std::to_string(token) + "\n");
  key_ = key.key();
  slots_.resize(std::bit_ceil(4 * operations_ + 1));
  for (std::uint32_t column = 0; column < operations_; ++column) {
    std::size_t at = tokens[column] & (slots_.size() - 1);
    while (slots_[at].taken) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = {.token = tokens[column], .column = column, .taken = true};
  }
}

std::size_t Vocabulary::column(graph::OperationToken token) const {
  std::size_t at = token & (slots_.size() - 1);
  while (slots_[at].taken) {
    if (slots_[at].token == token) return slots_[at].column;
    at = (at + 1) & (slots_.size() - 1);
  }
  return operations_;
}

Vocabulary operations_of(const ArchitectureView& view,
                         std::span<const spaces::Genotype> architectures) {
  std::vector<graph::OperationToken> operations;
  graph::Tokens tokens;
  for (const spaces::Genotype& genotype : architectures) {
    view.tokens(genotype, tokens);
    operations.insert(operations.end(), tokens.operations.begin(), tokens.operations.end());
  }
  return Vocabulary(std::move(operations));
}

void encode(const graph::Tokens& tokens, const Vocabulary& vocabulary, EncodedGraph& encoded) {
  const std::size_t nodes = tokens.operations.size();
  const std::size_t width = vocabulary.width();
  encoded.nodes = nodes;
  encoded.operations.assign(nodes * width, 0.0F);
  encoded.adjacency.assign(nodes * nodes, 0.0F);
  for (std::size_t node = 0; node < nodes; ++node) {
    encoded.operations[node * width + vocabulary.column(tokens.operations[node])] = 1.0F;
  }
  for (const auto [from, to] : tokens.edges) encoded.adjacency[to * nodes + from] = 1.0F;
}

}  // namespace evonas::predictor
