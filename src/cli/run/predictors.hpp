#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "predictor/arch2vec_options.hpp"
#include "predictor/checkpoint.hpp"
#include "predictor/computation_options.hpp"
#include "predictor/computation_source.hpp"
#include "predictor/latent_policy.hpp"
#include "predictor/network_options.hpp"
#include "predictor/predictor.hpp"
#include "predictor/predictor_list.hpp"
#include "predictor/pretraining_options.hpp"

/// `src/cli/torch` makes every predictor; an evonas built without LibTorch has `src/cli/no_torch`
/// instead, which throws a PredictorError for those that need it.
namespace evonas::cli {

/// How predictors are made.
struct PredictorOptions {
  /// What networks read, for predictors that look at whole networks; without it they look at cells.
  std::optional<spaces::NetworkInput> input;
  /// A file of PredictorSource::pretrained_bytes(), of any kind. What it does not hold is
  /// pre-trained when a fit first needs it; networks: see `use_carried`; `cg`: see `sources`.
  std::filesystem::path pretrained;
  /// Whether fits start from networks that evonas carries for the space, where it has some.
  bool use_carried = true;
  /// How networks, arch2vec and cg are pre-trained.
  predictor::PretrainingOptions pretraining;
  predictor::Arch2VecOptions arch2vec;
  predictor::ComputationOptions computation;
  /// The spaces that `cg` learns from before it is fitted. With none, and no file that holds what
  /// it has learnt, its fits start from random weights.
  std::vector<predictor::ComputationSource> sources;
  /// Where networks compute and how they learn. cg, arch2vec and path_networks refuse anything else
  /// than the default, and carl another way to learn, but for the epochs of carl and cg; predictors
  /// without networks do not look. What `evonas` distils from networks computes on the host, and
  /// these options are of its networks.
  predictor::NetworkOptions networks;
};

/// Makes predictors for one space; what they can share, such as pre-trained networks, is made once,
/// when it is first needed.
class PredictorSource {
 public:
  /// Throws PredictorError for pre-trained networks of another space, and FileError.
  explicit PredictorSource(const spaces::AnySpace& space, const PredictorOptions& options = {});

  /// The predictor of that name, unfitted; it predicts large blocks in parts (ChunkedPredictor).
  /// Safe from many threads. Throws PredictorError for an unknown name, for a device that is not
  /// there and for predictors that would not compute or learn as `networks` says.
  std::unique_ptr<predictor::Predictor> make(const std::string& name) const;

  /// Pre-trains unless that is done, or there is nothing to pre-train. Throws PredictorError where
  /// `control.stop` ends it.
  void pretrain(predictor::Pretraining what, const predictor::FitControl& control) const;
  /// How well that has gone, in words: "mean squared error of the statistics 0.0432".
  std::string pretraining_summary(predictor::Pretraining what) const;
  /// What the pre-trained networks, arch2vec or cg make of each architecture, before any label: as
  /// many numbers of each, one architecture after the other. Uses the threads of the arena that the
  /// caller is in. Throws PredictorError where cg has not been pre-trained.
  std::vector<double> embed(predictor::Pretraining what,
                            std::span<const spaces::Genotype> block) const;
  /// What was pre-trained as bytes of a checkpoint; the predictor that `about` names is filled in.
  std::string pretrained_bytes(predictor::Pretraining what,
                               const predictor::CheckpointAbout& about) const;

 private:
  std::unique_ptr<predictor::Predictor> make_whole(const std::string& name) const;

  struct Shared;
  std::shared_ptr<Shared> shared_;
};

/// The policy that moves through the embedding of arch2vec, for places of so many numbers.
std::unique_ptr<predictor::LatentPolicy> make_policy(std::size_t width, std::uint64_t seed);

}  // namespace evonas::cli
