#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/key.hpp"
#include "graph/graph.hpp"
#include "spaces/declared/genes.hpp"
#include "spaces/declared/layer.hpp"
#include "spaces/genotype.hpp"
#include "spaces/network_input.hpp"

namespace evonas::spaces::declared {

/// A declaration that is ready for use, and what the configuration changes of it. Does not move:
/// the words refer to the declaration.
struct Model {
  Declaration declaration;
  Genes genes;
  std::map<std::string, Meaning, std::less<>> words;
  double width = 1.0;             ///< factor of every width
  std::int64_t drop_strides = 0;  ///< the first so many strides are 1
  double resolution = 1.0;        ///< factor of declared resolutions

  Model() = default;
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;
};

/// What a genotype builds: layers in order, none without effect on the output. Value 0 is the
/// image, and step i yields value i + 1; the last value enters the classifier.
struct Plan {
  struct Step {
    Layer layer;
    std::vector<std::size_t> operands;
  };

  std::int64_t resolution = 0;  ///< 0 keeps that of the data
  std::vector<Step> steps;
  bool convolutional = false;  ///< the classifier is a convolution, not a linear layer
  std::vector<bool> read;      ///< for each gene whether the network depends on it
};

/// How often a cell stands in a plan: wherever a stage has it, or at its first place only.
enum class Cells { Everywhere, Once };

/// The plan of a genotype of the space.
Plan make_plan(const Model& model, const Genotype& genotype, Cells cells = Cells::Everywhere);

/// Equal exactly for plans with isomorphic layers.
Key key_of(const Plan& plan);

/// The layers as nodes between "Input" and "Output".
graph::Graph graph_of(const Plan& plan);

/// The network of a plan with its classifier.
graph::Graph network_of(const Plan& plan, const NetworkInput& input);

}  // namespace evonas::spaces::declared
