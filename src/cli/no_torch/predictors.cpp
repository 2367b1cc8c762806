#include "cli/run/predictors.hpp"

#include <fmt/format.h>

#include "predictor/predictor_list.hpp"

namespace evonas::cli {
namespace {

[[noreturn]] void fail(const std::string& what) {
  throw predictor::PredictorError(fmt::format(
      "this evonas was built without LibTorch, which {} needs: build it with EVONAS_TORCH=ON",
      what));
}

}  // namespace

struct PredictorSource::Shared {
  spaces::AnySpace space;
};

PredictorSource::PredictorSource(const spaces::AnySpace& space, const PredictorOptions& /*options*/)
    : shared_(std::make_shared<Shared>(Shared{space})) {}

std::unique_ptr<predictor::Predictor> PredictorSource::make(const std::string& name) const {
  if (auto plain = predictor::make_plain_predictor(name, shared_->space)) return plain;
  fail("the predictor " + name);
}

void PredictorSource::pretrain(const predictor::FitControl& /*control*/) const {
  fail("pre-training");
}

std::string PredictorSource::pretrained_bytes(const predictor::CheckpointAbout& /*about*/) const {
  fail("pre-training");
}

}  // namespace evonas::cli
