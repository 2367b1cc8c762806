#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/fields.hpp"

namespace evonas::spaces::declared {

/// A setting with one value, or with several to choose from; absent where the next outer level says
/// it.
template <class T>
using Fixed = std::optional<T>;
template <class T>
using Chosen = std::optional<OneOrMore<T>>;

/// How operations are built. `Field` is what stands for a setting: Fixed or Chosen values, or the
/// genes that choose among them.
template <template <class> class Field>
struct Settings {
  Field<std::int64_t> kernel;
  Field<double> expansion;
  Field<std::int64_t> groups;
  Field<std::int64_t> dilation;
  Field<std::string> padding;
  Field<std::string> normalization;
  Field<bool> squeeze_excitation;
  Field<double> squeeze_ratio;
  Field<std::string> squeeze_of;
  Field<std::int64_t> squeeze_divisor;
  Field<std::string> squeeze_gate;
  Field<std::string> activation;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("kernel", kernel, "side of the window; odd, except for pooling (3 where nothing says it)",
          between(1, 31));
    visit("expansion", expansion,
          "width of the middle: times the width read in inverted_residual (6), times the width "
          "written in bottleneck (0.25)",
          between(0.01, 64));
    visit("groups", groups,
          "groups of the convolution; in inverted_residual of the two 1x1 convolutions (1)",
          between(1, 65536));
    visit("dilation", dilation, "distance of the pixels under the window (1)", between(1, 16));
    visit("padding", padding,
          "of a pooling with an odd kernel: same, windows are centred on pixels; valid, no window "
          "reaches over the edge (same)",
          one_of({"same", "valid"}));
    visit("normalization", normalization,
          "what follows the convolution: batch normalisation, or none but a bias (batch)",
          one_of({"batch", "none"}));
    visit("squeeze_excitation", squeeze_excitation, "with squeeze-and-excitation (false)");
    visit("squeeze_ratio", squeeze_ratio,
          "width inside the squeeze-and-excitation, times that of squeeze_of (0.25)",
          between(0.001, 1));
    visit("squeeze_of", squeeze_of,
          "whose width squeeze_ratio multiplies in inverted_residual (input); elsewhere it is the "
          "width written",
          one_of({"input", "expanded"}));
    visit("squeeze_divisor", squeeze_divisor,
          "the width inside is rounded to a multiple of this; 1 rounds down to a whole number (1)",
          between(1, 1024));
    visit("squeeze_gate", squeeze_gate, "what ends the squeeze-and-excitation (sigmoid)",
          one_of({"sigmoid", "hard_sigmoid"}));
    visit("activation", activation, "activation (relu)",
          one_of({"relu", "relu6", "h_swish", "swish", "none"}));
  }
};

/// Each picks one setting from Settings of any kind.
inline constexpr auto kPickKernel = [](const auto& settings) -> const auto& {
  return settings.kernel;
};
inline constexpr auto kPickExpansion = [](const auto& settings) -> const auto& {
  return settings.expansion;
};
inline constexpr auto kPickGroups = [](const auto& settings) -> const auto& {
  return settings.groups;
};
inline constexpr auto kPickDilation = [](const auto& settings) -> const auto& {
  return settings.dilation;
};
inline constexpr auto kPickPadding = [](const auto& settings) -> const auto& {
  return settings.padding;
};
inline constexpr auto kPickNormalization = [](const auto& settings) -> const auto& {
  return settings.normalization;
};
inline constexpr auto kPickSqueezeExcitation = [](const auto& settings) -> const auto& {
  return settings.squeeze_excitation;
};
inline constexpr auto kPickSqueezeRatio = [](const auto& settings) -> const auto& {
  return settings.squeeze_ratio;
};
inline constexpr auto kPickSqueezeOf = [](const auto& settings) -> const auto& {
  return settings.squeeze_of;
};
inline constexpr auto kPickSqueezeDivisor = [](const auto& settings) -> const auto& {
  return settings.squeeze_divisor;
};
inline constexpr auto kPickSqueezeGate = [](const auto& settings) -> const auto& {
  return settings.squeeze_gate;
};
inline constexpr auto kPickActivation = [](const auto& settings) -> const auto& {
  return settings.activation;
};

}  // namespace evonas::spaces::declared
