#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "predictor/architecture_view.hpp"
#include "predictor/predictor.hpp"
#include "spaces/genotype.hpp"

namespace evonas::cli {

/// Labels that follow from the genes: to fit what is to be timed, be it good or not.
std::vector<predictor::Label> made_up_labels(std::span<const spaces::Genotype> architectures);

/// Nodes that a predictor sees of these architectures, on average.
double mean_nodes(const predictor::ArchitectureView& view,
                  std::span<const spaces::Genotype> architectures);

/// One way to score, and how fast it is.
struct ScoringSetting {
  std::string precision;  ///< of matrix products: "float32" or "bfloat16"
  std::size_t threads = 0;
  std::size_t block = 0;    ///< architectures in one call
  double per_second = 0.0;  ///< architectures, from genotype to score
};

/// Scores blocks of the architectures, which are not empty, as a setting says, for so many seconds
/// after one block to warm up, and notes how many there were a second. Ends early once `stop` is
/// requested.
void measure_scoring(const predictor::Predictor& fitted,
                     std::span<const spaces::Genotype> architectures, double seconds,
                     const std::stop_token& stop, ScoringSetting& setting);

/// How far scores are from those in float32.
struct Agreement {
  double tau = 1.0;             ///< Kendall's tau-b of the two; 1 where no score changes
  double largest_change = 0.0;  ///< of a score, in the unit of the labels
};

Agreement agreement_of(std::span<const predictor::Prediction> exact,
                       std::span<const predictor::Prediction> others);

/// Architectures that precisions are compared on.
inline constexpr std::size_t kCompared = 512;

/// A predictor in one precision.
struct InPrecision {
  std::string precision;
  std::shared_ptr<predictor::Predictor> fitted;
  Agreement agreement;
  double matmul = 0.0;  ///< GFLOP/s of a large matrix product; 0 where the predictor has none
};

nlohmann::json to_json(const InPrecision& figures);

/// The tau below which a precision is not advised, however fast it is.
inline constexpr double kLeastTau = 0.997;

/// The first setting that is nearly as fast as the fastest: fewer threads or smaller blocks, where
/// these come first, are not given up for a few per cent, nor is a precision that comes first.
/// There must be one.
const ScoringSetting& advised_setting(std::span<const ScoringSetting> settings);

/// That setting; null where there is none.
nlohmann::json advice_json(std::span<const ScoringSetting> advisable);

/// The same in words, after how far other precisions are from float32.
std::string advice_text(std::span<const InPrecision> precisions,
                        std::span<const ScoringSetting> advisable);

}  // namespace evonas::cli
