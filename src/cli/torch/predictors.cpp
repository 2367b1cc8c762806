#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "cli/run/atomic_file.hpp"
#include "cli/run/made_once.hpp"
#include "cli/torch/torch_predictors.hpp"
#include "predictor/joint_predictor.hpp"
#include "predictor/mixture.hpp"
#include "predictor/models/arch2vec_predictor.hpp"
#include "predictor/models/carl_predictor.hpp"
#include "predictor/models/computation_predictor.hpp"
#include "predictor/models/distilled.hpp"
#include "predictor/models/gaussian_process.hpp"
#include "predictor/models/ledg_former_recipe.hpp"
#include "predictor/models/network_ensemble.hpp"
#include "predictor/models/network_predictor.hpp"
#include "predictor/models/path_networks.hpp"
#include "predictor/models/pretrained_networks.hpp"
#include "predictor/models/published_predictor.hpp"
#include "predictor/predictor_list.hpp"
#include "predictor/space_graphs.hpp"
#include "predictor/trees.hpp"

namespace evonas::cli {

using predictor::Arch2Vec;
using predictor::ComputationStart;
using predictor::GraphFeatures;
using predictor::PretrainedNetworks;
using predictor::Pretraining;
using FeaturesSource = std::function<std::shared_ptr<const GraphFeatures>()>;

namespace {

/// What a file of pre-trained weights holds; none for no file.
Pretraining kept_in(const std::filesystem::path& file) {
  if (file.empty()) return Pretraining::None;
  const auto checkpoint = predictor::read_checkpoint(read_whole(file), file.string());
  for (const Pretraining kind : {Pretraining::Arch2Vec, Pretraining::Computation}) {
    if (checkpoint.about.predictor == predictor::checkpoint_name(kind)) return kind;
  }
  return Pretraining::Networks;
}

/// The control of a pre-training that a fit needs. Which of many fits comes first is a matter of
/// chance, so it is the seed of none of them.
predictor::FitControl for_all_fits(predictor::FitControl control) {
  control.seed = predictor::FitControl().seed;
  return control;
}

/// Refuses options that the networks of a predictor would not follow.
void check_followed(const std::string& name, const predictor::NetworkOptions& options) {
  const bool is_apart = name == "cg" || name == "arch2vec" || name == "path_networks";
  if (options.fitting.change_recipes() && (is_apart || name == "carl")) {
    throw predictor::PredictorError(
        fmt::format("{} has a training of its own, which the options losses, average, validation, "
                    "patience, twin and consistency do not change: leave them out, or choose "
                    "another predictor",
                    name));
  }
  const predictor::ComputingOptions& computing = options.computing;
  if (!is_apart) return;
  if (computing.device == "cpu" && computing.precision == "float32") return;
  throw predictor::PredictorError(
      fmt::format("{} computes on the processor in float32 alone, and the device {} and the "
                  "precision {} were asked for: leave both out, or choose another predictor",
                  name, computing.device, computing.precision));
}

/// Nothing for a name that is of no Gaussian process.
std::optional<predictor::GraphKernel> kernel_of(const std::string& name) {
  if (name == "gp") return predictor::GraphKernel::Matern;
  if (name == "gp_wl") return predictor::GraphKernel::WeisfeilerLehman;
  if (name == "gp_both") return predictor::GraphKernel::Both;
  return std::nullopt;
}

/// What a pre-training has left, of whichever kind it is.
struct Pretrained {
  std::string summary;  ///< how well it has gone
  std::function<std::vector<double>(std::span<const spaces::Genotype>)> embed;
  std::function<nlohmann::json()> state;
};

std::string summary_of(const Arch2Vec& learnt) {
  const predictor::Arch2VecQuality& quality = learnt.quality();
  return fmt::format(
      "{:.2f} % of graphs come back exactly ({:.2f} % of operations, {:.2f} % of edges); "
      "{:.1f} % of random latents are decoded to valid graphs, {:.1f} % of these distinct",
      100.0 * quality.graphs, 100.0 * quality.operations, 100.0 * quality.edges,
      100.0 * quality.valid, 100.0 * quality.distinct);
}

std::string summary_of(const ComputationStart& learnt) {
  return fmt::format("{} spaces, {} labels, contrast {:.4f}", learnt.space_count(), learnt.labels(),
                     learnt.contrast());
}

std::string summary_of(const PretrainedNetworks& learnt) {
  return fmt::format("mean squared error of the statistics {:.4f}", learnt.loss());
}

/// `learnt` looks at architectures by `graphs`.
template <class Learnt, class Graphs>
Pretrained pretrained(std::shared_ptr<const Learnt> learnt, std::shared_ptr<const Graphs> graphs) {
  return {.summary = summary_of(*learnt),
          .embed =
              [learnt, graphs](std::span<const spaces::Genotype> block) {
                return learnt->embed(*graphs, block);
              },
          .state = [learnt] { return learnt->state(); }};
}

class TorchPredictors final : public LearntPredictors {
 public:
  TorchPredictors(const spaces::AnySpace& space, const PredictorOptions& options,
                  const FeaturesSource& features);

