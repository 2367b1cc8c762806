#include "search/random_search.hpp"

#include <utility>

namespace evonas::search {
namespace {

constexpr std::int64_t kBatch = 20;

}  // namespace

RandomSearch::RandomSearch(const AlgorithmOptions& options, spaces::AnySpace space)
    : novelty_(options, std::move(space)),
      batch_(static_cast<std::size_t>(options.batch > 0 ? options.batch : kBatch)) {}

std::vector<spaces::Genotype> RandomSearch::ask(std::size_t count) {
  std::vector<spaces::Genotype> asked;
  while (asked.size() < count) {
    std::optional<spaces::Genotype> genotype = novelty_.sample();
    if (!genotype) break;
    asked.push_back(std::move(*genotype));
  }
  asked_ = asked.size();
  return asked;
}

}  // namespace evonas::search
