#include "predictor/loss_terms.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/quoted.hpp"
#include "predictor/predictor_error.hpp"

namespace evonas::predictor {
namespace {

constexpr std::array<std::pair<std::string_view, Loss>, 7> kLossNames = {
    {{"squared_error", Loss::SquaredError},
     {"relative_squared_error", Loss::RelativeSquaredError},
     {"permuted_pairs", Loss::PermutedPairs},
     {"pairwise_logistic", Loss::PairwiseLogistic},
     {"pairwise_hinge", Loss::PairwiseHinge},
     {"list_mle", Loss::ListMle},
     {"gaussian_nll", Loss::GaussianNll}}};

Loss loss_of_name(std::string_view name) {
  const auto known =
      std::ranges::find(kLossNames, name, [](const auto& pair) { return pair.first; });
  if (known != kLossNames.end()) return known->second;
  throw PredictorError(fmt::format("there is no loss {}; there are {}", evonas::quoted(name),
                                   fmt::join(loss_names(), ", ")));
}

double weight_of_text(std::string_view name, std::string_view text) {
  double weight = 0.0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, weight);
  if (error == std::errc() && stop == end && std::isfinite(weight) && weight > 0.0) return weight;
  throw PredictorError(fmt::format("the loss {} has the weight {}, expected a number above 0", name,
                                   evonas::quoted(text)));
}

}  // namespace

std::vector<std::string> loss_names() {
  std::vector<std::string> names;
  for (const auto& [name, loss] : kLossNames) names.emplace_back(name);
  return names;
}

std::vector<LossTerm> parse_losses(std::string_view text) {
  std::vector<LossTerm> terms;
  while (true) {
    const std::size_t plus = text.find('+');
    const std::string_view part = text.substr(0, plus);
    const std::size_t equals = part.find('=');
    const std::string_view name = part.substr(0, equals);
    LossTerm term{.loss = loss_of_name(name)};
    if (equals != std::string_view::npos) {
      term.weight = weight_of_text(name, part.substr(equals + 1));
    }
    const bool is_known =
        std::ranges::any_of(terms, [&](const LossTerm& other) { return other.loss == term.loss; });
    if (is_known) throw PredictorError(fmt::format("the loss {} is there twice", name));
    terms.push_back(term);
    if (plus == std::string_view::npos) return terms;
    text.remove_prefix(plus + 1);
  }
}

std::string losses_fault(const std::string& text) {
  if (text.empty()) return {};
  try {
    parse_losses(text);
    return {};
  } catch (const PredictorError& error) {
    return error.what();
  }
}

}  // namespace evonas::predictor
