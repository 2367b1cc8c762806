#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "predictor/arch2vec_options.hpp"
#include "predictor/checkpoint.hpp"
#include "predictor/computation_options.hpp"
#include "predictor/computation_source.hpp"
#include "predictor/joint_predictor.hpp"
#include "predictor/network_options.hpp"
#include "predictor/predictor.hpp"
#include "predictor/predictor_list.hpp"
#include "predictor/pretraining_options.hpp"
#include "predictor/prior.hpp"

namespace evonas::cli {

/// How predictors are made.
struct PredictorOptions {
  /// What networks read, for predictors that look at whole networks; without it they look at cells.
  std::optional<spaces::NetworkInput> input;
  /// Whether features of graphs have static features of whole networks among them (kStaticsHelp).
  bool statics = false;
  /// A file of LearntPredictors::pretrained_bytes(), of any kind. What it does not hold is
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

/// What makes the predictors of one space that need LibTorch; what they can share, such as
/// pre-trained networks, is made once, when it is first needed. Safe from many threads.
class LearntPredictors {
 public:
  virtual ~LearntPredictors() = default;

  /// The predictor of that name, unfitted. Throws PredictorError for a device that is not there and
  /// for predictors that would not compute or learn as PredictorOptions::networks says.
  virtual std::unique_ptr<predictor::Predictor> make(const std::string& name) const = 0;

  /// The predictor of that name for so many metrics, unfitted: one that
  /// predictor::predicts_jointly() knows. Its networks are those of all metrics; what else it has
  /// is there for each. Throws as make() does, and PredictorError for another name.
  virtual std::unique_ptr<predictor::JointPredictor> make_joint(const std::string& name,
                                                                std::size_t metrics) const = 0;

  /// Pre-trains unless that is done, or there is nothing to pre-train. Throws PredictorError where
  /// `control.stop` ends it.
  virtual void pretrain(predictor::Pretraining what,
                        const predictor::FitControl& control) const = 0;
  /// How well that has gone, in words: "mean squared error of the statistics 0.0432".
  virtual std::string pretraining_summary(predictor::Pretraining what) const = 0;
  /// What the pre-trained networks, arch2vec or cg make of each architecture, before any label: as
  /// many numbers of each, one architecture after the other. Uses the threads of the arena that the
  /// caller is in. Throws PredictorError where cg has not been pre-trained.
  virtual std::vector<double> embed(predictor::Pretraining what,
                                    std::span<const spaces::Genotype> block) const = 0;
  /// What was pre-trained as bytes of a checkpoint; the predictor that `about` names is filled in.
  virtual std::string pretrained_bytes(predictor::Pretraining what,
                                       const predictor::CheckpointAbout& about) const = 0;
};

/// Makes every predictor of one space. Copies share what is made once. Safe from many threads.
class PredictorSource {
 public:
  /// Throws PredictorError for pre-trained networks of another space, and FileError.
  explicit PredictorSource(const spaces::AnySpace& space, const PredictorOptions& options = {});

  /// The same source, and what it has made, for predictors that learn what a prior does not say
  /// (predictor::WithPrior). `bytes` are those of a checkpoint, and `place` is where they are from.
  /// Throws PredictorError for bytes that are none, or are of another space.
  PredictorSource with_prior(std::string_view bytes, const std::string& place) const;

  /// The predictor of that name, unfitted; it predicts large blocks in parts (ChunkedPredictor).
  /// Throws PredictorError for an unknown name, and as learnt() and LearntPredictors::make() do.
  std::unique_ptr<predictor::Predictor> make(const std::string& name) const;

  /// The same for so many metrics (LearntPredictors::make_joint()), in parts too. They take no
  /// prior, which is of one metric.
  std::unique_ptr<predictor::JointPredictor> make_joint(const std::string& name,
                                                        std::size_t metrics) const;

  /// Those that need LibTorch, and what they are pre-trained with. Throws PredictorError for an
  /// evonas without LibTorch.
  const LearntPredictors& learnt() const;

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
  std::shared_ptr<const predictor::Prior> prior_;  ///< null without one
};

}  // namespace evonas::cli