  std::unique_ptr<predictor::Predictor> make(const std::string& name) const override;
  std::unique_ptr<predictor::JointPredictor> make_joint(const std::string& name,
                                                        std::size_t metrics) const override;
  void pretrain(Pretraining what, const predictor::FitControl& control) const override;
  std::string pretraining_summary(Pretraining what) const override;
  std::vector<double> embed(Pretraining what,
                            std::span<const spaces::Genotype> block) const override;
  std::string pretrained_bytes(Pretraining what,
                               const predictor::CheckpointAbout& about) const override;

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
};

struct TorchPredictors::Shared {
  Shared(const spaces::AnySpace& of, PredictorOptions wanted, FeaturesSource read)
      : view(of, wanted.input),
        options(std::move(wanted)),
        in_file(kept_in(options.pretrained)),
        features(std::move(read)) {}

  std::shared_ptr<const predictor::PathCode> paths() {
    return made_paths.get([&] { return std::make_shared<const predictor::PathCode>(view); });
  }

  std::shared_ptr<const PretrainedNetworks> networks(const predictor::FitControl& control) {
    const auto known = graph_features();
    return made_networks.get([&] { return make_networks(*known, control); });
  }

  /// Features without statics, which networks are not pre-trained to tell: they read graphs alone.
  std::shared_ptr<const GraphFeatures> graph_features() {
    if (!options.statics) return features();
    return made_graph_features.get([&] { return predictor::make_features(view, false); });
  }

  std::shared_ptr<const PretrainedNetworks> make_networks(
      const GraphFeatures& known, const predictor::FitControl& control) const {
    if (in_file == Pretraining::Networks) {
      const std::filesystem::path& file = options.pretrained;
      return predictor::read_pretrained(read_whole(file), file.string(), known);
    }
    if (options.use_carried) {
      if (auto networks = predictor::carried_networks(known)) return networks;
    }
    return std::make_shared<const PretrainedNetworks>(known, options.pretraining, control);
  }

  /// What a fit starts from. Networks that know nothing are its own, so that fits differ by them.
  std::shared_ptr<const PretrainedNetworks> start_of(const predictor::FitControl& control) {
    const bool knows_nothing =
        in_file != Pretraining::Networks && !options.use_carried && options.pretraining.steps == 0;
    if (!knows_nothing) return networks(for_all_fits(control));
    return make_networks(*graph_features(), {.seed = control.seed, .stop = control.stop});
  }

  std::shared_ptr<const Arch2Vec> arch2vec(const predictor::FitControl& control) {
    const auto known = features();
    return made_arch2vec.get([&] { return make_arch2vec(*known, control); });
  }

