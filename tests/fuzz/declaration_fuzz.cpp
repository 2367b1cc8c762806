#include <cstdlib>
#include <string>

#include "fuzz/fuzz_file.hpp"
#include "spaces/declared.hpp"

using namespace evonas::spaces;

/// Any bytes either declare a space whose architectures are written, read and told apart, or are
/// refused with a SpaceError.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const evonas::fuzz::FuzzFile file("space.yaml", data, size);
  try {
    const Declared space({.file = file.path().string()});
    evonas::Rng rng(1, "fuzz");
    const Genotype genotype = space.mutate(space.sample(rng), rng);
    if (space.parse(space.format(genotype)) != genotype) std::abort();
    if (space.key(genotype) != space.key(space.parse(space.format(genotype)))) std::abort();
    if (space.cell(genotype).outputs().empty()) std::abort();
    space.network(genotype, {1, 8, 8, 2});
  } catch (const SpaceError&) {
  } catch (const evonas::graph::GraphError&) {
    // A network can be too large to be built.
  }
  return 0;
}
