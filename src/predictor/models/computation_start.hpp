#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "predictor/computation_options.hpp"
#include "predictor/computation_source.hpp"

namespace evonas::predictor {

class ComputationNetwork;
class SpaceGraphs;

/// What fits of `cg` start from: a network that has learnt from the networks of several spaces.
///
/// First without labels, by contrast (GENNAPE, AAAI 2023): of a batch of graphs, those with close
/// spectra of their normalised Laplacians are to be embedded close to each other; batches are of
/// all spaces and of a single one in turn. Then, where spaces have labels, to score their networks:
/// each step on a batch of one space, with labels as rank-normal scores of that space, by losses
/// that an offset between spaces does not change. With labels of others it ranks the networks of a
/// space that has none.
///
/// Immutable; safe from many threads.
class ComputationStart {
 public:
  /// Learns, with the threads of the arena that the caller is in for all but the steps of the
  /// optimiser. Throws PredictorError where no space is given, for labels that nothing can be
  /// learnt from, and where `control.stop` ends it.
  ComputationStart(std::span<const ComputationSource> sources, const ComputationOptions& options,
                   const FitControl& control);
  /// Reverse of state(). Throws PredictorError or nlohmann::json::exception for anything else.
  explicit ComputationStart(const nlohmann::json& state);
  ~ComputationStart();

  /// Where it has learnt labels, this is also the state of a fitted `cg` for any space: one that
  /// predicts scores, which are about standard normal.
  nlohmann::json state() const;

  const ComputationNetwork& network() const { return *network_; }
  /// Labels that it has learnt; 0: its scores mean nothing.
  std::size_t labels() const { return labels_; }
  std::size_t space_count() const { return spaces_; }
  /// Mean of contrastive_loss() over the last tenth of its steps; 0 without any.
  double contrast() const { return contrast_; }

  /// What the network makes of each architecture: one after the other, as many numbers of each. On
  /// the threads of the arena that the caller is in.
  std::vector<double> embed(const SpaceGraphs& space,
                            std::span<const spaces::Genotype> block) const;

 private:
  class Contrast;
  class Ranking;

  std::shared_ptr<ComputationNetwork> network_;
  std::size_t labels_ = 0;
  std::size_t spaces_ = 0;
  double contrast_ = 0.0;
};

/// What a checkpoint holds, `place` being where its bytes are from. Throws PredictorError,
/// beginning with it.
std::shared_ptr<const ComputationStart> read_computation_start(std::string_view bytes,
                                                               const std::string& place);

}  // namespace evonas::predictor
