#include "cli/run/predictor_sources.hpp"

#include <fmt/format.h>

#include "base/key.hpp"
#include "cli/run/atomic_file.hpp"
#include "yaml/writer.hpp"

namespace evonas::cli {
namespace {

/// Visitor that keeps each field as YAML.
class FieldTexts {
 public:
  template <class T, class... Rest>
  void operator()(const char* name, T& value, const Rest&... /*rest*/) {
    yaml::Writer writer(/*comments=*/false);
    writer(name, value, "");
    texts_[name] = writer.text();
  }

  const std::map<std::string, std::string>& texts() const { return texts_; }

 private:
  std::map<std::string, std::string> texts_;
};

std::map<std::string, std::string> texts_of(config::PredictorRecipe recipe) {
  FieldTexts texts;
  recipe.fields(texts);
  return texts.texts();
}

}  // namespace

PredictorOptions predictor_options(const config::PredictorRecipe& recipe) {
  PredictorOptions options;
  if (recipe.input) options.input = spaces::NetworkInput::parse(*recipe.input);
  options.statics = recipe.statics;
  options.pretrained = recipe.pretrained;
  if (recipe.pretraining) {
    options.use_carried = false;
    options.pretraining = *recipe.pretraining;
  }
  options.networks = recipe.networks;
  return options;
}

predictor::BenchmarkPlan::Conditions conditions_of(const config::PredictorRecipe& recipe) {
  const std::string& pretrained = recipe.pretrained;
  predictor::BenchmarkPlan::Conditions conditions = {
      {"input", recipe.input.value_or("")},
      {"pretrained", pretrained.empty() ? "" : Key::of(read_whole(pretrained)).hex()},
      {"epochs", fmt::format("{}", recipe.networks.fitting.epochs)}};
  if (!recipe.prior.empty()) conditions["prior"] = Key::of(read_whole(recipe.prior)).hex();
  const std::map<std::string, std::string> usual = texts_of({});
  for (const auto& [name, text] : texts_of(recipe)) {
    const bool is_told = conditions.contains(name) || name == "device" || name == "precision";
    if (!is_told && text != usual.at(name)) conditions[name] = text;
  }
  return conditions;
}

PredictorSources::PredictorSources(const spaces::AnySpace& space,
                                   const config::PredictorExperiment& experiment) {
  for (const config::PredictorEntry& entry : experiment.entries()) {
    const std::string recipe = yaml::to_yaml(entry.recipe);
    if (by_recipe_.contains(recipe)) continue;
    PredictorOptions options = predictor_options(entry.recipe);
    // Whole networks, each for what its family reads.
    if (!experiment.latency.empty()) options.input = spaces::NetworkInput{};
    PredictorSource source(space, options);
    const std::string& prior = entry.recipe.prior;
    if (!prior.empty()) source = source.with_prior(read_whole(prior), prior);
    by_recipe_.emplace(recipe, std::move(source));
  }
}

const PredictorSource& PredictorSources::of(const config::PredictorEntry& entry) const {
  return by_recipe_.at(yaml::to_yaml(entry.recipe));
}

}  // namespace evonas::cli
