#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "predictor/arch2vec_options.hpp"
#include "predictor/graph_features.hpp"
#include "predictor/models/arch2vec_quality.hpp"
#include "predictor/predictor.hpp"

namespace evonas::predictor {

class Arch2VecNetwork;

/// An embedding of architectures that was learnt without labels, by encoding their graphs and
/// decoding them again (arch2vec_network.hpp). It reads graphs as the space has them, identities as
/// nodes; the cells of DARTS both together, where the authors have one for both. Isomorphic graphs
/// are embedded alike, up to rounding. Immutable; safe from many threads.
class Arch2Vec {
 public:
  /// Learns from architectures of the space whose graphs differ as they are read. Throws
  /// PredictorError where `control.stop` ends it.
  Arch2Vec(const GraphFeatures& features, const Arch2VecOptions& options,
           const FitControl& control);
  /// Reverse of state(). Throws PredictorError or nlohmann::json::exception for anything else, such
  /// as an embedding for a space with other operations.
  Arch2Vec(const nlohmann::json& state, const GraphFeatures& features);

  nlohmann::json state() const;

  /// How many numbers each architecture gets.
  std::size_t width() const;
  /// The numbers of each architecture, one after the other. `features` are those that it was made
  /// for. On the threads of the arena that the caller is in.
  std::vector<double> embed(const GraphFeatures& features,
                            std::span<const spaces::Genotype> block) const;

  /// Judged by the graphs that were held out; without any, by those that it has learnt from.
  const Arch2VecQuality& quality() const { return quality_; }
  /// Multiply-accumulates in the matrix products for one graph of so many nodes.
  double multiply_accumulates(std::size_t nodes) const;

 private:
  Key space_;  // of its operations
  std::shared_ptr<Arch2VecNetwork> network_;
  Arch2VecQuality quality_;
};

/// The embedding of a checkpoint, `place` being where its bytes are from. Throws PredictorError,
/// beginning with it.
std::shared_ptr<const Arch2Vec> read_arch2vec(std::string_view bytes, const std::string& place,
                                              const GraphFeatures& features);

}  // namespace evonas::predictor
