#include "predictor/vocabulary.hpp"

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

}  // namespace evonas::predictor
