#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "graph/network_builder.hpp"
#include "spaces/search_space.hpp"

/// A search space of one's own: six convolutions on top of each other, each with a kernel of 1, 3
/// or 5 or left out; the third and the fifth halve the image.
class StackSpace {
 public:
  using Genotype = evonas::spaces::Genotype;
  using SpaceError = evonas::spaces::SpaceError;

  explicit StackSpace(std::int64_t channels = 16) : channels_(channels) {}

  std::string name() const { return "stack"; }

  Genotype sample(evonas::Rng& rng) const {
    std::vector<Genotype::Gene> genes(kLayers);
    for (auto& gene : genes) gene = static_cast<Genotype::Gene>(rng.below(kKernels.size()));
    return Genotype(std::move(genes));
  }

  Genotype mutate(const Genotype& parent, evonas::Rng& rng) const {
    std::vector<Genotype::Gene> genes(parent.genes().begin(), parent.genes().end());
    auto& gene = genes[rng.below(kLayers)];
    gene = static_cast<Genotype::Gene>((static_cast<std::size_t>(gene) + 1 + rng.below(3)) % 4);
    return Genotype(std::move(genes));
  }

  Genotype crossover(const Genotype& a, const Genotype& b, evonas::Rng& rng) const {
    std::vector<Genotype::Gene> genes(a.genes().begin(), a.genes().end());
    for (std::size_t i = 0; i < kLayers; ++i) genes[i] = rng.chance(0.5) ? a[i] : b[i];
    return Genotype(std::move(genes));
  }

  void validate(const Genotype& genotype) const {
    const auto known = [](Genotype::Gene gene) { return gene >= 0 && gene < 4; };
    if (genotype.size() != kLayers || !std::ranges::all_of(genotype.genes(), known)) {
      throw SpaceError("a stack has six genes from 0 to 3, not [" +
                       genotype.to_string().substr(0, 80) + "]");
    }
  }

  evonas::Key key(const Genotype& genotype) const {
    return evonas::Key::of("stack " + genotype.to_string());
  }

  evonas::graph::Graph cell(const Genotype& genotype) const {
    evonas::graph::Graph graph;
    auto x = graph.add_input();
    for (const auto gene : genotype.genes()) {
      if (gene > 0)
        x = graph.add("conv" + std::to_string(kKernels[static_cast<std::size_t>(gene)]), {x});
    }
    graph.set_outputs({x});
    return graph;
  }

  evonas::graph::Graph network(const Genotype& genotype,
                               const evonas::spaces::NetworkInput& input) const {
    evonas::graph::NetworkBuilder builder;
    auto x = builder.input({input.channels, input.height, input.width});
    x = builder.conv(x, channels_, {.kernel = 3, .padding = 1});
    for (std::size_t i = 0; i < kLayers; ++i) {
      const auto kernel = kKernels[static_cast<std::size_t>(genotype[i])];
      if (kernel > 0) {
        const auto conv = builder.conv(x, channels_, {.kernel = kernel, .padding = kernel / 2});
        x = builder.relu(builder.batch_normalization(conv));
      }
      if (i % 2 == 0 && i > 0) x = builder.max_pool(x, {.kernel = 3, .stride = 2, .padding = 1});
    }
    return builder.finish(
        builder.gemm(builder.flatten(builder.global_average_pool(x)), input.classes));
  }

  std::string format(const Genotype& genotype) const { return genotype.to_string(); }

  Genotype parse(std::string_view text) const {
    std::vector<Genotype::Gene> genes;
    for (std::size_t i = 0; i < text.size(); i += 2) {
      genes.push_back(static_cast<Genotype::Gene>(text[i] - '0'));
    }
    Genotype genotype(std::move(genes));
    if (genotype.to_string() != text) throw SpaceError("a stack reads like 3,0,1,1,2,3");
    validate(genotype);
    return genotype;
  }

 private:
  static constexpr std::size_t kLayers = 6;
  static constexpr std::array<std::int64_t, 4> kKernels{0, 1, 3, 5};

  std::int64_t channels_;
};