  std::shared_ptr<const Arch2Vec> make_arch2vec(const GraphFeatures& known,
                                                const predictor::FitControl& control) const {
    if (in_file == Pretraining::Arch2Vec) {
      const std::filesystem::path& file = options.pretrained;
      return predictor::read_arch2vec(read_whole(file), file.string(), known);
    }
    return std::make_shared<const Arch2Vec>(known, options.arch2vec, control);
  }

  /// Nothing where fits start from random weights.
  std::shared_ptr<const ComputationStart> computation(const predictor::FitControl& control) {
    if (in_file != Pretraining::Computation && options.sources.empty()) return nullptr;
    return made_computation.get([&] { return make_computation(control); });
  }

  std::shared_ptr<const ComputationStart> make_computation(
      const predictor::FitControl& control) const {
    if (in_file == Pretraining::Computation) {
      const std::filesystem::path& file = options.pretrained;
      return predictor::read_computation_start(read_whole(file), file.string());
    }
    return std::make_shared<const ComputationStart>(options.sources, options.computation, control);
  }

  /// Pre-trains unless that is done. Throws PredictorError where there is nothing to learn from.
  Pretrained learnt(Pretraining what) {
    if (what == Pretraining::Arch2Vec) return pretrained(arch2vec({}), features());
    if (what == Pretraining::Networks) return pretrained(networks({}), features());
    if (auto start = computation({})) return pretrained(std::move(start), space_graphs());
    throw predictor::PredictorError(
        "cg has not been pre-trained: give a file that 'evonas predictor pretrain --model cg' "
        "wrote");
  }

  std::shared_ptr<const predictor::PublishedRecipe> ledg_former() {
    const auto known = features();
    return made_ledg_former.get(
        [&] { return predictor::ledg_former_recipe(*known, options.networks.fitting); });
  }

  /// What cg looks at.
  std::shared_ptr<const predictor::SpaceGraphs> space_graphs() {
    return made_space_graphs.get([&] {
      return std::make_shared<const predictor::SpaceGraphs>(
          view.space(), options.input.value_or(spaces::NetworkInput{}));
    });
  }

  std::unique_ptr<predictor::Predictor> make_computation_predictor(
      const std::shared_ptr<Shared>& self) {
    predictor::ComputationFit fit{.layers = options.computation.layers,
                                  .width = options.computation.width};
    if (options.networks.fitting.epochs > 0) fit.epochs = options.networks.fitting.epochs;
    return std::make_unique<predictor::ComputationPredictor>(
        space_graphs(),
        [self](const predictor::FitControl& control) {
          return self->computation(for_all_fits(control));
        },
        fit);
  }

