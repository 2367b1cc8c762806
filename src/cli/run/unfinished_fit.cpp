#include "cli/run/unfinished_fit.hpp"

#include <utility>

#include <fmt/format.h>

#include "cli/run/atomic_file.hpp"
#include "predictor/benchmark_fit_json.hpp"
#include "predictor/checkpoint.hpp"

namespace evonas::cli {
namespace {

constexpr const char* kUnfinished = "unfinished fit";

}  // namespace

UnfinishedFit::UnfinishedFit(const std::filesystem::path& file, std::string fit, double minutes)
    : file_(file.string() + ".unfinished"),
      fit_(std::move(fit)),
      period_(60.0 * minutes),
      keeps_(minutes > 0.0) {
  if (!keeps_ || !exists()) return;
  predictor::Checkpoint checkpoint = predictor::read_checkpoint(read_whole(file_), file_.string());
  if (checkpoint.about.predictor != kUnfinished || checkpoint.about.source != fit_) {
    throw predictor::PredictorError(
        fmt::format("{} is of a fit with other labels or options: finish that one, remove the "
                    "file, or write to another one",
                    file_.string()));
  }
  try {
    curve_ = predictor::curve_from(checkpoint.state.at("curve"));
    kept_ = std::move(checkpoint.state.at("fit"));
  } catch (const nlohmann::json::exception& error) {
    throw predictor::PredictorError(fmt::format("{}: {}", file_.string(), error.what()));
  }
}

bool UnfinishedFit::exists() const { return std::filesystem::exists(file_); }

void UnfinishedFit::remove() {
  std::error_code error;  // what is left is refused or overwritten by the next fit
  std::filesystem::remove(file_, error);
}

bool UnfinishedFit::is_due() { return keeps_ && Clock::now() - last_ >= period_; }

void UnfinishedFit::keep(const nlohmann::json& state) {
  if (!keeps_) return;
  last_ = Clock::now();
  try {
    write_atomically(file_, predictor::checkpoint_bytes(
                                {.predictor = kUnfinished, .source = fit_},
                                {{"curve", predictor::curve_json(curve_)}, {"fit", state}}));
    fault_.clear();
  } catch (const FileError& error) {
    fault_ = error.what();  // the fit itself can go on; the next time there may be room
  }
}

}  // namespace evonas::cli
