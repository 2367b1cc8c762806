#include "spaces/genotype.hpp"

#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace evonas::spaces {

std::string Genotype::to_string() const { return fmt::format("{}", fmt::join(genes(), ",")); }

Key key_of_genes(std::span<const Genotype::Gene> genes) {
  const auto bytes = std::as_bytes(genes);
  return Key::of({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

}  // namespace evonas::spaces

std::size_t std::hash<evonas::spaces::Genotype>::operator()(
    const evonas::spaces::Genotype& genotype) const noexcept {
  const auto bytes = std::as_bytes(genotype.genes());
  return std::hash<std::string_view>{}({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}