  predictor::ArchitectureView view;
  PredictorOptions options;
  Pretraining in_file;
  FeaturesSource features;
  MadeOnce<GraphFeatures> made_graph_features;
  MadeOnce<predictor::PathCode> made_paths;
  MadeOnce<PretrainedNetworks> made_networks;
  MadeOnce<Arch2Vec> made_arch2vec;
  MadeOnce<ComputationStart> made_computation;
  MadeOnce<predictor::SpaceGraphs> made_space_graphs;
  MadeOnce<predictor::PublishedRecipe> made_ledg_former;
};

TorchPredictors::TorchPredictors(const spaces::AnySpace& space, const PredictorOptions& options,
                                 const FeaturesSource& features)
    : shared_(std::make_shared<Shared>(space, options, features)) {
  pretrain(shared_->in_file, {});  // at once: a file for another space is a mistake
}

std::unique_ptr<predictor::Predictor> TorchPredictors::make(const std::string& name) const {
  const predictor::NetworkOptions& how = shared_->options.networks;
  check_followed(name, how);
  const predictor::ArchitectureView& view = shared_->view;
  if (auto recipe = predictor::network_recipe(name, how.fitting);
      recipe && predictor::reads_any_network(name, view.input().has_value())) {
    return std::make_unique<predictor::NetworkPredictor>(
        view.space(), predictor::network_input_of(view), std::move(recipe), how.computing);
  }
  if (auto recipe = predictor::published_recipe(name, how.fitting)) {
    return std::make_unique<predictor::PublishedPredictor>(shared_->features(), std::move(recipe),
                                                           how.computing);
  }
  if (name == "path_networks") return std::make_unique<predictor::PathNetworks>(shared_->paths());
  if (name == "arch2vec") {
    return std::make_unique<predictor::Arch2VecPredictor>(
        shared_->features(), [shared = shared_](const predictor::FitControl& control) {
          return shared->arch2vec(for_all_fits(control));
        });
  }
  if (name == "ledg_former") {
    return std::make_unique<predictor::PublishedPredictor>(shared_->features(),
                                                           shared_->ledg_former(), how.computing);
  }
  if (name == "carl") {
    predictor::CarlFit fit;
    if (how.fitting.epochs > 0) fit.epochs = how.fitting.epochs;
    return std::make_unique<predictor::CarlPredictor>(shared_->features(), fit, how.computing);
  }
  if (name == "cg") return shared_->make_computation_predictor(shared_);
  if (const auto kernel = kernel_of(name)) {
    return std::make_unique<predictor::GaussianProcess>(
        shared_->features(), predictor::GaussianProcessOptions{.kernel = *kernel});
  }
  return std::make_unique<predictor::OneMetric>(make_joint(name, 1));
}

std::unique_ptr<predictor::JointPredictor> TorchPredictors::make_joint(const std::string& name,
                                                                       std::size_t metrics) const {
  if (!predictor::predicts_jointly(name)) {
    throw predictor::PredictorError(fmt::format(
        "{} has no networks that several metrics can share; expected evonas, mixture or networks",
        name));
  }
  const auto features = shared_->features();
  auto networks = std::make_unique<predictor::NetworkEnsemble>(
      features,
      [shared = shared_](const predictor::FitControl& control) {
        return shared->start_of(control);
      },
      shared_->options.networks, metrics);
  if (name == "networks") return networks;
  std::vector<predictor::Mixture::Member> members;
  members.push_back({std::move(networks), 1.0});
  members.push_back(
      {predictor::separate_metrics(
           metrics, [&] { return std::make_unique<predictor::GaussianProcess>(features); }),
       0.5});
  members.push_back({predictor::separate_metrics(
                         metrics, [&] { return std::make_unique<predictor::Trees>(features); }),
                     0.5});
  auto mixture = std::make_unique<predictor::Mixture>(std::move(members));
  if (name == "mixture") return mixture;
  return std::make_unique<predictor::Distilled>(features, std::move(mixture));
}

void TorchPredictors::pretrain(Pretraining what, const predictor::FitControl& control) const {
  if (what == Pretraining::Networks) shared_->networks(control);
  if (what == Pretraining::Arch2Vec) shared_->arch2vec(control);
  if (what == Pretraining::Computation) shared_->computation(control);
}

std::string TorchPredictors::pretraining_summary(Pretraining what) const {
  return shared_->learnt(what).summary;
}

std::vector<double> TorchPredictors::embed(Pretraining what,
                                           std::span<const spaces::Genotype> block) const {
  return shared_->learnt(what).embed(block);
}

std::string TorchPredictors::pretrained_bytes(Pretraining what,
                                              const predictor::CheckpointAbout& about) const {
  predictor::CheckpointAbout named = about;
  named.predictor = predictor::checkpoint_name(what);
  return predictor::checkpoint_bytes(named, shared_->learnt(what).state());
}

}  // namespace

std::unique_ptr<LearntPredictors> make_torch_predictors(
    const spaces::AnySpace& space, const PredictorOptions& options,
    const std::function<std::shared_ptr<const predictor::GraphFeatures>()>& features) {
  return std::make_unique<TorchPredictors>(space, options, features);
}

}  // namespace evonas::cli
