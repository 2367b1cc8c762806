#include "spaces/search_space.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace evonas::spaces {
namespace {

/// The genotype that `space` returned from `call`, after the space itself has accepted it.
template <class Space>
Genotype checked(const Space& space, std::string_view call, Genotype genotype) {
  try {
    space.validate(genotype);
  } catch (const SpaceError& error) {
    throw SpaceError(fmt::format(
        "the space {} is faulty: {} returned the genotype [{}], which its own validate() refuses: "
        "{}",
        space.name(), call, genotype.to_string(), error.what()));
  }
  return genotype;
}

}  // namespace

std::string GeneDescription::text_of(Genotype::Gene value) const {
  const bool is_known = value >= 0 && static_cast<std::size_t>(value) < values.size();
  return is_known ? values[static_cast<std::size_t>(value)] : fmt::format("{}", value);
}

Genotype AnySpace::sample(Rng& rng) const {
  return checked(*space_, "sample()", space_->sample(rng));
}

Genotype AnySpace::mutate(const Genotype& parent, Rng& rng) const {
  validate(parent);
  Genotype child = checked(*space_, "mutate()", space_->mutate(parent, rng));
  if (child == parent) {
    throw SpaceError(
        fmt::format("the space {} is faulty: mutate() returned its parent [{}] unchanged", name(),
                    parent.to_string()));
  }
  return child;
}

Genotype AnySpace::crossover(const Genotype& a, const Genotype& b, Rng& rng) const {
  validate(a);
  validate(b);
  return checked(*space_, "crossover()", space_->crossover(a, b, rng));
}

std::vector<bool> AnySpace::placed_genes(const Genotype& genotype) const {
  validate(genotype);
  return space_->placed_genes(genotype);
}

Key AnySpace::key(const Genotype& genotype) const {
  validate(genotype);
  return space_->key(genotype);
}

graph::Graph AnySpace::cell(const Genotype& genotype) const {
  validate(genotype);
  graph::Graph graph = space_->cell(genotype);
  if (graph.outputs().empty()) {
    throw SpaceError(fmt::format("the space {} is faulty: the cell of [{}] has no output", name(),
                                 genotype.to_string()));
  }
  return graph;
}

void AnySpace::tokens(const Genotype& genotype, graph::Tokens& tokens) const {
  validate(genotype);
  space_->tokens(genotype, tokens);
}

graph::Graph AnySpace::network(const Genotype& genotype, const NetworkInput& input) const {
  validate(genotype);
  graph::Graph graph = space_->network(genotype, input);
  const NetworkInput read = space_->own_input(genotype).value_or(input);
  const graph::Shape expected{read.classes};
  const auto fits = [&](graph::NodeId output) { return graph[output].shape == expected; };
  if (graph.outputs().empty() || !std::ranges::all_of(graph.outputs(), fits)) {
    std::string shapes;
    for (const graph::NodeId output : graph.outputs()) {
      shapes += (shapes.empty() ? " of the shapes " : ", ") + graph::to_string(graph[output].shape);
    }
    throw SpaceError(fmt::format(
        "the space {} is faulty: the network of [{}] for the input {} has {} outputs{}, expected "
        "one or more, each of shape {}",
        name(), genotype.to_string(), read.to_string(), graph.outputs().size(), shapes,
        read.classes));
  }
  return graph;
}

std::string AnySpace::format(const Genotype& genotype) const {
  validate(genotype);
  return space_->format(genotype);
}

Genotype AnySpace::parse(std::string_view text) const {
  return checked(*space_, "parse()", space_->parse(text));
}

Genotype AnySpace::at(std::uint64_t index) const {
  const std::optional<std::uint64_t> count = size();
  if (count && index >= *count) {
    throw SpaceError(
        fmt::format("there is no architecture number {} in the space {}: it has {}, "
                    "counted from 0",
                    index, name(), *count));
  }
  return checked(*space_, "at()", space_->at(index));
}

std::vector<Genotype> AnySpace::neighbours(const Genotype& genotype) const {
  validate(genotype);
  std::vector<Genotype> result = space_->neighbours(genotype);
  for (Genotype& neighbour : result) {
    neighbour = checked(*space_, "neighbours()", std::move(neighbour));
    if (neighbour == genotype) {
      throw SpaceError(fmt::format("the space {} is faulty: neighbours() of [{}] holds it itself",
                                   name(), genotype.to_string()));
    }
  }
  return result;
}

std::vector<std::string> AnySpace::annotations(const Genotype& genotype) const {
  validate(genotype);
  std::vector<std::string> texts = space_->annotations(genotype);
  if (const std::size_t names = annotation_names().size(); texts.size() != names) {
    throw SpaceError(
        fmt::format("the space {} is faulty: annotations() of [{}] gives {} texts for {} names",
                    name(), genotype.to_string(), texts.size(), names));
  }
  return texts;
}

}  // namespace evonas::spaces
