#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <torch/utils.h>

#include "base/json.hpp"
#include "predictor/models/fitted_process.hpp"
#include "predictor/models/tensor_state.hpp"

namespace evonas::predictor {

nlohmann::json GaussianProcess::state() const {
  KernelScales learnt = fitted().scales;
  nlohmann::json scales = nlohmann::json::array();
  for (const torch::Tensor* scale : learnt.all()) scales.push_back(state_of(*scale));
  const KernelLabels& known = fitted_->known;
  nlohmann::json state = {{"space", features_->key().hex()},
                          {"labels", fitted_->labels.state()},
                          {"scales", std::move(scales)},
                          {"learnt_from", fitted_->learnt_from},
                          {"scores", state_of(known.scores)}};
  if (learnt.reads_features) state["rows"] = state_of(known.rows);
  if (known.known.defined()) state["variances"] = state_of(known.known);
  if (learnt.reads_colours) {
    nlohmann::json architectures = nlohmann::json::array();
    for (const spaces::Genotype& genotype : fitted_->genotypes) {
      architectures.push_back(features_->view().space().format(genotype));
    }
    state["architectures"] = std::move(architectures);
  }
  return state;
}

void GaussianProcess::restore(const nlohmann::json& state) {
  check_same_space(state.at("space"), features_->key());
  at::set_num_threads(1);
  const torch::NoGradGuard no_gradients;
  KernelScales scales(*features_, options_);
  const std::vector<torch::Tensor*> learnt = scales.all();
  const nlohmann::json& kept = state.at("scales");
  if (kept.size() != learnt.size()) {
    throw PredictorError(fmt::format(
        "a Gaussian process with {} kinds of scales, expected {}: its kernel is another one",
        kept.size(), learnt.size()));
  }
  for (std::size_t i = 0; i < learnt.size(); ++i) {
    *learnt[i] = tensor_from(kept.at(i), learnt[i]->sizes());
  }
  KernelLabels known{
      .rows = {}, .scores = tensor_from(state.at("scores"), {-1, 1}), .known = {}, .products = {}};
  const std::int64_t labels = known.scores.size(0);
  known.rows = scales.reads_features ? tensor_from(state.at("rows"), {labels, scales.own.size(0)})
                                     : torch::empty({labels, 0}, torch::kDouble);
  if (state.contains("variances")) known.known = tensor_from(state.at("variances"), {labels});
  std::vector<spaces::Genotype> genotypes;
  if (scales.reads_colours) {
    for (const nlohmann::json& text : state.at("architectures")) {
      genotypes.push_back(features_->view().space().parse(text.get<std::string>()));
    }
    if (genotypes.size() != static_cast<std::size_t>(labels)) {
      throw PredictorError(fmt::format("{} architectures of {} labels, expected one of each",
                                       genotypes.size(), labels));
    }
  }
  const std::vector<ColourHistograms> histograms = colours(genotypes);
  fitted_ = std::make_unique<const Fitted>(RankNormal::from_state(state.at("labels")), scales,
                                           state.at("learnt_from").get<std::int64_t>(),
                                           std::move(known), std::move(genotypes), histograms);
}

}  // namespace evonas::predictor
